import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriesAll, type Exchange, exchangeLine, type HeaderList } from "@postern/engine";
import { challengeOf, probeTruth, type RunningServices, signedIn, startServices, type TruthCase, truthCases } from "@postern/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EndpointView } from "../api/views.ts";
import { commandBench } from "../cli/report/run-command.fixture.ts";
import { listen } from "../gate/proxy/testbed.ts";
import { ProtectedService, send } from "./protected-service.ts";

/**
 * The truth table of authentication posture. Truth is probed at the services themselves. Traffic then goes through `postern protect` as far as {@link gatesMax} gates go,
 * each in front of the services whose paths do not collide, and to the others directly; each caller has an address of his own. It is judged twice: by the gate that saw it
 * pass, and, all of it, by `postern import` of what callers sent and got.
 */
const dir = mkdtempSync(join(tmpdir(), "postern-truth-"));
const bench = commandBench();
let services: RunningServices;
const gates: { readonly gate: ProtectedService; readonly services: ReadonlySet<string>; sent: number }[] = [];
const closers: (() => Promise<void> | void)[] = [];
let cases: readonly TruthCase[];
const expected: string[] = [];
const sent: Exchange[] = [];

beforeAll(async () => {
  services = await startServices(dir);
  closers.push(() => services.close());
  cases = truthCases.filter(({ service }) => services.urls.has(service));
  const groups = groupsOf(cases);
  await Promise.all(
    groups.map(async (group) => {
      const router = routerTo(group);
      closers.push(() => {
        router.close();
        router.closeAllConnections();
      });
      const gate = await ProtectedService.start(`http://127.0.0.1:${await listen(router)}`);
      closers.push(
        () => gate.remove(),
        () => gate.stop(),
      );
      gates.push({ gate, services: new Set(group.values()), sent: 0 });
    }),
  );
  for (const one of cases) {
    const url = services.urls.get(one.service) ?? "";
    const cookies: Readonly<Record<string, string>>[] = [];
    for (const user of one.signIn === undefined ? [] : users) cookies.push(await signedIn(url, one.signIn?.replace("{user}", user) ?? ""));
    const { truth, forgedGets } = await probeTruth(url, one, cookies);
    const refusalSeen = one.callers !== "users" || (one.forged !== undefined && !forgedGets);
    expected.push(refusalSeen ? truth : "unproven");
    for (let n = 0; n < callsOfCase; n++) sent.push(await call(url, one, n, cookies));
  }
  for (const { gate, sent: passed } of gates) await gate.read(passed);
  // Seventy programs start on two processors that may be busy with more.
}, 600_000);

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
  bench.remove();
  rmSync(dir, { recursive: true, force: true });
});

describe("says of every door what probing finds, and nothing of doors that nobody was seen to try without a credential", () => {
  test("at the gate that the traffic passed", async () => {
    const rows: Row[] = [];
    for (const { gate, services: behind } of gates) {
      const { items } = JSON.parse((await gate.api("/api/v1/endpoints?limit=500")).body.toString("utf8")) as { items: readonly EndpointView[] };
      cases.forEach((one, n) => {
        if (behind.has(one.service)) rows.push(rowOf(one, n, items));
      });
    }
    judge("gates", rows);
    expect(new Set(rows.map(({ service }) => service)).size).toBeGreaterThanOrEqual(20);
  });

  test("from a file of the same exchanges", async () => {
    const file = join(dir, "traffic.ndjson");
    writeFileSync(file, `${sent.map(exchangeLine).join("\n")}\n`);
    const { stdout } = await bench.run(["import", file, "--json", "--top", "1000"]);
    const { items } = (JSON.parse(stdout) as { endpoints: { items: EndpointView[] } }).endpoints;
    judge(
      "import",
      cases.map((one, n) =>
        rowOf(
          one,
          n,
          items.filter(({ host }) => host === hostOf(one)),
        ),
      ),
    );
    expect(services.absent).toEqual([]);
    expect(new Set(cases.map(({ service }) => service)).size).toBeGreaterThanOrEqual(40);
  });
});

interface Row {
  readonly service: string;
  readonly name: string;
  readonly door: TruthCase["door"];
  readonly callers: string;
  readonly expected: string | undefined;
  readonly verdict: string;
  readonly evidence: unknown;
}

const users = ["anna", "bert", "cleo"];
const callsOfCase = 24;

/** Gates in front of services at the same paths: more would cost more time than they show. */
const gatesMax = 3;

/** Services of each gate by the first segment of their paths, none of them there twice. */
function groupsOf(all: readonly TruthCase[]): ReadonlyMap<string, string>[] {
  const groups: Map<string, string>[] = [];
  for (const service of new Set(all.map((one) => one.service))) {
    const firsts = all.filter((one) => one.service === service).map(({ path }) => firstOf(path));
    let group = groups.find((taken) => !firsts.some((first) => taken.has(first)));
    if (group === undefined && groups.length < gatesMax) groups.push((group = new Map<string, string>()));
    for (const first of firsts) group?.set(first, service);
  }
  return groups;
}

