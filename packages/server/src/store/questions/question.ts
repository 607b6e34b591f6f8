import { z } from "zod";
import { allOf, sql, type Sql } from "../sql.ts";

/**
 * One thing that may be asked of the store: what goes in, the statement, what comes out. Every answer is bounded by a LIMIT.
 * Times are milliseconds since the epoch, hashes 16 hex digits, `endpoint` an endpoint's id.
 */
export interface Question<Params, Row> {
  readonly params: z.ZodType<Params>;
  readonly row: z.ZodType<Row>;
  readonly sql: (params: Params) => Sql;
  /** Asked instead when `sql` looked at a narrow window first and found fewer rows than the page holds. */
  readonly wider?: (params: Params) => { readonly statement: Sql; readonly enough: number };
}

/** 1–1000 rows a page, default 100: what one console page or API answer holds. */
export const pageLimit = z.int().min(1).max(1_000).default(100);
export const time = z.int().min(0).max(7_258_118_400_000);
export const id = z.string().max(256);
export const hash = z.string().regex(/^[0-9a-f]{16}$/);
/** Where the page before ended, newest first; make it with `cursorOf`. */
export const before = z.object({ at: time, id });

/** Parts of the disclosure and exchange questions. */
export const windowShape = { endpoint: id.optional(), from: time.optional(), to: time.optional(), address: id.optional() };

/** `from` is the first moment counted, `to` the first one that no longer is. */
export function inWindow(params: {
  readonly endpoint?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly address?: string | undefined;
}): Sql {
  return allOf([
    params.endpoint === undefined ? undefined : sql`endpoint_id = ${params.endpoint}`,
    params.from === undefined ? undefined : sql`at >= fromUnixTimestamp64Milli(${params.from}, 'UTC')`,
    params.to === undefined ? undefined : sql`at < fromUnixTimestamp64Milli(${params.to}, 'UTC')`,
    // An address that has expired is found by its network.
    params.address === undefined ? undefined : sql`(address = ${params.address} OR (address = '' AND network = ${params.address}))`,
  ]);
}

export function beforeCursor(cursor: { readonly at: number; readonly id: string } | undefined): Sql | undefined {
  if (cursor === undefined) return undefined;
  const at = sql`fromUnixTimestamp64Milli(${cursor.at}, 'UTC')`;
  return sql`at <= ${at} AND (at < ${at} OR id < ${cursor.id})`;
}

/**
 * What a question may cost; beyond it the engine gives up and the caller is told, rather than every other question waiting.
 * A name in WHERE means the column, also where the answer has a field of the same name.
 */
export const costLimits = sql`SETTINGS max_execution_time = 30, prefer_column_name_to_alias = 1`;

/** A list for IN that may be empty: then nothing is in it. */
export function isIn(column: Sql, values: readonly string[]): Sql {
  return values.length === 0 ? sql`0` : sql`${column} IN ${values}`;
}
