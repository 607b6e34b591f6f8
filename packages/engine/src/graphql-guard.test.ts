import { expect, test } from "vitest";
import { carriesAll, type Exchange } from "./exchange/exchange.ts";
import { Judge } from "./judge.ts";
import { ports } from "./testing/ports.ts";

const start = Date.UTC(2026, 2, 2, 10);
const phone = (n: number): string => `+4915155${50_000 + n * 37}`;
const usual = "query Q($phone: String!) { lookup(phone: $phone) { exists } }";

test("a lookup behind GraphQL that was learned from variables is guarded however the question is written; other operations pass", () => {
  const allowed: boolean[] = [];
  const judge = new Judge(
    ports,
    { mode: "enforce", newId: () => "s", sourceSlots: 4_096, pairs: 20_000, pending: 4_096 },
    { decision: (_, decision) => allowed.push(decision.action === "allow"), exchange: () => undefined, signals: () => undefined },
  );
  let asked = 0;
  /** How many of these were answered as they are; existing people and others take turns. */
  const ask = (times: number, network: (n: number) => number, body: (n: number) => object, data?: object): number => {
    allowed.length = 0;
    for (let n = 0; n < times; n++) judge.push(exchange(++asked, network(n), body(n), data ?? { lookup: n % 2 === 0 ? { exists: true } : null }));
    judge.finish();
    return allowed.filter(Boolean).length;
  };
  const people = 60;
  ask(
    200,
    (n) => n % 29,
    (n) => ({ query: usual, variables: { phone: phone(n % people) } }),
  );
  expect(judge.ledger.policy(start + 10_000_000).endpoints.map((one) => [one.template, one.state])).toEqual([["/graphql", "budgeted"]]);
  const ways: ((n: number) => object)[] = [
    (n) => ({ query: usual, variables: { phone: phone(n) } }),
    (n) => ({ query: `{ lookup(phone: "${phone(n)}") { exists } }` }),
    (n) => ({ query: "query Q($p: String!) { lookup(phone: $p) { exists } }", variables: { p: phone(n) } }),
    (n) => ({ query: `{ a: lookup(phone: "${phone(n)}") { exists } b: lookup(phone: "${phone(n + 5_000)}") { exists } }` }),
  ];
  for (const [n, way] of ways.entries())
    expect(
      ask(
        40,
        () => 200 + n,
        (m) => way(1_000 * (n + 1) + m),
      ),
    ).toBeLessThanOrEqual(8);
  expect(
    ask(
      40,
      () => 200,
      () => ({ query: "{ version }" }),
      { version: "1" },
    ),
  ).toBe(40);
});

function exchange(n: number, network: number, body: object, data: object): Exchange {
  return {
    id: `x${n}`,
    at: start + n * 1_000,
    durationMs: 5,
    method: "POST",
    url: "https://api.example/graphql",
    client: { address: `198.51.${network}.7` },
    carries: carriesAll,
    request: {
      headers: [
        ["Host", "api.example"],
        ["Content-Type", "application/json"],
      ],
      body: JSON.stringify(body),
    },
    response: { status: 200, headers: [["Content-Type", "application/json"]], body: JSON.stringify({ data }) },
  };
}
