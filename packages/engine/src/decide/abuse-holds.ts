import type { Actor } from "../exchange/actor.ts";
import type { ClassifiedAnswer } from "../exchange/response-class.ts";
import type { Ports } from "../exchange/ports.ts";
import type { RequestParts } from "../exchange/subjects.ts";
import type { AbuseHold } from "./abuse-hold.ts";
import type { Anchor, GatePolicy, HoldDoor } from "./gate-policy.ts";
import { GuardMatcher } from "./guard-matcher.ts";
import { SignInHolds } from "./sign-in-holds.ts";
import { SendHolds } from "./send-holds.ts";

/**
 * Holds what is proven to be abused before the service is asked: messages to pumped prefixes ({@link SendHolds}), passwords tried from lists and on many accounts ({@link SignInHolds}). Who is proven to abuse what, the policy says; who is honest there, the gate remembers of anchors.
 *
 * In two phases, as everywhere: asked when a request comes, told how it was answered. What it decides rests on the policy, on the anchors it was told of (which a gate journals, and is told again after a restart) and on allowances that are whole again after a restart.
 */
export class AbuseHolds {
  readonly #ports: Ports;
  readonly #sends: SendHolds;
  readonly #signIns: SignInHolds;
  readonly #doors = new Map<string, HoldDoor>();
  #matcher: GuardMatcher | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#sends = new SendHolds(ports);
    this.#signIns = new SignInHolds(ports);
  }

  /** Takes the ledger's picture; what was learned and spent stays. */
  setPolicy({
    holdDoors = noDoors,
    heldPrefixes = noPrefixes,
    heldSources = noSources,
    sprayed,
  }: Pick<GatePolicy, "holdDoors" | "heldPrefixes" | "heldSources" | "sprayed">): void {
    this.#doors.clear();
    for (const door of holdDoors) this.#doors.set(door.id, door);
    this.#sends.setHeld(heldPrefixes);
    this.#signIns.setHeld(heldSources, sprayed);
    this.#matcher = holdDoors.length === 0 ? undefined : new GuardMatcher(holdDoors, this.#ports);
  }

  /** The endpoint that a request asks, where something is held now. */
  find(method: string, host: string, segments: readonly string[], at: number): HoldDoor | undefined {
    if (this.#matcher === undefined || (!this.#sends.stands(at) && !this.#signIns.stands(at))) return undefined;
    const found = this.#matcher.findDone(method, host, segments);
    return found === undefined ? undefined : this.#doors.get(found.id);
  }

  /** What is to be done with a request, and why; undefined where nothing speaks against it. What was taken by one that passes is taken. `complete`: its body was read to the end. */
  take(door: HoldDoor, actor: Actor, parts: RequestParts, at: number, complete: boolean): AbuseHold | undefined {
    return door.sort === "send" ? this.#sends.take(door, parts, at, complete) : this.#signIns.take(door, actor, parts, at);
  }

  /** The service was not asked after all. */
  withdraw(ruling: AbuseHold, at: number): void {
    this.#sends.withdraw(ruling, at);
    this.#signIns.withdraw(ruling, at);
  }

  /** It was answered like this; undefined: the service gave no answer. */
  settle(ruling: AbuseHold, answer: ClassifiedAnswer | undefined, at: number): void {
    this.#signIns.settle(ruling, answer, at);
  }

  /** What is known of honest people. */
  anchor(anchor: Anchor): void {
    this.#sends.anchor(anchor);
    this.#signIns.anchor(anchor);
  }
}

const noDoors: readonly HoldDoor[] = [];
const noPrefixes: NonNullable<GatePolicy["heldPrefixes"]> = [];
const noSources: NonNullable<GatePolicy["heldSources"]> = [];
