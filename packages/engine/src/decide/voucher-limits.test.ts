import { describe, expect, test } from "vitest";
import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { actorOf, type Actor } from "../exchange/actor.ts";
import { ports } from "../testing/ports.ts";
import { CodeLimits, type CodeRefusal } from "./code-limits.ts";
import type { CodeDoor } from "./gate-policy.ts";
import { unlearned } from "./unlearned.ts";
import { sourcesMax } from "./code-allowances.ts";
import { codesMax } from "./voucher-limits.ts";

const start = Date.UTC(2026, 2, 2, 10);
const door: CodeDoor = {
  id: "v",
  method: "POST",
  host: "svc",
  template: "/basket",
  state: "watched",
  subjects: [],
  ...unlearned,
  wrongCodes: policy.wrongCodes,
  wrongOnOne: 0,
  refusals: [],
  voucher: true,
  rightGives: 0.5,
};
const by = (address: string, userAgent = "app/1", credential?: string): Actor => actorOf(ports, { address, userAgent, credential });

class Limits {
  readonly limits = new CodeLimits(ports);
  readonly #door: CodeDoor;

  constructor(parts: Partial<CodeDoor> = {}) {
    this.#door = { ...door, ...parts };
    this.limits.setDoors([this.#door]);
  }

  /** Why a request with this body was refused; undefined where it passed. */
  body(body: string, right: boolean, who: Actor, at: number, whole = true, status = right ? 200 : 422): CodeRefusal["reason"] | undefined {
    const taken = this.limits.take(this.#door, who, { segments: ["basket"], query: "", header: () => undefined, contentType: "application/json", body }, at, whole);
    if ("wait" in taken) return taken.reason;
    this.limits.settle(taken, { status, contentType: "application/json", location: "", body: "{}", echo: [] }, at);
    return undefined;
  }

  code(code: unknown, right: boolean, who: Actor, at = start): CodeRefusal["reason"] | undefined {
    return this.body(JSON.stringify({ coupon: code }), right, who, at);
  }
}

const wrongOf = (n: number): string => `GUESS${n * 7_919}`;

describe("codes of coupons", () => {
  test("count by the different code: one that is sent again and again, spelt as people spell it, is one", () => {
    const shop = new Limits();
    for (let n = 0; n < 500; n++) expect(shop.code(["SAVE-10", "save10", "Save 10"][n % 3], false, by("192.0.2.1"))).toBeUndefined();
    let passed = 0;
    for (let n = 0; n < 100; n++) if (shop.code(wrongOf(n), false, by("192.0.2.1")) === undefined) passed++;
    expect(passed).toBe(policy.wrongCodes - 1);
    // And what he had applied before goes on.
    expect(shop.code("SAVE10", true, by("192.0.2.1"))).toBeUndefined();
  });

  test("that people of three networks tried are everybody's, and use up nobody's address: five hundred behind one try the one that ran out", () => {
    const shop = new Limits();
    for (let n = 0; n < 3; n++) expect(shop.code("SPRING", false, by(`192.0.2.${n}`))).toBeUndefined();
    for (let n = 0; n < 500; n++) expect(shop.code("SPRING", false, by("198.51.100.1", `app/${n}`))).toBeUndefined();
    for (let n = 0; n < policy.wrongCodes * policy.wrongCodesOfNetwork; n++) expect(shop.code(wrongOf(n), false, by("198.51.100.1", `app/${n}`))).toBeUndefined();
    // Whoever used up what he has learns nothing of these either.
    expect(shop.code(wrongOf(999), false, by("198.51.100.1", "new"))).toBe("code-limit");
    expect(shop.code("SPRING", false, by("198.51.100.1", "new"))).toBe("code-limit");
  });

  test("a right one of one's own buys half a guess, once: neither again nor with other programs' names does it buy many", () => {
    const shop = new Limits();
    let passed = 0;
    for (let n = 0; n < 400; n++) {
      shop.code("MINE", true, by("192.0.2.1"));
      if (shop.code(wrongOf(n), false, by("192.0.2.1")) === undefined) passed++;
    }
    expect(passed).toBeLessThanOrEqual(policy.wrongCodes + 1);
    const many = new Limits();
    let all = 0;
    for (let n = 0; n < 2_000; n++) {
      many.code("MINE", true, by("192.0.2.1", `app/${n}`));
      if (many.code(wrongOf(n), false, by("192.0.2.1", `app/${n}`)) === undefined) all++;
    }
    expect(all).toBeLessThanOrEqual(policy.wrongCodes * policy.wrongCodesOfNetwork + policy.wrongCodesKept + policy.voucherGivesAtOnce);
  });

  test("in a list are one each; a right one among them pays for itself alone", () => {
    const shop = new Limits();
    let tried = 0;
    for (let n = 0; n < 50; n++) {
      const list = Array.from({ length: 5 }, (_, k) => wrongOf(n * 5 + k));
      if (shop.code(list, true, by("192.0.2.1")) === undefined) tried += 5;
    }
    expect(tried).toBeLessThanOrEqual(30);
  });

  test("that cannot be read count each time: a key written twice, a body too long, no code at all", () => {
    for (const [body, whole] of [
      ['{"coupon":"GUESS1","coupon":"SAVE10"}', true],
      ['{"coupon":"SAVE10"}', false],
      ["<coupon/>", true],
    ] as const) {
      const shop = new Limits();
      let passed = 0;
      for (let n = 0; n < 100; n++) if (shop.body(body, false, by("192.0.2.1"), start, whole) === undefined) passed++;
      expect(passed).toBe(policy.wrongCodes);
    }
  });

  test("that the service did not judge cost nothing", () => {
    const shop = new Limits();
    for (let n = 0; n < 200; n++) expect(shop.body(JSON.stringify({ coupon: wrongOf(n) }), false, by("192.0.2.1"), start, true, 503)).toBeUndefined();
  });

  test("do not outrun the count when they come all at once", () => {
    const shop = new Limits();
    const parts = (n: number) => ({ segments: ["basket"], query: "", header: () => undefined, contentType: "application/json", body: JSON.stringify({ coupon: wrongOf(n) }) });
    const taken = Array.from({ length: 100 }, (_, n) => shop.limits.take(door, by("192.0.2.1"), parts(n), start));
    expect(taken.filter((one) => !("wait" in one))).toHaveLength(policy.wrongCodes);
  });

  test("a guesser at an address leaves those their share who were first there with a code of their own, and takes none of it", () => {
    const shop = new Limits();
    for (let n = 0; n < 20; n++) expect(shop.code(`OWN${n}X7`, true, by("192.0.2.1", `app/${n}`))).toBeUndefined();
    for (let n = 0; n < 300; n++) shop.code(wrongOf(n), false, by("192.0.2.1", "evil/1"));
    for (let n = 0; n < 20; n++) expect(shop.code(`TYPO${n}X7`, false, by("192.0.2.1", `app/${n}`))).toBeUndefined();
    expect(shop.code(wrongOf(999), false, by("192.0.2.1", "evil/1"))).toBe("code-limit");
  });

  test("callers and codes are bounded: a flood frees nobody who guessed, and what it pushed out is a code nobody knows", () => {
    const shop = new Limits();
    const caller = (n: number): Actor => ({
      network: n.toString(16).padStart(16, "a"),
      narrow: n.toString(16).padStart(16, "b"),
      address: "",
      credential: undefined,
      principal: false,
    });
    for (let n = 0; n < 3; n++) shop.code("SPRING", false, by(`198.51.100.${n}`));
    for (let n = 0; n < policy.wrongCodes; n++) shop.code(wrongOf(n), false, by("192.0.2.1"));
    for (let n = 0; n < Math.max(1.1 * sourcesMax, 2 * codesMax); n++) shop.code(`FLOOD${n}`, false, caller(n + 1), start + 1_000);
    expect(shop.code(wrongOf(50), false, by("192.0.2.1"), start + 2_000)).toBe("code-limit");
    expect(shop.code("SPRING", false, by("192.0.2.9"), start + 2_000)).toBeUndefined();
  }, 30_000);
});
