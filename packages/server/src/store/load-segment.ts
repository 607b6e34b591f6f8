import { createReadStream, existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { PosternError } from "@postern/engine";
import type { EmbeddedEngine } from "./embedded-engine.ts";
import { linesOf } from "./replay-journal.ts";
import { parseSegmentName } from "./segment-name.ts";
import { literal, Sql, sql } from "./sql.ts";
import { isLoadedKind, loadedTables } from "./tables.ts";
import type { LoadedTable } from "./tables.ts";

/**
 * Loads one closed segment, exactly once however often it is called: the segment's name is the deduplication token of
 * its INSERT, for the table and for the aggregates behind it, and the whole segment is one block a partition, cut the same way each time.
 *
 * A line the engine cannot take does not block the others: the segment is read again here, good lines are loaded, bad ones are
 * kept in `<segment>.bad` and counted.
 */
export async function loadSegment(engine: EmbeddedEngine, path: string, name: string): Promise<LoadedSegment> {
  const parsed = parseSegmentName(name);
  if (parsed === undefined || !isLoadedKind(parsed.kind)) throw new PosternError("INTERNAL", `No table takes the journal segment ${name}`);
  const target = loadedTables[parsed.kind];
  const bytes = statSync(path).size;
  try {
    await engine.write(insertOf(target, path, name, parsed.at));
    return { rows: await countLines(path), bad: 0, bytes };
  } catch (error) {
    if (!isDataError(error)) throw error;
  }
  const sifted = `${path}.good`;
  try {
    const { rows, bad } = sift(target, path, sifted);
    if (rows > 0) await engine.write(insertOf(target, sifted, name, parsed.at));
    return { rows, bad, bytes };
  } catch (error) {
    if (!isDataError(error)) throw error;
    // Our own reading of the lines and the engine's disagree: keep the whole segment aside rather than stop the loading.
    const bad = await countLines(path);
    rmSync(`${path}.bad`, { force: true });
    writeFileSync(`${path}.bad`, `${name}\n`, { mode: 0o600 });
    return { rows: 0, bad, bytes };
  } finally {
    if (existsSync(sifted)) rmSync(sifted);
  }
}

export interface LoadedSegment {
  readonly rows: number;
  readonly bad: number;
  readonly bytes: number;
}

/** One block of any segment: more rows than 8 MiB of lines hold, so that the engine never cuts a segment in two. */
const blockRowsMax = 4_000_000;
/** Ten years of days in one segment, for imports; more is a damaged clock, and the lines are kept aside. */
const partitionsMax = 4_000;

function insertOf(target: LoadedTable, path: string, name: string, storedAtMs: number): Sql {
  const columns = Object.keys(target.columns).join(", ");
  const expressions = Object.values(target.columns).join(", ");
  const raw = (text: string): Sql => new Sql([text], []);
  return sql`INSERT INTO ${raw(target.table)} (${raw(columns)}, segment, stored_at)
    SELECT ${raw(expressions)}, ${name}, toDateTime(${Math.floor(storedAtMs / 1_000)}, 'UTC')
    FROM file(${raw(literal(path))}, 'JSONEachRow', ${target.structure})
    SETTINGS insert_deduplicate = 1, insert_deduplication_token = ${name}, deduplicate_blocks_in_dependent_materialized_views = 1,
      max_threads = 1, max_insert_threads = 1, max_block_size = ${blockRowsMax}, max_insert_block_size = ${blockRowsMax}, min_insert_block_size_rows = ${blockRowsMax}, min_insert_block_size_bytes = 0,
      max_partitions_per_insert_block = ${partitionsMax}, input_format_skip_unknown_fields = 1, input_format_null_as_default = 1, input_format_defaults_for_omitted_fields = 1, input_format_parallel_parsing = 0`;
}

/** Errors that come from what a line says, not from the disk, memory or a lock: only these make a line bad. */
const dataErrors = new Set(["6", "26", "27", "38", "41", "53", "70", "72", "117", "131", "190", "252", "321", "349", "407", "441", "457", "675", "676", "677"]);

function isDataError(error: unknown): boolean {
  if (!(error instanceof PosternError) || typeof error.cause !== "object" || error.cause === null || !("code" in error.cause)) return false;
  return dataErrors.has(String(error.cause.code));
}

/** Splits a segment into lines the table can take and lines it cannot. Both files are written anew each time. */
function sift(target: LoadedTable, path: string, goodPath: string): { readonly rows: number; readonly bad: number } {
  const good: string[] = [];
  const bad: string[] = [];
  for (const line of linesOf(path)) {
    if (isRow(target, line)) good.push(line);
    else bad.push(line);
  }
  writeFileSync(goodPath, good.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  writeFileSync(`${path}.bad`, bad.map((line) => `${line}\n`).join(""), { mode: 0o600 });
  return { rows: good.length, bad: bad.length };
}

function isRow(target: LoadedTable, line: string): boolean {
  try {
    return target.row.safeParse(JSON.parse(line)).success;
  } catch {
    return false;
  }
}

async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path)) {
    if (!Buffer.isBuffer(chunk)) continue;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  return lines;
}
