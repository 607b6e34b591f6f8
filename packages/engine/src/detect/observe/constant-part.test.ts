import { expect, test } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { ConstantPart } from "./constant-part.ts";

const hour = 3_600_000;

/** So many events of the kind in an hour of the day, three times as many at three in the afternoon as at night. */
const busy = (mean: number, at: number): number => mean * (1 + 0.5 * Math.sin((((at / hour) % 24) / 24) * 2 * Math.PI - 0.75 * Math.PI));

function play(seed: number, days: number, options: { mean: number; leave: number; constant?: number; flat?: boolean; following?: number }): ConstantPart {
  const random = seededRandom(seed);
  const part = new ConstantPart();
  const poisson = (mean: number): number => {
    let left = Math.exp(-Math.min(500, mean));
    let count = -1;
    for (let product = 1; product > left || count < 0; count++) product *= random();
    return Math.max(0, count);
  };
  for (let h = 0; h < 24 * days; h++) {
    const at = h * hour;
    // Hours differ by more than chance.
    const mean = (options.flat === true ? options.mean : busy(options.mean, at)) * (0.7 + 0.6 * random());
    const kind = poisson(mean);
    const others = poisson(mean * options.leave) + poisson(options.constant ?? 0) + poisson((options.following ?? 0) * busy(1, at));
    for (let n = 0; n < kind; n++) part.add(at, false);
    for (let n = 0; n < others; n++) part.add(at, true);
    if (h % 24 === 23 && h < 24 * days - 1) part.fade();
  }
  return part;
}

const alarms = (part: ConstantPart): boolean => {
  const { constant, error, share } = part.reading();
  return constant >= 6 * error && share >= 0.5;
};

test("finds what comes by the clock, and how much is left for the others", () => {
  let found = 0;
  for (let seed = 0; seed < 20; seed++) {
    const part = play(seed + 1, 4, { mean: 60, leave: 0.1, constant: 12 });
    if (alarms(part)) found++;
    expect(part.reading().slope).toBeLessThan(0.2);
  }
  expect(found).toBeGreaterThanOrEqual(19);
});

test("is silent in honest months, whatever share of people leaves, and where the day has no hours", () => {
  for (const [mean, leave] of [
    [60, 0.05],
    [60, 0.6],
    [4, 0.4],
    [300, 0.2],
  ] as const)
    for (let seed = 0; seed < 10; seed++) for (const days of [1, 7, 30]) expect(alarms(play(seed + 101, mean > 100 ? Math.min(7, days) : days, { mean, leave }))).toBe(false);
  expect(alarms(play(201, 7, { mean: 60, leave: 0.1, constant: 12, flat: true }))).toBe(false);
});

test("misses who asks as many as the hour is busy, as it says", () => {
  expect(alarms(play(202, 7, { mean: 60, leave: 0.1, following: 12 }))).toBe(false);
});

test("says nothing of nothing, and forgets", () => {
  const part = new ConstantPart();
  expect(part.reading()).toMatchObject({ constant: 0, share: 0 });
  part.add(0, true);
  expect(part.reading().error).toBe(Number.POSITIVE_INFINITY);
  part.add(0, false);
  part.forget();
  expect(part.reading().share).toBe(0);
});
