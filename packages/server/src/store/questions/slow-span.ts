import { z } from "zod";
import { sql } from "../sql.ts";
import { costLimits, type Question } from "./question.ts";

/** From which day on follow-ups are known, and the newest day of questions; zeros when there are none. Days as their first moment. */
export const slowSpan: Question<Record<string, never>, SlowSpanRow> = {
  params: z.record(z.string(), z.never()),
  row: z.object({ firstDay: z.number(), lastDay: z.number(), rows: z.number(), sources: z.number() }),
  sql: () => sql`SELECT toUnixTimestamp(toDateTime(minIf(day, endpoint_id = ''), 'UTC')) * 1000 AS firstDay,
      toUnixTimestamp(toDateTime(maxIf(day, endpoint_id != ''), 'UTC')) * 1000 AS lastDay, count() AS rows, uniqCombined64If(tuple(source, endpoint_id), endpoint_id != '') AS sources
    FROM postern.source_days LIMIT 1 ${costLimits}`,
};

export interface SlowSpanRow {
  readonly firstDay: number;
  readonly lastDay: number;
  readonly rows: number;
  /** Pairs of a source and an endpoint it asked (± 0.5 %). */
  readonly sources: number;
}
