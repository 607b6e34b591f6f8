import fc from "fast-check";
import { expect, test } from "vitest";
import { median, rankTest, upperTail } from "./rank-test.ts";

const upTo = (n: number, from = 0): number[] => Array.from({ length: n }, (_, k) => k + from);

test("twelve values all above twelve others have the chance of one order in 2,704,156", () => {
  const { p, auc, shift } = rankTest(upTo(12, 100), upTo(12), 1e-6);
  expect(p * 2_704_156).toBeCloseTo(1, 6);
  expect(auc).toBe(1);
  expect(shift).toBe(100);
});

test("the exact tail is that of the published tables: U = 1 of 3 and 3 is 2 in 20, U = 21 of 10 and 10 is 0.0144", () => {
  expect(rankTest([1, 2, 4], [3, 5, 6], 0.05).p).toBeCloseTo(0.1, 9);
  // Ranks chosen so that exactly 21 pairs are the other way round.
  const first = [1, 2, 3, 4, 5, 6, 7, 8.5, 19, 20];
  const second = [8, 9, 10, 11, 12, 13, 14, 15, 16, 17];
  const larger = first.flatMap((a) => second.filter((b) => a > b)).length;
  expect(larger).toBe(21);
  expect(rankTest(first, second, 0.05).p).toBeCloseTo(0.0144, 3);
});

test("many ties keep perfect separation significant, and equal samples say nothing", () => {
  const tied = rankTest(Array<number>(12).fill(90), Array<number>(12).fill(45), 1e-6);
  expect(tied.p).toBeLessThan(3e-6);
  expect(rankTest(Array<number>(12).fill(45), Array<number>(12).fill(45), 1e-6).p).toBe(1);
});

test("one outlier of an hour moves neither the shift nor the verdict", () => {
  const quiet = rankTest(upTo(12, 5), upTo(12), 1e-6);
  const loud = rankTest([...upTo(11, 5), 3_600_000], upTo(12), 1e-6);
  expect(Math.abs(loud.shift - quiet.shift)).toBeLessThanOrEqual(1);
});

test("under no difference p is at most as small as it says", () => {
  let state = 12_345;
  const draw = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
  let below = 0;
  for (let run = 0; run < 2_000; run++) {
    const values = Array.from({ length: 24 }, draw);
    if (rankTest(values.slice(0, 12), values.slice(12), 1e-6).p * 2 <= 0.05) below++;
  }
  // 100 expected; four standard deviations are 39.
  expect(below).toBeLessThan(140);
  expect(below).toBeGreaterThan(50);
});

test("the two directions share one p-value, whatever the values", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 15 }), fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 15 }), (a, b) => {
      const [one, other] = [rankTest(a, b, 1e-6), rankTest(b, a, 1e-6)];
      expect(one.p).toBeCloseTo(other.p, 9);
      expect(one.p).toBeGreaterThan(0);
      expect(one.p).toBeLessThanOrEqual(1);
      expect(one.auc + other.auc).toBeCloseTo(1, 9);
    }),
    { numRuns: 200 },
  );
});

test("the normal tail and the median are what the tables say", () => {
  expect(upperTail(1.959964)).toBeCloseTo(0.025, 5);
  expect(upperTail(4.753424) / 1e-6).toBeCloseTo(1, 2);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});
