import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exchange, Signal } from "@postern/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseConfig } from "../config/parse-config.ts";
import { makePorts } from "../keys/make-ports.ts";
import type { GateFrame } from "../gate-hub-wire.ts";
import { HubCore } from "./hub-core.ts";
import { snapshotRows } from "./questions-file.ts";

const parsed = parseConfig(
  `
endpoints:
  - { match: "GET /users/{phone}/status", subject: { in: path, name: phone, type: phone }, oracle: declared }
  - { match: "POST /login/{phone}", subject: { in: path, name: phone, type: phone }, kind: sign-in }
`,
  { name: "postern.yaml", env: {} },
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed));
const { config } = parsed;
const minute = 60_000;
const begin = 20_000 * 86_400_000;
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-questions-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("a hub that was killed and started again", () => {
  test("tells next of a walk through a block, and of whose clients it is, what one tells that never stopped", () => {
    const story = attackAfterTwoDays();
    const live = start(join(dir, "live"));
    const deaths = [0.3, 0.86, 0.93, 0.97].map((share) => Math.floor(story.length * share));
    let restarts = 0;
    let mortal = start(join(dir, "0"));
    for (const [n, exchange] of story.entries()) {
      for (const core of [live, mortal]) hears(core, n + 1, exchange);
      if (!deaths.includes(n)) continue;
      // Some die right after a snapshot of the questions, some long after the last one. What else was learned is saved every five seconds.
      if (restarts % 2 === 1) mortal.close();
      mortal.save();
      mortal = kill(join(dir, String(restarts)), join(dir, String(++restarts)));
    }
    expect(restarts).toBe(4);
    const told = (core: HubCore): Signal[] => core.recentSignals.filter(({ detector }) => /^enumeration\.(?:block|neighbours)$/.test(detector));
    expect(new Set(told(live).map(({ detector }) => detector))).toEqual(new Set(["enumeration.block", "enumeration.neighbours"]));
    expect(told(mortal)).toEqual(told(live));
    const endpoint = told(live)[0]?.endpointId ?? "";
    const end = (story.at(-1)?.at ?? 0) + 10 * minute;
    expect(live.ledger.questions.names.named(endpoint, end)?.verdict).toBe("named");
    expect(mortal.ledger.questions.names.named(endpoint, end)).toEqual(live.ledger.questions.names.named(endpoint, end));
    expect(known(mortal)).toEqual(known(live));
    mortal.close();
    live.close();
    const disk = readdirSync(join(dir, "live", "hub")).map((name) => readFileSync(join(dir, "live", "hub", name), "utf8"));
    for (const exchange of story.slice(0, 50)) expect(disk.join()).not.toContain(/\d{11}/.exec(exchange.url)?.[0]);
  }, 60_000);

  test("reads at most a snapshot's worth of rows, and what the gate sends again counts once", () => {
    const core = start(join(dir, "0"));
    for (let n = 1; n <= 40; n++) hears(core, n, ask(begin + n * minute, 49_150_000_000 + n * 977, `10.0.0.${n}`));
    const again = kill(join(dir, "0"), join(dir, "1"));
    for (let n = 30; n <= 40; n++) hears(again, n, ask(begin + n * minute, 49_150_000_000 + n * 977, `10.0.0.${n}`));
    expect(core.ledger.questions.exportState().names[0]?.[1].told.rows.length).toBeGreaterThan(35);
    expect(known(again)).toEqual(known(core));
    for (const one of [core, again]) one.close();
    const segments = readdirSync(join(dir, "1", "journal")).filter((name) => name.startsWith("questions-"));
    expect(segments.length).toBeLessThanOrEqual(2);
    expect(snapshotRows * 250).toBeLessThan(8 * 1024 * 1024);
  });
});

/** The order of numbers is gathered anew: they are not written down. Filters by their digest, which is compared faster. */
function known(core: HubCore): unknown {
  const { targets, ...rest } = core.ledger.questions.exportState();
  const kept = { ...rest, targets: targets.map(([id, state]) => [id, { ...state, order: undefined }]) };
  return JSON.parse(JSON.stringify(kept, (_key, value: unknown) => (value instanceof Uint32Array ? createHash("sha256").update(value).digest("hex") : value)));
}

/** Two quiet days of people who look somebody up and mostly sign in as them, then a block asked about number by number, in no order, from ever new addresses with a program of its own. */
function attackAfterTwoDays(): readonly Exchange[] {
  const story: Exchange[] = [];
  const chance = (n: number, salt: number): number => (Math.imul(n + 1, 2_654_435_761) ^ Math.imul(salt, 40_503_977)) >>> 0;
  for (let n = 0; n < 420; n++) {
    const at = begin + n * 5 * minute;
    const number = 49_150_000_000 + (chance(n, 1) % 90_000_000);
    const address = `20.${chance(n, 2) % 200}.${chance(n, 3) % 250}.7`;
    story.push(ask(at, number, address));
    if (chance(n, 4) % 4 !== 0) story.push(exchangeOf(at + 20_000, "POST", `/login/+${number}`, address, "Shop/3.1"));
    if (n >= 340) for (let k = 0; k < 2; k++) story.push(ask(at + (k + 1) * minute, 49_161_000_000 + ((((n - 340) * 2 + k) * 67) % 160), `30.${n % 200}.${k}.9`, "scan/1.0"));
  }
  return story.sort((a, b) => a.at - b.at);
}

function ask(at: number, number: number, address: string, program = "Shop/3.1"): Exchange {
  return exchangeOf(at, "GET", `/users/+${number}/status`, address, program);
}

let made = 0;
function exchangeOf(at: number, method: string, path: string, address: string, program: string): Exchange {
  return {
    id: `x${made++}`,
    at,
    method,
    url: `http://shop.example${path}`,
    client: { address },
    request: { headers: [["user-agent", program]] },
    response: { headers: [["content-type", "application/json"]], status: 200, body: '{"active":true}' },
    carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
  };
}

/** As the hub's process does, the gate is told what to guard now and then. */
function hears(core: HubCore, seq: number, exchange: Exchange): void {
  const frame: Extract<GateFrame, { t: "batch" }> = { t: "batch", epoch: "gate", seq, exchanges: [exchange], signals: [], signalSeq: 0, usage: [], upstreamErrors: 0 };
  core.onFrame(frame);
  if (seq % 50 === 1) core.policy();
}

function start(dataDir: string): HubCore {
  const core = new HubCore({ dataDir, ports: makePorts({ secret: new Uint8Array(32).fill(7) }, 1), mode: "observe", config, now: () => begin, onIncident: () => undefined });
  core.policy();
  return core;
}

/** What a `kill -9` leaves: everything handed to the operating system, nothing else. Its open segments are as the next life finds them when their owner is gone. */
function kill(from: string, to: string): HubCore {
  cpSync(from, to, { recursive: true });
  for (const name of readdirSync(join(to, "journal"))) if (name.endsWith(".open")) renameSync(join(to, "journal", name), join(to, "journal", `${name.slice(0, -5)}.ndjson`));
  return start(to);
}
