import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compareLevels, endpointsMax, signalsMax, sourcesMax } from "./incident.ts";
import { goesOnMs, goesOnPeople } from "./incident-draft.ts";
import { closedMax, dueMax, Incidents, keysPerTriggerMax, openMax, pendingMax, quietMsDefault } from "./incidents.ts";
import type { IncidentsState } from "./incidents.ts";
import type { Level, Signal } from "./signal.ts";

const hour = 3_600_000;
let count = 0;
const signal = (at: number, change: Partial<Signal> = {}): Signal => ({
  id: `s${count++}`,
  detector: "enumeration.source",
  level: "high",
  confidence: 0.99,
  at,
  endpointId: "e1",
  actor: { address: "198.51.100.7", network: "n", narrow: "c" },
  evidence: { subjects: 40 },
  ...change,
});

const another = (n: number): NonNullable<Signal["actor"]> => ({ address: `10.1.${n >> 8}.${n & 255}`, network: `n${n}`, narrow: `c${n}` });

test("one high signal opens, more of the family on the endpoint grow it, another source at another endpoint opens another", () => {
  const incidents = new Incidents();
  expect(incidents.observe(signal(0))?.change).toBe("opened");
  expect(incidents.observe(signal(1_000, { detector: "enumeration.endpoint", actor: undefined }))?.change).toBe("grew");
  expect(incidents.observe(signal(2_000, { endpointId: "e2", actor: another(2) }))?.change).toBe("opened");
  expect(incidents.list().map((incident) => [incident.endpointIds[0], incident.signalCount])).toEqual([
    ["e2", 1],
    ["e1", 2],
  ]);
});

test("of other people's objects it says, too, what its sources asked for and were told; of guessed codes it does not", () => {
  const incidents = new Incidents();
  const id = incidents.observe(signal(0, { detector: "access.foreign-objects" }))?.incident.id ?? "";
  incidents.observe(signal(1, { detector: "otp.spray" }));
  incidents.observeSource("e1", "198.51.100.7", 2, 6);
  incidents.sourceAsked(id, "198.51.100.7", 3, 40);
  incidents.setDisclosed(id, { confirmed: 6, denied: 0, uniform: 34 });
  const [otp, access] = incidents.list();
  expect([access?.sources[0]?.asked, access?.disclosed.confirmed, access?.disclosed.uniform]).toEqual([40, 6, 34]);
  expect([otp?.sources[0]?.asked, otp?.disclosed.confirmed]).toEqual([1, 0]);
});

test("low signals open only when they add up, and the incident holds all of them", () => {
  const incidents = new Incidents();
  for (let i = 0; i < 15; i++) expect(incidents.observe(signal(i, { level: "low" }))).toBeUndefined();
  const opened = incidents.observe(signal(15, { level: "low" }));
  expect(opened).toMatchObject({ change: "opened", incident: { level: "low", signalCount: 16, openedAt: 0, lastAt: 15 } });
  for (let i = 0; i < 100; i++) expect(incidents.observe(signal(20, { level: "info", endpointId: "e9" }))).toBeUndefined();
});

test("low signals further apart than the quiet period do not add up", () => {
  const incidents = new Incidents();
  for (let i = 0; i < 30; i++) expect(incidents.observe(signal(i * (quietMsDefault + 2_000), { level: "low" }))).toBeUndefined();
});

test("it is told when it opens and when it is raised, and while it grows at most once an hour", () => {
  const incidents = new Incidents();
  for (let at = 0; at < 3 * hour; at += 60_000) incidents.observe(signal(at));
  incidents.observe(signal(3 * hour, { level: "critical" }));
  incidents.observe(signal(3 * hour + 1, { level: "critical" }));
  expect(incidents.dueAlerts().map((alert) => [alert.change, alert.at / hour])).toEqual([
    ["opened", 0],
    ["summary", 1],
    ["summary", 2],
    ["summary", 3],
    ["raised", 3],
  ]);
  expect(incidents.dueAlerts()).toEqual([]);
});

