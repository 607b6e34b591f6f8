import * as fc from "fast-check";
import { expect, test } from "vitest";
import { OldestKey } from "./oldest-key.ts";

test("keys leave in the order in which they came, one renewed counts as new", () => {
  const map = new Map([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  const oldest = new OldestKey(map);
  map.delete("a");
  map.set("a", 4);
  const left: (string | undefined)[] = [];
  for (let n = 0; n < 3; n++) {
    const key = oldest.take();
    left.push(key);
    if (key !== undefined) map.delete(key);
  }
  expect(left).toEqual(["b", "c", "a"]);
  expect(oldest.take()).toBeUndefined();
});

test("an emptied Map that fills again gives its oldest again", () => {
  const map = new Map<number, number>();
  const oldest = new OldestKey(map);
  expect(oldest.take()).toBeUndefined();
  map.set(1, 1).set(2, 2);
  expect(oldest.take()).toBe(1);
});

test("whatever is set, renewed and deleted between, it names the key a new iterator would", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("set", "renew", "delete", "take"), fc.nat(20)), { maxLength: 300 }), (steps) => {
      const map = new Map<number, number>();
      const oldest = new OldestKey(map);
      for (const [step, key] of steps) {
        if (step === "set") map.set(key, 0);
        else if (step === "delete") map.delete(key);
        else if (step === "renew") {
          map.delete(key);
          map.set(key, 0);
        } else {
          const expected = map.keys().next();
          const taken = oldest.take();
          expect(taken).toBe(expected.done === true ? undefined : expected.value);
          if (taken !== undefined) map.delete(taken);
        }
      }
    }),
  );
});

test("evicting at a bound of 131,072 never begins anew at the front", () => {
  let begun = 0;
  class Counting extends Map<number, number> {
    override keys(): MapIterator<number> {
      begun++;
      return super.keys();
    }
  }
  const map = new Counting();
  const oldest = new OldestKey(map);
  for (let n = 0; n < 300_000; n++) {
    if (map.size >= 131_072) map.delete(oldest.take() ?? -1);
    map.set(n, n);
  }
  expect(map.size).toBe(131_072);
  expect(map.has(300_000 - 131_072)).toBe(true);
  expect(begun).toBe(1);
});
