import { describe, expect, test } from "vitest";
import { fanOutPolicy } from "./decide/fan-out-policy.ts";
import type { JudgeOptions } from "./judge.ts";
import { jsonExchange } from "./testing/json-exchange.ts";
import { Judged } from "./testing/judged.ts";

const start = Date.UTC(2026, 2, 2, 8);
const day = 86_400_000;
const clerks = 6;
const calls = 60;

/** Clerks who look up whoever rings them, one by one, behind a sign-in; nobody follows up. Each has a session a day. */
class Desk {
  readonly judged: Judged;
  #asked = 0;

  constructor(more: Partial<JudgeOptions> = {}) {
    this.judged = new Judged(more);
  }

  /** True when the answer was the service's own. */
  ask(person: number, session: string | undefined, at: number, status?: number, address = "198.51.100.9"): boolean {
    const found = person % 5 !== 0;
    const answer = status === 401 ? { error: "sign in" } : found ? { state: "active", devices: person % 3 } : { error: "unknown" };
    const path = `/staff/customers?phone=%2B4915155${500_000 + person * 37}`;
    return this.judged.answers(jsonExchange({ id: `x${(this.#asked += 1)}`, at, address, path, status: status ?? (found ? 200 : 404), answer, bearer: session }));
  }

  /** How many of a day's calls were answered as if nobody were known. */
  day(n: number): number {
    let refused = 0;
    for (let call = 0; call < clerks * calls; call++) {
      const clerk = call % clerks;
      if (!this.ask(n * 10_000 + call, `session-${n}-${clerk}-0123456789abcdef`, start + n * day + call * 60_000)) refused++;
    }
    return refused;
  }
}

describe("a help desk whose search tells who is a customer", () => {
  test("is put under a budget while nobody was ever refused there, and works once somebody was: clerks have budgets of their own", () => {
    const desk = new Desk();
    expect(desk.day(0)).toBeGreaterThan(clerks * calls * 0.5);
    // A session of yesterday is refused: that shows that they are looked at.
    for (let n = 0; n < 3; n++) desk.ask(5_000 + n, `stale-${n}-0123456789abcdef0123`, start + 20 * 3_600_000 + n, 401, `198.51.100.${20 + n}`);
    let refused = 0;
    for (let n = 1; n <= 4; n++) refused += desk.day(n);
    // The first questions of the first session each day.
    expect(refused).toBeLessThan(4 * clerks * calls * 0.02);
    expect(desk.judged.signals.filter(({ level }) => level === "high" || level === "critical")).toEqual([]);
    // A clerk who goes through a list learns what a day's clerk may, once.
    let learned = 0;
    for (let n = 0; n < 2_000; n++) if (desk.ask(90_000 + n, "session-4-1-0123456789abcdef", start + 4 * day + 9 * 3_600_000 + n * 1_000)) learned++;
    expect(learned).toBeLessThanOrEqual(fanOutPolicy.startByOne);
    // And who shows nothing that is proven is judged by his address.
    let stranger = 0;
    for (let n = 0; n < 200; n++) if (desk.ask(95_000 + n, undefined, start + 5 * day + n * 1_000, undefined, "203.0.113.5")) stranger++;
    expect(stranger).toBeLessThanOrEqual(8);
  });

  test("works from the first call where the operator says how many people a clerk may look up", () => {
    const declared = { budget: { signedInCredits: 200 } };
    const desk = new Desk({ declared: () => declared });
    let refused = 0;
    for (let n = 0; n < 3; n++) refused += desk.day(n);
    expect(refused).toBe(0);
    let learned = 0;
    for (let n = 0; n < 2_000; n++) if (desk.ask(90_000 + n, "session-2-1-0123456789abcdef", start + 2 * day + 9 * 3_600_000 + n * 1_000)) learned++;
    expect(learned).toBeLessThanOrEqual(200);
  });
});
