import { HyperLogLog, registerCount } from "./hyperloglog.ts";

/**
 * Counts distinct hashes: exactly up to {@link exactMax}, then by sketch (± 3.3 %). Small counts, where one more decides
 * about an alarm, are never estimates.
 */
export class DistinctCounter {
  #exact: Set<number> | undefined = new Set();
  #sketch: HyperLogLog | undefined;
  #estimate: number | undefined;

  /** Counts a 53-bit hash (see `hash53`). */
  add(hash: number): void {
    if (this.#exact !== undefined) {
      this.#exact.add(hash);
      if (this.#exact.size > exactMax) this.#toSketch();
      return;
    }
    if (this.#sketch?.add(hash) === true) this.#estimate = undefined;
  }

  merge(other: DistinctCounter): void {
    if (other.#exact !== undefined) {
      for (const hash of other.#exact) this.add(hash);
      return;
    }
    this.#toSketch();
    if (other.#sketch !== undefined) this.#sketch?.merge(other.#sketch);
    this.#estimate = undefined;
  }

  value(): number {
    if (this.#exact !== undefined) return this.#exact.size;
    this.#estimate ??= Math.max(exactMax + 1, this.#sketch?.estimate() ?? 0);
    return this.#estimate;
  }

  /** True while {@link value} is a count and not an estimate. */
  get exact(): boolean {
    return this.#exact !== undefined;
  }

  /** Bytes held, roughly: what a memory bound adds up. */
  bytes(): number {
    return this.#exact !== undefined ? 64 + this.#exact.size * 24 : 128 + registerCount;
  }

  /** Plain JSON, for storing. */
  exportState(): DistinctState {
    return this.#exact !== undefined ? { exact: [...this.#exact] } : { sketch: this.#sketch?.toText() ?? "" };
  }

  static restore(state: DistinctState): DistinctCounter {
    const counter = new DistinctCounter();
    if ("exact" in state) {
      for (const hash of state.exact) counter.add(hash);
      return counter;
    }
    counter.#exact = undefined;
    counter.#sketch = HyperLogLog.fromText(state.sketch);
    return counter;
  }

  #toSketch(): void {
    if (this.#exact === undefined) return;
    this.#sketch = new HyperLogLog();
    for (const hash of this.#exact) this.#sketch.add(hash);
    this.#exact = undefined;
    this.#estimate = undefined;
  }
}

export type DistinctState = { readonly exact: readonly number[] } | { readonly sketch: string };

/** Thresholds people write for one actor ("more than 20 numbers") lie below this; there an estimate would be a wrong alarm. */
export const exactMax = 64;
