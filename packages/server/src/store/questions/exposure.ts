import { z } from "zod";
import { allOf, sql } from "../sql.ts";
import { costLimits, hash, id, inWindow, time, type Question } from "./question.ts";

/**
 * Who was exposed: each subject of an endpoint in a window once, in order of its hash, with every class of answer given about it. Page through
 * with `after` (the last subject of the page before); complete when a page is shorter than its limit.
 */
export const exposure: Question<ExposureParams, ExposureRow> = {
  params: z.object({ endpoint: id, from: time.optional(), to: time.optional(), after: hash.optional(), limit: z.int().min(1).max(50_000).default(10_000) }),
  row: z.object({
    subject: z.string(),
    subjectType: z.string(),
    answers: z.array(z.string()),
    classes: z.array(z.string()),
    firstAt: z.number(),
    lastAt: z.number(),
    addresses: z.number(),
    disclosures: z.number(),
  }),
  sql: (params) => sql`SELECT lower(hex(subject)) AS subject, any(subject_type) AS subjectType, groupUniqArray(8)(toString(answer)) AS answers,
      groupUniqArrayIf(64)(toString(response_class), answer = 'truthful') AS classes, toUnixTimestamp64Milli(min(at)) AS firstAt, toUnixTimestamp64Milli(max(at)) AS lastAt,
      uniqExact(if(address = '', network, address)) AS addresses, count() AS disclosures
    FROM postern.disclosures WHERE ${allOf([inWindow(params), params.after === undefined ? undefined : sql`subject > toFixedString(unhex(${params.after}), 8)`])}
    GROUP BY postern.disclosures.subject ORDER BY postern.disclosures.subject LIMIT ${params.limit ?? 10_000} ${costLimits}`,
};

export interface ExposureParams {
  readonly endpoint: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly after?: string | undefined;
  readonly limit?: number | undefined;
}

export interface ExposureRow {
  readonly subject: string;
  readonly subjectType: string;
  /** `truthful`, `uniform`, `none`: each that was given at least once. */
  readonly answers: readonly string[];
  /** Classes of the truthful answers, at most 64. */
  readonly classes: readonly string[];
  readonly firstAt: number;
  readonly lastAt: number;
  readonly addresses: number;
  readonly disclosures: number;
}
