import { describe, expect, test } from "vitest";
import { defaultBudget } from "../gate-policy.ts";
import type { NewcomerHour } from "../newcomer-hours.ts";
import { basisDaysMin, type FloorMeasure, measureFloor, newcomersADayMax } from "./measure-floor.ts";
import { seeded } from "./seeded.ts";

const firstDay = 20_000;

/** Days with `perDay` newcomers on average, Poisson by the hour, of whom `share` do not follow up. */
function background(days: number, perDay: number, share: number): NewcomerHour[] {
  const random = seeded(`${perDay} ${share}`);
  const hours: NewcomerHour[] = [];
  for (let hour = firstDay * 24; hour < (firstDay + days) * 24; hour++) {
    const least = Math.exp(-perDay / 24);
    let came = 0;
    let unanchored = 0;
    for (let product = random(); product > least; product *= random()) {
      came++;
      if (random() < share) unanchored++;
    }
    hours.push([hour, came, came, unanchored]);
  }
  return hours;
}

function measured(days: number, hours: readonly NewcomerHour[], seed = "test-1"): { readonly measure: FloorMeasure; readonly runs: number } {
  const steps = measureFloor({ hours, wholeDays: Array.from({ length: days }, (_, n) => firstDay + n), budget: defaultBudget, mode: "enforce", seed });
  let runs = 0;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return { measure: step.value, runs };
    runs = step.value.runs;
  }
}

function rateOf(measure: FloorMeasure): number {
  return measure.verdict === "measured" ? measure.questionsADay : Number.NaN;
}

describe("the detection floor", () => {
  const busy = measured(14, background(14, 60, 0.2)).measure;

  test("falls when there are fewer newcomers, and when more of them follow up", () => {
    const quiet = measured(14, background(14, 15, 0.2)).measure;
    const loyal = measured(14, background(14, 60, 0.08)).measure;
    expect(rateOf(quiet)).toBeLessThan(0.8 * rateOf(busy));
    expect(rateOf(loyal)).toBeLessThan(0.8 * rateOf(busy));
  });

  test("is a rate that was found in nineteen of twenty injections within fourteen days, with what was learned until then", () => {
    expect(busy).toMatchObject({ verdict: "measured", withinDays: 14, injections: 20, basis: { days: 14 } });
    if (busy.verdict !== "measured") return;
    expect(busy.found).toBeGreaterThanOrEqual(19);
    expect(busy.daysToDetection.p95).toBeLessThanOrEqual(14);
    expect(busy.learnedBefore.median).toBeGreaterThan(0.5 * busy.questionsADay * busy.daysToDetection.median);
    expect(busy.learnedBefore.p95).toBeLessThan(2 * busy.questionsADay * 14);
    expect(busy.ceilingADay).toBeGreaterThanOrEqual(200);
  });

  test("is the same for the same input, and of about the same size with other attacks drawn", () => {
    expect(measured(14, background(14, 60, 0.2)).measure).toEqual(busy);
    const other = rateOf(measured(14, background(14, 60, 0.2), "test-2").measure);
    expect(other).toBeGreaterThan(0.5 * rateOf(busy));
    expect(other).toBeLessThan(2 * rateOf(busy));
  });
});

describe("nothing is claimed", () => {
  test("from too few whole days, without any injection", () => {
    const { measure, runs } = measured(basisDaysMin - 1, background(14, 50, 0.2));
    expect(measure).toMatchObject({ verdict: "unproven", because: expect.stringContaining("whole days") });
    expect(runs).toBe(0);
  });

  test("where nobody is seen to follow up: the ceiling is told", () => {
    expect(measured(10, background(10, 20, 1)).measure).toMatchObject({
      verdict: "unproven",
      because: expect.stringContaining("only the ceiling"),
      ceilingADay: expect.any(Number),
    });
  });

  test("where its own days raise alarms", () => {
    // Quiet for two weeks, then a week in which hardly anybody follows up.
    const hours = background(21, 60, 0.1).map(([hour, came, judged, unanchored]): NewcomerHour => [hour, came, judged, hour >= (firstDay + 14) * 24 ? judged : unanchored]);
    expect(measured(21, hours).measure).toMatchObject({ verdict: "unproven", because: expect.stringContaining("without any attack") });
  });

  test("of an endpoint so busy that a night would not do, without any injection", () => {
    const hours = background(14, 1, 0).map(([hour]): NewcomerHour => [hour, newcomersADayMax, newcomersADayMax, 0]);
    expect(measured(14, hours)).toMatchObject({ measure: { verdict: "unproven", because: expect.stringContaining("too long") }, runs: 0 });
  });
});
