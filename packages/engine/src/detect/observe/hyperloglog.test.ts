import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DistinctCounter, exactMax } from "./distinct-counter.ts";
import { hash53 } from "./hash53.ts";
import { HyperLogLog } from "./hyperloglog.ts";

const sketchOf = (from: number, to: number, seed = 0) => {
  const sketch = new HyperLogLog();
  for (let i = from; i < to; i++) sketch.add(hash53(`value-${i}`, seed));
  return sketch;
};

test("estimates stay within 12 % (3.6 sigma) from ten to a million, for several seeds", () => {
  for (const seed of [0, 1, 7]) {
    for (const n of [10, 100, 700, 3_000, 5_000, 50_000]) {
      const estimate = sketchOf(0, n, seed).estimate();
      expect(Math.abs(estimate - n) / n).toBeLessThan(0.12);
    }
  }
  const million = sketchOf(0, 1_000_000).estimate();
  expect(Math.abs(million - 1_000_000) / 1_000_000).toBeLessThan(0.12);
});

test("an empty sketch counts nothing and a repeated value counts once", () => {
  const sketch = new HyperLogLog();
  expect(sketch.estimate()).toBe(0);
  expect(sketch.add(hash53("a"))).toBe(true);
  for (let i = 0; i < 100; i++) expect(sketch.add(hash53("a"))).toBe(false);
  expect(sketch.estimate()).toBe(1);
});

test("merging equals having counted both streams, in either order", () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 300 }), fc.array(fc.string(), { maxLength: 300 }), (left, right) => {
      const of = (texts: readonly string[]) => {
        const sketch = new HyperLogLog();
        for (const text of texts) sketch.add(hash53(text));
        return sketch;
      };
      const ab = of(left);
      ab.merge(of(right));
      const ba = of(right);
      ba.merge(of(left));
      expect(ab.toText()).toBe(of([...left, ...right]).toText());
      expect(ba.toText()).toBe(ab.toText());
    }),
    { numRuns: 50 },
  );
});

test("a stored sketch comes back the same, and damage becomes an empty one", () => {
  const sketch = sketchOf(0, 10_000);
  const text = sketch.toText();
  expect(text).toHaveLength(1_024);
  expect(JSON.stringify(text)).toHaveLength(1_026);
  expect(HyperLogLog.fromText(text).estimate()).toBe(sketch.estimate());
  expect(HyperLogLog.fromText("short").estimate()).toBe(0);
  expect(HyperLogLog.fromText(" ".repeat(1_024)).estimate()).toBe(0);
});

test("53-bit hashes are uniform in their lowest and highest bits", () => {
  const low = Array.from({ length: 16 }, () => 0);
  const high = Array.from({ length: 16 }, () => 0);
  const n = 32_000;
  for (let i = 0; i < n; i++) {
    const hash = hash53(`+9991550${i}`);
    expect(Number.isSafeInteger(hash)).toBe(true);
    low[hash % 16] = (low[hash % 16] ?? 0) + 1;
    const top = Math.floor(hash / 2 ** 49);
    high[top] = (high[top] ?? 0) + 1;
  }
  for (const count of [...low, ...high]) expect(Math.abs(count - n / 16)).toBeLessThan(6 * Math.sqrt(n / 16));
});

test("a distinct counter is exact up to its bound and an estimate above it, never below the bound", () => {
  const counter = new DistinctCounter();
  for (let i = 0; i < exactMax; i++) for (let twice = 0; twice < 2; twice++) counter.add(hash53(`s${i}`));
  expect(counter.exact).toBe(true);
  expect(counter.value()).toBe(exactMax);
  counter.add(hash53("one more"));
  expect(counter.exact).toBe(false);
  expect(counter.value()).toBeGreaterThan(exactMax);
});

test("distinct counters merge exact with exact and sketch with exact, and survive storing", () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(200), (a, b) => {
      const of = (from: number, n: number) => {
        const counter = new DistinctCounter();
        for (let i = from; i < from + n; i++) counter.add(hash53(`m${i}`));
        return counter;
      };
      const merged = of(0, a);
      merged.merge(of(a, b));
      const whole = of(0, a + b);
      expect(merged.value()).toBe(whole.value());
      const stored: unknown = JSON.parse(JSON.stringify(merged.exportState()));
      expect(stored).toEqual(merged.exportState());
      expect(DistinctCounter.restore(merged.exportState()).value()).toBe(merged.value());
    }),
    { numRuns: 60 },
  );
});
