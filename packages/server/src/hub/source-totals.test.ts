import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endpointsMax, SourceTotals } from "./source-totals.ts";

const subject = (n: number): string => createHash("sha256").update(String(n)).digest("hex").slice(0, 16);
const meaning = (classId: string): "confirmed" | "denied" | "unknown" => (classId === "yes" ? "confirmed" : classId === "no" ? "denied" : "unknown");

describe("SourceTotals", () => {
  it("counts small numbers exactly and large ones within six per cent, and says which it did", () => {
    for (const people of [1, 40, 2_100, 30_000]) {
      const totals = new SourceTotals();
      for (let n = 0; n < people; n++) totals.told({ endpointId: "e", address: "192.0.2.1", subject: subject(n), classId: n % 2 === 0 ? "yes" : "no", uniform: false, at: n });
      const { confirmed, denied, uniform, estimated } = totals.endpoint("e", meaning);
      const half = Math.ceil(people / 2);
      expect(Math.abs(confirmed - half) / half).toBeLessThanOrEqual(people <= 64 ? 0 : 0.06);
      expect(denied).toBeLessThanOrEqual(half * 1.06);
      expect(uniform).toBe(0);
      expect(estimated).toBe(half > 64);
    }
  });

  it("tells a source's answers apart from another's, and what was softened from what was told", () => {
    const totals = new SourceTotals();
    totals.told({ endpointId: "e", address: "192.0.2.1", subject: subject(1), classId: "yes", uniform: false, at: 1 });
    totals.told({ endpointId: "e", address: "192.0.2.1", subject: subject(2), classId: "yes", uniform: true, at: 2 });
    totals.told({ endpointId: "e", address: "192.0.2.2", subject: subject(1), classId: "yes", uniform: false, at: 3 });
    expect(totals.source("e", "192.0.2.1", meaning)).toEqual({ confirmed: 1, denied: 0, uniform: 1, unknown: 0, estimated: false, asked: 2, firstAt: 1, lastAt: 2 });
    expect(totals.source("e", "192.0.2.3", meaning)).toBeUndefined();
    expect(totals.endpoint("e", meaning)).toEqual({ confirmed: 1, denied: 0, uniform: 1, unknown: 0, estimated: false });
  });

  it("forgets the source that was quiet longest when it holds 20,000, and none that kept asking", () => {
    const totals = new SourceTotals();
    const told = (address: string, at: number): void => totals.told({ endpointId: "e", address, subject: subject(1), classId: "yes", uniform: false, at });
    for (let n = 0; n < 26_000; n++) {
      told(`quiet-${n}`, n);
      if (n % 500 === 0) told("busy", n);
    }
    expect(totals.source("e", "quiet-0", meaning)).toBeUndefined();
    expect(totals.source("e", "quiet-5000", meaning)).toBeUndefined();
    expect(totals.source("e", "quiet-25999", meaning)).toMatchObject({ confirmed: 1 });
    expect(totals.source("e", "busy", meaning)).toMatchObject({ firstAt: 0, lastAt: 25_500 });
  });
});

it("forgets that door's oldest in a flood of sources, and nothing of another door", () => {
  const totals = new SourceTotals();
  const told = (endpointId: string, address: string): void => totals.told({ endpointId, address, subject: "00112233445566", classId: "c", uniform: false, at: 1 });
  told("b", "192.0.2.1");
  for (let n = 0; n < 20_000; n++) told("a", `10.0.${n >> 8}.${n & 255}`);
  expect(totals.source("b", "192.0.2.1", () => "confirmed")?.confirmed).toBe(1);
  expect(totals.source("a", "10.0.0.0", () => "confirmed")).toBeUndefined();
  expect(totals.source("a", "10.0.0.1", () => "confirmed")?.confirmed).toBe(1);
  told("c", "192.0.2.2");
  expect(totals.source("a", "10.0.0.1", () => "confirmed")).toBeUndefined();
});

