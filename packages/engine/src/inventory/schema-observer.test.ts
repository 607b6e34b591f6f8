import { describe, expect, test } from "vitest";
import { carriesAll, type Exchange, type HeaderList } from "../exchange/exchange.ts";
import { viewOf } from "../exchange/view-of.ts";
import { SchemaBudget } from "./schema-node.ts";
import { mediaType, type ObservedLearning, ObservedSchemas, responseStatusesMax, sampledFirst, sampledOneIn } from "./schema-observer.ts";
import { ports } from "../testing/ports.ts";

const to: ObservedLearning = { seed: 7, nameOf: (name) => name, budget: new SchemaBudget(), classed: new SchemaBudget() };
interface Sent {
  readonly url?: string;
  readonly status?: number;
  readonly headers?: HeaderList;
  readonly send?: unknown;
  readonly answer?: unknown;
}
function seen(schemas: ObservedSchemas, { url = "/users/7", status = 200, headers = [], send, answer = { ok: true } }: Sent): void {
  const exchange: Exchange = {
    id: "t",
    at: 0,
    method: "POST",
    url: `https://api.example${url}`,
    client: { address: "192.0.2.1" },
    request: { headers: [["Content-Type", "application/json"], ...headers], ...(send === undefined ? {} : { body: JSON.stringify(send) }) },
    response: { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(answer) },
    carries: carriesAll,
  };
  schemas.observe(viewOf(exchange, ports), new Map([[1, "userId"]]), to);
}

describe("parameters", () => {
  test("of path, query, headers, cookies and body are kept apart, credentials left out", () => {
    const schemas = new ObservedSchemas();
    seen(schemas, {
      url: "/users/7?page=2&api_key=abcdefghij0123456789",
      headers: [
        ["X-Version", "3"],
        ["X-Forwarded-For", "192.0.2.9"],
        ["Accept", "*/*"],
        ["Cookie", "theme=dark; sid=0123456789abcdef0123456789abcdef"],
      ],
      send: { name: "x" },
    });
    expect([schemas.path, schemas.query, schemas.header, schemas.cookie, schemas.json].map((part) => [...part.fields.keys()])).toEqual([
      ["p1"],
      ["page"],
      ["x-version"],
      ["theme"],
      ["name"],
    ]);
  });

  test("of a request that was refused teach nothing", () => {
    const schemas = new ObservedSchemas();
    seen(schemas, { url: "/users/7?evil=1", status: 400, send: { junk: 1 } });
    expect([schemas.query.seen, schemas.json.seen, schemas.responses.get(400)?.answers]).toEqual([0, 0, 1]);
  });
});

test("the first hundred of each kind are looked into, then one in 64, so that a rare status is described however much else comes", () => {
  const schemas = new ObservedSchemas();
  for (let n = 0; n < 1_000; n++) seen(schemas, { send: { a: n } });
  seen(schemas, { status: 409, answer: { why: "x" } });
  const extra = Math.floor(1_000 / sampledOneIn) - Math.floor(sampledFirst / sampledOneIn);
  expect([schemas.json.seen, schemas.responses.get(200)?.json?.seen, schemas.responses.get(200)?.answers]).toEqual([sampledFirst + extra, sampledFirst + extra, 1_000]);
  expect([...(schemas.responses.get(409)?.json?.fields.keys() ?? [])]).toEqual(["why"]);
});

test("statuses end at their bound", () => {
  const schemas = new ObservedSchemas();
  for (let status = 200; status < 300; status++) seen(schemas, { status });
  expect(schemas.responses.size).toBe(responseStatusesMax);
});

test("its state, restored, is the same", () => {
  const schemas = new ObservedSchemas();
  for (let n = 0; n < 5; n++) seen(schemas, { url: `/users/${n}?page=${n}`, send: { a: [n] }, headers: [["Authorization", "Bearer abcdefghijklmnop"]] });
  const again = new ObservedSchemas();
  again.restore(JSON.parse(JSON.stringify(schemas.exportState())), { ...to, budget: new SchemaBudget() });
  expect(again.exportState()).toEqual(schemas.exportState());
});

test("a media type that somebody made up is none of ours", () => {
  expect(["application/json; charset=utf-8", "application/vnd.acme.v2+json", "text/HTML", "application/x-ada-lovelace", ""].map(mediaType)).toEqual([
    "application/json",
    "application/json",
    "text/html",
    "application/octet-stream",
    "",
  ]);
});
