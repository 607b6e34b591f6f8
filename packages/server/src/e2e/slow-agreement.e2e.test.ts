import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Disclosure, Judge, judgeSlow, type Signal } from "@postern/engine";
import { runDirect } from "@postern/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cell } from "../bench/detection/cell.ts";
import { worldOf } from "../bench/detection/world.ts";
import { SourceTotals } from "../hub/source-totals.ts";
import { makePorts } from "../keys/make-ports.ts";
import { askSlow, type SlowAnswer } from "../store/ask-slow.ts";
import { type FollowUpRow, followUpRows } from "../store/follow-up-row.ts";
import { Journal } from "../store/journal.ts";
import { endStore, startStore } from "../store/open-store.ts";
import { StoreClient } from "../store/store-client.ts";
import { storeSocketPath } from "../store/store-socket.ts";
import { sampleHash } from "../store/testing/sample-rows.ts";
import { storeCommand } from "../store/testing/store-command.ts";

const dayMs = 86_400_000;
const honestDays = 24;
const attackDays = 5;
/** A small town, and 2,000 addresses that ask once in fifteen minutes. */
const cell: Cell = {
  id: "agreement",
  title: "one world, streamed and stored",
  group: "slow",
  honest: { accounts: 2_000, sessionsPerDay: 60 },
  warmMs: honestDays * dayMs,
  horizonMs: attackDays * dayMs,
  attack: { size: 2_000, validShare: 0.5, addresses: 2_000, ratePerSecond: 1 / 900, asApp: true },
  bar: {},
};

const dataDir = mkdtempSync(join(tmpdir(), "postern-agree-"));
const streamed: Signal[] = [];
const disclosures: Disclosure[] = [];
const followUps: FollowUpRow[] = [];
/** A scanner that the store and the hub's own totals count by sketches. */
const scanned = 9_000;
const totals = new SourceTotals();
const ports = makePorts({ secret: new TextEncoder().encode("agreement") }, 7);
let attackFrom: number;
let to: number;
let child: ChildProcess;
let client: StoreClient;
let answer: SlowAnswer;

beforeAll(async () => {
  const world = worldOf(cell, "test-agreement");
  attackFrom = world.attackFrom;
  to = world.to;
  let ids = 0;
  const judge = new Judge(
    ports,
    { mode: "observe", newId: () => `s${(ids += 1)}` },
    {
      exchange: (exchange, step, rows) => {
        disclosures.push(...rows);
        followUps.push(...followUpRows(exchange, step.anchors));
      },
      signals: (signals) => streamed.push(...signals),
    },
  );
  runDirect(world.sessions, world.latchkey, { from: world.from, to: world.to, host: "latchkey.example", gate: (exchange) => judge.decide(exchange).answer });
  judge.finish();
  world.latchkey.close();
  for (let n = 0; n < scanned; n++) {
    const row = {
      id: `scan${n}`,
      exchangeId: `scan${n}`,
      at: world.from + n * 250_000,
      endpointId: "scanned",
      subjectType: "phone",
      subject: ports.hash("phone", `+1${n}`),
      answer: "truthful",
    } as const;
    disclosures.push({ ...row, responseClass: sampleHash(1), narrow: sampleHash(2), address: "203.0.113.9", credential: "" });
    totals.told({ endpointId: "scanned", address: "203.0.113.9", subject: row.subject, classId: sampleHash(1), uniform: false, at: row.at });
  }
  for (const [kind, rows] of [
    ["disclosures", disclosures],
    ["followups", followUps],
  ] as const) {
    const journal = Journal.open({ dir: join(dataDir, "journals"), kind, segmentBytesMax: 8_000_000, segmentAgeMs: 1e9, now: Date.now });
    journal.appendAll(rows);
    journal.close();
  }
  child = await startStore({ dataDir, command: storeCommand(dataDir) });
  client = new StoreClient({ socketPath: storeSocketPath(dataDir) });
  await client.flush();
  answer = await askSlow(client, { from: world.from, to: world.to });
});

afterAll(async () => {
  await client?.close();
  if (child !== undefined) await endStore(child);
  rmSync(dataDir, { recursive: true, force: true });
});

