import { type CodeDoor, defaultBudget, GateEngine, type GuardedEndpoint } from "@postern/engine";
import { expect, it } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import type { Ruling } from "./gate-port.ts";
import { JudgingGate } from "./judging-gate.ts";
import { RateLimits } from "./rate-limits.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const lookup: GuardedEndpoint = {
  id: "0000000000000001",
  method: "GET",
  host: "svc",
  template: "/users/{phone}/status",
  state: "budgeted",
  subjects: [{ location: { in: "path", name: "phone" }, type: "phone" }],
  classes: { scalars: [] },
  tellsNothing: [],
  uniform: { status: 404, headers: [], body: "{}", learned: false },
  budget: defaultBudget,
};
const check: GuardedEndpoint = { ...lookup, id: "0000000000000002", template: "/check", subjects: [{ location: { in: "query", name: "email" }, type: "email" }] };
/** What an attacker teaches who asks in another spelling: it must not hide the one under a budget. */
const watched: GuardedEndpoint = {
  ...lookup,
  id: "0000000000000003",
  template: "/{token}",
  state: "watched",
  subjects: [{ location: { in: "path", name: "token" }, type: "opaque" }],
};
const codes: CodeDoor = { ...lookup, id: "0000000000000004", method: "POST", template: "/codes/verify", subjects: [], wrongCodes: 1, wrongOnOne: 0, refusals: [] };
const limit = { method: "*", path: "/limited/*", by: "address", everyMs: 60_000, burst: 1, mode: "enforce" } as const;

function gateOf(limits?: RateLimits) {
  const engine = new GateEngine({ newId: () => "s", sourceSlots: 1_024, pairs: 1_000, pending: 64 });
  const nothing = (): undefined => undefined;
  const gate = new JudgingGate({ engine, ports, epoch: "e", scope: "svc", limits, journal: nothing, signals: nothing, complete: nothing });
  gate.setPolicy({ version: 1, mode: "enforce", endpoints: [watched, lookup, check], codes: [codes], principals: [] });
  let at = 1_000;
  return (target: string, rawHeaders: readonly string[] = [], method = "GET"): Ruling =>
    gate.onRequest({ at: (at += 10), method, host: "svc", target, rawHeaders, address: "192.0.2.7" });
}

/** What the gate keeps of a question while its answer is held. */
function askedOf(ruling: Ruling): Asked | undefined {
  return ruling.kind === "hold" ? (ruling.token as { readonly asked: Asked }).asked : undefined;
}

interface Asked {
  readonly reservation: { readonly action: string };
  readonly extracted: { readonly subjects: readonly unknown[] };
}

const spellings: readonly (readonly [string, (phone: string) => string])[] = [
  ["backslashes", (phone) => `/users\\${phone}\\status`],
  ["a host", (phone) => `//any.host/users/${phone}/status`],
  ["coded slashes", (phone) => `/users%2F${phone}%2Fstatus`],
  ["a suffix", (phone) => `/users/${phone}/status.json`],
  ["parameters", (phone) => `/users;a/${phone}/status`],
];

it.each(spellings)("a guarded path spelled with %s is under the same budget, and everybody counts once", (_, spelled) => {
  const ask = gateOf();
  const charged = Array.from({ length: 12 }, (_unused, n) => ask(n % 2 === 0 ? spelled(`4477009001${n}0`) : `/users/4477009001${n}0/status`));
  const actions = charged.map((ruling) => askedOf(ruling)?.reservation.action ?? ruling.kind);
  expect(actions).toEqual([...Array<string>(8).fill("allow"), ...Array<string>(4).fill("uniform")]);
});

it("a target in a header that frameworks put in the place of the target is guarded as one", () => {
  const ask = gateOf();
  for (const name of ["X-Original-URL", "x-rewrite-url"]) {
    expect(ask("/", [name, "/users/447700900110/status"]).kind).toBe("hold");
    const asked = ask("/", [name, "/check?email=ann@mail.example"]);
    expect(askedOf(asked)?.extracted.subjects).toHaveLength(1);
  }
});

it("codes and rates are limited however their path is spelled", () => {
  const limits = new RateLimits(ports, [limit], "svc", () => undefined);
  const ask = gateOf(limits);
  expect([ask("/limited/x").kind, ask("/limited%2Fx").kind]).toEqual(["pass", "deny"]);
  expect(["/codes/verify", "/codes%2Fverify", "//a/codes/verify"].map((target) => ask(target, [], "POST").kind)).toEqual(["pass", "deny", "deny"]);
});

it("what is guarded under no spelling passes", () => {
  const ask = gateOf();
  for (const target of ["/files/a%2Fb.png", "//cdn/logo.svg", "/users/447700900110/avatar.png"]) expect(ask(target).kind).toBe("pass");
});
