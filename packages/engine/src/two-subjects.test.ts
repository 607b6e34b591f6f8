import { describe, expect, test } from "vitest";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 8);
const people = 120;
const phone = (n: number): string => `+49151${20_000_000 + n * 37}`;
const exists = (n: number): boolean => n % 2 === 0;
const part = (n: number, k: number): string => (Math.imul(n * 7 + k + 1, 2_654_435_761) >>> 0).toString(16).padStart(8, "0");
const uuid = (n: number): string => `${part(n, 1)}-${part(n, 2).slice(0, 4)}-4${part(n, 3).slice(0, 3)}-a${part(n, 4).slice(0, 3)}-${part(n, 5)}${part(n, 6).slice(0, 4)}`;

/** What is sent beside the number asked about. */
type Beside = (n: number) => Readonly<Record<string, string | number>>;

const nothing: Beside = () => ({});
const request: Beside = (n) => ({ requestId: uuid(n) });
const mail: Beside = (n) => ({ email: `a${n}@example.org` });

/** A day of people who each ask about their own number `polls` times and sign in; then one who goes through a list. */
function played(honest: Beside, thief: Beside, { polls = 1, json = false, days = 1 } = {}) {
  const judged = new Judged();
  let id = 0;
  let refused = 0;
  const asks = (n: number, at: number, address: string, beside: Readonly<Record<string, string | number>>): boolean => {
    const fields = { phone: phone(n), ...beside };
    const query = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    const sent = json ? { path: "/users/lookup", sent: fields } : { path: `/users/lookup?${query.join("&")}` };
    return judged.answers(
      jsonExchange({ id: `x${id++}`, at, address, ...sent, status: exists(n) ? 200 : 404, answer: exists(n) ? { state: "active", devices: n % 3 } : { error: "unknown" } }),
    );
  };
  for (let n = 0; n < days * people; n++) {
    const [at, address] = [start + n * 60_000, `10.1.${n >> 8}.${n & 255}`];
    for (let k = 0; k < polls; k++) if (!asks(n, at + k * 3_000, address, honest(n + 1_000 * k))) refused++;
    const credential = { token: `t-${n}-0123456789abcdef0123` };
    if (exists(n))
      judged.answers(jsonExchange({ id: `x${id++}`, at: at + 50_000, address, path: "/sessions", sent: { phone: phone(n), code: "123456" }, status: 201, answer: credential }));
  }
  let learned = 0;
  for (let n = 0; n < 120; n++) if (asks(100_000 + n, start + 86_400_000 + n * 1_000, "203.0.113.9", thief(n)) && exists(n)) learned++;
  return { refused, learned, told: judged.signals.some(({ level }) => level === "high" || level === "critical") };
}

const decoys: readonly (readonly [name: string, of: Beside])[] = [
  ["a number of the request", request],
  ["an account's number, another each time", (n) => ({ userId: 70_000 + n * 13 })],
  ["one account's number", () => ({ userId: 70_000 })],
  ["an address, another each time", mail],
  ["an address, another every third time", (n) => ({ email: `a${Math.floor(n / 3)}@example.org` })],
  ["three addresses in turns", (n) => ({ email: `a${n % 3}@example.org` })],
  ["another number", (n) => ({ tel: phone(900_000 + n) })],
];

describe("who adds another identifier to each question about somebody", () => {
  for (const json of [false, true])
    for (const [name, of] of decoys)
      test(`learns no more: ${name}, in ${json ? "JSON" : "the query"}, at a service just started and at one where nobody else does`, () => {
        for (const days of [0, 1]) {
          const { refused, learned, told } = played(nothing, of, { json, days });
          expect(refused).toBe(0);
          expect(learned).toBeLessThanOrEqual(8);
          expect(told).toBe(true);
        }
      });
});

describe("where everybody sends another identifier along", () => {
  test.each([
    ["a number of the request", request],
    ["a number of the device", (n: number) => ({ device: uuid(n % 1_000) })],
    ["an address", (n: number) => ({ email: `a${n % 1_000}@example.org` })],
  ] as const)("lookups are guarded, and people who ask again are answered: %s", (_, of) => {
    for (const polls of [1, 4, 10]) {
      const { refused, learned, told } = played(of, (n) => of(500_000 + n), { polls });
      expect(refused).toBe(0);
      expect(learned).toBeLessThanOrEqual(8);
      expect(told).toBe(true);
    }
  });
});
