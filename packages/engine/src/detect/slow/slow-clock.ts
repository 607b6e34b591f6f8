import { fitConstant } from "../observe/constant-part.ts";
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
  const { constant, error } = fitConstant(followed, silent, policy.dispersionMin);
  const share = (24 * constant) / silentTotal;
  const statistic = constant / error;
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

function total(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
