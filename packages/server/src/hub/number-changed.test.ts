import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Exchange } from "@postern/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { burst } from "../api/number-change-routes.ts";
import { parseConfig } from "../config/parse-config.ts";
import type { GateFrame } from "../gate-hub-wire.ts";
import { makePorts } from "../keys/make-ports.ts";
import { HubCore } from "./hub-core.ts";
import { hubToken, runHubOn } from "./run-hub.fixture.ts";

const parsed = parseConfig(
  `
endpoints:
  - { match: "GET /users/{phone}/status", subject: { in: path, name: phone, type: phone }, oracle: declared }
  - { match: "POST /devices/{phone}", subject: { in: path, name: phone, type: phone }, kind: device-completion }
  - { match: "POST /password/{phone}", subject: { in: path, name: phone, type: phone }, kind: password-reset }
`,
  { name: "postern.yaml", env: {} },
);
if (!parsed.ok) throw new Error(JSON.stringify(parsed));
const { config } = parsed;
const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const begin = Date.parse("2026-01-31T08:00:00Z");
const hour = 3_600_000;
const phone = "+491701234567";
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "postern-number-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("POST /number-changes", () => {
  test("a number that changed hands, a new device and a new password within 72 hours are told once of a person who was asked about, whichever process sees which", async () => {
    expect(await reported({ phone, at: "2026-01-31T08:00:00Z" })).toMatchObject([{ status: 200, body: { person: ports.hash("phone", phone), known: false } }]);
    const first = start(begin + 10 * hour);
    first.onFrame(frame(1, [exchange(1, "GET", `/users/${phone}/status`, begin + hour)]));
    first.onFrame(frame(2, [exchange(2, "POST", `/devices/${phone}`, begin + 10 * hour)]));
    first.tick();
    expect(told(first)).toEqual([]);
    first.close();
    const second = start(begin + 71 * hour);
    second.onFrame(frame(3, [exchange(3, "POST", `/password/${phone}`, begin + 71 * hour)]));
    second.tick();
    expect(told(second)).toEqual([{ level: "medium", person: ports.hash("phone", phone), hours: 71 }]);
    // One by itself is worth a look: nothing else would add up with it.
    expect(second.incidents.list().filter(({ kind }) => kind === "takeover")).toMatchObject([{ level: "medium" }]);
    second.close();
    const third = start(begin + 71.5 * hour);
    third.onFrame(frame(4, [exchange(4, "POST", `/password/${phone}`, begin + 71.5 * hour)]));
    third.tick();
    expect(told(third)).toHaveLength(1);
    third.close();
    for (const file of files(dir)) expect(readFileSync(file, "latin1")).not.toContain("1701234567");
  });

  test("is told when the number is reported last, and not when they lie further apart", async () => {
    await reported({ phone: "+491700000001", at: "2026-01-01T00:00:00Z" });
    const core = start(begin + hour);
    for (const [n, at] of [begin, begin + 80 * hour].entries()) {
      const other = `+49170999000${n}`;
      core.onFrame(frame(2 * n + 1, [exchange(10 + n, "POST", `/devices/${other}`, begin)]));
      core.onFrame(frame(2 * n + 2, [exchange(20 + n, "POST", `/password/${other}`, begin + hour)]));
      core.numbers.report(core.personOf(other), at);
    }
    core.tick();
    expect(told(core).map(({ person }) => person)).toEqual([ports.hash("phone", "+491709990000")]);
    core.close();
  });

  test("sent again it is the change it was; only who may write sends it, and only what is a number", async () => {
    const [one, two, later] = await reported(
      { phone, at: "2026-01-31T08:00:00Z" },
      { phone: "+49 (170) 1234567", at: "2026-01-31T08:30:00Z" },
      { phone, at: "2026-02-02T08:00:00Z" },
    );
    expect([one?.body, two?.body, later?.body]).toEqual([
      { person: ports.hash("phone", phone), at: "2026-01-31T08:00:00.000Z", known: false },
      { person: ports.hash("phone", phone), at: "2026-01-31T08:00:00.000Z", known: true },
      { person: ports.hash("phone", phone), at: "2026-02-02T08:00:00.000Z", known: false },
    ]);
    const refused = await reported({ phone: "ada@example.com" }, { phone, at: "yesterday" }, { phone, who: "me" }, {});
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    expect(JSON.stringify(refused)).not.toContain("ada@");
  });

  test("takes so many at once and then one a second", async () => {
    const hub = await runHubOn(dir, { ports, mode: "observe", config, now: () => begin });
    try {
      let busy: Response | undefined;
      for (let n = 0; n < burst + 20 && busy === undefined; n++) {
        const answer = await send(hub.consoleUrl, { phone, at: "2026-01-31T08:00:00Z" });
        if (answer.status !== 200) busy = answer;
      }
      expect(busy?.status).toBe(429);
      expect(Number(busy?.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await busy?.json()).toMatchObject({ code: "TOO_MANY_REQUESTS" });
    } finally {
      await hub.close();
    }
    expect(statSync(join(dir, "hub", "number-changes.ndjson")).size).toBeLessThan(100);
  });
});

function start(now: number): HubCore {
  const core = new HubCore({ dataDir: dir, ports, mode: "observe", config, now: () => now, onIncident: () => undefined });
  core.policy();
  return core;
}

function told(core: HubCore): { level: string; person: unknown; hours: unknown }[] {
  return core.recentSignals
    .filter(({ detector }) => detector === "takeover.number-change")
    .map(({ level, evidence }) => ({ level, person: evidence["person"], hours: evidence["hoursBetween"] }));
}

async function reported(...bodies: readonly object[]): Promise<{ status: number; body: unknown }[]> {
  const hub = await runHubOn(dir, { ports, mode: "observe", config, now: () => begin });
  try {
    const answers: { status: number; body: unknown }[] = [];
    for (const body of bodies) {
      const answer = await send(hub.consoleUrl, body);
      answers.push({ status: answer.status, body: await answer.json() });
    }
    return answers;
  } finally {
    await hub.close();
  }
}

function send(url: string, body: object): Promise<Response> {
  return fetch(`${url}/api/v1/number-changes`, {
    method: "POST",
    headers: { authorization: `Bearer ${hubToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : entry.isFile() ? [join(folder, entry.name)] : [],
  );
}

function frame(seq: number, exchanges: readonly Exchange[]): Extract<GateFrame, { t: "batch" }> {
  return { t: "batch", epoch: "gate", seq, exchanges, signals: [], signalSeq: 0, usage: [], upstreamErrors: 0 };
}

function exchange(n: number, method: string, path: string, at: number): Exchange {
  return {
    id: `x${n}`,
    at,
    method,
    url: `http://shop.example${path}`,
    client: { address: "10.0.0.1" },
    request: { headers: [["user-agent", "Shop/3.1"]] },
    response: { headers: [["content-type", "application/json"]], status: 200, body: '{"ok":true}' },
    carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
  };
}
