import { HyperLogLog, registerCount } from "./hyperloglog.ts";

/**
 * Counts distinct hashes: exactly up to {@link exactMax}, then by sketch (± 3.3 %). Small counts, where one more decides
 * about an alarm, are never estimates.
 */
export class DistinctCounter {
  /** Most counters hold a few: those stand in an array, which is made with the first. */
  #few: number[] | undefined = none;
  #exact: Set<number> | undefined;
  #sketch: HyperLogLog | undefined;
  #estimate: number | undefined;

  /** Counts a 53-bit hash (see `hash53`). */
  add(hash: number): void {
    if (this.#few !== undefined) {
      if (this.#few.includes(hash)) return;
      if (this.#few.length >= fewMax) {
        this.#exact = new Set(this.#few);
        this.#few = undefined;
      } else {
        // The first ones are copied: pushing makes room for 17 at once, and most counters never get there.
        if (this.#few.length < copiedMax) this.#few = [...this.#few, hash];
        else this.#few.push(hash);
        return;
      }
    }
    if (this.#exact !== undefined) {
      this.#exact.add(hash);
      if (this.#exact.size > exactMax) this.#toSketch();
      return;
    }
    if (this.#sketch?.add(hash) === true) this.#estimate = undefined;
  }

  merge(other: DistinctCounter): void {
    const exact = other.#few ?? other.#exact;
    if (exact !== undefined) {
      for (const hash of exact) this.add(hash);
      return;
    }
    this.#toSketch();
    if (other.#sketch !== undefined) this.#sketch?.merge(other.#sketch);
    this.#estimate = undefined;
  }

  value(): number {
    if (this.#few !== undefined) return this.#few.length;
    if (this.#exact !== undefined) return this.#exact.size;
    this.#estimate ??= Math.max(exactMax + 1, this.#sketch?.estimate() ?? 0);
    return this.#estimate;
  }

  /** True while {@link value} is a count and not an estimate. */
  get exact(): boolean {
    return this.#sketch === undefined;
  }

  /** Bytes held, roughly: what a memory bound adds up. */
  bytes(): number {
    if (this.#few !== undefined) return 64 + this.#few.length * 8;
    return this.#exact !== undefined ? 64 + this.#exact.size * 24 : 128 + registerCount;
  }

  /** Plain JSON, for storing. */
  exportState(): DistinctState {
    const exact = this.#few ?? this.#exact;
    return exact !== undefined ? { exact: [...exact] } : { sketch: this.#sketch?.toText() ?? "" };
  }

  static restore(state: DistinctState): DistinctCounter {
    const counter = new DistinctCounter();
    if ("exact" in state) {
      for (const hash of state.exact) counter.add(hash);
      return counter;
    }
    counter.#few = undefined;
    counter.#sketch = HyperLogLog.fromText(state.sketch);
    return counter;
  }

  #toSketch(): void {
    const exact = this.#few ?? this.#exact;
    if (exact === undefined) return;
    this.#sketch = new HyperLogLog();
    for (const hash of exact) this.#sketch.add(hash);
    this.#few = undefined;
    this.#exact = undefined;
    this.#estimate = undefined;
  }
}

export type DistinctState = { readonly exact: readonly number[] } | { readonly sketch: string };

/** Never pushed to. */
const none: number[] = [];
const fewMax = 16;
const copiedMax = 4;

/** Thresholds people write for one actor ("more than 20 numbers") lie below this; there an estimate would be a wrong alarm. */
export const exactMax = 64;
