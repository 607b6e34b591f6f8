import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aftermath, aftermathSignal, judgeSlow, type SlowAlarm, slowSignal } from "@postern/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askAftermath } from "./ask-aftermath.ts";
import { askSlow } from "./ask-slow.ts";
import { Journal } from "./journal.ts";
import { endStore, startStore } from "./open-store.ts";
import { StoreClient } from "./store-client.ts";
import { storeSocketPath } from "./store-socket.ts";
import { sampleExchange, sampleHash } from "./testing/sample-rows.ts";
import { storedDays, type StoredDaysOptions } from "./testing/stored-days.ts";
import { storeCommand } from "./testing/store-command.ts";

const dataDir = mkdtempSync(join(tmpdir(), "postern-slow-"));
const journalsDir = join(dataDir, "journals");
const dayMs = 86_400_000;
const from = Date.UTC(2026, 2, 2);
const days = 90;
const window = { from, to: from + days * dayMs };
let child: ChildProcess;
let client: StoreClient;
let alarms: readonly SlowAlarm[];

const partner = "00112233aabbccdd";
const quiet = { from, days, newcomersPerDay: 40 };
const worlds: readonly StoredDaysOptions[] = [
  { ...quiet, seed: "test-honest", net: 10, endpointId: "honest" },
  { ...quiet, seed: "test-grows", net: 20, endpointId: "grows", newcomersPerDay: 20, growthPerDay: 0.01, outageDays: [40, 41, 42], unfollowedShare: 0.4 },
  { ...quiet, seed: "test-attacked", net: 30, endpointId: "attacked", attack: { fromDay: 40, perDay: 288, addresses: 20_000 } },
  { ...quiet, seed: "test-crept", net: 40, endpointId: "crept", attack: { fromDay: 0, perDay: 7, addresses: 20_000, growthPerDay: 0.02 } },
  { ...quiet, seed: "test-always", net: 50, endpointId: "always", attack: { fromDay: 0, perDay: 96, addresses: 20_000 } },
  { ...quiet, seed: "test-patient", net: 60, endpointId: "patient", attack: { fromDay: 10, perDay: 1, addresses: 1 } },
  { ...quiet, seed: "test-block", net: 70, endpointId: "block", attack: { fromDay: 10, perDay: 2, addresses: 30, inOneNetwork: true } },
  { ...quiet, seed: "test-partner", net: 80, endpointId: "partner", newcomersPerDay: 20, attack: { fromDay: 0, perDay: 40, addresses: 1, credential: partner } },
];

beforeAll(async () => {
  write(worlds);
  child = await startStore({ dataDir, command: storeCommand(dataDir) });
  client = new StoreClient({ socketPath: storeSocketPath(dataDir) });
  await client.flush();
  alarms = judgeSlow(await askSlow(client, { ...window, principals: [partner] }));
});

afterAll(async () => {
  await client?.close();
  if (child !== undefined) await endStore(child);
  rmSync(dataDir, { recursive: true, force: true });
});

function write(of: readonly StoredDaysOptions[]): void {
  const [disclosures, followUps] = [journal("disclosures"), journal("followups")];
  for (const world of of) {
    for (const day of storedDays(world)) {
      disclosures.appendAll(day.disclosures);
      followUps.appendAll(day.followUps);
    }
  }
  disclosures.close();
  followUps.close();
}

function of(endpointId: string): (string | number)[][] {
  return alarms.filter((one) => one.endpointId === endpointId).map((one) => [one.detector, one.level, one.key, (one.sureOn - from) / dayMs]);
}

