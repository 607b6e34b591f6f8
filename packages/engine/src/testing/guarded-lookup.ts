import type { Actor } from "../exchange/actor.ts";
import type { Subject } from "../exchange/subject.ts";
import { GateEngine, type GateEngineOptions } from "../decide/gate-engine.ts";
import { unlearned } from "../decide/unlearned.ts";
import type { Disclosure, GatePolicy, GuardedEndpoint } from "../decide/gate-policy.ts";

/** For tests of the gate: one lookup that is guarded, `GET /users/{phone}`; `more` says how this one differs. */
export function guardedLookup(more: Partial<GuardedEndpoint> = {}): GuardedEndpoint {
  return {
    id: lookupId,
    method: "GET",
    host: "api",
    template: "/users/{phone}",
    state: "budgeted",
    subjects: [{ location: { in: "path", name: "phone" }, type: "phone" }],
    ...unlearned,
    uniform: { ...unlearned.uniform, body: "{}" },
    ...more,
  };
}

export const lookupId = "00000000000000aa";

/** A gate that enforces at these endpoints, with tables that no test of a few thousand callers fills. */
export function gateOf(
  endpoints: readonly GuardedEndpoint[] = [guardedLookup()],
  options: Partial<GateEngineOptions> = {},
  policy: Partial<Pick<GatePolicy, "mode" | "principals">> = {},
): GateEngine {
  let signals = 0;
  const gate = new GateEngine({ newId: () => `s${signals++}`, sourceSlots: 4_096, pairs: 100_000, pending: 8_192, ...options });
  gate.setPolicy({ version: 1, mode: "enforce", endpoints, principals: [], ...policy });
  return gate;
}

/** Somebody without a credential, at an address of his own; `client` is another program of his there. */
export function caller(n: number, client = 0): Actor {
  return { narrow: hex(n * 1_000 + client, 7), network: hex(n, 11), address: `10.0.${n >> 8}.${n & 255}`, credential: undefined, principal: false };
}

/** Somebody who may be asked about. */
export function person(n: number): Subject {
  return { type: "phone", hash: hex(n, 13), location: { in: "path", name: "phone" } };
}

/** One whole question: judged, answered with what tells, and settled. */
export function ask(gate: GateEngine, who: Actor, about: readonly Subject[], at: number, id = lookupId): Asked {
  const reservation = gate.reserve(id, who, about, false, at);
  if (reservation === undefined) throw new Error("not guarded");
  const rows = gate.settle(reservation, { exchangeId: `e${about[0]?.hash ?? ""}`, tells: true, failed: false, classId: "c" });
  return { truthful: reservation.action === "allow", rows };
}

export interface Asked {
  readonly truthful: boolean;
  readonly rows: readonly Disclosure[];
}

/** He signs in as whom he asked about. */
export function signIn(gate: GateEngine, who: Actor, about: readonly Subject[], at: number): number {
  return gate.anchor({ at, endpointId: "x", kind: "sign-in", narrow: who.narrow, network: who.network, subjects: about.map(({ hash }) => hash) });
}

/** Sixteen hex digits from two independent mixes, as a keyed hash would give. */
export function hex(n: number, salt: number): string {
  let a = Math.imul(n ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(salt, 0xc2b2ae35);
  a = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d);
  const b = Math.imul(a ^ (a >>> 12) ^ n, 0x297a2d39) ^ Math.imul(salt, 0x165667b1);
  return ((a ^ (a >>> 16)) >>> 0).toString(16).padStart(8, "0") + ((b ^ (b >>> 15)) >>> 0).toString(16).padStart(8, "0");
}
