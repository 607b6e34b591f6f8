import { expect, test } from "vitest";
import { wholeDays } from "./whole-days.ts";

const day = 86_400_000;
const minute = 60_000;
const uptime = (...spans: readonly (readonly [from: number, to: number])[]) => ({ joinMs: 60_000, spans: spans.map(([from, to]) => ({ from, to })), hours: [], imports: [] });

test("a day counts when it was watched from beginning to end; today does not", () => {
  expect(wholeDays(uptime([9.5 * day, 12.5 * day]), 12.5 * day, 28)).toEqual([10, 11]);
  expect(wholeDays(undefined, 12 * day, 28)).toEqual([]);
});

test("a restart of minutes leaves a day whole, an hour away does not", () => {
  expect(wholeDays(uptime([10 * day, 10.5 * day], [10.5 * day + 10 * minute, 11 * day]), 20 * day, 28)).toEqual([10]);
  expect(wholeDays(uptime([10 * day, 10.5 * day], [10.5 * day + 61 * minute, 11 * day]), 20 * day, 28)).toEqual([]);
});

test("spans and recordings that overlap are not counted twice, and days of long ago not at all", () => {
  expect(wholeDays(uptime([10 * day, 10.6 * day], [10 * day, 10.6 * day]), 20 * day, 28)).toEqual([]);
  expect(wholeDays({ ...uptime(), imports: [{ id: "a", from: 10 * day, to: 50 * day }] }, 50 * day, 28)).toEqual(Array.from({ length: 28 }, (_, n) => 22 + n));
});
