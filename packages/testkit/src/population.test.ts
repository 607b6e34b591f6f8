import { describe, expect, test } from "vitest";
import { accountsMax, dashed, international, newcomersFrom, numberSpace, population, strangersFrom } from "./population.ts";

describe("a population", () => {
  for (const seed of ["a", "b", "latchkey", "7"]) {
    test(`seed ${seed}: numbers and indexes are one to one over the whole space`, () => {
      const people = population({ seed, accounts: 1_000 });
      const seen = new Set<number>();
      for (const from of [0, newcomersFrom, strangersFrom, numberSpace - 1_000]) {
        for (let index = from; index < from + 1_000; index += 1) {
          const national = people.numberAt(index);
          expect(national).toBeGreaterThanOrEqual(10_000_000);
          expect(national).toBeLessThanOrEqual(99_999_999);
          expect(people.indexOf(national)).toBe(index);
          seen.add(national);
        }
      }
      expect(seen.size).toBe(4_000);
    });
  }
  test("holds exactly its accounts", () => {
    const people = population({ seed: "x", accounts: 500 });
    expect(people.holds(people.numberAt(0))).toBe(true);
    expect(people.holds(people.numberAt(499))).toBe(true);
    expect(people.holds(people.numberAt(500))).toBe(false);
    expect(people.holds(people.numberAt(strangersFrom))).toBe(false);
    expect(people.holds(5)).toBe(false);
  });
  test("another seed gives other numbers", () => {
    expect(population({ seed: "a", accounts: 1 }).numberAt(0)).not.toBe(population({ seed: "b", accounts: 1 }).numberAt(0));
  });
  test(`refuses more than ${accountsMax} accounts, none, and halves`, () => {
    for (const accounts of [0, 1.5, accountsMax + 1]) expect(() => population({ seed: "a", accounts })).toThrow(RangeError);
  });
  test("numbers stand under +999 only", () => {
    expect(dashed(15550100)).toBe("999-15550100");
    expect(international(15550100)).toBe("+99915550100");
  });
});
