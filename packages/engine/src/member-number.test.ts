import { describe, expect, it } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

/** A portal whose members are known by a number of its own; nothing is declared, nobody is seen to follow up. */
const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 8);
const numberOf = (n: number): string => `K${100_000_000 + ((n * 48_271) % 899_999_999)}`;
const nameOf = (number: string): string =>
  `${"adbeklmorstu"[Number(number.slice(-2)) % 12]}${["abel", "berg", "conrad", "dietrich", "engel"][Number(number.at(-3)) % 5]}${number.slice(-4)}`;
const exists = (n: number): boolean => n % 2 === 0;

const doors: readonly [string, (number: string, there: boolean, own: boolean) => Omit<Parameters<typeof jsonExchange>[0], "id" | "at" | "address">][] = [
  [
    "memberNumber in the query",
    (number, there) => ({ path: `/eligibility?memberNumber=${number}`, answer: there ? { eligible: true, plan: "plus" } : { eligible: false, reason: "unknown" } }),
  ],
  [
    "policyHolderNo beside a date of birth in JSON, where the words of refusals differ",
    (number, there, own) => ({
      path: "/activate",
      sent: { policyHolderNo: number, dateOfBirth: "1971-03-03" },
      status: there && own ? 200 : 422,
      answer: !there
        ? { code: "MEMBER_NOT_FOUND", message: "We do not know this number." }
        : own
          ? { sentTo: "a***@***" }
          : { code: "DOB_MISMATCH", message: "The date of birth does not match." },
    }),
  ],
  [
    "a name in a filter of SCIM",
    (number, there) => ({
      path: `/scim/v2/Users?filter=${encodeURIComponent(`userName eq "${nameOf(number)}"`)}`,
      answer: { totalResults: there ? 1 : 0, startIndex: 1, Resources: there ? [{ id: number, active: true }] : [] },
    }),
  ],
  [
    "an address in a filter of OData",
    (number, there) => ({ path: `/odata/People?$filter=Email%20eq%20'${nameOf(number)}@uni.example'&$select=Id`, answer: { value: there ? [{ Id: 7 }] : [] } }),
  ],
  ["a name under a parameter that says nothing, where the path does", (number, there) => ({ path: `/api/username-available?u=${nameOf(number)}`, answer: !there })],
  [
    "kvnr in the query, 404 for nobody",
    (number, there) => ({ path: `/card/state?kvnr=${number}`, status: there ? 200 : 404, answer: there ? { state: "sent" } : { error: "not found" } }),
  ],
];

describe("people known by a number that a service gave them", () => {
  it.each(doors)("one asker learns as few of them as by telephone number: %s", (_, door) => {
    const exchanges: Exchange[] = [];
    const ask = (at: number, address: string, n: number, own: boolean): void =>
      void exchanges.push(jsonExchange({ id: `x${exchanges.length}`, at, address, ...door(numberOf(n), exists(n), own) }));
    for (let k = 0; k < 90; k++) ask(start + k * 3 * minute, `10.1.0.${k}`, k % 9 === 4 ? 2 * k + 1 : 2 * (k % 50), k % 13 !== 5);
    const before = exchanges.length;
    for (let q = 0; q < 80; q++) ask(start + 400 * minute + q * 2_000, "203.0.113.9", 1_000 + q, false);
    const { decisions } = new Judged().all(exchanges);
    const honest = decisions.slice(0, before).filter(({ action }) => action !== "allow");
    const learned = decisions.slice(before).filter(({ action }) => action === "allow");
    expect(honest).toEqual([]);
    expect(learned.length).toBeLessThanOrEqual(16);
  });
});
