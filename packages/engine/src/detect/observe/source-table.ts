/**
 * Per (endpoint, actor key) state in typed arrays: credits, evidence, anchors. {@link slotBytes} bytes a slot.
 *
 * Bound: a fixed number of slots. A new key looks at {@link probes} places; when none is free it takes the place of
 * the *least evidenced*, oldest among them. An attacker who floods the table with fresh keys therefore evicts other fresh keys
 * first, never a key with spent credits or evidence while an idle one stands beside it; when all are evidenced the weakest
 * goes and is counted in `evictedWithEvidence`. What remains against a flood are the endpoint-wide limits, which need no table.
 */
export class SourceTable {
  readonly slots: number;
  readonly keyHi: Uint32Array;
  readonly keyLo: Uint32Array;
  /** D1: answers this key may still learn, and the window it may grow to. */
  readonly credits: Float32Array;
  readonly window: Float32Array;
  /** D2: natural log of the Shiryaev–Roberts statistic. */
  readonly evidence: Float32Array;
  /** As {@link secondsOf}. */
  readonly seenAt: Uint32Array;
  /** When the source was flagged, 0 if never; as {@link secondsOf}. */
  readonly flaggedAt: Uint32Array;
  readonly anchors: Uint32Array;
  /** Distinct subjects asked about, and those of them refused, as far as {@link refuse} counts. */
  readonly asked: Uint32Array;
  readonly refused: Uint16Array;
  /** D3 and D4 count a source at most twice an hour: which hour, see {@link hourOf}. */
  readonly hour: Uint16Array;
  readonly inHour: Uint8Array;
  /** Answers it may still get ahead of its follow-ups, see `grantPerAnchor` of the policy. */
  readonly grants: Uint8Array;
  /** Of the source at all its doors together, see `SourceBook.places`: tenths of answers that were not followed up, follow-ups, distinct subjects. */
  readonly owed: Uint16Array;
  readonly anchorsInAll: Uint16Array;
  readonly askedInAll: Uint16Array;
  /** Of which door the rest of the slot speaks. */
  readonly door: Uint16Array;
  evictedWithEvidence = 0;
  #used = 0;

  constructor(slots: number) {
    this.slots = slots;
    this.keyHi = new Uint32Array(slots);
    this.keyLo = new Uint32Array(slots);
    this.credits = new Float32Array(slots);
    this.window = new Float32Array(slots);
    this.evidence = new Float32Array(slots);
    this.seenAt = new Uint32Array(slots);
    this.flaggedAt = new Uint32Array(slots);
    this.anchors = new Uint32Array(slots);
    this.asked = new Uint32Array(slots);
    this.refused = new Uint16Array(slots);
    this.hour = new Uint16Array(slots);
    this.inHour = new Uint8Array(slots);
    this.grants = new Uint8Array(slots);
    this.owed = new Uint16Array(slots);
    this.anchorsInAll = new Uint16Array(slots);
    this.askedInAll = new Uint16Array(slots);
    this.door = new Uint16Array(slots);
  }

  get used(): number {
    return this.#used;
  }

  /** The slot of a key, or -1. */
  find(hi: number, lo: number): number {
    const start = lo % this.slots;
    for (let i = 0; i < probes; i++) {
      const slot = (start + i) % this.slots;
      if (this.keyHi[slot] === hi && this.keyLo[slot] === lo && this.seenAt[slot] !== 0) return slot;
    }
    return -1;
  }

