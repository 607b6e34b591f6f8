import { describe, expect, test } from "vitest";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { FollowUpShare } from "./follow-up-share.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** Every n-th outcome is without follow-up, as if by a clock: the least that chance can hide behind. */
function feed(share: FollowUpShare, outcomes: number, everyNth: number, from = 0, apartMs = 60_000): { change: string | undefined; outcomes: number; at: number } {
  for (let n = 1; n <= outcomes; n++) {
    const at = from + n * apartMs;
    const change = share.newcomer(n % everyNth !== 0, at);
    if (change !== undefined) return { change, outcomes: n, at };
  }
  return { change: undefined, outcomes, at: from + outcomes * apartMs };
}

describe("the share of newcomers who do not follow up", () => {
  test("raises nothing while it is what it was, and learns it", () => {
    const share = new FollowUpShare();
    expect(feed(share, 5_000, 5).change).toBeUndefined();
    expect(share.facts().honestShare).toBeLessThan(0.3);
    expect(share.facts().honestShare).toBeGreaterThanOrEqual(0.2);
  });

  test("raises nothing where more people give up at night than by day, and still finds an attack at night", () => {
    const random = seededRandom(11);
    const share = new FollowUpShare();
    const night = (h: number): boolean => h % 24 < 7 || h % 24 >= 22;
    const changes: (string | undefined)[] = [];
    for (let h = 0; h < 14 * 24; h++) {
      for (let n = 0; n < (night(h) ? 40 : 250); n++) changes.push(share.newcomer(random() >= (night(h) ? 0.45 : 0.2), h * hour + n));
      if (h % 24 === 23) changes.push(share.day((h + 1) * hour));
    }
    expect(changes.filter((change) => change !== undefined)).toEqual([]);
    let asked = 0;
    // Two of the attacker's on each honest one.
    for (let n = 0; share.narrowedAt === undefined && n < 1_000; n++) {
      if (n % 3 !== 0) asked++;
      share.newcomer(n % 3 === 0 && random() >= 0.45, 14 * day + n * 1_000);
    }
    expect(asked).toBeLessThan(120);
  });

  test("is found within a hundred outcomes when most of them are an attacker's, at any pace", () => {
    for (const apartMs of [20, 60_000, hour]) {
      const share = new FollowUpShare();
      feed(share, 2_000, 5, 0, apartMs);
      // Three of the attacker's on each honest one.
      let outcomes = 0;
      while (share.narrowedAt === undefined && outcomes < 1_000) share.newcomer(++outcomes % 4 === 0, outcomes * apartMs);
      expect(outcomes).toBeLessThan(100);
    }
  });

  test("finds who asks by the clock since before anything was learned, and takes only the rest for honest", () => {
    const share = new FollowUpShare();
    let change: string | undefined;
    let days = 0;
    for (; change === undefined && days < 10; days++) {
      for (let h = 0; h < 24; h++) {
        // Ten honest people at night and forty by day, one in ten leaves; twelve more in every hour.
        const honest = h < 8 ? 10 : 40;
        const at = days * day + h * hour;
        for (let n = 0; n < honest; n++) share.newcomer(n % 10 !== 0, at + n);
        for (let n = 0; n < 12; n++) share.newcomer(false, at + 100 + n);
      }
      change = share.day((days + 1) * day);
    }
    expect(change).toBe("narrowed by clock");
    expect(days).toBeLessThanOrEqual(4);
    expect(share.facts().honestShare).toBeLessThan(0.25);
  });

  test("gives newcomers a trickle once found, ever thinner while it goes on, and releases them when they follow up", () => {
    const share = new FollowUpShare();
    feed(share, 1_000, 5);
    let at = day;
    while (share.narrowedAt === undefined) share.newcomer(false, (at += 1_000));
    let taken = 0;
    for (let second = 0; second < 3_600; second++) if (share.takes(1, (at += 1_000))) taken++;
    expect(taken).toBeLessThanOrEqual(policy.trickleBurst + 6);
    for (let n = 0; n < 100; n++) share.newcomer(false, at);
    taken = 0;
    for (let minute = 0; minute < 24 * 60; minute++) if (share.takes(1, (at += 60_000))) taken++;
    expect(taken).toBeLessThanOrEqual(24 + policy.trickleBurst);
    let changed: string | undefined;
    for (let n = 0; n < 40 && changed === undefined; n++) changed = share.newcomer(true, (at += hour));
    expect(changed).toBe("released");
    expect(share.narrowedAt).toBeUndefined();
  });

  test("is not tested where most never follow up from the start", () => {
    const share = new FollowUpShare();
    for (let n = 0; n < 3_000; n++) expect(share.newcomer(n % 5 === 0, n * 1_000)).toBeUndefined();
  });

  test("concludes nothing while known sources fail to follow up together, and goes on when they do again", () => {
    const share = new FollowUpShare();
    for (let n = 0; n < 200; n++) share.known(n % 10 !== 0, n);
    feed(share, 1_000, 5);
    for (let n = 0; n < 10; n++) share.known(false, n);
    expect(share.outage).toBe(true);
    for (let n = 0; n < 500; n++) expect(share.newcomer(false, day + n)).toBeUndefined();
    for (let n = 0; n < 20; n++) share.known(true, n);
    expect(share.outage).toBe(false);
    let outcomes = 0;
    while (share.newcomer(false, 2 * day) === undefined) outcomes++;
    expect(outcomes).toBeLessThan(60);
  });

  test("goes by who sets out while known sources set out as usual and are failed, and by nothing when they do not", () => {
    for (const speaks of [true, false]) {
      const share = new FollowUpShare();
      for (let n = 0; n < 200; n++) share.known(n % 10 !== 0, n);
      feed(share, 1_000, 5);
      for (let n = 0; n < 100; n++) share.known(false, n, speaks && n % 10 !== 0);
      expect([share.outage, share.speaks]).toEqual([true, speaks]);
      expect(feed(share, 500, 5, day).change).toBeUndefined();
      let outcomes = 0;
      while (outcomes < 300 && share.newcomer(false, 2 * day) === undefined) outcomes++;
      if (speaks) expect(outcomes).toBeLessThan(40);
      else expect(outcomes).toBe(300);
    }
  });

  test("finds, day by day, an attack that is a small part of many newcomers, and lets a crowd pass that follows up", () => {
    const busy = (extra: number, crowd: number): number | undefined => {
      const share = new FollowUpShare();
      for (let today = 0; today < 30; today++) {
        const outcomes = (today < 14 ? 1_000 : 1_000 + extra) * (today < 14 ? 1 : crowd);
        const unanchored = (today < 14 ? 200 : 200 + extra) * (today < 14 ? 1 : crowd);
        for (let n = 0; n < outcomes; n++) {
          const anchored = Math.floor(((n + 1) * unanchored) / outcomes) === Math.floor((n * unanchored) / outcomes);
          if (share.newcomer(anchored, today * day + n) !== undefined) return today;
        }
        if (share.day((today + 1) * day) === "narrowed by number") return today;
      }
      return undefined;
    };
    expect(busy(0, 1)).toBeUndefined();
    expect(busy(0, 3)).toBeUndefined();
    expect(busy(40, 1)).toBeLessThan(20);
  });
});
