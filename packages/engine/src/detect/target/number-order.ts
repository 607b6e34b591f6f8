import { BernoulliCusum, type BernoulliCusumState } from "../observe/bernoulli-cusum.ts";
import { targetPolicy as policy } from "./target-policy.ts";

/**
 * Whether those asked about come in order: a sorted, sequential or strided list, from however many sources. Each unanchored question seeks the nearest among the last {@link targetPolicy.poolMax}
 * unpaired ones that lies close to it (few honest numbers between). In which direction it lies is a fair coin for people who come independently, however dense their numbers are; a list goes one way.
 * Two CUSUMs (Page 1954) over the coins, up and down: between false alarms about e^16 pairs.
 *
 * Misses: a shuffled list; a sorted one that is a small part of what stays unanchored, as then honest ones are its nearest. Walked around by shuffling.
 * Bounds: {@link ranksMax} honest numbers, placed by the hash of the person and so not steerable, and the pool. Numbers in clear, in memory only: a process that starts again keeps
 * its two sums and gathers numbers anew, so that until {@link targetPolicy.ranksMin} honest ones came it pairs nothing.
 */
export class NumberOrder {
  readonly #honest = new Float64Array(ranksMax).fill(Number.NaN);
  #known = 0;
  #sorted: Float64Array | undefined;
  #pool: { readonly rank: number; readonly source: string }[] = [];
  readonly #up: BernoulliCusum;
  readonly #down: BernoulliCusum;

  constructor(state?: NumberOrderState) {
    this.#up = new BernoulliCusum(policy.orderAt, state?.up);
    this.#down = new BernoulliCusum(policy.orderAt, state?.down);
  }

  exportState(): NumberOrderState {
    return { up: this.#up.exportState(), down: this.#down.exportState() };
  }

  /** The number of somebody whose asker followed up. */
  honest(rank: number, subject: string): void {
    const place = Number.parseInt(subject.slice(-4), 16) % ranksMax;
    if (Number.isNaN(place) || Number.isNaN(rank)) return;
    if (Number.isNaN(this.#honest[place])) this.#known++;
    this.#honest[place] = rank;
    this.#sorted = undefined;
  }

  /** An unanchored question; true while the order is no chance. A source's own neighbours are no evidence of a list. */
  asked(rank: number, source: string): boolean {
    if (this.#known < policy.ranksMin || Number.isNaN(rank)) return false;
    const place = this.#placeOf(rank);
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const [i, other] of this.#pool.entries()) {
      if (other.source === source || other.rank === rank || Math.abs(this.#placeOf(other.rank) - place) > policy.closeRanks) continue;
      const distance = Math.abs(other.rank - rank);
      if (distance >= least) continue;
      best = i;
      least = distance;
    }
    const near = this.#pool[best];
    if (near === undefined) {
      this.#pool.push({ rank, source });
      if (this.#pool.length > policy.poolMax) this.#pool.shift();
      return this.reached;
    }
    this.#pool.splice(best, 1);
    this.#up.add(rank > near.rank, 0.5, policy.orderAttack);
    this.#down.add(rank < near.rank, 0.5, policy.orderAttack);
    return this.reached;
  }

  get reached(): boolean {
    return this.#up.reached || this.#down.reached;
  }

  /** Pairs in a row, and how many of them went the same way. */
  get facts(): { readonly pairs: number; readonly sameWay: number; readonly statistic: number } {
    const { events, yes, value } = this.#up.value >= this.#down.value ? this.#up : this.#down;
    return { pairs: events, sameWay: yes, statistic: value };
  }

  /** How many honest numbers lie below. */
  #placeOf(rank: number): number {
    let sorted = this.#sorted;
    if (sorted === undefined) this.#sorted = sorted = this.#honest.filter((one) => !Number.isNaN(one)).sort();
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0) < rank) low = middle + 1;
      else high = middle;
    }
    return (low * ranksMax) / sorted.length;
  }
}

export interface NumberOrderState {
  readonly up: BernoulliCusumState;
  readonly down: BernoulliCusumState;
}

/** Shares of the number space to half a percent. */
export const ranksMax = 256;
