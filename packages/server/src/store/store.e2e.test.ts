import type { ChildProcess } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStore, startStore, endStore } from "./open-store.ts";
import { Journal } from "./journal.ts";
import { cursorOf, readCursor } from "./page-cursor.ts";
import { StoreClient } from "./store-client.ts";
import { storeSocketPath } from "./store-socket.ts";
import type { Retention } from "./retention.ts";
import { sampleDisclosure, sampleExchange, sampleHash } from "./testing/sample-rows.ts";
import { storeCommand } from "./testing/store-command.ts";

const dataDir = mkdtempSync(join(tmpdir(), "postern-store-"));
const journalsDir = join(dataDir, "journals");
const start = Date.UTC(2026, 10, 20, 12);
const rows = 3_000;
let child: ChildProcess;
let client: StoreClient;

function journal(kind: string): Journal {
  return Journal.open({ dir: journalsDir, kind, segmentBytesMax: 300_000, segmentAgeMs: 1_000, now: Date.now });
}

beforeAll(async () => {
  const [exchanges, disclosures, signals] = [journal("exchanges"), journal("disclosures"), journal("signals")];
  for (let number = 0; number < rows; number += 1) {
    const { answered, ...older } = sampleExchange(number, start + number * 5_000);
    exchanges.append(number === 7 ? older : { ...older, answered });
    disclosures.append(sampleDisclosure(number, start + number * 5_000));
  }
  signals.append({ id: "s1", detector: "enumeration.endpoint", level: "high", confidence: 0.99, at: start, endpointId: "e0", evidence: { counted: 40, bound: "x" } });
  signals.append({
    id: "s2",
    detector: "enumeration.source",
    level: "critical",
    confidence: 1,
    at: start + 1,
    endpointId: "e0",
    actor: { address: "10.0.0.9", network: sampleHash(1), narrow: sampleHash(2) },
    evidence: { eValue: 1e6 },
  });
  for (const one of [exchanges, disclosures, signals]) one.close();
  child = await startStore({ dataDir, command: storeCommand(dataDir) });
  client = new StoreClient({ socketPath: storeSocketPath(dataDir) });
  await client.flush();
});

afterAll(async () => {
  await client?.close();
  if (child !== undefined) await endStore(child);
  rmSync(dataDir, { recursive: true, force: true });
});

