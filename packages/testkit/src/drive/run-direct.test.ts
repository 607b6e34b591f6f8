import { exchangeLine, type Exchange } from "@postern/engine";
import { describe, expect, test } from "vitest";
import { flaws } from "../latchkey/flaws.ts";
import { createLatchkey } from "../latchkey/latchkey.ts";
import { attackList } from "../traffic/attack-list.ts";
import { cleanList, distributed, slow, smashAndGrab } from "../traffic/attack.ts";
import { honestDay } from "../traffic/honest-day.ts";
import { honestKinds, mergeSessions } from "../traffic/session.ts";
import { readLookup } from "../traffic/lookup-answer.ts";
import { DirectRun, runDirect } from "./run-direct.ts";

const from = Date.UTC(2026, 2, 2);
const dayMs = 86_400_000;

function latchkeyWith(...on: Parameters<typeof flaws>) {
  return createLatchkey({ flaws: flaws(...on), accounts: 2_000, seed: "direct", now: () => from });
}

describe("a day of honest traffic", () => {
  for (const on of [["F1", "F2", "F3"], ["F1", "F2", "F3", "F4"], [], ["F1"], ["F2"], ["F3"], ["F4"]] as const) {
    test(`goes through with flaws [${on.join(",")}]: every kind comes, and those who try to sign in do`, () => {
      const latchkey = latchkeyWith(...on);
      const { stats } = runDirect(honestDay({ population: latchkey.population, seed: "h", sessionsPerDay: 800, from, to: from + dayMs }), latchkey, { from, to: from + dayMs });
      latchkey.close();
      // A load test only comes when it is asked for.
      expect([...stats.byKind.keys()].sort()).toEqual(honestKinds.filter((kind) => kind !== "load-test").sort());
      const total = stats.total();
      expect(total.uniform).toBe(0);
      expect(total.errors).toBe(0);
      expect(total.gaveUp).toBeLessThanOrEqual(total.sessions * 0.005);
      expect(total.completed).toBeGreaterThan(total.sessions * 0.88);
    });
  }

  test("is nine times in ten followed by a completed sign-in within three minutes of the lookup", () => {
    const latchkey = latchkeyWith("F1", "F2", "F3");
    const exchanges: Exchange[] = [];
    runDirect(honestDay({ population: latchkey.population, seed: "anchors", sessionsPerDay: 3_000, from, to: from + dayMs }), latchkey, { from, to: from + dayMs }, (exchange) =>
      exchanges.push(exchange),
    );
    latchkey.close();
    const first = new Map<string, { at: number; account: string; anchored: boolean }>();
    for (const exchange of exchanges) {
      const asked = /users\/999-(\d+)\/status$/.exec(exchange.url)?.[1];
      const account = /"account_id":(\d+)/.exec(String(exchange.response.body))?.[1];
      if (asked !== undefined && account !== undefined) {
        const key = `${exchange.client.address} ${asked}`;
        if (!first.has(key)) first.set(key, { at: exchange.at, account, anchored: false });
      } else if (exchange.url.endsWith("/complete") && account !== undefined) {
        for (const pair of first.values()) if (pair.account === account && exchange.at - pair.at < 180_000) pair.anchored = true;
      }
    }
    const share = [...first.values()].filter((pair) => pair.anchored).length / first.size;
    expect(share).toBeGreaterThan(0.84);
    expect(share).toBeLessThan(0.94);
  });

  test("is the same, byte for byte, for the same seed, and another for another", () => {
    const record = (seed: string): string => {
      const latchkey = latchkeyWith("F1", "F2", "F3");
      const lines: string[] = [];
      runDirect(honestDay({ population: latchkey.population, seed, sessionsPerDay: 300, from, to: from + dayMs }), latchkey, { from, to: from + dayMs }, (exchange) =>
        lines.push(exchangeLine(exchange)),
      );
      latchkey.close();
      return lines.join("\n");
    };
    const one = record("a");
    expect(record("a")).toBe(one);
    expect(record("b")).not.toBe(one);
  });

  test("that stops, takes in others and goes on is the same, byte for byte, as with them among the rest from the first", () => {
    const attackFrom = from + dayMs / 2;
    const played = (inParts: boolean): string => {
      const latchkey = latchkeyWith("F1", "F2", "F3");
      const lines: string[] = [];
      const honest = honestDay({ population: latchkey.population, seed: "parts", sessionsPerDay: 300, from, to: from + dayMs });
      // They start with the pause, and two at the same time.
      const list = attackList(latchkey, { size: 200, validShare: 0.5, seed: "parts" });
      const { sessions } = smashAndGrab({ list, from: attackFrom, seed: "parts" });
      const run = new DirectRun(inParts ? honest : mergeSessions(honest, sessions), latchkey, { from }, (exchange) => lines.push(exchangeLine(exchange)));
      if (inParts) {
        run.playUntil(attackFrom);
        run.join(sessions);
      }
      run.playUntil(from + dayMs);
      latchkey.close();
      return [...lines, JSON.stringify(run.stats)].join("\n");
    };
    const whole = played(false);
    expect(whole.split("\n").length).toBeGreaterThan(1_500);
    expect(played(true)).toBe(whole);
  });

  test("comes out in order of time, within the window", () => {
    const latchkey = latchkeyWith("F1", "F2", "F3");
    const times: number[] = [];
    runDirect(honestDay({ population: latchkey.population, seed: "o", sessionsPerDay: 500, from, to: from + dayMs }), latchkey, { from, to: from + dayMs }, (exchange) =>
      times.push(exchange.at),
    );
    latchkey.close();
    expect(times.length).toBeGreaterThan(2_000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(from);
    expect(times.at(-1)).toBeLessThan(from + dayMs);
  });
});

describe("attackers", () => {
  const attacks = { smashAndGrab, slow, distributed, cleanList };
  for (const [name, attack] of Object.entries(attacks)) {
    test(`${name}: on the unprotected service the notes equal the truth for the whole list`, () => {
      const latchkey = latchkeyWith("F1", "F2", "F3");
      const list = attackList(latchkey, { size: 1_500, validShare: 0.5, seed: name });
      const run = attack({ list, from, seed: name, addresses: 50 });
      const { events } = runDirect(run.sessions, latchkey, { from, to: from + 60 * dayMs });
      expect(events).toBe(1_500);
      expect(run.notes.size).toBe(1_500);
      for (const [national, said] of run.notes) expect(said).toBe(latchkey.holds(national) ? "exists" : "missing");
      expect([...run.notes.values()].filter((said) => said === "exists")).toHaveLength(750);
      latchkey.close();
    });
  }

  test("learn nothing from the hardened service", () => {
    const latchkey = latchkeyWith();
    const list = attackList(latchkey, { size: 400, validShare: 0.5, seed: "hard" });
    const run = smashAndGrab({ list, from, seed: "hard" });
    runDirect(run.sessions, latchkey, { from, to: from + dayMs });
    expect(new Set(run.notes.values())).toEqual(new Set(["unsure"]));
    latchkey.close();
  });

  test("read a uniform answer as a miss", () => {
    expect(readLookup({ status: 200, body: '{"success":false,"message":"User not found."}' })).toBe("missing");
    expect(readLookup({ status: 404, body: "{}" })).toBe("missing");
    expect(readLookup({ status: 429, body: "" })).toBe("unsure");
  });

  test("keep their pace: smash-and-grab asks a thousand a second, distributed seventeen", () => {
    const latchkey = latchkeyWith("F1", "F2", "F3");
    const list = attackList(latchkey, { size: 2_000, validShare: 0.5, seed: "pace" });
    const lastOf = (sessions: ReturnType<typeof smashAndGrab>["sessions"]): number => {
      let last = 0;
      runDirect(sessions, latchkey, { from, to: from + dayMs }, (exchange) => (last = exchange.at));
      return last - from;
    };
    expect(lastOf(smashAndGrab({ list, from, seed: "p" }).sessions) / 1_000).toBeCloseTo(2, 1);
    expect(lastOf(distributed({ list, from, seed: "p", addresses: 500 }).sessions) / 1_000).toBeGreaterThan(110);
    latchkey.close();
  });

  test("two lists can be made disjoint, and a list holds exactly its share of existing numbers", () => {
    const latchkey = latchkeyWith("F1", "F2", "F3");
    const one = attackList(latchkey, { size: 1_000, validShare: 0.5, seed: "one" });
    const two = attackList(latchkey, { size: 1_000, validShare: 0.95, seed: "two", excluding: new Set(one) });
    expect(new Set([...one, ...two]).size).toBe(2_000);
    expect(one.filter((national) => latchkey.holds(national))).toHaveLength(500);
    expect(two.filter((national) => latchkey.holds(national))).toHaveLength(950);
    expect(() => attackList(latchkey, { size: 2_500, validShare: 1, seed: "much" })).toThrow(RangeError);
    latchkey.close();
  });
});

test("ninety days of honest visits with a slow distributed attack take seconds", () => {
  const latchkey = latchkeyWith("F1", "F2", "F3");
  const list = attackList(latchkey, { size: 30_000, validShare: 0.05, seed: "long" });
  const to = from + 90 * dayMs;
  const attack = distributed({ list, from, seed: "long", addresses: 2_000, ratePerSecond: 30_000 / (89 * 86_400) });
  const began = performance.now();
  const { events } = runDirect(mergeSessions(honestDay({ population: latchkey.population, seed: "long", sessionsPerDay: 100, from, to }), attack.sessions), latchkey, { from, to });
  const seconds = (performance.now() - began) / 1_000;
  latchkey.close();
  expect(attack.notes.size).toBeGreaterThan(29_000);
  expect(events).toBeGreaterThan(150_000);
  process.stderr.write(`90 days: ${events} events in ${seconds.toFixed(1)} s, ${Math.round(events / seconds)} events a second\n`);
  // A bar with room for a busy machine, above which ninety days would no longer be a matter of seconds.
  expect(events / seconds).toBeGreaterThan(5_000);
}, 60_000); // The bar above allows 44 s.
