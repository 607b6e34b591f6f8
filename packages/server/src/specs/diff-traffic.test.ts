import { carriesAll, type Carries, type Exchange, Inventory, viewOf } from "@postern/engine";
import { describe, expect, test } from "vitest";
import { makePorts } from "../keys/make-ports.ts";
import { diffTraffic, type DiffTrafficOptions, type TrafficDiff } from "./diff-traffic.ts";
import { observedApi } from "./observed-api.ts";
import { readApiText } from "./read-api.ts";

const ports = makePorts({ secret: Buffer.from("test key") }, 4);

interface Seen {
  readonly method?: string;
  readonly path: string;
  readonly host?: string;
  readonly status?: number;
  readonly answer?: unknown;
  readonly send?: unknown;
  readonly token?: string;
  readonly carries?: Carries;
}

let serial = 0;
function exchange({ method = "GET", path, host = "api.example", status = 200, answer = { ok: true }, send, token, carries = carriesAll }: Seen): Exchange {
  serial++;
  return {
    id: `t:${serial}`,
    at: serial * 1_000,
    method,
    url: `https://${host}${path}`,
    client: { address: `198.51.100.${serial % 200}` },
    durationMs: 5,
    request: {
      headers: [["Content-Type", "application/json"], ...(token === undefined ? [] : ([["Authorization", `Bearer ${token}`]] as const))],
      ...(send === undefined ? {} : { body: JSON.stringify(send) }),
    },
    response: { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(answer) },
    carries,
  };
}

const times = (count: number, one: (n: number) => Seen): Seen[] => Array.from({ length: count }, (_, n) => one(n));

async function diff(paths: object, seen: readonly Seen[], options: DiffTrafficOptions & { top?: object } = {}): Promise<TrafficDiff> {
  const inventory = new Inventory(ports);
  for (const one of seen) inventory.observe(viewOf(exchange(one), ports));
  const { top, ...rest } = options;
  return diffTraffic(await readApiText(JSON.stringify({ openapi: "3.1.0", ...top, paths }), "spec", ports), observedApi(inventory), ports, rest);
}
/** Of the register's own examples: none is anybody's. */
const ibans = ["GB29NWBK60161331926819", "DE89370400440532013000", "FR1420041010050500013M02606", "NL91ABNA0417164300", "ES9121000418450200051332", "BE68539007547034"];
const short = ({ differences }: TrafficDiff) => differences.map((one) => [one.kind, one.what, one.method, one.path, one.where].filter((word) => word !== "").join(" "));
const json = (schema: object) => ({ content: { "application/json": { schema } } });
const open = { type: "object" };
const fine = { responses: { "200": json(open) } };

