import { sharedAddress } from "@postern/testkit";
import type { Cell } from "../cell.ts";
import { inEventTime } from "./event-time.ts";
import { harmMax, type HonestCount, type RivalOutcome, tuningSeed } from "./rival.ts";
import { type Passage, traceOf, tuningCell } from "./trace.ts";

/** A limiter by address, as the application calls it. */
export interface Limiter {
  /** Counts a request; whether it is let through. `lookup`: it is one, of this path; `agent`: its User-Agent. */
  take(address: string, lookup?: string, agent?: string): Promise<boolean> | boolean;
}

/** The settings that all limiters by address have in common. `over`: what it is mounted on. */
export interface LimiterSettings {
  readonly over: "every request" | "the lookup";
  readonly limit: number;
  readonly windowMs: number;
  /** How long an address that went over it stays refused; 0: until the window ends. */
  readonly blockMs: number;
  /** The operator's own monitor is let through uncounted: whoever tunes a limiter meets it first. */
  readonly monitorExempt: boolean;
}

/** The address of the operator's monitor in the world of the cells. */
export const monitorAddress = sharedAddress(40, 0);

/** Limits of every grid; with them every mount, and the windows and blocks that the limiter knows. */
const limits = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300, 500, 1_000, 2_000] as const;
const bothMounts = ["the lookup", "every request"] as const;

/** What a limiter's own parameters add to the grid. */
export interface LimiterGrid {
  /** Default both. What bans sees every request, and counts what it counts. */
  readonly mounts?: readonly LimiterSettings["over"][];
  readonly windowsMs: readonly number[];
  readonly blocksMs: readonly number[];
}

/**
 * The settings with the least leak on the tuning seed among those that refuse at most {@link harmMax} of honest lookups and of honest requests;
 * undefined when none does. A lower limit leaks less and harms more, so for every mount, window and block the lowest harmless one is found by halving, with
 * the limiter itself on the open-loop trace. Who is refused comes again, so the best is then played in closed loop, and gives way until it holds there too.
 */
export async function tuneLimiter(
  cell: Cell,
  make: (settings: LimiterSettings) => Limiter,
  play: (cell: Cell, seed: string, settings: LimiterSettings) => Promise<Pick<RivalOutcome, "byKind">>,
  { mounts = bothMounts, windowsMs, blocksMs }: LimiterGrid,
): Promise<LimiterSettings | undefined> {
  const short = tuningCell(cell);
  const trace = traceOf(short, tuningSeed);
  const counted = trace.filter((one) => one.address !== monitorAddress);
  const candidates: Candidate[] = [];
  for (const over of mounts) {
    for (const windowMs of windowsMs) {
      for (const blockMs of blocksMs) {
        const candidate = new Candidate({ over, windowMs, blockMs, monitorExempt: true }, over === "every request" ? counted : counted.filter((one) => one.lookup), trace, make);
        if (await candidate.lower()) candidates.push(candidate);
      }
    }
  }
  for (;;) {
    const best = candidates.toSorted((a, b) => a.leaked - b.leaked || a.harm - b.harm)[0];
    if (best === undefined) return undefined;
    const { byKind } = await play(short, tuningSeed, best.settings);
    if (harmOf(Object.values(byKind)) <= harmMax) return best.settings;
    if (!(await best.raise())) candidates.splice(candidates.indexOf(best), 1);
  }
}

/** The share of honest lookups refused or that of honest requests, whichever is larger. */
export function harmOf(counts: readonly HonestCount[]): number {
  const sum = (name: keyof HonestCount): number => counts.reduce((total, one) => total + one[name], 0);
  return Math.max(sum("refused") / Math.max(1, sum("requests")), sum("refusedLookups") / Math.max(1, sum("lookups")));
}

/** One mount, window and block, with the limit it stands at. */
class Candidate {
  leaked = 0;
  harm = 0;
  readonly #rest: Omit<LimiterSettings, "limit">;
  readonly #part: readonly Passage[];
  readonly #make: (settings: LimiterSettings) => Limiter;
  readonly #requests: number;
  readonly #lookups: number;
  #place = 0;

  constructor(rest: Omit<LimiterSettings, "limit">, part: readonly Passage[], all: readonly Passage[], make: (settings: LimiterSettings) => Limiter) {
    this.#rest = rest;
    this.#part = part;
    this.#make = make;
    this.#requests = all.filter((one) => !one.attack).length;
    this.#lookups = all.filter((one) => !one.attack && one.lookup).length;
  }

  get settings(): LimiterSettings {
    return { ...this.#rest, limit: limits[this.#place] ?? 1 };
  }

  /** To the lowest harmless limit; false when even the highest harms too many. */
  async lower(): Promise<boolean> {
    let low = 0;
    let high: number = limits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      await this.#standAt(middle);
      if (this.harm <= harmMax) high = middle;
      else low = middle + 1;
    }
    return low < limits.length && (await this.#standAt(low));
  }

  async raise(): Promise<boolean> {
    return this.#place + 1 < limits.length && (await this.#standAt(this.#place + 1));
  }

  async #standAt(place: number): Promise<true> {
    this.#place = place;
    const { refused, refusedLookups, leaked } = await refusals(this.#part, this.#make(this.settings));
    this.leaked = leaked;
    this.harm = harmOf([{ requests: this.#requests, lookups: this.#lookups, refused, refusedLookups }]);
    return true;
  }
}

/** Lets the trace go by a limiter, in event time. */
export async function refusals(trace: readonly Passage[], limiter: Limiter): Promise<{ readonly refused: number; readonly refusedLookups: number; readonly leaked: number }> {
  return inEventTime(async (clock) => {
    let refused = 0;
    let refusedLookups = 0;
    let leaked = 0;
    for (const passage of trace) {
      clock.now = passage.at;
      const verdict = limiter.take(passage.address, passage.lookup ? passage.path : undefined, passage.agent);
      const passes = verdict instanceof Promise ? await verdict : verdict;
      if (passage.attack) leaked += passes && passage.exists ? 1 : 0;
      else if (!passes) {
        refused += 1;
        if (passage.lookup) refusedLookups += 1;
      }
    }
    return { refused, refusedLookups, leaked };
  });
}

/** For the table. */
export function inWords({ over, limit, windowMs, blockMs, monitorExempt }: LimiterSettings): string {
  return `${limit} in ${duration(windowMs)} an address, on ${over}${blockMs > 0 ? `, then refused for ${duration(blockMs)}` : ""}${monitorExempt ? "; the monitor exempt" : ""}`;
}

/** `4 h`, `15 min`. */
export function duration(ms: number): string {
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
  ] as const)
    if (ms % size === 0) return `${ms / size} ${unit}`;
  return `${ms / 1_000} s`;
}
