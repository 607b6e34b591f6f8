import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DistinctCounter } from "./distinct-counter.ts";
import { hash53 } from "./hash53.ts";
import { type Accumulator, bytesMaxDefault, keysMaxDefault, MeanAccumulator, SumAccumulator, TumblingWindow } from "./tumbling-window.ts";

const sums = (overMs = 12_000, bounds: { keysMax?: number; bytesMax?: number } = {}) => new TumblingWindow({ overMs, empty: () => new SumAccumulator(), ...bounds });

test("never counts an event older than the window, and misses at most one pane of the oldest", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60_000), { maxLength: 200 }), fc.nat(10_000), (times, after) => {
      const ordered = times.toSorted((a, b) => a - b);
      const window = sums();
      for (const at of ordered) window.add("k", at, 1);
      const now = (ordered.at(-1) ?? 0) + after;
      const value = window.value("k", now);
      expect(value).toBeLessThanOrEqual(ordered.filter((at) => at > now - 12_000).length);
      expect(value).toBeGreaterThanOrEqual(ordered.filter((at) => at > now - 12_000 + window.paneMs).length);
    }),
  );
});

test("a second window does not inherit the first one's count", () => {
  const window = sums();
  for (let i = 0; i < 50; i++) window.add("k", 1_000, 1);
  expect(window.value("k", 1_000)).toBe(50);
  expect(window.value("k", 14_000)).toBe(0);
  window.add("k", 14_000, 1);
  expect(window.value("k", 14_000)).toBe(1);
});

test("late events count in their own pane and are counted as late once it has gone", () => {
  const window = sums();
  window.add("k", 20_000, 1);
  window.add("k", 15_000, 1);
  expect(window.value("k", 20_000)).toBe(2);
  window.add("k", 5_000, 1);
  expect(window.value("k", 20_000)).toBe(2);
  expect(window.late).toBe(1);
});

test("at the bound of keys the longest idle one is forgotten and counted", () => {
  const window = sums(12_000, { keysMax: 3 });
  for (const [i, key] of ["a", "b", "c"].entries()) window.add(key, i * 1_000, 1);
  window.add("a", 3_000, 1);
  window.add("d", 3_000, 1);
  expect([...window.keys()]).toEqual(["c", "a", "d"]);
  expect(window.evicted).toBe(1);
  expect(window.value("b", 3_000)).toBe(0);
});

test("at the bound of bytes idle keys are forgotten and the one being counted stays", () => {
  const window = new TumblingWindow({ overMs: 12_000, empty: () => new DistinctCounter(), bytesMax: 20_000 });
  for (let key = 0; key < 100; key++) for (let i = 0; i < 100; i++) window.add(`k${key}`, key, hash53(`${key}-${i}`));
  expect(window.size).toBeLessThan(10);
  expect(window.evicted).toBeGreaterThan(90);
  expect(window.value("k99", 100)).toBeGreaterThan(64);
});

test("distinct values are counted once across panes", () => {
  const window = new TumblingWindow({ overMs: 12_000, empty: () => new DistinctCounter() });
  for (let at = 0; at < 11_000; at += 500) window.add("k", at, hash53(`s${at % 2_000}`));
  expect(window.value("k", 11_000)).toBe(4);
});

test("a ratio is hits over all, and 0 while nothing came", () => {
  const window = new TumblingWindow({ overMs: 12_000, empty: () => new MeanAccumulator() });
  expect(window.value("k", 0)).toBe(0);
  for (const hit of [1, 0, 0, 0]) window.add("k", 0, hit);
  expect(window.value("k", 0)).toBe(0.25);
});

test("sweep forgets keys whose window ran empty and no others", () => {
  const window = sums();
  window.add("old", 0, 1);
  window.add("new", 10_000, 1);
  window.sweep(13_000);
  expect([...window.keys()]).toEqual(["new"]);
});

test("holds 50,000 keys and 32 MiB when nothing else is said", () => {
  const many = sums();
  for (let n = 0; n <= keysMaxDefault; n++) many.add(`k${n}`, 0, 1);
  expect([many.size, many.evicted]).toEqual([keysMaxDefault, 1]);
  // A pane and the total of each key weigh one MiB each.
  class Heavy implements Accumulator<Heavy> {
    #values = 0;
    add(): void {
      this.#values++;
    }
    merge(): void {}
    value(): number {
      return this.#values;
    }
    bytes(): number {
      return this.#values * 1_048_576;
    }
  }
  const heavy = new TumblingWindow({ overMs: 12_000, empty: () => new Heavy() });
  const fit = Math.floor(bytesMaxDefault / (2 * 1_048_576 + 256));
  for (let n = 0; n < fit; n++) heavy.add(`k${n}`, 0, 1);
  expect([heavy.size, heavy.evicted]).toEqual([fit, 0]);
  heavy.add("one more", 0, 1);
  expect([heavy.size, heavy.evicted, heavy.value("k0", 0), heavy.value("one more", 0)]).toEqual([fit, 1, 0, 1]);
});
