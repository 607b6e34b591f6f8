/**
 * Counts distinct hashes in 1 KiB, whatever their number. Standard error 1.04/√1024 = 3.3 %; up to a few hundred it is
 * within a percent or two. Adding the same hash again changes nothing; merging equals having counted both streams.
 *
 * The estimator is Ertl's (arXiv 1702.01284, §4): no bias tables, no switch between ranges.
 * Misses: nothing; mistakes: ± 3.3 % (one sigma). Who knows the seed of the hash can keep the count low by choosing his values.
 */
export class HyperLogLog {
  readonly #registers: Uint8Array;
  /** How many registers hold each rank, so that an estimate does not read all registers. */
  readonly #counts = new Uint16Array(rankMax + 2);

  constructor(registers: Uint8Array = new Uint8Array(registerCount)) {
    this.#registers = registers;
    for (const rank of registers) this.#counts[rank] = (this.#counts[rank] ?? 0) + 1;
  }

  /** Counts a 53-bit uniform hash (see `hash53`). True when the sketch changed. */
  add(hash: number): boolean {
    const index = hash % registerCount;
    const rest = Math.floor(hash / registerCount);
    const rank = leadingZeros43(rest) + 1;
    if (rank <= (this.#registers[index] ?? 0)) return false;
    this.#set(index, rank);
    return true;
  }

  merge(other: HyperLogLog): void {
    for (let i = 0; i < registerCount; i++) {
      const theirs = other.#registers[i] ?? 0;
      if (theirs > (this.#registers[i] ?? 0)) this.#set(i, theirs);
    }
  }

  /** The estimated number of distinct hashes, rounded to a whole number; 0 for an empty sketch. */
  estimate(): number {
    const counts = this.#counts;
    let z = registerCount * tau(1 - (counts[rankMax + 1] ?? 0) / registerCount);
    for (let k = rankMax; k >= 1; k--) z = 0.5 * (z + (counts[k] ?? 0));
    z += registerCount * sigma((counts[0] ?? 0) / registerCount);
    return Math.round((registerCount * registerCount) / (2 * Math.LN2 * z));
  }

  /** The sketch as printable ASCII, 1,024 characters, for storing in JSON. */
  toText(): string {
    let text = "";
    for (const rank of this.#registers) text += String.fromCharCode(rank + textOffset);
    return text;
  }

  /** Reads {@link toText}; anything that is not one becomes an empty sketch, since a lost count must not stop a start. */
  static fromText(text: string): HyperLogLog {
    const registers = new Uint8Array(registerCount);
    if (text.length !== registerCount) return new HyperLogLog(registers);
    for (let i = 0; i < registerCount; i++) {
      const rank = text.charCodeAt(i) - textOffset;
      if (rank < 0 || rank > rankMax + 1) return new HyperLogLog();
      registers[i] = rank;
    }
    return new HyperLogLog(registers);
  }

  #set(index: number, rank: number): void {
    const before = this.#registers[index] ?? 0;
    this.#registers[index] = rank;
    this.#counts[before] = (this.#counts[before] ?? 0) - 1;
    this.#counts[rank] = (this.#counts[rank] ?? 0) + 1;
  }
}

/** 2^10 registers of one byte: the memory of one sketch. */
export const registerCount = 1_024;
/** Bits left after the index: ranks run to one more. */
const rankMax = 43;
/** `(` … `T`: printable and free of JSON escapes (a backslash is 92). */
const textOffset = 40;

function leadingZeros43(rest: number): number {
  const high = Math.floor(rest / 0x1_0000_0000);
  return high > 0 ? Math.clz32(high) - 21 : 11 + Math.clz32(rest >>> 0);
}

function sigma(x: number): number {
  if (x === 1) return Infinity;
  let power = x;
  let weight = 1;
  let sum = x;
  for (let previous = -1; previous !== sum;) {
    power *= power;
    previous = sum;
    sum += power * weight;
    weight += weight;
  }
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let weight = 1;
  let sum = 1 - x;
  for (let previous = -1; previous !== sum;) {
    root = Math.sqrt(root);
    previous = sum;
    weight *= 0.5;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}
