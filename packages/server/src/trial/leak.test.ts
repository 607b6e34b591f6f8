import { describe, expect, it } from "vitest";
import { leakTrial } from "./leak-trial.ts";

// One honest hour of 12,000 sessions a day, then an attack at 50 requests a second in the midst of a second one.
describe("an enumeration after one honest hour", () => {
  // Two to five addresses are the dear ones: too many for one source's credits, too few for a surge.
  for (const [addresses, most] of [
    [1, 10],
    [3, 18],
    [7, 10],
    [20, 15],
    [500, 15],
  ] as const) {
    it(`learns at most ${most} existing numbers from ${addresses} addresses, with a list of which 95 % exist`, () => {
      const result = leakTrial({ seed: "a", addresses, size: 3_000, validShare: 0.95 });
      expect(result.leaked).toBeLessThanOrEqual(most);
      expect(result.refused).toBe(0);
      const [first = 0, second = 0] = result.lookups;
      // In the very first minute a carrier's gateway nobody has followed up on yet may ask more than a stranger may.
      expect((result.uniform[0] ?? 0) / first).toBeLessThanOrEqual(0.005);
      expect(first + second).toBeGreaterThan(1_000);
      expect(((result.uniform[0] ?? 0) + (result.uniform[1] ?? 0)) / (first + second)).toBeLessThan(0.01);
      expect(result.signals.some((signal) => signal.level === "high")).toBe(true);
    });
  }

  it("touches nobody and tells of nothing high when there is no attack, with a carrier's gateways cold and an office rolling out", () => {
    const result = leakTrial({ seed: "b", addresses: 0, size: 0, validShare: 0 });
    const [first = 0, second = 0] = result.lookups;
    expect(((result.uniform[0] ?? 0) + (result.uniform[1] ?? 0)) / (first + second)).toBeLessThanOrEqual(0.005);
    expect(result.signals.filter((signal) => signal.level === "high")).toEqual([]);
  });
});
