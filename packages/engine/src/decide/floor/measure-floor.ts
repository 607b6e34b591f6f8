import type { Mode } from "../../exchange/exchange.ts";
import type { Budget } from "../gate-policy.ts";
import type { NewcomerHour } from "../newcomer-hours.ts";
import { type InjectionOutcome, type NewcomerDay, playInjection } from "./play-injection.ts";
import { seeded } from "./seeded.ts";

/**
 * The detection floor of one endpoint, measured: synthetic attacks of several rates, each question from a new address, are put among the endpoint's own recent newcomers and played through the
 * real gate engine. The floor is the smallest rate that is told to people (a signal of level high) within {@link withinDays} days in at least 19 of 20 injections; rates below may stay
 * unnoticed. Honest days that raise an alarm by themselves are not used. Deterministic in its input. Yields after each injection, so that who runs it may stop to breathe.
 *
 * What it cannot see: an attack that was there in the days it learns from; attackers who follow up, who come back from the same address, or hide behind gateways of known people (those are
 * found sooner or are other detectors' part); detectors that look at whom they ask about; outages. The days to come are taken to be like those seen.
 */
export function* measureFloor(input: FloorInput): Generator<FloorProgress, FloorMeasure> {
  const days = wholeDays(input.hours, input.wholeDays).slice(-basisDays);
  const totals = totalOf(days);
  const newcomersADay = days.length === 0 ? 0 : totals.came / days.length;
  const basis: FloorBasis = { days: days.length, newcomersADay, unanchoredShare: totals.judged === 0 ? 0 : totals.unanchored / totals.judged };
  const unproven = (because: string, ceiling: number | null = null): FloorMeasure => ({ verdict: "unproven", because, basis, ceilingADay: ceiling, seed: input.seed });
  if (days.length < basisDaysMin) return unproven(`${basisDaysMin} whole days of newcomers are needed, ${days.length} are known`);
  if (newcomersADay > newcomersADayMax) return unproven(`more than ${newcomersADayMax} newcomers a day: playing them again would take too long`);

  let runs = 0;
  const inject = function* (background: number, perDay: number, injection: number): Generator<FloorProgress, InjectionOutcome> {
    const random = seeded(`${input.seed}/${background}`);
    const attackRandom = seeded(`${input.seed}/${background}/${perDay}`);
    const outcome = playInjection({ days, forDays: withinDays, perDay, budget: input.budget, mode: input.mode, random, attackRandom });
    runs += 1;
    yield { perDay, injection, of: injections, runs };
    return outcome;
  };
  if (totals.judged - totals.unanchored < followUpsMin) {
    const { ceiling } = yield* inject(0, 0, 1);
    return unproven("hardly anybody follows up here in a way that can be seen: only the ceiling bounds an attack from many addresses", ceiling);
  }
  // Only among honest days that raise nothing by themselves is what is raised a detection.
  const quiet: number[] = [];
  let ceiling = 0;
  let drawn = 0;
  while (quiet.length < injections && drawn - quiet.length <= noisyMax) {
    const outcome = yield* inject(drawn, 0, quiet.length + 1);
    ceiling = Math.max(ceiling, outcome.ceiling);
    if (!outcome.found) quiet.push(drawn);
    drawn += 1;
  }
  const falseAlarms = { found: drawn - quiet.length, of: drawn };
  const foundIn = function* (perDay: number): Generator<FloorProgress, InjectionOutcome[] | undefined> {
    const outcomes: InjectionOutcome[] = [];
    let misses = 0;
    for (const background of quiet) {
      const outcome = yield* inject(background, perDay, outcomes.length + 1);
      outcomes.push(outcome);
      if (!outcome.found) misses += 1;
      if (misses > injections - foundMin) return undefined;
    }
    return outcomes;
  };

  if (quiet.length < injections) return unproven(`its own days raise an alarm in ${falseAlarms.found} of ${drawn} runs without any attack`, ceiling);

  let least = 0;
  let rate = Math.max(rateMin, Math.round(newcomersADay / 4));
  let at: { readonly rate: number; readonly outcomes: readonly InjectionOutcome[] } | undefined;
  while (at === undefined) {
    const outcomes = yield* foundIn(rate);
    if (outcomes !== undefined) at = { rate, outcomes };
    else {
      least = rate;
      if (rate >= rateMax) return unproven(`not found within ${withinDays} days at any rate up to ${rateMax} a day`, ceiling);
      rate = Math.min(rateMax, rate * 2);
    }
  }
  while (at.rate > rateMin && (least === 0 || at.rate / least > precision)) {
    const next: number = least === 0 ? Math.max(rateMin, Math.round(at.rate / 2)) : Math.round(Math.sqrt(at.rate * least));
    if (next >= at.rate || next <= least) break;
    const outcomes = yield* foundIn(next);
    if (outcomes === undefined) least = next;
    else at = { rate: next, outcomes };
  }
  const found = at.outcomes.filter((one) => one.found);
  return {
    verdict: "measured",
    questionsADay: at.rate,
    found: found.length,
    injections: at.outcomes.length,
    withinDays,
    daysToDetection: middleAndHigh(found.map((one) => one.afterDays)),
    learnedBefore: middleAndHigh(at.outcomes.map((one) => one.learned)),
    falseAlarms,
    basis,
    ceilingADay: ceiling,
    seed: input.seed,
  };
}

