import type { EmbeddedEngine } from "./embedded-engine.ts";
import { Sql, sql } from "./sql.ts";

/** How long what is kept, milliseconds from when it was journaled. Absent: as {@link retentionDefaults}. */
export interface Retention {
  readonly exchanges?: number | undefined;
  /** Signals are kept as long as disclosures: they are what an incident rests on. */
  readonly disclosures?: number | undefined;
  /** After this an address is gone and only its /24 or /64 is left. */
  readonly clearAddresses?: number | undefined;
}

/**
 * Makes the tables forget on time: tells the engine (which forgets when it merges, sooner or later), and takes away at once what is due now. Call it at the
 * start and then once an hour. Idempotent; a crash in between is made good by the next call. Times count from when a row was journaled: recorded traffic of
 * last year lives as long as today's.
 *
 * Not reached: hourly sums, which hold no row of anybody; journal segments already loaded, which are kept for a week (exchanges: at most as long as here).
 */
export async function applyRetention(engine: EmbeddedEngine, retention: Retention, now: number): Promise<void> {
  const exchanges = retention.exchanges ?? retentionDefaults.exchanges;
  const disclosures = retention.disclosures ?? retentionDefaults.disclosures;
  const clear = retention.clearAddresses ?? retentionDefaults.clearAddresses;
  for (const [table, keptMs, column] of [
    ["exchanges", exchanges, "address String DEFAULT '' CODEC(ZSTD(1))"],
    ["disclosures", disclosures, "address String DEFAULT '' CODEC(ZSTD(1))"],
    ["signals", disclosures, "address String DEFAULT ''"],
    ["follow_ups", disclosures, "address String DEFAULT '' CODEC(ZSTD(1))"],
  ] as const) {
    const name = raw(`postern.${table}`);
    const [held] = await engine.read(sql`SELECT create_table_query AS text FROM system.tables WHERE database = 'postern' AND name = ${table} LIMIT 1`);
    const text = typeof held === "object" && held !== null && "text" in held ? String(held.text) : "";
    // What is due now is taken away below; the engine need not rewrite everything to find out.
    const settings = raw("SETTINGS materialize_ttl_after_modify = 0");
    if (!tells(text.slice(text.lastIndexOf("ORDER BY")), keptMs))
      await engine.write(sql`ALTER TABLE ${name} MODIFY TTL stored_at + toIntervalSecond(${seconds(keptMs)}) ${settings}`);
    if (!tells(text.slice(0, text.lastIndexOf("ORDER BY")), clear))
      await engine.write(sql`ALTER TABLE ${name} MODIFY COLUMN ${raw(column)} TTL stored_at + toIntervalSecond(${seconds(clear)}) ${settings}`);
    const gone = sql`stored_at < toDateTime(${Math.floor((now - keptMs) / 1_000)}, 'UTC')`;
    if (await some(engine, name, gone)) await engine.write(sql`ALTER TABLE ${name} DELETE WHERE ${gone} SETTINGS mutations_sync = 1`);
    const blurred = sql`stored_at < toDateTime(${Math.floor((now - clear) / 1_000)}, 'UTC') AND address != ''`;
    if (await some(engine, name, blurred)) await engine.write(sql`ALTER TABLE ${name} UPDATE address = '' WHERE ${blurred} SETTINGS mutations_sync = 1`);
  }
  // Its rows are told apart by address: they go with the addresses.
  const days = raw("postern.source_days");
  const [held] = await engine.read(sql`SELECT create_table_query AS text FROM system.tables WHERE database = 'postern' AND name = 'source_days' LIMIT 1`);
  const text = typeof held === "object" && held !== null && "text" in held ? String(held.text) : "";
  const keptMs = Math.min(clear, disclosures);
  if (!tells(text, keptMs)) await engine.write(sql`ALTER TABLE ${days} MODIFY TTL stored_at + toIntervalSecond(${seconds(keptMs)}) SETTINGS materialize_ttl_after_modify = 0`);
  const gone = sql`stored_at < toDateTime(${Math.floor((now - keptMs) / 1_000)}, 'UTC')`;
  if (await some(engine, days, gone)) await engine.write(sql`ALTER TABLE ${days} DELETE WHERE ${gone} SETTINGS mutations_sync = 1`);
}

const dayMs = 86_400_000;
export const retentionDefaults = { exchanges: 90 * dayMs, disclosures: 400 * dayMs, clearAddresses: 90 * dayMs } as const;
/** Often enough for days, rare enough to cost nothing. */
export const retentionEveryMs = 3_600_000;

async function some(engine: EmbeddedEngine, table: Sql, where: Sql): Promise<boolean> {
  return (await engine.read(sql`SELECT 1 AS one FROM ${table} WHERE ${where} LIMIT 1`)).length > 0;
}

/** Whether the engine forgets after this time already, in seconds or in days. */
function tells(definition: string, keptMs: number): boolean {
  return definition.includes(`toIntervalSecond(${seconds(keptMs)})`) || (keptMs % dayMs === 0 && definition.includes(`toIntervalDay(${keptMs / dayMs})`));
}

function seconds(ms: number): number {
  return Math.max(1, Math.round(ms / 1_000));
}

/** Names of our own, never from outside. */
function raw(text: string): Sql {
  return new Sql([text], []);
}
