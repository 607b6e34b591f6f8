import type { Actor } from "../exchange/actor.ts";
import { type Key, keyOfHex } from "../detect/observe/key-pair.ts";
import type { SourceTable } from "../detect/observe/source-table.ts";
import { touchKey } from "./canary-watch.ts";
import { type EndpointWatch, surplusOf } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import { defaultBudget } from "./gate-policy.ts";
import type { Reservation } from "./reservation.ts";
import type { SourceBook } from "./source-book.ts";

/** D1: from whose credits questions are paid, at one door and at all together; what is left there, what is taken, and what comes back. */
export class Charges {
  /** What a new caller begins with at all doors together, where nothing is said of an endpoint. */
  startCredits = defaultBudget.startCredits;
  readonly #book: SourceBook;
  readonly #sources: SourceTable;

  constructor(book: SourceBook) {
    this.#book = book;
    this.#sources = book.slots;
  }

  /** The slots of an asker, of its program and its address, at this door and `all`. */
  placesOf(watch: EndpointWatch, { narrow, network, principal }: Actor, at: number): { readonly narrow: number; readonly network: number; readonly all: InAll } {
    const start = watch.endpoint.budget.startCredits;
    const client = this.#book.places(watch, narrow, at, principal ? policy.principalStartCredits : start, principal);
    if (principal) return { narrow: client.own, network: client.own, all: forItself };
    const place = this.#book.places(watch, network, at, start, false, [client.own, client.common]);
    return { narrow: client.own, network: place.own, all: { narrow: client.common, network: place.common } };
  }

  /** Those of all doors, of an asker that asked before. */
  inAllOf(watch: EndpointWatch, actor: Actor): InAll {
    if (actor.principal) return forItself;
    const narrow = keyOfHex(actor.narrow, scratchA);
    const first = this.#book.commonOf(watch, narrow.hi, narrow.lo);
    const network = keyOfHex(actor.network, scratchA);
    return { narrow: first, network: this.#book.commonOf(watch, network.hi, network.lo) };
  }

  /** Why none of these questions may be answered, if so. */
  refusal(narrow: number, network: number, all: InAll, short: boolean, overflow: boolean, at: number): string | undefined {
    if (overflow) return "batch-too-large";
    for (const slot of [narrow, all.narrow]) if (this.#book.flagged(slot, at)) return "source-flagged";
    for (const slot of [network, all.network]) if (this.#book.flagged(slot, at) && this.#book.anchors(slot) < 5) return "source-flagged";
    return short ? "credits-spent" : undefined;
  }

  /** Credits left to a source: of one that asked about canaries and never anchored, as if its window were cut. */
  left(watch: EndpointWatch, hash: string, slot: number): number {
    const credits = this.#sources.credits[slot] ?? 0;
    const cut = this.cutOf(watch, touchKey(keyOfHex(hash, scratchA)), slot);
    return cut === 1 ? credits : credits - (1 - cut) * (this.#sources.window[slot] ?? 0);
  }

  /** Answers left at all doors together. */
  leftInAll(watch: EndpointWatch, { narrow, network }: InAll): number {
    const start = watch.anchorsSeen ? Math.ceil(policy.startInAll * this.startCredits) : this.startCredits;
    const most = watch.endpoint.budget.maxCredits;
    let left = Number.POSITIVE_INFINITY;
    for (const slot of [narrow, network]) if (slot >= 0) left = Math.min(left, this.#book.leftInAll(slot, start, most));
    return left;
  }

  /** One that ever anchored is shared by honest people, or is one: what somebody there asked is no evidence against the others. */
  cutOf(watch: EndpointWatch, key: number, slot: number): number {
    return (this.#sources.anchors[slot] ?? 0) > 0 ? 1 : watch.touches.sourceCut(key);
  }

  /** It was answered so many more at all doors, or fewer when negative. */
  owe({ narrow, network }: InAll, answers: number): void {
    if (answers === 0) return;
    this.#book.owe(narrow, answers);
    this.#book.owe(network, answers);
  }

  /**
   * How these questions would be paid, one by one so that a replay of them does the same: from `own`, the source's credits, and `common`, what it has left at all doors; from its grants where
   * these are spent or it would draw on the newcomers' common allowance; from that. Undefined when it is short of them. `inAll`: how many are paid from `common`.
   */
  pays(
    watch: EndpointWatch,
    own: number,
    common: number,
    network: number,
    counts: number,
    questions: readonly { readonly again?: boolean }[],
    newcomer: boolean,
    mayGrant: boolean,
    at: number,
  ): Payment | undefined {
    let left = own;
    let inAll = 0;
    let spent = this.#book.spent(counts);
    const grants = mayGrant ? (this.#sources.grants[network] ?? 0) : 0;
    let granted = 0;
    let surplus = 0;
    for (const { again } of questions) {
      const beyond = newcomer ? surplusOf(spent, 1) : 0;
      const short = left < 1 || (again !== true && common - inAll < 1);
      if ((short || beyond > 0) && granted < grants && watch.grants(granted + 1, at)) granted++;
      else if (short) return undefined;
      else {
        left--;
        spent++;
        surplus += beyond;
        if (again !== true) inAll++;
      }
    }
    return { granted, surplus, inAll };
  }

  /** Takes what {@link pays} said. */
  charge(watch: EndpointWatch, narrow: number, network: number, cost: number, granted: number): void {
    if (granted > 0) {
      this.#sources.grants[network] = (this.#sources.grants[network] ?? 0) - granted;
      watch.takeGrant(granted);
    }
    this.#book.take(narrow, cost - granted);
    if (network !== narrow) this.#book.take(network, cost - granted);
  }

  /** Gives so much of what was charged back: nothing was learned by it. */
  refund(reservation: Reservation, amount: number): void {
    if (amount <= 0) return;
    const { watch, actor } = reservation;
    const narrow = this.#book.find(watch, actor.narrow);
    const network = actor.principal ? narrow : this.#book.find(watch, actor.network);
    const own = Math.min(amount, reservation.charged - reservation.granted);
    for (const slot of narrow === network ? [narrow] : [narrow, network]) {
      if (slot >= 0) this.#sources.credits[slot] = Math.min(this.#sources.window[slot] ?? 0, (this.#sources.credits[slot] ?? 0) + own);
    }
    if (amount > own) {
      if (network >= 0) this.#sources.grants[network] = Math.min(policy.grantsPerSource, (this.#sources.grants[network] ?? 0) + amount - own);
      watch.giveBackGrant(amount - own);
      reservation.granted -= amount - own;
    }
    if (reservation.newcomer) watch.giveBackNewcomer(amount, Math.min(amount, reservation.surplus), reservation.at);
    reservation.charged -= amount;
  }
}

/** Slots in which it stands what one asker does at all doors; -1: it stands for itself here. */
export interface InAll {
  readonly narrow: number;
  readonly network: number;
}

/** How questions are paid; `inAll`: how many from what is left at all doors. */
export interface Payment {
  readonly granted: number;
  readonly surplus: number;
  readonly inAll: number;
}

const forItself: InAll = { narrow: -1, network: -1 };
const scratchA: Key = { hi: 0, lo: 0 };
