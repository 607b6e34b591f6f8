import { hash53 } from "../observe/hash53.ts";
import type { Signal } from "../signal.ts";

/**
 * "The leaked list is being used": whether people who were given away to a stranger recover accounts, change numbers or add devices more often than people who were not.
 *
 * Day by day those with such an event are compared with those who merely signed in that day: were having been exposed of no matter, how many of the former are exposed would be hypergeometric, whatever
 * the share of exposed people is; it need not be known or estimated. The e-process is the likelihood of odds 3, 8 and 30 (their mean) over that of odds {@link oddsHonest}, by Fisher's noncentral
 * hypergeometric distribution; it bets on a beginning on each of the days alike (the mean over {@link daysMax} beginnings), so that honest months before it cost nothing. Its expectation is at most 1 on every day on which the true odds are at most that, so it ever reaches 100,000 with a chance of at most one in 100,000
 * (Ville's inequality), however often one looks.
 *
 * Misses: a list used on fewer than about fifteen people; one used beside so much honest recovery, on so large a share of all people, that the odds stay near 1.5; a thief who waits longer than disclosures are kept; recoveries of another service. Mistakes: exposed people who recover more often for
 * reasons of their own, beyond odds of 1.5: an attacker's list of people who left long ago, say. Walked around by using the list elsewhere.
 */
export function aftermath(days: readonly AftermathDay[]): AftermathVerdict {
  const logs = odds.map(() => Number.NEGATIVE_INFINITY);
  let most = 0;
  let now = 0;
  let events = 0;
  let exposed = 0;
  let expected = 0;
  let sure: { readonly day: number; readonly events: number; readonly exposed: number } | undefined;
  for (const day of days.toSorted((a, b) => a.day - b.day).slice(-daysMax)) {
    const both = day.exposedEvents + day.exposedOthers;
    const cases = day.events;
    const all = day.events + day.others;
    if (cases === 0 || both === 0 || day.others < othersMin) continue;
    events += cases;
    exposed += day.exposedEvents;
    expected += (cases * both) / all;
    const honest = logChance(day.exposedEvents, cases, both, all, oddsHonest);
    for (const [i, ratio] of odds.entries()) logs[i] = logSum([logs[i] ?? Number.NEGATIVE_INFINITY, startLog]) + logChance(day.exposedEvents, cases, both, all, ratio) - honest;
    now = logSum(logs) - Math.log(odds.length);
    most = Math.max(most, now);
    if (now >= alarmLog && sure === undefined) sure = { day: day.day, events, exposed };
  }
  return { logE: most, now, events, exposed, expected, sure };
}

/** People of one day, each once. */
export interface AftermathDay {
  /** Its first moment. */
  readonly day: number;
  /** With a recovery, a new device or a changed number; and of them those that a stranger had been told about on an earlier day. */
  readonly events: number;
  readonly exposedEvents: number;
  /** Who signed in that day and did nothing of the kind; and of them those exposed. */
  readonly others: number;
  readonly exposedOthers: number;
}

export interface AftermathVerdict {
  /** The highest the e-process stood at, natural logarithm. */
  readonly logE: number;
  /** And where it stands after the last day. */
  readonly now: number;
  readonly events: number;
  readonly exposed: number;
  /** Exposed ones that would be among so many events by chance. */
  readonly expected: number;
  /** When it became sure, and after how many events; undefined while it is not. */
  readonly sure: { readonly day: number; readonly events: number; readonly exposed: number } | undefined;
}

/** The signal of a verdict that is sure; the same id for the same day. */
export function aftermathSignal(verdict: AftermathVerdict, at: number): Signal | undefined {
  if (verdict.sure === undefined) return undefined;
  const { sure, events, exposed, expected, logE } = verdict;
  return {
    id: `slow-${hash53(`takeover.aftermath\n${sure.day}`).toString(36)}`,
    detector: "takeover.aftermath",
    level: "high",
    confidence: 0.99999,
    at,
    endpointId: undefined,
    actor: undefined,
    evidence: {
      logEvidence: Math.round(logE * 100) / 100,
      threshold: Math.round(alarmLog * 100) / 100,
      sureOn: new Date(sure.day).toISOString().slice(0, 10),
      sureAfterEvents: sure.events,
      events,
      exposedAmongThem: exposed,
      expectedByChance: Math.round(expected * 10) / 10,
      meaning: "people whom a stranger was told about recover accounts or add devices far more often than others who signed in on the same days: what was learned is being used",
    },
  };
}

/** Exposed people may differ from others a little without anybody using a list. */
export const oddsHonest = 1.5;
/** Beginnings bet on: as many days as disclosures are kept by default. */
export const daysMax = 400;
const startLog = -Math.log(daysMax);
/** From a list used beside much honest recovery to hardly anything else. */
const odds: readonly number[] = [3, 8, 30];
export const alarmLog = Math.log(100_000);
/** Fewer say nothing of who signs in. */
const othersMin = 5;

/** ln P(exactly `x` of the `cases` are exposed | `both` of `all` are, odds ratio). Support: at most `cases` + 1 terms. */
function logChance(x: number, cases: number, both: number, all: number, ratio: number): number {
  const low = Math.max(0, cases + both - all);
  const high = Math.min(cases, both);
  const term = (k: number): number => logBinomial(both, k) + logBinomial(all - both, cases - k) + k * Math.log(ratio);
  let top = Number.NEGATIVE_INFINITY;
  const terms: number[] = [];
  for (let k = low; k <= high; k++) {
    const value = term(k);
    terms.push(value);
    if (value > top) top = value;
  }
  return term(Math.min(high, Math.max(low, x))) - top - Math.log(terms.reduce((sum, one) => sum + Math.exp(one - top), 0));
}

function logSum(logs: readonly number[]): number {
  const top = Math.max(...logs);
  return top === Number.NEGATIVE_INFINITY ? top : top + Math.log(logs.reduce((sum, one) => sum + Math.exp(one - top), 0));
}

function logBinomial(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

/** Exact below 32, then Stirling's series (error below 1e-12). */
function logFactorial(n: number): number {
  if (n < small.length) return small[n] ?? 0;
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1_260 * n ** 5);
}

const small: readonly number[] = Array.from({ length: 32 }, (_, n) => {
  let sum = 0;
  for (let k = 2; k <= n; k++) sum += Math.log(k);
  return sum;
});
