import { describe, expect, it } from "vitest";
import { carriesAll, type Exchange } from "./exchange/exchange.ts";
import { Judge, reorderBytesMax, reorderMax } from "./judge.ts";
import { Ledger } from "./ledger.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 10);

/** The number of person `n`: scattered, as people's are. Nobody has one whose last digit is odd. */
const numberOf = (n: number, exists: boolean): string => `999-1${String(((Math.imul(n + 17, 2_654_435_761) >>> 0) % 900_000) + 100_000)}${exists ? (n % 5) * 2 : (n % 5) * 2 + 1}`;

function lookup(id: string, at: number, address: string, number: string, durationMs = 20): Exchange {
  const exists = Number(number.slice(-1)) % 2 === 0;
  const answer = exists ? { success: true, account_id: 1_000_000 + Number(number.slice(-6)), devices: 1 } : { success: false, message: "User not found." };
  return { ...jsonExchange({ id, at, address, path: `/client/v1/users/${number}/status`, headers: [["User-Agent", "app/1"]], answer }), durationMs };
}

/** People who look themselves up, twice, each from home. */
function honest(from: number, people: number, prefix = "h"): Exchange[] {
  return Array.from({ length: people }, (_, n) => {
    const number = numberOf(n, n % 4 !== 0);
    const at = from + n * 9_000;
    return [
      lookup(`${prefix}${n}a`, at, `10.1.${n >> 8}.${n & 255}`, number),
      lookup(`${prefix}${n}b`, at + 4_000, `10.1.${n >> 8}.${n & 255}`, number),
      lookup(`${prefix}${n}c`, at + 8_000, `10.2.${n >> 8}.${n & 255}`, number),
    ];
  })
    .flat()
    .sort((a, b) => a.at - b.at);
}

const attack = (from: number, count: number): Exchange[] =>
  Array.from({ length: count }, (_, n) => lookup(`a${n}`, from + n * 20, "203.0.113.9", numberOf(50_000 + n, n % 2 === 0)));

const judged = (input: readonly Exchange[], ledger?: Ledger): Judged => new Judged(ledger === undefined ? {} : { ledger }).all(input);

const actionsOf = (result: Judged, input: readonly Exchange[]): Map<string, string> =>
  new Map(input.map((exchange, index) => [exchange.id, `${result.decisions[index]?.action} ${result.decisions[index]?.reason}`]));

