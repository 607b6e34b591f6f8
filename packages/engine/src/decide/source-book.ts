import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import { hourOf, secondsOf, SourceTable } from "../detect/observe/source-table.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";

/**
 * What is known of each asker at each door: its credits, window, follow-ups and evidence, by slot of a {@link SourceTable}. Slot -1: not known.
 *
 * And at all doors together: who asks about a few people at each of many learns as many as at one. An asker's first slot is kept under its own name and holds both, that of its first door
 * and what it owes in all; only further doors have slots of their own. So one who asks at one door takes no more room. When the first slot is pushed out the next door begins anew in all.
 */
export class SourceBook {
  readonly slots: SourceTable;

  constructor(capacity: number) {
    this.slots = new SourceTable(capacity);
  }

  /** A program that never followed up, behind an address where others did. */
  stranger(narrow: number, network: number, principal: boolean): boolean {
    return !principal && narrow !== network && narrow >= 0 && (this.slots.anchors[narrow] ?? 0) === 0 && !this.newcomer(network);
  }

  /** Never anchored, or asks far more than it anchors. */
  newcomer(slot: number): boolean {
    const anchors = this.slots.anchors[slot] ?? 0;
    return anchors === 0 || (this.slots.asked[slot] ?? 0) > policy.askedPerAnchor * anchors + 1;
  }

  spent(slot: number): number {
    return Math.max(0, (this.slots.window[slot] ?? 0) - (this.slots.credits[slot] ?? 0));
  }

  flagged(slot: number, at: number): boolean {
    const flaggedAt = this.slots.flaggedAt[slot] ?? 0;
    return flaggedAt > 0 && at - 1_000 * flaggedAt < policy.flagForMs;
  }

  /** First contacts of a source in this hour, as far as they are counted. */
  inHour(slot: number, at: number): number {
    const hour = hourOf(at);
    if (this.slots.hour[slot] !== hour) {
      this.slots.hour[slot] = hour;
      this.slots.inHour[slot] = 0;
    }
    return this.slots.inHour[slot] ?? 0;
  }

  /** Whether the outcome of this source's next question may still speak for others of its kind, see {@link policy.contactsPerSourceHour}. */
  speaks(watch: EndpointWatch, network: string, stranger: boolean, at: number): boolean {
    const slot = this.find(watch, network);
    return slot >= 0 && this.inHour(slot, at) < spokenFor(stranger);
  }

  evidence(slot: number, ratio: number): void {
    const before = this.slots.evidence[slot] ?? Number.NEGATIVE_INFINITY;
    // R ← (R + 1)·LR, in logarithms.
    this.slots.evidence[slot] = (before > 0 ? before + Math.log1p(Math.exp(-before)) : Math.log1p(Math.exp(before))) + ratio;
  }

  take(slot: number, cost: number): void {
    this.slots.credits[slot] = (this.slots.credits[slot] ?? 0) - cost;
  }

  regain(slot: number, at: number): void {
    const seen = this.slots.seenAt[slot] ?? 0;
    const gained = Math.floor((secondsOf(at) - seen) / regainEverySeconds);
    if (gained <= 0) return;
    const window = this.slots.window[slot] ?? 0;
    this.slots.credits[slot] = Math.min(window, (this.slots.credits[slot] ?? 0) + gained);
    this.slots.owed[slot] = Math.max(0, (this.slots.owed[slot] ?? 0) - tenths * gained);
    this.slots.seenAt[slot] = seen + gained * regainEverySeconds;
  }

  /**
   * The asker's slot at this door, and the one in which it stands what it does at all doors: the same at its first door, -1 where the door or the asker (`principal`: the service can name it)
   * stands for itself. Both are made where they are missing, without taking the place of one of `spared`.
   */
  places(watch: EndpointWatch, hash: string, at: number, start: number, principal: boolean, spared: readonly number[] = noSlots): Places {
    const { hi: firstHi, lo: firstLo } = keyOfHex(hash, scratchA);
    const first = this.slots.find(firstHi, firstLo);
    const common = watch.common && !principal;
    if (first >= 0 && this.slots.door[first] === doorOf(watch)) return this.#seen(first, common ? first : -1, at);
    const { hi, lo } = mixKey(scratchA, watch.keyHi, watch.keyLo);
    const known = this.slots.find(hi, lo);
    if (known >= 0 && (first >= 0 || !common)) return this.#seen(known, common ? first : -1, at);
    if (known >= 0) return this.#begins(this.slots.move(known, firstHi, firstLo, at, spared), watch, at);
    const earlier = this.#earlier(watch, hash, at);
    if (common && first < 0) return this.#begins(this.slots.claim(firstHi, firstLo, at, start, earlier, spared), watch, at);
    const own = this.slots.claim(hi, lo, at, start, earlier, first < 0 ? spared : [...spared, first]);
    this.slots.door[own] = noDoor;
    return this.#seen(own, common ? first : -1, at);
  }