it("knows 4,096 endpoints, of which the one not told of for longest gives way", () => {
  const totals = new SourceTotals();
  const told = (endpointId: string): void => totals.told({ endpointId, address: "192.0.2.1", subject: "00112233445566", classId: "c", uniform: false, at: 1 });
  for (let n = 0; n < endpointsMax; n++) told(`e${n}`);
  told("e0");
  told("one more");
  expect(totals.endpointIds()).toHaveLength(endpointsMax);
  expect(["e0", "e1", "one more"].map((id) => totals.endpoint(id, () => "confirmed").confirmed)).toEqual([1, 0, 1]);
});

it("at several endpoints together a person counts once, whoever asked; at one alone each source's people add up", () => {
  const totals = new SourceTotals();
  for (const [endpointId, address, n] of [
    ["a", "192.0.2.1", 1],
    ["a", "192.0.2.1", 2],
    ["b", "192.0.2.1", 2],
    ["b", "192.0.2.1", 3],
    ["b", "192.0.2.2", 3],
  ] as const)
    totals.told({ endpointId, address, subject: subject(n), classId: "c", uniform: false, at: n });
  totals.told({ endpointId: "b", address: "192.0.2.1", subject: subject(9), classId: "c", uniform: true, at: 9 });
  const confirmed = () => () => "confirmed" as const;
  const both = ["192.0.2.1", "192.0.2.2"];
  expect(totals.together(["a", "b"], both, confirmed)).toEqual({ confirmed: 3, denied: 0, uniform: 1, unknown: 0, estimated: false });
  expect(totals.together(["b"], both, confirmed)).toMatchObject({ confirmed: 3, uniform: 1 });
  expect(totals.together([], both, confirmed)).toMatchObject({ confirmed: 0 });
  expect(totals.asked(["a", "b"], "192.0.2.1")).toEqual({ asked: 4, firstAt: 1, lastAt: 9 });
  expect(totals.asked(["a"], "192.0.2.2")).toBeUndefined();
});

it("counts any mix of questions of one source as sets of people would, from the first on", () => {
  const question = fc.record({ n: fc.nat(3), classId: fc.constantFrom("yes", "no", "new"), uniform: fc.boolean() });
  fc.assert(
    fc.property(fc.array(question, { minLength: 1, maxLength: 8 }), (questions) => {
      const totals = new SourceTotals();
      for (const [at, { n, classId, uniform }] of questions.entries()) totals.told({ endpointId: "e", address: "192.0.2.1", subject: subject(n), classId, uniform, at });
      const people = (of: (question: { classId: string; uniform: boolean }) => boolean): number => new Set(questions.filter(of).map(({ n }) => n)).size;
      const counts = {
        confirmed: people(({ classId, uniform }) => !uniform && classId === "yes"),
        denied: people(({ classId, uniform }) => !uniform && classId === "no"),
        unknown: people(({ classId, uniform }) => !uniform && classId === "new"),
        uniform: people(({ uniform }) => uniform),
        estimated: false,
      };
      const seen = { asked: people(() => true), firstAt: 0, lastAt: questions.length - 1 };
      expect(totals.source("e", "192.0.2.1", meaning)).toEqual({ ...counts, ...seen });
      expect(totals.asked(["e"], "192.0.2.1")).toEqual(seen);
      expect(totals.asked(["e", "e"], "192.0.2.1")).toEqual(seen);
      expect(totals.together(["e", "f"], ["192.0.2.1"], () => meaning)).toEqual(counts);
    }),
  );
});

it("tells of whoever takes the place of a forgotten source nothing of that one", () => {
  const totals = new SourceTotals();
  const told = (address: string, n: number, uniform: boolean): void => totals.told({ endpointId: "e", address, subject: subject(n), classId: "yes", uniform, at: n });
  for (let n = 0; n < 20_000; n++) {
    told(`10.0.${n >> 8}.${n & 255}`, n, false);
    told(`10.0.${n >> 8}.${n & 255}`, n + 1, true);
  }
  told("192.0.2.1", 7, false);
  expect(totals.source("e", "10.0.0.0", meaning)).toBeUndefined();
  expect(totals.source("e", "192.0.2.1", meaning)).toEqual({ confirmed: 1, denied: 0, uniform: 0, unknown: 0, estimated: false, asked: 1, firstAt: 7, lastAt: 7 });
});
