import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { openStrataMax, rankedMin, StratifiedRank, stepsMax } from "./stratified-rank.ts";

const hourMs = 3_600_000;

/** Two weeks in which load makes everything slower by day, and existing people are asked about by day more than at night. */
function daysOf(run: number, deltaMs: number, n: number): { readonly hour: number; readonly existing: boolean; readonly ms: number }[] {
  const random = seededRandom(run * 7_919 + 11);
  return Array.from({ length: n }, (_, index) => {
    const at = ((index + random()) / n) * 14 * 24 * hourMs;
    const day = Math.sin((2 * Math.PI * at) / (24 * hourMs));
    const existing = random() < 0.5 + 0.35 * day;
    const noise = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const tail = random() < 0.03 ? 200 * random() : 0;
    return { hour: Math.floor(at / hourMs), existing, ms: Math.max(1, 60 + 25 * day + 12 * noise + tail + (existing ? deltaMs : 0)) };
  });
}
function rankOf(rows: ReturnType<typeof daysOf>, stratum: (hour: number) => string): StratifiedRank {
  const rank = new StratifiedRank();
  for (const row of rows) rank.add(stratum(row.hour), row.existing, row.ms);
  return rank;
}

describe("StratifiedRank under daily load that goes along with existence", () => {
  it("reports no difference where there is none in 60 runs, while the test without strata reports one in all 60", () => {
    let stratified = 0;
    let naive = 0;
    for (let run = 0; run < 60; run += 1) {
      const rows = daysOf(run, 0, 4_000);
      if (Math.abs(rankOf(rows, String).result()?.zAll ?? 0) > 5) stratified += 1;
      if (Math.abs(rankOf(rows, () => "all").result()?.zAll ?? 0) > 5) naive += 1;
    }
    expect([stratified, naive]).toEqual([0, 60]);
  });
  it("finds five milliseconds in 4,000 times in each of 30 runs, and the interval holds the truth in nine of ten", () => {
    let held = 0;
    for (let run = 0; run < 30; run += 1) {
      const result = rankOf(daysOf(run, 5, 4_000), String).result();
      expect(result?.zMost ?? 0).toBeGreaterThan(5);
      expect(result?.auc ?? 0).toBeGreaterThan(0.55);
      if (result !== undefined && result.interval[0] <= 5 && result.interval[1] >= 5) held += 1;
    }
    expect(held).toBeGreaterThanOrEqual(27);
  });
});

describe("StratifiedRank", () => {
  it("equals the textbook Mann–Whitney z with ties in one stratum", () => {
    const rank = new StratifiedRank();
    // 60 and 60 times of two values: existing is slow 40 times, missing 20 times.
    for (let n = 0; n < 60; n += 1) {
      rank.add("one", true, n < 40 ? 100 : 10);
      rank.add("one", false, n < 20 ? 100 : 10);
    }
    // U = 40·40 + (20·40 + 40·20) / 2 = 2,400; mean 1,800; variance 60·60/12 · (121 − 2·(60³ − 60) / (120·119)).
    const variance = 300 * (121 - (2 * (60 ** 3 - 60)) / (120 * 119));
    expect(rank.result()?.zAll).toBeCloseTo(600 / Math.sqrt(variance), 6);
    expect(rank.result()?.auc).toBeCloseTo(2_400 / 3_600, 9);
  });
  it("is standard normal when the groups do not differ, whatever the strata do", () => {
    const values: number[] = [];
    for (let run = 0; run < 300; run += 1) {
      const result = rankOf(daysOf(run + 500, 0, 300), (hour) => String(hour % 24)).result();
      if (result !== undefined) values.push(result.zMost);
    }
    const mean = values.reduce((sum, z) => sum + z, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, z) => sum + (z - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan(0.25);
    expect(deviation).toBeGreaterThan(0.85);
    expect(deviation).toBeLessThan(1.15);
  });
  it("gives the same in any order, in halves that are merged, and after a restore", () => {
    const time = fc.record({ hour: fc.nat(20), existing: fc.boolean(), ms: fc.double({ min: 0, max: 5_000, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(time, { minLength: 200, maxLength: 300 }), fc.nat(200), (times, cut) => {
        const whole = rankOf(times, String).result();
        const back = rankOf(times.toReversed(), String);
        const left = rankOf(times.slice(0, cut), String);
        left.merge(rankOf(times.slice(cut), String));
        const again = new StratifiedRank(structuredClone(left.exportState()));
        for (const other of [back, left, again]) {
          expect(other.result()?.zAll).toBeCloseTo(whole?.zAll ?? Number.NaN, 8);
          expect(other.result()?.deltaMs).toBeCloseTo(whole?.deltaMs ?? Number.NaN, 8);
        }
      }),
      { numRuns: 20 },
    );
  });
  it("swaps its sign with the groups, and does not change when every time is doubled", () => {
    const rows = daysOf(3, 4, 1_000);
    const one = rankOf(rows, String).result();
    const other = rankOf(
      rows.map((row) => ({ ...row, existing: !row.existing })),
      String,
    ).result();
    const doubled = rankOf(
      rows.map((row) => ({ ...row, ms: row.ms * 2 })),
      String,
    ).result();
    expect(other?.zMost).toBeCloseTo(-(one?.zMost ?? Number.NaN), 8);
    expect(doubled?.zMost).toBeCloseTo(one?.zMost ?? Number.NaN, 8);
  });
  it("keeps a bounded number of strata open, and folding loses nothing of those that are complete", () => {
    const rows = daysOf(9, 5, 4_000).sort((a, b) => a.hour - b.hour);
    const rank = rankOf(rows, String);
    expect(rank.strata).toBe(openStrataMax);
    const parts = new StratifiedRank();
    for (let hour = 0; hour < 14 * 24; hour += 1)
      parts.merge(
        rankOf(
          rows.filter((row) => row.hour === hour),
          String,
        ),
      );
    expect(rank.result()?.zAll).toBeCloseTo(parts.result()?.zAll ?? Number.NaN, 8);
    expect(rank.result()?.strata).toBe(parts.result()?.strata);
  });
  it("says nothing of strata that hold one group only, of few times, or of times that are none", () => {
    const rank = new StratifiedRank();
    for (let n = 0; n < 500; n += 1) rank.add(n % 2 === 0 ? "a" : "b", n % 2 === 0, n);
    expect(rank.result()).toBeUndefined();
    for (let n = 0; n < rankedMin - 1; n += 1) rank.add("a", false, n);
    expect(rank.result()).toBeUndefined();
    for (const ms of [Number.NaN, -1]) rank.add("a", false, ms);
    expect(rank.result()).toBeUndefined();
    rank.add("a", false, Number.POSITIVE_INFINITY);
    expect(rank.result()).toBeDefined();
    expect(
      rank
        .exportState()
        .open.flatMap(([, cells]) => cells)
        .every(([step]) => step >= 0 && step < stepsMax),
    ).toBe(true);
  });
});
