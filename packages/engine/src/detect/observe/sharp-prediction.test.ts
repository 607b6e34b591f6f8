import { describe, expect, it } from "vitest";
import { sharpPrediction } from "./sharp-prediction.ts";

/** Every row of `symbols` classes for labels of which the first `missing` are of nobody: the prediction's total probability. */
function totalProbability(labels: number, missing: number, symbols: number): number {
  let sum = 0;
  for (let row = 0; row < symbols ** labels; row += 1) {
    const counts: [number[], number[]] = [Array.from({ length: 17 }, () => 0), Array.from({ length: 17 }, () => 0)];
    let rest = row;
    for (let label = 0; label < labels; label += 1) {
      const side = counts[label < missing ? 0 : 1];
      const symbol = rest % symbols;
      side[symbol] = (side[symbol] ?? 0) + 1;
      rest = Math.floor(rest / symbols);
    }
    sum += Math.exp(sharpPrediction(...counts));
  }
  return sum;
}

describe("sharpPrediction", () => {
  it.each([
    [8, 1, 3],
    [8, 4, 3],
    [6, 2, 4],
    [10, 3, 2],
  ])("gives all rows of %i labels, %i of them missing, no more than probability one together", (labels, missing, symbols) => {
    const sum = totalProbability(labels, missing, symbols);
    expect(sum).toBeLessThanOrEqual(1 + 1e-9);
    expect(sum).toBeGreaterThan(0.6);
  });
  it("pays at most 1.2 nats on a perfect oracle of the first two classes, however many labels come and whichever way round", () => {
    for (const labels of [20, 120, 2_000]) {
      expect(sharpPrediction([0, 0.05 * labels], [0.95 * labels, 0])).toBeGreaterThan(-1.2);
      expect(sharpPrediction([0.5 * labels, 0], [0, 0.5 * labels])).toBeGreaterThan(-1.2);
    }
  });
  it("expects nothing where both sides have one and the same class", () => {
    expect(sharpPrediction([20], [40])).toBe(Number.NEGATIVE_INFINITY);
  });
});
