import { describe, expect, test } from "vitest";
import { provenancePolicy as policy } from "./detect/provenance/provenance-policy.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 10);
const minute = 60_000;
/** Order ids run on; every third belongs to the same customer. */
const customers = 30;
const ordersOf = (who: number): number[] => Array.from({ length: 12 }, (_, n) => 70_000 + n * customers + who);

/** A shop whose `GET /orders/{id}` looks at the token and not at whose order it is. */
class Shop {
  readonly judged = new Judged();
  readonly uniform: string[] = [];
  #asked = 0;

  /** What the caller gets to see. */
  ask(method: string, path: string, who: string | undefined, at: number, status: number, body: unknown, sent?: object): boolean {
    const address = `10.2.${(who ?? "0").length}.${Number.parseInt(who?.replace(/\D/g, "") ?? "0", 10) % 250}`;
    const bearer = who === undefined ? undefined : `tok_${who}_abcdefghijklmnopq`;
    const answered = this.judged.answers(jsonExchange({ id: `x${(this.#asked += 1)}`, at, address, method, path, sent, status, answer: body, bearer }));
    if (!answered) this.uniform.push(`${who} ${path}`);
    return answered;
  }

  list(who: string, orders: readonly number[], at: number): void {
    this.ask("GET", "/orders", who, at, 200, { orders: orders.map((id) => ({ id, total: 1_000 + (id % 97) })), count: orders.length });
  }

  open(who: string | undefined, id: number, at: number): boolean {
    if (who === undefined) return this.ask("GET", `/orders/${id}`, who, at, 401, { error: "sign in" });
    const exists = id >= 70_000 && id < 70_000 + 12 * customers;
    return this.ask("GET", `/orders/${id}`, who, at, exists ? 200 : 404, exists ? { id, total: 1_000 + (id % 97), address: `Street ${id}` } : { error: "no such order" });
  }

  /** Days of people who look at their orders; now and then at one that somebody sent them a link to, and at one mistyped. */
  live(from = start, days = 4): number {
    let at = from;
    for (let n = 0; n < customers * days; n++) {
      at += 48 * minute;
      const who = n % customers;
      const own = ordersOf(who).slice(0, 6 + (n % 6));
      this.list(`c${who}`, own, at);
      for (let k = 0; k < 1 + (n % 4); k++) this.open(`c${who}`, own[(n * 5 + k) % own.length] ?? 0, at + 2_000 * (k + 1));
      if (n % 7 === 3) this.open(`c${who}`, ordersOf((who + 9) % customers)[n % 12] ?? 0, at + 20_000);
      if (n % 11 === 5) this.open(`c${who}`, 9_990_000 + n, at + 25_000);
      if (n % 20 === 0) this.open(undefined, own[0] ?? 0, at + 30_000);
    }
    return at;
  }

  /** Existing objects of others that this attacker was told of. */
  walk(accounts: number, from: number, stepMs: number): number {
    let learned = 0;
    for (let n = 0; n < 12 * customers; n++) if (this.open(`evil${n % accounts}`, 70_000 + n, from + n * stepMs)) learned++;
    return learned;
  }

  get told(): boolean {
    return this.judged.signals.some(({ detector, level }) => detector === "access.foreign-objects" && level === "high");
  }
}

