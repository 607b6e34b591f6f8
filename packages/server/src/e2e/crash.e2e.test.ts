import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { normalForm } from "@postern/engine";
import { createLatchkey, dashed, international, population, serveLatchkey, strangersFrom } from "@postern/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadOrCreateKey } from "../keys/key-file.ts";
import { makePorts } from "../keys/make-ports.ts";
import { openStore } from "../store/open-store.ts";
import { cursorOf, readCursor } from "../store/page-cursor.ts";
import { type Asked, CrashLoad, until } from "./crash-load.ts";
import { CrashTree, mainFile, type Role, roles } from "./crash-tree.ts";

/** `kill -9` of each process alone, of all three, and of the whole tree with its supervisor, in turn, under load; the client's notes against the store. */
const rounds = 20;
const perSecond = 250;
const kinds: readonly (readonly Role[] | "tree")[] = [["gate"], ["hub"], ["store"], roles, "tree"];
const token = "a-token-for-the-crash-test-0123456789";
const people = population({ seed: "crash", accounts: 20_000 });

const home = mkdtempSync(join(tmpdir(), "postern-crash-"));
const dataDir = join(home, "data");
const keyFile = join(home, "key", "key");
const env = { HOME: home, POSTERN_KEY_FILE: keyFile, POSTERN_API_TOKEN: token };
let service: Awaited<ReturnType<typeof serveLatchkey>>;
let tree: CrashTree;
let load: CrashLoad;
const deaths: Death[] = [];
/** Answers to a source whose credits were spent before the first kill. */
const toSpent: Asked[] = [];
let incidents: readonly string[] = [];
let findings: readonly string[] = [];
let stated = 0;
let blindSpots = "";
let held: Held;
let ended: number | null = null;

beforeAll(async () => {
  const latchkey = createLatchkey({ flaws: { F1: true, F2: true, F3: true, F4: false }, accounts: people.accounts, seed: "crash", now: Date.now });
  service = await serveLatchkey(latchkey, { behindProxy: true });
  mkdirSync(join(home, "key"), { mode: 0o700 });
  writeFileSync(join(home, "postern.yaml"), configuration);
  const start = (listen: string, consolePort: string): Promise<CrashTree> =>
    CrashTree.start([service.url, "--listen", listen, "--console", consolePort, "--data", dataDir, "--mode", "enforce", "--config", join(home, "postern.yaml")], env);
  tree = await start("0", "0");
  // Half of the numbers have an account.
  load = new CrashLoad({
    port: () => tree.port,
    perSecond,
    numberAt: (n) => people.numberAt(n % 2 === 0 ? n / 2 : strangersFrom + n),
    pathOf: (national) => `/client/v1/users/${dashed(national)}/status`,
  });

  // The endpoint becomes known by traffic, a source spends its credits and goes on until an incident tells of it.
  load.start();
  await load.more(200);
  await until(guarded, 20_000, "the endpoint to be guarded");
  await load.more(300);
  for (let n = 0; n < 40; n++) await load.ask("127.250.0.9");
  await until(async () => (await ids("incidents")).length > 0, 20_000, "an incident");
  incidents = await ids("incidents");
  findings = await ids("findings");

  for (let round = 0; round < rounds; round++) {
    const kind = kinds[round % kinds.length] ?? "tree";
    const before = new Map(roles.map((role) => [role, tree.starts(role)]));
    // The moment varies with the round: in and between batches, ticks and saves.
    await load.more(80 + round * 7);
    let at: number;
    if (kind === "tree") {
      const { port } = tree;
      const consolePort = new URL(tree.console).port;
      at = await tree.killAll();
      const bare = bareStart();
      tree = await start(String(port), consolePort);
      deaths.push({ roles, at, tree: true, backAt: Date.now(), bareMs: await bare });
    } else {
      at = tree.kill(kind);
      const bare = bareStart();
      await until(() => kind.every((role) => tree.starts(role) > (before.get(role) ?? 0)), 20_000, `${kind.join(", ")} to be started again`);
      deaths.push({ roles: kind, at, tree: false, backAt: Date.now(), bareMs: await bare });
    }
    toSpent.push(await askUntilAnswered("127.250.0.9"));
    await load.more(40);
    if (kind === "tree" || kind.includes("hub")) {
      await until(async () => includesAll(await ids("incidents"), incidents), 10_000, `the open incidents after ${String(kind)}`);
      await until(async () => includesAll(await ids("findings"), findings), 10_000, `the findings after ${String(kind)}`);
    }
  }
  // The supervisor alone: what it leaves behind ends by itself, and a new one waits for that.
  await load.more(100);
  const { port } = tree;
  const at = tree.killSupervisor();
  tree = await start(String(port), new URL(tree.console).port);
  deaths.push({ roles, at, tree: true, backAt: Date.now(), bareMs: await bareStart() });
  toSpent.push(await askUntilAnswered("127.250.0.9"));
  await load.more(100);
  await load.stop();
  await until(async () => (await metric("postern_gates_connected")) === 1, 10_000, "the gate to be connected");
  // Two ticks of the hub later everything on its way has come.
  const seen = await metric("postern_requests_total");
  await until(async () => (await metric("postern_requests_total")) >= seen, 5_000, "the hub to read");
  stated = await metric("postern_missing_exchanges_total");
  blindSpots = JSON.stringify(await api("overview"));
  ended = await tree.stop();
  held = await readStore();
}, 420_000);

