import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type GuardedEndpoint, unlearned } from "@postern/engine";
import { GateState, livesMax, retiredMax } from "./gate-state.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-state-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test("what a death leaves counts every finished exchange, and at most as many more as the last turn had finished", async () => {
  const state = new GateState(dir, "life");
  let before = 0;
  for (const turn of [1, 2, 3, 1, 40, 7]) {
    for (let n = 1; n <= turn; n++) {
      state.finished(before + n, 1_000 + before + n);
      expect(told().seq).toBeGreaterThanOrEqual(before + n);
      expect(told().seq).toBeLessThan(before + 2 * n);
    }
    before += turn;
    await new Promise((resolve) => setImmediate(resolve));
    expect(told()).toEqual({ seq: before, at: 1_000 + before });
  }
  state.close(false);
  expect(told().seq).toBe(before);
});

test("ending in the middle of a turn leaves the exact count", () => {
  const state = new GateState(dir, "life");
  for (let n = 1; n <= 5; n++) state.finished(n, n);
  state.close(false);
  expect(told()).toEqual({ seq: 5, at: 5 });
  expect(new GateState(dir, "next").previous).toEqual([{ epoch: "life", seq: 5, at: 5 }]);
});

test("of 65 deaths that nobody counted the oldest is forgotten", () => {
  const lives = join(dir, "gate", "lives");
  mkdirSync(lives, { recursive: true });
  const cell = Buffer.alloc(16);
  cell.writeDoubleLE(1, 0);
  const names = Array.from({ length: livesMax + 1 }, (_, n) => `life${100 + n}`);
  for (const name of names) writeFileSync(join(lives, name), cell);
  const state = new GateState(dir, "now");
  expect(state.previous.map((life) => life.epoch)).toEqual(names.slice(1));
  expect(readdirSync(lives)).not.toContain(names[0]);
  state.close(true);
});

test("of guards that are gone the 4,096 taken down last stay known", () => {
  const guard = (n: number): GuardedEndpoint => ({
    id: `g${n}`,
    method: "GET",
    host: "api",
    template: `/g${n}/{id}`,
    state: "budgeted",
    subjects: [],
    ...unlearned,
  });
  const state = new GateState(dir, "now");
  const save = (...guards: GuardedEndpoint[]): void => state.savePolicy({ version: 1, mode: "enforce", endpoints: guards, principals: [] });
  const many = Array.from({ length: retiredMax }, (_, n) => guard(n));
  save(guard(-1));
  save(...many);
  save();
  const { retired } = JSON.parse(readFileSync(join(dir, "gate", "policy.json"), "utf8")) as { retired: GuardedEndpoint[] };
  expect([retired.length, retired[0]?.id, retired.some((one) => one.id === "g-1")]).toEqual([retiredMax, "g0", false]);
  state.close(true);
});

test("rows of a method without a guard are those of the guard that judged it; one with a guard of its own keeps its rows", () => {
  const guard = (id: string, method: string, others: GuardedEndpoint["others"]): GuardedEndpoint => ({
    id,
    method,
    host: "api",
    template: "/people/{id}",
    state: "budgeted",
    subjects: [],
    ...unlearned,
    ...(others === undefined ? {} : { others }),
  });
  const state = new GateState(dir, "now");
  const get = guard("get", "GET", [
    ["PUT", "put"],
    ["PATCH", "patch"],
  ]);
  const put = guard("put", "PUT", [
    ["GET", "get"],
    ["PATCH", "patch"],
  ]);
  state.savePolicy({ version: 1, mode: "enforce", endpoints: [get, put], principals: [] });
  expect(state.loadPolicy()?.former).toEqual(new Map([["patch", "get"]]));
  state.close(true);
});

test("where a list stands that is gone through in order is not written down: these are numbers in clear", () => {
  const state = new GateState(dir, "now");
  const guard: GuardedEndpoint = { ...unlearned, id: "e", method: "GET", host: "*", template: "/v1/users/{phone}", state: "budgeted", subjects: [] };
  const subsets = [[{ kind: "program" as const, values: ["curl"] }]];
  const fronts = [{ from: 4915112345, to: 4915112399 }];
  state.savePolicy({
    version: 1,
    mode: "enforce",
    endpoints: [
      { ...guard, named: { subsets, fronts } },
      { ...guard, id: "f", named: { subsets: [], fronts } },
    ],
    principals: [],
  });
  expect(readFileSync(join(dir, "gate", "policy.json"), "utf8")).not.toContain("49151123");
  expect(new GateState(dir, "then").loadPolicy()?.policy.endpoints.map(({ named }) => named)).toEqual([{ subsets }, undefined]);
  state.close(true);
});

function told(): { readonly seq: number; readonly at: number } {
  const cell = readFileSync(join(dir, "gate", "lives", "life"));
  return { seq: cell.readDoubleLE(0), at: cell.readDoubleLE(8) };
}
