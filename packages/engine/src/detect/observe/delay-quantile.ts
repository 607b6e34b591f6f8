/**
 * A quantile of delays, learned: a fading histogram in steps of a quarter octave from 100 ms to about an hour. Exact to a quarter octave (19 %); longer delays count
 * as the longest. `undefined` until {@link delaysMin} delays were seen.
 */
export class DelayQuantile {
  readonly #counts = new Float64Array(cells);
  #total = 0;

  add(ms: number): void {
    if (this.#total >= memory) {
      for (let i = 0; i < cells; i++) this.#counts[i] = (this.#counts[i] ?? 0) / 2;
      this.#total /= 2;
    }
    const cell = Math.min(cells - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, ms) / 100) * 4)));
    this.#counts[cell] = (this.#counts[cell] ?? 0) + 1;
    this.#total++;
  }

  /** The share of delays that were no longer than `ms`, never too high: a cell counts when it is over. Undefined as {@link at}. */
  share(ms: number): number | undefined {
    if (this.#total < delaysMin) return undefined;
    const end = Math.floor(Math.log2(Math.max(1, ms) / 100) * 4);
    let sum = 0;
    for (let cell = 0; cell < Math.min(cells, end); cell++) sum += this.#counts[cell] ?? 0;
    return sum / this.#total;
  }

  /** The upper edge of the cell where the share `p` is reached. */
  at(p: number): number | undefined {
    if (this.#total < delaysMin) return undefined;
    let left = p * this.#total;
    for (let cell = 0; cell < cells; cell++) {
      left -= this.#counts[cell] ?? 0;
      if (left <= 0) return 100 * 2 ** ((cell + 1) / 4);
    }
    return 100 * 2 ** (cells / 4);
  }
}

export const delaysMin = 20;
const cells = 60;
/** Halved when so many were counted, so that what was weeks ago fades. */
const memory = 2_000;
