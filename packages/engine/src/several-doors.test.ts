import { describe, expect, it } from "vitest";
import { Incidents } from "./detect/incidents.ts";
import type { Exchange } from "./exchange/exchange.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import { ports } from "./testing/ports.ts";

/** A service that tells at five doors whether there is an account; nothing is declared. */
const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 8);
const phoneOf = (n: number): string => `+4915155${String(100_000 + ((n * 7_919) % 900_000))}`;
const tokenOf = (n: number): string => `tok_${ports.hash("credential", String(n))}A1${n}`;
const exists = (n: number): boolean => n % 2 === 0;

type Call = Omit<Parameters<typeof jsonExchange>[0], "id" | "at" | "address">;
const doors: readonly ((phone: string, there: boolean) => Call)[] = [
  (phone, there) => ({ path: `/users/${encodeURIComponent(phone)}/status`, status: there ? 200 : 404, answer: there ? { active: true } : { error: "unknown" } }),
  (phone, there) => ({ path: `/presence?phone=${encodeURIComponent(phone)}`, answer: { online: there } }),
  (phone, there) => ({ path: "/lookup", sent: { contact: { phone } }, answer: { result: there ? { kind: "member" } : null } }),
  (phone, there) => ({
    path: "/graphql",
    sent: { query: "query Q($phone: String!) { lookup(phone: $phone) { exists } }", variables: { phone } },
    answer: { data: { lookup: there ? { exists: true } : null } },
  }),
  (phone, there) => ({
    path: "/register",
    sent: { phone, name: "Ada" },
    status: there ? 409 : 202,
    answer: there ? { error: { code: "already_registered" } } : { next: "verify" },
  }),
];

class Traffic {
  readonly exchanges: Exchange[] = [];

  call(at: number, address: string, call: Call): void {
    this.exchanges.push(jsonExchange({ id: `x${this.exchanges.length}`, at, address, ...call }));
  }

  ask(at: number, address: string, door: number, n: number): void {
    const call = doors[door % doors.length];
    if (call !== undefined) this.call(at, address, call(phoneOf(n), exists(n)));
  }

  /** People whose app asks at two of the doors about themselves before they sign in; one in four mistypes first, a tenth give up; two in nine share one gateway. */
  day(from: number, visits: number): void {
    for (let k = 0; k < visits; k++) {
      const at = from + k * minute;
      const address = k % 9 < 2 ? "10.200.0.1" : `10.1.${k >> 8}.${k & 255}`;
      const n = 2 * (k % 70);
      if (k % 4 === 1) this.ask(at - 20_000, address, k, n + 1);
      this.ask(at, address, k, n);
      this.ask(at + 2_000, address, k + 1 + (k % 3), n);
      if (k % 10 === 7) continue;
      if (k % 13 === 5)
        this.call(at + 4_000, address, { path: "/enter", sent: { phone: phoneOf(n), code: String(100_000 + k * 37) }, status: 401, answer: { error: "wrong code" } });
      this.call(at + 9_000, address, { path: "/enter", sent: { phone: phoneOf(n), code: String(500_000 + k * 61) }, answer: { token: tokenOf(n), expires_in: 3_600 } });
      this.call(at + 12_000, address, { path: "/me", bearer: tokenOf(n), answer: { plan: "free", unread: k % 9 } });
    }
  }
}

function judged(attack: (traffic: Traffic, from: number) => void): { readonly learned: number; readonly refused: number; readonly incidents: Incidents; readonly doors: number } {
  const traffic = new Traffic();
  traffic.day(start, 200);
  const before = traffic.exchanges.length;
  attack(traffic, start + 10 * 60 * minute);
  const after = traffic.exchanges.length;
  traffic.day(start + 14 * 60 * minute, 40);
  const { decisions, signals, ledger } = new Judged().all(traffic.exchanges);
  const incidents = new Incidents();
  for (const signal of signals) incidents.observe(signal);
  const guarded = ledger.policy(start + 20 * 60 * minute).endpoints.filter((endpoint) => endpoint.state === "budgeted");
  return {
    learned: decisions.slice(before, after).filter(({ action }) => action === "allow").length,
    refused: [...decisions.slice(0, before), ...decisions.slice(after)].filter(({ action }) => action !== "allow").length,
    incidents,
    doors: guarded.length,
  };
}

describe("one thief at five doors of one service: path, query, body, GraphQL, sign-up", () => {
  const thief = "203.0.113.9";

  it("learns as little as at one door, is one incident that names all five, and no honest person is refused", () => {
    const {
      learned,
      refused,
      incidents,
      doors: guarded,
    } = judged((traffic, from) => {
      for (let q = 0; q < 100; q++) traffic.ask(from + q * 2_000, thief, q, 100_001 + q);
    });
    expect(guarded).toBe(5);
    expect(learned).toBeLessThanOrEqual(10);
    expect(refused).toBe(0);
    expect(incidents.list().map(({ endpointIds, sources, level }) => [endpointIds.length, sources.map(({ address }) => address), level])).toEqual([[5, [thief], "high"]]);
    expect(incidents.dueAlerts().map(({ change }) => change)).toEqual(["opened"]);
  });

  it("pays once for a person whom he asks about at every door", () => {
    const { learned } = judged((traffic, from) => {
      for (let q = 0; q < 12; q++) for (let door = 0; door < 5; door++) traffic.ask(from + q * minute + door * 5_000, thief, door, 100_001 + q);
    });
    // Eight at each: what one door allows.
    expect(learned).toBeGreaterThanOrEqual(40);
    expect(learned).toBeLessThanOrEqual(50);
  });

  it("two thieves at two doors are two incidents", () => {
    const { incidents } = judged((traffic, from) => {
      for (let q = 0; q < 60; q++) {
        traffic.ask(from + q * 4_000, thief, 0, 100_001 + q);
        traffic.ask(from + q * 4_000 + 700, "198.51.100.77", 3, 200_001 + q);
      }
    });
    expect(incidents.list().map(({ endpointIds, sources }) => [endpointIds.length, sources.length])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});
