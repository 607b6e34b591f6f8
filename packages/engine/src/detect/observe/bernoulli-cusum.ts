/**
 * Page's CUSUM (1954) for a share that rises from `from` to `to`: the log-likelihood ratio of each outcome is added, never below 0 nor above `most`. Under `from` or
 * anything below, a threshold h is passed at most once in e^h outcomes on average (Lorden 1971). O(1), no clock.
 *
 * Misses a rise to less than about the middle of the two; run several side by side for several rises.
 */
export class BernoulliCusum {
  value = 0;
  #hit = 0;
  #miss = 0;
  readonly #most: number;

  /** Shares strictly between 0 and 1, `from` < `to`. */
  constructor(from: number, to: number, most = Number.POSITIVE_INFINITY) {
    this.#most = most;
    this.aim(from, to);
  }

  /** Changes the shares; what was added up stays. */
  aim(from: number, to: number): void {
    if (!(from > 0 && from < to && to < 1)) throw new RangeError("a CUSUM needs 0 < from < to < 1");
    this.#hit = Math.log(to / from);
    this.#miss = Math.log((1 - to) / (1 - from));
  }

  add(hit: boolean): number {
    this.value = Math.min(this.#most, Math.max(0, this.value + (hit ? this.#hit : this.#miss)));
    return this.value;
  }
}
