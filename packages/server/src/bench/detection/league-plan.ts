import type { Cell } from "./cell.ts";
import { sharedDays } from "./run-cell.ts";

/** Runs that share their honest days: played once, they are gone on from for each cell. One cell, where nobody shares them. */
export interface LeagueJob {
  readonly seed: string;
  readonly cells: readonly Cell[];
}

/** All runs of these cells and seeds but those `done`, seed after seed, so that a league stopped early has whole seeds; the longest first in each, so that the threads end together. */
export function planLeague(cells: readonly Cell[], seeds: readonly string[], done: (cell: Cell, seed: string) => boolean): LeagueJob[] {
  return seeds.flatMap((seed) => {
    const groups = new Map<string, Cell[]>();
    for (const cell of cells) {
      if (done(cell, seed)) continue;
      const key = sharedDays(cell) ?? cell.id;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [cell]);
      else group.push(cell);
    }
    return [...groups.values()].map((group): LeagueJob => ({ seed, cells: group })).sort((a, b) => weightOf(b) - weightOf(a));
  });
}

/** How many requests a job takes, about: what its length goes by. */
export function weightOf({ cells: [first, ...rest] }: LeagueJob): number {
  if (first === undefined) return 0;
  return warmWeight(first) + [first, ...rest].reduce((sum, cell) => sum + cellWeight(cell), 0);
}

/** Of the honest days before the attack. */
export function warmWeight({ honest, warmMs }: Cell): number {
  return honestWeight(honest, warmMs);
}

/** Of what comes after them. */
export function cellWeight({ honest, horizonMs, attack }: Cell): number {
  const asked = attack === undefined ? 0 : Math.min(attack.size / (attack.perRequest ?? 1), (attack.ratePerSecond * horizonMs) / 1_000);
  return honestWeight(honest, horizonMs) + asked;
}

/** A visit is about eight requests, a monitor's minute one; a clerk's call and a night's person a part of one. */
function honestWeight({ sessionsPerDay, monitor, orders }: Cell["honest"], ms: number): number {
  return (ms / 86_400_000) * (8 * sessionsPerDay + (monitor === false ? 0 : 1_440) + 4 * (orders?.visitsADay ?? 0));
}
