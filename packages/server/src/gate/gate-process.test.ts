import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultBudget, type Disclosure, type Exchange, type GatePolicy, type GuardedEndpoint } from "@postern/engine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GateServer } from "../hub/gate-server.ts";
import type { PastLife } from "../gate-hub-wire.ts";
import { makePorts } from "../keys/make-ports.ts";
import { Journal } from "../store/journal.ts";
import { type RunningGate, runGate } from "./gate-process.ts";
import { networkHash } from "./judging-gate.ts";

const ports = makePorts({ secret: new Uint8Array(32).fill(7) }, 1);
const day = 86_400_000;
let now = Date.UTC(2026, 10, 22);
let dir: string;
let upstream: Server;
let gate: RunningGate | undefined;
let hub: GateServer | undefined;
let asked = 0;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "postern-gate-"));
  upstream = createServer((_, answer) => answer.end('{"exists":true}'));
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  await gate?.close(0);
  await hub?.close();
  gate = hub = undefined;
  await new Promise<void>((resolve) => {
    upstream.close(() => resolve());
    upstream.closeAllConnections();
  });
  rmSync(dir, { recursive: true, force: true });
});

describe("a gate that starts again", () => {
  test("spent credits are spent from the first request, without a hub", async () => {
    await startHub(policy([guard("a")]));
    await startGate();
    expect(await askTimes("a", 10)).toEqual([...truths(8), "uniform", "uniform"]);
    await endAll();
    await startGate();
    expect(gate?.replayed).toBe(10);
    expect(await askTimes("a", 1)).toEqual(["uniform"]);
  });

  test("a flagged source stays flagged, days after its credits came back", async () => {
    await startHub(policy([guard("a", 500)]));
    await startGate();
    // Three sign-ins first: where nobody ever follows up, nobody is flagged for not doing so.
    await askTimes("a", 3);
    now += 1_000;
    const network = networkHash(ports, "127.0.0.1");
    for (let n = 0; n < 3; n++) hub?.sendAnchors([{ at: now, endpointId: "x", kind: "sign-in", narrow: network, network, subjects: [ports.hash("integer", String(asked - n))] }]);
    for (let n = 0; n < 40; n++) {
      await askTimes("a", 1);
      now += 60_000;
    }
    // The last questions stay without a follow-up for ten minutes: the evidence is complete.
    now += 660_000;
    expect(await askTimes("a", 1)).toEqual(["uniform"]);
    await endAll();
    now += 5 * day;
    await startGate();
    expect(await askTimes("a", 1)).toEqual(["uniform"]);
  });

  test("what was spent on a guard that is gone is still spent when it returns", async () => {
    await startHub(policy([guard("a"), guard("b")]));
    await startGate();
    expect(await askTimes("b", 9)).toEqual([...truths(8), "uniform"]);
    hub?.sendPolicy(policy([guard("a")]));
    await untilSaid("b", "truth");
    await endAll();
    await startGate();
    await startHub(policy([guard("a"), guard("b")]));
    await untilSaid("b", "uniform");
  });

  test("credits spent while an endpoint was only declared are spent after it was learned and the gate died, with and without a hub", async () => {
    const declared = { ...guard("a"), id: "declared", host: "*" };
    const learned = { ...guard("a"), host: scope(), template: "/a/{cc}-{phone}", subjects: [{ location: { in: "path" as const, name: "cc-phone" }, type: "integer" as const }] };
    await startHub(policy([declared]));
    await startGate();
    expect(await askTimes("a", 9)).toEqual([...truths(8), "uniform"]);
    hub?.sendPolicy(policy([learned]));
    await until(() => readFileSync(join(dir, "gate", "policy.json"), "utf8").includes("{cc}"));
    for (const next of [[learned], [declared], [learned]]) {
      await endAll();
      await startGate();
      expect(await askTimes("a", 2)).toEqual(["uniform", "uniform"]);
      await startHub(policy(next));
      await until(() => hub?.gates === 1);
      expect(await askTimes("a", 2)).toEqual(["uniform", "uniform"]);
    }
  });

  test("without its saved policy it puts everything back when the hub sends one", async () => {
    await startHub(policy([guard("a")]));
    await startGate();
    await askTimes("a", 9);
    await endAll();
    writeFileSync(join(dir, "gate", "policy.json"), '{"version":1,"mo');
    await startGate();
    expect(gate?.replayed).toBe(0);
    await startHub(policy([guard("a")]));
    await untilSaid("a", "uniform");
  });

  test("rows of the hub or of an import were never charged and are not now", async () => {
    await startHub(policy([guard("a")]));
    await startGate();
    await askTimes("a", 1);
    await endAll();
    const journal = Journal.open({ dir: join(dir, "journal"), kind: "disclosures", segmentBytesMax: 1e6, segmentAgeMs: 1, now: Date.now });
    journal.appendAll(
      Array.from({ length: 50 }, (_, n): Disclosure => ({
        id: `x${n}.0`,
        exchangeId: `x${n}`,
        at: now,
        endpointId: "a",
        subjectType: "integer",
        subject: ports.hash("integer", String(n + 1e6)),
        answer: "truthful",
        responseClass: "c",
        narrow: ports.hash("client", "n"),
        address: "127.0.0.1",
        credential: "",
      })),
    );
    journal.close();
    await startGate();
    expect(gate?.replayed).toBe(1);
    expect(await askTimes("a", 8)).toEqual([...truths(7), "uniform"]);
  });

  test("hands on what the caller got beside what the service answered", async () => {
    const seen: Exchange[] = [];
    await startHub(policy([guard("a")]), undefined, (exchanges) => seen.push(...exchanges));
    await startGate();
    await askTimes("a", 9);
    await until(() => seen.length === 9);
    expect(seen.map((exchange) => [exchange.response.status, exchange.gate?.answered ?? exchange.response.status])).toEqual([
      ...Array.from({ length: 8 }, () => [200, 200]),
      [200, 404],
    ]);
  });

  test("tells of every life whose losses nobody counted, and of none that was counted or ended well", async () => {
    const lives: PastLife[] = [];
    for (const n of [1, 2]) {
      await startGate();
      now += 1_000;
      await askTimes("a", n);
      await endAll();
    }
    expect(readdirSync(join(dir, "gate", "lives"))).toHaveLength(2);
    await startGate();
    await startHub(policy([]), (life) => lives.push(life));
    await until(() => readdirSync(join(dir, "gate", "lives")).length === 1);
    expect(lives.map((life) => life.seq)).toEqual([1, 2]);
    await askTimes("a", 3);
    await gate?.close(5_000);
    gate = undefined;
    expect(readdirSync(join(dir, "gate", "lives"))).toEqual([]);
  });
});

