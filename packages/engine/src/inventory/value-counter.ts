import { hash32 } from "./distinct-counter.ts";

/**
 * About how many distinct values a parameter took: linear counting over 256 bits (Whang 1990), 40 bytes a position. Within a tenth up to 500 values, then
 * it says {@link manyValues}. The same for any order, and for values counted twice.
 */
export class ValueCounter {
  readonly #words = new Uint32Array(8);

  add(value: string): void {
    const hash = hash32(0x5bd1e995, value);
    this.#words[(hash >>> 5) & 7] = (this.#words[(hash >>> 5) & 7] ?? 0) | (1 << (hash & 31));
  }

  get count(): number {
    let zeros = 256;
    for (const word of this.#words) for (let rest = word; rest !== 0; rest &= rest - 1) zeros--;
    return zeros === 0 ? manyValues : Math.round(-256 * Math.log(zeros / 256));
  }

  absorb(other: ValueCounter): void {
    for (const [i, word] of other.#words.entries()) this.#words[i] = (this.#words[i] ?? 0) | word;
  }
}

/** What is said when every bit is set: 1,500 values or more. */
export const manyValues = 1_500;
