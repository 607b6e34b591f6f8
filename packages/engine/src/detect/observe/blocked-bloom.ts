/**
 * A set that may say "yes" wrongly (about ε) and never "no" wrongly, for pairs already disclosed or contacted.
 * Blocked Bloom filter (Putze, Sanders, Singler 2007): one 512-bit block a key, eight bits in it. Two generations rotate,
 * so that it forgets: an entry lives between one and two generations.
 *
 * Bound: `capacity` keys a generation at 20 bits each (ε ≈ 1e-4 at capacity); at the bound the older generation is dropped
 * and its pairs count as new again, which charges credits once more and so errs on the closed side. A false "already
 * disclosed" lets about one answer in ten thousand through uncharged; never the reverse.
 */
export class BlockedBloom {
  readonly capacity: number;
  readonly generationMs: number;
  #current: Uint32Array;
  #previous: Uint32Array;
  readonly #blocks: number;
  #count = 0;
  #startedAt = Number.NEGATIVE_INFINITY;

  constructor(capacity: number, generationMs: number) {
    this.capacity = capacity;
    this.generationMs = generationMs;
    this.#blocks = Math.max(1, Math.ceil((capacity * 20) / 512));
    this.#current = new Uint32Array(this.#blocks * 16);
    this.#previous = new Uint32Array(this.#blocks * 16);
  }

  /** Takes up what {@link exportState} gave; false, and nothing taken, when it is of another size. */
  restore({ count, startedAt, current, previous }: BlockedBloomState): boolean {
    if (current.length !== this.#current.length || previous.length !== this.#previous.length) return false;
    this.#current = current.slice();
    this.#previous = previous.slice();
    this.#count = count;
    this.#startedAt = startedAt ?? Number.NEGATIVE_INFINITY;
    return true;
  }

  /** Both generations as they stand, not copied: write them out before anything is added. */
  exportState(): BlockedBloomState {
    return { count: this.#count, startedAt: Number.isFinite(this.#startedAt) ? this.#startedAt : null, current: this.#current, previous: this.#previous };
  }

  /** Keys in the current generation. */
  get size(): number {
    return this.#count;
  }

  has(hi: number, lo: number): boolean {
    return this.#in(this.#current, hi, lo) || this.#in(this.#previous, hi, lo);
  }

  /** Adds; returns true when it was not there before. */
  add(hi: number, lo: number, at: number): boolean {
    if (this.#startedAt === Number.NEGATIVE_INFINITY) this.#startedAt = at;
    if (this.#count >= this.capacity || at - this.#startedAt >= this.generationMs) this.#rotate(at);
    if (this.#in(this.#current, hi, lo)) return false;
    const fresh = !this.#in(this.#previous, hi, lo);
    const base = (hi % this.#blocks) * 16;
    let bits = lo;
    let step = stepOf(hi, lo);
    for (let i = 0; i < 8; i++) {
      const bit = (bits >>> 23) & 511;
      const at32 = base + (bit >>> 5);
      this.#current[at32] = (this.#current[at32] ?? 0) | (1 << (bit & 31));
      bits = (bits + step) >>> 0;
      step = (Math.imul(step, 0x85ebca6b) >>> 0) | 1;
    }
    this.#count++;
    return fresh;
  }

  #in(table: Uint32Array, hi: number, lo: number): boolean {
    const base = (hi % this.#blocks) * 16;
    let bits = lo;
    let step = stepOf(hi, lo);
    for (let i = 0; i < 8; i++) {
      const bit = (bits >>> 23) & 511;
      if (((table[base + (bit >>> 5)] ?? 0) & (1 << (bit & 31))) === 0) return false;
      bits = (bits + step) >>> 0;
      step = (Math.imul(step, 0x85ebca6b) >>> 0) | 1;
    }
    return true;
  }

  #rotate(at: number): void {
    const dropped = this.#previous;
    this.#previous = this.#current;
    dropped.fill(0);
    this.#current = dropped;
    this.#count = 0;
    this.#startedAt = at;
  }
}

export interface BlockedBloomState {
  readonly count: number;
  /** Null: nothing was added yet. */
  readonly startedAt: number | null;
  readonly current: Uint32Array;
  readonly previous: Uint32Array;
}

/** Both halves take part: with the high one alone, keys that differ in the low one would share all eight bits once in 512. */
function stepOf(hi: number, lo: number): number {
  return ((Math.imul(hi, 0x9e3779b1) ^ Math.imul(lo, 0x27d4eb2f)) >>> 0) | 1;
}
