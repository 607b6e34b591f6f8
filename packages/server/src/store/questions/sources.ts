import { z } from "zod";
import { sql } from "../sql.ts";
import { costLimits, id, inWindow, pageLimit, time, type Question } from "./question.ts";

/** Who asked an endpoint, most subjects first. `addresses` is how many there were in all, repeated on each row. */
export const sources: Question<SourcesParams, SourcesRow> = {
  params: z.object({ endpoint: id, from: time.optional(), to: time.optional(), limit: pageLimit }),
  row: z.object({
    address: z.string(),
    asked: z.number(),
    truthful: z.number(),
    uniform: z.number(),
    firstAt: z.number(),
    lastAt: z.number(),
    addresses: z.number(),
  }),
  sql: (
    params,
  ) => sql`SELECT source AS address, uniqExact(subject) AS asked, uniqExactIf(subject, answer = 'truthful') AS truthful, uniqExactIf(subject, answer = 'uniform') AS uniform,
      toUnixTimestamp64Milli(min(at)) AS firstAt, toUnixTimestamp64Milli(max(at)) AS lastAt, count() OVER () AS addresses
    FROM (SELECT if(address = '', network, address) AS source, subject, answer, at FROM postern.disclosures WHERE ${inWindow(params)})
    GROUP BY source ORDER BY asked DESC, source LIMIT ${params.limit ?? 100} ${costLimits}`,
};

export interface SourcesParams {
  readonly endpoint: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit?: number | undefined;
}

export interface SourcesRow {
  readonly address: string;
  /** Distinct subjects asked about. */
  readonly asked: number;
  readonly truthful: number;
  readonly uniform: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly addresses: number;
}
