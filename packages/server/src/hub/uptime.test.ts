import { describe, expect, test } from "vitest";
import { hoursMax, importsMax, joinMsDefault, spansMax, Uptime } from "./uptime.ts";

const start = Date.UTC(2026, 5, 1, 8);
const second = 1_000;

describe("when Postern was looking", () => {
  test("ticks with a gate make one span; without a gate nothing is claimed", () => {
    const uptime = new Uptime();
    for (let i = 0; i <= 600; i++) uptime.tick(start + i * second, true);
    for (let i = 601; i <= 1_200; i++) uptime.tick(start + i * second, false);
    expect(uptime.spans()).toEqual([{ from: start, to: start + 600 * second }]);
  });

  test("an outage longer than the bound ends the span, a restart within it does not", () => {
    const uptime = new Uptime();
    uptime.tick(start, true);
    const again = new Uptime(uptime.exportState());
    again.tick(start + joinMsDefault, true);
    again.tick(start + 2 * joinMsDefault + 1, true);
    expect(again.spans()).toEqual([
      { from: start, to: start + joinMsDefault },
      { from: start + 2 * joinMsDefault + 1, to: start + 2 * joinMsDefault + 1 },
    ]);
  });

  test("a clock set back claims no time it did not tick through", () => {
    const uptime = new Uptime();
    uptime.tick(start, true);
    uptime.tick(start - 10 * joinMsDefault, true);
    expect(uptime.spans().reduce((sum, span) => sum + span.to - span.from, 0)).toBe(0);
  });

  test("what it counts survives a restart, hour by hour", () => {
    const uptime = new Uptime();
    uptime.journaled(start + 1, true);
    uptime.journaled(start + 2, false);
    uptime.journaled(start + 3_600_000, false);
    const again = new Uptime(JSON.parse(JSON.stringify(uptime.exportState())));
    again.journaled(start + 3, true);
    expect(again.exportState().hours).toEqual([
      [start, 3, 2],
      [start + 3_600_000, 1, 0],
    ]);
  });

  test("spans, hours and recordings are bounded; the oldest goes first", () => {
    const uptime = new Uptime();
    for (let i = 0; i < spansMax + 5; i++) uptime.tick(start + i * 10 * joinMsDefault, true);
    for (let i = 0; i < hoursMax + 5; i++) uptime.journaled(start + i * 3_600_000, false);
    for (let i = 0; i < importsMax + 5; i++) uptime.imported(`imp-${i}`, start, start + i);
    const state = uptime.exportState();
    expect([state.spans.length, state.hours.length, state.imports.length]).toEqual([spansMax, hoursMax, importsMax]);
    expect(state.hours[0]?.[0]).toBe(start + 5 * 3_600_000);
    expect(state.imports[0]?.id).toBe("imp-5");
  });

  test("the same recording again counts once", () => {
    const uptime = new Uptime();
    uptime.imported("imp-a", start, start + 1);
    uptime.imported("imp-a", start, start + 2);
    uptime.imported("imp-b", Number.POSITIVE_INFINITY, 0);
    expect(uptime.exportState().imports).toEqual([{ id: "imp-a", from: start, to: start + 2 }]);
  });
});