test("an alert fetched after the counts were set carries them", () => {
  const incidents = new Incidents();
  const id = incidents.observe(signal(0))?.incident.id ?? "";
  incidents.setDisclosed(id, { confirmed: 9, denied: 1, uniform: 0 });
  expect(incidents.dueAlerts()[0]?.incident.disclosed.confirmed).toBe(9);
});

test("one that no longer grows sends no summary", () => {
  const incidents = new Incidents();
  incidents.observe(signal(0));
  for (let at = 0; at < 20 * hour; at += 60_000) incidents.advance(at);
  expect(incidents.dueAlerts().map((alert) => alert.change)).toEqual(["opened"]);
});

test("whatever comes, the level never falls and alerts have ids of their own", () => {
  const level = fc.constantFrom<Level>("info", "low", "medium", "high", "critical");
  fc.assert(
    fc.property(fc.array(fc.tuple(level, fc.nat(2 * hour)), { maxLength: 80 }), (steps) => {
      const incidents = new Incidents();
      const highest = new Map<string, Level>();
      const ids: string[] = [];
      let at = 0;
      for (const [next, gap] of steps) {
        at += gap;
        const result = incidents.observe(signal(at, { level: next }));
        ids.push(...incidents.dueAlerts().map((alert) => alert.id));
        if (result === undefined) continue;
        const before = highest.get(result.incident.id) ?? "info";
        expect(compareLevels(result.incident.level, before)).toBeGreaterThanOrEqual(0);
        highest.set(result.incident.id, result.incident.level);
      }
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeLessThanOrEqual(highest.size * (2 + 4) + at / hour);
    }),
  );
});

test("after a quiet day it closes, and what comes later opens a new one", () => {
  const incidents = new Incidents();
  const first = incidents.observe(signal(0))?.incident;
  incidents.advance(quietMsDefault + 1_000);
  expect(incidents.get(first?.id ?? "")).toMatchObject({ status: "closed", closedBy: "quiet", closedAt: quietMsDefault });
  const second = incidents.observe(signal(quietMsDefault + 2_000));
  expect(second?.change).toBe("opened");
  expect(second?.incident.id).not.toBe(first?.id);
});

test("while one of its sources goes on it stays open, a week after its last signal at most", () => {
  const incidents = new Incidents();
  const id = incidents.observe(signal(0))?.incident.id ?? "";
  const told = (total: number, at: number) => incidents.sourceAsked(id, "198.51.100.7", at, total);
  told(10, 1);
  told(10 + goesOnPeople - 1, quietMsDefault - 1);
  incidents.advance(quietMsDefault);
  expect(incidents.get(id)).toMatchObject({ status: "open", lastAt: 0 });
  for (let at = quietMsDefault, total = 10 + goesOnPeople; at < 2 * goesOnMs; at += quietMsDefault - 1_000, total += goesOnPeople) {
    told(total, at);
    incidents.advance(at);
    if (at < goesOnMs) expect(incidents.get(id)).toMatchObject({ status: "open", lastAt: at });
  }
  expect(incidents.get(id)).toMatchObject({ status: "closed", closedBy: "quiet", closedAt: goesOnMs });
});

test("a person acknowledges and closes; the next signal opens a new one", () => {
  const incidents = new Incidents();
  const id = incidents.observe(signal(0))?.incident.id ?? "";
  expect(incidents.triage(id, "acknowledged", "ada", 1)?.status).toBe("acknowledged");
  expect(incidents.triage(id, "closed", "ada", 2)).toMatchObject({ status: "closed", closedBy: "ada", closedAt: 2 });
  expect(incidents.triage(id, "closed", "ada", 3)).toBeUndefined();
  expect(incidents.observe(signal(4))?.change).toBe("opened");
});