describe("Judge", () => {
  const hour = honest(start, 300);
  const both = [...hour, ...attack(start + 3_600_000, 300)];

  it("learns from an honest hour what to guard, and then tells one fast source no more than eight", () => {
    const result = judged(both);
    const policy = result.judge.ledger.policy(start + 7_200_000);
    expect(policy.endpoints.map((endpoint) => `${endpoint.state} ${endpoint.method} ${endpoint.subjects[0]?.type ?? ""}`)).toEqual(["budgeted GET phone"]);
    const attacked = result.decisions.slice(hour.length);
    expect(attacked.filter((decision) => decision.action === "allow").length).toBeLessThanOrEqual(8);
    expect(result.decisions.slice(0, hour.length).filter((decision) => decision.action !== "allow")).toEqual([]);
    expect(result.signals.some((signal) => signal.level === "high")).toBe(true);
  });

  it("says the same of the same input, byte for byte", () => {
    const one = judged(both);
    const two = judged(both);
    expect(JSON.stringify([two.decisions, two.signals, two.rows])).toBe(JSON.stringify([one.decisions, one.signals, one.rows]));
  });

  it("writes what an endpoint told under its own id, though the guard of another method on its path judged it", () => {
    const known = honest(start, 200);
    const from = start + 200 * 9_000 + 60_000;
    const changes = Array.from({ length: 8 }, (_, n) => ({ ...lookup(`p${n}`, from + n * 20, "203.0.113.7", numberOf(60_000 + n, true)), method: n === 7 ? "HEAD" : "PATCH" }));
    const { rows, judge } = judged([...known, ...changes, ...known.map((one) => ({ ...one, id: `l${one.id}`, at: one.at + 3_600_000 }))]);
    const methods = new Map<string, Set<string | undefined>>();
    for (const { row } of rows) {
      const asked = row.exchangeId.startsWith("p") ? (row.exchangeId === "p7" ? "HEAD" : "PATCH") : "GET";
      methods.set(asked, (methods.get(asked) ?? new Set()).add(judge.ledger.inventory.byId(row.endpointId)?.method));
    }
    expect(rows.filter(({ row }) => row.exchangeId.startsWith("p"))).toHaveLength(8);
    expect(methods).toEqual(
      new Map([
        ["GET", new Set(["GET"])],
        ["PATCH", new Set(["PATCH"])],
        ["HEAD", new Set(["GET"])],
      ]),
    );
  });

  it("says the same of input out of order as of sorted input, and numbers decisions by input order", () => {
    const sorted = judged(both);
    const shuffled = both
      .map((exchange, n) => ({ exchange, key: Math.imul(n + 1, 2_654_435_761) >>> 0 }))
      .sort((a, b) => a.key - b.key)
      .map(({ exchange }) => exchange);
    const mixed = judged(shuffled);
    expect(mixed.judge.late).toBe(0);
    expect(shuffled.every((exchange, index) => mixed.decisions[index]?.id === exchange.id)).toBe(true);
    const want = actionsOf(sorted, both);
    for (const [id, action] of actionsOf(mixed, shuffled)) expect(`${id} ${action}`).toBe(`${id} ${want.get(id) ?? ""}`);
    expect(JSON.stringify(mixed.signals)).toBe(JSON.stringify(sorted.signals));
  });

  it("decides with what was complete by then: answers still under way neither teach nor are charged twice", () => {
    // Twenty questions at once, each answered only after a minute: the credits are taken at once all the same.
    const burst = Array.from({ length: 20 }, (_, n) => lookup(`b${n}`, start + 3_600_000 + n, "203.0.113.9", numberOf(60_000 + n, true), 60_000));
    const result = judged([...hour, ...burst]);
    expect(result.decisions.slice(hour.length).filter((decision) => decision.action === "allow").length).toBeLessThanOrEqual(8);
    // The same hour, but with every answer complete only after the attack: nothing was known, so nothing is enforced.
    const blind = hour.map((exchange) => ({ ...exchange, durationMs: 7_200_000 }));
    const unknowing = judged([...blind, ...burst]);
    expect(unknowing.decisions.slice(hour.length).every((decision) => decision.action === "allow")).toBe(true);
  });

  it("goes on from an exported state as if it had not stopped", () => {
    const learned = judged(hour);
    const state: unknown = JSON.parse(JSON.stringify(learned.judge.ledger.exportState()));
    const restored = new Ledger(ports, { mode: "enforce" }, state as ReturnType<Ledger["exportState"]>);
    const unstopped = new Ledger(ports, { mode: "enforce" });
    for (const exchange of hour) unstopped.onExchange(exchange);
    const after = attack(start + 3_600_000, 200);
    expect(judged(after, restored).decisions).toEqual(judged(after, unstopped).decisions);
    expect(judged(after, restored).decisions.some((decision) => decision.action === "uniform")).toBe(true);
  });

  it("keeps no identifier and no secret in clear in what it exports", () => {
    const planted = { phone: "99916661234", mail: "zaphod.planted@mail.example", user: "planted_trillian", token: "tok_4f8b2c9d1e7a6053planted", card: "4111111111111111" };
    const ledger = new Ledger(ports, { mode: "enforce" });
    for (const exchange of hour) ledger.onExchange(exchange);
    for (let n = 0; n < 40; n++) {
      const body = JSON.stringify({ email: planted.mail, user: planted.user, card: planted.card, access_token: planted.token, phone: `+${planted.phone}` });
      for (const url of [
        `/client/v1/users/999-16661234/status`,
        `/by-mail/${planted.mail}/x`,
        `/search?q=${planted.user}&mail=${encodeURIComponent(planted.mail)}`,
        `/u/${n < 3 ? planted.user : `person_${n}x`}/profile`,
        `/t/${planted.token}`,
      ]) {
        ledger.onExchange({
          id: `p${n}${url.length}`,
          at: start + 3_700_000 + n * 1_000,
          method: n % 2 === 0 ? "GET" : "POST",
          url: `https://api.example${url}`,
          client: { address: "198.51.100.7" },
          carries: carriesAll,
          request: {
            headers: [
              ["Authorization", `Bearer ${planted.token}`],
              ["Content-Type", "application/json"],
              ["Cookie", `sid=${planted.token}`],
              ["X-User", planted.mail],
            ],
            body,
          },
          response: {
            status: n % 3 === 0 ? 404 : 200,
            headers: [
              ["Content-Type", "application/json"],
              ["Set-Cookie", `sid=${planted.token}`],
            ],
            body: n % 3 === 0 ? '{"error":"not found"}' : body,
          },
        });
      }
    }
    // A name asked for again and again with no other beside it is a constant to the inventory, and no longer a person; that is its stated limit.
    ledger.policy(start + 4_000_000);
    const text = JSON.stringify([ledger.exportState(), ledger.policy(start + 4_100_000), ledger.findings()]).toLowerCase();
    for (const value of [planted.phone, "16661234", planted.mail, "zaphod", planted.user, planted.token, planted.card])
      expect(text.includes(value.toLowerCase()), value).toBe(false);
  });

  it("waits for at most 64 MiB of exchanges, whatever their number, and judges the earliest first", () => {
    const decided: number[] = [];
    const judge = new Judge(
      ports,
      { mode: "observe", newId: () => "s", sourceSlots: 64, pairs: 1_024, pending: 64 },
      { decision: (index) => decided.push(index), exchange: () => {}, signals: () => {} },
    );
    const body = "x".repeat(1_048_576);
    const heavy = reorderBytesMax / body.length;
    for (let n = 0; n < heavy / 4; n++) judge.push({ ...lookup(`h${n}`, start - n * 1_000, "192.0.2.1", "999-1"), request: { headers: [], body } });
    expect(decided).toEqual([]);
    for (let n = heavy / 4; n < heavy; n++) judge.push({ ...lookup(`h${n}`, start - n * 1_000, "192.0.2.1", "999-1"), request: { headers: [], body } });
    const held = heavy - decided.length;
    expect(decided.length).toBeGreaterThan(0);
    expect(held * body.length).toBeLessThanOrEqual(reorderBytesMax);
    judge.finish();
    expect(decided).toHaveLength(heavy);
  });

  it("waits for at most 65,536 exchanges to put them in order, and counts those that come later still", () => {
    const decided: number[] = [];
    let n = 0;
    const judge = new Judge(
      ports,
      { mode: "observe", newId: () => `s${n++}`, sourceSlots: 64, pairs: 1_024, pending: 64 },
      { decision: (index) => decided.push(index), exchange: () => {}, signals: () => {} },
    );
    const bare = (id: number, at: number): Exchange => ({
      id: `x${id}`,
      at,
      method: "GET",
      url: "/",
      client: { address: "" },
      request: { headers: [] },
      response: { status: 204, headers: [] },
      carries: carriesAll,
    });
    for (let id = 0; id < reorderMax; id++) judge.push(bare(id, start + id));
    expect(decided).toEqual([]);
    for (let id = 0; id < 10; id++) judge.push(bare(reorderMax + id, start + reorderMax + id));
    expect(decided).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    judge.push(bare(99_999, start));
    expect(judge.late).toBe(1);
  });
});
