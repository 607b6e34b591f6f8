import type { Key } from "../detect/observe/key-pair.ts";
import type { GcraTable } from "./gcra.ts";

/** One of the allowances a request is charged to: so many at once (`most`, at least 1), then one every so many milliseconds. */
export interface Draw {
  readonly table: GcraTable;
  readonly key: Key;
  readonly everyMs: number;
  readonly most: number;
}

/** Takes `count` of each, or nothing of any. 0: taken; else the milliseconds until the one that was short has another. */
export function drawAll(draws: readonly Draw[], at: number, count = 1): number {
  for (const [n, { table, key, everyMs, most }] of draws.entries()) {
    for (let k = 0; k < count; k++) {
      const wait = table.take(key.hi, key.lo, at, everyMs, most);
      if (wait === 0) continue;
      if (k > 0) table.giveBack(key.hi, key.lo, at, everyMs, k);
      giveBackAll(draws.slice(0, n), at, count);
      return wait;
    }
  }
  return 0;
}

/** Gives `count` back to each, to its full allowance at most. */
export function giveBackAll(draws: readonly Draw[], at: number, count: number): void {
  if (count > 0) for (const { table, key, everyMs } of draws) table.giveBack(key.hi, key.lo, at, everyMs, count);
}

/** Milliseconds until each has one left; 0: they have. Nothing is taken. */
export function waitOfAll(draws: readonly Draw[], at: number): number {
  let wait = 0;
  for (const { table, key, everyMs, most } of draws) wait = Math.max(wait, (table.taken(key.hi, key.lo, at, everyMs) - most + 1) * everyMs);
  return wait;
}
