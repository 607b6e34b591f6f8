import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carriesAll, type Exchange, exchangeLine, type HeaderList } from "@postern/engine";
import { probeTruth, type RunningServices, signedIn, startServices, type TruthCase, truthCases } from "@postern/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EndpointView } from "../api/views.ts";
import { commandBench } from "../cli/report/run-command.fixture.ts";

/**
 * The truth table of authentication posture. Truth is probed, verdicts come from `postern import` of recorded exchanges alone: what went over real connections, each caller
 * under an address of his own.
 */
const dir = mkdtempSync(join(tmpdir(), "postern-truth-"));
const bench = commandBench();
let services: RunningServices;

beforeAll(async () => {
  services = await startServices(dir);
});

afterAll(async () => {
  await services.close();
  bench.remove();
  rmSync(dir, { recursive: true, force: true });
});

test("says of every door what probing finds, and nothing of doors that nobody was seen to try without a credential", async () => {
  const cases = truthCases.filter(({ service }) => services.urls.has(service));
  const lines: string[] = [];
  const expected: string[] = [];
  for (const one of cases) {
    const url = services.urls.get(one.service) ?? "";
    const cookies: Readonly<Record<string, string>>[] = [];
    for (const user of one.signIn === undefined ? [] : users) cookies.push(await signedIn(url, one.signIn?.replace("{user}", user) ?? ""));
    const { truth, forgedGets } = await probeTruth(url, one, cookies);
    const refusalSeen = one.callers !== "users" || (one.forged !== undefined && !forgedGets);
    expected.push(refusalSeen ? truth : "unproven");
    for (let n = 0; n < callsOfCase; n++) lines.push(exchangeLine(await call(url, one, n, cookies)));
  }
  const file = join(dir, "traffic.ndjson");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { stdout } = await bench.run(["import", file, "--json", "--top", "1000"]);
  const endpoints = (JSON.parse(stdout) as { endpoints: { items: EndpointView[] } }).endpoints.items;
  const table = cases.map((one, n) => {
    const host = (services.urls.get(one.service) ?? "").slice("http://".length);
    const there = endpoints.filter((it) => it.host === host && it.method === one.method);
    const found = there.find((it) => it.path.split("/")[1] === one.path.split("/")[1]) ?? there.find((it) => it.path.includes("~"));
    return {
      name: `${one.service} ${one.method} ${one.path}`,
      door: one.door,
      callers: one.callers,
      expected: expected[n],
      verdict: found?.auth.verdict ?? "not found",
      evidence: found?.auth.evidence,
    };
  });
  const shown = table.map(
    (row) =>
      `${row.expected === row.verdict ? "ok   " : "WRONG"} ${row.name.padEnd(50)} ${row.door.padEnd(20)} ${row.callers.padEnd(9)} ${String(row.expected).padEnd(13)} ${row.verdict}`,
  );
  process.stdout.write(
    `${shown.join("\n")}\n${table.length} doors of ${new Set(cases.map(({ service }) => service)).size} services; not to be had here: ${services.absent.join(", ") || "none"}\n`,
  );
  expect(services.absent).toEqual([]);
  expect(table.filter((row) => row.expected !== row.verdict)).toEqual([]);
  expect(new Set(cases.map(({ service }) => service)).size).toBeGreaterThanOrEqual(20);
});

const users = ["anna", "bert", "cleo"];
const callsOfCase = 30;
const start = Date.UTC(2026, 0, 5, 9);
let sent = 0;

/** User, stranger, user about the same thing, now and then a forger; whoever the case lets call. */
async function call(url: string, one: TruthCase, n: number, cookies: readonly Readonly<Record<string, string>>[]): Promise<Exchange> {
  const path = one.path.replace("{id}", String(1 + (Math.floor(n / 3) % 7)));
  const who = n % users.length;
  const forger = one.forged !== undefined && n % 8 === 5;
  const stranger = !forger && (one.callers === "strangers" || (one.callers === "both" && n % 3 === 1));
  const own = stranger || forger ? undefined : one.as?.(users[who] ?? "", { path });
  const headers = { "user-agent": `client ${stranger ? "s" : who}`, ...(forger ? one.forged : stranger ? {} : (own?.headers ?? cookies[who])) };
  const address = stranger || forger ? `10.2.${n}.1` : one.constant === true ? `10.3.${n}.1` : `10.1.${who}.1`;
  const body = one.body === undefined ? undefined : n % 4 === 3 ? one.body.wrong : one.body.right;
  return await record(url, one.method, own?.path ?? path, { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) }, body, address);
}

function record(url: string, method: string, path: string, headers: Readonly<Record<string, string>>, body: string | undefined, address: string): Promise<Exchange> {
  const { hostname, port, host } = new URL(url);
  const at = start + ++sent * 1_000;
  return new Promise((resolve, reject) => {
    const out = request({ hostname, port, path, method, headers: { ...headers, connection: "close" } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        resolve({
          id: `truth:${sent}`,
          at,
          method,
          url: path,
          client: { address },
          durationMs: 5,
          request: { headers: [["host", host], ...Object.entries(headers)], ...(body === undefined ? {} : { body }) },
          response: { status: answer.statusCode ?? 0, headers: pairs(answer.rawHeaders), body: Buffer.concat(chunks).toString("utf8") },
          carries: carriesAll,
        });
      });
    });
    out.on("error", reject);
    out.end(body);
  });
}

function pairs(raw: readonly string[]): HeaderList {
  return raw.flatMap((name, n) => (n % 2 === 0 ? [[name, raw[n + 1] ?? ""] as const] : []));
}
