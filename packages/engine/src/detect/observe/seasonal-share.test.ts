import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { hoursSeenMin, SeasonalShare } from "./seasonal-share.ts";

const hour = 3_600_000;
const options = { prior: 0.2, priorWeight: 1, least: 0.01, most: 0.6 };
const night = (h: number): boolean => h % 24 < 7 || h % 24 >= 22;

/** Hours of a service whose people leave `byNight` or `byDay`, each hour's share varying by `spread` besides. */
function taught(hours: number, perHour: number, byDay: number, byNight: number, random: () => number, spread = 0): SeasonalShare {
  const share = new SeasonalShare(options);
  for (let h = 0; h < hours; h++) {
    const p = (night(h) ? byNight : byDay) + spread * (random() - 0.5);
    for (let n = 0; n < perHour; n++) share.learn(random() < p, h * hour + n);
  }
  share.learn(false, hours * hour);
  return share;
}

describe("the share of an hour of the week", () => {
  test("is what that hour is like, not what the day is like", () => {
    const share = taught(14 * 24, 60, 0.15, 0.45, seededRandom(1));
    for (let h = 14 * 24; h < 15 * 24; h++) expect(Math.abs(share.expected(h * hour) - (night(h) ? 0.45 : 0.15))).toBeLessThan(0.08);
  });

  test("is at most what is said in nineteen of twenty hours to come, whatever swings and however much hours vary", () => {
    let [below, of] = [0, 0];
    for (const [byDay, byNight, spread] of [
      [0.2, 0.2, 0],
      [0.1, 0.4, 0],
      [0.3, 0.2, 0.1],
      [0.2, 0.5, 0.15],
    ] as const) {
      for (const perHour of [3, 40, 300]) {
        const random = seededRandom(perHour + 1_000 * byNight + 7 * spread);
        const share = taught(4 * 24, perHour, byDay, byNight, random, spread);
        for (let h = 4 * 24; h < 5 * 24; h++) {
          of++;
          if ((night(h) ? byNight : byDay) + spread * (random() - 0.5) <= share.atMost(h * hour, 2)) below++;
        }
      }
    }
    expect(below / of).toBeGreaterThan(0.95);
  });

  test("is known closely soon where hours are alike, and hardly at all for hours not seen while fewer than a day was", () => {
    const random = seededRandom(2);
    const day = taught(24, 100, 0.2, 0.2, random);
    for (let h = 24; h < 48; h++) expect(day.atMost(h * hour, 2)).toBeLessThan(0.35);
    const morning = taught(hoursSeenMin - 1, 100, 0.2, 0.2, random);
    expect(morning.atMost((hoursSeenMin + 1) * hour, 2)).toBeGreaterThan(0.42);
  });

  test("is not measured against itself: what an hour brings changes nothing before it is over, and nothing at all when it is dropped", () => {
    const share = taught(7 * 24, 20, 0.2, 0.2, seededRandom(3));
    const at = 7 * 24 * hour;
    const before = share.atMost(at, 2);
    for (let n = 0; n < 5_000; n++) share.learn(true, at + n);
    expect(share.atMost(at + 5_000, 2)).toBe(before);
    share.dropHour();
    share.learn(false, at + hour);
    expect(share.atMost(at + 7 * 24 * hour, 2)).toBeLessThan(0.4);
  });

  test("never leaves its bounds, whoever is there from the start or at one hour of each day", () => {
    const share = new SeasonalShare(options);
    for (let h = 0; h < 30 * 24; h++) for (let n = 0; n < 20; n++) share.learn(h % 24 === 3 || n % 10 === 0, h * hour + n);
    for (let h = 30 * 24; h < 31 * 24; h++) expect(share.atMost(h * hour, 9)).toBeLessThanOrEqual(0.6);
    // The hour that was poisoned is the only one.
    expect(share.expected((31 * 24 + 4) * hour)).toBeLessThan(0.25);
  });

  test("of two that each saw a part of the events is the same when they are merged", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()), { minLength: 30, maxLength: 200 }), (hours) => {
        const [left, right, whole] = [new SeasonalShare(options), new SeasonalShare(options), new SeasonalShare(options)];
        for (const [h, [a, b, c, d]] of hours.entries()) {
          for (const yes of [a, b]) left.learn(yes, h * hour);
          for (const yes of [c, d]) right.learn(yes, h * hour);
          for (const yes of [a, b, c, d]) whole.learn(yes, h * hour);
        }
        for (const one of [left, right, whole]) one.learn(false, hours.length * hour);
        left.merge(right);
        for (let h = hours.length; h < hours.length + 24; h++) expect(left.expected(h * hour)).toBeCloseTo(whole.expected(h * hour), 2);
        expect(left.mean).toBeCloseTo(whole.mean, 2);
      }),
      { numRuns: 50 },
    );
  });

  test("survives a restart, and begins anew from a state of another shape", () => {
    const share = taught(3 * 24, 30, 0.1, 0.3, seededRandom(4));
    const again = new SeasonalShare(options, JSON.parse(JSON.stringify(share.exportState())) as ReturnType<SeasonalShare["exportState"]>);
    for (let h = 72; h < 96; h++) expect(again.atMost(h * hour, 2)).toBe(share.atMost(h * hour, 2));
    expect(new SeasonalShare(options, { yes: 3, events: 9, seen: 9 } as never).seen).toBe(0);
  });
});
