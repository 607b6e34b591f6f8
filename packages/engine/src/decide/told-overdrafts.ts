import type { Actor } from "../exchange/actor.ts";
import { type Key, keyOfHex } from "../detect/observe/key-pair.ts";
import type { SourceTable } from "../detect/observe/source-table.ts";
import { touchKey } from "./canary-watch.ts";
import type { Charges } from "./charges.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import type { GateSignals } from "./gate-signals.ts";
import type { Reservation } from "./reservation.ts";
import type { ServiceFailing } from "./service-failing.ts";
import type { SourceBook } from "./source-book.ts";

/** Tells people of a source that asks beyond its credits: low the first time, and as loud as how much it asked without follow-up says from then on. */
export class ToldOverdrafts {
  readonly #book: SourceBook;
  readonly #sources: SourceTable;
  readonly #charges: Charges;
  readonly #failing: ServiceFailing;
  readonly #signals: GateSignals;

  constructor(book: SourceBook, charges: Charges, failing: ServiceFailing, signals: GateSignals) {
    this.#book = book;
    this.#sources = book.slots;
    this.#charges = charges;
    this.#failing = failing;
    this.#signals = signals;
  }

  /** It was refused. */
  tell(watch: EndpointWatch, actor: Actor, reservation: Reservation, at: number): void {
    const place = this.#book.find(watch, actor.network);
    if (place < 0) return;
    // Behind an address that many share it is the one program there that never follows up.
    const client = this.#book.find(watch, actor.narrow);
    const slot = client >= 0 && (this.#sources.anchors[place] ?? 0) > 0 && (this.#sources.anchors[client] ?? 0) === 0 ? client : place;
    const all = this.#charges.inAllOf(watch, actor)[slot === place ? "network" : "narrow"];
    const anchors = this.#sources.anchors[slot] ?? 0;
    // One that never followed up anywhere is told of by what it asked everywhere.
    const everywhere = all >= 0 && anchors === 0 && this.#book.anchors(all) === 0;
    const asked = everywhere ? Math.max(this.#sources.asked[slot] ?? 0, this.#sources.askedInAll[all] ?? 0) : (this.#sources.asked[slot] ?? 0);
    const window = this.#sources.window[slot] ?? 0;
    const evidence = {
      asked,
      refused: this.#sources.refused[slot] ?? 0,
      anchors,
      window,
      reason: reservation.reason,
      meaning: watch.anchorsSeen
        ? "asks about ever new people and never does what honest users do next"
        : "asks about ever new people; nobody was ever seen to follow up here, so only its number of questions speaks against it",
    };
    if (reservation.reason === "ceiling") {
      if (watch.told.ceiling(at)) this.#signals.ceiling(watch, at);
      return;
    }
    // Refused for what others do, which was told: that says nothing of this one.
    if (reservation.reason === "newcomers-narrowed") return;
    const cut = this.#charges.cutOf(watch, touchKey(keyOfHex(slot === place ? actor.network : actor.narrow, scratchA)), slot);
    const tellAt = Math.ceil(cut * policy.overdraftWindows * Math.max(watch.endpoint.budget.startCredits, anchors === 0 ? 0 : window));
    // An office that sets up its telephones asks as many within a minute, and follows up within three; nobody does by hand what comes faster than that.
    const known = at - 1_000 * (this.#sources.seenAt[everywhere ? all : slot] ?? 0);
    const early = anchors === 0 && watch.anchorsSeen && known < policy.cohortJudgedAfterMs && known >= asked * policy.hastyMs;
    if (asked >= tellAt && !early && watch.told.once(slot, this.#sources.keyHi[slot] ?? 0, Math.floor(Math.log2(asked / tellAt)))) {
      // Where nobody follows up and everybody shows a credential it may be a partner's job; during an outage nobody can follow up. Nothing to wake people for.
      const sure = anchors === 0 && (watch.anchorsSeen || actor.credential === undefined) && !this.#failing.outage(watch);
      this.#signals.emit("enumeration.credits", sure ? "high" : "medium", sure ? 0.99 : 0.7, at, watch, actor, evidence);
    } else if (watch.told.once(slot, this.#sources.keyHi[slot] ?? 0, -1)) {
      this.#signals.emit("enumeration.credits", "low", 0.3, at, watch, actor, evidence);
      // Where follow-ups are seen, what the newcomers do within their ten minutes decides first; once it has, people know.
      const waits = watch.anchorsSeen ? policy.anchorWithinMs : 0;
      if (anchors === 0 && !actor.principal && watch.phase !== "closed" && !this.#failing.outage(watch) && watch.crowd.held(at, waits)) this.#signals.heldCrowd(watch, at);
    }
  }
}

const scratchA: Key = { hi: 0, lo: 0 };
