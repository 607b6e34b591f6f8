/**
 * A CUSUM over counts of equal periods against their own past: each count's distance from the learned mean, in learned standard deviations, less `slack`, is added
 * up, never below 0 (Page 1954; with slack 0.5 and threshold 5 about 930 normal periods between false alarms, Montgomery, table 9.3). The mean follows slowly and is frozen while the sum
 * is raised, so that what grows slowly does not teach itself in. Dispersion is learned and never below Poisson's. O(1), no clock.
 *
 * Misses: a rise within the first `trainFor` periods, and one well below half a deviation for ever.
 */
export class CountCusum {
  value = 0;
  #mean = 0;
  #variance = 0;
  #periods = 0;
  readonly #options: CountCusumOptions;

  constructor(options: CountCusumOptions) {
    this.#options = options;
  }

  get trained(): boolean {
    return this.#periods >= this.#options.trainFor;
  }

  /** Count of a usual period. */
  get mean(): number {
    return this.#mean;
  }

  /** How far a count is from the usual, in standard deviations; 0 while it is not known. */
  distance(count: number): number {
    return this.trained ? (count - this.#mean) / Math.sqrt(Math.max(this.#variance, this.#mean, 1)) : 0;
  }

  /** Takes the count of a whole period. `explained`: it is no reason for concern however high, and teaches nothing. Returns the sum. */
  add(count: number, explained = false): number {
    const { trainFor, weight, slack, most, freezeAt } = this.#options;
    if (explained) {
      this.value = Math.max(0, this.value - slack);
      return this.value;
    }
    if (this.trained) {
      const distance = this.distance(count);
      this.value = Math.min(most, Math.max(0, this.value + Math.min(4, distance) - slack));
      if (this.value >= freezeAt || distance > 3) return this.value;
    }
    this.#periods++;
    const share = Math.max(weight, 1 / this.#periods);
    const off = count - this.#mean;
    this.#mean += share * off;
    // While the mean is still found, its own error is no dispersion.
    if (this.#periods > 2) this.#variance = (1 - share) * (this.#variance + share * off * off);
    if (this.#periods === trainFor) this.value = 0;
    return this.value;
  }
}

export interface CountCusumOptions {
  /** Periods before anything is concluded. */
  readonly trainFor: number;
  /** Weight of a new period in the mean, once there are many. */
  readonly weight: number;
  /** In standard deviations. */
  readonly slack: number;
  /** The sum is held here, so that it falls soon after. */
  readonly most: number;
  /** From this sum on nothing is learned. */
  readonly freezeAt: number;
}
