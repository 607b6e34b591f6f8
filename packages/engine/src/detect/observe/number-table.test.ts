import fc from "fast-check";
import { expect, it } from "vitest";
import { hash53 } from "./hash53.ts";
import { NumberTable } from "./number-table.ts";

it("gives what a Map gives, through every doubling, and 0 for what it never held", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 1, max: 9 })), { maxLength: 1_500 }), (pairs) => {
      const table = new NumberTable();
      const map = new Map<number, number>();
      for (const [n, value] of pairs) {
        const key = hash53(String(n), 7);
        table.set(key, -value);
        map.set(key, -value);
      }
      expect(table.size).toBe(map.size);
      const keys = Array.from({ length: 1_001 }, (_, n) => hash53(String(n), 7));
      expect(keys.map((key) => table.get(key))).toEqual(keys.map((key) => map.get(key) ?? 0));
    }),
    { numRuns: 20 },
  );
});

it("tells keys apart whose low 32 bits are equal, 0 among them", () => {
  const table = new NumberTable();
  const keys = [0, 2 ** 32, 2 ** 33, 2 ** 52, 2 ** 52 + 2 ** 32];
  for (const [n, key] of keys.entries()) table.set(key, n + 1);
  expect(keys.map((key) => table.get(key))).toEqual([1, 2, 3, 4, 5]);
  expect(table.get(2 ** 51)).toBe(0);
});