function firstOf(path: string): string {
  return path.split(/[/?]/, 2)[1] ?? "";
}

function routerTo(group: ReadonlyMap<string, string>): Server {
  return createServer((req, res) => {
    const to = new URL(services.urls.get(group.get(firstOf(req.url ?? "")) ?? "") ?? "");
    const headers = { ...req.headers, host: to.host, connection: "close" };
    const out = request({ hostname: to.hostname, port: to.port, method: req.method, path: req.url, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(res);
    });
    out.on("error", () => res.writeHead(502).end());
    req.pipe(out);
  });
}

function rowOf(one: TruthCase, n: number, endpoints: readonly EndpointView[]): Row {
  const found = endpointOf(
    one.path,
    endpoints.filter(({ method }) => method === one.method),
  );
  const { service, door, callers } = one;
  return {
    service,
    name: `${service} ${one.method} ${one.path}`,
    door,
    callers,
    expected: expected[n],
    verdict: found?.auth.verdict ?? "not found",
    evidence: found?.auth.evidence,
  };
}

/** Prints the table and fails where a verdict differs from the truth. */
function judge(judgedBy: string, table: readonly Row[]): void {
  const shown = table.map(
    (row) =>
      `${row.expected === row.verdict ? "ok   " : "WRONG"} ${row.name.padEnd(62)} ${row.door.padEnd(20)} ${row.callers.padEnd(9)} ${String(row.expected).padEnd(13)} ${row.verdict}`,
  );
  const theirs = table.filter(({ door }) => door === "third party");
  process.stdout.write(
    `${shown.join("\n")}\njudged by ${judgedBy}: ${table.length} doors of ${servicesOf(table)} services; other people's code ${theirs.length} doors of ${servicesOf(theirs)}; not to be had here: ${services.absent.join(", ") || "none"}\n`,
  );
  expect(table.filter((row) => row.expected !== row.verdict)).toEqual([]);
}

function servicesOf(rows: readonly Row[]): number {
  return new Set(rows.map(({ service }) => service)).size;
}

/** The endpoint whose template is nearest to the path: as many constants in common as can be. */
function endpointOf(path: string, endpoints: readonly EndpointView[]): EndpointView | undefined {
  const wanted = (path.split("?", 1)[0] ?? "").split("/").filter((part) => part !== "");
  let best: EndpointView | undefined;
  let most = -1;
  for (const endpoint of endpoints) {
    const parts = endpoint.path.split("/").filter((part) => part !== "");
    if (parts.length !== wanted.length) continue;
    const alike = parts.map((part, n) => (part === wanted[n] ? 1 : part.startsWith("{") ? 0 : -Infinity)).reduce((sum, each) => sum + each, 0);
    if (alike > most) [best, most] = [endpoint, alike];
  }
  return best;
}

function hostOf(one: TruthCase): string {
  return `${one.service}.services.example`;
}

/** User, stranger, user about the same thing, now and then a forger; whoever the case lets call. */
async function call(url: string, one: TruthCase, n: number, cookies: readonly Readonly<Record<string, string>>[]): Promise<Exchange> {
  const path = one.path.replace("{id}", String(1 + (Math.floor(n / 3) % 7)));
  const who = n % users.length;
  const forger = one.forged !== undefined && n % 8 === 5;
  const stranger = !forger && (one.callers === "strangers" || (one.callers === "both" && n % 3 === 1));
  const own = stranger || forger ? undefined : one.as?.(users[who] ?? "", { path, challenge: await challengeOf(url, one, path) });
  const from = stranger || forger ? `127.2.${n}.1` : one.constant === true ? `127.3.${n}.1` : `127.1.${who}.1`;
  const body = one.body === undefined ? undefined : n % 4 === 3 ? one.body.wrong : one.body.right;
  const through = gates.find(({ services: behind }) => behind.has(one.service));
  if (through !== undefined) through.sent++;
  const headers = {
    host: through === undefined ? new URL(url).host : hostOf(one),
    "user-agent": `client ${stranger ? "s" : who}`,
    ...(forger ? (one.forgedAnew?.(n) ?? one.forged) : stranger ? {} : (own?.headers ?? cookies[who])),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const target = own?.path ?? path;
  const answer = await send(`${through?.gate.gate ?? url}${target}`, { method: one.method, headers, from, ...(body === undefined ? {} : { body }) });
  return {
    id: `truth:${sent.length}`,
    at: Date.UTC(2026, 0, 5, 9) + sent.length * 1_000,
    method: one.method,
    url: target,
    client: { address: from },
    durationMs: 5,
    request: { headers: Object.entries({ ...headers, host: hostOf(one) }), ...(body === undefined ? {} : { body }) },
    response: { status: answer.status, headers: pairs(answer.rawHeaders), body: answer.body.toString("utf8") },
    carries: carriesAll,
  };
}

function pairs(raw: readonly string[]): HeaderList {
  return raw.flatMap((name, n) => (n % 2 === 0 ? [[name, raw[n + 1] ?? ""] as const] : []));
}
