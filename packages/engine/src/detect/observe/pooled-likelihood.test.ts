import fc from "fast-check";
import { expect, it } from "vitest";
import { PooledLikelihood } from "./pooled-likelihood.ts";

const row = fc.tuple(fc.nat(5), fc.nat(4));
const of = (rows: readonly (readonly [number, number])[]): PooledLikelihood => {
  const likelihood = new PooledLikelihood();
  for (const [stratum, symbol] of rows) likelihood.add(stratum, symbol);
  return likelihood;
};

it("is the sum of n ln(n / N) over strata, in any order and after a restore", () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      let expected = 0;
      for (const [stratum, symbol] of rows) {
        const within = rows.filter(([other]) => other === stratum);
        expected += Math.log(within.filter(([, other]) => other === symbol).length / within.length);
      }
      expect(of(rows).value).toBeCloseTo(expected, 8);
      expect(of(rows.toReversed()).value).toBeCloseTo(expected, 8);
      expect(new PooledLikelihood(structuredClone(of(rows).rows())).value).toBeCloseTo(expected, 8);
    }),
  );
});

it("is never lower for finer strata, and never lower after symbols were merged", () => {
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      const whole = of(rows.map(([, symbol]) => [0, symbol]));
      expect(of(rows).value).toBeGreaterThanOrEqual(whole.value - 1e-9);
      expect(of(rows).renamed((symbol) => Math.min(symbol, 2)).value).toBeGreaterThanOrEqual(of(rows).value - 1e-9);
    }),
  );
});
