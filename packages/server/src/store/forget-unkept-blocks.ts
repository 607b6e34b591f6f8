import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { EmbeddedEngine } from "./embedded-engine.ts";
import { sql, Sql } from "./sql.ts";

/**
 * Makes the engine forget blocks it believes to have taken and does not have. A MergeTree table writes "block taken, in part P" to its
 * deduplication log *before* it puts part P in place; a process that is killed between the two leaves the promise without the part,
 * and the segment that is loaded again would be taken for a duplicate: its rows would be lost.
 *
 * Call it once, after the tables are there and before the first load, when nothing else writes. A record is dropped when no active part
 * covers its block number. That may drop records of rows that were deleted since: harmless, their segments are recorded as loaded
 * and never come again. Returns how many records were dropped.
 */
export async function forgetUnkeptBlocks(engine: EmbeddedEngine): Promise<number> {
  const tables = z
    .array(tableSchema)
    .parse(await engine.read(sql`SELECT name, data_paths FROM system.tables WHERE database = 'postern' AND engine LIKE '%MergeTree' ORDER BY name LIMIT 1000`));
  let dropped = 0;
  for (const { name, data_paths: paths } of tables) {
    const logs = paths.flatMap((path) => logFiles(join(path, logsFolder)));
    if (logs.length === 0) continue;
    const parts = z.array(partSchema).parse(
      await engine.read(
        sql`SELECT partition_id AS partition, toInt64(min_block_number) AS min, toInt64(max_block_number) AS max FROM system.parts WHERE database = 'postern' AND table = ${name} AND active ORDER BY partition_id, min_block_number LIMIT 1000000
            SETTINGS output_format_json_quote_64bit_integers = 0`,
      ),
    );
    const covered = coverOf(parts);
    const mended = new Map<string, string>();
    for (const file of logs) {
      const lines = readFileSync(file, "latin1").split("\n");
      const kept = lines.filter((line) => !isUnkept(line, covered));
      if (kept.length === lines.length) continue;
      dropped += lines.length - kept.length;
      mended.set(file, kept.join("\n"));
    }
    if (mended.size === 0) continue;
    // The log is read when a table is attached, and the engine holds it open until then. A crash in between is harmless: attaching is what opening a store does.
    const table = new Sql([`postern.${name}`], []);
    await engine.write(sql`DETACH TABLE ${table}`);
    try {
      for (const [file, text] of mended) {
        writeFileSync(`${file}.mended`, text, { mode: 0o600 });
        renameSync(`${file}.mended`, file);
      }
    } finally {
      await engine.write(sql`ATTACH TABLE ${table}`);
    }
  }
  return dropped;
}

const logsFolder = "deduplication_logs";
const tableSchema = z.object({ name: z.string().regex(/^\w+$/), data_paths: z.array(z.string()) });
const partSchema = z.object({ partition: z.string(), min: z.number(), max: z.number() });
type Part = z.infer<typeof partSchema>;

function logFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((file) => /^deduplication_log_\d+\.txt$/.test(file))
      .map((file) => join(folder, file));
  } catch (error) {
    // A table that takes each row as it comes keeps no log.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** Active parts of each partition, in order; they never overlap. */
function coverOf(parts: readonly Part[]): ReadonlyMap<string, readonly Part[]> {
  const cover = new Map<string, Part[]>();
  for (const part of parts) {
    const list = cover.get(part.partition);
    if (list === undefined) cover.set(part.partition, [part]);
    else list.push(part);
  }
  return cover;
}

/** A line is `operation TAB part TAB block`; operation 1 says that the block was taken. Any other line is left alone. */
function isUnkept(line: string, cover: ReadonlyMap<string, readonly Part[]>): boolean {
  const [operation, part = ""] = line.split("\t");
  if (operation !== "1") return false;
  const [level, max, min, ...partition] = part.split("_").toReversed();
  const block = Number(min);
  if (level === undefined || max !== min || partition.length === 0 || !Number.isSafeInteger(block)) return false;
  const parts = cover.get(partition.toReversed().join("_")) ?? [];
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((parts[middle]?.max ?? 0) < block) low = middle + 1;
    else high = middle;
  }
  const candidate = parts[low];
  return candidate === undefined || candidate.min > block;
}
