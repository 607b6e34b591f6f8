import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openSuffix, parseSegmentName } from "../../store/segment-name.ts";

/**
 * Waits until what a running Postern saw before the call can be read: its state saved once more and the journal segments open at the
 * call closed, so that the store can load them. Returns at once where none runs; after {@link settledMaxMs} at the latest, with what there is then.
 */
export async function settled(dataDir: string): Promise<void> {
  const state = join(dataDir, "hub", "state.json");
  const before = changedAt(state);
  const now = Date.now();
  if (changedAt(join(dataDir, "run", "hub.sock")) === undefined || (before !== undefined && now - before > savedEveryMaxMs)) return;
  let saved = false;
  while (Date.now() - now < settledMaxMs) {
    const at = changedAt(state);
    if (at !== undefined && at !== before) saved = true;
    if (saved && openSegments(join(dataDir, "journal"), now) === 0) return;
    await wait(50);
  }
}

/** The hub saves each five seconds of its own; a busy machine may be late. */
export const settledMaxMs = 8_000;
/** A state older than this was left by a hub that died: nothing to wait for. */
const savedEveryMaxMs = 20_000;

function changedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function openSegments(dir: string, before: number): number {
  try {
    return readdirSync(dir).filter((name) => {
      const segment = name.endsWith(openSuffix) ? parseSegmentName(name.slice(0, -openSuffix.length)) : undefined;
      return segment !== undefined && loaded.has(segment.kind) && segment.at <= before;
    }).length;
  } catch {
    return 0;
  }
}

const loaded: ReadonlySet<string> = new Set(["exchanges", "disclosures", "signals", "followups"]);