describe("operations", () => {
  test("seen and not documented is a shadow, at a documented path as a method; documented and never seen is unused", async () => {
    const found = await diff({ "/orders": { get: fine }, "/refunds": { get: fine } }, [
      ...times(5, () => ({ path: "/orders" })),
      ...times(5, () => ({ path: "/orders", method: "DELETE" })),
      ...times(5, () => ({ path: "/admin/export" })),
    ]);
    expect(short(found)).toEqual(["shadow method DELETE /orders", "shadow operation GET /admin/export", "unused operation GET /refunds"]);
    expect(found.differences[0]?.evidence).toEqual({ seen: 5, of: 5 });
  });

  test("deprecated and answering is a zombie; answering 410 and nothing else is retired as it should be", async () => {
    const old = { ...fine, deprecated: true, responses: { "200": json(open), "410": json(open) } };
    const found = await diff({ "/old": { get: old }, "/older": { get: old } }, [...times(5, () => ({ path: "/old" })), ...times(5, () => ({ path: "/older", status: 410 }))]);
    expect(short(found)).toEqual(["zombie operation GET /old"]);
  });

  test("what an older document had and this one has not, and yet answers, is a zombie and no shadow", async () => {
    const removed = await readApiText(JSON.stringify({ openapi: "3.0.0", paths: { "/users/{id}": { get: fine }, "/v0/users": { get: fine } } }), "old", ports);
    const found = await diff({ "/users/{id}": { get: fine } }, [...times(20, (n) => ({ path: `/users/${n}` })), ...times(3, () => ({ path: "/v0/users" }))], { removed });
    expect(short(found)).toEqual(["zombie operation GET /v0/users"]);
  });

  test("a documented parameter describes a constant; a documented constant that may be a value is neither seen nor unused", async () => {
    const covered = await diff({ "/users/{id}": { get: fine } }, [...times(30, (n) => ({ path: `/users/${n + 1}` })), ...times(5, () => ({ path: "/users/me" }))]);
    expect(short(covered)).toEqual([]);
    const hidden = await diff(
      { "/users/{id}": { get: fine }, "/users/77": { get: fine } },
      times(30, (n) => ({ path: `/users/${n + 1}` })),
    );
    expect(short(hidden)).toEqual([]);
    expect(hidden.undecided).toEqual([expect.objectContaining({ path: "/users/77" })]);
  });

  test("constants that stay hidden in the inventory are known again by the document's own words", async () => {
    const found = await diff(
      { "/zorkmids/{id}/quux": { get: fine } },
      times(30, (n) => ({ path: `/zorkmids/${n}/quux` })),
    );
    expect(short(found)).toEqual([]);
    expect(found.matched).toHaveLength(1);
  });

  test("a base path that a gateway takes off is passed over; hosts that the document is not about are named and left out", async () => {
    const found = await diff({ "/orders": { get: fine } }, [...times(3, () => ({ path: "/orders" })), ...times(3, () => ({ path: "/pixels", host: "ads.example" }))], {
      top: { servers: [{ url: "https://api.example/v7" }] },
    });
    expect([short(found), found.withoutBase, found.otherHosts]).toEqual([[], "/v7", ["ads.example"]]);
    const other = await diff(
      { "/orders": { get: fine } },
      times(3, () => ({ path: "/pixels", host: "ads.example" })),
      { host: "ads.example" },
    );
    expect(short(other)).toEqual(["shadow operation GET /pixels", "unused operation GET /orders"]);
  });
});

