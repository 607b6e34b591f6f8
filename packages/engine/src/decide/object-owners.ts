import { type AgedEntry, AgedMap } from "../detect/observe/aged-map.ts";
import { provenancePolicy as policy } from "../detect/provenance/provenance-policy.ts";

/**
 * How many objects that were never handed to it a caller may still read, at one endpoint: some, for links that people send each other; one more every few hours. Counted is each such object
 * once. In a caller's own time only: who is refused gets nothing sooner by asking.
 *
 * Bound: {@link ownersMax} callers; the one that asked for longest ago is forgotten and begins anew. No clock.
 */
export class ObjectOwners {
  readonly #callers = new AgedMap<string, Caller>();
  readonly #refused = new Map<string, number>();
  #toldAt = Number.NEGATIVE_INFINITY;

  /** Takes `cost` foreign objects, all or none. `most`: what the operator lets each caller have at once; 0: the policy's. */
  take(credential: string, cost: number, at: number, most = 0): boolean {
    const start = most > 0 ? most : policy.foreignCredits;
    const caller = this.#caller(credential, start, at);
    caller.credits = Math.min(start, caller.credits + (Math.max(0, at - caller.at) * start) / policy.foreignCredits / policy.foreignBackMs);
    caller.at = Math.max(caller.at, at);
    if (caller.credits < cost) return false;
    caller.credits -= cost;
    return true;
  }

  /** They were not told of, after all. */
  giveBack(credential: string, amount: number): void {
    const caller = this.#callers.get(credential);
    if (caller !== undefined) caller.credits += amount;
  }

  /** Somebody was refused: whether people are to be told. Each caller once, the endpoint once an hour. */
  refused(credential: string, at: number): { readonly level: "medium" | "high"; readonly refused: number; readonly callers: number } | undefined {
    const caller = this.#callers.get(credential);
    if (caller === undefined) return undefined;
    caller.refused++;
    for (const [key, when] of this.#refused) {
      if (at - when < hourMs && this.#refused.size <= refusedMax) break;
      this.#refused.delete(key);
    }
    this.#refused.delete(credential);
    this.#refused.set(credential, at);
    const callers = this.#refused.size;
    const many = callers >= policy.callersTold && at - this.#toldAt >= hourMs;
    if (many) this.#toldAt = at;
    if (many || caller.refused === policy.foreignTold) return { level: "high", refused: caller.refused, callers };
    return caller.refused === 1 ? { level: "medium", refused: 1, callers } : undefined;
  }

  get size(): number {
    return this.#callers.size;
  }

  #caller(key: string, start: number, at: number): Caller {
    const known = this.#callers.get(key);
    if (known !== undefined) {
      this.#callers.touch(known);
      return known;
    }
    if (this.#callers.size >= ownersMax && this.#callers.oldest !== undefined) this.#callers.remove(this.#callers.oldest);
    const caller: Caller = { key, older: undefined, newer: undefined, credits: start, at, refused: 0 };
    this.#callers.add(caller);
    return caller;
  }
}

/** Callers remembered at one endpoint (about 120 bytes each). */
export const ownersMax = 65_536;
const refusedMax = 1_024;
const hourMs = 3_600_000;

interface Caller extends AgedEntry<string, Caller> {
  credits: number;
  at: number;
  refused: number;
}