/** The service's authority, as learned endpoints name their host. */
function scope(): string {
  const at = upstream.address();
  return `127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}`;
}

async function startGate(): Promise<void> {
  gate = await runGate({
    upstream: `http://${scope()}`,
    listenHost: "127.0.0.1",
    listenPort: 0,
    dataDir: dir,
    hubSocket: join(dir, "run", "hub.sock"),
    mode: "enforce",
    limits: [],
    trustedHops: 0,
    ports,
    clock: { now: () => now, factor: 1 },
    onEvent: () => undefined,
  });
  if (hub !== undefined) await until(() => hub?.gates === 1);
}

async function startHub(
  send: GatePolicy,
  onPastLife: (life: PastLife) => void = () => undefined,
  onExchanges: (exchanges: readonly Exchange[]) => void = () => undefined,
): Promise<void> {
  hub = new GateServer({
    path: join(dir, "run", "hub.sock"),
    policy: () => send,
    onFrame: (frame) => onExchanges(frame.exchanges),
    onPastLife,
    onGates: () => undefined,
    onError: () => undefined,
  });
  await hub.listen();
}

async function endAll(): Promise<void> {
  await gate?.close(0);
  await hub?.close();
  gate = hub = undefined;
}

/** Asks about so many new people, one after the other. */
async function askTimes(endpoint: string, times: number): Promise<string[]> {
  const said: string[] = [];
  for (let n = 0; n < times; n++) said.push(await ask(endpoint));
  return said;
}

async function untilSaid(endpoint: string, wanted: string): Promise<void> {
  const deadline = Date.now() + 5_000;
  while ((await ask(endpoint)) !== wanted) if (Date.now() > deadline) throw new Error(`It never said ${wanted}`);
}

function ask(endpoint: string): Promise<string> {
  asked++;
  return new Promise((resolve, reject) => {
    const one = request({ host: "127.0.0.1", port: gate?.port, path: `/${endpoint}/${asked}`, agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode === 200 ? "truth" : "uniform"));
    });
    one.on("error", reject);
    one.end();
  });
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function truths(count: number): string[] {
  return Array.from({ length: count }, () => "truth");
}

function policy(endpoints: readonly GuardedEndpoint[]): GatePolicy {
  return { version: 1, mode: "enforce", endpoints, principals: [] };
}

function guard(name: string, startCredits = 8): GuardedEndpoint {
  return {
    id: name,
    method: "GET",
    host: "*",
    template: `/${name}/{id}`,
    state: "budgeted",
    subjects: [{ location: { in: "path", name: "id" }, type: "integer" }],
    classes: { scalars: [] },
    tellsNothing: [],
    uniform: { status: 404, headers: [], body: "{}", learned: false },
    budget: { ...defaultBudget, startCredits, unanchoredCeiling: 1_000_000 },
  };
}
