import { expect, test } from "vitest";
import { abusePolicy as policy } from "./detect/abuse/abuse-policy.ts";
import type { Signal } from "./detect/signal.ts";
import { seededRandom } from "./testing/seeded-random.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const minute = 60_000;
const hour = 60 * minute;
const start = Date.UTC(2026, 2, 2, 8);
const codeOf = (n: number): string => `K${(Math.imul(n + 11, 2_654_435_761) >>> 0).toString(36).toUpperCase()}`;

/** A shop whose gate enforces. Codes are checked at one place, answered by `valid`. */
class Shop {
  readonly judged = new Judged();
  readonly #path: string;
  readonly #field: string;
  /** Answers below 400 either way. */
  readonly #flag: boolean;
  #asked = 0;

  constructor(path: string, field: string, flag: boolean) {
    this.#path = path;
    this.#field = field;
    this.#flag = flag;
  }

  /** Whether the try reached the service. */
  try(code: string, right: boolean, address: string, at: number, bearer?: string): boolean {
    const [status, answer] = right ? [200, { valid: true, off: 5 }] : this.#flag ? [200, { valid: false }] : [422, { error: "unknown code" }];
    const asked = jsonExchange({ id: `x${(this.#asked += 1)}`, at, address, path: this.#path, sent: { [this.#field]: code }, status, answer, bearer });
    return this.judged.judge.decide(asked).action === "allow";
  }

  /** Days of people who each bring a code of their own, or the newsletter's, one in five after a slip. How many were held. */
  honest(days: number, aDay: number, newsletter: string | undefined): number {
    let held = 0;
    for (let n = 0; n < days * aDay; n++) {
      const at = start + (n * 24 * hour) / aDay;
      const address = `10.${n >> 8}.${n & 255}.7`;
      const code = newsletter !== undefined && n % 2 === 0 ? newsletter : codeOf(n);
      if (n % 5 === 0) this.try(`${code}X`, false, address, at);
      if (!this.try(code, true, address, at + 20_000)) held++;
    }
    return held;
  }

  get told(): readonly Signal[] {
    return this.judged.signals.filter(({ detector }) => detector === "voucher.guessing");
  }
}

test.each([
  ["at once", 200],
  ["one in a minute", minute],
])(
  "referral codes of which three in ten exist: one who guesses %s is paged within 45 tries and stopped within 65, and each code he found is in the report as found by him",
  (_, step) => {
    const shop = new Shop("/sign-up/referral", "referralCode", true);
    expect(shop.honest(2, 300, undefined)).toBe(0);
    const from = start + 50 * hour;
    const random = seededRandom(5);
    const found: string[] = [];
    let passed = 0;
    let at = from;
    for (let n = 0; n < 400; n++) {
      const right = random() < 0.3;
      const code = codeOf(500_000 + n);
      if (!shop.try(code, right, "203.0.113.9", (at += step))) continue;
      passed++;
      if (right) found.push(code);
    }
    shop.judged.judge.finish();
    const told = shop.told.find(({ evidence }) => evidence["test"] === "source");
    expect(told).toMatchObject({ level: "high", actor: { address: "203.0.113.9" } });
    expect(((told?.at ?? Infinity) - from) / step).toBeLessThanOrEqual(45);
    // One passes every half hour after that.
    expect(passed).toBeLessThanOrEqual(65 + Math.ceil((400 * step) / policy.wrongCodeBackMs));
    expect(found.length).toBeLessThan(30);
    const { ledger, rows } = shop.judged;
    const endpointId = ledger.inventory.endpoints().find(({ template }) => template === "/sign-up/referral")?.id ?? "";
    const confirmed = rows.filter(
      ({ row, address }) => address === "203.0.113.9" && row.endpointId === endpointId && ledger.meaning(endpointId, row.responseClass) === "confirmed",
    );
    expect(new Set(confirmed.map(({ row }) => row.subject)).size).toBe(found.length);
    expect(rows.filter(({ row, address }) => address === "203.0.113.9" && ledger.meaning(endpointId, row.responseClass) === "denied")).toHaveLength(passed - found.length);
    expect(JSON.stringify([rows, shop.judged.signals])).not.toContain(found[0]);
  },
);

test("a newsletter's code that ran out at midnight: hundreds of people, an office of two hundred among them, are told that it is none and try it again, some of them another; nobody is paged and nobody held", () => {
  for (const seed of [1, 2]) {
    const shop = new Shop("/basket/coupon", "coupon", false);
    expect(shop.honest(2, 300, "SPRING26")).toBe(0);
    const random = seededRandom(seed);
    const midnight = start + 49 * hour;
    for (let n = 0; n < 600; n++) {
      const at = midnight + n * 6_000;
      const office = n % 3 === 0;
      const address = office ? "198.51.100.20" : `10.77.${n >> 8}.${n & 255}`;
      const bearer = `tok_${seed}_${n}_abcdefghijklmnop`;
      expect(shop.try("SPRING26", false, address, at, bearer)).toBe(true);
      expect(shop.try("spring-26", false, address, at + 4_000, bearer)).toBe(true);
      // One in five hopes for another: last year's, next year's, or what a friend has; one in four has a good one of his own.
      if (random() < 0.2)
        expect(shop.try(["SPRING25", "SPRING27", "SUMMER26", codeOf(90_000 + n)][Math.floor(random() * 4)] ?? "", false, address, at + 15_000, bearer)).toBe(true);
      if (random() < 0.25) expect(shop.try(codeOf(70_000 + n), true, address, at + 30_000, bearer)).toBe(true);
    }
    shop.judged.judge.finish();
    expect(shop.told.filter(({ level }) => level === "high")).toEqual([]);
  }
});

test("gift cards guessed from an address each: people are told, and all strangers together then have a handful an hour, while the newsletter's code, known customers and what anybody tried before pass", () => {
  const shop = new Shop("/gift-cards/balance", "giftCardCode", false);
  expect(shop.honest(2, 300, "WELCOME5")).toBe(0);
  const from = start + 50 * hour;
  let guessed = 0;
  let late = 0;
  for (let n = 0; n < 3_000; n++) {
    const at = from + n * 2_000;
    if (shop.try(codeOf(600_000 + n), false, `45.${n >> 8}.${n & 255}.9`, at)) {
      guessed++;
      if (n >= 1_500) late++;
    }
    if (n < 300 || n % 50 !== 0) continue;
    // Newcomers with the newsletter's code; and a customer who was here before, whose card was mistyped.
    expect(shop.try("WELCOME5", true, `10.88.${n >> 8}.${n & 255}`, at + 300)).toBe(true);
    const regular = 301 + (n % 200) - ((301 + (n % 200)) % 2 === 0 ? 1 : 0);
    expect(shop.try(codeOf(800_000 + n), false, `10.${regular >> 8}.${regular & 255}.7`, at + 600)).toBe(true);
  }
  shop.judged.judge.finish();
  const told = shop.told.find(({ level, actor }) => level === "high" && actor === undefined);
  expect(((told?.at ?? Infinity) - from) / 2_000).toBeLessThan(120);
  expect(guessed).toBeLessThan(400);
  // Fifty minutes of it: three times the usual a day, as that comes.
  expect(late).toBeLessThan(30);
});