describe("ninety stored days, looked back on", () => {
  test("of an honest service, and of one that grows and fails for three days, raise nothing", () => {
    expect(of("honest")).toEqual([]);
    expect(of("grows")).toEqual([]);
  });

  test("tell of 20,000 addresses at one question in 300 seconds within four days, and of the pace that no person keeps", () => {
    const found = of("attacked");
    expect(found.map(([detector]) => detector)).toEqual(["enumeration.follow-up", "enumeration.clock"]);
    expect(Number(found[0]?.[3])).toBeGreaterThanOrEqual(40);
    expect(Number(found[0]?.[3])).toBeLessThanOrEqual(43);
  });

  test("tell of an attack that was there from the first day: growing, against the first weeks; even, by its hours", () => {
    expect(of("crept").map(([detector]) => detector)).toContain("enumeration.follow-up");
    expect(of("always").map(([detector, level]) => [detector, level])).toEqual([["enumeration.clock", "high"]]);
  });

  test("name the address that asks once a day for ever, and the network whose addresses take turns", () => {
    expect(of("patient").map(([detector, , key]) => [detector, key])).toEqual([["enumeration.source", "61.0.0.0"]]);
    expect(of("block").map(([detector, , key]) => [detector, key])).toEqual([["enumeration.source", "71.0.0.0/24"]]);
  });

  test("give the same signals when asked again, also after every row was loaded a second time", async () => {
    write([worlds[2] as StoredDaysOptions]);
    await client.flush();
    const again = await askSlow(client, { ...window, principals: [partner] });
    const signals = (all: readonly SlowAlarm[]): unknown[] => all.map((alarm) => slowSignal(alarm, window.to)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(signals(judgeSlow(again))).toEqual(signals(alarms));
  });

  test("leave out whoever is a proven principal, and endpoints that were not asked for", async () => {
    expect(of("partner")).toEqual([]);
    const unproven = await askSlow(client, { ...window, endpoint: "partner" });
    expect(new Set(unproven.days.map((day) => day.endpointId))).toEqual(new Set(["partner"]));
    expect(judgeSlow(unproven).map((alarm) => alarm.key)).toContain("81.0.0.0");
  });

  test("tell that a leaked list is used: who was told about to a stranger and recovers an account on a later day", async () => {
    const confirmed = sampleHash(1);
    const subject = (n: number): string => sampleHash(9_000_000 + n);
    const [exchanges, disclosures, followUps] = [journal("exchanges"), journal("disclosures"), journal("followups")];
    const told = (n: number, address: string): void =>
      disclosures.append({
        ...storedRow(`a${n}${address}`, from + 1_000),
        endpointId: "leaks",
        subject: subject(n),
        address,
        answer: "truthful",
        responseClass: confirmed,
        narrow: subject(0),
      });
    // A stranger learned of the first fifty; everybody asks about himself and signs in each day.
    for (let n = 0; n < 400; n++) {
      if (n < 50) told(n, "198.51.100.7");
      told(n, `90.0.${n >> 8}.${n & 255}`);
      for (let day = 0; day < 8; day++)
        followUps.append({
          ...storedRow(`f${n}.${day}`, from + day * dayMs + n * 1_000),
          endpointId: "sign-in",
          kind: "sign-in",
          subject: subject(n),
          narrow: subject(0),
          address: `90.0.${n >> 8}.${n & 255}`,
        });
    }
    // Each day ten recover an account at home, nine of the exposed elsewhere.
    for (let day = 1; day < 8; day++) {
      for (let n = 0; n < 19; n++) {
        const who = n < 10 ? (day * 37 + n * 29) % 400 : (day * 9 + n) % 50;
        const row = {
          ...sampleExchange(3, from + day * dayMs + 3_600_000),
          id: `r${day}.${n}`,
          endpointId: "recover",
          status: 200,
          subjects: [{ type: "phone", hash: subject(who) }],
        };
        exchanges.append({ ...row, address: n < 10 ? `90.0.${who >> 8}.${who & 255}` : `203.0.113.${day}` });
      }
    }
    for (const one of [exchanges, disclosures, followUps]) one.close();
    await client.flush();
    const cohorts = { from, to: from + 8 * dayMs, events: ["recover"], exposing: ["leaks"], confirmedClasses: [confirmed] };
    const found = await askAftermath(client, cohorts);
    const second = found.toSorted((a, b) => a.day - b.day)[1];
    expect([second?.events, second?.exposedEvents]).toEqual(expectedOn(1));
    expect((second?.exposedEvents ?? 0) + (second?.exposedOthers ?? 0)).toBe(50);
    expect(aftermathSignal(aftermath(found), 0)?.detector).toBe("takeover.aftermath");
    expect(aftermath(await askAftermath(client, { ...cohorts, exposing: ["honest"] })).sure).toBeUndefined();
  });
});

function journal(kind: string): Journal {
  return Journal.open({ dir: journalsDir, kind, segmentBytesMax: 8_000_000, segmentAgeMs: 1e9, now: Date.now });
}

function storedRow(id: string, at: number) {
  return { id, exchangeId: id, at, subjectType: "phone", credential: "" };
}

/** Distinct people that recovered on that day, and those of them below fifty. */
function expectedOn(day: number): number[] {
  const who = new Set(Array.from({ length: 19 }, (_, n) => (n < 10 ? (day * 37 + n * 29) % 400 : (day * 9 + n) % 50)));
  return [who.size, [...who].filter((n) => n < 50).length];
}
