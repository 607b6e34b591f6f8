import { dateOf } from "./slow-follow-up.ts";
import { dayMs, type SlowAlarm, type SlowDay } from "./slow-facts.ts";
import { slowPolicy as policy } from "./slow-policy.ts";

/**
 * What comes at all hours: honest newcomers sleep, whether or not they follow up. Over the whole window the newcomers without any follow-up, by hour of the day, are taken for a share of
 * those with one (the same day and night) and a constant (a program's). The constant is told when it is most of them. Needs no days without the attack: it finds what was there
 * from the first day, which no baseline can.
 *
 * Misses: a program that keeps people's hours; services used evenly around the clock; anything that is less than half of what stays without follow-up.
 * Mistakes: newcomers whose follow-up is not seen and who come at all hours: a monitor from ever new addresses, a second country of use without follow-ups. Hence `medium`, and
 * `high` only when it is five sixths.
 */
export function slowClock(endpointDays: readonly SlowDay[]): SlowAlarm | undefined {
  const days = endpointDays.filter((day) => day.newcomers > 0).toSorted((a, b) => a.day - b.day);
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || last === undefined || days.length < policy.clockDaysMin) return undefined;
  const followed: number[] = [];
  const silent: number[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const all = days.reduce((sum, day) => sum + (day.byHour[hour] ?? 0), 0);
    const quiet = days.reduce((sum, day) => sum + (day.silentByHour[hour] ?? 0), 0);
    silent.push(quiet);
    followed.push(Math.max(0, all - quiet));
  }
  const silentTotal = total(silent);
  const followedTotal = total(followed);
  if (silentTotal + followedTotal < policy.clockNewcomersMin || followedTotal < policy.baselineFollowedMin) return undefined;
  const ordered = followed.toSorted((a, b) => a - b);
  if (total(ordered.slice(16)) < policy.clockContrastMin * Math.max(1, total(ordered.slice(0, 8)))) return undefined;
  const { constant, deviation } = fit(followed, silent);
  const share = (24 * constant) / silentTotal;
  const statistic = constant / deviation;
  if (share < policy.clockShareMin || statistic < policy.clockAlarmAt) return undefined;
  return {
    detector: "enumeration.clock",
    endpointId: first.endpointId,
    key: "",
    level: share >= 5 / 6 ? "high" : "medium",
    confidence: 0.99,
    sureOn: last.day,
    since: first.day,
    evidence: {
      statistic: round(statistic),
      threshold: policy.clockAlarmAt,
      since: dateOf(first.day),
      days: Math.round((last.day - first.day) / dayMs) + 1,
      perDay: Math.round((24 * constant) / days.length),
      shareOfUnfollowed: round(share),
      meaning: "of first-time askers who never do what honest users do next, most come evenly by day and night, as a program does and people do not",
    },
  };
}

/**
 * silent[h] = ratio · followed[h] + constant, by weighted least squares (weights: one over what is expected, three rounds); the deviation of the constant is scaled by the residuals' spread, at least the
 * policy's.
 */
function fit(followed: readonly number[], silent: readonly number[]): { readonly constant: number; readonly deviation: number } {
  let ratio = 0;
  let constant = total(silent) / 24;
  let deviation = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    let w = 0;
    let wx = 0;
    let wy = 0;
    let wxx = 0;
    let wxy = 0;
    for (let hour = 0; hour < 24; hour++) {
      const x = followed[hour] ?? 0;
      const y = silent[hour] ?? 0;
      const weight = 1 / Math.max(1, ratio * x + constant);
      w += weight;
      wx += weight * x;
      wy += weight * y;
      wxx += weight * x * x;
      wxy += weight * x * y;
    }
    const determinant = w * wxx - wx * wx;
    if (determinant <= 0) return { constant: 0, deviation: 1 };
    ratio = Math.max(0, (w * wxy - wx * wy) / determinant);
    constant = Math.max(0, (wy - ratio * wx) / w);
    let spread = 0;
    for (let hour = 0; hour < 24; hour++) {
      const expected = Math.max(1, ratio * (followed[hour] ?? 0) + constant);
      spread += ((silent[hour] ?? 0) - expected) ** 2 / expected;
    }
    deviation = Math.sqrt((Math.max(policy.dispersionMin, spread / 22) * wxx) / determinant);
  }
  return { constant, deviation };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
