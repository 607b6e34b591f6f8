import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Cell } from "./cell.ts";
import { cells } from "./cells.ts";
import { planLeague } from "./league-plan.ts";
import { runCell, sharedDays } from "./run-cell.ts";
import { type LeagueStep, runLeague, sharesDays } from "./run-league.ts";

const hour = 3_600_000;
const folder = mkdtempSync(join(tmpdir(), "postern-run-league-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fast: Cell = {
  id: "fast",
  title: "forty addresses",
  group: "fast",
  honest: { accounts: 2_000, sessionsPerDay: 1_000, door: "body" },
  warmMs: 3 * hour,
  horizonMs: hour / 4,
  attack: { size: 200, validShare: 0.9, addresses: 40, ratePerSecond: 5, asApp: true },
  bar: {},
};
/** As long again, by one who signs in to own accounts: other people come in its last hour. */
const own: Cell = {
  ...fast,
  id: "own",
  horizonMs: hour / 2,
  attack: { size: 200, validShare: 0.9, addresses: 10, ratePerSecond: 1, ownAccounts: { count: 5, every: 4 } },
};
const quiet: Cell = { id: "quiet", title: "nobody attacks", group: "honest", honest: fast.honest, warmMs: 0, horizonMs: hour, bar: {} };

describe("a league", () => {
  test("plays the honest days of several cells once, and each comes out as when it is played alone; a league that was stopped goes on", async () => {
    const keep = join(folder, "kept.ndjson");
    const play = async (some: readonly Cell[]): Promise<{ runs: Awaited<ReturnType<typeof runLeague>>; steps: LeagueStep[] }> => {
      const steps: LeagueStep[] = [];
      return { runs: await runLeague({ cells: some, seeds: ["test-1"], threads: 2, commit: "c", keep }, (step) => steps.push(step)), steps };
    };
    const { runs, steps } = await play([fast, own, quiet]);
    expect(runs.map(({ cell }) => cell)).toEqual(["fast", "own", "quiet"]);
    for (const [place, cell] of [fast, own, quiet].entries()) expect(runs[place]?.outcome).toEqual(runCell(cell, "test-1"));
    expect(new Set(runs.map(({ outcome }) => outcome.events)).size).toBe(3);
    expect(runs[0]?.outcome.asked).toBe(200);
    expect(steps.filter(({ run }) => run === undefined).map((step) => step.cells)).toEqual(sharesDays ? [["fast", "own"]] : []);
    expect(steps.at(-1)).toMatchObject({ done: 3, of: 3 });
    expect(steps.at(-1)?.secondsLeft).toBeCloseTo(0, 6);

    // Killed while it wrote the last line.
    writeFileSync(keep, readFileSync(keep, "utf8").slice(0, -20));
    const again = await play([fast, own, quiet]);
    expect(again.steps.filter(({ run }) => run !== undefined)).toHaveLength(1);
    expect(again.runs.map(({ cell, outcome }) => [cell, outcome])).toEqual(runs.map(({ cell, outcome }) => [cell, outcome]));
  }, 180_000);

  test("says which run failed, and leaves no file behind", async () => {
    const bad: Cell = { ...fast, honest: { ...fast.honest, accounts: -1 } };
    await expect(runLeague({ cells: [bad], seeds: ["test-1"], threads: 1, commit: "c" }, () => {})).rejects.toThrow("fast with test-1 ended with 1");
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`postern-league-${process.pid}-`))).toEqual([]);
  }, 60_000);
});

describe("the plan", () => {
  test("plays seed after seed, the longest first, and together only what differs in nothing before the attack", () => {
    const later: Cell = { ...fast, id: "later", warmMs: 24 * hour };
    const jobs = planLeague([quiet, fast, own, later], ["a", "b"], (cell, seed) => cell === own && seed === "b");
    expect(jobs.map(({ seed, cells: group }) => [seed, group.map(({ id }) => id)])).toEqual([
      ["a", ["later"]],
      ["a", ["fast", "own"]],
      ["a", ["quiet"]],
      ["b", ["later"]],
      ["b", ["fast"]],
      ["b", ["quiet"]],
    ]);
  });

  test("holds apart cells whose attack or canaries are there from the first day", () => {
    const canaries = { ...fast, honest: { ...fast.honest, canaries: 0.01 } };
    expect(sharedDays({ ...fast, attack: { size: 200, validShare: 0.9, addresses: 1, ratePerSecond: 1, fromTheFirst: true } })).toBeUndefined();
    expect(sharedDays(quiet)).toBeUndefined();
    expect(sharedDays(canaries)).not.toBe(sharedDays({ ...canaries, attack: { size: 100, validShare: 0.9, addresses: 1, ratePerSecond: 1 } }));
    expect(sharedDays(fast)).toBe(sharedDays(own));
  });

  test("plays the league's fifty-one cells in a third fewer honest days", () => {
    const jobs = planLeague(cells, ["a"], () => false);
    expect(jobs.flatMap((job) => job.cells)).toHaveLength(cells.length);
    expect(jobs.length).toBeLessThan(cells.length * 0.7);
  });
});
