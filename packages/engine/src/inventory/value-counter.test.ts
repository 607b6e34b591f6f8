import { expect, test } from "vitest";
import { manyValues, ValueCounter } from "./value-counter.ts";

const counted = (values: Iterable<number>): ValueCounter => {
  const counter = new ValueCounter();
  for (const n of values) counter.add(`value ${n}`);
  return counter;
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

test.each([1, 12, 40, 200, 500])("%i values are counted within a seventh", (count) => {
  expect(Math.abs(counted(upTo(count)).count - count)).toBeLessThanOrEqual(Math.ceil(count / 7));
});

test("the order and repeats of values do not matter, nor whether two counters saw them", () => {
  const whole = counted(upTo(100)).count;
  expect(counted([...upTo(100), ...upTo(100)].toReversed()).count).toBe(whole);
  const half = counted(upTo(60));
  half.absorb(counted(upTo(100)));
  expect(half.count).toBe(whole);
});

test("at its bound it says many, and is wide long before", () => {
  expect(counted(upTo(20_000)).count).toBe(manyValues);
  expect([counted(upTo(100)).wide, counted(upTo(600)).wide]).toEqual([false, true]);
});
