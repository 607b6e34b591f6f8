import { expect, test } from "vitest";
import { crowdAtGate } from "./crowd-at-gate.ts";
import { crowdAtHub } from "./crowd-at-hub.ts";
import { growthOfLastHalf, questionOf } from "./crowd.ts";

test("a crowd asks about nobody twice, and comes back from every address in turn", () => {
  const crowd = { questions: 4_000, addresses: 1_000 };
  const all = Array.from({ length: crowd.questions }, (_, n) => questionOf(crowd, n));
  expect(new Set(all.map(({ target }) => target)).size).toBe(4_000);
  expect(new Set(all.map(({ address }) => address)).size).toBe(1_000);
  expect(new Set(all.slice(0, 1_000).map(({ address }) => address)).size).toBe(1_000);
});

test("growth is that of the best line through the last half", () => {
  expect(growthOfLastHalf([1, 5, 9, 100, 100, 100, 100, 100])).toBe(0);
  expect(growthOfLastHalf([0, 0, 0, 99, 100, 101])).toBeCloseTo(0.02, 3);
});

test("gate and hub take a crowd of ever new people: a bounded table holds no more than its slots", () => {
  const gate = crowdAtGate({ questions: 3_000, addresses: 3_000 }, 2_048);
  expect(gate.held["sources"]).toBeLessThanOrEqual(2_048);
  expect(gate.held["sources"]).toBeGreaterThan(1_950);
  expect(gate.held["rows"]).toBe(3_000);
  const hub = crowdAtHub({ questions: 640, addresses: 320 });
  expect(hub.held["endpoints"]).toBe(1);
});
