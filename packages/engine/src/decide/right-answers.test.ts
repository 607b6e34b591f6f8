import { describe, expect, it } from "vitest";
import { caller, gateOf, guardedLookup, lookupId, person } from "../testing/guarded-lookup.ts";
import type { GateEngine } from "./gate-engine.ts";
import { defaultBudget, type Disclosure } from "./gate-policy.ts";
import { RightAnswers, rightADay, sourcesMax, wrongFree } from "./right-answers.ts";

const start = Date.UTC(2026, 2, 2);
const day = 86_400_000;
const perMs = 1;

function take(rights: RightAnswers, network: string, at: number, pace = perMs): boolean {
  const may = rights.has(network, at, pace);
  if (may) rights.take(network, at);
  return may;
}

describe("answers that only who knows the person gets", () => {
  it(`are paid for a network up to ${rightADay} a day`, () => {
    const rights = new RightAnswers();
    let passed = 0;
    for (let n = 0; n < rightADay + 50; n++) if (take(rights, "a", start + n * 1_000)) passed++;
    expect(passed).toBe(rightADay);
    expect(take(rights, "b", start + 600_000)).toBe(true);
    expect(take(rights, "a", start + day)).toBe(true);
  });

  it(`are not for one whose other questions are more than ${wrongFree} beyond: who guesses`, () => {
    const rights = new RightAnswers();
    for (let n = 0; n < wrongFree; n++) rights.wrong("a", start);
    expect(take(rights, "a", start)).toBe(true);
    for (let n = 0; n < 2; n++) rights.wrong("a", start);
    expect(take(rights, "a", start)).toBe(false);
    expect(take(rights, "a", start + day)).toBe(true);
  });

  it("come no faster than the endpoint is usually asked, whoever asks", () => {
    const rights = new RightAnswers();
    const pace = 1 / 60_000;
    let passed = 0;
    for (let n = 0; n < 1_000; n++) if (take(rights, `n${n}`, start + n * 3_600, pace)) passed++;
    // An hour's, and what a quiet door may spend at once.
    expect(passed).toBeGreaterThanOrEqual(60);
    expect(passed).toBeLessThanOrEqual(60 + 30 + 10);
  });

  it("are counted for a network through half the bound of others, and not through a flood of them", () => {
    for (const [others, may] of [
      [sourcesMax / 2 - 1, false],
      [sourcesMax + 1, true],
    ] as const) {
      const rights = new RightAnswers();
      for (let n = 0; n <= wrongFree; n++) rights.wrong("a", start);
      for (let n = 0; n < others; n++) rights.wrong(`n${n}`, start);
      expect(rights.has("a", start, perMs)).toBe(may);
    }
  });
});

describe("a gate that knows which answers only those get who know the person", () => {
  const wonClass = { won: ["right"] };
  const gate = (unanchoredCeiling: number, mode: "enforce" | "observe" = "enforce"): GateEngine =>
    gateOf([guardedLookup({ ...wonClass, budget: { ...defaultBudget, unanchoredCeiling } })], {}, { mode });

  /** One question; `knows`: the service shows that its asker knew. */
  function asks(engine: GateEngine, who: number, about: number, knows: boolean, at: number): { action: string; would: string; rows: readonly Disclosure[] } {
    const reservation = engine.reserve(lookupId, caller(who), [person(about)], false, at);
    if (reservation === undefined) throw new Error("not guarded");
    engine.allowRight(reservation, knows);
    const rows = engine.settle(reservation, { exchangeId: `e${about}`, tells: true, failed: false, classId: knows ? "right" : "wrong" });
    return { action: reservation.action, would: reservation.would, rows };
  }

  it("lets them pass when newcomers have had all they share, and refuses the others as before", () => {
    const engine = gate(5);
    const got = Array.from({ length: 60 }, (_, n) => asks(engine, n, n, n % 3 === 0, start + n * 120_000).action);
    expect(got.filter((action, n) => n % 3 === 0 && action !== "allow")).toEqual([]);
    expect(got.filter((action, n) => n % 3 !== 0 && action === "allow")).toHaveLength(5);
  });

  it("charges them to nobody: a surgery asks about its patients, and its credits are there for what it mistakes", () => {
    const engine = gate(0);
    for (let n = 0; n < 40; n++) expect(asks(engine, 1, n, true, start + n * 120_000).action).toBe("allow");
    const wrong = Array.from({ length: 12 }, (_, n) => asks(engine, 1, 100 + n, false, start + 41 * 120_000 + n).action);
    expect(wrong.filter((action) => action === "allow")).toHaveLength(8);
  });

  it("holds one who guesses, however often he is right by chance, and tells of him", () => {
    const engine = gate(0);
    let right = 0;
    for (let n = 0; n < 2_000; n++) if (asks(engine, 1, n, n % 50 === 49, start + n * 1_000).action === "allow" && n % 50 === 49) right++;
    expect(right).toBe(0);
    expect(engine.drain().map(({ detector }) => detector)).toContain("enumeration.credits");
  });

  it("holds one who goes through a stolen list with all details as soon as it comes faster than people do, and tells of him", () => {
    const engine = gate(0);
    let passed = 0;
    for (let n = 0; n < 2_000; n++) if (asks(engine, 1, n, true, start + n * 1_000).action === "allow") passed++;
    expect(passed).toBeGreaterThan(8);
    expect(passed).toBeLessThanOrEqual(8 + 30 + 20);
    expect(engine.drain().map(({ detector }) => detector)).toContain("enumeration.credits");
  });

  it("passes none of a batch, and none where no such answers are known", () => {
    const engine = gate(0);
    const batch = engine.reserve(
      lookupId,
      caller(1),
      Array.from({ length: 9 }, (_, n) => person(n)),
      false,
      start,
    );
    const unread = engine.reserve(lookupId, caller(2), [person(1)], true, start);
    for (const reservation of [batch, unread]) {
      if (reservation === undefined) throw new Error("not guarded");
      engine.allowRight(reservation, true);
      expect(reservation.action).toBe("uniform");
    }
    const plain = gateOf([guardedLookup({ budget: { ...defaultBudget, unanchoredCeiling: 1 } })]);
    expect([1, 2].map((n) => asks(plain, n, n, true, start + n).action)).toEqual(["allow", "uniform"]);
  });

  it("says so in its rows, and in observe what enforcement would have done", () => {
    const engine = gate(1, "observe");
    expect([1, 2, 3].map((n) => asks(engine, n, n, n === 3, start + n * 120_000)).map(({ would, rows }) => [would, rows[0]?.right])).toEqual([
      ["allow", false],
      ["uniform", false],
      ["allow", true],
    ]);
  });
});