afterAll(async () => {
  await tree?.stop();
  await service?.close();
  rmSync(home, { recursive: true, force: true });
});

test(`after ${rounds} kills every truthful answer the client noted is in the store, exactly once`, () => {
  const hash = hasher();
  const truths = load.asked.filter((asked) => asked.kind === "lookup" && asked.said === "truth");
  expect(truths.length).toBeGreaterThan(1_000);
  const wrong = truths.filter((asked) => held.truthful.get(hash(asked.national)) !== 1);
  expect(wrong.map((asked) => ({ ...asked, rows: held.truthful.get(hash(asked.national)) ?? 0, sinceKill: sinceKill(asked.endedAt) }))).toEqual([]);
});

test("it ends in order when it is told to", () => {
  expect(ended).toBe(0);
});

test("no disclosure and no exchange is stored twice", () => {
  expect(held.bad).toBe(0);
  expect(held.disclosureIds.size).toBe(held.disclosures);
  expect([...held.byAddress].filter(([address, count]) => count > 1 && !address.startsWith("127.250."))).toEqual([]);
});

test("other exchanges are missing only when the gate died within 50 ms of them, and as many are stated as missing", () => {
  const answered = load.asked.filter((asked) => asked.said !== "nothing" && !asked.address.startsWith("127.250."));
  const missing = answered.filter((asked) => (held.byAddress.get(asked.address) ?? 0) === 0);
  const late = missing.filter((asked) => !deaths.some((death) => death.roles.includes("gate") && Math.abs(asked.endedAt - death.at) <= 50 + busyMs(death)));
  expect(late.map((asked) => ({ ...asked, sinceKill: sinceKill(asked.endedAt) }))).toEqual([]);
  // Requests under way at a death have no whole answer; the gate may have finished some of them.
  const underWay = load.asked.filter((asked) => asked.said === "nothing").length;
  // An exchange is counted when its answer has left: a death in between leaves that one out.
  expect(stated).toBeGreaterThanOrEqual(missing.length - deaths.filter((death) => death.roles.includes("gate")).length);
  expect(stated).toBeLessThanOrEqual(missing.length + underWay);
  if (stated > 0) expect(blindSpots).toContain(`${stated} exchanges never reached the hub`);
});

test("a source that had spent its credits before a kill gets uniform answers after it", () => {
  expect(toSpent.map((asked) => asked.said)).toEqual(toSpent.map(() => "uniform"));
  expect(toSpent).toHaveLength(rounds + 1);
});

test("no request fails because the hub or the store is away", () => {
  const withoutGate = (asked: Asked): boolean => deaths.some((death) => death.roles.includes("gate") && asked.endedAt >= death.at - 50 && asked.sentAt <= death.backAt + 50);
  expect(load.asked.filter((asked) => asked.said === "nothing" && !withoutGate(asked))).toEqual([]);
});

test("traffic flows again within 1.5 seconds of the gate's death alone, or within what 20 starts of a bare Node take on a machine as busy as this", () => {
  const slow = deaths
    .filter((death) => death.roles.includes("gate") && death.roles.length === 1)
    .map((death) => ({
      bareMs: death.bareMs,
      gapMs: Math.min(...load.asked.filter((asked) => asked.said !== "nothing" && asked.sentAt > death.at).map((asked) => asked.endedAt)) - death.at,
    }))
    .filter(({ bareMs, gapMs }) => gapMs > Math.max(1_500, 20 * bareMs));
  expect(slow).toEqual([]);
});

