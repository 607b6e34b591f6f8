import fc from "fast-check";
import { expect, test } from "vitest";
import { LogQuantiles } from "./log-quantiles.ts";

test("a quantile is never below the true one and at most 19 % above it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (counts, share) => {
      const quantiles = new LogQuantiles();
      for (const count of counts) quantiles.add(count);
      const sorted = [...counts].sort((a, b) => a - b);
      const exact = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
      const told = quantiles.quantile(share);
      expect(told).toBeGreaterThanOrEqual(exact);
      expect(told).toBeLessThanOrEqual(exact * 2 ** 0.25 + 1e-9);
    }),
    { numRuns: 200 },
  );
});

test("what was added and taken back leaves nothing", () => {
  const quantiles = new LogQuantiles();
  for (const count of [1, 7, 7, 900]) quantiles.add(count);
  for (const count of [7, 900, 1, 7]) quantiles.remove(count);
  quantiles.remove(3);
  expect([quantiles.size, quantiles.quantile(0.5)]).toEqual([0, 0]);
});
