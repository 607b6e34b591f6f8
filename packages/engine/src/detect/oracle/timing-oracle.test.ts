import { describe, expect, it } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { requestsFor, TimingOracle, timingPeriodMs } from "./timing-oracle.ts";

const startMs = 1_760_000_400_000;

function filled(
  deltaMs: number,
  n: number,
  options: { readonly seed?: number; readonly unitMs?: number; readonly noiseMs?: number; readonly from?: number; readonly into?: TimingOracle } = {},
): TimingOracle {
  const random = seededRandom(options.seed ?? 1);
  const timing = options.into ?? new TimingOracle();
  for (let index = 0; index < n; index += 1) {
    const exists = random() < 0.5;
    const noise = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const ms = 80 + (options.noiseMs ?? 8) * noise + (exists ? deltaMs : 0);
    timing.add({ exists, ms: options.unitMs === undefined ? ms : Math.round(ms / options.unitMs) * options.unitMs, at: (options.from ?? startMs) + index * 120_000, stratum: "c" });
  }
  return timing;
}

describe("TimingOracle", () => {
  it("proves five milliseconds, and says how much, how sure, and what an attacker needs", () => {
    const state = filled(5, 2_000).state();
    expect(state?.verdict).toBe("proven");
    expect(state?.deltaMs).toBeGreaterThan(4);
    expect(state?.deltaMs).toBeLessThan(6);
    expect(state?.interval[0]).toBeGreaterThan(3.5);
    expect(state?.requestsAt5).toBeLessThan(70);
    expect(state?.requestsAt20).toBeGreaterThan(400);
    expect(state?.unitMs).toBe(0);
  });
  it("says nothing of no difference in twenty runs, nor of one too small to use however sure it is", () => {
    for (let seed = 0; seed < 20; seed += 1) expect(filled(0, 1_000, { seed: seed + 40 }).state()?.verdict).toBe("none");
    const small = filled(0.6, 6_000, { noiseMs: 3 }).state();
    expect(Math.abs(small?.z ?? 0)).toBeGreaterThan(5);
    expect(small?.verdict).toBe("none");
  });
  it("knows the unit of its times", () => {
    expect(filled(5, 200, { unitMs: 1 }).state()?.unitMs).toBe(1);
    expect(filled(5, 200, { unitMs: 1_000 }).state()?.unitMs).toBe(1_000);
  });
  it("forgets what was mended after at most two periods", () => {
    const timing = filled(20, 500);
    expect(timing.state()?.verdict).toBe("proven");
    filled(0, 500, { from: startMs + timingPeriodMs + 1, into: timing });
    filled(0, 500, { from: startMs + 2 * timingPeriodMs + 2, into: timing });
    expect(timing.state()?.verdict).toBe("none");
  });
  it("survives an export", () => {
    const timing = filled(5, 700);
    const again = new TimingOracle(structuredClone(timing.exportState()));
    expect(again.state()?.z).toBeCloseTo(timing.state()?.z ?? Number.NaN, 8);
    expect(new TimingOracle().exportState()).toBeUndefined();
  });
  it("counts requests by the usual formula: three for 80 ms at 20, about 1,100 for one at 5", () => {
    expect(requestsFor(80, 20)).toBe(3);
    expect(requestsFor(1, 5)).toBe(1_083);
    expect(requestsFor(0, 5)).toBe(Number.POSITIVE_INFINITY);
  });
});
