import { z } from "zod";
import { allOf, sql, type Sql } from "../sql.ts";
import { before, beforeCursor, costLimits, inWindow, pageLimit, windowShape, type Question } from "./question.ts";
import type { DisclosureTotalsParams } from "./disclosure-totals.ts";

/** A page of exchanges, newest first. Without an endpoint the newest hours that fill a page are read first, so that the console's first page does not read months. */
export const exchanges: Question<ExchangesParams, ExchangesRow> = {
  params: z.object({
    ...windowShape,
    id: z.string().max(256).optional(),
    status: z.int().min(0).max(999).optional(),
    actedOn: z.boolean().optional(),
    before: before.optional(),
    limit: pageLimit,
  }),
  row: z.object({
    id: z.string(),
    at: z.number(),
    endpointId: z.string(),
    method: z.string(),
    host: z.string(),
    path: z.string(),
    status: z.number(),
    answered: z.number(),
    address: z.string(),
    credential: z.string(),
    credentialKind: z.string(),
    responseClass: z.string(),
    durationMs: z.number(),
    requestBytes: z.number(),
    responseBytes: z.number(),
    subjects: z.array(z.string()),
    subjectTypes: z.array(z.string()),
    flags: z.array(z.string()),
    action: z.string(),
    would: z.string(),
    reason: z.string(),
  }),
  sql: (params) => pageOf(params, isWide(params) ? sql`1` : newestHours(params)),
  wider: (params) => ({ statement: pageOf(params, sql`1`), enough: isWide(params) ? 0 : (params.limit ?? 100) }),
};

export interface ExchangesParams extends DisclosureTotalsParams {
  readonly id?: string | undefined;
  readonly status?: number | undefined;
  /** Only exchanges the gate did, or in `enforce` would have done, something about. */
  readonly actedOn?: boolean | undefined;
  readonly before?: { readonly at: number; readonly id: string } | undefined;
  readonly limit?: number | undefined;
}

export interface ExchangesRow {
  readonly id: string;
  readonly at: number;
  readonly endpointId: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  readonly answered: number;
  readonly address: string;
  readonly credential: string;
  readonly credentialKind: string;
  readonly responseClass: string;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly subjects: readonly string[];
  readonly subjectTypes: readonly string[];
  readonly flags: readonly string[];
  readonly action: string;
  readonly would: string;
  readonly reason: string;
}

function pageOf(params: ExchangesParams, narrowed: Sql): Sql {
  const where = allOf([
    inWindow(params),
    params.id === undefined ? undefined : sql`id = ${params.id}`,
    params.status === undefined ? undefined : sql`status = ${params.status}`,
    params.actedOn === true ? sql`(would != 'allow' OR action != 'allow')` : undefined,
    beforeCursor(params.before),
    narrowed,
  ]);
  return sql`SELECT id, toUnixTimestamp64Milli(at) AS at, endpoint_id AS endpointId, method, host, path, status, answered, if(address = '', network, address) AS address, credential,
      credential_kind AS credentialKind, response_class AS responseClass, duration_ms AS durationMs, request_bytes AS requestBytes, response_bytes AS responseBytes,
      arrayMap(s -> lower(hex(s)), subjects) AS subjects, subject_types AS subjectTypes, flags, action, would, reason
    FROM postern.exchanges WHERE ${where} ORDER BY postern.exchanges.at DESC, id DESC LIMIT ${params.limit ?? 100} ${costLimits}`;
}

/** Filters for rare things would find too little in the newest hours: read everything at once. An endpoint alone is served by the table's own order. */
function isWide(params: ExchangesParams): boolean {
  return params.endpoint !== undefined || params.address !== undefined || params.status !== undefined || params.id !== undefined || params.actedOn === true;
}

/** The hour from which on the page is full, counted from the hourly sums; the hour the cursor stands in is not counted on. */
function newestHours(params: ExchangesParams): Sql {
  const until = params.before?.at ?? params.to;
  const earlier = until === undefined ? sql`1` : sql`hour < toStartOfHour(fromUnixTimestamp64Milli(${until}, 'UTC'))`;
  return sql`at >= (SELECT max(hour) FROM (SELECT hour, sum(n) OVER (ORDER BY hour DESC) AS held FROM (SELECT hour, sum(exchanges) AS n FROM postern.exchanges_hourly WHERE ${earlier} GROUP BY hour)) WHERE held >= ${params.limit ?? 100})`;
}
