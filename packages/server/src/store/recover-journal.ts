import { closeSync, fstatSync, ftruncateSync, openSync, readSync, readdirSync, realpathSync, renameSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { PosternError } from "@postern/engine";
import { closedSuffix, openSuffix, ownerIsAlive, parseSegmentName } from "./segment-name.ts";

/**
 * Closes the segments that dead processes left open, so that they can be loaded. A last line without its newline was never
 * acknowledged: it is cut off and counted. Segments whose owner lives are not touched. Safe to run from several
 * processes at once and as often as one likes. `kind` undefined: all kinds.
 */
export function recoverJournal(dir: string, kind?: string): Recovery {
  let closed = 0;
  let torn = 0;
  for (const file of segmentFiles(dir, openSuffix, kind)) {
    const parsed = parseSegmentName(file);
    const path = join(realpathSync(dir), file);
    if (parsed === undefined || ownerIsAlive(parsed.owner, path + openSuffix)) continue;
    try {
      const cut = cutTornLine(path + openSuffix);
      if (cut.torn) torn += 1;
      if (cut.bytes === 0) unlinkSync(path + openSuffix);
      else {
        renameSync(path + openSuffix, path + closedSuffix);
        closed += 1;
      }
    } catch (error) {
      // Another process recovered it first.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") continue;
      throw new PosternError("DATA_DIR_UNUSABLE", `A journal segment in ${dir} cannot be recovered`, { cause: error });
    }
  }
  return { closed, torn };
}

export interface Recovery {
  /** Segments closed. */
  readonly closed: number;
  /** Torn last lines cut off. */
  readonly torn: number;
}

/** Names (without suffix) of the segments of a kind in one directory, in order of time. A missing directory holds none. */
export function segmentFiles(dir: string, suffix: string, kind?: string): string[] {
  let files: string[];
  try {
    files = readdirSync(dir);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw new PosternError("DATA_DIR_UNUSABLE", `The journal's directory ${dir} cannot be read`, { cause: error });
  }
  const found: { name: string; kind: string; at: number; n: number }[] = [];
  for (const file of files) {
    if (!file.endsWith(suffix)) continue;
    const name = file.slice(0, -suffix.length);
    const parsed = parseSegmentName(name);
    if (parsed === undefined || (kind !== undefined && parsed.kind !== kind)) continue;
    found.push({ name, kind: parsed.kind, at: parsed.at, n: parsed.n });
  }
  found.sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : a.at - b.at || a.n - b.n || (a.name < b.name ? -1 : 1)));
  return found.map((segment) => segment.name);
}

/** Cuts the file after its last newline. Reads backwards in steps, so a torn line of any length costs bounded memory. */
function cutTornLine(path: string): { readonly torn: boolean; readonly bytes: number } {
  const fd = openSync(path, "r+");
  try {
    const size = fstatSync(fd).size;
    const step = Buffer.alloc(65_536);
    let end = size;
    while (end > 0) {
      const start = Math.max(0, end - step.length);
      const read = readSync(fd, step, 0, end - start, start);
      const newline = step.subarray(0, read).lastIndexOf(10);
      if (newline >= 0) {
        end = start + newline + 1;
        break;
      }
      end = start;
    }
    if (end < size) ftruncateSync(fd, end);
    return { torn: end < size, bytes: end };
  } finally {
    closeSync(fd);
  }
}
