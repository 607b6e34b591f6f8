import { z } from "zod";
import { sql } from "../sql.ts";
import { costLimits, inWindow, windowShape, type Question } from "./question.ts";

/** Exact distinct subjects by endpoint, answer and class of answer. A subject that got two classes counts in both: for people by meaning ask `meaningTotals`. */
export const disclosureTotals: Question<DisclosureTotalsParams, DisclosureTotalsRow> = {
  params: z.object(windowShape),
  row: z.object({
    endpointId: z.string(),
    answer: z.string(),
    responseClass: z.string(),
    disclosures: z.number(),
    subjects: z.number(),
    firstAt: z.number(),
    lastAt: z.number(),
  }),
  sql: (params) => sql`SELECT endpoint_id AS endpointId, answer, response_class AS responseClass, count() AS disclosures, uniqExact(subject) AS subjects,
      toUnixTimestamp64Milli(min(at)) AS firstAt, toUnixTimestamp64Milli(max(at)) AS lastAt
    FROM postern.disclosures WHERE ${inWindow(params)}
    GROUP BY endpoint_id, answer, response_class ORDER BY subjects DESC LIMIT 10000 ${costLimits}`,
};

export interface DisclosureTotalsParams {
  readonly endpoint?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly address?: string | undefined;
}

export interface DisclosureTotalsRow {
  readonly endpointId: string;
  readonly answer: string;
  readonly responseClass: string;
  readonly disclosures: number;
  readonly subjects: number;
  readonly firstAt: number;
  readonly lastAt: number;
}