describe("drift", () => {
  test("an undocumented parameter that is accepted, a required one that need not come, each with how often", async () => {
    const get = { ...fine, parameters: [{ in: "query", name: "page", required: true, schema: { type: "integer" } }] };
    const found = await diff(
      { "/orders": { get } },
      times(10, (n) => ({ path: n < 4 ? "/orders?debug=true" : "/orders?page=2" })),
    );
    expect(found.differences.map((one) => [one.what, one.where, one.evidence])).toEqual([
      ["parameter", "query debug", { seen: 4, of: 10 }],
      ["required", "query page", { seen: 6, of: 10 }],
    ]);
  });

  test("of parameters and bodies that the source does not carry nothing is claimed", async () => {
    const blind: Carries = { host: true, query: false, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false };
    const post = {
      parameters: [{ in: "query", name: "page", required: true, schema: open }],
      requestBody: { required: true, ...json({ type: "object", required: ["a"], properties: { a: open } }) },
      responses: { "200": json(open) },
    };
    expect(
      short(
        await diff(
          { "/orders": { post } },
          times(10, () => ({ method: "POST", path: "/orders", carries: blind })),
        ),
      ),
    ).toEqual([]);
  });

  test("fields: undocumented ones, required ones that are missing, other types, in requests and answers, nested and in lists", async () => {
    const item = { type: "object", required: ["id", "sku"], properties: { id: { type: "integer" }, sku: { type: "string" } } };
    const post = { requestBody: json(item), responses: { "200": json({ type: "object", properties: { data: { type: "array", items: item } } }) } };
    const found = await diff(
      { "/items": { post } },
      times(6, () => ({ method: "POST", path: "/items", send: { id: "seven", sku: "a", admin: true }, answer: { data: [{ id: 1, price: 2.5 }] } })),
    );
    expect(short(found).sort()).toEqual([
      "drift field POST /items 200 data[].price",
      "drift field POST /items 200 data[].sku",
      "drift field POST /items request admin",
      "drift type POST /items request id",
    ]);
  });

  test("how bad an undocumented field is, goes by the data in it, wherever it stands", async () => {
    const list = { type: "object", properties: { data: { type: "array", items: { type: "object", properties: { id: { type: "integer" } } } } } };
    const item = (n: number) => ({ id: n, iban: ibans[n % ibans.length], contact: { email: `someone${n}@mail.example` }, colour: "red", server: `198.51.100.${n}` });
    const found = await diff({ "/accounts": { get: { responses: { "200": json(list) } } } }, [
      ...times(30, (n) => ({ path: "/accounts", answer: { data: [item(n)] } })),
      ...times(12, (n) => ({ path: "/export", answer: { iban: ibans[n % ibans.length] } })),
    ]);
    expect(found.differences.map((one) => [one.kind, one.level, one.where, one.found])).toEqual([
      ["shadow", "high", "", "seen, iban"],
      ["drift", "high", "200 data[].iban", "string, iban"],
      ["drift", "medium", "200 data[].contact", "object, email"],
      ["drift", "low", "200 data[].colour", "string"],
      ["drift", "low", "200 data[].server", "string, ip"],
    ]);
  });

  test("of one level the open ones with the worst data come first; open and harmless is not high", async () => {
    const found = await diff({ "/documented": { get: fine } }, [
      { path: "/documented" },
      ...times(12, (n) => ({ path: "/contacts", answer: { email: `someone${n}@mail.example` } })),
      ...times(12, (n) => ({ path: "/payments", answer: { iban: ibans[n % ibans.length] } })),
      ...times(5, () => ({ path: "/api/version", answer: { version: "1.2.3" } })),
      ...times(5, () => ({ path: "/records", answer: { data: [{ kind: "x" }] } })),
      ...times(5, () => ({ path: "/tasks", method: "POST", answer: { id: 7 } })),
    ]);
    expect(found.differences.map((one) => [one.level, one.path])).toEqual([
      ["high", "/payments"],
      ["high", "/contacts"],
      ["high", "/records"],
      ["high", "/tasks"],
      ["medium", "/api/version"],
    ]);
  });

  test("what the document leaves open is no drift: no schema, additionalProperties, integers for numbers, a default answer", async () => {
    const answer = { type: "object", properties: { total: { type: "number" } }, additionalProperties: { type: "string" } };
    const get = { responses: { "200": json(answer), default: { description: "any" } } };
    expect(short(await diff({ "/sum": { get } }, [...times(5, () => ({ path: "/sum", answer: { total: 3, note: "x" } })), { path: "/sum", status: 418 }]))).toEqual([]);
  });

  test("a status that is not documented", async () => {
    expect(short(await diff({ "/sum": { get: fine } }, [...times(3, () => ({ path: "/sum" })), { path: "/sum", status: 402 }]))).toEqual(["drift status GET /sum 402"]);
  });

  const secured = { components: { securitySchemes: { b: { type: "http", scheme: "bearer" } } }, security: [{ b: [] }] };
  const answers = { "200": json(open), "401": { description: "" } };
  const people = (count: number): Seen[] => times(count, (n) => ({ path: "/me", token: `tok-${n}-abcdefghijklmnop` }));
  const strangers = (count: number, status: number): Seen[] => times(count, () => ({ path: "/me", status }));

  test("a credential documented as required and not asked for, and the other way round; unproven contradicts nothing", async () => {
    const get = { responses: answers };
    expect(short(await diff({ "/me": { get } }, [...people(10), ...strangers(10, 200)], { top: secured }))).toEqual(["drift auth GET /me"]);
    expect(short(await diff({ "/me": { get } }, [...people(10), ...strangers(10, 401)]))).toEqual(["drift auth GET /me"]);
    expect(short(await diff({ "/me": { get } }, [...people(10), ...strangers(10, 401)], { top: secured }))).toEqual([]);
    expect(short(await diff({ "/me": { get } }, people(10), { top: secured }))).toEqual([]);
    expect(short(await diff({ "/me": { get } }, people(10)))).toEqual([]);
  });
});
