import { describe, expect, test } from "vitest";
import { listingPolicy as policy } from "./detect/listing/listing-policy.ts";
import { normalForm } from "./exchange/normal-form.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 8);
const minute = 60_000;
const day = 86_400_000;
const members = 3_000;
const pageSize = 20;
const email = (n: number): string => `member${n}@club.example`;
const hashOf = (n: number): string => ports.hash("email", normalForm("email", email(n)));

/** A club whose members see who else is one, twenty a page. */
class Club {
  readonly judged: Judged;
  readonly #shape: (list: readonly object[], page: number) => unknown;
  #asked = 0;

  constructor(shape: (list: readonly object[], page: number) => unknown = (list, page) => ({ page, data: list }), options: ConstructorParameters<typeof Judged>[0] = {}) {
    this.#shape = shape;
    this.judged = new Judged({ mode: "observe", ...options });
  }

  page(who: string, page: number, at: number, address = `10.4.${who.length}.${Number.parseInt(who.replace(/\D/g, "") || "0", 10) % 250}`, bearer = true): void {
    const list = Array.from({ length: pageSize }, (_, n) => (page * pageSize + n) % members).map((n) => ({
      id: n + 1,
      name: `Member ${n}`,
      email: email(n),
      since: 2_000 + (n % 20),
    }));
    this.judged.answers(
      jsonExchange({
        id: `x${(this.#asked += 1)}`,
        at,
        address,
        path: `/members?page=${page}`,
        bearer: bearer ? `tok_${who}_abcdefghijklmnopq` : undefined,
        answer: this.#shape(list, page),
      }),
    );
  }

  /** Two days of members who each look at a few pages, now and then at twelve. */
  live(people = 30): number {
    let at = start;
    for (let n = 0; n < 2 * people; n++) {
      at += (2 * day) / (2 * people);
      const pages = n % 13 === 5 ? 12 : 1 + (n % 4);
      for (let page = 0; page < pages; page++) this.page(`m${n % people}`, n % 5 === 0 ? page + 7 : page, at + page * 5_000);
    }
    return at;
  }

  get levels(): string[] {
    this.judged.judge.finish();
    return this.judged.signals.filter(({ detector }) => detector === "listing.people").map(({ level }) => level);
  }

  /** Whom the disclosures say this address was told of. */
  shownTo(address: string): Set<string> {
    return new Set(this.judged.rows.filter((one) => one.address === address).map(({ row }) => row.subject));
  }
}

describe("a member list whose pages a signed-in caller turns", () => {
  test("is told of to people once he was told of far more than others are, at any pace within a day, and the disclosures name exactly whom", () => {
    for (const stepMs of [200, 10 * minute]) {
      const club = new Club();
      const at = club.live();
      expect(club.levels).toEqual([]);
      for (let page = 0; page < 70; page++) club.page("thief", page, at + minute + page * stepMs, "10.9.9.9");
      expect(club.levels).toEqual(["medium", "high"]);
      expect(club.shownTo("10.9.9.9")).toEqual(new Set(Array.from({ length: 70 * pageSize }, (_, n) => hashOf(n))));
      expect(club.judged.rows.every(({ address }) => address === "10.9.9.9")).toBe(true);
    }
  });

  test("is one list behind any shape of answer: bare, nested, connections of GraphQL, ids with names, user names", () => {
    const shapes: readonly ((list: readonly object[]) => unknown)[] = [
      (list) => list,
      (list) => ({ result: { users: list, next: "b3BhcXVl" } }),
      (list) => ({ data: { members: { edges: list.map((node) => ({ node })), pageInfo: { hasNextPage: true } } } }),
      (list) => ({ items: list.map((one) => ({ joined: 3, user: { id: "id" in one ? one.id : 0, firstName: "A", lastName: "B" } })) }),
      (list) => ({ items: list.map((one) => ({ username: `u${"id" in one ? String(one.id) : ""}` })) }),
    ];
    for (const shape of shapes) {
      const club = new Club(shape);
      const at = club.live(24);
      for (let page = 0; page < 60; page++) club.page("thief", page, at + minute + page * 1_000, "10.9.9.9");
      expect(club.levels).toEqual(["medium", "high"]);
      expect(club.shownTo("10.9.9.9").size).toBe(60 * pageSize);
    }
  });

  test("is told of where several accounts at one address share the pages, or nobody shows a credential", () => {
    const shared = new Club();
    const at = shared.live();
    for (let page = 0; page < 80; page++) shared.page(`own${page % 8}`, page, at + minute + page * 5_000, "10.9.9.9");
    expect(shared.levels).toContain("high");
    const bare = new Club();
    const then = bare.live();
    for (let page = 0; page < 70; page++) bare.page("", page, then + minute + page * 5_000, "10.9.9.9", false);
    expect(bare.levels).toContain("high");
  });

  test("is nobody's affair where it is read as often as usual: again and again, by all of it each day, by staff once they were told of, by whom the operator expects", () => {
    const again = new Club();
    const at = again.live();
    for (let n = 0; n < 100; n++) again.page("m3", n % 4, at + n * minute);
    expect(again.levels).toEqual([]);
    const staff = new Club();
    let later = staff.live();
    for (let d = 0; d < 3; d++, later += day) for (let page = 0; page < 60; page++) staff.page("clerk", page, later + minute + page * 2_000);
    expect(staff.levels).toEqual(["medium", "high"]);
    const expected = new Club(undefined, { expected: [{ name: "export", networks: ["10.9.9.0/24"], peopleADay: 5_000, until: start + 30 * day }] });
    const then = expected.live();
    for (let page = 0; page < 70; page++) expected.page("export", page, then + minute + page * 1_000, "10.9.9.9");
    expect(expected.levels).toEqual([]);
  });

  test("asks for no proof of others before some are known: then only very many are unusual", () => {
    const young = new Club();
    for (let n = 0; n < 5; n++) young.page(`m${n}`, n, start + n * minute);
    for (let page = 0; page < 100; page++) young.page("thief", page, start + 10 * minute + page * 1_000, "10.9.9.9");
    expect(young.levels).toEqual([]);
    expect(100 * pageSize).toBeLessThan(policy.unlearned);
  });
});
