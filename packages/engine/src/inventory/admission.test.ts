import { describe, expect, test } from "vitest";
import type { Carries, Exchange } from "../exchange/exchange.ts";
import { carriesAll } from "../exchange/exchange.ts";
import type { Ports } from "../exchange/ports.ts";
import { viewOf } from "../exchange/view-of.ts";
import { hash32 } from "./distinct-counter.ts";
import { Inventory } from "./inventory.ts";

const ports: Ports = {
  hash: (domain, value) => [1, 2].map((seed) => hash32(seed, `${domain} ${value}`).toString(16).padStart(8, "0")).join(""),
  decodeUtf8: () => "",
  random: () => 1,
};
const lineOnly: Carries = { host: true, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false };

let serial = 0;

/** As a line of an access log, or with bodies. */
function told(line: string, bodies?: { readonly request: string; readonly response: string }): Exchange {
  const [method = "", target = "", status = "0"] = line.split(" ");
  const json = [["Content-Type", "application/json"]] as const;
  serial++;
  return {
    id: `a:${serial}`,
    at: serial,
    method,
    url: `https://api.example${target}`,
    client: { address: `192.0.2.${serial % 250}` },
    request: bodies === undefined ? { headers: [] } : { headers: json, body: bodies.request },
    response: bodies === undefined ? { status: Number(status), headers: [], size: 100 + serial } : { status: Number(status), headers: json, body: bodies.response },
    carries: bodies === undefined ? lineOnly : carriesAll,
  };
}

const listed = (inventory: Inventory): readonly string[] => inventory.endpoints().map(({ method, template, requests }) => `${method} ${template} ${requests}`);

function endpointsOf(lines: readonly string[]): readonly string[] {
  const inventory = new Inventory(ports);
  for (const line of lines) inventory.observe(viewOf(told(line), ports));
  return listed(inventory);
}

describe("admission by a log's statuses", () => {
  test("what servers and walls answer without looking at the path admits no endpoint, however odd the path", () => {
    const statuses = [400, 405, 408, 411, 413, 414, 417, 421, 426, 429, 431, 444, 494, 499, 501, 502, 503, 504, 520];
    expect(endpointsOf(statuses.flatMap((status) => [`GET /v1/orders/${status};drop/../../etc/passwd ${status}`, `POST /status/orders ${status}`]))).toEqual([]);
  });

  test("a filter's refusal of an attack admits no endpoint, a refusal of an ordinary path does", () => {
    expect(endpointsOf(["GET /files/../../etc/passwd 403", "GET /search/%3Cscript%3E 403", "GET /items/1';-- 500", "GET /a/%2e%2e/b 401", "GET /x%00.php 403"])).toEqual([]);
    expect(
      endpointsOf(["GET /admin/users 403", "GET /reports 401", "GET /People('x') 403", "GET /orders;v=2 401", "POST /orders 422", "POST /jobs 409", "GET /health 500"]),
    ).toHaveLength(7);
  });

  test("a method that only ever validates is an endpoint where its path has answered to another method, and counts from then on", () => {
    expect(endpointsOf(["POST /orders 400", "GET /orders 200", "POST /orders 400", "POST /orders 400"])).toEqual(["GET /orders 1", "POST /orders 2"]);
    expect(endpointsOf(["GET /orders/7 200", "PUT /orders/8 400"])).toEqual(["GET /orders/{orderId} 1", "PUT /orders/{orderId} 1"]);
    expect(endpointsOf(["GET /orders 200", "TRACE /orders 400", "POST /orders/1;drop 400"])).toEqual(["GET /orders 1"]);
  });

  test("a 400 counts for the endpoint it was sent to", () => {
    expect(endpointsOf(["POST /orders 201", "POST /orders 400", "POST /orders 429", "POST /orders 503"])).toEqual(["POST /orders 4"]);
  });

  test("with bodies, 400 in JSON to a body that can be read is evidence; to one that cannot, it is the parser's", () => {
    const inventory = new Inventory(ports);
    inventory.observe(viewOf(told("POST /login 400", { request: '{"user":"a"}', response: '{"error":"password missing"}' }), ports));
    inventory.observe(viewOf(told("POST /jobs 400", { request: "{'", response: '{"error":"Unexpected token"}' }), ports));
    expect(listed(inventory)).toEqual(["POST /login 1"]);
  });
});