describe("objects that everybody reads as handed to him", () => {
  test("are told to one who walks through other people's ids up to his few credits, fast or slow, and people are told", () => {
    for (const stepMs of [100, 40_000]) {
      const shop = new Shop();
      const at = shop.live();
      expect(shop.uniform).toEqual([]);
      // A credit comes back every few hours; the slow walk takes eight.
      expect(shop.walk(1, at + minute, stepMs)).toBeLessThanOrEqual(policy.foreignCredits + 2);
      expect(shop.told).toBe(true);
    }
  });

  test("are told to fifty accounts up to the credits of each", () => {
    const shop = new Shop();
    const at = shop.live();
    expect(shop.walk(50, at + minute, 1_000)).toBeLessThanOrEqual(50 * policy.foreignCredits);
    expect(shop.told).toBe(true);
  });

  test("stay with their owners while it lasts, and nobody is told of links and slips", () => {
    const shop = new Shop();
    const at = shop.live(start, 6);
    shop.walk(1, at, 100);
    const before = shop.uniform.length;
    shop.live(at + minute, 1);
    expect(shop.uniform.slice(before)).toEqual([]);
    const honest = new Shop();
    honest.live(start, 6);
    expect(honest.judged.signals.filter(({ detector }) => detector === "access.foreign-objects")).toEqual([]);
  });

  test("are held wherever their id stands: in a query, or nested in a body", () => {
    for (const way of ["query", "body"] as const) {
      const shop = new Shop();
      const read = (who: string, id: number, at: number): boolean =>
        way === "query"
          ? shop.ask("GET", `/invoice?invoiceId=${id}`, who, at, 200, { total: 1_000 + (id % 97) })
          : shop.ask("POST", "/invoices/show", who, at, 200, { total: 1_000 + (id % 97) }, { request: { invoice: { id } }, locale: "de" });
      let at = start;
      for (let n = 0; n < customers * 4; n++) {
        const own = ordersOf(n % customers).slice(0, 6);
        shop.list(`c${n % customers}`, own, (at += 20 * minute));
        for (let k = 0; k < 1 + (n % 3); k++) read(`c${n % customers}`, own[(n + k) % own.length] ?? 0, at + 2_000 * (k + 1));
      }
      expect(shop.uniform).toEqual([]);
      let learned = 0;
      for (let n = 0; n < 60; n++) if (read("evil0", 70_000 + n, at + minute + n * 3_000)) learned++;
      expect(learned).toBeLessThanOrEqual(policy.foreignCredits + 1);
      expect(shop.told).toBe(true);
    }
  });

  test("are held under every method, also one that nobody used before", () => {
    const shop = new Shop();
    const at = shop.live();
    let gone = 0;
    for (let n = 0; n < 120; n++) if (shop.ask("DELETE", `/orders/${70_000 + n}`, "evil0", at + minute + n * 3_000, 204, undefined)) gone++;
    expect(gone).toBeLessThanOrEqual(policy.foreignCredits + 1);
    expect(shop.told).toBe(true);
    // Who deletes what he was handed is let.
    shop.list("c5", ordersOf(5), at + 20 * minute);
    for (const id of ordersOf(5)) expect(shop.ask("DELETE", `/orders/${id}`, "c5", at + 21 * minute, 204, undefined)).toBe(true);
  });

  test("are known for it, too, where each token lives for one read", () => {
    const shop = new Shop();
    let at = start;
    for (let n = 0; n < 60; n++) {
      const who = `s${n}`;
      const own = ordersOf(n % customers).slice(0, 5);
      shop.list(who, own, (at += 5 * minute));
      shop.open(who, own[n % 5] ?? 0, at + 2_000);
    }
    expect(shop.uniform).toEqual([]);
    expect(shop.walk(1, at + minute, 4_000)).toBeLessThanOrEqual(policy.foreignCredits);
    expect(shop.told).toBe(true);
  });

  test("are known as handed by a sign-in, along with the token", () => {
    const shop = new Shop();
    let at = start;
    const visit = (n: number, member: number): boolean => {
      shop.ask(
        "POST",
        "/sessions",
        undefined,
        (at += 5 * minute),
        n % 6 === 0 ? 401 : 200,
        n % 6 === 0 ? { error: "wrong" } : { token: `tok_v${n}_abcdefghijklmnopq`, member: { id: member } },
        {
          email: `m${member}@mail.example`,
          password: "hunter22",
        },
      );
      return n % 6 === 0 || shop.ask("GET", `/members/${member}/points`, `v${n}`, at + 2_000, 200, { points: 3 * member, tier: "blue" });
    };
    for (let n = 0; n < 120; n++) visit(n, 40_000 + 7 * (n % 40));
    expect(shop.uniform).toEqual([]);
    visit(121, 40_000);
    let learned = 0;
    for (let n = 0; n < 60; n++)
      if (shop.ask("GET", `/members/${40_000 + n}/points`, "v121", at + 10_000 + n * 4_000, n % 7 === 0 ? 200 : 404, n % 7 === 0 ? { points: n, tier: "blue" } : { error: "none" }))
        learned++;
    expect(learned).toBeLessThanOrEqual(policy.foreignCredits + 1);
    expect(shop.told).toBe(true);
    for (let n = 122; n < 140; n++) expect(visit(n, 40_000 + 7 * (n % 40))).toBe(true);
  });

  test("are no walk through numbers where neighbours read what lies side by side, each his own", () => {
    const shop = new Shop();
    let at = start;
    for (let n = 0; n < 1_300; n++) {
      at += 100_000;
      // Days of visits, from 250 addresses.
      const id = 70_000 + ((n * 7) % 300);
      shop.list(`n${n}`, [id], at);
      expect(shop.open(`n${n}`, id, at + 1_000)).toBe(true);
    }
    expect(shop.judged.signals.filter(({ detector }) => detector.startsWith("enumeration."))).toEqual([]);
  });

  test("that callers bring ids of their own to are nobody's to hold", () => {
    const shop = new Shop();
    let at = start;
    for (let n = 0; n < 400; n++) shop.open(`partner${n % 12}`, 70_000 + ((n * 131) % (12 * customers)), (at += minute));
    expect(shop.uniform).toEqual([]);
  });

  test("are not opened by numbers that a caller had the service say back", () => {
    const shop = new Shop();
    const at = shop.live();
    let learned = 0;
    for (let n = 0; n < 60; n++) {
      const id = ordersOf(7)[n % 12] ?? 0;
      shop.ask("GET", `/me?note=${id + n}`, "evil0", at + n * 2_000, 200, { note: id + n, page: { size: id + n } });
      if (shop.open("evil0", id + n, at + n * 2_000 + 500)) learned++;
    }
    expect(learned).toBeLessThanOrEqual(policy.foreignCredits + 1);
  });

  test("are written down as disclosed only where they were not handed", () => {
    const shop = new Shop();
    const at = shop.live();
    shop.judged.rows.length = 0;
    shop.list("c3", ordersOf(3), at + minute);
    for (const id of ordersOf(3)) shop.open("c3", id, at + 2 * minute);
    shop.open("c3", ordersOf(4)[0] ?? 0, at + 3 * minute);
    expect(shop.judged.all([]).rows.map(({ row }) => row.subject)).toEqual([ports.hash("integer", String(ordersOf(4)[0]))]);
  });
});
