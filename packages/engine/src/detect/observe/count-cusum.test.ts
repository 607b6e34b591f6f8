import { describe, expect, test } from "vitest";
import { CountCusum } from "./count-cusum.ts";

/** Mulberry32. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("a CUSUM over counts", () => {
  const options = { trainFor: 7, weight: 1 / 14, slack: 0.5, most: 8, freezeAt: 2.5 };
  const poisson = (mean: number, random: () => number): number => {
    let count = 0;
    for (let left = Math.exp(-mean), product = random(); product > left; product *= random()) count++;
    return count;
  };

  test("stays below its threshold for years of ordinary days", () => {
    let alarms = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const random = uniform(seed);
      const cusum = new CountCusum(options);
      for (let day = 0; day < 100; day++) {
        if (cusum.add(poisson(100, random)) < 5) continue;
        alarms++;
        cusum.value = 0;
      }
    }
    // 4,000 days; with the parameters known exactly about 4.3 were to be expected.
    expect(alarms).toBeLessThanOrEqual(16);
  });

  test("finds a rise by three in ten within days, and one that grows by two in a hundred a day within weeks", () => {
    const random = uniform(3);
    const sudden = new CountCusum(options);
    for (let day = 0; day < 30; day++) sudden.add(poisson(100, random));
    let days = 1;
    while (sudden.add(poisson(130, random)) < 5) days++;
    expect(days).toBeLessThanOrEqual(6);
    const slow = new CountCusum(options);
    for (let day = 0; day < 14; day++) slow.add(poisson(100, random));
    days = 1;
    while (slow.add(poisson(100 * 1.02 ** days, random)) < 5 && days < 100) days++;
    expect(days).toBeLessThan(40);
  });

  test("does not learn from what it was told is explained, nor while it is raised", () => {
    const cusum = new CountCusum(options);
    for (let day = 0; day < 10; day++) cusum.add(100);
    for (let day = 0; day < 5; day++) cusum.add(1_000, true);
    expect(cusum.mean).toBe(100);
    expect(cusum.value).toBe(0);
    for (let day = 0; day < 5; day++) cusum.add(200);
    expect(cusum.mean).toBe(100);
    expect(cusum.value).toBe(8);
  });
});
