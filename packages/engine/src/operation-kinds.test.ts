import { expect, test } from "vitest";
import { Judge } from "./judge.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { ports } from "./testing/ports.ts";
import type { Signal } from "./detect/signal.ts";

const minute = 60_000;

test("one path of GraphQL sends codes by one operation and checks them by another: each is known for what it is, and pumping is told within twenty messages", () => {
  const signals: Signal[] = [];
  const judge = new Judge(ports, { mode: "observe", newId: () => "s" }, { exchange: () => undefined, signals: (told) => void signals.push(...told) });
  let asked = 0;
  const call = (address: string, at: number, query: string, variables: object, data: object | undefined): void => {
    const answer = data === undefined ? { data: { redeemCode: null }, errors: [{ message: "no", extensions: { code: "WRONG" } }] } : { data };
    judge.push(jsonExchange({ id: `x${asked++}`, at, address, path: "/graphql", sent: { query, variables }, answer }));
  };
  const send = (address: string, at: number, phone: string): void => call(address, at, "mutation Ask($phone: String!) { askCode(phone: $phone) }", { phone }, { askCode: true });
  const check = (address: string, at: number, phone: string, entry: string, right: boolean): void =>
    call(
      address,
      at,
      "mutation Give($phone: String!, $entry: String!) { redeemCode(phone: $phone, entry: $entry) { session } }",
      { phone, entry },
      right ? { redeemCode: { session: `s${at}` } } : undefined,
    );
  let at = Date.UTC(2026, 2, 2, 8);
  for (let n = 0; n < 250; n++) {
    at += 5 * minute;
    const address = `10.${n % 90}.3.${1 + (n % 200)}`;
    const phone = `+49151555${String(10_000 + ((n * 37) % 60_000)).padStart(5, "0")}`;
    const entry = String(100_000 + ((n * 7_919) % 900_000));
    send(address, at, phone);
    if (n % 8 === 0) check(address, at + 20_000, phone, String(Number(entry) + 1), false);
    if (n % 15 !== 0) check(address, at + 30_000, phone, entry, true);
  }
  expect(signals.filter(({ level }) => level === "high")).toEqual([]);
  const before = asked;
  for (let n = 0; n < 60; n++) send(`45.9.${n}.7`, (at += minute), `+9607990${1_000 + n * 7}`);
  judge.finish();
  const told = signals.find(({ detector, level }) => detector === "sms.pumping" && level === "high");
  expect(told).toBeDefined();
  expect(((told?.at ?? 0) - (at - 59 * minute)) / minute).toBeLessThanOrEqual(20);
  expect(before).toBeGreaterThan(0);
  const kinds = judge.ledger.inventory.calls().map((one) => judge.ledger.kindOf(one).kind);
  expect(kinds.sort()).toEqual(["code-check", "code-send"]);
});
