import { expect, test } from "vitest";
import { keepLatest } from "./keep-latest.ts";

test("a map keeps what was set last, and what is set again counts as new", () => {
  const map = new Map<string, number>();
  for (const [at, key] of ["a", "b", "c", "a", "d", "e"].entries()) keepLatest(map, key, at, 3);
  expect([...map]).toEqual([
    ["a", 3],
    ["d", 4],
    ["e", 5],
  ]);
});