interface Death {
  readonly roles: readonly Role[];
  readonly at: number;
  /** The supervisor too. */
  readonly tree: boolean;
  /** When every role was ready again. */
  readonly backAt: number;
  /** What starting a Node that does nothing took then. */
  readonly bareMs: number;
}

interface Held {
  /** Rows of truthful answers, by subject. */
  readonly truthful: ReadonlyMap<string, number>;
  readonly disclosureIds: ReadonlySet<string>;
  readonly disclosures: number;
  /** Stored exchanges, by the caller's address. */
  readonly byAddress: ReadonlyMap<string, number>;
  /** Journal lines the store refused. */
  readonly bad: number;
}

const configuration = `
endpoints:
  - match: GET /client/v1/users/{cc}-{phone}/status
    subject: { in: path, name: cc-phone, type: phone }
    oracle: declared
    budget: { startCredits: 8, unanchoredCeiling: 1000000 }
    uniform: { status: 404, headers: { x-tells-nothing: "1" }, body: "{}" }
`;

async function api(path: string): Promise<unknown> {
  const answer = await fetch(`${tree.console}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`/api/v1/${path} answered ${answer.status}`);
  return await answer.json();
}

/** Ids of a list, over all its pages; none while the hub is away. */
async function ids(list: "incidents" | "findings"): Promise<readonly string[]> {
  const page = await api(`${list}?limit=500`).catch(() => ({ items: [] }));
  if (typeof page !== "object" || page === null || !("items" in page) || !Array.isArray(page.items)) throw new Error(`${list} is no page`);
  return page.items.map((item: unknown) => (typeof item === "object" && item !== null && "id" in item ? String(item.id) : ""));
}

/** Whether the declared endpoint is guarded as the one that traffic has shown by now. */
async function guarded(): Promise<boolean> {
  const text = JSON.stringify(await api("policies"));
  return text.includes('"host":"127.0.0.1:') && text.includes('"state":"budgeted"') && !text.includes('"host":"*"');
}

async function metric(name: string): Promise<number> {
  const answer = await fetch(`${tree.console}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  return Number(new RegExp(`^${name} (\\d+)`, "m").exec(await answer.text())?.[1]);
}

async function askUntilAnswered(address: string): Promise<Asked> {
  for (;;) {
    const asked = await load.ask(address);
    if (asked.said !== "nothing") return asked;
  }
}

async function bareStart(): Promise<number> {
  const startedAt = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "exit");
  return performance.now() - startedAt;
}

async function readStore(): Promise<Held> {
  const store = await openStore({ dataDir, command: { file: process.execPath, args: [mainFile, "__store", dataDir] } });
  const truthful = new Map<string, number>();
  const disclosureIds = new Set<string>();
  const byAddress = new Map<string, number>();
  let disclosures = 0;
  for (let cursor: string | undefined; ;) {
    const page = await store.client.query("disclosures", { limit: 1_000, before: readCursor(cursor) });
    for (const row of page) {
      disclosures++;
      disclosureIds.add(row.id);
      if (row.answer === "truthful") truthful.set(row.subject, (truthful.get(row.subject) ?? 0) + 1);
    }
    const last = page.at(-1);
    if (page.length < 1_000 || last === undefined) break;
    cursor = cursorOf(last);
  }
  for (let cursor: string | undefined; ;) {
    const page = await store.client.query("exchanges", { limit: 1_000, before: readCursor(cursor) });
    for (const row of page) byAddress.set(row.address, (byAddress.get(row.address) ?? 0) + 1);
    const last = page.at(-1);
    if (page.length < 1_000 || last === undefined) break;
    cursor = cursorOf(last);
  }
  const counts = await store.client.query("counts", {});
  await store.close();
  return { truthful, disclosureIds, disclosures, byAddress, bad: counts.reduce((sum, row) => sum + row.bad, 0) };
}

function hasher(): (national: number) => string {
  const ports = makePorts(loadOrCreateKey({ env: { ...process.env, ...env }, dataDir }), 1);
  return (national) => ports.hash("phone", normalForm("phone", international(national)));
}

function sinceKill(at: number): number {
  return Math.min(...deaths.map((death) => at - death.at).filter((ms) => ms > -1_000));
}

/**
 * How long this machine held processes up around a death: this client, as far as it knows, and, where the hub died too, the hub that had still to read
 * what the gate had sent (a bare Node starts in 50 ms when nothing else runs).
 */
function busyMs(death: Death): number {
  return Math.max(load.stalledMs(death.at), death.roles.includes("hub") && death.bareMs > 100 ? death.bareMs : 0);
}

function includesAll(list: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((one) => list.includes(one));
}
