import { describe, expect, test } from "vitest";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 8);
const phone = (n: number): string => `+49151${20_000_000 + n * 37}`;
const exists = (n: number): boolean => n % 2 === 0;

/** Whom of a list a service looks up. */
type Reads = (list: readonly number[]) => readonly number[];

const readers: readonly (readonly [name: string, reads: Reads])[] = [
  ["the first", (list) => list.slice(0, 1)],
  ["the last", (list) => list.slice(-1)],
  ["all, and tells whether anybody is there,", (list) => list],
];

/** Numbers of nobody, and where the one asked about stands among them. */
const nobody = (n: number): number => 2 * n + 900_001;
const lists: readonly (readonly [name: string, of: (asked: number, n: number) => readonly number[]])[] = [
  ["another number behind it", (asked, n) => [asked, nobody(n)]],
  ["another number before it", (asked, n) => [nobody(n), asked]],
  ["one number again and again", (asked) => [asked, nobody(0)]],
  ["one number again and again before it", (asked) => [nobody(0), asked]],
  ["one number again and again, in turns before and behind", (asked, n) => (n % 2 === 0 ? [asked, nobody(0)] : [nobody(0), asked])],
  ["three numbers in turns", (asked, n) => [nobody(n % 3), asked]],
  ["the same four around it", (asked) => [nobody(0), nobody(1), asked, nobody(2), nobody(3)]],
  ["a dozen others, it last", (asked, n) => [...Array.from({ length: 12 }, (_, k) => nobody(12 * n + k)), asked]],
  ["the same dozen, it last", (asked) => [...Array.from({ length: 12 }, (_, k) => nobody(k)), asked]],
];

type List = (asked: number, n: number) => readonly number[];

interface Played {
  readonly json?: boolean;
  /** How people ask who each ask about their own number, `polls` times; nobody does where it is missing. */
  readonly honest?: List;
  readonly polls?: number;
}

/** A day of people who ask and sign in; then one who goes through a list of people. */
function played(reads: Reads, thief: List, { json = false, honest, polls = 1 }: Played = {}) {
  const judged = new Judged();
  let id = 0;
  const asks = (people: readonly number[], at: number, address: string): { readonly answered: boolean; readonly told: boolean } => {
    const told = reads(people).some((one) => exists(one));
    const sent = json
      ? { path: "/users/lookup", sent: { phones: people.map(phone) } }
      : { path: `/users/lookup?${people.map((one) => `phone=${encodeURIComponent(phone(one))}`).join("&")}` };
    const answer = told ? { state: "active", devices: 2 } : { error: "unknown" };
    return { answered: judged.answers(jsonExchange({ id: `x${id++}`, at, address, ...sent, status: told ? 200 : 404, answer })), told };
  };
  let refused = 0;
  const people = honest === undefined ? 0 : 120;
  for (let n = 0; n < people; n++) {
    const [at, address] = [start + n * 60_000, `10.1.0.${n}`];
    for (let k = 0; k < polls; k++) if (!asks(honest?.(n, n) ?? [], at + k * 3_000, address).answered) refused++;
    const credential = { token: `t-${n}-0123456789abcdef0123` };
    if (exists(n))
      judged.answers(jsonExchange({ id: `x${id++}`, at: at + 50_000, address, path: "/sessions", sent: { phone: phone(n), code: "123456" }, status: 201, answer: credential }));
  }
  let learned = 0;
  for (let n = 0; n < 120; n++) {
    const asked = 100_000 + n;
    const { answered, told } = asks(thief(asked, 10_000 + n), start + 86_400_000 + n * 1_000, "203.0.113.9");
    if (answered && told && exists(asked)) learned++;
  }
  return { refused, learned, told: judged.signals.some(({ level }) => level === "high" || level === "critical") };
}

describe.each(readers)("at a service that looks up %s of several at one place", (_, reads) => {
  for (const json of [false, true])
    for (const [name, of] of lists) {
      // Nobody is asked about there.
      if (!reads(of(7, 0)).includes(7)) continue;
      test(`who goes through a list where nobody asked before learns no more: ${name}, in ${json ? "JSON" : "the query"}`, () => {
        const { learned, told } = played(reads, of, { json });
        expect(learned).toBeLessThanOrEqual(8);
        expect(told).toBe(true);
      });
    }

  test.each([1, 4])("people who ask with somebody beside are answered, %i times, and the lookup is guarded", (polls) => {
    const mate: List = (asked, n) => (n % 3 === 0 ? [asked, asked + 1_000] : [asked, nobody(0)]);
    const behind: List = (asked, n) => mate(asked, n).toReversed();
    for (const honest of [mate, behind]) {
      if (!reads(honest(7, 1)).includes(7)) continue;
      for (const json of [false, true]) {
        const { refused, learned, told } = played(reads, honest, { json, honest, polls });
        expect(refused).toBe(0);
        expect(learned).toBeLessThanOrEqual(8);
        expect(told).toBe(true);
      }
    }
  });
});

test("address books about which a service says one thing are answered", () => {
  const book: List = (asked, n) => Array.from({ length: 9 + (n % 40) }, (_, k) => (k === 0 ? asked : nobody(50 * n + k)));
  for (const [, reads] of readers) expect(played(reads, book, { json: true, honest: book }).refused).toBe(0);
});
