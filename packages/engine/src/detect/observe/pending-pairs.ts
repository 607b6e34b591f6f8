/**
 * First contacts waiting for their anchor, first in, first out, found again by (network, subject). All wait equally long; one
 * whose answer came late stands behind younger ones and is due with them. Typed-array ring with chained buckets, 51 bytes a pair.
 *
 * Bound: `capacity` pairs. At the bound the oldest is dropped *without* evidence either way and counted in `dropped`: a flood can
 * delay evidence but neither create nor erase credits, which were charged when the answer was given.
 */
export class PendingPairs {
  readonly capacity: number;
  dropped = 0;
  readonly #hi: Uint32Array;
  readonly #lo: Uint32Array;
  readonly #dueAt: Float64Array;
  readonly #endpoint: Uint32Array;
  readonly #narrowHi: Uint32Array;
  readonly #narrowLo: Uint32Array;
  readonly #networkHi: Uint32Array;
  readonly #networkLo: Uint32Array;
  readonly #anchored: Uint8Array;
  /** Bit 0: counted, bit 1: surplus, bit 2: tested, bit 3: control, bit 4: granted, bit 5: fresh, bit 6: tried, bit 7: put off, bit 8: named, bit 9: others, bit 10: again. */
  readonly #flags: Uint16Array;
  readonly #next: Int32Array;
  readonly #buckets: Int32Array;
  #head = 0;
  #size = 0;
  /** Pairs from the head on that {@link review} has shown. */
  #reviewed = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#hi = new Uint32Array(capacity);
    this.#lo = new Uint32Array(capacity);
    this.#dueAt = new Float64Array(capacity);
    this.#endpoint = new Uint32Array(capacity);
    this.#narrowHi = new Uint32Array(capacity);
    this.#narrowLo = new Uint32Array(capacity);
    this.#networkHi = new Uint32Array(capacity);
    this.#networkLo = new Uint32Array(capacity);
    this.#anchored = new Uint8Array(capacity);
    this.#flags = new Uint16Array(capacity);
    this.#next = new Int32Array(capacity).fill(-1);
    this.#buckets = new Int32Array(1 << Math.ceil(Math.log2(Math.max(2, capacity)))).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** `lesser`: it takes no more than {@link lesserShare} of all places, and nobody else's: who is answered whatever he asks could otherwise wash out what others wait for. */
  push(pair: NewPair, lesser = false): void {
    if ((lesser && this.#size >= this.capacity * lesserShare) || this.#crowded(pair.hi, pair.lo)) {
      this.dropped++;
      return;
    }
    if (this.#size === this.capacity) {
      this.dropped++;
      this.#removeHead();
    }
    const slot = (this.#head + this.#size) % this.capacity;
    this.#hi[slot] = pair.hi;
    this.#lo[slot] = pair.lo;
    this.#dueAt[slot] = pair.dueAt;
    this.#endpoint[slot] = pair.endpoint;
    this.#narrowHi[slot] = pair.narrowHi;
    this.#narrowLo[slot] = pair.narrowLo;
    this.#networkHi[slot] = pair.networkHi;
    this.#networkLo[slot] = pair.networkLo;
    this.#anchored[slot] = 0;
    this.#flags[slot] =
      (pair.counted ? 1 : 0) |
      (pair.surplus ? 2 : 0) |
      (pair.tested ? 4 : 0) |
      (pair.control ? 8 : 0) |
      (pair.granted ? 16 : 0) |
      (pair.fresh ? 32 : 0) |
      (pair.side === undefined ? 0 : pair.side === "named" ? 256 : 512) |
      (pair.again === true ? 1_024 : 0);
    const bucket = pair.lo & (this.#buckets.length - 1);
    this.#next[slot] = this.#buckets[bucket] ?? -1;
    this.#buckets[bucket] = slot;
    this.#size++;
  }

  /** Calls `visit` for each pending pair of this key not yet anchored, and marks it anchored. Returns how many. */
  anchor(hi: number, lo: number, visit: (pair: PendingPair) => void): number {
    let found = 0;
    let slot = this.#buckets[lo & (this.#buckets.length - 1)] ?? -1;
    while (slot >= 0) {
      if (this.#hi[slot] === hi && this.#lo[slot] === lo && this.#anchored[slot] === 0) {
        this.#anchored[slot] = 1;
        found++;
        visit(this.#read(slot));
      }
      slot = this.#next[slot] ?? -1;
    }
    return found;
  }

  /** Calls `visit` for each pending pair of this key whose follow-up was set out for and failed by the service, the first time that is said; it goes on waiting. */
  tried(hi: number, lo: number, visit: (pair: PendingPair) => void): void {
    let slot = this.#buckets[lo & (this.#buckets.length - 1)] ?? -1;
    while (slot >= 0) {
      const flags = this.#flags[slot] ?? 0;
      if (this.#hi[slot] === hi && this.#lo[slot] === lo && this.#anchored[slot] === 0 && (flags & 64) === 0) {
        this.#flags[slot] = flags | 64;
        visit(this.#read(slot));
      }
      slot = this.#next[slot] ?? -1;
    }
  }

  /** Shows each pair due by `dueBy` once, in order, anchored or not, and leaves it waiting; what `visit` says true to is {@link PendingPair.putOff}. Call before {@link expire}. */
  review(dueBy: number, visit: (pair: PendingPair, anchored: boolean) => boolean | undefined): void {
    while (this.#reviewed < this.#size) {
      const slot = (this.#head + this.#reviewed) % this.capacity;
      if ((this.#dueAt[slot] ?? 0) > dueBy) return;
      this.#reviewed++;
      if (visit(this.#read(slot), this.#anchored[slot] === 1) === true) this.#flags[slot] = (this.#flags[slot] ?? 0) | 128;
    }
  }

  /** Takes out every pair due by `at`; `visit` gets those that were not anchored. */
  expire(at: number, visit: (pair: PendingPair) => void): void {
    while (this.#size > 0 && (this.#dueAt[this.#head] ?? 0) <= at) {
      const pair = this.#anchored[this.#head] === 0 ? this.#read(this.#head) : undefined;
      this.#removeHead();
      if (pair !== undefined) visit(pair);
    }
  }

  #read(slot: number): PendingPair {
    return {
      hi: this.#hi[slot] ?? 0,
      lo: this.#lo[slot] ?? 0,
      dueAt: this.#dueAt[slot] ?? 0,
      endpoint: this.#endpoint[slot] ?? 0,
      narrowHi: this.#narrowHi[slot] ?? 0,
      narrowLo: this.#narrowLo[slot] ?? 0,
      networkHi: this.#networkHi[slot] ?? 0,
      networkLo: this.#networkLo[slot] ?? 0,
      counted: ((this.#flags[slot] ?? 0) & 1) !== 0,
      surplus: ((this.#flags[slot] ?? 0) & 2) !== 0,
      tested: ((this.#flags[slot] ?? 0) & 4) !== 0,
      control: ((this.#flags[slot] ?? 0) & 8) !== 0,
      granted: ((this.#flags[slot] ?? 0) & 16) !== 0,
      fresh: ((this.#flags[slot] ?? 0) & 32) !== 0,
      tried: ((this.#flags[slot] ?? 0) & 64) !== 0,
      putOff: ((this.#flags[slot] ?? 0) & 128) !== 0,
      side: ((this.#flags[slot] ?? 0) & 256) !== 0 ? "named" : ((this.#flags[slot] ?? 0) & 512) !== 0 ? "others" : undefined,
      again: ((this.#flags[slot] ?? 0) & 1_024) !== 0 ? true : undefined,
    };
  }

  /** One network asking about one subject under ever new fingerprints would make one long chain: beyond {@link sameKeyMax} they are dropped. */
  #crowded(hi: number, lo: number): boolean {
    let same = 0;
    let slot = this.#buckets[lo & (this.#buckets.length - 1)] ?? -1;
    while (slot >= 0) {
      if (this.#hi[slot] === hi && this.#lo[slot] === lo && ++same >= sameKeyMax) return true;
      slot = this.#next[slot] ?? -1;
    }
    return false;
  }

  #removeHead(): void {
    const slot = this.#head;
    const bucket = (this.#lo[slot] ?? 0) & (this.#buckets.length - 1);
    let previous = -1;
    let cursor = this.#buckets[bucket] ?? -1;
    while (cursor >= 0 && cursor !== slot) {
      previous = cursor;
      cursor = this.#next[cursor] ?? -1;
    }
    if (cursor === slot) {
      const after = this.#next[slot] ?? -1;
      if (previous < 0) this.#buckets[bucket] = after;
      else this.#next[previous] = after;
    }
    this.#head = (this.#head + 1) % this.capacity;
    this.#size--;
    if (this.#reviewed > 0) this.#reviewed--;
  }
}

/** Half: what is charged, and thereby bounded by its asker's credits, has the other half to itself. */
export const lesserShare = 0.5;
/** Pending pairs of one (network, subject): more than this many fingerprints behind one address asking about one person is no honest traffic. */
export const sameKeyMax = 32;

/** One truthful first answer, waiting. `hi`/`lo` key (network, subject). */
export interface PendingPair {
  readonly hi: number;
  readonly lo: number;
  readonly dueAt: number;
  /** Index of the endpoint in the engine's own list. */
  readonly endpoint: number;
  readonly narrowHi: number;
  readonly narrowLo: number;
  readonly networkHi: number;
  readonly networkLo: number;
  /** True when it counted towards the endpoint's ceiling (D6). */
  readonly counted: boolean;
  /** True when it was a newcomer's third question or later, taken from the endpoint's common allowance. */
  readonly surplus: boolean;
  /** True when its outcome takes part in D4: of each source a few an hour, so that none can speak for all. */
  readonly tested: boolean;
  /** True when a known source asked again: nothing was charged, and its outcome only tells whether follow-ups can be seen at all. */
  readonly control: boolean;
  /** True when it was answered ahead of its source's follow-ups, from the endpoint's grants. */
  readonly granted: boolean;
  /** True when it was among the first questions its source ever asked. */
  readonly fresh: boolean;
  /** True when its asker set out to follow up and the service failed it; see {@link PendingPairs.tried}. */
  readonly tried: boolean;
  /** True when it is to be judged only when it is due. */
  readonly putOff: boolean;
  /** Where its asker stood while only those who were named are held off. */
  readonly side?: "named" | "others" | undefined;
  /** True when its source had been told of the same person at another door. */
  readonly again?: boolean | undefined;
}

/** As one begins to wait. */
export type NewPair = Omit<PendingPair, "tried" | "putOff">;
