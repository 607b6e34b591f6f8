import type { Actor } from "../exchange/actor.ts";
import type { Action } from "../exchange/exchange.ts";
import type { Subject } from "../exchange/subject.ts";
import type { Side } from "./named-apart.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import type { FanOutAsk, FanOutGrant } from "./fan-out.ts";

/** Between the two phases of one request. Opaque to adapters. */
export interface Reservation {
  readonly watch: EndpointWatch;
  readonly actor: Actor;
  readonly at: number;
  readonly fresh: { readonly subject: Subject; readonly hi: number; readonly lo: number; readonly again?: boolean }[];
  readonly known: Subject[];
  action: Action;
  would: Action;
  reason: string;
  charged: number;
  /** So much of it was charged to all doors together as well. */
  chargedInAll: number;
  /** It was charged to the endpoint's limits for newcomers, `surplus` of it to their common allowance. */
  newcomer: boolean;
  surplus: number;
  /** It is among the first questions of its source, which is no stranger behind another's address. */
  early: boolean;
  /** So much of the charge was paid from the endpoint's grants. */
  granted: number;
  /** Where it stands while only those who are named are held off. */
  side: Side | undefined;
  settled: boolean;
  /** Its caller is expected: nothing was charged, and nothing is concluded. */
  expected?: true;
  /** It was judged as one of objects that were not handed to the caller. */
  foreign?: true;
  /** Only who knows the person asked about gets its answer, and it passes as such; false: it is none of those, where they are known. */
  right?: boolean;
  /** It was judged as a caller's with a credential. */
  fanOut?: { readonly ask: FanOutAsk; readonly grant: FanOutGrant };
}

/** The answer turned out to be one that a guard lets pass whatever the budget says, see {@link GuardedEndpoint.refusalsOnly}: call it before `settle`, with `tells` false. */
export function allowProven(reservation: Reservation): void {
  reservation.action = "allow";
  reservation.would = "allow";
  reservation.reason = "proven";
}

export interface Outcome {
  readonly exchangeId: string;
  /** False when nothing could be learned: no answer, 5xx, 429, or a class that tells nothing. */
  readonly tells: boolean;
  /** The service could not answer: 5xx, or nothing at all. */
  readonly failed: boolean;
  readonly classId: string;
  /** Of one of several who were asked about together, by hash, where the answer tells them apart. */
  readonly classOf?: ((subject: string) => string | undefined) | undefined;
  /** Whose answer it was, where a guard judged the request of another method; see {@link GuardedEndpoint.others}. */
  readonly endpointId?: string;
}

/** As one begins: nothing asked, nothing charged, allowed. */
export function openReservation(watch: EndpointWatch, actor: Actor, at: number): Reservation {
  return {
    watch,
    actor,
    at,
    fresh: [],
    known: [],
    action: "allow",
    would: "allow",
    reason: "within-budget",
    charged: 0,
    chargedInAll: 0,
    newcomer: false,
    surplus: 0,
    early: false,
    granted: 0,
    side: undefined,
    settled: false,
  };
}

/** As the question of a caller whom the operator expects: it is answered. */
export function openExpected(watch: EndpointWatch, actor: Actor, subjects: readonly Subject[], at: number): Reservation {
  const reservation = openReservation(watch, actor, at);
  for (const subject of subjects) reservation.known.push(subject);
  reservation.reason = "expected";
  reservation.expected = true;
  return reservation;
}
