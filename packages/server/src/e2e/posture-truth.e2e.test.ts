import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
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
 * The truth table of authentication posture. Truth is probed at the services themselves; all traffic then goes through `postern protect`, each service under a host
 * name and each caller under an address of his own, and is judged twice: by the gate that saw it pass, and by `postern import` of what callers sent and got.
 */
const dir = mkdtempSync(join(tmpdir(), "postern-truth-"));
const bench = commandBench();
let services: RunningServices;
let postern: ProtectedService;
const closers: (() => Promise<void> | void)[] = [];
let cases: readonly TruthCase[];
const expected: string[] = [];
const sent: Exchange[] = [];

beforeAll(async () => {
  services = await startServices(dir);
  closers.push(() => services.close());
  cases = truthCases.filter(({ service }) => services.urls.has(service));
  const router = createServer((req, res) => {
    const to = new URL(services.urls.get((req.headers.host ?? "").split(".", 1)[0] ?? "") ?? "");
    const out = request({ hostname: to.hostname, port: to.port, method: req.method, path: req.url, headers: { ...req.headers, host: to.host, connection: "close" } }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(res);
    });
    out.on("error", () => res.writeHead(502).end());
    req.pipe(out);
  });
  const upstream = `http://127.0.0.1:${await listen(router)}`;
  closers.push(() => {
    router.close();
    router.closeAllConnections();
  });
  postern = await ProtectedService.start(upstream);
  closers.push(() => postern.remove(), () => postern.stop());
  for (const one of cases) {
    const url = services.urls.get(one.service) ?? "";
    const cookies: Readonly<Record<string, string>>[] = [];
    for (const user of one.signIn === undefined ? [] : users) cookies.push(await signedIn(url, one.signIn?.replace("{user}", user) ?? ""));
    const { truth, forgedGets } = await probeTruth(url, one, cookies);
    const refusalSeen = one.callers !== "users" || (one.forged !== undefined && !forgedGets);
    expected.push(refusalSeen ? truth : "unproven");
    for (let n = 0; n < callsOfCase; n++) sent.push(await call(url, one, n, cookies));
  }
  await postern.read(sent.length);
});

afterAll(async () => {
  for (const close of closers.reverse()) await close();
  bench.remove();
  rmSync(dir, { recursive: true, force: true });
});

describe("says of every door what probing finds, and nothing of doors that nobody was seen to try without a credential", () => {
  test("at the gate that the traffic passed", async () => {
    const endpoints: EndpointView[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = JSON.parse((await postern.api(`/api/v1/endpoints?limit=500${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`)).body.toString("utf8")) as Page;
      endpoints.push(...page.items);
      cursor = page.nextCursor ?? null;
    }
    process.stdout.write(`DEBUG ${endpoints.length} ${JSON.stringify(endpoints.slice(0, 3))}\n`);
    judge("gate", endpoints);
    expect(services.absent).toEqual([]);
    expect(new Set(cases.map(({ service }) => service)).size).toBeGreaterThanOrEqual(40);
  });

  test("from a file of the same exchanges", async () => {
    const file = join(dir, "traffic.ndjson");
    writeFileSync(file, `${sent.map(exchangeLine).join("\n")}\n`);
    const { stdout } = await bench.run(["import", file, "--json", "--top", "1000"]);
    judge("import", (JSON.parse(stdout) as { endpoints: { items: EndpointView[] } }).endpoints.items);
  });
});

interface Page {
  readonly items: readonly EndpointView[];
  readonly nextCursor?: string | null;
}

const users = ["anna", "bert", "cleo"];
const callsOfCase = 30;

/** Prints the table and fails where a verdict differs from the truth. */
function judge(judgedBy: string, endpoints: readonly EndpointView[]): void {
  const table = cases.map((one, n) => {
    const found = endpointOf(one, endpoints);
    const name = `${one.service} ${one.method} ${one.path}`;
    return { name, door: one.door, callers: one.callers, expected: expected[n], verdict: found?.auth.verdict ?? "not found", evidence: found?.auth.evidence };
  });
  const shown = table.map(
    (row) =>
      `${row.expected === row.verdict ? "ok   " : "WRONG"} ${row.name.padEnd(62)} ${row.door.padEnd(20)} ${row.callers.padEnd(9)} ${String(row.expected).padEnd(13)} ${row.verdict}`,
  );
  const theirs = table.filter(({ door }) => door === "third party").length;
  const known = new Set(cases.map(({ service }) => service)).size;
  process.stdout.write(
    `${shown.join("\n")}\njudged by ${judgedBy}: ${table.length} doors, ${theirs} of them other people's code, of ${known} services; not to be had here: ${services.absent.join(", ") || "none"}\n`,
  );
  expect(table.filter((row) => row.expected !== row.verdict)).toEqual([]);
}

/** The endpoint whose template is nearest to the case's path: as many constants in common as can be. */
function endpointOf(one: TruthCase, endpoints: readonly EndpointView[]): EndpointView | undefined {
  const wanted = (one.path.split("?", 1)[0] ?? "").split("/").filter((part) => part !== "");
  let best: EndpointView | undefined;
  let most = -1;
  for (const endpoint of endpoints) {
    if (endpoint.host !== hostOf(one) || endpoint.method !== one.method) continue;
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
  const headers = {
    host: hostOf(one),
    "user-agent": `client ${stranger ? "s" : who}`,
    ...(forger ? one.forged : stranger ? {} : (own?.headers ?? cookies[who])),
    ...(body === undefined ? {} : { "content-type": "application/json" }),
  };
  const target = own?.path ?? path;
  const answer = await send(`${postern.gate}${target}`, { method: one.method, headers, from, ...(body === undefined ? {} : { body }) });
  return {
    id: `truth:${sent.length}`,
    at: Date.UTC(2026, 0, 5, 9) + sent.length * 1_000,
    method: one.method,
    url: target,
    client: { address: from },
    durationMs: 5,
    request: { headers: Object.entries(headers), ...(body === undefined ? {} : { body }) },
    response: { status: answer.status, headers: pairs(answer.rawHeaders), body: answer.body.toString("utf8") },
    carries: carriesAll,
  };
}

function pairs(raw: readonly string[]): HeaderList {
  return raw.flatMap((name, n) => (n % 2 === 0 ? [[name, raw[n + 1] ?? ""] as const] : []));
}
