import type { HeldPrefix } from "../../decide/gate-policy.ts";
import type { Ports } from "../../exchange/ports.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";

/**
 * Prefixes whose messages are proven to be pumped, for gates: strangers' numbers there get no message for {@link policy.holdMs}, twice as long when the pumping goes on or begins anew, a week at most.
 *
 * Kept by keyed hash, also between lives of the hub. Bound: {@link heldPrefixesMax}; beyond it the hold that ends first gives way, so that whoever pumps many prefixes frees the one he was stopped in longest ago,
 * after some fifteen messages each.
 */
export class PrefixHolds {
  readonly #ports: Ports;
  readonly #holds = new Map<string, Hold>();
  /** Goes up with each change of {@link PrefixHolds.list}. */
  version = 0;

  constructor(ports: Ports, state: PrefixHoldsState = []) {
    this.#ports = ports;
    for (const [prefix, until, times, every, since] of state.slice(0, heldPrefixesMax)) this.#holds.set(prefix, { since, until, times, everyMs: every, judged: 0 });
  }

  /** The hold that stands on a prefix (`+4366412`). */
  of(prefix: string, at: number): Hold | undefined {
    if (this.#holds.size === 0) return undefined;
    const hold = this.#holds.get(prefixKey(prefix, this.#ports));
    return hold !== undefined && at < hold.until ? hold : undefined;
  }

  /** The one that stands or stood last. */
  last(prefix: string): Hold | undefined {
    return this.#holds.get(prefixKey(prefix, this.#ports));
  }

  /** Begins a hold, or renews the one that ends now. `usualPerDay`: messages of this prefix that people verified. */
  hold(prefix: string, usualPerDay: number, at: number): Hold {
    const key = prefixKey(prefix, this.#ports);
    const before = this.#holds.get(key);
    // A hold of long ago says nothing of today.
    const times = before === undefined || at - before.until > policy.holdForgetMs ? 0 : before.times + 1;
    const everyMs = Math.round(86_400_000 / Math.max(policy.holdProbationPerDay, policy.holdUsual * usualPerDay));
    const hold = { since: at, until: at + Math.min(policy.holdMostMs, policy.holdMs * 2 ** times), times, everyMs, judged: 0 };
    if (before === undefined && this.#holds.size >= heldPrefixesMax) {
      const [first] = [...this.#holds].sort((a, b) => a[1].until - b[1].until);
      if (first !== undefined) this.#holds.delete(first[0]);
    }
    this.#holds.set(key, hold);
    this.version++;
    return hold;
  }

  /** People let through confirm: it ends now. How long the next one lasts is not forgotten. */
  release(prefix: string, at: number): void {
    const hold = this.of(prefix, at);
    if (hold === undefined) return;
    hold.until = at;
    this.version++;
  }

  /** Takes back what began at `since` or later, as if it never had: what it rests on is explained otherwise. */
  takeBack(since: number, at: number): void {
    let changed = false;
    for (const [key, hold] of this.#holds) if (hold.since >= since && at < hold.until) changed = this.#holds.delete(key) || changed;
    if (changed) this.version++;
  }

  /** Every hold, also those that ended: the gate looks at the time. */
  list(): readonly HeldPrefix[] {
    return [...this.#holds].map(([prefix, { until, everyMs }]) => ({ prefix, until, everyMs }));
  }

  exportState(): PrefixHoldsState {
    return [...this.#holds].map(([prefix, { until, times, everyMs, since }]) => [prefix, until, times, everyMs, since]);
  }
}

/** By what gates know a prefix: its keyed hash. */
export function prefixKey(prefix: string, ports: Ports): string {
  return ports.hash("phone", `prefix ${prefix}`);
}

export interface Hold {
  readonly since: number;
  until: number;
  /** How many before it, one after another. */
  readonly times: number;
  /** One stranger's number may have a message every so many milliseconds. */
  readonly everyMs: number;
  /** Messages to strangers since it began that nobody verified. */
  judged: number;
}

export type PrefixHoldsState = readonly (readonly [prefix: string, until: number, times: number, everyMs: number, since: number])[];

/** 64 KiB of policy. Ten million numbers: more prefixes at once are a country, which its operator closes at the provider. */
export const heldPrefixesMax = 1_024;
