import { type AgedEntry, AgedMap } from "../observe/aged-map.ts";
import { BernoulliCusum, type BernoulliCusumState } from "../observe/bernoulli-cusum.ts";
import { targetPolicy as policy } from "./target-policy.ts";

/**
 * How much of each block of identifiers is asked about (ten thousand numbers, a mail domain): a Poisson CUSUM of unanchored questions for eight times the block's own busiest day (Lucas 1985), and beside
 * it a CUSUM over outcomes, whether far fewer than honest people follow up. Both must stand: a campaign in one village is many people in a block, who follow up.
 *
 * Bound: {@link blocksMax} blocks; at the bound the one untouched longest is forgotten, with what it had learned. Who touches as many blocks in less time than he takes for eight questions of one
 * is a flood, which D3 sees.
 * Misses: an attack that asks about fewer than eight of a block a day in each of many blocks.
 */
export class BlockCoverage {
  readonly #blocks = new AgedMap<string, Block>();
  #day = 0;
  #total = 0;
  #active = 0;
  /** Of the day before, at most. */
  #meanPerBlock = 0;

  constructor(state?: BlockCoverageState) {
    if (state === undefined) return;
    [this.#day, this.#total, this.#active, this.#meanPerBlock] = state.days;
    for (const [key, share, volume, at, today, busiest, day] of state.blocks.slice(-blocksMax))
      this.#blocks.add({ key, share: new BernoulliCusum(policy.sureAt, share), volume, at, today, busiest, day, older: undefined, newer: undefined });
  }

  exportState(): BlockCoverageState {
    return {
      days: [this.#day, this.#total, this.#active, this.#meanPerBlock],
      blocks: Array.from(this.#blocks.inOrder(), ({ key, share, volume, at, today, busiest, day }) => [key, share.exportState(), volume, at, today, busiest, day]),
    };
  }

  /** One judged question. `counts`: it may be counted (new, and the source's share of this block is not used up). `p0`: honest share that stays unanchored. */
  judged(block: string, anchored: boolean, counts: boolean, p0: number, at: number, trained: boolean): BlockAlarm | undefined {
    const known = this.#of(block, at);
    if (anchored) {
      known.share.add(false, p0, policy.attackShare);
      return undefined;
    }
    if (!counts) return undefined;
    known.share.add(true, p0, policy.attackShare);
    if (known.today === 0) this.#active++;
    known.today++;
    this.#total++;
    const perDay = Math.max(policy.blockFloorPerDay, policy.blockMargin * known.busiest, policy.blockMeanFactor * this.#meanPerBlock);
    const drained = Math.max(0, known.volume - (policy.blockFactor - 1) * perDay * (Math.max(0, at - known.at) / dayMs));
    known.volume = trained ? Math.min(policy.blockAt * 1.25, drained + Math.log(policy.blockFactor)) : 0;
    known.at = Math.max(at, known.at);
    if (known.volume < policy.blockAt || known.share.value < policy.shareAt) return undefined;
    return { statistic: known.volume, questions: known.share.yes, usualADay: perDay, sure: known.share.value >= policy.sureAt };
  }

  /** A day is over. `calm`: it teaches. */
  day(calm: boolean): void {
    if (calm && this.#active > 0) this.#meanPerBlock = this.#total / this.#active;
    this.#total = 0;
    this.#active = 0;
    this.#day++;
  }

  get size(): number {
    return this.#blocks.size;
  }

  #of(key: string, at: number): Block {
    let known = this.#blocks.get(key);
    if (known === undefined) {
      if (this.#blocks.size >= blocksMax && this.#blocks.oldest !== undefined) this.#blocks.remove(this.#blocks.oldest);
      known = { key, share: new BernoulliCusum(policy.sureAt), volume: 0, at, today: 0, busiest: 0, day: this.#day, older: undefined, newer: undefined };
      this.#blocks.add(known);
    } else this.#blocks.touch(known);
    if (known.day !== this.#day) {
      // A day on which the block was suspected teaches nothing.
      if (known.volume < policy.blockAt / 2) known.busiest = Math.max(known.busiest, known.today);
      known.today = 0;
      known.day = this.#day;
    }
    return known;
  }
}

/** Keyed hashes and counts; blocks untouched longest first. */
export interface BlockCoverageState {
  readonly days: readonly [day: number, total: number, active: number, meanPerBlock: number];
  readonly blocks: readonly (readonly [key: string, share: BernoulliCusumState, volume: number, at: number, today: number, busiest: number, day: number])[];
}

export interface BlockAlarm {
  readonly statistic: number;
  readonly questions: number;
  readonly usualADay: number;
  readonly sure: boolean;
}

/** Eighty million numbers in use; about 3 MB. */
export const blocksMax = 8_192;
const dayMs = 86_400_000;

interface Block extends AgedEntry<string, Block> {
  readonly key: string;
  readonly share: BernoulliCusum;
  volume: number;
  at: number;
  today: number;
  busiest: number;
  day: number;
  older: Block | undefined;
  newer: Block | undefined;
}
