import { describe, expect, it } from "vitest";
import { isPoorBeside } from "./detect/oracle/class-structure.ts";
import { classifyResponse } from "./exchange/response-class.ts";
import type { Json } from "./exchange/view.ts";
import { type JsonExchange, jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import { ports } from "./testing/ports.ts";

/** Lookups of a service just started that are calls by name, or say "nobody" by nothing: each is guarded as soon as one that answers `{"exists":false}` at a path of its own. */
const start = Date.UTC(2026, 2, 2, 10);
const phone = (n: number): string => `+49151${String(10_000_000 + ((n * 7_919_317) % 89_999_999))}`;
const exists = (n: number): boolean => ((Math.imul(n + 7, 2_654_435_761) >>> 8) & 1) === 0;
const person = (n: number): Json => ({ id: String(n), displayName: "x" });

type Asked = Pick<JsonExchange, "path" | "sent" | "answer">;
const variables = "query Q($phone: String!) { lookup(phone: $phone) { exists } }";
const graphql = (n: number, data: unknown): Asked => ({ path: "/graphql", sent: { query: variables, variables: { phone: phone(n) } }, answer: { data } });
const written = (n: number, data: unknown): Asked => ({ path: "/graphql", sent: { query: `{ lookup(phone: "${phone(n)}") { exists } }` }, answer: { data } });
const rpc = (n: number, params: unknown, said: object): Asked => ({
  path: "/rpc",
  sent: { jsonrpc: "2.0", id: 1_000 + n, method: "user.lookup", params },
  answer: { jsonrpc: "2.0", id: 1_000 + n, ...said },
});

const doors: readonly [string, (n: number) => Asked][] = [
  ["a path of its own", (n) => ({ path: "/lookup", sent: { phone: phone(n) }, answer: { exists: exists(n) } })],
  ["null at a path of its own", (n) => ({ path: "/lookup", sent: { phone: phone(n) }, answer: exists(n) ? person(n) : null })],
  [
    "an empty list at a path of its own",
    (n) => ({ path: `/people?phone=${encodeURIComponent(phone(n))}`, answer: { items: exists(n) ? [{ id: "a" }] : [], total: exists(n) ? 1 : 0 } }),
  ],
  ["GraphQL, a flag", (n) => graphql(n, { lookup: { exists: exists(n) } })],
  ["GraphQL, null beside one field", (n) => graphql(n, { lookup: exists(n) ? { id: "7" } : null })],
  ["GraphQL, a bare flag of a longer name", (n) => graphql(n, { phoneRegistered: exists(n) })],
  ["GraphQL, written into the document", (n) => written(n, { lookup: { exists: exists(n) } })],
  ["GraphQL, written into the document, null", (n) => written(n, { lookup: exists(n) ? { id: "7" } : null })],
  [
    "GraphQL in the query string",
    (n) => ({ ...written(n, { lookup: { exists: exists(n) } }), path: `/graphql?query=${encodeURIComponent(`{ lookup(phone: "${phone(n)}") { exists } }`)}`, sent: undefined }),
  ],
  ["JSON-RPC, a flag", (n) => rpc(n, { phone: phone(n) }, { result: { exists: exists(n) } })],
  ["JSON-RPC, by position, null", (n) => rpc(n, [phone(n)], { result: exists(n) ? person(n) : null })],
  ["JSON-RPC, an error", (n) => rpc(n, { phone: phone(n) }, exists(n) ? { result: person(n) } : { error: { code: -32_004, message: "not found" } })],
];

describe("lookups that are calls by name, at a service just started", () => {
  it.each(doors)("one asker learns no more than eight: %s", (_, door) => {
    const judged = new Judged();
    let learned = 0;
    for (let n = 0; n < 80; n++) if (judged.answers(jsonExchange({ id: `x${n}`, at: start + n * 1_000, address: "203.0.113.9", ...door(n) })) && exists(n)) learned++;
    expect(learned).toBeLessThanOrEqual(8);
  });

  it.each(doors)("a crowd in which each asks once has a guard put up within forty questions: %s", (_, door) => {
    const judged = new Judged();
    for (let n = 0; n < 40; n++) judged.answers(jsonExchange({ id: `x${n}`, at: start + n * 1_000, address: `10.1.${n}.7`, ...door(n) }));
    expect(judged.ledger.policy(start + 60_000).endpoints.map(({ state, subjects }) => [state, subjects.map(({ type }) => type)])).toEqual([["budgeted", ["phone"]]]);
  });

  it("what is searched for in words is no document, and what a call is numbered by is nobody", () => {
    const judged = new Judged();
    for (let n = 0; n < 40; n++) {
      judged.answers(
        jsonExchange({
          id: `s${n}`,
          at: start + n * 1_000,
          address: `10.1.${n}.7`,
          path: "/search",
          sent: { query: `lookup(phone: "${phone(n)}") of yesterday` },
          answer: { hits: n % 3 },
        }),
      );
      judged.answers(jsonExchange({ id: `r${n}`, at: start + n * 1_000, address: `10.1.${n}.7`, ...rpc(n, { page: 1 }, { result: { ok: true } }) }));
    }
    expect(judged.ledger.policy(start + 60_000).endpoints.map(({ template, subjects }) => [template, subjects])).toEqual([]);
  });
});

describe("an answer that holds nothing", () => {
  const classOf = (json: Json): ReturnType<typeof classifyResponse> =>
    classifyResponse({ scalars: [] }, { status: 200, contentType: "application/json", location: "", body: JSON.stringify(json), echo: [] }, ports);
  const isPoor = (poor: Json, rich: Json): boolean => isPoorBeside(classOf(poor), classOf(rich));

  it.each<[Json, Json]>([
    [null, { id: 1 }],
    [[], [{ id: 1 }]],
    [{}, { id: 1 }],
    [{ lookup: null }, { lookup: { id: 1 } }],
    [{ data: { lookup: {} } }, { data: { lookup: { id: 1 } } }],
    [
      { items: [], total: 0 },
      { items: [{ id: 1 }], total: 1 },
    ],
  ])("%j is said of nobody beside %j, and not the other way round", (poor, rich) => {
    expect(isPoor(poor, rich)).toBe(true);
    expect(isPoor(rich, poor)).toBe(false);
  });

  it.each<[Json, Json]>([
    [
      { name: "a", nickname: null },
      { name: "a", nickname: "b" },
    ],
    [
      { result: { a: 1 }, error: null },
      { result: null, error: { reason: "x" } },
    ],
    [{ total: 0 }, { total: 1 }],
  ])("%j and %j say nothing of the kind", (one, other) => {
    expect([isPoor(one, other), isPoor(other, one)]).toEqual([false, false]);
  });
});
