import { type AgedEntry, AgedMap } from "../observe/aged-map.ts";
import { BernoulliCusum, type BernoulliCusumState } from "../observe/bernoulli-cusum.ts";
import { LearnedShare, type LearnedShareState } from "../observe/learned-share.ts";
import { bucketSize, type TargetPlace } from "./target-place.ts";
import { targetPolicy as policy } from "./target-policy.ts";

/**
 * Questions about numbers next to each other, from different sources, within a day. A CUSUM over unanchored questions: has a neighbour within four, against the learned density of such; and one over those
 * that have, whether they follow up less than honest people do. Both must stand: colleagues with numbers in a row come on the same morning, and follow up.
 *
 * A bucket is a keyed hash of 32 numbers in a row with a bit and a source for each: whoever reads the memory learns nothing without the key. Bound: {@link bucketsMax}, the one untouched longest is forgotten.
 * Misses: pairs over a bucket's edge (about one in twelve); strides of five and more (see {@link NumberOrder}).
 */
export class NeighbourHits {
  readonly #buckets = new AgedMap<string, Bucket>();
  readonly #density: LearnedShare;
  readonly #hits: BernoulliCusum;
  readonly #share: BernoulliCusum;

  constructor(state?: NeighbourHitsState) {
    const { neighbourLeast: least, neighbourMost: most } = policy;
    this.#density = new LearnedShare({ prior: least, priorWeight: 200, memory: 2_000, least, most }, state?.density);
    this.#hits = new BernoulliCusum(policy.neighbourAt, state?.hits);
    this.#share = new BernoulliCusum(policy.sureAt, state?.share);
    for (const [key, at, held] of state?.buckets.slice(-bucketsMax) ?? []) {
      const sources: (string | undefined)[] = [];
      for (const [offset, source] of held) sources[offset] = source;
      this.#buckets.add({ key, at, sources, older: undefined, newer: undefined });
    }
  }

  exportState(): NeighbourHitsState {
    return {
      density: this.#density.exportState(),
      hits: this.#hits.exportState(),
      share: this.#share.exportState(),
      buckets: Array.from(this.#buckets.inOrder(), ({ key, at, sources }) => [
        key,
        at,
        [...sources.entries()].flatMap(([offset, source]): [number, string][] => (source === undefined ? [] : [[offset, source]])),
      ]),
    };
  }

  judged(place: TargetPlace, source: string, anchored: boolean, p0: number, at: number, trained: boolean): NeighbourAlarm | undefined {
    if (place.bucket === undefined) return undefined;
    const bucket = this.#of(place.bucket, at);
    let hit = false;
    for (let offset = Math.max(0, place.offset - policy.neighbourDistance); offset <= Math.min(bucketSize - 1, place.offset + policy.neighbourDistance); offset++) {
      const other = bucket.sources[offset];
      if (offset !== place.offset && other !== undefined && other !== source) hit = true;
    }
    bucket.sources[place.offset] = source;
    if (hit) this.#share.add(!anchored, p0, policy.attackShare);
    if (anchored) return undefined;
    const density = this.#density.value;
    this.#hits.add(hit, density, Math.max(policy.neighbourAttack, density + 0.3));
    if (!trained || this.#hits.value < policy.neighbourAt / 4) this.#density.learn(hit);
    if (!trained || !this.#hits.reached || this.#share.value < policy.shareAt) return undefined;
    return { statistic: this.#hits.value, neighbours: this.#hits.yes, of: this.#hits.events, usual: density, sure: this.#share.value >= policy.sureAt };
  }

  get size(): number {
    return this.#buckets.size;
  }

  #of(key: string, at: number): Bucket {
    let known = this.#buckets.get(key);
    if (known !== undefined && at - known.at >= dayMs) {
      this.#buckets.remove(known);
      known = undefined;
    }
    if (known === undefined) {
      if (this.#buckets.size >= bucketsMax && this.#buckets.oldest !== undefined) this.#buckets.remove(this.#buckets.oldest);
      known = { key, at, sources: [], older: undefined, newer: undefined };
      this.#buckets.add(known);
    }
    return known;
  }
}

/** Keyed hashes and counts. */
export interface NeighbourHitsState {
  readonly density: LearnedShareState;
  readonly hits: BernoulliCusumState;
  readonly share: BernoulliCusumState;
  readonly buckets: readonly (readonly [key: string, at: number, sources: readonly (readonly [offset: number, source: string])[]])[];
}

export interface NeighbourAlarm {
  readonly statistic: number;
  readonly neighbours: number;
  readonly of: number;
  readonly usual: number;
  readonly sure: boolean;
}

/** A day of sixteen thousand strangers' numbers; about 4 MB. */
export const bucketsMax = 16_384;
const dayMs = 86_400_000;

interface Bucket extends AgedEntry<string, Bucket> {
  readonly key: string;
  readonly at: number;
  /** By offset: who asked last, as a keyed hash. */
  readonly sources: (string | undefined)[];
  older: Bucket | undefined;
  newer: Bucket | undefined;
}