export interface FloorInput {
  readonly hours: readonly NewcomerHour[];
  /** Days since the epoch of which all hours were watched; an hour that is missing in `hours` had no newcomer then. */
  readonly wholeDays: readonly number[];
  readonly budget: Budget;
  readonly mode: Mode;
  readonly seed: string;
}

export interface FloorProgress {
  readonly perDay: number;
  readonly injection: number;
  readonly of: number;
  /** Injections so far, of all rates. */
  readonly runs: number;
}

export type FloorMeasure =
  | {
      readonly verdict: "measured";
      /** The smallest rate that was found; one that asks less may stay unnoticed. Found to about a tenth. */
      readonly questionsADay: number;
      readonly found: number;
      readonly injections: number;
      readonly withinDays: number;
      /** At that rate: median and 95th percentile. */
      readonly daysToDetection: MiddleAndHigh;
      /** Truthful answers the attack got before: as many people at the most. */
      readonly learnedBefore: MiddleAndHigh;
      /** Runs without an attack that raised an alarm; such days are left out. */
      readonly falseAlarms: { readonly found: number; readonly of: number };
      readonly basis: FloorBasis;
      /** Truthful answers a day to never-anchored sources whoever notices (F3). */
      readonly ceilingADay: number;
      readonly seed: string;
    }
  | { readonly verdict: "unproven"; readonly because: string; readonly basis: FloorBasis; readonly ceilingADay: number | null; readonly seed: string };

export interface FloorBasis {
  /** Whole days that were played again. */
  readonly days: number;
  readonly newcomersADay: number;
  /** Of their answers, those that were not followed up. */
  readonly unanchoredShare: number;
}

export interface MiddleAndHigh {
  readonly median: number;
  readonly p95: number;
}

/** Two weeks: what an operator may be asked to wait. */
export const withinDays = 14;
/** So many injections a rate, and so many of them found: 95 %. */
const injections = 20;
const foundMin = 19;
/** A quarter of a fortnight's draws may raise an alarm of their own. */
const noisyMax = 7;
/** Whole days that are played again at most, and fewer than which say nothing: D4 itself learns for a week. */
const basisDays = 28;
export const basisDaysMin = 8;
/** About a minute of one core for a thousand; beyond this a night would not do. */
export const newcomersADayMax = 20_000;
const followUpsMin = 20;
const rateMin = 2;
const rateMax = 100_000;
const precision = 1.12;

function wholeDays(hours: readonly NewcomerHour[], days: readonly number[]): NewcomerDay[] {
  const byHour = new Map(hours.map(([hour, came, judged, unanchored]) => [hour, [came, judged, Math.min(judged, unanchored)] as const]));
  return days.toSorted((a, b) => a - b).map((day) => Array.from({ length: 24 }, (_, hour) => byHour.get(day * 24 + hour) ?? ([0, 0, 0] as const)));
}

function totalOf(days: readonly NewcomerDay[]): { readonly came: number; readonly judged: number; readonly unanchored: number } {
  const total = { came: 0, judged: 0, unanchored: 0 };
  for (const day of days) {
    for (const [came, judged, unanchored] of day) {
      total.came += Math.max(came, judged);
      total.judged += judged;
      total.unanchored += unanchored;
    }
  }
  return total;
}

function middleAndHigh(values: readonly number[]): MiddleAndHigh {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0) * 10) / 10;
  return { median: at(0.5), p95: at(0.95) };
}
