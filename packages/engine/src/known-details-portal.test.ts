import { describe, expect, it } from "vitest";
import type { Exchange } from "./exchange/exchange.ts";
import { Ledger } from "./ledger.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";
import { ports } from "./testing/ports.ts";

const minute = 60_000;
const start = Date.UTC(2026, 2, 2, 8);
const exists = (n: number): boolean => n % 2 === 0;
const memberNumber = (n: number): string => `K${100_000_000 + ((n * 48_271) % 899_999_999)}`;
const telephone = (n: number): string => `+4915${100_000_000 + ((n * 48_271) % 899_999_999)}`;
const birthDate = (n: number): string => new Date(Date.UTC(1940, 0, 1) + ((n * 7_919) % 25_000) * 86_400_000).toISOString().slice(0, 10);
const budget = { unanchoredCeiling: 40 };

/** A portal that says "no such member" in other words than "the date differs"; it may forget to look at the date. */
class Portal {
  readonly exchanges: Exchange[] = [];
  readonly #nameOf: (n: number) => string;
  readonly #looks: boolean;

  constructor(nameOf = memberNumber, looks = true) {
    this.#nameOf = nameOf;
    this.#looks = looks;
  }

  ask(at: number, address: string, n: number, date = birthDate(n)): void {
    const answer = !exists(n)
      ? { eligible: false, reason: "MEMBER_NOT_FOUND" }
      : this.#looks && date !== birthDate(n)
        ? { eligible: false, reason: "DETAILS_DIFFER" }
        : { eligible: true, plan: "plus", reference: `elg-${n * 7}` };
    this.exchanges.push(jsonExchange({ id: `x${this.exchanges.length}`, at, address, path: "/eligibility", sent: { memberNumber: this.#nameOf(n), birthDate: date }, answer }));
  }

  /** Four days: 480 people each from home, some mistake the date or the number, all come again the next day. */
  days(): this {
    for (let day = 0; day < 4; day++)
      for (let k = 0; k < 480; k++) {
        const at = start + day * 1_440 * minute + k * 2.9 * minute;
        const address = `10.1.${k >> 8}.${k & 255}`;
        if (k % 11 === day) this.ask(at, address, 2 * k, "1900-01-01");
        if (k % 23 === day) this.ask(at + 20_000, address, 2 * k + 1);
        this.ask(at + 60_000, address, 2 * k);
      }
    return this;
  }
}

const wonOf = (ledger: Ledger): readonly string[] => ledger.policy(start + 30 * 1_440 * minute).endpoints.find(({ template }) => template.includes("eligibility"))?.won ?? [];

const dayFive = start + 4 * 1_440 * minute;

describe("a portal where nobody is seen to follow up, asked with details", () => {
  it("answers who knows them beyond what newcomers share, and who invents them no more than before; over a restart with its state, and as before without", () => {
    const portal = new Portal().days();
    const before = portal.exchanges.length;
    for (let q = 0; q < 300; q++) portal.ask(dayFive + q * minute, `203.0.${q >> 8}.${q & 255}`, 2_000 + q, "1980-01-01");
    const honestFrom = portal.exchanges.length;
    for (let q = 0; q < 100; q++) portal.ask(dayFive + 301 * minute + q * minute, `198.51.100.${q}`, 4_000 + 2 * q);
    const { decisions, judge } = new Judged({ budget }).all(portal.exchanges);
    const won = wonOf(judge.ledger);
    expect(won).toHaveLength(1);
    const learned = decisions.slice(before, honestFrom).filter(({ action }) => action === "allow");
    expect(learned.length).toBeLessThanOrEqual(budget.unanchoredCeiling);
    expect(decisions.slice(honestFrom).filter(({ action }) => action !== "allow")).toEqual([]);

    const options = { mode: "enforce", budget } as const;
    const kept = new Ledger(ports, options, structuredClone(judge.ledger.exportState()));
    const next = new Portal();
    next.ask(dayFive + 1_440 * minute, "10.1.0.7", 14);
    for (const exchange of next.exchanges) kept.onExchange(exchange);
    expect(wonOf(kept)).toEqual(won);
    const fresh = new Ledger(ports, options);
    for (const exchange of next.exchanges) fresh.onExchange(exchange);
    expect(wonOf(fresh)).toEqual([]);
  });

  it("knows of no such answers where the date is not looked at, and none where people are asked about by telephone number, which others know with the date", () => {
    for (const portal of [new Portal(memberNumber, false), new Portal(telephone)]) expect(wonOf(new Judged({ budget }).all(portal.days().exchanges).judge.ledger)).toEqual([]);
  });
});
