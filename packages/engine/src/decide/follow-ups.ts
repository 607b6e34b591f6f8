import type { Actor } from "../exchange/actor.ts";
import type { Subject } from "../exchange/subject.ts";
import { type Key, keyOfHex } from "../detect/observe/key-pair.ts";
import { type NewPair, type PendingPair, PendingPairs } from "../detect/observe/pending-pairs.ts";
import type { SourceTable } from "../detect/observe/source-table.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import type { FollowUpGains } from "./follow-up-gains.ts";
import type { Anchor } from "./gate-policy.ts";
import type { GateSignals } from "./gate-signals.ts";
import type { LeftUnexplained } from "./left-unexplained.ts";
import type { Side } from "./named-apart.ts";
import type { ServiceFailing } from "./service-failing.ts";
import { anchorKey, type SourceBook } from "./source-book.ts";
import type { Watches } from "./watches.ts";

/** Truthful answers, until they are followed up or it is too late for that: what that says of their askers ({@link FollowUpGains}, {@link LeftUnexplained}) and, in D4, of all newcomers together. */
export class FollowUps {
  readonly #pending: PendingPairs;
  readonly #book: SourceBook;
  readonly #sources: SourceTable;
  readonly #watches: Watches;
  readonly #failing: ServiceFailing;
  readonly #gains: FollowUpGains;
  readonly #unexplained: LeftUnexplained;
  readonly #signals: GateSignals;
  /** Newcomers of before are not counted by the hour. */
  newcomersFrom = Number.NEGATIVE_INFINITY;

  /** `capacity`: answers that may wait at once. */
  constructor(capacity: number, { book, watches, failing, gains, unexplained, signals }: FollowUpParts) {
    this.#pending = new PendingPairs(capacity);
    this.#book = book;
    this.#sources = book.slots;
    this.#watches = watches;
    this.#failing = failing;
    this.#gains = gains;
    this.#unexplained = unexplained;
    this.#signals = signals;
  }

  /** A truthful first answer was given. */
  learned(
    watch: EndpointWatch,
    actor: Actor,
    subject: Subject,
    as: Pick<PendingPair, "counted" | "surplus" | "granted" | "fresh" | "side" | "again">,
    stranger: boolean,
    free: boolean,
    at: number,
  ): void {
    const tested = !actor.principal && this.#book.speaks(watch, actor.network, stranger, at);
    this.#waits(watch, actor, subject.hash, { ...as, surplus: as.counted && as.surplus, tested, control: false }, free, at);
    if (as.counted) watch.cohortAsked(at);
  }

