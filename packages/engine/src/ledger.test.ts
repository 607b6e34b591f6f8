import { describe, expect, it } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import { earlyMax } from "./detect/early-exchanges.ts";
import { Ledger } from "./ledger.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";

let at = Date.UTC(2026, 2, 2, 10);

/** A lookup at this door. */
function lookup(door: string, phone: number, method = "GET"): Exchange {
  at += 1_000;
  return jsonExchange({ id: `x${at}`, at, address: "192.0.2.1", method, path: `/${door}?msisdn=%2B9995${100_000 + phone * 37}`, answer: { exists: true } });
}

/** Disclosures of each of these lookups. */
const told = (ledger: Ledger, door: string, phones: readonly number[]): number[] => phones.map((phone) => ledger.onExchange(lookup(door, phone)).disclosures.length);

describe("questions from before an identifier is known to be one", () => {
  it("are remembered, the first 64 of an endpoint, and written down as soon as it is", () => {
    const ledger = new Ledger(ports, { mode: "observe" });
    const sum = (rows: readonly number[]): number => rows.reduce((all, one) => all + one, 0);
    const repeats = Array.from({ length: earlyMax }, () => 1);
    expect(sum(told(ledger, "users/status", [...repeats.slice(7), ...people]))).toBe(earlyMax - 7 + people.length);
    expect(sum(told(ledger, "users/search", [...repeats, 1, 1, ...people]))).toBeLessThan(earlyMax + 2 + people.length);
    expect(Math.max(...told(ledger, "users/profile", [...repeats, ...repeats, ...people]))).toBe(earlyMax + 1);
  });

  it("are remembered of 256 endpoints, of which the one that was asked nothing new for longest gives way", () => {
    const ledger = new Ledger(ports, { mode: "observe" });
    for (const door of ["quiet", "busy"]) told(ledger, door, [1, 2, 3, 4]);
    // Some doors look like one to the inventory: more than the bound.
    const others = (from: number, to: number): void => {
      for (const door of words.flatMap((one) => words.map((two) => `${one}/${two}`)).slice(from, to))
        for (const method of ["GET", "PUT", "PATCH", "DELETE", "POST"]) ledger.onExchange(lookup(door, 1, method));
    };
    others(0, 45);
    told(ledger, "busy", [5]);
    others(45, 70);
    const asked = [...Array.from({ length: 20 }, () => 1), ...people];
    const rows = (door: string): number => told(ledger, door, asked).reduce((all, one) => all + one, 0);
    expect([rows("busy") - asked.length, rows("quiet") - asked.length]).toEqual([5, 0]);
  });
});

it("whom an endpoint asks about is known at once after a restart, before anybody asks again", () => {
  const ledger = new Ledger(ports, { mode: "observe" });
  told(ledger, "users/status", people);
  const [endpoint] = ledger.inventory.endpoints();
  const rules = ledger.rulesOf(endpoint?.id ?? "").map((rule) => rule.type);
  const restored = new Ledger(ports, { mode: "observe" }, ledger.exportState());
  expect(rules).toEqual(["phone"]);
  expect(restored.rulesOf(endpoint?.id ?? "").map((rule) => rule.type)).toEqual(rules);
  expect(restored.rulesOf("no endpoint")).toEqual([]);
});

/** Enough of them that it is plain whom they ask about. */
const people = Array.from({ length: 24 }, (_, n) => n + 1);

const words = [
  "users",
  "orders",
  "status",
  "search",
  "account",
  "items",
  "files",
  "groups",
  "teams",
  "events",
  "jobs",
  "tasks",
  "notes",
  "tags",
  "roles",
  "devices",
  "images",
  "cards",
  "plans",
  "rooms",
];

it("a step towards a follow-up that the service fails is told as an attempt by who asked, and proves nothing", () => {
  const ledger = new Ledger(ports, { mode: "observe" });
  for (const phone of people) {
    const asked = lookup("users/status", phone);
    ledger.onExchange({ ...asked, response: { ...asked.response, body: `{"exists":true,"account_id":${7_000_000 + phone}}` } });
  }
  const step = (person: number, status: number): ReturnType<Ledger["onExchange"]> => {
    at += 1_000;
    const response = { status, headers: [["Content-Type", "application/json"] as const], body: '{"error":"later"}' };
    return ledger.onExchange({ ...lookup("x", 1, "POST"), url: `https://api.example/registrations/${7_000_000 + person}/start`, response });
  };
  for (const one of people) expect(step(one, 200).attempts).toEqual([]);
  const person = people.at(-1) ?? 0;
  const { attempts, anchors } = step(person, 503);
  expect(anchors).toEqual([]);
  expect(attempts.map(({ kind }) => kind)).toEqual(["failed"]);
  expect(attempts[0]?.subjects).toContain(ports.hash("phone", `+9995${100_000 + person * 37}`));
});
