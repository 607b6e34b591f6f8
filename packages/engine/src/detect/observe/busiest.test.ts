import fc from "fast-check";
import { expect, test } from "vitest";
import { Busiest } from "./busiest.ts";

test("tells the most of any bin that is over and was calm throughout, and the larger of the last two", () => {
  const events = fc.array(fc.record({ wait: fc.nat(25), count: fc.nat(9), calm: fc.boolean() }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(events, (list) => {
      const busiest = new Busiest(10);
      const bins = new Map<number, { sum: number; calm: boolean }>();
      let at = 0;
      for (const { wait, count, calm } of list) {
        at += wait;
        busiest.roll(at, calm);
        busiest.add(count);
        const bin = bins.get(Math.floor(at / 10)) ?? { sum: 0, calm: true };
        bins.set(Math.floor(at / 10), { sum: bin.sum + count, calm: bin.calm && calm });
      }
      const now = Math.floor(at / 10);
      expect(busiest.most).toBe(Math.max(0, ...[...bins].flatMap(([bin, { sum, calm }]) => (bin < now && calm ? [sum] : []))));
      expect(busiest.last()).toBe(Math.max(bins.get(now)?.sum ?? 0, bins.get(now - 1)?.sum ?? 0));
    }),
  );
});
