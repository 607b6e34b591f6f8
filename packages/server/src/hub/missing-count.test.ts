import { expect, test } from "vitest";
import { MissingCount, missingMax } from "./missing-count.ts";

test("beyond its bound the oldest losses become one, and none is left out of the sum", () => {
  const missing = new MissingCount();
  for (let n = 0; n < missingMax + 3; n++) missing.add(n + 1, 10_000 * (n + 1), "away");
  expect(missing.list).toHaveLength(missingMax);
  expect(missing.list.reduce((sum, one) => sum + one.count, 0)).toBe(((missingMax + 3) * (missingMax + 4)) / 2);
  expect(missing.list[0]).toEqual({ from: 9_000, to: 40_000, count: 10, reason: "away" });
});
