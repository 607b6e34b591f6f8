import { expect, test } from "vitest";
import { scaledClock } from "./clock.ts";

test("two clocks of the same three values agree", () => {
  const values = { factor: 60, base: Date.UTC(2026, 2, 2), realBase: Date.now() - 1_000 };
  const [one, two] = [scaledClock(values), scaledClock(values)];
  // Wall clocks are read in whole milliseconds, so two readings may differ by a few of them.
  expect(Math.abs(one.now() - two.now())).toBeLessThan(5 * values.factor);
  expect(one.now()).toBeGreaterThanOrEqual(values.base + 60_000 - 5 * values.factor);
});

test("an hour of event time passes in a few milliseconds, and never early", async () => {
  const clock = scaledClock({ factor: 360_000, base: 0 });
  const began = performance.now();
  const from = clock.now();
  await clock.sleep(3_600_000);
  expect(clock.now() - from).toBeGreaterThanOrEqual(3_600_000);
  expect(performance.now() - began).toBeLessThan(2_000);
});

test("a sleep ends when its signal aborts", async () => {
  const clock = scaledClock({ factor: 1 });
  const abort = new AbortController();
  const slept = clock.sleep(3_600_000, abort.signal);
  abort.abort();
  await expect(slept).resolves.toBeUndefined();
  await expect(clock.sleep(3_600_000, abort.signal)).resolves.toBeUndefined();
});

test("converts between event and wall time, and refuses a factor that does not run", () => {
  const clock = scaledClock({ factor: 100, base: 5_000, realBase: 1_000 });
  expect(clock.toRealMs(1_000)).toBe(10);
  expect(clock.atReal(1_010)).toBe(6_000);
  for (const factor of [0, -1, Number.NaN, Infinity]) expect(() => scaledClock({ factor })).toThrow(RangeError);
});
