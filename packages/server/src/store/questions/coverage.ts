import { z } from "zod";
import { allOf, sql } from "../sql.ts";
import { costLimits, id, time, type Question } from "./question.ts";

/** Hours that hold records, of one endpoint or of all, oldest first; an hour that is missing holds none. At most 10,000 hours (over a year). */
export const coverage: Question<CoverageParams, CoverageRow> = {
  params: z.object({ endpoint: id.optional(), from: time.optional(), to: time.optional() }),
  row: z.object({ hour: z.number(), exchanges: z.number(), errors: z.number(), firstAt: z.number(), lastAt: z.number() }),
  sql: (params) => sql`SELECT toUnixTimestamp(h.hour) * 1000 AS hour, sum(h.exchanges) AS exchanges, sum(h.errors) AS errors,
      toUnixTimestamp64Milli(min(h.first_at)) AS firstAt, toUnixTimestamp64Milli(max(h.last_at)) AS lastAt
    FROM postern.exchanges_hourly AS h WHERE ${allOf([
      params.endpoint === undefined ? undefined : sql`h.endpoint_id = ${params.endpoint}`,
      params.from === undefined ? undefined : sql`h.hour >= toStartOfHour(fromUnixTimestamp64Milli(${params.from}, 'UTC'))`,
      params.to === undefined ? undefined : sql`h.hour < fromUnixTimestamp64Milli(${params.to}, 'UTC')`,
    ])} GROUP BY h.hour ORDER BY h.hour LIMIT 10000 ${costLimits}`,
};

export interface CoverageParams {
  readonly endpoint?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface CoverageRow {
  /** Start of the hour, milliseconds since the epoch. */
  readonly hour: number;
  readonly exchanges: number;
  readonly errors: number;
  readonly firstAt: number;
  readonly lastAt: number;
}
