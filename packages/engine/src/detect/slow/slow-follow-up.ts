import { dayMs, type SlowAlarm, type SlowDay } from "./slow-facts.ts";
import { slowPolicy as policy } from "./slow-policy.ts";

/**
 * D4 over months: newcomers' questions without follow-up, day by day, against those with one. In the first three weeks of the window it is learned how many of the one kind come with how many
 * of the other; from then on every day's surplus, in deviations, goes into a CUSUM. Growth, weekdays and crowds raise both kinds and are no alarm. Days on which those who are known fail to
 * follow up are outages and are left out, as are days that nothing was recorded on.
 *
 * Sees more than the streaming test: a baseline that no restart forgets and no slow growth moves. Misses: what was there from the window's first day ({@link slowClock} looks for it), a
 * surplus below three quarters of a deviation for ever, askers who follow up. Mistakes: a release after which new users stop following up in a way that can be seen.
 */
export function slowFollowUp(endpointDays: readonly SlowDay[]): SlowAlarm | undefined {
  const days = endpointDays.filter((day) => day.followed + day.unfollowed > 0).toSorted((a, b) => a.day - b.day);
  const { outages, usable } = withoutOutages(days);
  const first = usable[0];
  if (first === undefined) return undefined;
  const learning = usable.filter((day) => day.day < first.day + policy.baselineDays * dayMs);
  const usual = learn(learning);
  if (usual === undefined) return undefined;
  let sum = 0;
  let since = 0;
  let unfollowed = 0;
  let alarm: SlowAlarm | undefined;
  for (const day of usable.slice(learning.length)) {
    if (sum === 0) {
      since = day.day;
      unfollowed = 0;
    }
    const expected = usual.ratio * (day.followed + 1);
    // A service's moods grow with it: what is beyond chance goes with the square.
    const deviation = Math.sqrt(usual.dispersion * Math.max(expected, 1) * Math.max(1, expected / usual.expected));
    sum = Math.max(0, sum + Math.min(policy.dayMost, (day.unfollowed - expected) / deviation) - policy.slack);
    unfollowed += day.unfollowed;
    if (sum < policy.alarmAt || alarm !== undefined) continue;
    alarm = {
      detector: "enumeration.follow-up",
      endpointId: first.endpointId,
      key: "",
      level: "high",
      confidence: 0.9999,
      sureOn: day.day,
      since,
      evidence: {
        statistic: round(sum),
        threshold: policy.alarmAt,
        since: dateOf(since),
        sureOn: dateOf(day.day),
        unfollowedSince: unfollowed,
        usualPerHundredFollowed: round(usual.ratio * 100),
        dispersion: round(usual.dispersion),
        outageDays: outages,
        meaning: "for days more first-time askers than in the first weeks never do what honest users do next, beyond what more visitors explain",
      },
    };
  }
  return alarm;
}

/** Unfollowed for each followed at the most, what that makes of a usual day, and the spread of days around it (Pearson's, over Poisson's). Two of the days, those furthest off, are left out: one bad day must not blind it. */
function learn(days: readonly SlowDay[]): { readonly ratio: number; readonly dispersion: number; readonly expected: number } | undefined {
  const followed = sumOf(days, (day) => day.followed);
  const unfollowed = sumOf(days, (day) => day.unfollowed);
  if (followed < policy.baselineFollowedMin || days.length < policy.baselineDays / 2) return undefined;
  if (unfollowed / (followed + unfollowed) > policy.honestShareMax) return undefined;
  const rough = unfollowed / (followed + days.length);
  const kept = days.toSorted((a, b) => off(a, rough) - off(b, rough)).slice(0, days.length - 2);
  const ratio = Math.max(0.02, sumOf(kept, (day) => day.unfollowed) / (sumOf(kept, (day) => day.followed) + kept.length));
  const dispersion = (trimmedBy * sumOf(kept, (day) => off(day, ratio))) / Math.max(1, kept.length - 1);
  const spread = Math.max(policy.dispersionMin, dispersion);
  const expected = Math.max(
    1,
    sumOf(kept, (day) => ratio * (day.followed + 1)),
  );
  // What was learned is itself a guess: a little too low, and every later day would look a little too high.
  return { ratio: ratio * (1 + policy.ratioErrors * Math.sqrt(spread / expected)), dispersion: spread, expected: expected / kept.length };
}

/**
 * The variance of 21 normal deviates is a third larger than that of the 19 nearest to their mean; and 18 degrees of freedom show less than two thirds of a variance one time in six. Fitted on
 * `train-` seeds: 5 false alarms in 1,200 quarters without the second reason.
 */
const trimmedBy = 2;

function off(day: SlowDay, ratio: number): number {
  const expected = Math.max(0.5, ratio * (day.followed + 1));
  return (day.unfollowed - expected) ** 2 / expected;
}

function withoutOutages(days: readonly SlowDay[]): { readonly usable: readonly SlowDay[]; readonly outages: number } {
  const shares = days.filter((day) => day.knownFollowed + day.knownUnfollowed >= knownMin);
  if (shares.length < 3) return { usable: days, outages: 0 };
  const middle = shares.map(knownShare).toSorted((a, b) => a - b)[Math.floor(shares.length / 2)] ?? 0;
  const usual = Math.min(0.9, Math.max(0.02, middle));
  const usable = days.filter((day) => {
    const known = day.knownFollowed + day.knownUnfollowed;
    return known < knownMin || (knownShare(day) - usual) / Math.sqrt((policy.dispersionMin * usual * (1 - usual)) / known) < policy.outageAt;
  });
  return { usable, outages: days.length - usable.length };
}

/** Fewer than this say nothing of an outage. */
const knownMin = 10;

function knownShare(day: SlowDay): number {
  return day.knownUnfollowed / (day.knownFollowed + day.knownUnfollowed);
}

function sumOf(days: readonly SlowDay[], of: (day: SlowDay) => number): number {
  return days.reduce((sum, day) => sum + of(day), 0);
}

/** `2026-01-31` */
export function dateOf(day: number): string {
  return new Date(day).toISOString().slice(0, 10);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
