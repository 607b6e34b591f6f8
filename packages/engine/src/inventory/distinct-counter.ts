/**
 * Counts distinct values in bounded memory: exact up to {@link exactMax}, then HyperLogLog with 256 registers (standard
 * error 6.5 %). Takes 32-bit hashes; values are never kept.
 */
export class DistinctCounter {
  /** Most counters hold a few: those stand in an array, which is made anew with each. */
  #few: readonly number[] | undefined = none;
  #exact: Set<number> | undefined;
  #registers: Uint8Array | undefined;
  /** Of the registers as they are; they change seldom and are asked about often. */
  #estimate: number | undefined;

  add(hash: number): void {
    if (this.#few !== undefined) {
      if (this.#few.includes(hash)) return;
      if (this.#few.length < fewMax) {
        this.#few = [...this.#few, hash];
        return;
      }
      this.#exact = new Set(this.#few);
      this.#few = undefined;
    }
    if (this.#exact !== undefined) {
      this.#exact.add(hash);
      if (this.#exact.size > exactMax) this.#spill();
      return;
    }
    if (raise(this.#registers, hash)) this.#estimate = undefined;
  }

  /** As if nothing had been added. */
  clear(): void {
    this.#few = none;
    this.#exact = undefined;
    this.#registers = undefined;
    this.#estimate = undefined;
  }

  get count(): number {
    if (this.#few !== undefined) return this.#few.length;
    if (this.#exact !== undefined) return this.#exact.size;
    this.#estimate ??= estimateOf(this.#registers ?? new Uint8Array(registerCount));
    return this.#estimate;
  }

  /** Adds all that another counter has seen. */
  absorb(other: DistinctCounter): void {
    const exact = other.#few ?? other.#exact;
    if (exact !== undefined) {
      for (const hash of exact) this.add(hash);
      return;
    }
    this.#spill();
    const mine = this.#registers;
    if (mine === undefined) return;
    this.#estimate = undefined;
    other.#registers?.forEach((rank, i) => {
      if (rank > (mine[i] ?? 0)) mine[i] = rank;
    });
  }

  /** Registers that are set, each as `index * 32 + rank`: a value can at most be ruled out by them, never read back. */
  exportState(): readonly number[] {
    const copy = new DistinctCounter();
    copy.absorb(this);
    copy.#spill();
    const set: number[] = [];
    copy.#registers?.forEach((rank, index) => {
      if (rank > 0) set.push(index * 32 + rank);
    });
    return set;
  }

  static restore(state: readonly number[]): DistinctCounter {
    const counter = new DistinctCounter();
    if (state.length === 0) return counter;
    const registers = new Uint8Array(registerCount);
    for (const entry of state) {
      const index = Math.floor(entry / 32);
      if (index >= 0 && index < registerCount) registers[index] = Math.min(25, entry % 32);
    }
    counter.#few = undefined;
    counter.#registers = registers;
    return counter;
  }

  #spill(): void {
    const exact = this.#few ?? this.#exact;
    if (exact === undefined) return;
    const registers = new Uint8Array(registerCount);
    for (const hash of exact) raise(registers, hash);
    this.#few = undefined;
    this.#exact = undefined;
    this.#registers = registers;
  }
}

/** Beyond this the set would cost more than it tells: every rule asks for less. */
export const exactMax = 256;

/** FNV-1a over UTF-16 units with a final mix, 32 bits. Fast, not secret by itself: seed it from a keyed hash. */
export function hash32(seed: number, text: string): number {
  let hash = (seed ^ 0x811c9dc5) | 0;
  const end = Math.min(text.length, 256);
  for (let i = 0; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const registerCount = 256;
const fewMax = 8;
const none: readonly number[] = [];

/** Raises the hash's register; true when it rose. */
function raise(registers: Uint8Array | undefined, hash: number): boolean {
  if (registers === undefined) return false;
  const rank = Math.min(25, Math.clz32((hash << 8) | 0x80) + 1);
  const index = hash >>> 24;
  if (rank <= (registers[index] ?? 0)) return false;
  registers[index] = rank;
  return true;
}

function estimateOf(registers: Uint8Array): number {
  let sum = 0;
  let zeros = 0;
  for (const rank of registers) {
    sum += 2 ** -rank;
    if (rank === 0) zeros++;
  }
  const raw = (0.7182725932495458 * registerCount * registerCount) / sum;
  if (raw <= 2.5 * registerCount && zeros > 0) return Math.round(registerCount * Math.log(registerCount / zeros));
  return Math.round(raw);
}
