import { describe, expect, test } from "vitest";
import { Inventory } from "./inventory/inventory.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import { ports } from "./testing/ports.ts";

const start = Date.UTC(2026, 2, 2, 8);
const national = (n: number): string => `151${20_000_000 + n * 37}`;
const exists = (n: number): boolean => n % 2 === 0;

type Fields = Readonly<Record<string, unknown>>;
/** How a service takes a national number and its country. */
type Form = (national: string) => Fields;

/** A day of people who ask about themselves and sign in with their number in full; then one who goes through a list. */
function played(form: Form, thief: Form = form, { json = true, honest = 120, polls = 1 } = {}) {
  const judged = new Judged();
  let id = 0;
  const asks = (fields: Fields, n: number, at: number, address: string): boolean => {
    const query = Object.entries(fields).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
    const sent = json ? { path: "/users/lookup", sent: fields } : { path: `/users/lookup?${query.join("&")}` };
    return judged.answers(
      jsonExchange({ id: `x${id++}`, at, address, ...sent, status: exists(n) ? 200 : 404, answer: exists(n) ? { state: "active", devices: n % 3 } : { error: "unknown" } }),
    );
  };
  let refused = 0;
  for (let n = 0; n < honest; n++) {
    const [at, address] = [start + n * 60_000, `10.1.${n >> 8}.${n & 255}`];
    for (let k = 0; k < polls; k++) if (!asks(form(national(n)), n, at + k * 3_000, address)) refused++;
    const credential = { token: `t-${n}-0123456789abcdef0123` };
    const sent = { phone: `+49${national(n)}`, code: "123456" };
    if (exists(n)) judged.answers(jsonExchange({ id: `x${id++}`, at: at + 50_000, address, path: "/sessions", sent, status: 201, answer: credential }));
  }
  let learned = 0;
  for (let n = 0; n < 120; n++) if (asks(thief(national(100_000 + n)), n, start + 86_400_000 + n * 1_000, "203.0.113.9") && exists(n)) learned++;
  const asked = new Set(judged.rows.map(({ row }) => row.subject));
  return { refused, learned, asked, told: judged.signals.some(({ level }) => level === "high" || level === "critical") };
}

const forms: readonly (readonly [name: string, form: Form])[] = [
  ["a dial code", (number) => ({ countryCode: "49", number })],
  ["a dial code with a plus", (number) => ({ prefix: "+49", number })],
  ["a region", (number) => ({ country: "DE", number })],
  ["a region under another name, beside a page", (number) => ({ page: 1, c: "de", n: number })],
  ["a dial code as a number", (number) => ({ countryCode: 49, number: Number(number) })],
  ["a zero before the number", (number) => ({ country: "DE", number: `0${number}` })],
  ["a name that says that it is one", (number) => ({ cc: "+49", phone: number })],
  ["an object of both", (number) => ({ contact: { code: "49", number } })],
];

describe("a lookup that takes a national number and its country in another field", () => {
  for (const [name, form] of forms)
    for (const json of [true, false]) {
      if (!json && "contact" in form("1")) continue;
      test(`is guarded, and the person is the one whose number stands elsewhere in full, ${json ? "in JSON" : "in the query"}: ${name}`, () => {
        for (const honest of [0, 120]) {
          const { refused, learned, asked, told } = played(form, form, { json, honest, polls: 2 });
          expect(refused).toBe(0);
          expect(learned).toBeLessThanOrEqual(8);
          expect(told).toBe(true);
          expect(asked).toContain(ports.hash("phone", `+49${national(100_000)}`));
        }
      });
    }

  const tricks: readonly (readonly [name: string, form: Form])[] = [
    ["the country in turns as digits and letters", (number) => ({ country: ["DE", "49", "+49", "0049"][Number(number) % 4], number })],
    ["a third of the questions with nonsense", (number) => (Number(number) % 3 === 0 ? { country: "x", number } : { country: "DE", number })],
    ["other fields that may be countries", (number) => ({ a: 49, b: 1, d: 7, e: "49", limit: "+49", lang: "DE", country: "DE", number })],
    ["other such fields each time", (number) => ({ [`a${"bcdefghij"[Number(number) % 9]}`]: "FR", [`b${"bcdefghij"[Number(number) % 7]}`]: "US", country: "DE", number })],
  ];
  test.each(tricks)("is guarded against who writes %s, also where nobody asked before", (_, thief) => {
    for (const honest of [0, 120]) {
      const { refused, learned, told } = played((number) => ({ country: "DE", number }), thief, { honest });
      expect(refused).toBe(0);
      expect(learned).toBeLessThanOrEqual(8);
      expect(told).toBe(true);
    }
  });
});

/** People who each ask for a dozen things by number, with what is sent along. */
function asked(path: string, form: Form): { readonly refused: number; readonly types: readonly string[]; readonly inventory: Inventory } {
  const judged = new Judged();
  let refused = 0;
  for (let n = 0; n < 100; n++)
    for (let k = 0; k < 12; k++) {
      const things = n * 12 + k;
      const query = Object.entries(form(String(1_712_345_678 + things * 41))).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
      const answer = exists(things) ? { state: "sent", parts: things % 3 } : { error: "unknown" };
      const exchange = {
        id: `x${things}`,
        at: start + n * 60_000 + k * 3_000,
        address: `10.1.0.${n}`,
        path: `${path}?${query.join("&")}`,
        status: exists(things) ? 200 : 404,
        answer,
      };
      if (!judged.answers(jsonExchange(exchange))) refused++;
    }
  const types = judged.ledger.inventory.endpoints().flatMap((endpoint) => judged.ledger.rulesOf(endpoint.id).map(({ type }) => type));
  return { refused, types, inventory: judged.ledger.inventory };
}

test.each([
  ["/orders", (number: string) => ({ quantity: 49, orderNumber: number })],
  ["/lookup", (number: string) => ({ quantity: 1 + (Number(number) % 3), orderNumber: number })],
  ["/lookup", (number: string) => ({ country: "DE", trackingNumber: number })],
  ["/parcels", (number: string) => ({ country: "DE", number })],
  ["/lookup", (number: string) => ({ page: 1, limit: 49, number })],
  ["/lookup", (number: string) => ({ branch: 49, number })],
  ["/lookup", (number: string) => ({ lang: "de", number })],
  ["/lookup", (number: string) => ({ state: Number(number) % 2 === 0 ? "CA" : "NY", number })],
  ["/lookup", (number: string) => ({ country: "DE", accountNumber: number })],
] as const)("numbers of things are none of people, %s, and whoever asks for a dozen is answered", (path, form) => {
  const { refused, types } = asked(path, form);
  expect(refused).toBe(0);
  expect(types).not.toContain("phone");
});

test("the same numbers under names and at a path that say nothing else are taken for people's, with a country beside, also after a restart", () => {
  const { types, inventory } = asked("/lookup", (number) => ({ country: "DE", number }));
  expect(types).toContain("phone");
  const again = Inventory.restore(ports, JSON.parse(JSON.stringify(inventory.exportState())));
  const rules = [inventory, again].map((one) => one.endpoints().map((endpoint) => endpoint.identifierRules()));
  expect(rules[0]).toEqual([[{ type: "phone", location: { in: "query", name: "number" }, country: "country" }]]);
  expect(rules[1]).toEqual(rules[0]);
});
