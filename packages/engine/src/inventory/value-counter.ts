import { hash32 } from "./distinct-counter.ts";

/**
 * About how many distinct values a parameter took: linear counting over 256 bits (Whang 1990), 40 bytes a position. Within a tenth up to 500 values, then
 * it says {@link manyValues}. The same for any order, and for values counted twice.
 */
export class ValueCounter {
  readonly #words = new Uint32Array(8);
  #zeros = 256;

  /** One that says `count` already and goes on counting: which values they were is not known, so that those that come again count twice at most. */
  static of(count: number): ValueCounter {
    const counter = new ValueCounter();
    const bits = Math.min(256, Math.round(256 * (1 - Math.exp(-count / 256))));
    for (let bit = 0; bit < bits; bit++) counter.#set(bit >> 5, 1 << (bit & 31));
    return counter;
  }

  add(value: string): void {
    const hash = hash32(0x5bd1e995, value);
    this.#set((hash >>> 5) & 7, 1 << (hash & 31));
  }

  get count(): number {
    return this.#zeros === 0 ? manyValues : Math.round(-256 * Math.log(this.#zeros / 256));
  }

  /** More than 350 values were counted: one more changes little. */
  get wide(): boolean {
    return this.#zeros < 64;
  }

  absorb(other: ValueCounter): void {
    for (const [i, word] of other.#words.entries()) for (let rest = word; rest !== 0; rest &= rest - 1) this.#set(i, rest & -rest);
  }

  #set(place: number, bit: number): void {
    const word = this.#words[place] ?? 0;
    if ((word & bit) !== 0) return;
    this.#words[place] = word | bit;
    this.#zeros--;
  }
}

/** What is said when every bit is set: 1,500 values or more. */
export const manyValues = 1_500;
