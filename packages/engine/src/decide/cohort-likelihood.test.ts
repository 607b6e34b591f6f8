import { describe, expect, test } from "vitest";
import { CohortLikelihood, membersMax } from "./cohort-likelihood.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";

const start = 1_700_000_000_000;

/** A generator of its own, so that runs are alike: Park and Miller's. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Twenty newcomers, one a second; a share of them follows up after 10 to 85 seconds, as those before them did. What is said first, and when. */
function surge(share: number, draw: () => number): { readonly said: "crowd" | "attack" | undefined; readonly afterMs: number } {
  const cohort = new CohortLikelihood();
  const delay = (): number => 10_000 + draw() * 75_000;
  for (let n = 0; n < 400; n++) cohort.followedUpAfter(delay());
  cohort.clear(start);
  cohort.begin(start);
  const anchors: { at: number; givenAt: number }[] = [];
  for (let at = start; at < start + 300_000; at += 1_000) {
    if (at < start + 20_000) {
      cohort.add(at);
      if (draw() < share) anchors.push({ at: at + delay(), givenAt: at });
    }
    for (const anchor of anchors) if (anchor.at > at - 1_000 && anchor.at <= at) cohort.followedUp(anchor.givenAt);
    const log = cohort.at(at, policy.confirmAt);
    if (log <= policy.releaseAt) return { said: "crowd", afterMs: at - start };
    if (log >= policy.confirmAt) return { said: "attack", afterMs: at - start };
  }
  return { said: undefined, afterMs: 300_000 };
}

describe("CohortLikelihood", () => {
  test("lets a crowd go within 75 seconds at the median, well before its members are three minutes old", () => {
    const draw = uniform(7);
    const runs = Array.from({ length: 200 }, () => surge(0.9, draw));
    expect(runs.filter(({ said }) => said === "crowd").length).toBeGreaterThanOrEqual(196);
    expect(runs.map(({ afterMs }) => afterMs).sort((a, b) => a - b)[100]).toBeLessThan(75_000);
  });

  test("lets hardly any attack go of which one in five follows up, at Wald's bound of e^-6 for each", () => {
    const draw = uniform(11);
    const runs = Array.from({ length: 400 }, () => surge(0.2, draw));
    // Expected at most one in 400.
    expect(runs.filter(({ said }) => said === "crowd").length).toBeLessThanOrEqual(5);
    expect(runs.map(({ said }) => said).filter((said) => said === "attack").length).toBeGreaterThan(120);
  });

  test("says attack of twenty who never follow up before they are three minutes old", () => {
    const { said, afterMs } = surge(0, uniform(3));
    expect(said).toBe("attack");
    expect(afterMs).toBeLessThan(policy.cohortJudgedAfterMs);
  });

  test("counts absence from three minutes on only, while no delays are known", () => {
    const cohort = new CohortLikelihood();
    for (let n = 0; n < 20; n++) cohort.add(start);
    expect(cohort.at(start + policy.cohortJudgedAfterMs - 1, policy.confirmAt)).toBe(0);
    expect(cohort.at(start + policy.cohortJudgedAfterMs, policy.confirmAt)).toBe(policy.confirmAt);
  });

  test("judges also those of the last minutes before the alarm, whether they followed up by then or not", () => {
    const cohort = new CohortLikelihood();
    for (let n = 0; n < 10; n++) cohort.add(start + n);
    for (let n = 0; n < 9; n++) cohort.followedUp(start + n);
    cohort.begin(start + 60_000);
    expect(cohort.at(start + policy.cohortJudgedAfterMs + 10, policy.confirmAt)).toBeLessThan(policy.releaseAt);
  });

  test("counts no more than its bound of members at once, and new ones when the old are decided", () => {
    const cohort = new CohortLikelihood();
    for (let n = 0; n < membersMax * 2; n++) cohort.add(start);
    for (let n = 0; n < membersMax * 2; n++) cohort.followedUp(start);
    const one = Math.log((1 - policy.cohortEnumeratorUnanchored) / (1 - policy.cohortHonestUnanchored));
    expect(cohort.at(start + 1, policy.confirmAt)).toBeCloseTo(membersMax * one);
    cohort.add(start + policy.cohortJudgedAfterMs);
    cohort.followedUp(start + policy.cohortJudgedAfterMs);
    expect(cohort.at(start + policy.cohortJudgedAfterMs, policy.confirmAt)).toBeCloseTo((membersMax + 1) * one);
  });
});