test("sources are kept to the bound and counted beyond it", () => {
  const incidents = new Incidents();
  const id = incidents.observe(signal(0))?.incident.id ?? "";
  for (let i = 0; i < 5_000; i++) incidents.observeSource("e1", `10.0.${i >> 8}.${i & 255}`, i, 2);
  for (let i = 0; i < 5_000; i++) incidents.observeSource("e1", `10.0.${i >> 8}.${i & 255}`, i, 0);
  expect(incidents.exportState().open[0]?.askedBefore).toHaveLength(sourcesMax - 1);
  incidents.observeSource("elsewhere", "10.9.9.9", 1, 1);
  incidents.setDisclosed(id, { confirmed: 5, denied: 6, uniform: 7 });
  const incident = incidents.get(id);
  expect(incident?.sources).toHaveLength(sourcesMax);
  expect(incident?.sources[1]).toEqual({ address: "10.0.0.0", asked: 2, firstAt: 0, lastAt: 0 });
  expect(Math.abs((incident?.sourceCount ?? 0) - 5_001)).toBeLessThan(600);
  expect(incident?.disclosed.confirmed).toBe(5);
  expect(incident?.next.join(" ")).toContain("report breach");
});

test("the last fifty signals are kept and all are counted", () => {
  const incidents = new Incidents();
  for (let i = 0; i < 200; i++) incidents.observe(signal(i));
  const incident = incidents.list()[0];
  expect(incident?.signals).toHaveLength(signalsMax);
  expect(incident?.signals.at(-1)?.at).toBe(199);
  expect(incident?.signalCount).toBe(200);
});

test("what was seen of the whole is kept through floods of what single sources did, the low of it first to go", () => {
  const incidents = new Incidents();
  const source = { address: "192.0.2.1", network: "n", narrow: "c" };
  incidents.observe(signal(0, { evidence: { meaning: "whole" }, actor: undefined }));
  for (const level of ["low", "high", "low"] as const)
    for (let i = 1; i <= 2 * signalsMax; i++) incidents.observe(signal(i, { level, actor: source, evidence: { meaning: level } }));
  incidents.observe(signal(999, { level: "info", evidence: { meaning: "released" }, actor: undefined }));
  const meanings = incidents.list()[0]?.signals.map(({ evidence }) => evidence["meaning"]);
  expect(meanings).toEqual(["whole", ...Array.from({ length: signalsMax - 2 }, () => "high"), "released"]);
});

test("a trigger makes one incident a key, and beyond fifty keys one for the rest", () => {
  const incidents = new Incidents();
  for (let i = 0; i < 500; i++) incidents.observe(signal(i, { detector: "trigger.t", evidence: { key: `10.0.0.${i}`, title: "Too many" } }));
  expect(incidents.list()).toHaveLength(keysPerTriggerMax + 1);
  expect(incidents.list().every((incident) => incident.title === "Too many")).toBe(true);
  expect(incidents.dueAlerts()).toHaveLength(keysPerTriggerMax + 1);
});

test("open, pending and closed incidents stay within their bounds; the quietest gives way", () => {
  const incidents = new Incidents();
  for (let i = 0; i < openMax + closedMax + 200; i++) incidents.observe(signal(i, { endpointId: `e${i}`, actor: another(i) }));
  const list = incidents.list();
  expect(list.filter((incident) => incident.status === "open")).toHaveLength(openMax);
  expect(list.filter((incident) => incident.closedBy === "bound")).toHaveLength(closedMax);
  expect(list.some((incident) => incident.group === "enumeration|e0")).toBe(false);
  for (let i = 0; i < pendingMax + 500; i++) incidents.observe(signal(9_000, { endpointId: `p${i}`, level: "low", actor: another(9_999) }));
  expect(incidents.exportState().pending).toHaveLength(pendingMax);
});

test("restored from its state it goes on as if it had not stopped: nothing told twice, nothing due lost", () => {
  const events = Array.from({ length: 300 }, (_, i) => signal(i * 120_000, { level: i % 97 === 96 ? "critical" : i % 3 === 0 ? "medium" : "low", endpointId: `e${i % 4}` }));
  const straight = new Incidents();
  const told: string[] = [];
  for (const event of events) straight.observe(event);
  told.push(...straight.dueAlerts().map((alert) => alert.id));

  let broken = new Incidents();
  for (const [i, event] of events.entries()) {
    broken.observe(event);
    if (i % 10 !== 9) continue;
    const state: IncidentsState = structuredClone(broken.exportState());
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    broken = Incidents.restore(state);
  }
  expect(broken.dueAlerts().map((alert) => alert.id)).toEqual(told);
  expect(broken.list()).toEqual(straight.list());
});

