import { expect, test } from "vitest";
import { atLeast, atMost, type BenchReport, renderBench } from "./bench-report.ts";
import { percentile, ratios, spread } from "./statistics.ts";

const report: BenchReport = {
  date: "2026-01-02",
  commit: "abc1234",
  quick: true,
  seconds: 58.4,
  machine: { cpus: 2, model: "a processor", memoryBytes: 8 * 2 ** 30, node: "20.20.2", loadBefore: 0.4 },
  rows: [
    {
      part: "Throughput",
      name: "gate",
      unit: "req/s",
      value: spread([5_000, 6_000, 5_500]),
      peer: { name: "bare", value: spread([10_000, 10_000, 10_000]) },
      ratio: spread([0.5, 0.6, 0.55]),
      bar: atLeast(0.55, 0.85, "≥ 85 %"),
    },
    { part: "Decision", name: "decision p50", unit: "µs", value: spread([4.2]), bar: atMost(4.2, 6, "≤ 6 µs") },
    { part: "Memory", name: "hub", unit: "MiB", value: spread([123.4]) },
  ],
  notes: ["goaccess is missing"],
};

test("a missed bar stands above everything else, and is counted", () => {
  const text = renderBench(report);
  expect(text.indexOf("MISSED")).toBeLessThan(text.indexOf("Throughput"));
  expect(text).toContain("1 of 2 bars met, 1 missed, in 58 s.");
});

test("a figure shows its median with least and greatest turn, its peer, its ratio and its bar", () => {
  const line = renderBench(report)
    .split("\n")
    .find((one) => one.includes("req/s") && one.endsWith("MISSED"));
  expect(line?.replaceAll(/ +/g, " ")).toBe(" gate 5,500 req/s (5,000–6,000) bare 10,000 req/s (10,000–10,000) 55 % (50–60) ≥ 85 % MISSED");
});

test("without a miss there is no list of misses, and what could not be measured is said", () => {
  const text = renderBench({ ...report, rows: report.rows.slice(1) });
  expect(text).not.toContain("MISSED");
  expect(text).toContain("goaccess is missing");
  expect(text).toContain("1 of 1 bars met");
});

test("a percentile is a value that was measured, and nothing measured gives 0", () => {
  expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  expect(percentile([5, 1], 0.99)).toBe(5);
  expect(percentile([], 0.5)).toBe(0);
});

test("ratios pair the turns of two contenders and leave out a turn without an answer", () => {
  expect(ratios([1, 2, 0], [2, 4, 4])).toEqual([0.5, 0.5]);
  expect(ratios([1, 2], [4])).toEqual([0.25]);
});
