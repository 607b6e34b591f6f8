import { describe, expect, test } from "vitest";
import type { Cell } from "./cell.ts";
import { cells } from "./cells.ts";
import { leagueRow, minutes, renderLeague } from "./league-table.ts";
import { type CellOutcome, runCell } from "./run-cell.ts";

const hour = 3_600_000;
/** A small town: what takes the bench hours takes seconds here. */
/** Two worlds of a day and a half are some 35,000 requests: half a minute, on a busy machine several. */
const wholeCellMs = 300_000;
const honest = { accounts: 4_000, sessionsPerDay: 1_200 };
const seeds = ["test-1", "test-2"];

const small: readonly Cell[] = [
  {
    id: "single",
    title: "one address, fast",
    group: "single",
    honest,
    warmMs: 8 * hour,
    horizonMs: hour / 2,
    attack: { size: 1_000, validShare: 0.5, addresses: 1, ratePerSecond: 50 },
    bar: { leaked: 10, leakedP95: 15, found: true },
  },
  {
    id: "minute",
    title: "one address, one a minute",
    group: "single",
    honest,
    warmMs: 8 * hour,
    horizonMs: 12 * hour,
    attack: { size: 1_000, validShare: 0.9, addresses: 1, ratePerSecond: 1 / 60, asApp: true },
    bar: { leaked: 15, found: true },
  },
  {
    id: "fast",
    title: "1,500 addresses, fast",
    group: "fast",
    honest,
    warmMs: 8 * hour,
    horizonMs: hour / 2,
    attack: { size: 1_500, validShare: 0.9, addresses: 1_500, ratePerSecond: 20, asApp: true },
    bar: { leaked: 100, found: true },
  },
  {
    id: "slow",
    title: "1,500 addresses, one in 20 s in all",
    group: "slow",
    honest,
    warmMs: 24 * hour,
    horizonMs: 8 * hour,
    attack: { size: 1_500, validShare: 0.9, addresses: 1_500, ratePerSecond: 1 / 20, asApp: true },
    bar: { leaked: 150, found: true },
  },
  {
    id: "outage",
    title: "the carrier fails for three hours",
    group: "honest",
    honest: { ...honest, outages: [{ from: 30 * hour, to: 33 * hour }] },
    warmMs: 0,
    horizonMs: 36 * hour,
    bar: { pages: 0 },
  },
  {
    id: "crowd",
    title: "600 people within twenty minutes",
    group: "honest",
    honest: { ...honest, crowds: [{ at: 30 * hour, forMs: hour / 3, sessions: 600 }] },
    warmMs: 0,
    horizonMs: 34 * hour,
    bar: { pages: 0 },
  },
];

describe("on seeds no threshold was fitted on", () => {
  for (const cell of small) {
    test(
      `${cell.id} (${cell.title}) keeps its bar, refuses nobody honest, and its disclosures are the attacker's own notes`,
      () => {
        const row = leagueRow(
          cell,
          seeds.map((seed) => runCell(cell, seed)),
        );
        expect(row.missed).toEqual([]);
        expect(row.unaccounted + row.invented).toBe(0);
      },
      wholeCellMs,
    );
  }

  test("a run is the same each time, whatever ran before it", () => {
    const [cell] = small;
    if (cell === undefined) throw new RangeError("no cell");
    const short = { ...cell, warmMs: 2 * hour, horizonMs: hour / 6 };
    expect(runCell(short, "again")).toEqual(runCell(short, "again"));
  });

  test("what was answered before anybody knew whom the requests are about is held against the attacker's notes too", () => {
    const early: Cell = {
      id: "early",
      title: "there from the first request",
      group: "adaptive",
      honest: { accounts: 4_000, sessionsPerDay: 1_500 },
      warmMs: 0,
      horizonMs: hour / 2,
      attack: { size: 40, validShare: 0.9, addresses: 40, ratePerSecond: 1 / 60, asApp: true, fromTheFirst: true },
      bar: {},
    };
    for (const seed of seeds) expect(runCell(early, seed)).toMatchObject({ unaccounted: 0, invented: 0 });
  });
});

describe("the table", () => {
  const outcome: CellOutcome = {
    leaked: 4,
    leakedAtAlert: 3,
    alertAfterMs: 90_000,
    asked: 100,
    pages: 1,
    pagesBefore: 0,
    lookups: 1_000,
    uniform: 2,
    parts: 0,
    partsHeld: 0,
    refused: 0,
    unaccounted: 0,
    invented: 0,
    events: 5_000,
  };
  const cell = (bar: Cell["bar"]): Cell => ({
    id: "one",
    title: "one",
    group: "single",
    honest,
    warmMs: 0,
    horizonMs: 1,
    attack: { size: 100, validShare: 0.5, addresses: 1, ratePerSecond: 1 },
    bar,
  });

  test("says what was missed first, each bar by its name", () => {
    const row = leagueRow(cell({ leaked: 3, leakedShare: 0.01, pages: 0, uniformShare: 0.001, found: true }), [outcome, { ...outcome, unaccounted: 2 }]);
    expect(row.missed).toHaveLength(5);
    const text = renderLeague([row, leagueRow({ ...cell({ leaked: 10 }), id: "two" }, [outcome])]);
    expect(text.split("\n")[0]).toBe("MISSED");
    expect(text).toContain("1 of 2 cells held.");
  });

  test("counts a run in which nobody was told as not found", () => {
    const { alertAfterMs: _, ...rest } = outcome;
    expect(leagueRow(cell({ found: true }), [outcome, { ...rest, alertAfterMs: undefined }]).missed).toEqual(["not found in 1 of 2 runs"]);
  });

  test("has every cell once, each with a group and a title, and each attack on a list it can ask through", () => {
    expect(new Set(cells.map((one) => one.id)).size).toBe(cells.length);
    for (const { attack, honest: people } of cells)
      if (attack !== undefined && attack.order === undefined) expect(attack.size * attack.validShare).toBeLessThanOrEqual(people.accounts);
  });

  test("prints how many parts of address books were held back, and holds what honest people pay once clients were named to its own bar", () => {
    const told = { ...outcome, parts: 40, partsHeld: 3, named: { afterMs: 60_000, lookups: 800, uniform: 0 } };
    const row = leagueRow(cell({ uniformNamedShare: 0.005 }), [told, outcome]);
    expect(row.uniformNamedShare.median).toBe(0.01);
    expect(row.missed).toEqual(["honest answered as unknown once clients were named 0.01 > 0.005", "clients not named in 1 of 2 runs"]);
    expect(renderLeague([row])).toContain("address books: 3 of 40 parts held back");
  });

  test("tells a load test that was held apart from the people beside it", () => {
    const row = leagueRow(cell({}), [{ ...outcome, lookups: 1_500, uniform: 494, tests: { lookups: 500, uniform: 490 } }]);
    expect(row.uniformShare.median).toBeCloseTo(0.329, 3);
    expect(renderLeague([row])).toContain("load tests: 490 of 500 lookups as unknown, 0.40 % (0.40) of everybody else's");
    expect(leagueRow(cell({}), [outcome]).othersShare).toEqual(leagueRow(cell({}), [outcome]).uniformShare);
    expect(renderLeague([leagueRow(cell({}), [outcome])])).not.toContain("load tests");
  });

  test("writes times as people say them", () => {
    expect([minutes(0.5), minutes(12), minutes(200), minutes(5_000)]).toEqual(["30 s", "12 min", "3.3 h", "3.5 d"]);
  });
});