describe("the store", () => {
  test("holds every journaled row once and moved the segments to rest", async () => {
    const counted = await client.query("counts", {});
    expect(counted.map((row) => [row.table, row.rows, row.bad])).toEqual([
      ["disclosures", rows, 0],
      ["exchanges", rows, 0],
      ["signals", 2, 0],
    ]);
    expect(readdirSync(journalsDir)).toEqual(["loaded"]);
    expect((await client.ping()).loaded.rows).toBe(rows * 2 + 2);
  });

  test("counts distinct subjects exactly by endpoint, answer and class", async () => {
    const expected = new Map<string, Set<string>>();
    for (let number = 0; number < rows; number += 1) {
      const row = sampleDisclosure(number, 0);
      const key = `${row.endpointId} ${row.answer} ${row.responseClass}`;
      expected.set(key, (expected.get(key) ?? new Set()).add(row.subject));
    }
    const totals = await client.query("disclosureTotals", {});
    expect(new Map(totals.map((row) => [`${row.endpointId} ${row.answer} ${row.responseClass}`, row.subjects]))).toEqual(
      new Map([...expected].map(([key, set]) => [key, set.size])),
    );
  });

  test("counts each person once, by the strongest thing that was told", async () => {
    const [confirmedClass, deniedClass] = [sampleHash(0), sampleHash(1)];
    const best = new Map<string, number>();
    for (let number = 0; number < rows; number += 1) {
      const row = sampleDisclosure(number, 0);
      if (row.endpointId !== "e1") continue;
      const rank = row.answer === "uniform" ? 1 : row.responseClass === confirmedClass ? 4 : 3;
      best.set(row.subject, Math.max(best.get(row.subject) ?? 0, rank));
    }
    const count = (rank: number) => [...best.values()].filter((value) => value === rank).length;
    const [row] = await client.query("meaningTotals", { endpoint: "e1", confirmedClasses: [confirmedClass], deniedClasses: [deniedClass], nothingClasses: [] });
    expect(row).toMatchObject({ endpointId: "e1", confirmed: count(4), denied: count(3), uniform: count(1), unknown: 0 });
    const [blind] = await client.query("meaningTotals", { endpoint: "e1", confirmedClasses: [], deniedClasses: [], nothingClasses: [] });
    expect(blind).toMatchObject({ confirmed: 0, denied: 0, unknown: count(4) + count(3) });
  });

  test("keeps what the caller got beside what the service answered, and takes it for the same in rows that do not say", async () => {
    const rewritten = await client.query("exchanges", { id: "x1000", limit: 1 });
    expect(rewritten).toEqual([expect.objectContaining({ action: "uniform", status: 500, answered: 404 })]);
    expect(await client.query("exchanges", { id: "x7", limit: 1 })).toEqual([expect.objectContaining({ status: 200, answered: 200 })]);
    expect(await client.query("exchanges", { id: "x50", limit: 1 })).toEqual([expect.objectContaining({ status: 500, answered: 500 })]);
  });

  test("a window takes its first moment and leaves out its last", async () => {
    const from = start + 10 * 5_000;
    const totals = await client.query("disclosureTotals", { from, to: from + 5_000 });
    expect(totals).toHaveLength(1);
    expect(totals[0]).toMatchObject({ disclosures: 1, firstAt: from, lastAt: from });
  });

  test("gives the exposed subjects once each, page by page, with classes, times and addresses", async () => {
    const seen: string[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await client.query("exposure", { endpoint: "e2", limit: 100, ...(after === undefined ? {} : { after }) });
      seen.push(...page.map((row) => row.subject));
      expect(page.every((row) => row.firstAt >= start && row.lastAt >= row.firstAt && row.addresses >= 1 && row.subjectType === "phone")).toBe(true);
      if (page.length < 100) break;
      after = page.at(-1)?.subject;
    }
    const expected = new Set(
      Array.from({ length: rows }, (_, number) => sampleDisclosure(number, 0))
        .filter((row) => row.endpointId === "e2")
        .map((row) => row.subject),
    );
    expect(seen).toEqual([...expected].toSorted());
  });

  test("pages through exchanges newest first, each once, with and without filters", async () => {
    for (const filter of [{}, { endpoint: "e3" }, { status: 500 }, { from: start + 1_000_000 }]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      for (;;) {
        const before = readCursor(cursor);
        const page = await client.query("exchanges", { ...filter, limit: 500, ...(before === undefined ? {} : { before }) });
        seen.push(...page.map((row) => row.id));
        const last = page.at(-1);
        if (page.length < 500 || last === undefined) break;
        cursor = cursorOf(last);
      }
      const expected: string[] = [];
      for (let number = rows - 1; number >= 0; number -= 1) {
        if ("endpoint" in filter && number % 12 !== 3) continue;
        if ("status" in filter && number % 50 !== 0) continue;
        if ("from" in filter && number * 5_000 < 1_000_000) continue;
        expected.push(`x${number}`);
      }
      expect(seen).toEqual(expected);
    }
  });

  test("gives back an exchange as it was stored, and no more", async () => {
    const [row] = await client.query("exchanges", { id: "x1500" });
    expect(row).toMatchObject({
      id: "x1500",
      at: start + 1_500 * 5_000,
      status: 500,
      subjects: [sampleHash(1_500)],
      subjectTypes: ["phone"],
      flags: ["account-status"],
      would: "uniform",
      action: "allow",
      reason: "enumeration.credits",
    });
  });

  test("answers sources, actors, decisions, signals, coverage and hours", async () => {
    const sources = await client.query("sources", { endpoint: "e0", limit: 5 });
    expect(sources).toHaveLength(5);
    expect(sources[0]?.addresses).toBeGreaterThan(100);
    const actors = await client.query("actors", { confirmedClasses: [sampleHash(0)], limit: 3 });
    const [first, , third] = actors;
    expect(first?.subjects).toBeGreaterThanOrEqual(third?.subjects ?? Infinity);
    const more = await client.query("actors", { after: { subjects: third?.subjects ?? 0, address: third?.address ?? "" }, limit: 1_000 });
    expect(more.some((row) => actors.some((known) => known.address === row.address))).toBe(false);
    expect((await client.query("decisions", { actedOn: true })).map((row) => row.ref)).toEqual(["x2500", "x2000", "x1500", "x1000", "x500", "x0"]);
    expect((await client.query("signals", {})).map((row) => [row.id, row.evidence])).toEqual([
      ["s2", { eValue: 1e6 }],
      ["s1", { counted: 40, bound: "x" }],
    ]);
    const coverage = await client.query("coverage", {});
    expect(coverage.reduce((sum, row) => sum + row.exchanges, 0)).toBe(rows);
    expect(coverage[0]?.hour).toBe(start);
    const hours = await client.query("disclosureHours", { endpoint: "e0" });
    expect(hours.reduce((sum, row) => sum + row.disclosures, 0)).toBe(1_000);
  });

  test("a hostile value stays a value: no statement behind it runs, nothing is found", async () => {
    const hostile = ["' OR 1=1 --", "'; DROP TABLE postern.exchanges; --", "\\'; SELECT 1; --", "x\u0000'", "’; DROP DATABASE postern", "${}", "{a:String}"];
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary", maxLength: 60 })), async (text) => {
        expect(await client.query("exchanges", { endpoint: text })).toEqual([]);
        expect(await client.query("disclosures", { address: text || "none" })).toEqual([]);
      }),
      { numRuns: 60 },
    );
    expect((await client.query("counts", {}))[1]?.rows).toBe(rows);
  });

  test("refuses questions and values it does not know, and says so as USAGE", async () => {
    await expect(client.query("exchanges", { limit: 5_000 })).rejects.toMatchObject({ code: "USAGE" });
    await expect(client.query("exchanges", { from: Number.NaN })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("a bad line does not hold up the others: it is counted and kept", async () => {
    const more = journal("signals");
    more.append({ id: "s3", detector: "d", level: "low", confidence: 0.5, at: start + 2, evidence: {} });
    more.append({ id: 3, detector: "d", level: "low", confidence: "much", at: "yesterday", evidence: {} });
    more.append({ id: "s4", detector: "d", level: "low", confidence: 0.5, at: start + 3, evidence: {} });
    more.rotate();
    const open = readdirSync(journalsDir).find((file) => file.endsWith(".open")) ?? "";
    appendFileSync(join(journalsDir, open), "{ not json\n");
    more.close();
    await client.flush();
    const counted = await client.query("counts", {});
    expect(counted.find((row) => row.table === "signals")).toMatchObject({ rows: 4, bad: 2 });
    expect(readdirSync(join(journalsDir, "loaded")).filter((file) => file.endsWith(".bad"))).toHaveLength(1);
  });

  test("a second store on the same directory is refused, and the first one goes on", async () => {
    await expect(startStore({ dataDir, command: storeCommand(dataDir) })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", message: expect.stringContaining("DATA_DIR_LOCKED") });
    expect((await client.ping()).pid).toBe(child.pid);
  });

  test("a command uses the running store, and starts one of its own when there is none; deleted, it is rebuilt from the journals", async () => {
    const beside = await openStore({ dataDir, command: storeCommand(dataDir) });
    expect((await beside.client.ping()).pid).toBe(child.pid);
    await beside.close();
    await endStore(child);
    await expect(client.ping()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    rmSync(join(dataDir, "store"), { recursive: true });
    const alone = await openStore({ dataDir, command: storeCommand(dataDir) });
    expect((await alone.client.query("counts", {})).map((row) => row.rows)).toEqual([rows, rows, 4]);
    await alone.close();
    child = await startStore({ dataDir, command: storeCommand(dataDir) });
    // The old client finds the new process by itself.
    expect((await client.ping()).pid).toBe(child.pid);
  });
});

describe("retention", () => {
  test("rows are gone and addresses cut when their time is over, longer times hold, and a second look changes nothing", async () => {
    const day = 86_400_000;
    const own = mkdtempSync(join(tmpdir(), "postern-retention-"));
    const journals = join(own, "journals");
    const exchanges = Journal.open({ dir: journals, kind: "exchanges", segmentBytesMax: 300_000, segmentAgeMs: 1_000, now: Date.now });
    const disclosures = Journal.open({ dir: journals, kind: "disclosures", segmentBytesMax: 300_000, segmentAgeMs: 1_000, now: Date.now });
    for (let number = 0; number < 10; number += 1) {
      exchanges.append({ ...sampleExchange(number, start), address: "203.0.113.77" });
      disclosures.append({ ...sampleDisclosure(number, start), address: "203.0.113.77" });
    }
    exchanges.close();
    disclosures.close();
    const look = async (afterDays: number, retention: Retention): Promise<unknown> => {
      // What is due is taken away in the background; closing waits for it.
      await endStore(await startStore({ dataDir: own, command: storeCommand(own, ["50", String(afterDays), JSON.stringify(retention)]) }));
      const opened = await openStore({ dataDir: own, command: storeCommand(own) });
      try {
        const [row] = await opened.client.query("exchanges", { limit: 1 });
        const [told] = await opened.client.query("disclosures", { endpoint: "e0", limit: 1 });
        return [row?.address ?? null, told?.address ?? null];
      } finally {
        await opened.close();
      }
    };
    try {
      const long = { exchanges: 399 * day, disclosures: 400 * day, clearAddresses: 300 * day };
      expect(await look(0, {})).toEqual(["203.0.113.77", "203.0.113.77"]);
      expect(await look(200, long)).toEqual(["203.0.113.77", "203.0.113.77"]);
      expect(await look(20, { ...long, clearAddresses: 10 * day })).toEqual(["203.0.113.0/24", "203.0.113.0/24"]);
      expect(await look(20, { ...long, clearAddresses: 10 * day })).toEqual(["203.0.113.0/24", "203.0.113.0/24"]);
      expect(await look(95, {})).toEqual([null, "203.0.113.0/24"]);
      expect(await look(401, {})).toEqual([null, null]);
    } finally {
      rmSync(own, { recursive: true, force: true });
    }
  });
});
