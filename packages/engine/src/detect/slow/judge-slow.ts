import { hash53 } from "../observe/hash53.ts";
import type { Level, Signal } from "../signal.ts";
import { slowClock } from "./slow-clock.ts";
import type { SlowAlarm, SlowDay, SlowSource } from "./slow-facts.ts";
import { slowFollowUp } from "./slow-follow-up.ts";
import { slowSources } from "./slow-sources.ts";

/**
 * Judges months of stored days. Pure: the same facts give the same alarms. `partial`: the first day of the records and days not over yet must not be among `days`.
 */
export function judgeSlow(facts: SlowFacts): readonly SlowAlarm[] {
  const byEndpoint = new Map<string, SlowDay[]>();
  for (const day of facts.days) {
    const known = byEndpoint.get(day.endpointId);
    if (known === undefined) byEndpoint.set(day.endpointId, [day]);
    else known.push(day);
  }
  const alarms: SlowAlarm[] = [];
  const anchored = new Set<string>();
  for (const [endpointId, days] of byEndpoint) {
    // Where nobody ever followed up, that somebody does not says nothing.
    if (days.reduce((sum, day) => sum + day.followed + day.knownFollowed, 0) >= followedMin) anchored.add(endpointId);
    for (const alarm of [slowFollowUp(days), slowClock(days)]) if (alarm !== undefined) alarms.push(alarm);
  }
  alarms.push(
    ...slowSources(
      facts.sources.filter((source) => anchored.has(source.endpointId)),
      facts.sourcesTested,
    ),
  );
  return alarms;
}

export interface SlowFacts {
  readonly days: readonly SlowDay[];
  /** Those with the most evidence. */
  readonly sources: readonly SlowSource[];
  /** How many sources there were. */
  readonly sourcesTested: number;
}

/** As many follow-ups in the window as show that they can be seen there. */
const followedMin = 20;

/** The signal of an alarm: the same id whenever the same thing becomes sure on the same day, however often it is run. `at`: when it was looked. */
export function slowSignal(alarm: SlowAlarm, at: number, level: Level = alarm.level): Signal {
  const { detector, endpointId, key, sureOn, confidence, evidence } = alarm;
  return {
    id: `slow-${hash53(`${detector}\n${endpointId}\n${key}\n${sureOn}`).toString(36)}`,
    detector,
    level,
    confidence,
    at,
    endpointId,
    actor: key === "" ? undefined : { address: key, network: "", narrow: "" },
    evidence: { ...evidence, window: "months of stored days" },
  };
}
