import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { random } from "@postern/testkit";
import { afterAll, describe, expect, test } from "vitest";
import type { ImportDocument } from "./report/import-document.ts";
import { commandBench } from "./report/run-command.fixture.ts";

const bench = commandBench();
afterAll(() => bench.remove());

const source = random("noise");
const word = (): string => Array.from({ length: 3 + source.int(14) }, () => String.fromCharCode(97 + source.int(26))).join("");
const endings = ["", ".php", ".env", "/", ".bak", "/admin", "/wp-login.php", "/.git/config", ".asp", "?id=1"];
/** What whoever looks for doors asks for. */
const probe = (): string => `/${Array.from({ length: 1 + source.int(3) }, word).join("/")}${endings[source.int(endings.length)] ?? ""}`;

interface Answer {
  readonly status: number;
  readonly size: number;
  readonly type?: string;
  readonly location?: string;
  readonly body?: string;
}

/** A service that is really there, asked once for every twenty probes. */
const real: readonly ((n: number) => readonly [method: string, path: string, answer: Answer])[] = [
  (n) => ["GET", `/api/orders/${n}`, { status: 200, size: 300 + (n % 37), type: "application/json", body: JSON.stringify({ id: n, total: n * 3 }) }],
  (n) => ["POST", "/api/orders", { status: 201, size: 80 + (n % 3), type: "application/json", body: JSON.stringify({ id: n }) }],
  (n) => ["GET", `/api/users/${n}/cards`, { status: 200, size: 500 + (n % 11), type: "application/json", body: JSON.stringify([{ id: n, last4: "4242" }]) }],
  (n) => ["DELETE", `/api/users/${n}`, { status: 204, size: 0 }],
  () => ["GET", "/api/health", { status: 200, size: 15, type: "application/json", body: '{"up":true}' }],
];
const templates = ["DELETE /api/users/{userId}", "GET /api/health", "GET /api/orders/{orderId}", "GET /api/users/{userId}/cards", "POST /api/orders"];

interface Request {
  readonly at: number;
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly address: string;
  readonly answer: Answer;
}

function* traffic(probes: number, answerOf: (path: string) => Answer, hostOf: (n: number) => string): Generator<Request> {
  for (let n = 0; n < probes; n++) {
    const at = Date.UTC(2026, 2, 2, 10) + n * 300;
    const path = probe();
    yield { at, host: hostOf(n), method: "GET", path, address: `192.0.2.${n % 250}`, answer: answerOf(path) };
    const asked = real[Math.floor(n / 20) % real.length];
    if (n % 20 !== 0 || asked === undefined) continue;
    const [method, honest, answer] = asked(Math.floor(n / 20));
    yield { at, host: "api.example.com", method, path: honest, address: `198.51.100.${Math.floor(n / 20) % 250}`, answer };
  }
}

const clf = (at: number): string => `${new Date(at).toISOString().slice(8, 10)}/Mar/2026:${new Date(at).toISOString().slice(11, 19)} +0000`;
const asLog = ({ at, host, method, path, address, answer }: Request): string =>
  `${host} ${address} - - [${clf(at)}] "${method} ${path} HTTP/1.1" ${answer.status} ${answer.size} "-" "x"`;
const asNdjson = ({ at, host, method, path, address, answer }: Request): string =>
  JSON.stringify({
    at,
    method,
    url: `https://${host}${path}`,
    client: { address },
    request: { headers: [] },
    response: {
      status: answer.status,
      headers: [...(answer.type === undefined ? [] : [["Content-Type", answer.type]]), ...(answer.location === undefined ? [] : [["Location", answer.location]])],
      ...(answer.body === undefined ? {} : { body: answer.body }),
    },
  });

async function found(lines: Iterable<Request>, write: (request: Request) => string): Promise<{ endpoints: readonly string[]; document: ImportDocument }> {
  const file = join(bench.dir, "noise.log");
  writeFileSync(file, Array.from(lines, (request) => `${write(request)}\n`).join(""));
  const { code, stdout, stderr } = await bench.run(["import", "--json", file]);
  if (code !== 0) throw new Error(stderr);
  const document: ImportDocument = JSON.parse(stdout);
  return { endpoints: document.endpoints.items.map(({ host, method, path }) => `${host === "api.example.com" ? "" : host}${method} ${path}`).toSorted(), document };
}

