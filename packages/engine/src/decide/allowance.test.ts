import fc from "fast-check";
import { expect, test } from "vitest";
import { Allowance } from "./allowance.ts";

test("in any time it gives no more than its start, what flowed in and what was given back, and never more than its limit at once", () => {
  const step = fc.record({ wait: fc.integer({ min: -1_000, max: 5_000 }), cost: fc.integer({ min: 1, max: 6 }), back: fc.integer({ min: 0, max: 3 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [perMs, most, began] = [1 / 1_000, 8, 1_000_000];
      const purse = new Allowance(most);
      let at = began;
      // It fills from the first time it was asked.
      const first = began + (steps[0]?.wait ?? 0);
      let latest = first;
      let given = 0;
      let back = 0;
      for (const { wait, cost, back: some } of steps) {
        at += wait;
        latest = Math.max(latest, at);
        if (purse.has(cost, at, perMs, most)) {
          purse.take(cost);
          given += cost;
          expect(cost).toBeLessThanOrEqual(most);
        }
        purse.giveBack(some, most);
        back += some;
      }
      expect(given).toBeLessThanOrEqual(most + (latest - first) * perMs + back + 1e-6);
    }),
  );
});
