/** The most that was counted in one bin of a fixed length of time; a bin counts when it is over, and only when it was calm from its first roll to its last. O(1) in time and memory. */
export class Busiest {
  readonly #binMs: number;
  #bin = -1;
  #calm = true;
  #before = 0;
  /** In the bin that has begun. */
  count = 0;
  most = 0;

  constructor(binMs: number) {
    this.#binMs = binMs;
  }

  /** Moves time forward. Time that went back stays in the bin that has begun. */
  roll(at: number, calm: boolean): void {
    const bin = Math.floor(at / this.#binMs);
    if (bin > this.#bin) {
      if (this.#calm) this.most = Math.max(this.most, this.count);
      this.#before = bin === this.#bin + 1 ? this.count : 0;
      this.#bin = bin;
      this.count = 0;
      this.#calm = calm;
    } else if (!calm) this.#calm = false;
  }

  /** So many more. */
  add(count: number): void {
    this.count += count;
  }

  /** For levels instead of counts: it stood this high. */
  reach(level: number): void {
    this.count = Math.max(this.count, level);
  }

  /** The larger of the bin that has begun and the one before. */
  last(): number {
    return Math.max(this.count, this.#before);
  }
}
