import { z } from "zod";
import { exchanges, type ExchangesParams } from "./exchanges.ts";
import { id, pageLimit, before, time, type Question } from "./question.ts";

/** A page of what the gate did, newest first. `ref` is the exchange's id: what `postern why` takes. */
export const decisions: Question<DecisionsParams, DecisionsRow> = {
  params: z.object({ endpoint: id.optional(), from: time.optional(), to: time.optional(), actedOn: z.boolean().optional(), before: before.optional(), limit: pageLimit }),
  row: z
    .object({ id: z.string(), at: z.number(), action: z.string(), would: z.string(), reason: z.string() })
    .transform((row) => ({ id: row.id, at: row.at, action: row.action, would: row.would, reason: row.reason, ref: row.id })),
  sql: exchanges.sql,
  ...(exchanges.wider === undefined ? {} : { wider: exchanges.wider }),
};

export type DecisionsParams = Pick<ExchangesParams, "endpoint" | "from" | "to" | "actedOn" | "before" | "limit">;

export interface DecisionsRow {
  readonly id: string;
  readonly at: number;
  readonly action: string;
  readonly would: string;
  readonly reason: string;
  readonly ref: string;
}
