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

test("growth is that of the last half, whatever came before", () => {
  expect(growthOfLastHalf([1, 5, 9, 100, 100, 100, 100, 100]).middle).toBe(0);
  expect(growthOfLastHalf([0, 0, 0, 99, 100, 101]).middle).toBeCloseTo(0.02, 3);
});

test("growth is told from the ups and downs of collections: neither a saw nor a peak at the end is any, and two per cent under both are found", () => {
  const of = (at: (n: number) => number): number[] => Array.from({ length: 4_000 }, (_, n) => at(n));
  const saw = (n: number): number => 400 + (n % 17) * 10;
  expect(growthOfLastHalf(of(saw))).toMatchObject({ middle: expect.closeTo(0, 2), least: expect.closeTo(0, 2), greatest: expect.closeTo(0, 2) });
  expect(growthOfLastHalf(of((n) => (n < 3_900 ? saw(n) : saw(n) + 300))).greatest).toBeLessThan(0.005);
  const rising = growthOfLastHalf(of((n) => saw(n) * (1 + (0.04 * n) / 4_000)));
  expect(rising.least).toBeGreaterThan(0.015);
  expect(rising.greatest).toBeLessThan(0.025);
});

test("peaks that rise over a floor that stands show in the greatest growth", () => {
  const { least, greatest } = growthOfLastHalf(Array.from({ length: 4_000 }, (_, n) => (n % 2 === 0 ? 400 : 400 + n / 20)));
  expect(least).toBe(0);
  expect(greatest).toBeGreaterThan(0.15);
});

test("gate and hub take a crowd of ever new people: a bounded table holds no more than its slots", () => {
  const gate = crowdAtGate({ questions: 3_000, addresses: 3_000 }, 2_048);
  expect(gate.held["sources"]).toBeLessThanOrEqual(2_048);
  expect(gate.held["sources"]).toBeGreaterThan(1_950);
  expect(gate.held["rows"]).toBe(3_000);
  const hub = crowdAtHub({ questions: 640, addresses: 320 });
  expect(hub.held["endpoints"]).toBe(1);
});
