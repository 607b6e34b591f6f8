import { expect, test } from "vitest";
import { Judge } from "./judge.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { ports } from "./testing/ports.ts";

const minute = 60_000;

test("a lookup beside a sign-in at one path of GraphQL is no door: who walks through a list there is stopped, and who signs in is let in", () => {
  const judge = new Judge(ports, { mode: "enforce", newId: () => "s", sourceSlots: 4_096, pairs: 50_000, pending: 4_096 }, { exchange: () => undefined, signals: () => undefined });
  let asked = 0;
  const call = (address: string, at: number, query: string, variables: object, data: object, token?: string): boolean => {
    return judge.decide(jsonExchange({ id: `x${asked++}`, at, address, path: "/graphql", sent: { query, variables }, bearer: token, answer: data })).action === "allow";
  };
  const phoneOf = (n: number): string => `+49151555${String(10_000 + ((n * 37) % 60_000)).padStart(5, "0")}`;
  const lookup = (address: string, at: number, n: number, known: boolean): boolean =>
    call(address, at, "query Find($phone: String!) { userByPhone(phone: $phone) { name } }", { phone: phoneOf(n) }, { data: { userByPhone: known ? { name: "N" } : null } });
  let at = Date.UTC(2026, 2, 2, 8);
  let kept = 0;
  for (let n = 0; n < 160; n++) {
    at += 5 * minute;
    const address = `10.${n % 90}.3.${1 + (n % 200)}`;
    const known = n % 4 !== 0;
    const token = `t${n}abcdefghijklmnopqrstuvwxyz012345`;
    if (!lookup(address, at, n, known)) kept++;
    if (!known) continue;
    const signIn = (right: boolean, when: number): boolean =>
      call(
        address,
        when,
        "mutation In($phone: String!, $password: String!) { signIn(phone: $phone, password: $password) { token } }",
        { phone: phoneOf(n), password: right ? `pw${n}` : "slip" },
        right ? { data: { signIn: { token } } } : { data: { signIn: null }, errors: [{ message: "wrong", extensions: { code: "UNAUTHENTICATED" } }] },
      );
    if (n % 7 === 0) signIn(false, at + 10_000);
    if (!signIn(true, at + 20_000)) kept++;
    call(address, at + 22_000, "query Me { me { plan } }", {}, { data: { me: { plan: "M" } } }, token);
  }
  expect(kept).toBe(0);
  let learned = 0;
  for (let n = 0; n < 120; n++) if (lookup("203.0.113.9", (at += 3_000), 5_000 + n, n % 2 === 0)) learned++;
  expect(learned).toBeLessThanOrEqual(20);
});
