import { createHash } from "node:crypto";
import { PosternError } from "@postern/engine";
import { z } from "zod";
import type { EmbeddedEngine } from "./embedded-engine.ts";
import type { Migration } from "./migration.ts";
import { baseTables } from "./migrations/0001-base-tables.ts";
import { hourlyAggregates } from "./migrations/0002-hourly-aggregates.ts";
import { whatTheCallerGot } from "./migrations/0003-what-the-caller-got.ts";
import { sourceDays } from "./migrations/0004-source-days.ts";
import { Sql, sql } from "./sql.ts";

/**
 * Brings the store's tables to the newest form. Each migration runs once, in order, and is recorded with its checksum when it
 * is complete. A crash in the middle is resumed: its statements run again with IF NOT EXISTS.
 * Refuses (STORE_QUERY_FAILED) a store whose recorded migrations are not the ones this version knows: an edited
 * migration, or a store written by a newer version.
 */
export async function migrate(engine: EmbeddedEngine, migrations: readonly Migration[] = allMigrations): Promise<readonly string[]> {
  await engine.write(sql`CREATE DATABASE IF NOT EXISTS postern`);
  await engine.write(sql`CREATE TABLE IF NOT EXISTS postern.schema_migrations (number UInt32, name String, checksum String, at DateTime('UTC') DEFAULT now())
    ENGINE = MergeTree ORDER BY number SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`);
  const recorded = z
    .array(recordSchema)
    .parse(await engine.read(sql`SELECT number, any(name) AS name, any(checksum) AS checksum FROM postern.schema_migrations GROUP BY number ORDER BY number LIMIT 10000`));
  const known = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const record of recorded) {
    const migration = known.get(record.number);
    if (migration === undefined || checksumOf(migration) !== record.checksum) {
      throw new PosternError("STORE_QUERY_FAILED", `The store's migration ${record.number} (${record.name}) is not the one this version knows`, {
        remedy: "Start the version of Postern that wrote it, or move the store's folder aside: it is rebuilt from the journals that are kept.",
      });
    }
  }
  const done = new Set(recorded.map((record) => record.number));
  const applied: string[] = [];
  for (const migration of migrations) {
    if (done.has(migration.number)) continue;
    for (const statement of migration.statements) await engine.write(new Sql([resumable(statement)], []));
    await engine.write(sql`INSERT INTO postern.schema_migrations (number, name, checksum) SELECT ${migration.number}, ${migration.name}, ${checksumOf(migration)}`);
    applied.push(migration.name);
  }
  return applied;
}

/** Every step, in order. */
export const allMigrations: readonly Migration[] = [baseTables, hourlyAggregates, whatTheCallerGot, sourceDays];

const recordSchema = z.object({ number: z.number(), name: z.string(), checksum: z.string() });

function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.statements.join("\n;\n")).digest("hex");
}

function resumable(statement: string): string {
  return statement.replace(/^CREATE (TABLE|MATERIALIZED VIEW) /, "CREATE $1 IF NOT EXISTS ");
}
