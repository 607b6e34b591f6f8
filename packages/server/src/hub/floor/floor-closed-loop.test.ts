import { measureFloor, type FloorMeasure, defaultBudget, Judge } from "@postern/engine";
import { runDirect } from "@postern/testkit";
import { expect, test } from "vitest";
import type { Cell } from "../../bench/detection/cell.ts";
import { runCell } from "../../bench/detection/run-cell.ts";
import { worldOf } from "../../bench/detection/world.ts";
import { makePorts } from "../../keys/make-ports.ts";
import { floorInputOf } from "./floor-input.ts";
import { NewcomerHistory } from "./newcomer-history.ts";
import { floorView } from "./floor-view.ts";

const day = 86_400_000;
const honest: Cell = {
  id: "floor",
  title: "",
  group: "slow",
  honest: { accounts: 400, sessionsPerDay: 50, monitor: false, rollOutDevices: 4 },
  warmMs: 11 * day,
  horizonMs: 0,
  bar: {},
};

test("an attack at twice the measured floor is told within fourteen days by the whole product, in a world of which the floor knew only the counts", () => {
  const measure = floorOf("test-1");
  expect(measure).toMatchObject({ verdict: "measured" });
  if (measure.verdict !== "measured") return;
  const perDay = 2 * measure.questionsADay;
  expect(perDay).toBeLessThan(100);
  const outcome = runCell(
    { ...honest, horizonMs: 14 * day, attack: { size: 14 * perDay, validShare: 0.2, addresses: 14 * perDay, ratePerSecond: perDay / 86_400, asApp: true } },
    "test-1",
  );
  expect(outcome.pagesBefore).toBe(0);
  expect(outcome.alertAfterMs).toBeLessThan(14 * day);
  expect(floorView({ at: 0, measure }).text).toContain(`stays unnoticed below ${measure.questionsADay} questions a day`);
}, 300_000);

/** The floor of the lookup after eleven honest days. */
function floorOf(seed: string): FloorMeasure {
  const { from, to, latchkey, sessions } = worldOf(honest, seed);
  let ids = 0;
  const judge = new Judge(makePorts({ secret: new TextEncoder().encode(seed) }, 7), { mode: "enforce", newId: () => `s${(ids += 1)}` }, { exchange: () => {}, signals: () => {} });
  runDirect(sessions, latchkey, { from, to, gate: (exchange) => judge.decide(exchange).answer });
  judge.finish();
  latchkey.close();
  const lookup = judge.ledger.policy(to).endpoints.find((endpoint) => endpoint.state === "budgeted" && endpoint.template.startsWith("/client/v1/users/{"));
  const newcomers = new NewcomerHistory();
  if (lookup !== undefined) newcomers.heard("gate", lookup.id, judge.gate.newcomerHours(lookup.id));
  const uptime = { joinMs: 0, spans: [{ from, to }], hours: [], imports: [] };
  const input = floorInputOf({ newcomers, uptimeState: () => uptime }, lookup ?? { id: "", budget: defaultBudget }, { mode: "enforce", now: to, seed });
  const steps = measureFloor(input);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
