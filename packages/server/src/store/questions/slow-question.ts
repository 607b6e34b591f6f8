import { z } from "zod";
import { sql, type Sql } from "../sql.ts";
import { id, isIn, time } from "./question.ts";

/** What every question over `source_days` is asked with. */
export interface SlowParams {
  /** First moment of the first day and of the first that no longer counts, UTC. */
  readonly from: number;
  readonly to: number;
  /** 0 to {@link shards} − 1. */
  readonly shard: number;
  readonly endpoint?: string | undefined;
  /** Credentials of proven principals: what they asked is not an anonymous source's. */
  readonly principals?: readonly string[] | undefined;
}

/** As the migration cuts them. */
export const shards = 16;
/** As many as one IN takes; more principals than this are counted as the addresses they come from. */
export const principalsMax = 10_000;
/**
 * What a slow question may cost: one thread, so that the other reader and the loading go on; memory for about two million sources a shard, spilled to disk beyond a quarter of that; and
 * less time than the caller waits.
 */
export const slowLimits = sql`SETTINGS max_threads = 1, max_execution_time = 30, max_memory_usage = 600000000, max_bytes_before_external_group_by = 150000000, max_bytes_before_external_sort = 150000000,
  join_algorithm = 'grace_hash', max_bytes_in_join = 150000000, priority = 10, prefer_column_name_to_alias = 0, output_format_json_quote_64bit_integers = 0`;

/** The fields every slow question takes. */
export function slowShape() {
  return {
    from: time,
    to: time,
    shard: z
      .int()
      .min(0)
      .max(shards - 1),
    endpoint: id.optional(),
    principals: z.array(id).max(principalsMax).optional(),
  };
}

export function askedIn(params: SlowParams): Sql {
  const endpoint = params.endpoint === undefined ? sql`endpoint_id != ''` : sql`endpoint_id = ${params.endpoint}`;
  return sql`shard = ${params.shard} AND ${endpoint} AND ${daysIn(params)} AND NOT ${isIn(sql`credential`, params.principals ?? [])}`;
}

export function followedIn(params: SlowParams): Sql {
  return sql`shard = ${params.shard} AND endpoint_id = '' AND ${daysIn(params)}`;
}

function daysIn({ from, to }: SlowParams): Sql {
  return sql`day >= toDate(fromUnixTimestamp64Milli(${from}, 'UTC')) AND day < toDate(fromUnixTimestamp64Milli(${to}, 'UTC'))`;
}
