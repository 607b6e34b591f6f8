import fc from "fast-check";
import { expect, test } from "vitest";
import { type Draw, drawAll, giveBackAll, waitOfAll } from "./draws.ts";
import { GcraTable } from "./gcra.ts";

const draws = (most: readonly number[]): readonly Draw[] => most.map((each, n) => ({ table: new GcraTable(8), key: { hi: 1, lo: n }, everyMs: 1_000, most: each }));
const takenOf = (all: readonly Draw[]): readonly number[] => all.map(({ table, key, everyMs }) => table.taken(key.hi, key.lo, 0, everyMs));

test("all is taken, or nothing: what passes is what the least allowance holds, and what is given back can be taken again", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 }), (most, counts) => {
      const all = draws(most);
      let taken = 0;
      for (const count of counts) {
        const passes = taken + count <= Math.min(...most);
        expect(drawAll(all, 0, count) === 0).toBe(passes);
        if (passes) taken += count;
        expect(takenOf(all)).toEqual(most.map(() => taken));
        expect(waitOfAll(all, 0)).toBe(Math.max(0, (taken - Math.min(...most) + 1) * 1_000));
      }
      giveBackAll(all, 0, taken);
      expect(takenOf(all)).toEqual(most.map(() => 0));
    }),
  );
});

test("of one that is short the wait is told after which it has another", () => {
  const all = draws([3, 1]);
  expect(drawAll(all, 0)).toBe(0);
  expect(drawAll(all, 400)).toBe(600);
  expect(drawAll(all, 1_000)).toBe(0);
});
