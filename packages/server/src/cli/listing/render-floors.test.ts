import { expect, test } from "vitest";
import { floorView } from "../../hub/floor/floor-view.ts";
import { renderFloors } from "./render-floors.ts";

const endpoint = { id: "e", method: "GET", host: "api.example", path: "/client/v1/users/{cc}-{phone}/a/rather/long/path/status" };
const basis = { days: 24, newcomersADay: 54.2, unanchoredShare: 0.12 };
const measured = floorView({
  at: Date.UTC(2026, 2, 28),
  measure: {
    verdict: "measured",
    questionsADay: 8,
    found: 19,
    injections: 20,
    withinDays: 14,
    daysToDetection: { median: 7, p95: 12 },
    learnedBefore: { median: 53, p95: 86 },
    falseAlarms: { found: 1, of: 21 },
    basis,
    ceilingADay: 200,
    seed: "s",
  },
});
const unproven = floorView({
  at: Date.UTC(2026, 2, 28),
  measure: { verdict: "unproven", because: "8 whole days of newcomers are needed, 3 are known", basis, ceilingADay: null, seed: "s" },
});

test("says below what rate nobody notices, how many people that are, how long 33 million would take, and from what it was measured", () => {
  expect(measured).toMatchObject({ questionsADay: 8, unnoticedADay: 7, yearsFor33Million: Math.round(33_000_000 / 7 / 365), because: null });
  const text = renderFloors([{ endpoint, floor: measured }], { color: false, width: 80, textWidth: 80 });
  for (const said of ["8 a day", "12,916 years", "at most 7 people a day", "19 of 20", "24 whole days", "12 %", "at most 200 people"])
    expect(text.replaceAll("\n", " ")).toContain(said);
  for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
});

test("claims nothing where nothing is known", () => {
  expect(unproven).toMatchObject({ questionsADay: null, unnoticedADay: null, yearsFor33Million: null, text: "Unproven: 8 whole days of newcomers are needed, 3 are known." });
  expect(renderFloors([{ endpoint, floor: unproven }], { color: false, width: 80, textWidth: 80 })).toContain("unproven");
  expect(renderFloors([], { color: false, width: 80, textWidth: 80 })).toBe("No endpoint is under a budget: there is nothing to measure.\n");
});