  /** Its first door; or it asked here before the door was guarded, or its first slot was pushed out. */
  #begins(slot: number, watch: EndpointWatch, at: number): Places {
    this.regain(slot, at);
    this.slots.door[slot] = doorOf(watch);
    this.owe(slot, this.spent(slot));
    this.slots.anchorsInAll[slot] = Math.min(countMax, this.slots.anchors[slot] ?? 0);
    this.slots.askedInAll[slot] = Math.min(countMax, this.slots.asked[slot] ?? 0);
    return { own: slot, common: slot };
  }

  #seen(own: number, common: number, at: number): Places {
    this.regain(own, at);
    if (common >= 0 && common !== own) this.regain(common, at);
    return { own, common };
  }

  /** Its slots at doors that this one took over. */
  #earlier(watch: EndpointWatch, hash: string, at: number): readonly number[] {
    const earlier: number[] = [];
    for (const former of watch.before) {
      const slot = this.find(former, hash);
      if (slot < 0) continue;
      this.regain(slot, at);
      earlier.push(slot);
    }
    return earlier;
  }

  /** The same, of one that asked before: -1 when it is not known any more, too. */
  commonOf(watch: EndpointWatch, hi: number, lo: number): number {
    return watch.common ? this.slots.find(hi, lo) : -1;
  }

  /** Follow-ups: of all its doors where the slot speaks of those. */
  anchors(slot: number): number {
    return Math.max(this.slots.anchors[slot] ?? 0, this.slots.anchorsInAll[slot] ?? 0);
  }

  /** Answers left at all doors together, where somebody may begin with `start` and have no more than `most`. */
  leftInAll(slot: number, start: number, most: number): number {
    return (tenths * Math.min(Math.max(start, most), start + (this.slots.anchorsInAll[slot] ?? 0)) - (this.slots.owed[slot] ?? 0)) / tenths;
  }

  /** It was answered so many more, or fewer when negative, without follow-up. */
  owe(slot: number, answers: number): void {
    if (slot >= 0) this.slots.owed[slot] = Math.min(countMax, Math.max(0, (this.slots.owed[slot] ?? 0) + Math.round(tenths * answers)));
  }

  /** One more distinct subject, or follow-up; at the bound both are halved, so that their ratio stays. */
  countInAll(slot: number, what: "askedInAll" | "anchorsInAll"): void {
    const { askedInAll, anchorsInAll } = this.slots;
    if ((this.slots[what][slot] ?? 0) >= countMax) {
      askedInAll[slot] = (askedInAll[slot] ?? 0) >> 1;
      anchorsInAll[slot] = (anchorsInAll[slot] ?? 0) >> 1;
    }
    this.slots[what][slot] = (this.slots[what][slot] ?? 0) + 1;
  }

  find(watch: EndpointWatch, hash: string): number {
    const { hi, lo } = keyOfHex(hash, scratchA);
    return this.locate(watch, hi, lo);
  }

  locate(watch: EndpointWatch, hi: number, lo: number): number {
    const first = this.slots.find(hi, lo);
    if (first >= 0 && this.slots.door[first] === doorOf(watch)) return first;
    scratchA.hi = hi;
    scratchA.lo = lo;
    const key = mixKey(scratchA, watch.keyHi, watch.keyLo);
    return this.slots.find(key.hi, key.lo);
  }
}

/** See {@link SourceBook.places}. */
export interface Places {
  readonly own: number;
  readonly common: number;
}

/** Of a source and a person at a door. Stands in a scratch until the next call. */
export function pairKey(watch: Pick<EndpointWatch, "keyHi" | "keyLo">, narrow: string, subject: string): Key {
  const hash = keyOfHex(subject, scratchB);
  return mixKey(mixKey(keyOfHex(narrow, scratchA), watch.keyHi, watch.keyLo), hash.hi, hash.lo);
}

/** Of a source and a person at any of several doors. Stands in a scratch until the next call. */
export function pairInAll(narrow: string, subject: string): Key {
  const hash = keyOfHex(subject, scratchB);
  return mixKey(mixKey(keyOfHex(narrow, scratchA), severalDoors, severalDoors), hash.hi, hash.lo);
}

/** Of a network and a person, at whatever door. Stands in a scratch until the next call. */
export function anchorKey(networkHi: number, networkLo: number, subject: string): Key {
  const hash = keyOfHex(subject, scratchB);
  scratchC.hi = networkHi;
  scratchC.lo = networkLo;
  return mixKey(scratchC, hash.hi, hash.lo);
}

/** How often an hour one address counts. */
export function spokenFor(stranger: boolean): number {
  return policy.contactsPerSourceHour + (stranger ? policy.strangersPerSourceHour : 0);
}

/** As a slot remembers its door; another one would take the same number 65,535 guards later. */
export function doorOf(watch: Pick<EndpointWatch, "index">): number {
  return watch.index % noDoor;
}

export const noDoor = 65_535;
/** In place of a door's key. */
const severalDoors = 0x5ea1d002;
/** What is owed is counted in tenths: a follow-up gives back eight of them. */
const tenths = 10;
const countMax = 65_535;
const regainEverySeconds = policy.regainEveryMs / 1_000;
const noSlots: readonly number[] = [];
const scratchA: Key = { hi: 0, lo: 0 };
const scratchB: Key = { hi: 0, lo: 0 };
const scratchC: Key = { hi: 0, lo: 0 };
