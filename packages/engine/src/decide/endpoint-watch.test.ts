import { describe, expect, it } from "vitest";
import { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import { toldMax } from "./told-sources.ts";
import { guardedLookup } from "../testing/guarded-lookup.ts";

const day = 86_400_000;
const watch = (): EndpointWatch => new EndpointWatch(0, guardedLookup());

describe("EndpointWatch", () => {
  it("goes on from 64 others, each once; of more nothing is taken over", () => {
    const one = watch();
    const others = Array.from({ length: 70 }, watch);
    for (const other of [...others, ...others]) one.goesOnFrom(other);
    expect(one.before).toEqual(others.slice(0, 64));
  });

  it("tells of a source once a step, of 5,000 first refusals and 10,000 sources in all, and tells anew the next day", () => {
    const one = watch();
    one.advance(day);
    expect([one.told.once(1, 1, -1), one.told.once(1, 1, -1), one.told.once(1, 1, 0), one.told.once(1, 1, 0)]).toEqual([true, false, true, false]);
    for (let slot = 2; slot <= toldMax / 2; slot++) one.told.once(slot, 1, -1);
    // A flood of addresses that are refused once hides none that goes on asking.
    expect([one.told.once(toldMax, 1, -1), one.told.once(toldMax, 1, 0)]).toEqual([false, true]);
    for (let slot = toldMax + 1; slot < 1.5 * toldMax; slot++) expect(one.told.once(slot, 1, 0)).toBe(true);
    expect([one.told.once(2 * toldMax, 1, 0), one.told.once(2, 1, 0)]).toEqual([false, true]);
    one.advance(2 * day);
    expect([one.told.once(2 * toldMax, 1, 0), one.told.once(1, 1, -1)]).toEqual([true, true]);
  });

  it("opens its ceiling on a day on which more people follow up than ever, by as much as they and nobody else account for", () => {
    const one = watch();
    for (let n = 0; n < 14; n++) {
      one.advance(n * day);
      for (let person = 0; person < 30; person++) one.vouched(n * day + person);
      one.takeNewcomer(0, 10, n * day + 1_000, false);
    }
    one.advance(14 * day);
    for (let person = 0; person < 30; person++) one.vouched(14 * day + person);
    expect(one.ceiling()).toBe(policy.ceilingFloor);
    for (let person = 0; person < 400; person++) one.vouched(14 * day + 1_000 + person);
    expect(one.ceiling()).toBe(policy.ceilingFloor + 400 * policy.ceilingPerAnchor);
    one.advance(15 * day);
    expect(one.ceiling()).toBe(policy.ceilingFloor);
  });

  it("answers as many newcomers of a surge again while those before followed up as a crowd does, and none while they did not", () => {
    const atTheRate = answeredAgain(3);
    expect(answeredAgain(5)).toBe(atTheRate + policy.surgeProbe);
    expect(answeredAgain(0)).toBeLessThanOrEqual(atTheRate);
  });
});

/** Of 50 that press on after the first seven, of whom so many followed up. */
function answeredAgain(followUps: number): number {
  const one = watch();
  for (let n = 0; n < policy.anchorsSeenMin; n++) one.vouched(day);
  let at = day;
  for (let n = 0; n < 60; n++) one.newcomer((at += 60_000));
  let first = 0;
  for (let n = 0; n < 60; n++) {
    one.newcomer((at += 20));
    if (one.phase === "calm" || one.refusesNewcomer(0, 0, 1, true, at, false) !== undefined) continue;
    first++;
    one.cohortAsked(at);
    if (first <= followUps) one.cohortFollowedUp(at);
  }
  expect(first).toBeGreaterThanOrEqual(policy.surgeProbe);
  one.cohort((at += policy.cohortJudgedAfterMs), false);
  let again = 0;
  for (let n = 0; n < 50; n++) {
    one.newcomer((at += 20));
    if (one.refusesNewcomer(0, 0, 1, true, at, false) === undefined) again++;
  }
  return again;
}
