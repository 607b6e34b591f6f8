import { z } from "zod";
import { allOf, sql } from "../sql.ts";
import { before, beforeCursor, costLimits, id, inWindow, pageLimit, time, type Question } from "./question.ts";

/** A page of signals, newest first. */
export const signals: Question<SignalsParams, SignalsRow> = {
  params: z.object({ endpoint: id.optional(), detector: id.optional(), from: time.optional(), to: time.optional(), before: before.optional(), limit: pageLimit }),
  row: z
    .object({
      id: z.string(),
      at: z.number(),
      detector: z.string(),
      level: z.enum(["info", "low", "medium", "high", "critical"]),
      confidence: z.number(),
      endpointId: z.string(),
      address: z.string(),
      network: z.string(),
      narrow: z.string(),
      evidence: z.string(),
    })
    .transform((row) => ({ ...row, evidence: evidenceOf(row.evidence) })),
  sql: (params) => sql`SELECT id, toUnixTimestamp64Milli(at) AS at, detector, level, confidence, endpoint_id AS endpointId, address, network, narrow, evidence
    FROM postern.signals WHERE ${allOf([
      inWindow(params),
      params.detector === undefined ? undefined : sql`detector = ${params.detector}`,
      beforeCursor(params.before),
    ])} ORDER BY postern.signals.at DESC, id DESC LIMIT ${params.limit ?? 100} ${costLimits}`,
};

export interface SignalsParams {
  readonly endpoint?: string | undefined;
  readonly detector?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly before?: { readonly at: number; readonly id: string } | undefined;
  readonly limit?: number | undefined;
}

export interface SignalsRow {
  readonly id: string;
  readonly at: number;
  readonly detector: string;
  readonly level: "info" | "low" | "medium" | "high" | "critical";
  readonly confidence: number;
  /** "" when the signal is about no one endpoint. */
  readonly endpointId: string;
  readonly address: string;
  /** /24 or /64 in clear. */
  readonly network: string;
  readonly narrow: string;
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
}

function evidenceOf(text: string): Record<string, string | number | boolean> {
  if (text === "") return {};
  const parsed = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : {};
}
