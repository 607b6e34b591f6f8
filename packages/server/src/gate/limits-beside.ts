import {
  type AbuseHold,
  AbuseHolds,
  type Actor,
  type Anchor,
  type ClassifiedAnswer,
  cookiesOfRedirect,
  type GatePolicy,
  headerOf,
  type HoldDoor,
  type Ports,
  type RequestParts,
  type Tries,
  type TryDoors,
  TryLimits,
} from "@postern/engine";
import type { Capture, DenyRuling, RequestHead, Ruling } from "./gate-port.ts";
import { pairs } from "./head-readings.ts";
import { undoEncoding } from "./proxy/undo-encoding.ts";
import { tooMany } from "./rate-limits.ts";

/** What is limited at a path besides questions about people: codes, prompts and vouchers tried, and what proven abuse has put on hold. Counts them until their requests are over. */
export class LimitsBeside {
  readonly #scope: string;
  readonly #ports: Ports;
  readonly #limited: TryLimits;
  readonly #holds: AbuseHolds;
  readonly #taken = new WeakMap<Ruling, Taken>();
  #enforces = false;

  /** `scope`: `upstream:port`, as endpoints name it. `holds`: with what was put back into it. */
  constructor(scope: string, holds: AbuseHolds | undefined, ports: Ports) {
    this.#scope = scope;
    this.#ports = ports;
    this.#limited = new TryLimits(ports);
    this.#holds = holds ?? new AbuseHolds(ports);
  }

  setPolicy(policy: GatePolicy): void {
    this.#enforces = policy.mode === "enforce";
    this.#limited.setPolicy(policy);
    this.#holds.setPolicy(policy);
  }

  /** Who agreed to be prompted may be prompted again, who confirmed is not held. */
  anchor(anchor: Anchor): void {
    this.#limited.anchor(anchor);
    this.#holds.anchor(anchor);
  }

  /** Undefined where nothing is limited. */
  doorsAt({ method, at }: RequestHead, segments: readonly string[]): Doors | undefined {
    const tries = this.#enforces ? this.#limited.find(method, this.#scope, segments) : undefined;
    const hold = this.#holds.find(method, this.#scope, segments, at);
    return tries === undefined && hold === undefined ? undefined : { tries, hold };
  }

  /** What a request takes there; a refusal where nothing is left, which then costs nothing. Undefined: it takes nothing. */
  take({ tries, hold }: Doors, asker: () => Actor, parts: RequestParts, complete: boolean, at: number): Taken | DenyRuling | undefined {
    const tried = tries === undefined ? undefined : this.#limited.take(tries, asker, parts, complete, at);
    if (tried !== undefined && "wait" in tried)
      return tooMany(tried.wait, tried.reason === "prompt-limit" ? "This person was asked on a device too often." : "Too many wrong codes.", tried.reason);
    const held = hold === undefined ? undefined : this.#holds.take(hold, asker(), parts, at, complete);
    if (held !== undefined && held.wait > 0 && this.#enforces) {
      if (tried !== undefined) this.#limited.withdraw(tried, at);
      return heldBack(hold, held);
    }
    return tried === undefined && held === undefined ? undefined : { tried, held };
  }

  /** Until the request of this ruling is over. The ruling must be its own. */
  keep(ruling: Ruling, taken: Taken): void {
    this.#taken.set(ruling, taken);
  }

  /** The request is over: what its answer says of what it took. The hold that it met, if any. */
  settle(capture: Capture): AbuseHold | undefined {
    const taken = this.#taken.get(capture.ruling);
    if (taken === undefined) return undefined;
    const at = capture.head.at + capture.durationMs;
    const answer = this.#answerIn(capture);
    if (taken.tried !== undefined) this.#limited.settle(taken.tried, answer, capture.status, at);
    if (taken.held !== undefined) this.#holds.settle(taken.held, answer, at);
    return taken.held;
  }

  /** What the service said; undefined: nothing, for it failed. */
  #answerIn({ status, upstreamError, responseRawHeaders, responseBody }: Capture): ClassifiedAnswer | undefined {
    // A client that did not wait for its answer may have had one: that is no way to guess for nothing.
    if (status === 0) return upstreamError === undefined ? unheard : undefined;
    const headers = pairs(responseRawHeaders);
    const body = responseBody === undefined ? undefined : this.#ports.decodeUtf8(undoEncoding(Buffer.from(responseBody), responseRawHeaders, true).body);
    return { status, contentType: headerOf(headers, "content-type"), location: headerOf(headers, "location"), ...cookiesOfRedirect(status, headers), body, echo: [] };
  }
}

/** What is limited at a path. */
export interface Doors {
  readonly tries: TryDoors | undefined;
  readonly hold: HoldDoor | undefined;
}

/** What a request tried, and the hold it met. */
interface Taken {
  readonly tried: Tries | undefined;
  readonly held: AbuseHold | undefined;
}

const unheard: ClassifiedAnswer = { status: 400, contentType: "", location: "", body: undefined, echo: [] };

/** By the operator's own answer, or 429: whoever is held is told that nothing was done for him, or he would wait for it. */
function heldBack(door: HoldDoor | undefined, { wait, reason }: AbuseHold): DenyRuling {
  const own = door?.held;
  if (own === undefined) return { ...tooMany(wait, heldWords[reason] ?? "", reason), held: true };
  return { kind: "deny", status: own.status, headers: own.headers, body: own.body, reason, held: true };
}

const heldWords: Partial<Record<AbuseHold["reason"], string>> = {
  "sms-held": "No message was sent: too many to numbers like this one are not confirmed.",
  "login-stuffed": "Too many failed sign-ins from this network. Whoever signed in from here before still can.",
  "login-sprayed": "This password is being tried on many accounts. Sign in from where you did before and change it, or reset it.",
};
