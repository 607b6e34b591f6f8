import { expect, test } from "vitest";
import { newcomerDaysKept, NewcomerHours } from "./newcomer-hours.ts";

const hour = 3_600_000;

test("newcomers and outcomes are counted in the hour they belong to", () => {
  const hours = new NewcomerHours();
  expect(hours.list()).toEqual([]);
  hours.came(100 * hour);
  hours.came(100 * hour + 1);
  hours.judged(true, 100 * hour + 2);
  hours.judged(false, 101 * hour);
  hours.came(103 * hour);
  hours.judged(false, 100 * hour + 3);
  expect(hours.list()).toEqual([
    [100, 2, 2, 1],
    [101, 0, 1, 1],
    [103, 1, 0, 0],
  ]);
  expect(hours.list(102)).toEqual([[103, 1, 0, 0]]);
});

test("four weeks are kept: what is older is forgotten, and what comes too late is not counted", () => {
  const hours = new NewcomerHours();
  const kept = newcomerDaysKept * 24;
  for (let n = 0; n < kept + 30; n++) hours.came(n * hour);
  expect(hours.list()).toHaveLength(kept);
  expect(hours.list()[0]).toEqual([30, 1, 0, 0]);
  hours.came(29 * hour);
  expect(hours.list()).toHaveLength(kept);
  hours.came(10 * kept * hour);
  expect(hours.list()).toEqual([[10 * kept, 1, 0, 0]]);
});
