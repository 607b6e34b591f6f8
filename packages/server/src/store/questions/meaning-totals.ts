import { z } from "zod";
import { sql } from "../sql.ts";
import { costLimits, id, inWindow, isIn, windowShape, type Question } from "./question.ts";
import type { DisclosureTotalsParams } from "./disclosure-totals.ts";

/**
 * People by what was learned about them, each counted once an endpoint, by the strongest thing any answer told: confirmed (or
 * returned), else denied, else unknown (truthful, but of a class whose meaning is not known), else uniform. Exact.
 */
export const meaningTotals: Question<MeaningTotalsParams, MeaningTotalsRow> = {
  params: z.object({ ...windowShape, confirmedClasses: classes(), deniedClasses: classes(), nothingClasses: classes() }),
  row: z.object({
    endpointId: z.string(),
    confirmed: z.number(),
    denied: z.number(),
    uniform: z.number(),
    unknown: z.number(),
    firstAt: z.number(),
    lastAt: z.number(),
  }),
  sql: (params) => {
    const told = (ids: readonly string[]) => sql`answer = 'truthful' AND ${isIn(sql`response_class`, ids)}`;
    return sql`SELECT endpointId, countIf(best = 4) AS confirmed, countIf(best = 3) AS denied, countIf(best = 2) AS unknown, countIf(best = 1) AS uniform,
        toUnixTimestamp64Milli(min(first)) AS firstAt, toUnixTimestamp64Milli(max(last)) AS lastAt
      FROM (
        SELECT endpoint_id AS endpointId, subject, min(at) AS first, max(at) AS last,
          max(multiIf(${told(params.confirmedClasses)}, 4, ${told(params.deniedClasses)}, 3, ${told(params.nothingClasses)}, 0, answer = 'truthful', 2, answer = 'uniform', 1, 0)) AS best
        FROM postern.disclosures WHERE ${inWindow(params)} GROUP BY endpoint_id, subject
      ) GROUP BY endpointId ORDER BY confirmed DESC LIMIT 10000 ${costLimits}`;
  },
};

export interface MeaningTotalsParams extends DisclosureTotalsParams {
  readonly confirmedClasses: readonly string[];
  readonly deniedClasses: readonly string[];
  readonly nothingClasses: readonly string[];
}

export interface MeaningTotalsRow {
  readonly endpointId: string;
  readonly confirmed: number;
  readonly denied: number;
  readonly uniform: number;
  readonly unknown: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

function classes(): z.ZodType<string[]> {
  return z.array(id).max(1_000);
}
