/**
 * Quantiles of positive counts that come and go, in bins a quarter of an octave wide: a quantile is told as the upper edge of its bin, at most 19 % too high
 * (2^(1/4) = 1.189) and never too low. 128 bins hold everything up to 2^32; merging two is adding their bins. Exact in how many there are.
 */
export class LogQuantiles {
  readonly #bins = new Float64Array(binsMax);
  size = 0;

  add(count: number): void {
    const bin = binOf(count);
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    this.size++;
  }

  /** Takes back what was added before. */
  remove(count: number): void {
    const bin = binOf(count);
    const held = this.#bins[bin] ?? 0;
    if (held <= 0) return;
    this.#bins[bin] = held - 1;
    this.size--;
  }

  /** The least upper edge below which at least `share` of all lie; 0 while there is nothing. */
  quantile(share: number): number {
    if (this.size === 0) return 0;
    let below = 0;
    for (let bin = 0; bin < binsMax; bin++) {
      below += this.#bins[bin] ?? 0;
      if (below >= share * this.size) return 2 ** ((bin + 1) / 4);
    }
    return 2 ** (binsMax / 4);
  }
}

const binsMax = 128;

function binOf(count: number): number {
  return Math.min(binsMax - 1, Math.max(0, Math.floor(4 * Math.log2(Math.max(1, count)))));
}
