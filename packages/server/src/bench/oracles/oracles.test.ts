import { random as seeded } from "@postern/testkit";
import { expect, it } from "vitest";
import { makePorts } from "../../keys/make-ports.ts";
import { measureNulls, measureReals } from "./measure-nulls.ts";
import { measureOwnAnswers, ownAnswersCells } from "./measure-own-answers.ts";
import { measurePower, powerCells } from "./measure-power.ts";
import { measureTiming, timingCells } from "./measure-timing.ts";
import { missedBars, oraclesPage, oraclesText } from "./oracles-report.ts";
import { powerLimits, provable } from "./power-limit.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const random = (seed: string): (() => number) => {
  const source = seeded(seed);
  return () => source.float();
};
const silent = (): void => undefined;

it("proves a perfect oracle of every channel within 120 labelled answers, and nothing of endpoints that are none", () => {
  const [power] = measurePower(
    powerCells.filter((cell) => cell.share === 0.8 && cell.channels.length === 5).map((cell) => ({ ...cell, places: ["path", "graphql"] as const })),
    () => 1,
    "unit",
    ports,
    random,
    silent,
  );
  expect(power).toMatchObject({ runs: 10, within120: 1 });
  const nulls = measureNulls(12, "unit", ports, random, silent);
  expect(nulls.map((row) => row.proven)).toEqual(nulls.map(() => 0));
});

it("keeps what it knows of real oracles through the same months, with labels and without, and with one answer in ten wrong", () => {
  expect(measureReals(8, "unit", ports, random).map((row) => [row.id, row.lost])).toEqual([
    ["real", 0],
    ["real, without labels", 0],
    ["real, one in ten wrong", 0],
    ["real, one in ten wrong, without labels", 0],
  ]);
});

it("knows how much 120 labels can show: of 95 in 100 existing, too few missing for any test in 5.7 % of runs", () => {
  expect(provable(0.95)).toBeCloseTo(0.9425, 3);
  expect([provable(0.8), provable(0.5)].every((share) => share > 0.999_999)).toBe(true);
  expect(powerLimits(0.95)[3]).toMatchObject({ missing: 3, permutations: 280_840 });
});

it("finds five milliseconds, and none where the plain test is deceived by load", () => {
  const rows = measureTiming(
    timingCells.filter((cell) => cell.id === "5 ms" || cell.deltaMs === 0),
    2,
    "unit",
    ports,
    random,
    silent,
  );
  for (const row of rows) expect([row.id, row.proven, row.suspected, row.naive]).toEqual([row.id, row.deltaMs === 0 ? 0 : 2, 0, 2]);
});

it("gives uniform answers that tell less than a hundredth of a bit, by status, headers, framing, body and time together", () => {
  for (const row of measureOwnAnswers(ownAnswersCells, 4_000, "unit", ports, random, silent)) {
    expect(row.answers).toBeGreaterThan(2_900);
    expect(row.bitsBefore).toBeGreaterThan(0.9);
    // Where one in twenty exists, 150 of them leave the upper end of the interval wide.
    expect(row.id.includes("twenty") ? row.bits : row.bitsHigh).toBeLessThan(0.01);
    expect(row.z ?? 0).toBeLessThan(5);
  }
});

it("names what fell short first", () => {
  const [row] = measureOwnAnswers(ownAnswersCells.slice(0, 1), 3_000, "unit", ports, random, silent);
  if (row === undefined) throw new Error("no row");
  const run = { commit: "abc", seed: "s", power: [], nulls: [], reals: [], timing: [], own: [{ ...row, bitsHigh: 0.2 }] };
  expect(missedBars(run)).toEqual(["own answers, service equally fast: up to 0.2000 bit (bar 0.01)."]);
  for (const text of [oraclesText(run), oraclesPage(run)]) expect(text).toContain("up to 0.2000 bit");
  expect(missedBars({ ...run, own: [row] })).toEqual([]);
});