const one = (): string => "api.example.com";
const page = (text: string): string => `<!doctype html><html><head><title>Welcome</title></head><body><div id="app"><p>${text}</p></div></body></html>`;

describe("noise adds no endpoint, and the real ones beside it are found", () => {
  test.each<[string, number, (path: string) => Answer]>([
    ["100,000 scanner paths answered 404", 100_000, () => ({ status: 404, size: 150 })],
    ["100,000 paths answered with a single-page application", 100_000, () => ({ status: 200, size: 1_234 })],
    ["a 200 that repeats the path, so that no two are of one size", 10_000, (path) => ({ status: 200, size: 100 + path.length })],
    ["a 200 that repeats it twice", 10_000, (path) => ({ status: 200, size: 100 + 2 * path.length })],
    ["redirects to the login", 10_000, () => ({ status: 302, size: 0 })],
    ["redirects to the login that carry the path along", 10_000, (path) => ({ status: 302, size: 30 + path.length })],
    ["a wall of 401", 10_000, () => ({ status: 401, size: 12 })],
  ])("in an access log: %s", async (_, probes, answer) => {
    const { endpoints, document } = await found(traffic(probes, answer, one), asLog);
    expect(document.records.rejectedCount).toBe(0);
    expect(endpoints).toEqual(templates);
  });

  test.each<[string, (path: string) => Answer]>([
    ["200 with an error that is always the same", () => ({ status: 200, size: 0, type: "application/json", body: '{"error":"not found"}' })],
    [
      "200 with an error that repeats the path and the time",
      (path) => ({ status: 200, size: 0, type: "application/json", body: JSON.stringify({ error: "nope", path, trace: word() }) }),
    ],
    ["200 with a page whose words differ", (path) => ({ status: 200, size: 0, type: "text/html; charset=utf-8", body: page(`${path} ${word()} ${word()}`) })],
    ["a redirect to the login that carries the path along", (path) => ({ status: 302, size: 0, location: `/login?next=${encodeURIComponent(path)}` })],
    ["a redirect to the front page", () => ({ status: 307, size: 0, location: "https://api.example.com/" })],
    ["a redirect to the same path elsewhere", (path) => ({ status: 301, size: 0, location: `https://www.example.com${path}` })],
  ])("with bodies: %s", async (_, answer) => {
    const { endpoints } = await found(traffic(10_000, answer, one), asNdjson);
    expect(endpoints).toEqual(templates);
  });

  test("answers that say so in words add nothing even below one prefix, and one about a subject counts", async () => {
    const json = (body: object): Answer => ({ status: 200, size: 0, type: "application/json", body: JSON.stringify(body) });
    const below = (path: string): Answer => json({ error: { message: "Not found" }, path: path.length });
    const requests = [...traffic(2_000, below, one)].map((request) => (request.address.startsWith("192.") ? { ...request, path: `/api/v1${request.path}` } : request));
    const subject = Array.from({ length: 40 }, (_, n) => ({
      at: Date.UTC(2026, 2, 2),
      host: one(),
      method: "GET",
      path: `/api/members/${n}`,
      address: "192.0.2.1",
      answer: json({ error: "member not found" }),
    }));
    expect((await found([...subject, ...requests], asNdjson)).endpoints).toEqual([...templates, "GET /api/members/{memberId}"].toSorted());
  });
});

describe("host names that somebody invents add no host and no endpoint, and the real host is found even when it comes last", () => {
  test.each<[string, Answer]>([
    ["404", { status: 404, size: 150 }],
    ["the front page", { status: 200, size: 1_500 }],
    ["a redirect to the real name", { status: 301, size: 170 }],
  ])("answered with %s", async (_, answer) => {
    const all = [
      ...traffic(
        10_000,
        () => answer,
        (n) => `${word()}${n}.example.com`,
      ),
    ];
    const front = all.map((request, n) => (request.address.startsWith("192.") && n % 3 > 0 ? { ...request, path: "/" } : request));
    const ordered = [
      ...front.filter(({ host }) => host !== "api.example.com"),
      ...front.filter(({ host }) => host === "api.example.com").map((request) => ({ ...request, at: request.at + 86_400_000 })),
    ];
    expect((await found(ordered, asLog)).endpoints).toEqual(templates);
  });
});