  /**
   * The slot of a key, made with `startCredits` when it is new. `earlier`: slots of the same source at the same door under other names; of what it has left it gets
   * the least, what speaks against it the most. `spared`: slots, fewer than {@link probes}, whose place it does not take.
   */
  claim(hi: number, lo: number, at: number, startCredits: number, earlier: readonly number[] = none, spared: readonly number[] = none): number {
    const known = this.find(hi, lo);
    if (known >= 0) return known;
    const start = lo % this.slots;
    let place = -1;
    let weakest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < probes; i++) {
      const slot = (start + i) % this.slots;
      const seen = this.seenAt[slot] ?? 0;
      // The first free one, whatever the others are worth.
      if (seen === 0) {
        place = slot;
        break;
      }
      const worth = this.#worth(slot) * 1e6 + seen / 1e6;
      if (worth < weakest && !spared.includes(slot)) {
        weakest = worth;
        place = slot;
      }
    }
    if (this.seenAt[place] === 0) this.#used++;
    else if (this.#worth(place) >= 1) this.evictedWithEvidence++;
    let credits = startCredits;
    let window = startCredits;
    let evidence = Number.NEGATIVE_INFINITY;
    let flaggedAt = 0;
    let anchors = 0;
    let asked = 0;
    let refused = 0;
    // Read before anything is written: the place may be one of them.
    for (const slot of earlier) {
      credits = Math.min(credits, this.credits[slot] ?? 0);
      window = Math.max(window, this.window[slot] ?? 0);
      evidence = Math.max(evidence, this.evidence[slot] ?? 0);
      flaggedAt = Math.max(flaggedAt, this.flaggedAt[slot] ?? 0);
      anchors = Math.max(anchors, this.anchors[slot] ?? 0);
      asked = Math.max(asked, this.asked[slot] ?? 0);
      refused = Math.max(refused, this.refused[slot] ?? 0);
    }
    this.keyHi[place] = hi;
    this.keyLo[place] = lo;
    this.credits[place] = credits;
    this.window[place] = window;
    this.evidence[place] = evidence;
    this.seenAt[place] = secondsOf(at);
    put(this.flaggedAt, place, flaggedAt);
    put(this.anchors, place, anchors);
    put(this.asked, place, asked);
    put(this.refused, place, refused);
    for (const column of [this.hour, this.inHour, this.grants, this.owed, this.anchorsInAll, this.askedInAll, this.door]) put(column, place, 0);
    return place;
  }

  /** A slot of this key that holds what `from` holds; `from` stays as it is, unless the new one took its place. */
  move(from: number, hi: number, lo: number, at: number, spared: readonly number[] = none): number {
    const { credits, window, evidence, seenAt, flaggedAt, anchors, asked, refused, hour, inHour, grants } = this;
    const moved = [credits, window, evidence, seenAt, flaggedAt, anchors, asked, refused, hour, inHour, grants].map((field) => ({ field, value: field[from] ?? 0 }));
    const place = this.claim(hi, lo, at, 0, none, spared);
    for (const { field, value } of moved) field[place] = value;
    return place;
  }

  /** One more subject of this slot was refused. Stays at {@link refusedMax}: what matters of it ends far below. */
  refuse(slot: number): void {
    this.refused[slot] = Math.min(refusedMax, (this.refused[slot] ?? 0) + 1);
  }

  /** What would be forgotten: spent credits, evidence, refusals, anchors. */
  #worth(slot: number): number {
    const spent = Math.max(0, (this.window[slot] ?? 0) - (this.credits[slot] ?? 0), (this.owed[slot] ?? 0) / 10);
    const flagged = this.flaggedAt[slot] === 0 ? 0 : 100;
    return spent + Math.max(0, this.evidence[slot] ?? 0) + Math.min(50, this.refused[slot] ?? 0) + Math.min(50, this.anchors[slot] ?? 0) + flagged;
  }
}

/** Nothing is written where nothing changes: of columns that stay 0 for nearly every source, as its flag does, the system then need not find memory for most pages. */
function put(column: Uint32Array | Uint16Array | Uint8Array, slot: number, value: number): void {
  if (column[slot] !== value) column[slot] = value;
}

/** The hour as a slot remembers it: one and the hour 65,536 hours (seven years) later look alike, which takes a slot that slept in between. */
export function hourOf(at: number): number {
  return Math.floor(at / 3_600_000) & 0xff_ff;
}

/** Seconds since the epoch, as a slot remembers a time: zero marks a free slot, so the first second counts as the second one; what comes after 2106 counts as its last. */
export function secondsOf(at: number): number {
  return Math.min(4_294_967_295, Math.max(1, Math.floor(at / 1_000)));
}

/** Keys 8, credits, window and evidence 12, times 8, counts 10, the hour 3, grants 1, of all doors 8: with 2.4 slots a source, one for its address and one for its program, 120 MB a million sources. */
export const slotBytes = 50;
export const refusedMax = 65_535;
const none: readonly number[] = [];
/** Places one key may stand in. Sixteen neighbours share a few cache lines. */
const probes = 16;
