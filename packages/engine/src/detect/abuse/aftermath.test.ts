import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { hash53 } from "../observe/hash53.ts";
import { aftermath, aftermathSignal, alarmLog, type AftermathDay } from "./aftermath.ts";

const dayMs = 86_400_000;

/** Ninety days of a service: so many sign in and recover a day, a share of all people is exposed; from day 30 on `thefts` a day take from the exposed. */
function played(
  source: Random,
  of: { readonly share: number; readonly events: number; readonly others: number; readonly thefts?: number; readonly odds?: number },
): AftermathDay[] {
  const drawn = (n: number, share: number): number => {
    let count = 0;
    for (let i = 0; i < n; i++) if (source.float() < share) count++;
    return count;
  };
  const odds = of.odds ?? 1;
  const shareOfEvents = (odds * of.share) / (1 - of.share + odds * of.share);
  return Array.from({ length: 90 }, (_, n) => {
    const thefts = n >= 30 ? (of.thefts ?? 0) : 0;
    return { day: n * dayMs, events: of.events + thefts, exposedEvents: drawn(of.events, shareOfEvents) + thefts, others: of.others, exposedOthers: drawn(of.others, of.share) };
  });
}

const worlds = [
  { share: 0.002, events: 10, others: 200 },
  { share: 0.05, events: 5, others: 60 },
  { share: 0.3, events: 20, others: 100 },
  { share: 0.9, events: 3, others: 30 },
];

test("400 honest quarters raise nothing, also where exposed people recover half as often again", () => {
  let highest = 0;
  for (let run = 0; run < 400; run++) {
    const world = worlds[run % worlds.length] as (typeof worlds)[number];
    const { logE, sure } = aftermath(played(random(`test-null-${run}`), { ...world, odds: run % 2 === 0 ? 1 : 1.5 }));
    expect(sure).toBeUndefined();
    highest = Math.max(highest, logE);
  }
  expect(highest).toBeLessThan(alarmLog);
});

test("its mean under the null is at most one: a bet that honest days do not pay", () => {
  let sum = 0;
  const runs = 2_000;
  for (let run = 0; run < runs; run++) {
    const source = random(`test-mean-${run}`);
    const days = played(source, { share: 0.1, events: 4, others: 40 }).slice(0, 5);
    // Five of four hundred beginnings were bet on; the stake of the others lies still.
    sum += Math.exp(aftermath(days).now) * (400 / 5);
  }
  expect(sum / runs).toBeLessThan(1.05);
});

test("a list in use is told after some twenty thefts, two a day among ten honest recoveries; where a fifth of all people are exposed it must be half of the recoveries", () => {
  const thefts = (share: number, perDay: number): number[] =>
    Array.from({ length: 20 }, (_, run) => {
      const { sure } = aftermath(played(random(`test-theft-${share}-${run}`), { share, events: 10, others: 100, thefts: perDay }));
      return sure === undefined ? Number.POSITIVE_INFINITY : perDay * (sure.day / dayMs - 29);
    }).toSorted((a, b) => a - b);
  const few = thefts(0.01, 2);
  expect(few[10]).toBeLessThanOrEqual(20);
  expect(few[19]).toBeLessThanOrEqual(26);
  expect(thefts(0.2, 10)[19]).toBeLessThanOrEqual(120);
  expect(thefts(0.2, 2)[0]).toBe(Number.POSITIVE_INFINITY);
});

test("days without anybody to compare with count for nothing, and the signal has one id however often it is made", () => {
  expect(aftermath([{ day: 0, events: 50, exposedEvents: 50, others: 0, exposedOthers: 0 }])).toMatchObject({ logE: 0, events: 0 });
  const verdict = aftermath(played(random("test-signal"), { share: 0.02, events: 5, others: 80, thefts: 5 }));
  expect(aftermathSignal(verdict, 1)?.id).toBe(aftermathSignal(verdict, 2)?.id);
  expect(aftermathSignal(verdict, 1)).toMatchObject({ detector: "takeover.aftermath", level: "high" });
});

test("any counts give a number", () => {
  const count = fc.nat(3_000);
  fc.assert(
    fc.property(count, count, count, count, (a, b, c, d) => {
      const day = { day: 0, events: Math.max(a, b), exposedEvents: Math.min(a, b), others: Math.max(c, d), exposedOthers: Math.min(c, d) };
      expect(Number.isFinite(aftermath([day]).logE)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

interface Random {
  float(): number;
}

function random(seed: string): Random {
  return { float: seededRandom(hash53(seed) % 4_294_967_296) };
}
