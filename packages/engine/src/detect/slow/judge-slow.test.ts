import { describe, expect, test } from "vitest";
import { seededRandom } from "../../testing/seeded-random.ts";
import { hash53 } from "../observe/hash53.ts";
import { judgeSlow, slowSignal } from "./judge-slow.ts";
import { dayMs, type SlowDay, type SlowSource } from "./slow-facts.ts";
import { slowPolicy } from "./slow-policy.ts";

/** Ninety days by numbers alone: newcomers by day and night, weekdays and a mood of each day that Poisson does not know; an attack that comes evenly. */
function played(source: Random, of: Partial<World> = {}): SlowDay[] {
  const { newcomers = 100, share = 0.2, growth = 0, attackFrom = 0, perDay = 0, mood = 0.05 } = of;
  return Array.from({ length: 90 }, (_, n): SlowDay => {
    const weekday = n % 7 === 6 ? 0.6 : 1;
    const shareToday = share * (1 + mood * (2 * source.float() - 1) * 2);
    const byHour: number[] = [];
    const silentByHour: number[] = [];
    let followed = 0;
    let unfollowed = 0;
    for (let hour = 0; hour < 24; hour++) {
      const rate = (newcomers * weekday * (1 + growth) ** n * (1 + 0.5 * Math.sin((hour / 24) * 2 * Math.PI - 0.75 * Math.PI))) / 24;
      const come = poisson(source, rate);
      let silent = 0;
      for (let i = 0; i < come; i++) if (source.float() < shareToday) silent++;
      const attack = n >= attackFrom ? poisson(source, perDay / 24) : 0;
      byHour.push(come + attack);
      silentByHour.push(silent + attack);
      followed += come - silent;
      unfollowed += silent + attack;
    }
    return { endpointId: "e", day: n * dayMs, newcomers: followed + unfollowed, followed, unfollowed, knownFollowed: 30, knownUnfollowed: 2, byHour, silentByHour };
  });
}

interface World {
  readonly newcomers: number;
  readonly share: number;
  readonly growth: number;
  readonly mood: number;
  readonly attackFrom: number;
  readonly perDay: number;
}

function poisson(source: Random, mean: number): number {
  let count = 0;
  for (let left = mean - -Math.log(1 - source.float()); left > 0; left += Math.log(1 - source.float())) count++;
  return count;
}

const judged = (days: SlowDay[]) => judgeSlow({ days, sources: [], sourcesTested: 0 });

describe("days looked back on", () => {
  test("no alarm in 300 honest quarters: small and large, growing, of good and bad moods", () => {
    const worlds: Partial<World>[] = [{}, { newcomers: 8 }, { newcomers: 400, share: 0.45 }, { growth: 0.02 }, { mood: 0.2 }, { newcomers: 30, share: 0.05 }];
    const alarms = Array.from({ length: 300 }, (_, run) => judged(played(random(`test-quiet-${run}`), worlds[run % worlds.length])).map((one) => `${run} ${one.detector}`)).flat();
    expect(alarms).toEqual([]);
  });

  test("an attack as large as what honest people leave is sure within twelve days, one four times as large within five", () => {
    for (let run = 0; run < 20; run++) {
      const equal = judged(played(random(`test-equal-${run}`), { attackFrom: 40, perDay: 20 })).find((one) => one.detector === "enumeration.follow-up");
      expect((equal?.sureOn ?? 0) / dayMs).toBeLessThanOrEqual(52);
      const large = judged(played(random(`test-large-${run}`), { attackFrom: 40, perDay: 80 })).find((one) => one.detector === "enumeration.follow-up");
      expect((large?.sureOn ?? 0) / dayMs).toBeLessThanOrEqual(45);
      expect((large?.since ?? 0) / dayMs).toBeGreaterThanOrEqual(35);
    }
  });

  test("an attack there from the first day has no first day, and is told by its hours", () => {
    for (let run = 0; run < 10; run++) {
      expect(judged(played(random(`test-ever-${run}`), { attackFrom: 0, perDay: 60 })).map((one) => one.detector)).toEqual(["enumeration.clock"]);
    }
  });

  test("an outage that keeps everybody from following up is left out", () => {
    const days = played(random("test-outage")).map((day, n) =>
      n < 50 || n > 54 ? day : { ...day, followed: 0, unfollowed: day.followed + day.unfollowed, knownFollowed: 0, knownUnfollowed: 32 },
    );
    expect(judged(days)).toEqual([]);
  });

  test("with nothing to compare with nothing is said: no days, few days, nobody who follows up", () => {
    expect(judged([])).toEqual([]);
    expect(judged(played(random("test-few"), { perDay: 500 }).slice(0, 20))).toEqual([]);
    expect(judged(played(random("test-none"), { share: 1 }))).toEqual([]);
  });
});

describe("sources looked back on", () => {
  const source = (of: Partial<SlowSource>): SlowSource => ({
    endpointId: "e",
    source: "192.0.2.1",
    kind: "address",
    addresses: 1,
    asked7: 3,
    asked30: 12,
    asked: 60,
    unfollowed: 60,
    days: 60,
    firstDay: 0,
    lastDay: 80 * dayMs,
    ...of,
  });
  const days = played(random("test-sources"));
  const told = (sources: SlowSource[], sourcesTested = 10_000): string[] => judgeSlow({ days, sources, sourcesTested }).map((one) => one.key);

  test("one that never follows up is named; a gateway with as many anchors as honest people make, or a handful of questions, is not", () => {
    expect(told([source({}), source({ source: "192.0.3.2", asked: 5_000, unfollowed: 2_250 }), source({ source: "192.0.4.3", asked: 12, unfollowed: 12 })])).toEqual(["192.0.2.1"]);
  });

  test("the more sources are tested the more it takes", () => {
    const one = source({ asked: 28, unfollowed: 28 });
    expect(told([one], 100)).toEqual(["192.0.2.1"]);
    expect(told([one], 10_000_000)).toEqual([]);
  });

  test("a network is named for its addresses together, and neither for one of them nor beside it", () => {
    const one = source({ asked: 200, unfollowed: 200 });
    const network = { source: "192.0.2.0/24", kind: "network" } as const;
    expect(told([one, source({ ...network, addresses: 2, asked: 203, unfollowed: 203 })])).toEqual(["192.0.2.1"]);
    expect(told([source({ ...network, addresses: 60, asked: 900, unfollowed: 900 }), one])).toEqual(["192.0.2.0/24"]);
  });

  test("a thousand of them are five by name and a number", () => {
    const alarms = judgeSlow({ days, sources: Array.from({ length: 1_000 }, (_, n) => source({ source: `10.${n >> 8}.${n & 255}.1` })), sourcesTested: 1_000 });
    expect(alarms).toHaveLength(slowPolicy.sourcesToldMax);
    expect(alarms[0]?.evidence["moreSources"]).toBe(995);
  });

  test("the signal of an alarm has one id, whenever it is made", () => {
    const [alarm] = judgeSlow({ days, sources: [source({})], sourcesTested: 1 });
    if (alarm === undefined) throw new Error("it is told");
    expect(slowSignal(alarm, 1).id).toBe(slowSignal(alarm, 2).id);
    expect(slowSignal({ ...alarm, key: "192.0.2.9" }, 1).id).not.toBe(slowSignal(alarm, 1).id);
  });
});

interface Random {
  float(): number;
}

function random(seed: string): Random {
  return { float: seededRandom(hash53(seed) % 4_294_967_296) };
}
