import { expect, test } from "vitest";
import type { Cell } from "../cell.ts";
import type { Rival } from "./rival.ts";
import { rivalsTable, runRivals } from "./rivals-table.ts";

const cell: Cell = { id: "cell", title: "", group: "single", honest: { accounts: 1, sessionsPerDay: 1 }, warmMs: 0, horizonMs: 0, bar: {} };
const rival: Rival = {
  name: "one",
  version: () => Promise.resolve("1"),
  replays: "event time",
  told: { stands: "", asShipped: "", tuned: "", blind: "" },
  run: (_cell, seed, setting) =>
    Promise.resolve(
      setting === "tuned"
        ? { notRun: "no network" }
        : {
            leaked: Number(seed) * 10,
            leakedAtAlert: 7,
            alertAfterMs: 1_000,
            asked: 100,
            pages: 1,
            pagesBefore: 0,
            lookups: 200,
            uniform: 0,
            refused: 3,
            refusedLookups: 1,
            events: 500,
            byKind: { returning: { requests: 300, lookups: 200, refused: 3, refusedLookups: 1 } },
            settings: "5 a minute",
          },
    ),
};

test("the table holds medians and shares, and says who was not run and why", async () => {
  const lines = rivalsTable(await runRivals({ rivals: [rival], cells: [cell], seeds: ["3", "1", "2"] })).split("\n");
  expect(lines[1]?.split(/ {2,}/)).toEqual(["cell", "one", "as shipped", "20", "7", "0.50 %", "1.00 %", "5 a minute"]);
  expect(lines[2]).toMatch(/^cell +one +tuned +not run: no network$/);
});
