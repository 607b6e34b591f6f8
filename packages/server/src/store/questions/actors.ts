import { z } from "zod";
import { allOf, sql } from "../sql.ts";
import { costLimits, id, inWindow, isIn, pageLimit, time, type Question } from "./question.ts";

/** Addresses that asked about people, most distinct subjects first. `after` pages: the subjects and address of the last row before. */
export const actors: Question<ActorsParams, ActorsRow> = {
  params: z.object({
    from: time.optional(),
    to: time.optional(),
    confirmedClasses: z.array(id).max(1_000).default([]),
    after: z.object({ subjects: z.int().min(0), address: id }).optional(),
    limit: pageLimit,
  }),
  row: z.object({ address: z.string(), requests: z.number(), subjects: z.number(), confirmed: z.number(), firstAt: z.number(), lastAt: z.number() }),
  sql: (params) => {
    const after = params.after === undefined ? sql`1` : sql`(subjects < ${params.after.subjects} OR (subjects = ${params.after.subjects} AND address > ${params.after.address}))`;
    return sql`SELECT * FROM (
        SELECT source AS address, uniqExact(exchange_id) AS requests, uniqExact(subject) AS subjects,
          uniqExactIf(subject, answer = 'truthful' AND ${isIn(sql`response_class`, params.confirmedClasses ?? [])}) AS confirmed,
          toUnixTimestamp64Milli(min(at)) AS firstAt, toUnixTimestamp64Milli(max(at)) AS lastAt
        FROM (SELECT if(address = '', network, address) AS source, exchange_id, subject, answer, response_class, at FROM postern.disclosures WHERE ${allOf([inWindow(params)])})
        GROUP BY source
      ) WHERE ${after} ORDER BY subjects DESC, address LIMIT ${params.limit ?? 100} ${costLimits}`;
  },
};

export interface ActorsParams {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Classes that confirm that a subject exists. */
  readonly confirmedClasses?: readonly string[] | undefined;
  readonly after?: { readonly subjects: number; readonly address: string } | undefined;
  readonly limit?: number | undefined;
}

export interface ActorsRow {
  readonly address: string;
  /** Requests that asked about somebody. */
  readonly requests: number;
  readonly subjects: number;
  readonly confirmed: number;
  readonly firstAt: number;
  readonly lastAt: number;
}
