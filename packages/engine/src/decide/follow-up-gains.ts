import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import type { PendingPair } from "../detect/observe/pending-pairs.ts";
import type { SourceTable } from "../detect/observe/source-table.ts";
import type { Charges } from "./charges.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import { followedUpRatio } from "./follow-up-ratio.ts";
import type { Anchor } from "./gate-policy.ts";
import type { SourceBook } from "./source-book.ts";
import type { Watches } from "./watches.ts";

/** What a follow-up gives to who asked: credits, a wider window, evidence for him; and whether it says more than that one question was paid for. */
export class FollowUpGains {
  readonly #book: SourceBook;
  readonly #sources: SourceTable;
  readonly #watches: Watches;
  readonly #charges: Charges;
  readonly #vouched: BlockedBloom;

  /** `pairs` a Bloom generation remembers of those that vouched. */
  constructor(book: SourceBook, watches: Watches, charges: Charges, pairs: number) {
    this.#book = book;
    this.#sources = book.slots;
    this.#watches = watches;
    this.#charges = charges;
    this.#vouched = new BlockedBloom(pairs, 30 * 86_400_000);
  }

  /** Its question was followed up. */
  followedUp(pair: PendingPair, subject: string, anchor: Anchor): void {
    if (pair.control) this.#returned(pair, anchor);
    else this.#anchored(pair, this.#vouches(pair, subject, anchor), anchor.at);
  }

  /**
   * Somebody it was told of before came back and followed up. Where the same people come every day, first questions are those that were mistyped, and hardly anything else: held against the address
   * alone they flag every ward of a hospital within two weeks. So a return is evidence for it, once a day each and twice an hour in all; it gives no credit back and widens nothing. Only where
   * {@link policy.returnsCountFrom} people vouched: one own account that signs in each day speaks for nobody.
   */
  #returned(pair: PendingPair, { at }: Anchor): void {
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined) return;
    const network = this.#book.locate(watch, pair.networkHi, pair.networkLo);
    if (network < 0 || (this.#sources.anchors[network] ?? 0) < policy.returnsCountFrom) return;
    scratchA.hi = pair.hi;
    scratchA.lo = pair.lo;
    const today = mixKey(mixKey(scratchA, watch.keyHi, watch.keyLo), Math.floor(at / 86_400_000), returns);
    if (!this.#vouched.add(today.hi, today.lo, at)) return;
    const narrow = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    for (const slot of narrow === network ? [narrow] : [narrow, network]) if (slot >= 0) this.#book.evidence(slot, followedUpRatio);
  }

  /** Whether an anchor of `subject` says more than "this question was paid for": see {@link FollowUps.anchor}. */
  #vouches(pair: PendingPair, subject: string, anchor: Anchor): boolean {
    const { at } = anchor;
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined) return false;
    // Where a sign-up is itself the question, accounts made for nobody would buy answers about others.
    if (anchor.kind === "sign-up" && anchor.endpointId === watch.endpoint.id && watch.endpoint.refusalsOnly !== true) return false;
    scratchA.hi = pair.hi;
    scratchA.lo = pair.lo;
    const here = mixKey(scratchA, watch.keyHi, watch.keyLo);
    if (!this.#vouched.add(here.hi, here.lo, at)) return false;
    for (let nth = 1; nth <= policy.networksPerSubject; nth++) {
      const place = mixKey(mixKey(keyOfHex(subject, scratchB), watch.keyHi, watch.keyLo), nth, 0);
      if (this.#vouched.add(place.hi, place.lo, at)) return true;
    }
    return false;
  }

  #anchored(pair: PendingPair, vouches: boolean, at: number): void {
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined) return;
    const narrow = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    const network = this.#book.locate(watch, pair.networkHi, pair.networkLo);
    for (const slot of narrow === network ? [narrow] : [narrow, network]) {
      if (slot < 0) continue;
      if (vouches) {
        this.#sources.anchors[slot] = (this.#sources.anchors[slot] ?? 0) + 1;
        this.#sources.window[slot] = Math.min(watch.endpoint.budget.maxCredits, (this.#sources.window[slot] ?? 0) + 1);
        this.#book.evidence(slot, followedUpRatio);
      }
      this.#sources.credits[slot] = Math.min(
        this.#sources.window[slot] ?? 0,
        (this.#sources.credits[slot] ?? 0) + (vouches ? policy.refundPerAnchor : 1) - (pair.granted && network !== narrow ? 1 : 0),
      );
    }
    const givenAt = pair.dueAt - policy.anchorWithinMs;
    if (pair.again !== true && narrow !== network) {
      for (const [own, slot] of [
        [narrow, this.#book.commonOf(watch, pair.narrowHi, pair.narrowLo)],
        [network, this.#book.commonOf(watch, pair.networkHi, pair.networkLo)],
      ] as const) {
        if (slot >= 0) this.#anchoredInAll(watch, own, slot, vouches, pair.granted);
      }
    }
    if (vouches) {
      watch.vouched(at);
      watch.followedUpAfter(Math.max(0, at - givenAt));
      if (network >= 0 && network !== narrow) this.#grant(network);
    }
    if (pair.granted) watch.giveBackGrant(1);
    if (pair.counted) watch.cohortFollowedUp(givenAt);
    if (pair.counted) watch.giveBackNewcomer(1, pair.surplus ? 1 : 0, givenAt);
  }

  /** `slot`: where all its doors stand; `own`: its slot at this one. */
  #anchoredInAll(watch: EndpointWatch, own: number, slot: number, vouches: boolean, granted: boolean): void {
    const grows = vouches && this.#charges.startCredits + (this.#sources.anchorsInAll[slot] ?? 0) < watch.endpoint.budget.maxCredits;
    this.#book.owe(slot, (grows ? 1 : 0) - (vouches ? policy.refundPerAnchor : 1) + (granted ? 1 : 0));
    if (!vouches) return;
    this.#book.countInAll(slot, "anchorsInAll");
    if (slot !== own) this.#book.evidence(slot, followedUpRatio);
  }

  /**
   * Somebody set out to follow up and the service failed him, while it fails those who are known. It stands for the follow-up in D2 and D4, vouches for nobody and gives no credit back; as a
   * follow-up does, it lets an address that asks faster than anybody can follow up ask some ahead, from what all of the endpoint share ({@link policy.grantsTogether}): an office that
   * sets up its telephones meanwhile. So an attacker who sets out after each question gets that much more in an outage, from however many addresses.
   */
  tried(pair: PendingPair): void {
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined || pair.control || !watch.share.speaks) return;
    const narrow = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    const network = this.#book.locate(watch, pair.networkHi, pair.networkLo);
    if (network >= 0 && network !== narrow) this.#grant(network);
  }

  /** It asks faster than it can follow up, as an office that sets up its telephones does. */
  #grant(network: number): void {
    if (!this.#book.newcomer(network) || (this.#sources.evidence[network] ?? 0) > 0) return;
    this.#sources.grants[network] = Math.min(policy.grantsPerSource, (this.#sources.grants[network] ?? 0) + policy.grantPerAnchor);
  }
}

/** Told apart from what vouches. */
const returns = 0x5e7042d5;
const scratchA: Key = { hi: 0, lo: 0 };
const scratchB: Key = { hi: 0, lo: 0 };
