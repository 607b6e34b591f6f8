/**
 * A rate limiter (generic cell rate algorithm) for many keys in one fixed block of memory: 16 bytes a slot, no object a key.
 *
 * A key may take `burst` at once and then one every `emissionIntervalMs`. Within any span of `t` ms it is never admitted more than
 * `burst + t / emissionIntervalMs` times. Event time comes in by argument; time that runs backwards admits nothing extra.
 *
 * Bound: `capacity` keys, rounded up to a power of two. A key is looked for in {@link probesMax} neighbouring slots. When all are taken, one
 * whose allowance is whole again is reused: forgetting it changes nothing. When none is, the one nearest to whole is forgotten, counted in
 * {@link GcraTable.evictions}: that key starts afresh. So an attacker with more keys than slots at full burn can win back
 * bursts for *other* keys of its neighbourhood, never more than one burst an eviction; size the table for it, and watch the count.
 *
 * Two keys with equal 64 bits share a cell; callers use a keyed hash so that nobody can choose that.
 */
export class GcraTable {
  /** Cells forgotten before they were whole again. Above zero the table is too small, or under attack. */
  evictions = 0;
  private readonly mask: number;
  private readonly hi: Uint32Array;
  private readonly lo: Uint32Array;
  /** Theoretical arrival time: when the key's allowance is whole again. 0: empty. */
  private readonly wholeAt: Float64Array;

  constructor(capacity: number) {
    let size = probesMax;
    while (size < capacity && size < slotsMax) size *= 2;
    this.mask = size - 1;
    this.hi = new Uint32Array(size);
    this.lo = new Uint32Array(size);
    this.wholeAt = new Float64Array(size);
  }

  /** Slots there are. */
  get capacity(): number {
    return this.mask + 1;
  }

  /**
   * Takes one. 0 when admitted; else the milliseconds after which the next one will be, and nothing was taken. `burst` is at least 1. An
   * interval of 0 or less admits always; a burst below 1 never (the answer is then one interval).
   */
  take(keyHi: number, keyLo: number, atMs: number, emissionIntervalMs: number, burst: number): number {
    if (!(emissionIntervalMs > 0)) return 0;
    if (!(burst >= 1)) return emissionIntervalMs;
    const hi = keyHi >>> 0;
    const lo = keyLo >>> 0;
    const slot = this.find(hi, lo, atMs);
    const known = this.hi[slot] === hi && this.lo[slot] === lo ? (this.wholeAt[slot] ?? 0) : 0;
    const from = known > atMs ? known : atMs;
    const early = from - atMs - (burst - 1) * emissionIntervalMs;
    if (early > 0) return early;
    this.hi[slot] = hi;
    this.lo[slot] = lo;
    this.wholeAt[slot] = from + emissionIntervalMs;
    return 0;
  }

  /** Gives so many back, to the full allowance at most. A key that is not known has it. */
  giveBack(keyHi: number, keyLo: number, atMs: number, emissionIntervalMs: number, count: number): void {
    const hi = keyHi >>> 0;
    const lo = keyLo >>> 0;
    const start = mix(hi, lo) & this.mask;
    for (let probe = 0; probe < probesMax; probe += 1) {
      const slot = (start + probe) & this.mask;
      const wholeAt = this.wholeAt[slot] ?? 0;
      if (wholeAt === 0 || this.hi[slot] !== hi || this.lo[slot] !== lo) continue;
      this.wholeAt[slot] = Math.max(Math.min(wholeAt, atMs), wholeAt - count * emissionIntervalMs);
      return;
    }
  }

  /** How many of its allowance a key has taken and not had back; nothing changes. */
  taken(keyHi: number, keyLo: number, atMs: number, emissionIntervalMs: number): number {
    const hi = keyHi >>> 0;
    const lo = keyLo >>> 0;
    const start = mix(hi, lo) & this.mask;
    for (let probe = 0; probe < probesMax; probe += 1) {
      const slot = (start + probe) & this.mask;
      const wholeAt = this.wholeAt[slot] ?? 0;
      if (wholeAt > atMs && this.hi[slot] === hi && this.lo[slot] === lo) return Math.ceil((wholeAt - atMs) / emissionIntervalMs);
    }
    return 0;
  }

  /** The key's slot, or the one it may have. */
  private find(hi: number, lo: number, atMs: number): number {
    const { mask } = this;
    const start = mix(hi, lo) & mask;
    let free = -1;
    let nearest = start;
    let nearestAt = Number.POSITIVE_INFINITY;
    for (let probe = 0; probe < probesMax; probe += 1) {
      const slot = (start + probe) & mask;
      const wholeAt = this.wholeAt[slot] ?? 0;
      if (wholeAt !== 0 && this.hi[slot] === hi && this.lo[slot] === lo) return slot;
      if (wholeAt <= atMs) {
        if (free === -1) free = slot;
      } else if (wholeAt < nearestAt) {
        nearest = slot;
        nearestAt = wholeAt;
      }
    }
    if (free !== -1) {
      this.wholeAt[free] = 0;
      return free;
    }
    this.evictions += 1;
    this.wholeAt[nearest] = 0;
    return nearest;
  }
}

/** Eight slots are one to three cache lines an array; at 80 % load fewer than one key in a thousand finds them all taken. */
export const probesMax = 8;
/** 16 M slots, 256 MiB: more is a job for shared counters. */
export const slotsMax = 1 << 24;

function mix(hi: number, lo: number): number {
  let hash = Math.imul(hi ^ 0x9e3779b9, 0x85ebca6b) ^ lo;
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}
