import type { Actor } from "../exchange/actor.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { Subject } from "../exchange/subject.ts";
import type { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { fanOutPolicy as policy } from "./fan-out-policy.ts";
import type { FanOutAsk } from "./fan-out.ts";
import type { Disclosure } from "./gate-policy.ts";
import type { GateSignals } from "./gate-signals.ts";
import { openReservation, type Reservation } from "./reservation.ts";
import { pairKey } from "./source-book.ts";

/** The two phases for callers who show a credential where one is needed; see {@link FanOut}. */
export class SignedIn {
  readonly #disclosed: BlockedBloom;
  readonly #signals: GateSignals;
  #past: Past | undefined;

  constructor(disclosed: BlockedBloom, signals: GateSignals) {
    this.#disclosed = disclosed;
    this.#signals = signals;
  }

  /** Phase one for who shows a credential where one is needed: its own budget, whatever it asks from. */
  reserve(watch: EndpointWatch, actor: Actor, credential: string, subjects: readonly Subject[], overflow: boolean, mode: Mode, at: number): Reservation {
    this.flush();
    const reservation = openReservation(watch, actor, at);
    for (const subject of subjects) {
      const pair = pairKey(watch, credential, subject.hash);
      if (this.#disclosed.has(pair.hi, pair.lo)) reservation.known.push(subject);
      else reservation.fresh.push({ subject, hi: pair.hi, lo: pair.lo });
    }
    const cost = reservation.fresh.length;
    if (cost === 0 && !overflow) {
      reservation.reason = subjects.length === 0 ? "no-subject" : "already-disclosed";
      return reservation;
    }
    const ask: FanOutAsk = { credential, network: actor.network, proven: actor.principal, cost, list: subjects.length, at, declared: startOf(watch) };
    const grant = watch.fanOut.take(ask);
    const reason = overflow ? "batch-too-large" : grant.reason;
    if (reason === undefined) reservation.charged = cost;
    else {
      if (grant.reason === undefined) watch.fanOut.giveBack(ask, grant, cost);
      reservation.reason = watch.endpoint.state === "budgeted" ? reason : "watched";
      if (watch.endpoint.state === "budgeted") {
        reservation.would = "uniform";
        if (mode === "enforce") reservation.action = "uniform";
      }
    }
    reservation.fanOut = { ask, grant };
    return reservation;
  }

  /** Phase two of the same: what was learned is kept and remembered; who was refused may have to be told of. */
  settle(reservation: Reservation, { ask, grant }: NonNullable<Reservation["fanOut"]>, tells: boolean): void {
    const { watch, actor, at } = reservation;
    let back = tells ? 0 : reservation.charged;
    if (tells && reservation.action === "allow") {
      for (const { hi, lo } of reservation.fresh) if (!this.#disclosed.add(hi, lo, at) && back < reservation.charged) back++;
    }
    watch.fanOut.giveBack(ask, grant, back);
    reservation.charged -= back;
    const long = tells ? watch.fanOut.longBooks() : undefined;
    if (long !== undefined) this.#signals.longBooks(watch, actor, long, at);
    if (!tells || reservation.would !== "uniform") return;
    const told = watch.fanOut.refused(ask.credential, grant, at);
    if (told === undefined) return;
    this.#signals.fanOut(watch, actor, { ...told, reason: reservation.reason, list: ask.list }, at);
  }

  /** Puts a row of the past back. The rows of one request were judged together: they are when a row of another comes, or somebody asks. */
  replay(watch: EndpointWatch, row: Disclosure, network: string, proven: boolean, mode: Mode): void {
    if (this.#past?.exchangeId !== row.exchangeId || this.#past.watch !== watch) {
      this.flush();
      this.#past = { watch, exchangeId: row.exchangeId, credential: row.credential, network, proven, at: row.at, list: 0, cost: 0, answer: row.answer, mode };
    }
    const past = this.#past;
    if (past === undefined) return;
    const { hi, lo } = pairKey(watch, row.credential, row.subject);
    past.list++;
    if (row.answer === "truthful") {
      watch.truthful++;
      if (this.#disclosed.add(hi, lo, row.at)) past.cost++;
    } else {
      watch.uniform++;
      if (!this.#disclosed.has(hi, lo)) past.cost++;
    }
  }

  /** Judges what was put back of the last request. */
  flush(): void {
    const past = this.#past;
    this.#past = undefined;
    if (past === undefined || past.cost === 0) return;
    const { watch, credential, network, proven, at, list, cost, answer, mode } = past;
    const ask: FanOutAsk = { credential, network, proven, cost, list, at, declared: startOf(watch) };
    const grant = watch.fanOut.replayed(ask, answer === "truthful", mode === "enforce");
    // What an earlier life has told is not told again.
    watch.fanOut.longBooks();
    if (grant.reason !== undefined) watch.fanOut.refused(credential, grant, at);
  }
}

/** What a caller may ask about at once, whatever was learned: as the operator says, or a clerk's day where proven callers ask one by one; 0: learned. */
function startOf({ endpoint }: EndpointWatch): number {
  return endpoint.budget.signedInCredits || (endpoint.signedIn === "proven" ? policy.startByOne : 0);
}

/** A request of the past, as far as its rows were read. */
interface Past {
  readonly watch: EndpointWatch;
  readonly exchangeId: string;
  readonly credential: string;
  readonly network: string;
  readonly proven: boolean;
  readonly at: number;
  list: number;
  cost: number;
  readonly answer: Disclosure["answer"];
  readonly mode: Mode;
}
