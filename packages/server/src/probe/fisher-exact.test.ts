import { expect, test } from "vitest";
import { fisherExact } from "./fisher-exact.ts";

test.each([
  [12, 12, 0, 12, 3.698e-7],
  [0, 12, 12, 12, 3.698e-7],
  [10, 10, 0, 10, 5.413e-6],
  // Fisher's tea: three of four cups right.
  [3, 4, 1, 4, 17 / 70],
  [4, 4, 0, 4, 1 / 70],
  [5, 12, 5, 12, 0.6599],
])("%i of %i against %i of %i has the known p-value", (a, n, b, m, p) => {
  expect(fisherExact(a, n, b, m) / p).toBeCloseTo(1, 3);
});

test("what all or none showed says nothing", () => {
  expect(fisherExact(12, 12, 12, 12)).toBeCloseTo(1, 9);
  expect(fisherExact(0, 12, 0, 12)).toBeCloseTo(1, 9);
});
