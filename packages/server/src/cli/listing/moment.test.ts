import { expect, test } from "vitest";
import { readMoment } from "./moment.ts";

const newest = Date.parse("2026-03-10T09:30:00Z");

test.each([
  ["2026-01-31", "2026-01-31T00:00:00.000Z"],
  ["2026-01-31T08:00:00+02:00", "2026-01-31T06:00:00.000Z"],
  ["today", "2026-03-10T00:00:00.000Z"],
  ["Yesterday", "2026-03-09T00:00:00.000Z"],
  ["now", "2026-03-10T09:30:00.000Z"],
  ["7d", "2026-03-03T09:30:00.000Z"],
  ["36h ago", "2026-03-08T21:30:00.000Z"],
])("%s is a moment, counted from the newest traffic where it is relative", (text, at) => {
  expect(new Date(readMoment("--from", text)(newest)).toISOString()).toBe(at);
});

test.each(["last week", "7", "2026-13-01", "2026-01-31T08:00", ""])("%j is not guessed at: the remedy shows what can be said", (text) => {
  expect(() => readMoment("--new-since", text)).toThrow(expect.objectContaining({ code: "USAGE", remedy: expect.stringMatching(/--new-since 2026-01-31;.*24h or 7d.*yesterday/) }));
});
