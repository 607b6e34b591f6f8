import { describe, expect, test } from "vitest";
import { flaws } from "../latchkey/flaws.ts";
import { createLatchkey } from "../latchkey/latchkey.ts";
import { population } from "../population.ts";
import { runDirect } from "../drive/run-direct.ts";
import { attackList } from "./attack-list.ts";
import { distributed } from "./attack.ts";
import { honestDay, type HonestOptions } from "./honest-day.ts";
import { honestKinds, mergeSessions, type Script, type Session } from "./session.ts";

const from = Date.UTC(2026, 2, 2);
const hourMs = 3_600_000;
const people = population({ seed: "day", accounts: 5_000 });
const base: HonestOptions = { population: people, seed: "day", sessionsPerDay: 2_000, from, to: from + 24 * hourMs };

/** Every lookup a list of sessions makes on the flawed service, with the session it belongs to. */
function lookupsOf(sessions: Iterable<Session>) {
  const latchkey = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 5_000, seed: "day", now: () => from });
  const lookups: { at: number; address: string; number: string; userAgent: string }[] = [];
  runDirect(sessions, latchkey, { from, to: from + 48 * hourMs }, (exchange) => {
    const number = /users\/999-(\d+)\/status$/.exec(exchange.url)?.[1];
    const userAgent = exchange.request.headers.find(([name]) => name === "User-Agent")?.[1] ?? "";
    if (number !== undefined) lookups.push({ at: exchange.at, address: exchange.client.address, number, userAgent });
  });
  latchkey.close();
  return lookups;
}

describe("an honest day", () => {
  const day = [...honestDay(base)];
  const of = (kind: Session["kind"]) => day.filter((session) => session.kind === kind);

  test("is ordered by start, inside its window, with ids that never repeat", () => {
    const starts = day.map((session) => session.startAt);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(from);
    expect(Math.max(...starts)).toBeLessThan(base.to);
    expect(new Set(day.map((session) => session.id)).size).toBe(day.length);
  });

  test("has about as many visits as asked for, twice as many by day as by night", () => {
    const visits = day.filter((session) => !["roll-out", "monitor", "partner-job"].includes(session.kind));
    expect(visits.length).toBeGreaterThan(1_850);
    expect(visits.length).toBeLessThan(2_150);
    const between = (low: number, high: number) => visits.filter((session) => session.startAt >= from + low * hourMs && session.startAt < from + high * hourMs).length;
    expect(between(12, 18)).toBeGreaterThan(2 * between(0, 6));
  });

  test("holds one office's roll-out: fifty telephones, one address, ten minutes", () => {
    const devices = of("roll-out");
    expect(devices).toHaveLength(50);
    expect(new Set(devices.map((session) => session.address)).size).toBe(1);
    expect((devices.at(-1)?.startAt ?? 0) - (devices[0]?.startAt ?? 0)).toBeLessThan(600_000);
  });

  test("puts many people, with several User-Agents, behind a carrier's few addresses", () => {
    const lookups = lookupsOf(of("carrier-nat"));
    const addresses = new Set(lookups.map((lookup) => lookup.address));
    expect(addresses.size).toBeLessThanOrEqual(5);
    expect(new Set(lookups.map((lookup) => lookup.number)).size).toBeGreaterThan(300);
    expect(new Set(lookups.map((lookup) => lookup.userAgent)).size).toBeGreaterThan(6);
  });

  test("has a monitor that asks about the same number once a minute", () => {
    const lookups = lookupsOf(of("monitor"));
    expect(lookups).toHaveLength(1_440);
    expect(new Set(lookups.map((lookup) => lookup.number)).size).toBe(1);
    for (const [index, lookup] of lookups.entries()) expect(Math.abs(lookup.at - (from + index * 60_000))).toBeLessThan(1_000);
  });

  test("has families that ask about at most eight numbers", () => {
    const families = of("family-sync");
    expect(families.length).toBeGreaterThan(3);
    for (const family of families) expect(new Set(lookupsOf([family]).map((lookup) => lookup.number)).size).toBeLessThanOrEqual(8);
  });

  test("never looks anybody up for an address book, a partner, a crawler or a dashboard", () => {
    for (const kind of ["contact-sync", "partner-job", "crawler", "dashboard"] as const) {
      expect(of(kind).length).toBeGreaterThan(0);
      expect(lookupsOf(of(kind))).toEqual([]);
    }
  });

  test("repeats requests on a slow network, two or three times at most", () => {
    const seen = new Map<string, number>();
    const latest = new Map<string, { at: number; visit: number }>();
    for (const { address, number, at } of lookupsOf(of("slow-network"))) {
      // The same person may come a second time that day: a minute's pause makes another visit.
      const before = latest.get(`${address} ${number}`);
      const visit = before === undefined ? 0 : at - before.at < 60_000 ? before.visit : before.visit + 1;
      latest.set(`${address} ${number}`, { at, visit });
      seen.set(`${address} ${number} ${visit}`, (seen.get(`${address} ${number} ${visit}`) ?? 0) + 1);
    }
    expect([...seen.values()].filter((count) => count > 1).length).toBeGreaterThan(20);
    expect([...seen.values()].filter((count) => count > 3)).toEqual([]);
  });
});

