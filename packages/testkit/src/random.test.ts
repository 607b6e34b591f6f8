import { expect, test } from "vitest";
import { random, shuffle } from "./random.ts";

test("the same seed gives the same numbers for ever", () => {
  const numbers = (seed: string) =>
    Array.from(
      { length: 5 },
      (
        (source) => () =>
          source.uint32()
      )(random(seed)),
    );
  expect(numbers("a")).toEqual(numbers("a"));
  expect(numbers("a")).not.toEqual(numbers("b"));
  expect(numbers("a1")).not.toEqual(numbers("a2"));
});

test("a fork hangs on its label, not on how much was drawn before", () => {
  const source = random("a");
  const before = source.fork("x").uint32();
  source.uint32();
  expect(source.fork("x").uint32()).toBe(before);
  expect(source.fork("y").uint32()).not.toBe(before);
});

test("floats fill [0, 1) evenly: mean, spread and ten equal bins", () => {
  const source = random("uniform");
  const bins = Array.from({ length: 10 }, () => 0);
  let sum = 0;
  for (let n = 0; n < 100_000; n += 1) {
    const x = source.float();
    sum += x;
    bins[Math.floor(x * 10)] = (bins[Math.floor(x * 10)] ?? 0) + 1;
  }
  expect(sum / 100_000).toBeCloseTo(0.5, 2);
  // Chi-square with 9 degrees of freedom: 33.7 is the 1 in 10,000 point.
  expect(bins.reduce((chi, count) => chi + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(33.7);
});

test("a shuffle keeps every item", () => {
  const list = Array.from({ length: 1_000 }, (_, n) => n);
  const mixed = shuffle([...list], random("s"));
  expect(mixed).not.toEqual(list);
  expect([...mixed].sort((a, b) => a - b)).toEqual(list);
});

test("picking from nothing is an error, from one the one", () => {
  expect(() => random("p").pick([])).toThrow(RangeError);
  expect(random("p").pick(["only"])).toBe("only");
});
