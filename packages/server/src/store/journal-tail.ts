import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { segmentFiles } from "./recover-journal.ts";
import { loadedFolder, type ReplayOptions } from "./replay-journal.ts";
import { closedSuffix, parseSegmentName } from "./segment-name.ts";

/** Where to start a replay so that it reads at most `bytesMax` of the newest closed segments of a kind (always the newest one). */
export function tailOf(dir: string, kind: string, bytesMax: number): ReplayOptions {
  let bytes = 0;
  let fromName: string | undefined;
  for (const { name, path } of newestFirst(dir, kind)) {
    bytes += sizeOf(path);
    if (bytes > bytesMax && fromName !== undefined) return { fromName };
    fromName = name;
  }
  return {};
}

/**
 * Removes closed segments of a kind that nobody loads, once they are older than `keepMs` or beyond the newest `bytesMax`. Returns how many went. The
 * segments of loaded kinds belong to the store's loader.
 */
export function pruneJournal(dir: string, kind: string, keep: { readonly keepMs: number; readonly bytesMax: number; readonly now: number }): number {
  let bytes = 0;
  let removed = 0;
  for (const { name, path } of newestFirst(dir, kind)) {
    bytes += sizeOf(path);
    if (bytes <= keep.bytesMax && keep.now - (parseSegmentName(name)?.at ?? keep.now) < keep.keepMs) continue;
    rmSync(path, { force: true });
    removed++;
  }
  return removed;
}

function newestFirst(dir: string, kind: string): { readonly name: string; readonly path: string }[] {
  const list = [
    ...segmentFiles(dir, closedSuffix, kind).map((name) => ({ name, path: join(dir, name + closedSuffix) })),
    ...segmentFiles(join(dir, loadedFolder), closedSuffix, kind).map((name) => ({ name, path: join(dir, loadedFolder, name + closedSuffix) })),
  ];
  return list.sort((a, b) => (a.name < b.name ? 1 : -1));
}

/** 0 for one that was moved or removed meanwhile. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
