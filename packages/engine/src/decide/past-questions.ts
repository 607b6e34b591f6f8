import type { Actor } from "../exchange/actor.ts";
import type { DarkRange } from "../exchange/dark-range.ts";
import type { Subject } from "../exchange/subject.ts";
import type { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import type { SourceTable } from "../detect/observe/source-table.ts";
import type { AskedElsewhere } from "./asked-elsewhere.ts";
import type { Charges } from "./charges.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import type { FirstContacts } from "./first-contacts.ts";
import type { FollowUps } from "./follow-ups.ts";
import type { Disclosure, EarlyContact } from "./gate-policy.ts";
import type { Side } from "./named-apart.ts";
import type { ServiceFailing } from "./service-failing.ts";
import { pairKey, type SourceBook } from "./source-book.ts";

/** Puts questions of the past back: of the gate's own journal after a crash, and those answered before a guard stood. They cost and count as they did, or would have, when they were asked. */
export class PastQuestions {
  readonly #book: SourceBook;
  readonly #sources: SourceTable;
  readonly #disclosed: BlockedBloom;
  readonly #elsewhere: AskedElsewhere;
  readonly #charges: Charges;
  readonly #failing: ServiceFailing;
  readonly #followUps: FollowUps;
  readonly #contacts: FirstContacts;
  /** The rows of one exchange were judged together. */
  #replayed = { exchangeId: "", newcomer: false, stranger: false, controlled: false };

  constructor({ book, disclosed, elsewhere, charges, failing, followUps, contacts }: PastParts) {
    this.#book = book;
    this.#sources = book.slots;
    this.#disclosed = disclosed;
    this.#elsewhere = elsewhere;
    this.#charges = charges;
    this.#failing = failing;
    this.#followUps = followUps;
    this.#contacts = contacts;
  }

  /** A question that was answered before the guard stood costs what it would have cost behind it. Charged once, however often it is told. */
  chargeEarly(watch: EndpointWatch, contact: EarlyContact, now: number): void {
    const at = Math.min(contact.at, Math.max(now, contact.at - policy.anchorWithinMs));
    const { hi, lo } = pairKey(watch, contact.narrow, contact.subject);
    if (this.#disclosed.has(hi, lo)) return;
    this.#again(watch, { at, narrow: contact.narrow, network: contact.network, type: contact.type, subject: contact.subject }, undefined, true, "");
  }

  /** A row of the journal; `proven`: its credential is known to be the caller's own. */
  replay(watch: EndpointWatch, row: Disclosure, network: string, proven: boolean): void {
    this.#again(
      watch,
      { at: row.at, narrow: row.narrow, network, type: row.subjectType, subject: row.subject },
      proven ? row.credential : undefined,
      row.answer === "truthful",
      row.exchangeId,
      row.dark,
      row.side,
      row.right,
    );
  }

  /** One question of the past: charges, evidence and memory as when it happened. */
  #again(
    watch: EndpointWatch,
    past: EarlyContact,
    credential: string | undefined,
    truthful: boolean,
    exchangeId: string,
    dark?: DarkRange | "",
    side?: Side,
    right?: boolean,
  ): void {
    const { hi, lo } = pairKey(watch, past.narrow, past.subject);
    const principal = credential !== undefined;
    const actor: Actor = { narrow: past.narrow, network: past.network, address: "", credential, principal };
    const { narrow, network: wide, all } = this.#charges.placesOf(watch, actor, past.at);
    // The rows of one exchange were judged together.
    if (exchangeId === "" || this.#replayed.exchangeId !== exchangeId) {
      const stranger = this.#book.stranger(narrow, wide, principal);
      this.#replayed = { exchangeId, newcomer: !principal && (stranger || this.#book.newcomer(wide)), stranger, controlled: false };
    }
    const { newcomer, stranger } = this.#replayed;
    const counts = stranger ? narrow : wide;
    const early = !stranger && (this.#sources.asked[counts] ?? 0) < policy.newcomerFree;
    if (right !== undefined) {
      // It fills by time, as it did then.
      if (right) watch.hasRight(past.network, past.at);
      watch.settled(right, past.network, newcomer, past.at);
    }
    if (truthful) {
      watch.truthful++;
      if (this.#disclosed.add(hi, lo, past.at)) {
        const left = Math.min(this.#sources.credits[narrow] ?? 0, this.#sources.credits[wide] ?? 0);
        const again = this.#elsewhere.has(this.#disclosed, watch, all.narrow, past.narrow, past.subject);
        this.#elsewhere.note(this.#disclosed, watch, all.narrow, past.narrow, past.subject, past.at);
        const pays = this.#charges.pays(watch, left, this.#charges.leftInAll(watch, all), wide, counts, [{ again }], newcomer, !principal && !stranger, past.at);
        // What was asked before the guard stood is its asker's debt, not the endpoint's: honest people came then too.
        const counted = newcomer && pays !== undefined && exchangeId !== "" && right !== true;
        if (right === true) {
          // It was looked at as any other, before the service showed that its asker knew.
          if (newcomer && this.#charges.refusal(narrow, wide, all, pays === undefined, false, past.at) === undefined)
            watch.refusesNewcomer(this.#sources.asked[counts] ?? 0, pays?.surplus ?? 0, 1, early, past.at, this.#failing.outage(watch), side);
        } else if (pays !== undefined) {
          if (counted) {
            const outage = this.#failing.outage(watch);
            // It was answered: what a surge or a narrowing lets through is taken as it was then.
            watch.refusesNewcomer(this.#sources.asked[counts] ?? 0, pays.surplus, 1, early, past.at, outage, side);
            watch.takeNewcomer(pays.surplus, 1, past.at, outage);
          }
          this.#charges.charge(watch, narrow, wide, 1, pays.granted);
          this.#charges.owe(all, pays.inAll);
        }
        const subject: Subject = { type: past.type, hash: past.subject, location: { in: "path", name: "" } };
        const as = { counted, surplus: (pays?.surplus ?? 0) > 0, granted: right !== true && (pays?.granted ?? 0) > 0, fresh: early, side, again };
        this.#followUps.learned(watch, actor, subject, as, stranger, right === true || pays === undefined || watch.endpoint.state !== "budgeted", past.at);
      } else if (!this.#replayed.controlled) {
        this.#replayed.controlled = true;
        this.#followUps.control(watch, actor, past.subject, newcomer, past.at);
      }
    } else {
      watch.uniform++;
      // What fills by time was looked at then, at the pace of then; nothing is taken.
      if (newcomer && exchangeId !== "") watch.refusesNewcomer(this.#sources.asked[counts] ?? 0, 0, Number.POSITIVE_INFINITY, early, past.at, this.#failing.frozen(watch), side);
    }
    if (this.#contacts.add(hi, lo, past.at)) {
      this.#contacts.count(watch, actor, past.subject, all, newcomer, stranger, truthful, past.at, side);
      // Of what was asked before the guard stood, and of older journals, it is not known whether they lie in the dark: they do not teach where people live.
      if (dark !== undefined && !newcomer && !principal) watch.touches.known(dark === "" ? undefined : dark);
      const range = dark === undefined || dark === "" ? {} : { dark };
      this.#contacts.touched(watch, actor, { type: past.type, hash: past.subject, location: { in: "path", name: "" }, ...range }, newcomer, past.at);
    }
  }
}

export interface PastParts {
  readonly book: SourceBook;
  /** Who was told of whom. */
  readonly disclosed: BlockedBloom;
  readonly elsewhere: AskedElsewhere;
  readonly charges: Charges;
  readonly failing: ServiceFailing;
  readonly followUps: FollowUps;
  readonly contacts: FirstContacts;
}
