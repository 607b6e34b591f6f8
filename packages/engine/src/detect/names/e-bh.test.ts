import fc from "fast-check";
import { expect, test } from "vitest";
import { StandingByEvidence } from "./e-bh.ts";

const kept = (alpha: number, eValues: readonly number[]): readonly number[] => {
  const tested = new StandingByEvidence<{ readonly logE: number; readonly e: number }>(alpha);
  for (const e of eValues) tested.add({ logE: Math.log(e), e });
  return tested.kept().map(({ e }) => e);
};

test("keeps the largest k whose least e-value is m / (α k): more evidence of others lowers the bar for one", () => {
  expect(kept(0.1, [99, 1, 1, 1, 1, 1, 1, 1, 1, 1])).toEqual([]);
  expect(kept(0.1, [101, 1, 1, 1, 1, 1, 1, 1, 1, 1])).toEqual([101]);
  expect(kept(0.1, [60, 60, 1, 1, 1, 1, 1, 1, 1, 1])).toEqual([60, 60]);
});

test("is the procedure as it is written, for any e-values in any order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 40 }), fc.constantFrom(0.01, 0.05, 0.2), (eValues, alpha) => {
      const sorted = eValues.toSorted((a, b) => b - a);
      let k = 0;
      for (let n = 1; n <= sorted.length; n++) if ((sorted[n - 1] ?? 0) >= (eValues.length / (alpha * n)) * (1 + 1e-6)) k = n;
      const least = kept(alpha, eValues);
      expect(least.length).toBeGreaterThanOrEqual(k);
      for (const [n, e] of least.entries()) expect(e).toBe(sorted[n]);
      expect(least.length === 0 || (least.at(-1) ?? 0) >= (eValues.length / (alpha * least.length)) * (1 - 1e-6)).toBe(true);
    }),
  );
});

test("expects at most α of what it keeps to be false where nothing is true: bets of mean one", () => {
  let state = 12345;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  let rounds = 0;
  for (let round = 0; round < 2_000; round++)
    if (
      kept(
        0.05,
        Array.from({ length: 20 }, () => (next() < 0.002 ? 500 : 0)),
      ).length > 0
    )
      rounds++;
  // One bet that pays 500 at one in 500 is enough to be named: 3.9 % of rounds have one.
  expect(rounds / 2_000).toBeLessThanOrEqual(0.05);
  expect(rounds / 2_000).toBeGreaterThan(0.02);
});
