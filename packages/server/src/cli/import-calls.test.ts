import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { EndpointView } from "../api/views.ts";
import type { ImportDocument } from "./report/import-document.ts";
import { commandBench } from "./report/run-command.fixture.ts";

type Listed = Pick<EndpointView, "path" | "operation" | "auth" | "concern">;
const bench = commandBench();
afterAll(() => bench.remove());

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly status: number;
  readonly request?: unknown;
  readonly answer?: unknown;
  readonly size: number;
}
const call = (path: string, request: unknown, answer: unknown): Seen => ({
  method: "POST",
  path,
  type: "application/json",
  status: 200,
  request,
  answer,
  size: JSON.stringify(answer).length,
});
/** Five rounds: constants of paths have to be met a few times before they are kept. */
const traffic: readonly Seen[] = Array.from({ length: 5 }, () => [
  call("/graphql", { query: "query Mine { orders: user(id: 1) { id } version }", operationName: "Mine" }, { data: { orders: { id: "1" }, version: "3" } }),
  call("/graphql", { query: "{ secrets }" }, { errors: [{ message: 'Cannot query field "secrets" on type "Query".' }] }),
  call("/rpc", { jsonrpc: "2.0", id: 1, method: "account.list" }, { jsonrpc: "2.0", id: 1, result: [] }),
  { method: "POST", path: "/shop.v1.Orders/List", type: "application/grpc", status: 200, size: 40 },
  { method: "POST", path: "/shop.v1.Orders/Invented", type: "application/grpc", status: 200, size: 0 },
  { method: "GET", path: "/live", type: "", status: 101, size: 0 },
]).flat();

const moment = (n: number): Date => new Date(Date.UTC(2026, 2, 2, 10) + n * 1_000);
const clf = (at: Date): string => `${at.toISOString().slice(8, 10)}/Mar/2026:${at.toISOString().slice(11, 19)} +0000`;
const log = traffic.map(({ method, path, status, size }, n) => `192.0.2.${n + 1} - - [${clf(moment(n))}] "${method} ${path} HTTP/2.0" ${status} ${size} "-" "grpc-go/1.60"`);
const headersOf = (type: string): [string, string][] =>
  type === ""
    ? [["Host", "api.example"]]
    : [
        ["Host", "api.example"],
        ["Content-Type", type],
      ];
const ndjson = traffic.map(({ method, path, type, status, request, answer, size }, n) =>
  JSON.stringify({
    at: moment(n).toISOString(),
    method,
    url: path,
    client: { address: `192.0.2.${n + 1}` },
    request: { headers: headersOf(type), ...(request === undefined ? {} : { body: JSON.stringify(request) }) },
    response: { status, headers: type === "" ? [] : [["Content-Type", type]], size, ...(answer === undefined ? {} : { body: JSON.stringify(answer) }) },
  }),
);
const har = {
  log: {
    version: "1.2",
    creator: { name: "test", version: "1" },
    entries: traffic.map(({ method, path, type, status, request, answer, size }, n) => ({
      startedDateTime: moment(n).toISOString(),
      time: 5,
      request: {
        method,
        url: `https://api.example${path}`,
        httpVersion: "HTTP/2",
        headers: headersOf(type).map(([name, value]) => ({ name, value })),
        queryString: [],
        cookies: [],
        headersSize: -1,
        bodySize: -1,
        ...(request === undefined ? {} : { postData: { mimeType: type, text: JSON.stringify(request) } }),
      },
      response: {
        status,
        statusText: "",
        httpVersion: "HTTP/2",
        headers: type === "" ? [] : [{ name: "Content-Type", value: type }],
        cookies: [],
        content: { size, mimeType: type, ...(answer === undefined ? {} : { text: JSON.stringify(answer) }) },
        redirectURL: "",
        headersSize: -1,
        bodySize: size,
      },
      cache: {},
      timings: { send: 0, wait: 5, receive: 0 },
    })),
  },
};

const paths = ["GET /live websocket", "POST /graphql", "POST /rpc", "POST /shop.v1.Orders/List grpc"];
const named = [
  "GET /live websocket",
  "POST /graphql",
  "POST /graphql query user",
  "POST /graphql query version",
  "POST /rpc",
  "POST /rpc call account.list",
  "POST /shop.v1.Orders/List grpc",
];

test.each([
  ["exchange lines", "calls.ndjson", ndjson.join("\n"), named],
  ["a HAR", "calls.har", JSON.stringify(har), named],
  ["an access log, which has no bodies", "access.log", `${log.join("\n")}\n`, paths],
])("%s give operations, methods and channels as far as they carry them", async (_, name, text, expected) => {
  const file = join(bench.dir, name);
  writeFileSync(file, text);
  const { stdout } = await bench.run(["import", file, "--json"]);
  const document = JSON.parse(stdout) as ImportDocument;
  const listed = document.endpoints.items.map(({ method, path, operation }) =>
    `${method} ${path} ${operation === null ? "" : operation.protocol === "grpc" || operation.protocol === "websocket" ? operation.protocol : `${operation.kind} ${operation.name}`}`.trimEnd(),
  );
  expect(listed.sort()).toEqual(expected);
  expect(stdout).not.toContain("secrets");
});

test("the list puts first what answers anyone with personal data, and gives it by path when asked", async () => {
  const data = join(bench.dir, "sorted");
  const file = join(bench.dir, "sorted.ndjson");
  writeFileSync(file, ndjson.join("\n"));
  await bench.run(["import", file, "--json", "--data", data]);
  const listed = async (...more: string[]) => (JSON.parse((await bench.run(["endpoints", "--json", "--data", data, ...more])).stdout) as { items: Listed[] }).items;
  const concerns = (await listed()).map((one) => one.concern);
  expect(concerns).toEqual(concerns.toSorted((a, b) => b - a));
  expect((await listed())[0]).toMatchObject({ path: "/graphql", operation: { name: "user" }, auth: { verdict: "not enforced" } });
  expect((await listed("--sort", "path")).map((one) => one.path)[0]).toBe("/graphql");
  const { code, stderr } = await bench.run(["endpoints", "--sort", "worst", "--data", data]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("concern, path")]);
});

test("an operation is opened by the name the list shows it by, and by its id", async () => {
  const file = join(bench.dir, "named.ndjson");
  const data = join(bench.dir, "named");
  writeFileSync(file, ndjson.join("\n"));
  await bench.run(["import", file, "--json", "--data", data]);
  const { stdout } = await bench.run(["endpoints", "POST /graphql query user", "--json", "--data", data]);
  const one = JSON.parse(stdout) as { id: string; operation: { kind: string; name: string } | null };
  expect(one.operation).toMatchObject({ kind: "query", name: "user" });
  const { stdout: text } = await bench.run(["endpoints", one.id, "--data", data]);
  expect(text.split("\n")[0]).toMatch(/\/graphql query user$/);
  const { stderr } = await bench.run(["endpoints", "nosuch", "--data", data]);
  expect(stderr).toContain("There is no endpoint");
  expect(stderr).not.toContain("disclosed");
});