test("addresses are cut when their time is over, open or closed, also after a restart; numbers and levels stay", () => {
  const day = 86_400_000;
  const keepMs = 90 * day;
  const actors = ["198.51.100.7", "198.51.100.8", "2001:db8::1"].map((address) => ({ address, network: "n", narrow: "c" }));
  let incidents = new Incidents({ quietMs: 200 * day });
  for (const [i, actor] of actors.entries()) incidents.observe(signal(i * hour, { actor }));
  const trigger = { detector: "trigger.t", endpointId: undefined, actor: actors[0], evidence: { key: "198.51.100.7", title: "Many from 198.51.100.7" } };
  const closed = incidents.observe(signal(0, trigger))?.incident.id ?? "";
  incidents.triage(closed, "closed", "me", hour);

  incidents.dueAlerts();
  incidents.forgetAddresses(day, keepMs);
  incidents = Incidents.restore(JSON.parse(JSON.stringify(incidents.exportState())) as IncidentsState, { quietMs: 200 * day });
  incidents.forgetAddresses(91 * day - 1, keepMs);
  expect(JSON.stringify(incidents.list())).toContain("198.51.100.7");

  incidents.observe(signal(91 * day, { actor: { address: "203.0.113.1", network: "n", narrow: "c" } }));
  incidents.dueAlerts();
  const before = incidents.list();
  incidents.forgetAddresses(91 * day + hour, keepMs);
  incidents.forgetAddresses(91 * day + 2 * hour, keepMs);
  const [open, over] = incidents.list();
  expect(JSON.stringify(incidents.exportState())).not.toMatch(/198\.51\.100\.[78]|db8::1"/);
  expect(open?.sources.map((source) => source.address)).toEqual(["198.51.100.0/24", "2001:db8:0:0::/64", "203.0.113.1"]);
  expect(over).toMatchObject({ title: "Many from 198.51.100.0/24", sources: [{ address: "198.51.100.0/24" }], group: "trigger.t|198.51.100.0/24" });
  for (const [i, incident] of [open, over].entries())
    expect(incident).toMatchObject({ sourceCount: before[i]?.sourceCount, signalCount: before[i]?.signalCount, level: before[i]?.level, disclosed: before[i]?.disclosed });
});

test("recorded traffic of last year keeps its addresses as long as today's", () => {
  const day = 86_400_000;
  const incidents = new Incidents();
  incidents.observe(signal(0));
  incidents.forgetAddresses(400 * day, 90 * day);
  expect(incidents.list()[0]?.sources[0]?.address).toBe("198.51.100.7");
  incidents.forgetAddresses(490 * day, 90 * day);
  expect(incidents.list()[0]?.sources[0]?.address).toBe("198.51.100.0/24");
});

test("what a source asked in all is told as often as one likes, before a restart and after, and never falls", () => {
  const incidents = new Incidents();
  const id = incidents.observe(signal(0))?.incident.id ?? "";
  for (const total of [10, 10, 12]) incidents.sourceAsked(id, "198.51.100.7", 1, total);
  const again = Incidents.restore(JSON.parse(JSON.stringify(incidents.exportState())) as IncidentsState);
  for (const total of [12, 3]) again.sourceAsked(id, "198.51.100.7", 2, total);
  expect(again.list()[0]?.sources).toEqual([{ address: "198.51.100.7", asked: 12, firstAt: 0, lastAt: 2 }]);
});

test("an incident names 100 endpoints, the first seen, and 10,000 alerts wait to be fetched, of which the oldest goes", () => {
  const wide = new Incidents();
  for (let i = 0; i <= endpointsMax; i++) wide.observe(signal(i, { detector: "trigger.t", endpointId: `e${i}`, evidence: { key: "k" } }));
  expect(wide.list()[0]?.endpointIds).toEqual(Array.from({ length: endpointsMax }, (_, i) => `e${i}`));
  const unfetched = new Incidents();
  for (let i = 0; i <= dueMax; i++) unfetched.observe(signal(i, { endpointId: `e${i}`, actor: another(i) }));
  const due = unfetched.dueAlerts();
  expect([due.length, due[0]?.at]).toEqual([dueMax, 1]);
});
