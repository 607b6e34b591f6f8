import { expect, test } from "vitest";
import { DelayQuantile, delaysMin } from "./delay-quantile.ts";

test("says nothing before it has seen enough", () => {
  const delays = new DelayQuantile();
  for (let n = 0; n < delaysMin - 1; n++) delays.add(1_000);
  expect(delays.at(0.95)).toBeUndefined();
  delays.add(1_000);
  expect(delays.at(0.95)).toBeDefined();
});

test("is right to a quarter of an octave, and never too low", () => {
  const delays = new DelayQuantile();
  for (let n = 1; n <= 1_000; n++) delays.add(n * 100);
  for (const p of [0.5, 0.9, 0.95]) {
    const exact = p * 100_000;
    expect(delays.at(p)).toBeGreaterThanOrEqual(exact);
    expect(delays.at(p)).toBeLessThanOrEqual(exact * 1.2);
  }
});

test("forgets what was long ago, and holds the longest delays at its end", () => {
  const delays = new DelayQuantile();
  for (let n = 0; n < 2_000; n++) delays.add(1e12);
  expect(Number.isFinite(delays.at(0.5))).toBe(true);
  for (let n = 0; n < 20_000; n++) delays.add(500);
  expect(delays.at(0.95)).toBeLessThan(1_000);
});

test("says which share was no longer than a time, and never too much", () => {
  const delays = new DelayQuantile();
  expect(delays.share(1_000)).toBeUndefined();
  for (let n = 1; n <= 1_000; n++) delays.add(n * 100);
  for (const ms of [5_000, 40_000, 90_000]) {
    expect(delays.share(ms)).toBeLessThanOrEqual(ms / 100_000);
    expect(delays.share(ms)).toBeGreaterThanOrEqual((ms / 100_000) * 0.8);
  }
  expect(delays.share(1e9)).toBe(1);
});
