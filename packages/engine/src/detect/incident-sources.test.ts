import { expect, test } from "vitest";
import { askersMax } from "./incident-sources.ts";
import { Incidents, quietMsDefault, summaryMs } from "./incidents.ts";
import type { IncidentsState } from "./incidents.ts";
import type { Level, Signal } from "./signal.ts";

const minute = 60_000;
let count = 0;
const thief = (n: number, program = n): NonNullable<Signal["actor"]> => ({ address: `198.51.${n >> 8}.${n & 255}`, network: `n${n}`, narrow: `c${program}` });
const signal = (at: number, endpointId: string, actor: Signal["actor"], level: Level = "high", detector = "enumeration.credits"): Signal => ({
  id: `s${count++}`,
  detector,
  level,
  confidence: 0.99,
  at,
  endpointId,
  actor,
  evidence: { asked: 24 },
});
const five = ["e1", "e2", "e3", "e4", "e5"];
const shown = (incidents: Incidents): (readonly [number, readonly string[], readonly string[]])[] =>
  incidents.list().map((one) => [one.openedAt, one.endpointIds, one.sources.map((source) => source.address)]);
/** Times at which somebody is woken. */
const pages = (incidents: Incidents): number[] =>
  incidents
    .dueAlerts()
    .filter(({ change }) => change !== "summary")
    .map(({ at }) => at);

test("one thief at five endpoints is one incident that names all of them, told once, with a report for each", () => {
  const incidents = new Incidents();
  for (const [n, endpoint] of five.entries()) expect(incidents.observe(signal(n * minute, endpoint, thief(1)))?.change).toBe(n === 0 ? "opened" : "grew");
  // With another program from the same address, too; and low signals that came by themselves would have told nobody.
  incidents.observe(signal(6 * minute, "e6", thief(1, 77), "low"));
  expect(shown(incidents)).toEqual([[0, [...five, "e6"], ["198.51.0.1"]]]);
  expect(pages(incidents)).toEqual([0]);
  const id = incidents.list()[0]?.id ?? "";
  incidents.setDisclosed(id, { confirmed: 9, denied: 1, uniform: 0 });
  const next = incidents.get(id)?.next ?? [];
  expect(next.filter((step) => step.includes("report breach")).map((step) => /--endpoint (\w+)/.exec(step)?.[1])).toEqual(five);
  expect(next).toContain("Say likewise who was exposed at the other 1 endpoints");
  expect(next.join()).toContain("on these endpoints");
});

test("two thieves at two endpoints are two incidents, also when one of them comes to the other's endpoint", () => {
  const incidents = new Incidents();
  incidents.observe(signal(0, "e1", thief(1)));
  incidents.observe(signal(1, "e2", thief(2)));
  incidents.observe(signal(2, "e2", thief(1)));
  incidents.observe(signal(3, "e2", thief(2)));
  expect(shown(incidents)).toEqual([
    [1, ["e2"], ["198.51.0.2"]],
    [0, ["e1", "e2"], ["198.51.0.1"]],
  ]);
  // What a source asked there is counted where it belongs.
  incidents.observeSource("e2", "198.51.0.1", 4, 7);
  incidents.observeSource("e2", "198.51.0.2", 4, 5);
  expect(incidents.list().map(({ sources }) => sources.map(({ asked }) => asked))).toEqual([[5], [7]]);
});

test("what speaks of an endpoint as a whole, and what others do there, is not swallowed by the incident that one source carried there", () => {
  const incidents = new Incidents();
  incidents.observe(signal(0, "e1", thief(1)));
  incidents.observe(signal(1, "e2", thief(1)));
  expect(incidents.observe(signal(2, "e2", undefined, "high", "enumeration.endpoint"))?.change).toBe("opened");
  expect(incidents.observe(signal(3, "e3", thief(3)))?.change).toBe("opened");
  expect(pages(incidents)).toEqual([0, 2, 3]);
});

test("signals of another family, of triggers, and those that are worth nobody's look join nothing", () => {
  const incidents = new Incidents();
  incidents.observe(signal(0, "e1", thief(1)));
  expect(incidents.observe(signal(1, "e2", thief(1), "high", "login.stuffing"))?.change).toBe("opened");
  expect(incidents.observe({ ...signal(2, "e2", thief(1), "high", "trigger.t"), evidence: { key: "k" } })?.change).toBe("opened");
  expect(incidents.observe(signal(3, "e2", thief(1), "info"))).toBeUndefined();
});

test("nobody hides an attack in an older incident: after an hour each further endpoint is told again, acknowledged or not, whoever opened it", () => {
  const incidents = new Incidents();
  const id = incidents.observe(signal(0, "e1", thief(1)))?.incident.id ?? "";
  incidents.observe(signal(minute, "e1", thief(2)));
  incidents.triage(id, "acknowledged", "ada", 2 * minute);
  expect(incidents.observe(signal(3 * minute, "e2", thief(2), "low"))?.change).toBe("grew");
  expect(incidents.observe(signal(2 * summaryMs, "e2", thief(2)))?.change).toBe("raised");
  expect(incidents.observe(signal(2 * summaryMs + minute, "e2", thief(2)))?.change).toBe("grew");
  expect(incidents.observe(signal(4 * summaryMs, "e3", thief(2)))?.change).toBe("raised");
  expect(pages(incidents)).toEqual([0, 2 * summaryMs, 4 * summaryMs]);
});

test("one that is closed takes in nothing: neither what a person closed nor what was quiet for a day", () => {
  const incidents = new Incidents();
  const id = incidents.observe(signal(0, "e1", thief(1)))?.incident.id ?? "";
  incidents.triage(id, "closed", "ada", 1);
  expect(incidents.observe(signal(2, "e2", thief(1)))?.change).toBe("opened");
  expect(incidents.observe(signal(2 * quietMsDefault, "e3", thief(1)))?.change).toBe("opened");
});

test("a source beyond those it remembers opens one of its own at a further endpoint", () => {
  const incidents = new Incidents();
  for (let n = 0; n < askersMax; n++) incidents.observe(signal(n, "e1", thief(n)));
  expect(incidents.list()).toHaveLength(1);
  expect(incidents.observe(signal(1_000, "e2", thief(0)))?.change).toBe("grew");
  expect(incidents.observe(signal(1_001, "e2", thief(askersMax - 1)))?.change).toBe("opened");
});

test("it goes on after a restart as if it had not stopped, and from a state that knows nothing of this", () => {
  const run = (restart: boolean): unknown => {
    let incidents = new Incidents();
    for (let n = 0; n < 40; n++) {
      incidents.observe(signal(n * 20 * minute, five[(n * 7) % 5] ?? "", n % 9 === 0 ? undefined : thief(n % 3), n % 4 === 0 ? "high" : "low"));
      if (restart && n % 6 === 5) incidents = Incidents.restore(JSON.parse(JSON.stringify(incidents.exportState())) as IncidentsState);
    }
    return [shown(incidents), incidents.dueAlerts().map(({ id, change }) => [id, change])];
  };
  expect(run(true)).toEqual(run(false));
  const old = new Incidents();
  old.observe(signal(0, "e1", thief(1)));
  const without = (key: string, value: unknown): unknown => (["pagedBy", "pagedAt", "askers"].includes(key) ? undefined : value);
  const again = Incidents.restore(JSON.parse(JSON.stringify(old.exportState(), without)) as IncidentsState);
  expect(again.observe(signal(2 * summaryMs, "e1", thief(1)))?.change).toBe("grew");
  expect(again.observe(signal(2 * summaryMs + 1, "e2", thief(1)))?.change).toBe("raised");
});
