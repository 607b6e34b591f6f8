import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batchShapes } from "./testing/batch-shapes.ts";
import { ports } from "./testing/ports.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 10);
const phone = (n: number): string => `+4915155${500_000 + n * 37}`;
const hashOf = (n: number): string => ports.hash("phone", phone(n));
/** Two in five. */
const exists = (n: number): boolean => n % 5 < 2;

/** A service that answers lists in this shape, and everything that was disclosed to whom. */
class Town {
  readonly judged = new Judged();
  readonly #shape: string;
  #asked = 0;

  constructor(shape: string) {
    this.#shape = shape;
  }

  /** Asks about these people; true when the answer was the service's own. */
  ask(people: readonly number[], address: string, at: number, credential?: string): boolean {
    const phones = people.map(phone);
    const answer = batchShapes[this.#shape]?.(phones, (place) => exists(people[place] ?? 0));
    return this.judged.answers(jsonExchange({ id: `x${(this.#asked += 1)}`, at, address, path: "/people/find", sent: { phones }, answer, bearer: credential }));
  }

  /** Eighty people who each ask about two to five others. */
  live(credentials: boolean): number {
    for (let n = 0; n < 80; n++) {
      const book = Array.from({ length: 2 + (n % 4) }, (_, k) => 10_000 + n * 7 + k);
      this.ask(book, `10.1.${n}.1`, start + n * 60_000, credentials ? `lkd_honest_${n}_abcdefghijklmnop` : undefined);
    }
    return start + 81 * 60_000;
  }

  /** Whom the disclosures say this address knows of. */
  confirmed(address: (of: string) => boolean): string[] {
    const { ledger, rows } = this.judged.all([]);
    const known = new Set<string>();
    for (const { row, address: of } of rows) {
      if (address(of) && row.answer === "truthful" && ledger.meaning(row.endpointId, row.responseClass) === "confirmed") known.add(row.subject);
    }
    return [...known].sort();
  }
}

const lists = fc.array(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 12 }), { minLength: 5, maxLength: 25 });

describe.each(Object.keys(batchShapes))("a service that answers lists as %s", (shape) => {
  test("tells one address of at most eight people, however it splits and repeats its lists, and the disclosures are its own notes", () => {
    fc.assert(
      fc.property(lists, (asked) => {
        const town = new Town(shape);
        let at = town.live(false);
        const told = new Set<number>();
        for (const list of asked) if (town.ask(list, "192.0.2.9", (at += 1_000))) for (const person of list) told.add(person);
        expect(told.size).toBeLessThanOrEqual(8);
        expect(town.confirmed((of) => of === "192.0.2.9")).toEqual([...told].filter(exists).map(hashOf).sort());
      }),
      { numRuns: 2 },
    );
  });
});

/** The others differ in how an answer is read, not in what is counted. */
describe.each(["a list of their records", "a map of booleans", "GraphQL aliases"])("a service behind a sign-in that answers lists as %s", (shape) => {
  test("lets callers with a credential have their books, and holds ten of them that go through one list", () => {
    const town = new Town(shape);
    let at = town.live(true);
    const told = new Set<number>();
    for (let n = 0; n < 60; n++) {
      const list = Array.from({ length: 100 }, (_, k) => n * 100 + k);
      if (town.ask(list, `192.0.2.${n % 10}`, (at += 1_000), `lkd_own_${n % 10}_abcdefghijklmnopq`)) for (const person of list) told.add(person);
    }
    expect(town.judged.signals.some((signal) => signal.detector === "enumeration.fan-out" && signal.level === "high")).toBe(true);
    expect(told.size).toBeLessThanOrEqual(600);
    expect(town.confirmed((of) => of.startsWith("192.0.2."))).toEqual([...told].filter(exists).map(hashOf).sort());
  });
});
