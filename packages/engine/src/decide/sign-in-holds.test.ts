import { expect, test } from "vitest";
import { bucketOf } from "../detect/observe/secret-buckets.ts";
import type { RequestParts } from "../exchange/subjects.ts";
import { actorAt, ports } from "../testing/abuse-tries.ts";
import type { AbuseHold } from "./abuse-hold.ts";
import { AbuseHolds } from "./abuse-holds.ts";
import type { HoldDoor } from "./gate-policy.ts";
import { sourcesMax } from "./sign-in-holds.ts";
import { unlearned } from "./unlearned.ts";
import { UsualPlaces } from "./usual-places.ts";

const minute = 60_000;
const [home, office, attacker] = ["198.51.100.7", "198.51.100.8", "203.0.113.5"];
const door: HoldDoor = {
  id: "d",
  method: "POST",
  host: "*",
  template: "/entry",
  state: "watched",
  sort: "sign-in",
  proof: "form:password",
  ...unlearned,
  subjects: [{ location: { in: "form", name: "email" }, type: "email" }],
};

function gate(of: { readonly stuffs?: readonly string[]; readonly sprayed?: readonly string[]; readonly door?: HoldDoor }) {
  const holds = new AbuseHolds(ports);
  holds.setPolicy({
    holdDoors: [of.door ?? door],
    heldSources: (of.stuffs ?? []).map((address) => ({ network: actorAt(address).network, until: 600 * minute })),
    ...(of.sprayed === undefined ? {} : { sprayed: { day: 0, buckets: of.sprayed.map((password) => bucketOf(password, 0, ports)) } }),
  });
  const signsIn = (who: string, from: string): void =>
    holds.anchor({ at: 0, endpointId: "d", kind: "sign-in", narrow: "", network: actorAt(from).network, subjects: [ports.hash("email", `${who}@example.org`)] });
  const tries = (who: string, password: string, from: string, at: number, status = 401): AbuseHold | undefined => {
    const found = holds.find("POST", "any", ["entry"], at);
    const parts: RequestParts = {
      segments: ["entry"],
      query: "",
      header: () => undefined,
      contentType: "application/x-www-form-urlencoded",
      body: `email=${who}%40example.org&password=${encodeURIComponent(password)}`,
    };
    const hold = found === undefined ? undefined : holds.take(found, actorAt(from), parts, at, true);
    if (hold?.wait === 0) holds.settle(hold, { status, contentType: "", location: "", body: undefined, echo: [] }, at);
    return hold;
  };
  return { tries, signsIn };
}

const reasons = (rulings: readonly (AbuseHold | undefined)[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const ruling of rulings) counts[ruling?.reason ?? "-"] = (counts[ruling?.reason ?? "-"] ?? 0) + 1;
  return counts;
};

test("a source that tries leaked passwords has five tries with one program, then one in ten minutes; others are left alone, and who signed in from there before passes however often the source failed on him", () => {
  const { tries, signsIn } = gate({ stuffs: [attacker] });
  signsIn("ana", attacker);
  expect(reasons(Array.from({ length: 300 }, (_, n) => tries(`v${n}`, `leaked ${n}`, attacker, n * 1_000)))).toEqual({ "login-probation": 5, "login-stuffed": 295 });
  expect(tries("w", "leaked", attacker, 10 * minute)).toMatchObject({ reason: "login-probation" });
  expect(tries("v1", "right", home, 1)).toBeUndefined();
  for (let n = 0; n < 50; n++)
    expect(tries("ana", n === 49 ? "right" : "wrong", attacker, 11 * minute + n, n === 49 ? 200 : 401)).toMatchObject({ reason: "login-known", wait: 0 });
  expect(tries("v1", "leaked", attacker, 600 * minute)).toBeUndefined();
});

test("one account is tried three times an hour from there; one let in is known there from then on, and gives back", () => {
  const { tries } = gate({ stuffs: [office] });
  expect(reasons(Array.from({ length: 5 }, (_, n) => tries("ben", `guess ${n}`, office, n)))).toEqual({ "login-probation": 3, "login-stuffed": 2 });
  expect(tries("cem", "right", office, 10, 200)).toMatchObject({ reason: "login-probation" });
  expect(tries("cem", "right", office, 11, 200)).toMatchObject({ reason: "login-known" });
  // An office full of people who get it right is never closed.
  for (let n = 0; n < 200; n++) expect(tries(`p${n}`, "right", office, 100 + n, 200)).toMatchObject({ reason: "login-probation" });
});

test("a sprayed password is refused at every account that never signed in from there, from wherever; the same password passes where its owner was before, others pass anywhere, and the day ends it", () => {
  const { tries, signsIn } = gate({ sprayed: ["Spring2026!"] });
  signsIn("ana", home);
  for (let n = 0; n < 50; n++) expect(tries(`v${n}`, "Spring2026!", `203.0.113.${n}`, n * 15 * minute)).toMatchObject({ reason: "login-sprayed" });
  expect(tries("ana", "Spring2026!", home, 1, 200)).toMatchObject({ reason: "login-known", wait: 0 });
  expect(tries("ana", "Spring2026!", office, 1, 200)).toMatchObject({ reason: "login-sprayed", wait: 60 * minute });
  expect(tries("ben", "another", office, 1, 200)).toBeUndefined();
  expect(tries("v1", "Spring2026!", attacker, 24 * 60 * minute)).toBeUndefined();
});

test("each is off where the operator says so, and a pumped prefix closes no sign-in", () => {
  expect(gate({ stuffs: [attacker], sprayed: ["p"], door: { ...door, holdStuffers: false } }).tries("v", "q", attacker, 1)).toBeUndefined();
  expect(gate({ stuffs: [attacker], sprayed: ["p"], door: { ...door, holdSprayed: false } }).tries("v", "p", home, 1)).toBeUndefined();
});

test("sources are bounded: a flood of held ones, with a program each, lets nobody try again who used up what he had", () => {
  const flood = Array.from({ length: Math.ceil(1.2 * sourcesMax) }, (_, n) => `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`);
  const { tries } = gate({ stuffs: [attacker, ...flood] });
  expect(reasons(Array.from({ length: 8 }, (_, n) => tries(`v${n}`, "leaked", attacker, n)))).toEqual({ "login-probation": 5, "login-stuffed": 3 });
  for (const [n, address] of flood.entries()) tries(`f${n}`, "leaked", address, 100);
  expect(tries("w", "leaked", attacker, 200)).toMatchObject({ reason: "login-stuffed" });
});

test("of a month's places beyond the bound the oldest are forgotten", () => {
  const places = new UsualPlaces(1_000);
  const at = (n: number): { readonly network: string; readonly credential: undefined } => ({ network: actorAt(`10.0.${n >> 8}.${n & 255}`).network, credential: undefined });
  const [a, b] = [
    { hi: 1, lo: 1 },
    { hi: 1, lo: 2 },
  ];
  places.add(at(0), [a], 0);
  expect(places.knows(at(0), [a])).toBe(true);
  expect(places.knows(at(0), [b])).toBe(false);
  for (let n = 1; n < 3_000; n++) places.add(at(n), [a], 0);
  expect(places.knows(at(0), [a])).toBe(false);
});
