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

test("evicting at a bound of 131,072 looks at each key once", () => {
  let looked = 0;
  const map = new Map<number, number>();
  for (let n = 0; n < 131_072; n++) map.set(n, n);
  const counting = {
    ...emptyMap,
    keys: (): MapIterator<number> => {
      looked++;
      return map.keys();
    },
  };
  const oldest = new OldestKey<number>(counting);
  for (let n = 131_072; n < 300_000; n++) {
    const key = oldest.take();
    if (key !== undefined) map.delete(key);
    map.set(n, n);
  }
  expect(map.size).toBe(131_072);
  expect(looked).toBe(1);
});

const none = new Map<number, number>();
const emptyMap: ReadonlyMap<number, number> = {
  size: 0,
  get: () => undefined,
  has: () => false,
  forEach: () => undefined,
  entries: () => none.entries(),
  keys: () => none.keys(),
  values: () => none.values(),
  [Symbol.iterator]: () => none[Symbol.iterator](),
};