describe("what is streamed and what is stored", () => {
  test("name the same endpoint, within days of each other, and neither names anything before the attack", () => {
    const told = streamed.filter((signal) => signal.detector === "enumeration.follow-up" && signal.level === "high");
    const found = judgeSlow(answer).filter((alarm) => alarm.detector === "enumeration.follow-up");
    expect(new Set(found.map((alarm) => alarm.endpointId))).toEqual(new Set(told.map((signal) => signal.endpointId)));
    expect(found).toHaveLength(1);
    for (const { at } of told) expect(at).toBeGreaterThanOrEqual(attackFrom);
    expect(found[0]?.sureOn).toBeGreaterThanOrEqual(attackFrom);
    expect(Math.abs((found[0]?.sureOn ?? 0) - (told[0]?.at ?? 0))).toBeLessThanOrEqual(attackDays * dayMs);
  });

  test("count the same newcomers and the same questions left without follow-up, endpoint by endpoint and day by day, exactly: sketches of a few people do not err", () => {
    const exact = counted();
    const days = answer.days.filter((day) => day.endpointId !== "scanned");
    expect(days.length).toBeGreaterThan(honestDays);
    for (const day of days) {
      const own = exact.get(`${day.endpointId} ${day.day}`);
      expect([day.newcomers, day.followed, day.unfollowed, day.knownFollowed, day.knownUnfollowed], new Date(day.day).toISOString()).toEqual(own);
    }
    expect(days.length).toBe([...exact.keys()].filter((key) => Number(key.split(" ")[1]) >= answer.from && Number(key.split(" ")[1]) < to && !key.startsWith("scanned")).length);
  });

  test("count many people of one source within the bounds of their sketches: 1.6 % stored and 3.3 % streamed, four deviations each", async () => {
    const stored = answer.sources.find((source) => source.endpointId === "scanned" && source.kind === "address");
    const live = totals.source("scanned", "203.0.113.9", () => "confirmed");
    const missing = disclosures.filter((row) => row.endpointId === "scanned" && row.at < answer.from).length;
    expect(Math.abs((stored?.asked ?? 0) / (scanned - missing) - 1)).toBeLessThan(4 * 0.016_25);
    expect(Math.abs((live?.asked ?? 0) / scanned - 1)).toBeLessThan(4 * 0.032_5);
    const [all] = await client.query("disclosureTotals", { endpoint: "scanned" });
    expect(all?.subjects).toBe(scanned);
  });
});

/** The same counts, made once more from the stream by sets: newcomers, followed, unfollowed, and the same of known sources. */
function counted(): Map<string, number[]> {
  const dayOf = (at: number): number => Math.floor(at / dayMs) * dayMs;
  const followed = new Map<string, Set<string>>();
  const since = new Map<string, number>();
  for (const { at, address, subject } of followUps) {
    for (const day of new Set([dayOf(at), dayOf(at - 600_000)])) {
      const key = `${address} ${day}`;
      followed.set(key, (followed.get(key) ?? new Set()).add(subject));
      since.set(address, Math.min(since.get(address) ?? Number.POSITIVE_INFINITY, day));
    }
  }
  const asked = new Map<string, { people: Set<string>; hours: Set<number> }>();
  for (const { endpointId, at, address, subject, answer: given } of disclosures) {
    if (given !== "truthful") continue;
    const key = `${endpointId} ${dayOf(at)} ${address}`;
    const one = asked.get(key) ?? { people: new Set(), hours: new Set() };
    one.people.add(subject);
    one.hours.add(Math.floor(at / 3_600_000));
    asked.set(key, one);
  }
  const out = new Map<string, number[]>();
  for (const [key, { people, hours }] of asked) {
    const [endpointId = "", day = "", address = ""] = key.split(" ");
    const own = followed.get(`${address} ${day}`) ?? new Set();
    const without = [...people].filter((subject) => !own.has(subject)).length;
    const newcomer = (since.get(address) ?? Number.POSITIVE_INFINITY) >= Number(day);
    const most = Math.min(people.size, 2 * hours.size);
    const sums = out.get(`${endpointId} ${day}`) ?? [0, 0, 0, 0, 0];
    const add = (place: number, value: number): void => void (sums[place] = (sums[place] ?? 0) + value);
    if (newcomer) add(0, 1);
    add(newcomer ? 1 : 3, Math.min(most, people.size - without));
    add(newcomer ? 2 : 4, Math.min(most, without));
    out.set(`${endpointId} ${day}`, sums);
  }
  return out;
}