  /** Somebody whose program is known asks again about one it was told of: what it does next tells whether the service still lets anybody follow up. */
  control(watch: EndpointWatch, actor: Actor, subject: string, newcomer: boolean, at: number): void {
    if (newcomer || actor.principal || !this.#book.speaks(watch, actor.network, false, at)) return;
    const slot = this.#book.find(watch, actor.network);
    this.#sources.inHour[slot] = this.#book.inHour(slot, at) + 1;
    this.#waits(watch, actor, subject, { counted: false, surplus: false, tested: true, control: true, granted: false, fresh: false }, false, at);
  }

  /**
   * A legitimate party anchored: pending questions of that network about those subjects were honest. Each pair refunds once. Only the first anchor of
   * a subject in a network, and in at most {@link policy.networksPerSubject} networks a month, counts for more than its own cost: otherwise one own
   * account, asked about under ever new fingerprints or from ever new addresses, would buy answers about others without end. Kind `failed`: see {@link FollowUpGains.tried}; refunds nothing.
   */
  anchor(anchor: Anchor): number {
    let refunded = 0;
    const network = keyOfHex(anchor.network, scratchA);
    const networkHi = network.hi;
    const networkLo = network.lo;
    if (anchor.kind === "failed") {
      for (const subject of anchor.subjects.slice(0, anchoredSubjectsMax)) {
        const { hi, lo } = anchorKey(networkHi, networkLo, subject);
        this.#pending.tried(hi, lo, (pair) => this.#gains.tried(pair));
      }
      return 0;
    }
    for (const subject of anchor.subjects.slice(0, anchoredSubjectsMax)) {
      const key = anchorKey(networkHi, networkLo, subject);
      const { hi, lo } = key;
      refunded += this.#pending.anchor(hi, lo, (pair) => this.#gains.followedUp(pair, subject, anchor));
    }
    return refunded;
  }

  /** Deadlines pass: answers reach the age at which D4 judges them, or the one at which nobody will follow up any more. */
  advance(at: number): void {
    this.#pending.review(at + policy.anchorWithinMs - policy.cohortJudgedAfterMs, (pair, anchored) => this.#judged(pair, anchored, at));
    this.#pending.expire(at, (pair) => this.#expired(pair, at));
  }

  /** Answers that wait. */
  get size(): number {
    return this.#pending.size;
  }

  /** A truthful answer waits for its anchor. `free`: see {@link PendingPairs.push}. */
  #waits(
    watch: EndpointWatch,
    actor: Actor,
    subject: string,
    as: Pick<PendingPair, "counted" | "surplus" | "tested" | "control" | "granted" | "fresh" | "side" | "again">,
    free: boolean,
    at: number,
  ): void {
    const narrow = keyOfHex(actor.narrow, scratchA);
    const narrowHi = narrow.hi;
    const narrowLo = narrow.lo;
    const network = keyOfHex(actor.principal ? actor.narrow : actor.network, scratchB);
    const networkHi = network.hi;
    const networkLo = network.lo;
    const place = keyOfHex(actor.network, scratchA);
    const key = anchorKey(place.hi, place.lo, subject);
    const { counted, surplus, tested, control, granted, fresh, side, again = false } = as;
    const pair: NewPair = {
      hi: key.hi,
      lo: key.lo,
      dueAt: at + policy.anchorWithinMs,
      endpoint: watch.index,
      narrowHi,
      narrowLo,
      networkHi,
      networkLo,
      counted,
      surplus,
      tested,
      control,
      granted,
      fresh,
      side,
      again,
    };
    this.#pending.push(pair, free);
  }

  /** A newcomer's answer has reached the age at which D4 judges it. */
  #judged(pair: PendingPair, anchored: boolean, at: number): boolean {
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined || !watch.anchorsSeen) return false;
    const outage = this.#failing.outage(watch);
    if (outage) watch.share.frozen();
    if (pair.tested) {
      // An outage is known for one some minutes after it began: what it fails by then waits for that, until the pair is due.
      if (pair.counted && pair.tried && !anchored && !outage) return true;
      if (pair.counted && !this.#failing.frozen(watch)) this.#shareJudged(watch, anchored || (outage && pair.tried), pair.fresh, at, pair.side);
      else if (!pair.counted && this.#hasAnchored(watch, pair)) watch.share.known(anchored, at, pair.tried);
    }
    return false;
  }

  #expired(pair: PendingPair, at: number): void {
    const watch = this.#watches.at(pair.endpoint);
    if (watch === undefined) return;
    if (pair.putOff && !this.#failing.frozen(watch)) this.#shareJudged(watch, this.#failing.outage(watch), pair.fresh, at, pair.side);
    this.#unexplained.judge(watch, pair, at);
  }

  /** Its program followed up before: one that hides behind a busy gateway speaks for no outage. */
  #hasAnchored(watch: EndpointWatch, pair: PendingPair): boolean {
    const client = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    return client >= 0 && (this.#sources.anchors[client] ?? 0) > 0;
  }

  #shareJudged(watch: EndpointWatch, anchored: boolean, fresh: boolean, at: number, side: Side | undefined): void {
    const given = at - policy.cohortJudgedAfterMs;
    if (given >= this.newcomersFrom && !this.#failing.outage(watch)) watch.hours.judged(anchored, given);
    watch.share.cut = watch.touches.endpointCut(at);
    watch.fresh.cut = watch.share.cut;
    const change = watch.shareJudged(anchored, fresh, at, side);
    if (change !== undefined) this.#signals.followUp(watch, change, at);
  }
}

export interface FollowUpParts {
  readonly book: SourceBook;
  readonly watches: Watches;
  readonly failing: ServiceFailing;
  readonly gains: FollowUpGains;
  readonly unexplained: LeftUnexplained;
  readonly signals: GateSignals;
}

/** One anchor vouches for at most so many subjects: nobody signs in as more people at once. */
export const anchoredSubjectsMax = 8;
const scratchA: Key = { hi: 0, lo: 0 };
const scratchB: Key = { hi: 0, lo: 0 };
