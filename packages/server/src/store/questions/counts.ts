import { z } from "zod";
import { sql } from "../sql.ts";
import { costLimits, type Question } from "./question.ts";

/** How much the store holds, and from when: one row a table. */
export const counts: Question<Readonly<Record<string, never>>, CountsRow> = {
  params: z.object({}),
  row: z.object({ table: z.string(), rows: z.number(), firstAt: z.number(), lastAt: z.number(), bad: z.number() }),
  sql: () => {
    const one = (table: string, from: ReturnType<typeof sql>) =>
      sql`SELECT ${table} AS table, count() AS rows, toUnixTimestamp64Milli(min(at)) AS firstAt, toUnixTimestamp64Milli(max(at)) AS lastAt, (SELECT sum(bad) FROM postern.segments WHERE kind = ${table}) AS bad FROM ${from}`;
    return sql`SELECT * FROM (${one("exchanges", sql`postern.exchanges`)} UNION ALL ${one("disclosures", sql`postern.disclosures`)} UNION ALL ${one("signals", sql`postern.signals`)}) ORDER BY table LIMIT 10 ${costLimits}`;
  },
};

export interface CountsRow {
  readonly table: string;
  readonly rows: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Journal lines the store refused, all time. */
  readonly bad: number;
}
