import { type Action, type Decision, type Disclosure, networkOf } from "@postern/engine";

/**
 * What a rehearsed policy did, by action and reason, and to whom: sources are client addresses as counted (IPv6 by /64). A source counts as anchored when it did,
 * at any time in the records, what only a real user can do.
 *
 * Bound: {@link sourcesMax} sources touched and as many anchored ones; beyond it counts are lower bounds and `full` is true.
 */
export class RehearsalCount {
  readonly byDecision = new Map<string, DecisionCount>();
  full = false;
  exchanges = 0;
  /** Answers about a guarded endpoint's subjects: all, and those the policy would have made uniform. */
  answers = 0;
  uniform = 0;
  readonly #touched = new Map<string, number>();
  readonly #anchored = new Set<string>();

  decided(decision: Decision, address: string): void {
    this.exchanges++;
    const key = `${decision.action} ${decision.would} ${decision.reason}`;
    let entry = this.byDecision.get(key);
    if (entry === undefined) {
      entry = { action: decision.action, would: decision.would, reason: decision.reason, exchanges: 0 };
      this.byDecision.set(key, entry);
    }
    entry.exchanges++;
    if (decision.would === "allow") return;
    const source = networkOf(address);
    const before = this.#touched.get(source);
    if (before === undefined && this.#touched.size >= sourcesMax) this.full = true;
    else this.#touched.set(source, (before ?? 0) + 1);
  }

  answered(rows: readonly Disclosure[], would: Action): void {
    this.answers += rows.length;
    if (would === "uniform") this.uniform += rows.length;
  }

  anchored(address: string): void {
    if (this.#anchored.size < sourcesMax) this.#anchored.add(networkOf(address));
    else this.full = true;
  }

  get touched(): TouchedSources {
    let anchored = 0;
    let refusals = 0;
    for (const [source, count] of this.#touched) {
      if (!this.#anchored.has(source)) continue;
      anchored++;
      refusals += count;
    }
    return { sources: this.#touched.size, anchored, exchangesOfAnchored: refusals };
  }
}

export interface DecisionCount {
  readonly action: Action;
  readonly would: Action;
  readonly reason: string;
  exchanges: number;
}

export interface TouchedSources {
  readonly sources: number;
  /** Of those, sources that also signed in, signed up or finished a device: likely honest. */
  readonly anchored: number;
  readonly exchangesOfAnchored: number;
}

export const sourcesMax = 1_000_000;
