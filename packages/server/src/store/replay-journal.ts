import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { rowBytesMax } from "./journal.ts";
import { segmentFiles } from "./recover-journal.ts";
import { closedSuffix } from "./segment-name.ts";

/**
 * Every row of the closed segments of a kind, in order of time, those already loaded into the store included. `fromName` (a
 * segment's name without suffix) starts at that segment. Segments still open are not read: recover first.
 * A line that is not a JSON object is passed to `onBad` and skipped; memory is bounded by one row.
 */
export function* replayJournal(dir: string, kind: string, options: ReplayOptions = {}): Generator<ReplayedRow> {
  const names = [...segmentFiles(dir, closedSuffix, kind), ...segmentFiles(join(dir, loadedFolder), closedSuffix, kind)].sort();
  let last = "";
  for (const name of names) {
    // The loader moves a segment between the two readings of the directories: it may be listed twice.
    if (name === last || (options.fromName !== undefined && name < options.fromName)) continue;
    last = name;
    const fd = openFirst(join(dir, name + closedSuffix), join(dir, loadedFolder, name + closedSuffix));
    if (fd === undefined) continue;
    for (const line of linesOf(fd)) {
      const row = parseObject(line);
      if (row === undefined) options.onBad?.(name);
      else yield { segment: name, row };
    }
  }
}

/** Loaded segments rest here until they are old enough to go; kept apart so that watching the directory stays cheap. */
export const loadedFolder = "loaded";

export interface ReplayOptions {
  readonly fromName?: string;
  readonly onBad?: (segment: string) => void;
}

export interface ReplayedRow {
  readonly segment: string;
  readonly row: Readonly<Record<string, unknown>>;
}

/** The lines of a file (its path, or a descriptor that is closed at the end), without newline, in steps of 256 KiB. A line longer than any row may be is yielded empty. */
export function* linesOf(file: string | number): Generator<string> {
  const fd = typeof file === "string" ? openSync(file, "r") : file;
  try {
    const step = Buffer.alloc(262_144);
    let rest: Buffer = Buffer.alloc(0);
    let skipping = false;
    for (;;) {
      const read = readSync(fd, step, 0, step.length, null);
      if (read === 0) break;
      const chunk = rest.length === 0 ? step.subarray(0, read) : Buffer.concat([rest, step.subarray(0, read)]);
      let from = 0;
      for (let newline = chunk.indexOf(10, from); newline >= 0; newline = chunk.indexOf(10, from)) {
        if (!skipping) yield chunk.toString("utf8", from, newline);
        skipping = false;
        from = newline + 1;
      }
      rest = Buffer.from(chunk.subarray(from));
      if (rest.length > rowBytesMax * 4) {
        if (!skipping) yield "";
        skipping = true;
        rest = Buffer.alloc(0);
      }
    }
    if (rest.length > 0 && !skipping) yield rest.toString("utf8");
  } finally {
    closeSync(fd);
  }
}

/** The loader may move a segment at any moment: whichever place it is in, an open file stays. Undefined when it is in neither. */
function openFirst(...paths: readonly string[]): number | undefined {
  for (const path of paths) {
    try {
      return openSync(path, "r");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  }
  return undefined;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
