/**
 * The strongest thing learned about each subject: a set of 64-bit keys with a small number each, nine bytes a slot, so that
 * 33 million people fit in memory where a Map would not. Keys are 16 hex digits. Beyond {@link subjectsMax} new keys are
 * refused and counted: whoever reads the counts must then say "at least".
 */
export class SubjectTable {
  /** Keys refused at the bound, repeats included. */
  refused = 0;
  readonly #max: number;
  #high: Uint32Array;
  #low: Uint32Array;
  #values: Uint8Array;
  #size = 0;

  constructor(max: number = subjectsMax) {
    this.#max = max;
    this.#high = new Uint32Array(slotsAtStart);
    this.#low = new Uint32Array(slotsAtStart);
    this.#values = new Uint8Array(slotsAtStart);
  }

  get size(): number {
    return this.#size;
  }

  /** Raises the key's value to `value` (1–255) if it is lower; returns what it was, 0 for a new key. A refused key returns `value`. */
  raise(high: number, low: number, value: number): number {
    if (this.#size * 3 >= this.#values.length * 2) this.#double();
    const slot = this.#slotOf(high, low);
    const before = this.#values[slot] ?? 0;
    if (before === 0) {
      if (this.#size >= this.#max) {
        this.refused += 1;
        return value;
      }
      this.#size += 1;
      this.#high[slot] = high;
      this.#low[slot] = low;
    }
    if (value > before) this.#values[slot] = value;
    return before;
  }

  /** The key's value; 0 when it is not there. */
  get(high: number, low: number): number {
    return this.#values[this.#slotOf(high, low)] ?? 0;
  }

  #slotOf(high: number, low: number): number {
    const mask = this.#values.length - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while (this.#values[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  #double(): void {
    const { length } = this.#values;
    const [highs, lows, values] = [this.#high, this.#low, this.#values];
    this.#high = new Uint32Array(length * 2);
    this.#low = new Uint32Array(length * 2);
    this.#values = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) {
      const value = values[i] ?? 0;
      if (value === 0) continue;
      const [high, low] = [highs[i] ?? 0, lows[i] ?? 0];
      const slot = this.#slotOf(high, low);
      this.#high[slot] = high;
      this.#low[slot] = low;
      this.#values[slot] = value;
    }
  }
}

/** 44 million: a third more than the largest known list of this kind; 600 MB at the bound. */
export const subjectsMax = 44_000_000;
const slotsAtStart = 1_024;

/** The two halves of a hash of 16 hex digits; undefined when it is none. */
export function halvesOf(hash: string): readonly [high: number, low: number] | undefined {
  if (!/^[0-9a-f]{16}$/.test(hash)) return undefined;
  return [Number.parseInt(hash.slice(0, 8), 16), Number.parseInt(hash.slice(8), 16)];
}
