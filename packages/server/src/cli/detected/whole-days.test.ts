import { describe, expect, it } from "vitest";
import { readMoment } from "../listing/moment.ts";
import { wholeDays } from "./whole-days.ts";

const at = (text: string): number => Date.parse(text);
const lastDay = at("2026-03-02T00:00:00Z");
const ago = readMoment("--from", "90d");

describe("wholeDays", () => {
  it("leaves out the day on which 26 hours of traffic stop after two, and says so", () => {
    const newest = at("2026-03-02T02:00:00Z");
    expect(wholeDays({ lastDay, newest }, { from: ago })).toEqual({
      from: at("2025-12-03T00:00:00Z"),
      to: lastDay,
      partial: { day: lastDay, until: newest, counted: false },
    });
  });
  it("takes a day that the log reaches the end of, and one that newer traffic follows", () => {
    for (const newest of ["2026-03-02T23:00:00Z", "2026-03-02T23:59:59Z", "2026-03-03T07:00:00Z"]) {
      expect(wholeDays({ lastDay, newest: at(newest) }, { from: ago })).toEqual({ from: at("2025-12-03T00:00:00Z"), to: at("2026-03-03T00:00:00Z") });
    }
  });
  it("counts the part of a day that was asked for, and calls it one", () => {
    const newest = at("2026-03-02T22:59:59Z");
    for (const to of ["2026-03-03", "2026-04-01"]) {
      expect(wholeDays({ lastDay, newest }, { from: ago, to: readMoment("--to", to) })).toMatchObject({
        to: at("2026-03-03T00:00:00Z"),
        partial: { day: lastDay, until: newest, counted: true },
      });
    }
    expect(wholeDays({ lastDay, newest }, { from: ago, to: readMoment("--to", "2026-03-01") })).toMatchObject({ to: at("2026-03-01T00:00:00Z"), partial: { counted: false } });
  });
});
