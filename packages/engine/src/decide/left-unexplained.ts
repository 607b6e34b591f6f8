import { touchKey } from "./canary-watch.ts";
import type { PendingPair } from "../detect/observe/pending-pairs.ts";
import { secondsOf, type SourceTable } from "../detect/observe/source-table.ts";
import type { Charges } from "./charges.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import { unansweredRatio } from "./follow-up-ratio.ts";
import type { GateSignals } from "./gate-signals.ts";
import type { ServiceFailing } from "./service-failing.ts";
import type { SourceBook } from "./source-book.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";

/** D2: what questions that nobody followed up say against their source, and when that is enough to flag it. */
export class LeftUnexplained {
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

  /** Nobody followed it up in time. */
  judge(watch: EndpointWatch, pair: PendingPair, at: number): void {
    // An outage of what follows is nobody's guilt.
    if (pair.control || !watch.anchorsSeen || this.#failing.frozen(watch) || (pair.tried && this.#failing.outage(watch))) return;
    const narrow = this.#book.locate(watch, pair.narrowHi, pair.narrowLo);
    const network = this.#book.locate(watch, pair.networkHi, pair.networkLo);
    const slots = narrow === network ? [narrow] : [narrow, network];
    const clients = [narrow];
    if (narrow !== network && pair.again !== true) {
      // What it left without follow-up at all doors together speaks against it as much as at one.
      const client = this.#book.commonOf(watch, pair.narrowHi, pair.narrowLo);
      const place = this.#book.commonOf(watch, pair.networkHi, pair.networkLo);
      if (client !== narrow) clients.push(slots[slots.push(client) - 1] ?? -1);
      if (place !== network) slots.push(place);
    }
    for (const slot of slots) {
      if (slot < 0) continue;
      this.#book.evidence(slot, unansweredRatio);
      const isClient = clients.includes(slot);
      const cut = this.#charges.cutOf(watch, isClient ? touchKey({ hi: pair.narrowHi, lo: pair.narrowLo }) : touchKey({ hi: pair.networkHi, lo: pair.networkLo }), slot);
      // Follow-ups come at once and their absence at the deadline: behind an address where most follow up, those of one busy hour who did not stand in a row and mean nothing.
      if (!isClient && 2 * this.#book.anchors(slot) >= Math.max(this.#sources.asked[slot] ?? 0, this.#sources.askedInAll[slot] ?? 0)) continue;
      if ((this.#sources.evidence[slot] ?? 0) >= policy.flagAtLog * cut && !this.#book.flagged(slot, at)) {
        this.#sources.flaggedAt[slot] = secondsOf(at);
        this.#signals.emit(
          "enumeration.source",
          "high",
          0.99999,
          at,
          watch,
          { key: isClient ? "client" : "network" },
          {
            logEvidence: round(this.#sources.evidence[slot] ?? 0),
            threshold: round(policy.flagAtLog * cut),
            asked: Math.max(this.#sources.asked[network < 0 ? slot : network] ?? 0, this.#sources.askedInAll[slot] ?? 0),
            anchors: this.#book.anchors(slot),
            meaning: "its questions stay without the follow-up that honest users make, at any speed",
          },
        );
      }
    }
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
