import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Cell } from "../cell.ts";
import { rivals } from "./rivals.ts";

const cell: Cell = {
  id: "tiny",
  title: "nobody attacks for a minute",
  group: "honest",
  honest: { accounts: 20, sessionsPerDay: 100, rollOutDevices: 4 },
  warmMs: 30_000,
  horizonMs: 30_000,
  bar: {},
};
let before: Readonly<Record<string, string | undefined>> = {};
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-no-rivals-"));
  before = { PATH: process.env["PATH"], POSTERN_RIVALS_FOLDER: process.env["POSTERN_RIVALS_FOLDER"] };
  process.env["PATH"] = folder;
  process.env["POSTERN_RIVALS_FOLDER"] = folder;
});

afterEach(() => {
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  rmSync(folder, { recursive: true, force: true });
});

test("where neither npm nor apt is to be had, every rival that needs them says that it was not run, and why", async () => {
  const fetched = rivals.filter((rival) => rival.name !== "nginx limit_req");
  expect(fetched).toHaveLength(5);
  for (const rival of fetched) {
    const outcome = await rival.run(cell, "one", "as shipped");
    expect(outcome, rival.name).toMatchObject({ notRun: expect.stringMatching(/^(?:npm|apt) could not fetch /) });
  }
});

test("every rival tells where it stood, what its settings were, and what it cannot see", () => {
  for (const rival of rivals) for (const text of Object.values(rival.told)) expect(text.length).toBeGreaterThan(20);
});
