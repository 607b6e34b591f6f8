import { expect, test } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 10);
const phone = (n: number): string => `+4915155${50_000 + n * 37}`;
const usual = "query Q($phone: String!) { lookup(phone: $phone) { exists } }";

test("a lookup behind GraphQL that was learned from variables is guarded however the question is written; other operations pass", () => {
  const judged = new Judged();
  let asked = 0;
  /** How many of these were answered as they are; existing people and others take turns. */
  const ask = (times: number, network: (n: number) => number, body: (n: number) => object, data?: object): number => {
    const before = judged.decisions.length;
    for (let n = 0; n < times; n++) judged.judge.push(exchange(++asked, network(n), body(n), data ?? { lookup: n % 2 === 0 ? { exists: true } : null }));
    return judged
      .all([])
      .decisions.slice(before)
      .filter(({ action }) => action === "allow").length;
  };
  const people = 60;
  ask(
    200,
    (n) => n % 29,
    (n) => ({ query: usual, variables: { phone: phone(n % people) } }),
  );
  expect(judged.ledger.policy(start + 10_000_000).endpoints.map((one) => [one.template, one.state])).toEqual([["/graphql", "budgeted"]]);
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
  return jsonExchange({ id: `x${n}`, at: start + n * 1_000, address: `198.51.${network}.7`, path: "/graphql", sent: body, answer: { data } });
}
