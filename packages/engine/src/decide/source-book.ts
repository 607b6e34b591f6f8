import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import { hourOf, SourceTable } from "../detect/observe/source-table.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";

/** What is known of each asker at each door: its credits, window, follow-ups and evidence, by slot of a {@link SourceTable}. Slot -1: not known. */
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
    return flaggedAt > 0 && at - flaggedAt < policy.flagForMs;
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
    const seen = this.slots.seenAt[slot] ?? at;
    const gained = Math.floor((at - seen) / policy.regainEveryMs);
    if (gained > 0) {
      const window = this.slots.window[slot] ?? 0;
      this.slots.credits[slot] = Math.min(window, (this.slots.credits[slot] ?? 0) + gained);
      this.slots.seenAt[slot] = seen + gained * policy.regainEveryMs;
    }
  }

  slot(watch: EndpointWatch, hash: string, at: number, start: number): number {
    const key = mixKey(keyOfHex(hash, scratchA), watch.keyHi, watch.keyLo);
    if (watch.before.length === 0) return this.slots.claim(key.hi, key.lo, at, start);
    const { hi, lo } = key;
    const known = this.slots.find(hi, lo);
    if (known >= 0) return known;
    const earlier: number[] = [];
    for (const former of watch.before) {
      const slot = this.find(former, hash);
      if (slot < 0) continue;
      this.regain(slot, at);
      earlier.push(slot);
    }
    return this.slots.claim(hi, lo, at, start, earlier);
  }

  find(watch: EndpointWatch, hash: string): number {
    const key = mixKey(keyOfHex(hash, scratchA), watch.keyHi, watch.keyLo);
    return this.slots.find(key.hi, key.lo);
  }

  locate(watch: EndpointWatch, hi: number, lo: number): number {
    scratchA.hi = hi;
    scratchA.lo = lo;
    const key = mixKey(scratchA, watch.keyHi, watch.keyLo);
    return this.slots.find(key.hi, key.lo);
  }
}

/** Of a source and a person at a door. Stands in a scratch until the next call. */
export function pairKey(watch: Pick<EndpointWatch, "keyHi" | "keyLo">, narrow: string, subject: string): Key {
  const hash = keyOfHex(subject, scratchB);
  return mixKey(mixKey(keyOfHex(narrow, scratchA), watch.keyHi, watch.keyLo), hash.hi, hash.lo);
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

const scratchA: Key = { hi: 0, lo: 0 };
const scratchB: Key = { hi: 0, lo: 0 };
const scratchC: Key = { hi: 0, lo: 0 };
