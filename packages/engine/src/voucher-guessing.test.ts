import { expect, it, test } from "vitest";
import type { Signal } from "./detect/signal.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 8);
const codeOf = (n: number): string => `YUM-${(Math.imul(n + 11, 2_654_435_761) >>> 0).toString(36).toUpperCase().slice(0, 6)}`;

interface Shop {
  readonly ask: (code: string) => readonly [method: string, path: string, body: object | undefined];
  readonly right: readonly [status: number, body: object];
  readonly wrong: readonly [status: number, body: object];
  readonly signedIn: boolean;
}
const shops: Readonly<Record<string, Shop>> = {
  "a coupon in JSON, 422 when it is unknown": {
    ask: (coupon) => ["POST", "/api/coupons/redeem", { coupon }],
    right: [200, { off: 500 }],
    wrong: [422, { error: { code: "invalid_coupon" } }],
    signedIn: true,
  },
  "a code at a voucher's place, 200 either way": {
    ask: (code) => ["POST", "/v2/voucher", { code }],
    right: [200, { ok: true, value: 10 }],
    wrong: [200, { ok: false, error: "Unknown voucher" }],
    signedIn: true,
  },
  "the balance of a gift card, nobody signed in": {
    ask: (code) => ["GET", `/gift-cards/${code}/balance`, undefined],
    right: [200, { valid: true, balance: 20 }],
    wrong: [404, { error: "none" }],
    signedIn: false,
  },
  "a promo code in a checkout that says valid or not": {
    ask: (promoCode) => ["POST", "/checkout/price", { items: [1, 2], promoCode }],
    right: [200, { valid: true, total: 900 }],
    wrong: [200, { valid: false, total: 1_000 }],
    signedIn: false,
  },
};

/** Nobody is stopped: what is told is looked at, not what is held (`code-limits.test.ts`). */
class Day {
  readonly judged = new Judged({ mode: "observe" });
  #asked = 0;

  try(shop: Shop, code: string, right: boolean, address: string, who: string, at: number): void {
    const [method, path, body] = shop.ask(code);
    const [status, answer] = right ? shop.right : shop.wrong;
    const bearer = shop.signedIn ? `tok_${who}_abcdefghijklmnop` : undefined;
    this.judged.judge.push(jsonExchange({ id: `x${(this.#asked += 1)}`, at, address, method, path, sent: body, status, answer, bearer }));
  }

  /** Customers, most with a code of the newsletter; two in five mistype or make one up. */
  honest(shop: Shop, from: number, count: number): void {
    for (let n = 0; n < count; n++) {
      const wrong = n % 5 < 2;
      this.try(shop, wrong ? codeOf(90_000 + n) : codeOf(n % 40), !wrong, `10.1.${n >> 8}.${n & 255}`, `c${n}`, from + n * minute);
    }
  }

  get told(): readonly Signal[] {
    return this.judged.all([]).signals.filter(({ detector }) => detector === "voucher.guessing");
  }
}

it.each(Object.keys(shops))("%s: one who guesses is told of within twenty wrong codes, slow or fast, and what he finds after that is told as found", (name) => {
  const shop = shops[name];
  if (shop === undefined) throw new Error(name);
  for (const stepMs of [1_000, 40 * minute]) {
    const day = new Day();
    day.honest(shop, start, 200);
    const from = start + 300 * minute;
    for (let n = 0; n < 60; n++) day.try(shop, codeOf(n === 50 ? 7_777 : 200_000 + n), n === 50, "203.0.113.9", "evil", from + n * stepMs);
    const [first] = day.told;
    expect(first).toMatchObject({ level: "high", evidence: { test: "source" }, actor: { address: "203.0.113.9" } });
    expect((first?.at ?? 0) - from).toBeLessThan(20 * stepMs);
    expect(day.told.map(({ evidence }) => evidence["test"])).toContain("found");
    expect(JSON.stringify(day.judged.signals)).not.toContain("YUM");
  }
});

test("honest days, a helper that tries everybody's codes and an office behind one address are told to nobody", () => {
  const shop = shops["a coupon in JSON, 422 when it is unknown"];
  if (shop === undefined) throw new Error("shop");
  const day = new Day();
  day.honest(shop, start, 400);
  // A browser's helper tries the same thirty stale codes for everybody; they were found one after another.
  for (let who = 0; who < 20; who++)
    for (let n = 0; n < Math.min(30, 10 + 10 * who); n++) day.try(shop, codeOf(n + 500), false, `10.2.0.${who}`, `h${who}`, start + (500 + who) * minute + n * 700);
  for (let n = 0; n < 300; n++) day.try(shop, codeOf(n % 3 === 0 ? 40_000 + n : n % 40), n % 3 !== 0, "10.9.9.9", `o${n}`, start + (600 + n) * minute);
  expect(day.told).toEqual([]);
});

test("many who each try one code, and wrong, are told of together", () => {
  const shop = shops["the balance of a gift card, nobody signed in"];
  if (shop === undefined) throw new Error("shop");
  const day = new Day();
  day.honest(shop, start, 400);
  for (let n = 0; n < 120; n++) day.try(shop, codeOf(300_000 + n), false, `198.51.${n}.7`, "", start + 410 * minute + n * 9_000);
  expect(day.told).toMatchObject([{ level: "high", actor: undefined }]);
});

test("one account that guesses from a new address each time, and one address with a new account each time, are told of", () => {
  const shop = shops["a code at a voucher's place, 200 either way"];
  if (shop === undefined) throw new Error("shop");
  for (const by of ["account", "address"]) {
    const day = new Day();
    day.honest(shop, start, 200);
    for (let n = 0; n < 30; n++) {
      const address = by === "address" ? "203.0.113.9" : `198.51.${n}.7`;
      day.try(shop, codeOf(300_000 + n), false, address, by === "account" ? "evil" : `evil${n}`, start + (300 + n * 45) * minute);
    }
    expect(day.told.find(({ evidence }) => evidence["test"] === "source")?.evidence).toMatchObject({ who: by });
  }
});

test("a known code used over and over buys few guesses", () => {
  const shop = shops["a code at a voucher's place, 200 either way"];
  if (shop === undefined) throw new Error("shop");
  const day = new Day();
  day.honest(shop, start, 200);
  for (let n = 0; n < 60; n++) day.try(shop, n % 2 === 0 ? codeOf(1) : codeOf(300_000 + n), n % 2 === 0, "203.0.113.9", "evil", start + 300 * minute + n * 5_000);
  expect(day.told.some(({ evidence }) => evidence["test"] === "source")).toBe(true);
});
