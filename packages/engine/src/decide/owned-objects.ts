import type { Actor } from "../exchange/actor.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { Subject } from "../exchange/subject.ts";
import type { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { keyOfHex } from "../detect/observe/key-pair.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import type { Anchor, Disclosure } from "./gate-policy.ts";
import type { GateSignals } from "./gate-signals.ts";
import { openReservation, type Reservation } from "./reservation.ts";
import { pairKey } from "./source-book.ts";

/** The two phases for endpoints at which everybody reads what is his own; see {@link ObjectOwners}. */
export class OwnedObjects {
  readonly #disclosed: BlockedBloom;
  readonly #signals: GateSignals;

  constructor(disclosed: BlockedBloom, signals: GateSignals) {
    this.#disclosed = disclosed;
    this.#signals = signals;
  }

  /** Undefined: nothing to judge, for the object was handed to this caller, or it was told of it before, or it shows no credential. */
  reserve(watch: EndpointWatch, actor: Actor, subjects: readonly Subject[], mode: Mode, at: number): Reservation | undefined {
    const { credential } = actor;
    if (credential === undefined) return undefined;
    const reservation = openReservation(watch, actor, at);
    for (const subject of subjects) {
      const { hi, lo } = pairKey(watch, credential, subject.hash);
      if (!this.#disclosed.has(hi, lo)) reservation.fresh.push({ subject, hi, lo });
    }
    const cost = reservation.fresh.length;
    if (cost === 0) return undefined;
    reservation.foreign = true;
    if (watch.owners.take(credential, cost, at, watch.endpoint.budget.signedInCredits)) {
      reservation.charged = cost;
      return reservation;
    }
    reservation.reason = "foreign-object";
    reservation.would = "uniform";
    if (mode === "enforce") reservation.action = "uniform";
    return reservation;
  }

  settle(reservation: Reservation, tells: boolean): void {
    const { watch, actor, at } = reservation;
    const credential = actor.credential ?? "";
    if (!tells) {
      watch.owners.giveBack(credential, reservation.charged);
      return;
    }
    if (reservation.action === "allow") for (const { hi, lo } of reservation.fresh) this.#disclosed.add(hi, lo, at);
    if (reservation.would !== "uniform") return;
    const told = watch.owners.refused(credential, at);
    if (told !== undefined) this.#signals.foreign(watch, actor, told, at);
  }

  /** The service handed these ids to this caller: reading them is no question. */
  handed({ endpointId, narrow, subjects, at }: Anchor): void {
    // Its guard need not stand yet: endpoints are keyed by their ids.
    const key = keyOfHex(endpointId, { hi: 0, lo: 0 });
    const door = { keyHi: key.hi, keyLo: key.lo };
    for (const subject of subjects) {
      const { hi, lo } = pairKey(door, narrow, subject);
      this.#disclosed.add(hi, lo, at);
    }
  }

  /** Puts a row of the past back. */
  replay(watch: EndpointWatch, row: Disclosure): void {
    if (row.answer !== "truthful") {
      watch.uniform++;
      watch.owners.refused(row.credential, row.at);
      return;
    }
    watch.truthful++;
    const { hi, lo } = pairKey(watch, row.credential, row.subject);
    if (this.#disclosed.add(hi, lo, row.at)) watch.owners.take(row.credential, 1, row.at, watch.endpoint.budget.signedInCredits);
  }
}
