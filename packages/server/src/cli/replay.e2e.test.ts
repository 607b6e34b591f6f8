import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exchangeLine, type Incident, type Signal } from "@postern/engine";
import { attackList, createLatchkey, flaws, honestDay, mergeSessions, runDirect, smashAndGrab } from "@postern/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../config/load-config.ts";
import { makePorts } from "../keys/make-ports.ts";
import { readInput } from "../sources/read-file.ts";
import { ImportRun } from "./import-run.ts";

// Whoever disputes a finding reads the same recording with the same key and gets the same bytes: in whatever process, folder, time zone or pieces.

const program = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "postern-replay-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const from = Date.UTC(2026, 2, 2);
const recording = join(dir, "day.ndjson");
const log = join(dir, "access.log");

beforeAll(() => {
  const day = { from, to: from + 86_400_000 };
  const latchkey = createLatchkey({ flaws: flaws("F1", "F2", "F3"), accounts: 300, seed: "replay", now: () => from });
  const attack = smashAndGrab({
    list: attackList(latchkey, { size: 200, validShare: 0.5, seed: "replay" }),
    from: from + 50_000_000,
    seed: "replay",
    addresses: 3,
    ratePerSecond: 1,
  });
  const honest = honestDay({ population: latchkey.population, seed: "replay", sessionsPerDay: 200, ...day });
  const lines: string[] = [];
  const logLines: string[] = [];
  runDirect(mergeSessions(honest, attack.sessions), latchkey, day, (exchange) => {
    lines.push(exchangeLine(exchange));
    const stamp = new Date(exchange.at).toISOString();
    const { pathname, search } = new URL(exchange.url);
    const at = `${stamp.slice(8, 10)}/Mar/${stamp.slice(0, 4)}:${stamp.slice(11, 19)} +0000`;
    logLines.push(
      `${exchange.client.address} - - [${at}] "${exchange.method} ${pathname}${search} HTTP/1.1" ${exchange.response.status} ${exchange.response.size ?? 0} "-" "app/1"`,
    );
  });
  latchkey.close();
  writeFileSync(recording, `${lines.join("\n")}\n`);
  // Above four megabytes other threads help to read it.
  const once = `${logLines.join("\n")}\n`;
  writeFileSync(log, once.repeat(Math.ceil((4.2 * 1024 * 1024) / once.length)));
});

/** What one process says about a file, and every row it kept; where, when and by whom must not matter. */
async function replayed(file: string, place: string, env: NodeJS.ProcessEnv): Promise<Replayed> {
  const cwd = join(dir, place);
  mkdirSync(cwd, { recursive: true });
  const shared = { PATH: process.env["PATH"], HOME: join(dir, "home"), POSTERN_KEY_FILE: join(dir, "keys", "key"), ...env };
  const json = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, [program, "import", file, "--json", "--data", "data"], { cwd, env: shared, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr));
    });
  });
  const journal = join(cwd, "data", "journal");
  const rows = (kind: string): string =>
    readdirSync(journal)
      .filter((name) => name.startsWith(`${kind}-`))
      .toSorted()
      .map((name) => readFileSync(join(journal, name), "utf8"))
      .join("");
  return { json, signals: rows("signals"), disclosures: rows("disclosures"), exchanges: rows("exchanges") };
}

interface Replayed {
  readonly json: string;
  readonly signals: string;
  readonly disclosures: string;
  readonly exchanges: string;
}

describe("the same recording, read again with the same key", () => {
  test.each([
    ["exchanges with bodies", recording],
    ["an access log that several threads read", log],
  ])("%s: another process, folder, time zone and language give the same bytes", async (name, file) => {
    const place = name.split(" ")[1] ?? "";
    const one = await replayed(file, `${place}/one`, { TZ: "UTC", LANG: "C" });
    const two = await replayed(file, `${place}/deeper/two`, { TZ: "Asia/Tokyo", LANG: "tr_TR.UTF-8", NODE_OPTIONS: "--max-semi-space-size=1" });
    expect(two.json === one.json).toBe(true);
    expect([two.signals === one.signals, two.disclosures === one.disclosures, two.exchanges === one.exchanges]).toEqual([true, true, true]);
    const document: { incidents: { items: unknown[] }; signals: { total: number } } = JSON.parse(one.json);
    if (file === recording) expect([document.incidents.items.length > 0, document.signals.total > 0, one.signals.includes('"detector":"enumeration.')]).toEqual([true, true, true]);
  });

  test("the pieces in which a file comes from the disk change nothing", async () => {
    const bytes = readFileSync(recording);
    const whole = await inPieces([bytes]);
    expect(whole.signals.length).toBeGreaterThan(0);
    expect(whole.incidents.length).toBeGreaterThan(0);
    for (const size of [bytes.length >> 1, 65_536, 4_093]) {
      expect(
        JSON.stringify(await inPieces(Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size)))) === JSON.stringify(whole),
      ).toBe(true);
    }
  });
});

async function inPieces(pieces: readonly Uint8Array[]): Promise<{ readonly signals: readonly Signal[]; readonly incidents: readonly Incident[]; readonly learned: unknown }> {
  const ports = makePorts({ secret: new Uint8Array(32).fill(9) }, 1);
  const signals: Signal[] = [];
  const run = new ImportRun({ ports, config: loadConfig(undefined), mode: "observe", idPrefix: "r", onSignals: (more) => void signals.push(...more) });
  async function* stdin(): AsyncIterable<Uint8Array> {
    yield* pieces;
  }
  for await (const batch of readInput("-", "ndjson", { stdin: stdin() })) {
    if (run.begins(batch)) throw new Error("small enough to be decided at once");
    for (const exchange of batch.exchanges) run.push(exchange);
  }
  run.finish();
  return { signals, incidents: run.incidents.list(), learned: run.ledger.exportState() };
}
