import { expect, test } from "vitest";
import { collector, hashOf, ports, tried } from "../../testing/abuse-tries.ts";
import { LoginSpray } from "./login-spray.ts";
import { bucketOf } from "../observe/secret-buckets.ts";
import { heldSourcesMax, LoginStuffing } from "./login-stuffing.ts";
import type { Tried } from "./tried.ts";

const minute = 60_000;
const signIn = (of: Partial<Tried> & { readonly who: string; readonly from: string }): Tried => tried({ kind: "sign-in", ...of });

/** People who sign in; every fifth forgets a letter first. */
function* honest(from: number, count: number, everyMs: number): Generator<Tried> {
  for (let n = 0; n < count; n++) {
    const who = `h${from}-${n}`;
    const source = `10.0.${n >> 8}.${n & 255}`;
    if (n % 5 === 2) yield signIn({ who, from: source, given: `own ${n}`, at: from + n * everyMs });
    yield signIn({ who, from: source, given: `own! ${n}`, at: from + n * everyMs + 9_000, outcome: "accepted" });
  }
}

test("a source that fails on account after account is told at the eleventh, and what it gets into after that is told as taken", () => {
  const { emit, raised } = collector();
  const detector = new LoginStuffing(emit);
  for (const one of honest(0, 300, minute)) detector.observe(one);
  expect(raised).toEqual([]);
  let n = 0;
  while (!raised.some(({ evidence }) => evidence["test"] === "source")) {
    detector.observe(
      signIn({
        who: `v${n}`,
        from: "203.0.113.5",
        given: `leaked ${n}`,
        at: 300 * minute + n * 3_600_000,
        unknownAccount: n % 2 === 0,
        outcome: n % 2 === 0 ? "missing" : "refused",
      }),
    );
    n++;
    expect(n).toBeLessThan(12);
  }
  detector.observe(signIn({ who: "victim", from: "203.0.113.5", given: "leaked", at: 320 * minute + n * 3_600_000, outcome: "accepted" }));
  expect(raised.find(({ evidence }) => evidence["test"] === "taken")).toMatchObject({ level: "high", evidence: { takenAccount: hashOf("victim") } });
});

test("a person who tries one account twenty times is no list", () => {
  const { emit, raised } = collector();
  const detector = new LoginStuffing(emit);
  for (let n = 0; n < 20; n++) detector.observe(signIn({ who: "ana", from: "10.0.0.1", given: `guess ${n}`, at: n * 10_000 }));
  expect(raised).toEqual([]);
});

test("an office behind one address on a Monday morning is left alone", () => {
  const { emit, raised } = collector();
  const detector = new LoginStuffing(emit);
  for (let n = 0; n < 500; n++) {
    if (n % 3 === 0) detector.observe(signIn({ who: `w${n}`, from: "10.9.9.9", given: `old ${n}`, at: n * 1_200 }));
    detector.observe(signIn({ who: `w${n}`, from: "10.9.9.9", given: `new ${n}`, at: n * 1_200 + 600, outcome: "accepted" }));
  }
  expect(raised).toEqual([]);
});

test("one password on many accounts is told at the eighth, and at each doubling, from however many places", () => {
  const { emit, raised } = collector();
  const detector = new LoginSpray(ports, emit);
  for (const one of honest(0, 300, minute)) detector.observe(one);
  for (let n = 0; n < 40; n++) detector.observe(signIn({ who: `v${n}`, from: `203.0.${n}.5`, given: "Spring2026!", at: 310 * minute + n * 15 * minute }));
  expect(raised.map(({ evidence }) => evidence["accounts"])).toEqual([8, 16, 32]);
});

test("a password that many people really have is popular, no attack", () => {
  const { emit, raised } = collector();
  const detector = new LoginSpray(ports, emit);
  for (let n = 0; n < 1_000; n++) {
    const given = n % 20 === 0 ? "123456" : `own ${n}`;
    detector.observe(signIn({ who: `p${n}`, from: `10.0.${n >> 8}.${n & 255}`, given, at: n * 1_000, outcome: n % 4 === 0 ? "refused" : "accepted" }));
    detector.observe(signIn({ who: `q${n}`, from: `10.0.${n >> 8}.${n & 255}`, given, at: n * 1_000, outcome: n % 4 === 1 ? "refused" : "accepted" }));
  }
  expect(raised).toEqual([]);
});

test("a flagged source is slowed for an hour after the last try that speaks for it, until people who are let in there speak against it; an own account signed in to again and again does not", () => {
  const detector = new LoginStuffing(() => {});
  const at = (n: number): number => n * 10_000;
  let n = 0;
  for (; n < 30; n++) {
    detector.observe(signIn({ who: `v${n}`, from: "203.0.113.5", at: at(n) }));
    if (n % 2 === 0) detector.observe(signIn({ who: "own", from: "203.0.113.5", at: at(n) + 1, outcome: "accepted" }));
  }
  const [held] = detector.held();
  expect(detector.held()).toHaveLength(1);
  expect(held?.until).toBeGreaterThan(at(n) + 1_800_000);
  for (let i = 0; i < 6; i++) detector.observe(signIn({ who: `honest ${i}`, from: "203.0.113.5", at: at(n) + i, outcome: "accepted" }));
  expect(detector.held()).toEqual([]);
});

test("who gets his password right after all has his slips forgotten: an office of people who all slip first is never slowed", () => {
  const detector = new LoginStuffing(() => {});
  for (let n = 0; n < 100; n++) {
    detector.observe(signIn({ who: `w${n}`, from: "10.9.9.9", given: "slip", at: n * 20_000 }));
    detector.observe(signIn({ who: `w${n}`, from: "10.9.9.9", at: n * 20_000 + 9_000, outcome: "accepted" }));
    expect(detector.held()).toEqual([]);
  }
});

test("an account that signed in from a flagged source before is not told as taken", () => {
  const { emit, raised } = collector();
  const detector = new LoginStuffing(emit);
  for (let n = 0; n < 20; n++) detector.observe(signIn({ who: `v${n}`, from: "203.0.113.5", at: n * 10_000 }));
  detector.observe(signIn({ who: "ana", from: "203.0.113.5", at: 300_000, outcome: "accepted" }), true);
  expect(raised.filter(({ evidence }) => evidence["test"] === "taken")).toEqual([]);
});

test("so many sources are slowed at once; beyond the bound the one renewed longest ago gives way", () => {
  const detector = new LoginStuffing(() => {});
  for (let source = 0; source < heldSourcesMax + 3; source++)
    for (let n = 0; n < 11; n++) detector.observe(signIn({ who: `v${n}`, from: `10.${source >> 8}.${source & 255}.1`, at: source }));
  expect(detector.held()).toHaveLength(heldSourcesMax);
  expect(detector.held().some(({ network }) => network === signIn({ who: "", from: "10.0.0.1" }).actor.network)).toBe(false);
});

test("a sprayed password is handed to gates by its bucket of the day, and is gone the next", () => {
  const spray = new LoginSpray(ports, () => {});
  for (let n = 0; n < 8; n++) spray.observe(signIn({ who: `v${n}`, from: `203.0.113.${n}`, given: "Spring2026!", at: n * minute }));
  expect(spray.sprayed).toEqual({ day: 0, buckets: [bucketOf("Spring2026!", 0, ports)] });
  for (let n = 0; n < 8; n++) spray.observe(signIn({ who: `v${n}`, from: `203.0.113.${n}`, given: "Other2026!", at: 86_400_000 + n * minute }));
  expect(spray.sprayed).toEqual({ day: 1, buckets: [bucketOf("Other2026!", 1, ports)] });
});
