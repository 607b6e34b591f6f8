import { describe, expect, test } from "vitest";
import { askersMax, FanOut, type FanOutAsk } from "./fan-out.ts";
import { fanOutPolicy as policy } from "./fan-out-policy.ts";

const start = Date.UTC(2026, 2, 2);
const minute = 60_000;
const day = 86_400_000;

function ask(credential: string, cost: number, at: number, more: Partial<FanOutAsk> = {}): FanOutAsk {
  return { credential, network: `net-${credential}`, proven: true, cost, list: Math.min(cost, 100), at, declared: 0, ...more };
}

/** A day of honest people, one in ten minutes, each a book of 60 to 300 in parts of at most a hundred. */
function afterADay(): FanOut {
  const fan = new FanOut();
  for (let n = 0; n < 144; n++) for (let left = 60 + ((n * 37) % 240); left > 0; left -= 100) fan.take(ask(`honest-${n}`, Math.min(100, left), start + n * 10 * minute));
  return fan;
}

describe("callers with a credential", () => {
  test("are let through with any book up to a start where nothing was learned yet, and with no more", () => {
    const fan = new FanOut();
    let taken = 0;
    for (let n = 0; n < 50; n++) if (fan.take(ask("one", 100, start + n * 1_000)).reason === undefined) taken += 100;
    expect(taken).toBe(policy.start);
  });

  test("who come one after another, each new, learn together no more than the busiest ten minutes and one start", () => {
    const fan = afterADay();
    let taken = 0;
    for (let n = 0; n < 500; n++) if (fan.take(ask(`own-${n % 50}`, 100, start + day + n * 1_000)).reason === undefined) taken += 100;
    // Ten minutes' worth goes on flowing in meanwhile.
    expect(taken).toBeLessThanOrEqual(policy.freshFactor * 300 + fan.start() + 300);
    expect(taken).toBeGreaterThan(0);
  });

  test("have sent their book when they pause: a hundred an hour, all day, is the first hundred and a handful more", () => {
    const fan = afterADay();
    let taken = 0;
    for (let n = 0; n < 200; n++) if (fan.take(ask(`own-${n % 10}`, n % 3 === 0 ? 20 : 100, start + day + n * 7 * minute)).reason === undefined) taken += n % 3 === 0 ? 20 : 100;
    expect(taken).toBeLessThanOrEqual(10 * (100 + 2 * policy.dailyMargin));
  });

  test("begin with a clerk's day where others ask about a handful, and with a book's start from one more long asker on than that allows", () => {
    const least = policy.fewBooks / policy.fewShare;
    for (const [small, long, few] of [
      [least, policy.fewBooks, true],
      [least, policy.fewBooks + 1, false],
      [least - 1, policy.fewBooks, false],
      [policy.startCallersMin - 1, 0, false],
      [policy.startCallersMin, 0, true],
    ] as const) {
      const fan = new FanOut();
      for (let n = 0; n < small; n++) fan.take(ask(`small-${n}`, 3, start + n * minute));
      for (let n = 0; n < long; n++) fan.take(ask(`long-${n}`, policy.dailyMargin + 1, start + n * 10 * minute));
      const within = ask("small-0", 1, start + policy.besideLearnedMs - 1);
      expect(fan.take(within).few).toBe(false);
      expect([small, long, fan.take(ask("late", 1, start + policy.besideLearnedMs + minute)).few]).toEqual([small, long, few]);
    }
  });

  test("of a service that sends books in pieces are let do so once more of them do than an attacker has accounts", () => {
    const fan = afterADay();
    for (let n = 0; n < 60; n++) {
      fan.take(ask(`pieces-${n}`, 100, start + day + n * 20 * minute));
      fan.take(ask(`pieces-${n}`, 80, start + day + n * 20 * minute + 15 * minute));
    }
    fan.take(ask("late", 100, start + 3 * day));
    expect(fan.take(ask("late", 80, start + 3 * day + 15 * minute)).reason).toBeUndefined();
    const few = afterADay();
    for (let n = 0; n < policy.laterCallers; n++) {
      few.take(ask(`own-${n}`, 100, start + day + n * 20 * minute));
      few.take(ask(`own-${n}`, 80, start + day + n * 20 * minute + 15 * minute));
    }
    few.take(ask("late", 100, start + 3 * day));
    expect(few.take(ask("late", 80, start + 3 * day + 15 * minute)).reason).toBe("allowance-spent");
  });

  test("who were known for long send their first book under the same limits as new ones", () => {
    const fan = afterADay();
    for (let n = 0; n < 50; n++) fan.take(ask(`own-${n}`, 5, start + 20 * 60 * minute + n * minute));
    let taken = 0;
    for (let n = 0; n < 500; n++) if (fan.take(ask(`own-${n % 50}`, 100, start + 3 * day + n * 1_000)).reason === undefined) taken += 100;
    expect(taken).toBeLessThanOrEqual(policy.freshFactor * 300 + fan.start() + 300);
  });

  test("are not held to be a tool for a list of a hundred because most only add a handful to what they sent before", () => {
    const fan = new FanOut();
    const refused: string[] = [];
    for (let n = 0; n < 200; n++) {
      const size = n % 10 === 9 ? 100 : 1 + (n % 6);
      if (fan.take(ask(`honest-${n}`, size, start + n * 10 * minute)).reason !== undefined) refused.push(`honest-${n}`);
    }
    expect(refused).toEqual([]);
  });

  test("with lists longer than any usual program's share a small allowance, whoever they are", () => {
    const fan = afterADay();
    let taken = 0;
    for (let n = 0; n < 14; n++) if (fan.take(ask(`tool-${n}`, 400, start + day + n * 1_000, { list: 400 })).reason === undefined) taken += 400;
    expect(taken).toBe(0);
    expect(fan.take(ask("new-program", 150, start + day + 20_000, { list: 250 })).reason).toBeUndefined();
  });

  test("may from their second day on ask about three times their usual day and twenty, for ever", () => {
    const fan = new FanOut();
    const refusedOn: number[] = [];
    for (let n = 0; n < 60; n++) if (fan.take(ask("partner", 300, start + n * day)).reason !== undefined) refusedOn.push(n);
    expect(refusedOn).toEqual([]);
    const grant = fan.take(ask("partner", 15_000, start + 60 * day));
    expect(grant.reason).toBe("allowance-spent");
    expect(fan.refused("partner", grant, start + 60 * day)).toMatchObject({ level: "high" });
  });

  test("may ask about as many as the operator declared", () => {
    const fan = afterADay();
    let taken = 0;
    for (let n = 0; n < 300; n++) if (fan.take(ask("partner", 100, start + day + n * 1_000, { declared: 20_000 })).reason === undefined) taken += 100;
    expect(taken).toBe(20_000);
  });

  test("that nothing proves are counted by their network, too: ever new ones from one place buy four starts", () => {
    const fan = new FanOut();
    let taken = 0;
    for (let n = 0; n < 40; n++) if (fan.take(ask(`made-up-${n}`, 1_000, start + n, { network: "one", proven: false })).reason === undefined) taken += 1_000;
    expect(taken).toBe(policy.callersPerNetwork * policy.start);
  });

  test("who were told nothing get back exactly what was taken", () => {
    const fan = new FanOut();
    for (let n = 0; n < 100; n++) {
      const one = ask("unlucky", 100, start + n * 1_000, { proven: false });
      const grant = fan.take(one);
      expect(grant.reason).toBeUndefined();
      fan.giveBack(one, grant, 100);
    }
    expect(fan.size).toBe(0);
  });

  test("several refused within an hour wake somebody once, a single one that wants a little more does not", () => {
    const fan = new FanOut();
    fan.take(ask("a", policy.start, start));
    const little = fan.take(ask("a", 50, start + 1));
    expect(fan.refused("a", little, start + 1)).toMatchObject({ level: "medium" });
    expect(fan.refused("a", little, start + 2)).toBeUndefined();
    const told = ["b", "c", "d"].map((who, n) => fan.refused(who, fan.take(ask(who, policy.start + 1, start + 10 + n)), start + 10 + n)?.level);
    expect(told).toEqual(["medium", "medium", "high"]);
  });

  test("are remembered up to the bound; the one that asked nothing for longest begins anew", () => {
    const fan = new FanOut();
    for (let n = 0; n <= askersMax; n++) fan.take(ask(`c${n}`, 1, start + n, { list: 1, network: "n" }));
    expect(fan.size).toBe(askersMax);
  });
});
