import { z } from "zod";
import { allOf, sql } from "../sql.ts";
import { costLimits, id, time, type Question } from "./question.ts";

/** Disclosures an hour from the aggregates: fast over years. Distinct counts are estimates (about half a percent off above a few thousand); exact ones come from `disclosureTotals`. */
export const disclosureHours: Question<DisclosureHoursParams, DisclosureHoursRow> = {
  params: z.object({ endpoint: id, from: time.optional(), to: time.optional() }),
  row: z.object({ hour: z.number(), answer: z.string(), responseClass: z.string(), disclosures: z.number(), subjects: z.number(), networks: z.number() }),
  sql: (params) => sql`SELECT toUnixTimestamp(h.hour) * 1000 AS hour, answer, response_class AS responseClass, sum(h.disclosures) AS disclosures,
      uniqCombined64Merge(h.subjects) AS subjects, uniqCombined64Merge(h.networks) AS networks
    FROM postern.disclosures_hourly AS h WHERE ${allOf([
      sql`endpoint_id = ${params.endpoint}`,
      params.from === undefined ? undefined : sql`h.hour >= toStartOfHour(fromUnixTimestamp64Milli(${params.from}, 'UTC'))`,
      params.to === undefined ? undefined : sql`h.hour < fromUnixTimestamp64Milli(${params.to}, 'UTC')`,
    ])} GROUP BY h.hour, answer, response_class ORDER BY h.hour LIMIT 10000 ${costLimits}`,
};

export interface DisclosureHoursParams {
  readonly endpoint: string;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface DisclosureHoursRow {
  readonly hour: number;
  readonly answer: string;
  readonly responseClass: string;
  readonly disclosures: number;
  readonly subjects: number;
  readonly networks: number;
}
