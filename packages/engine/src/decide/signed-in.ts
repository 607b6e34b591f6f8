import type { Actor } from "../exchange/actor.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { Subject } from "../exchange/subject.ts";
import type { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import type { FanOutAsk } from "./fan-out.ts";
import type { Disclosure } from "./gate-policy.ts";
import type { GateSignals } from "./gate-signals.ts";
import { openReservation, type Reservation } from "./reservation.ts";
import { pairKey } from "./source-book.ts";

/** The two phases for callers who show a credential where one is needed; see {@link FanOut}. */
export class SignedIn {
  readonly #disclosed: BlockedBloom;
  readonly #signals: GateSignals;

  constructor(disclosed: BlockedBloom, signals: GateSignals) {
    this.#disclosed = disclosed;
    this.#signals = signals;
  }

  /** Phase one for who shows a credential where one is needed: its own budget, whatever it asks from. */
  reserve(watch: EndpointWatch, actor: Actor, credential: string, subjects: readonly Subject[], overflow: boolean, mode: Mode, at: number): Reservation {
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
    const ask: FanOutAsk = { credential, network: actor.network, proven: actor.principal, cost, list: subjects.length, at, declared: watch.endpoint.budget.signedInCredits ?? 0 };
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
    if (!tells || reservation.would !== "uniform") return;
    const told = watch.fanOut.refused(ask.credential, grant, at);
    if (told === undefined) return;
    this.#signals.fanOut(watch, actor, { ...told, reason: reservation.reason, list: ask.list }, at);
  }

  /** Puts a row of the past back. */
  replay(watch: EndpointWatch, row: Disclosure, network: string, proven: boolean): void {
    if (row.answer !== "truthful") {
      watch.uniform++;
      return;
    }
    watch.truthful++;
    const { hi, lo } = pairKey(watch, row.credential, row.subject);
    if (!this.#disclosed.add(hi, lo, row.at)) return;
    watch.fanOut.replayed({ credential: row.credential, network, proven: proven, cost: 1, list: 1, at: row.at, declared: 0 });
  }
}