test("a crowd comes when it is asked for, from as many homes as people, and signs in", () => {
  const at = from + 12 * hourMs;
  const calm = new Set([...honestDay(base)].map((session) => session.id));
  const crowd = [...honestDay({ ...base, crowds: [{ at, forMs: 300_000, sessions: 400 }] })].filter((session) => !calm.has(session.id));
  expect(crowd).toHaveLength(400);
  expect(new Set(crowd.map((session) => session.address)).size).toBeGreaterThan(370);
  for (const { startAt } of crowd) expect(Math.abs(startAt - at - 150_000)).toBeLessThanOrEqual(150_000);
});

test("a single hour still holds every kind that comes at set times", () => {
  const kinds = new Set([...honestDay({ ...base, from: from + 15 * hourMs, to: from + 16 * hourMs })].map((session) => session.kind));
  for (const kind of ["roll-out", "partner-job", "monitor"] as const) expect(kinds).toContain(kind);
});

test("a week names each of its sessions once and brings other newcomers every day", () => {
  const loadTests = [{ from: from + 3 * hourMs, to: from + 3.5 * hourMs, accounts: 10, perMinute: 2 }];
  const week = [...honestDay({ ...base, to: from + 7 * 24 * hourMs, withMonitor: false, loadTests })];
  expect(new Set(week.map((session) => session.id)).size).toBe(week.length);
  expect(new Set(week.map((session) => session.kind)).size).toBe(honestKinds.length - 1);
});

test("a tide, a retry storm and changing addresses change who comes, how often they ask and from where, the same for the same seed", () => {
  const tides = [{ from: from + 6 * hourMs, to: from + 7 * hourMs, factor: 3 }];
  const plain = [...honestDay({ ...base, withMonitor: false })];
  const within = (sessions: readonly { startAt: number }[], hour: number): number =>
    sessions.filter(({ startAt }) => startAt >= from + hour * hourMs && startAt < from + (hour + 1) * hourMs).length;
  const tide = [...honestDay({ ...base, sessionsPerDay: 5_000, withMonitor: false, tides })];
  expect(within(tide, 6)).toBeGreaterThan(2 * within(tide, 5));
  const moving = [...honestDay({ ...base, addressesChange: true, withMonitor: false })];
  expect(moving.map(({ id }) => id)).toEqual([...honestDay({ ...base, addressesChange: true, withMonitor: false })].map(({ id }) => id));
  expect(new Set(moving.map(({ address }) => address)).size).toBeGreaterThan(new Set(plain.map(({ address }) => address)).size);
});

test("attackers never come from an honest address, and two campaigns share none", () => {
  const honest = new Set([...honestDay({ ...base, sessionsPerDay: 5_000 })].map((session) => session.address));
  const list = attackList({ population: people }, { size: 3_000, validShare: 0.5, seed: "a" });
  const one = distributed({ list, from, seed: "a", campaign: 1 }).sessions.map((session) => session.address);
  const two = distributed({ list, from, seed: "a", campaign: 2 }).sessions.map((session) => session.address);
  expect(new Set([...one, ...two]).size).toBe(6_000);
  expect([...one, ...two].filter((address) => honest.has(address))).toEqual([]);
  for (const address of [...one, ...two, ...honest]) expect(address).toMatch(/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/);
});

function* silent(): Script {
  yield { dueAt: 0, request: { method: "GET", path: "/", headers: [] } };
  return "left";
}

test("merging keeps the order of start and loses nobody", () => {
  const session = (id: string, startAt: number): Session => ({ id, kind: "crawler", startAt, address: "127.1.0.1", run: silent });
  const merged = [...mergeSessions([session("a", 1), session("b", 5)], [], [session("c", 2), session("d", 5), session("e", 9)])];
  expect(merged.map((one) => one.id)).toEqual(["a", "c", "b", "d", "e"]);
});
