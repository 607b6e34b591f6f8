import { aftermathSignal, type AftermathVerdict, type SlowAlarm, type SlowDay, slowSignal } from "@postern/engine";
import type { SlowRun } from "../../hub/slow-watch.ts";
import type { SlowAnswer } from "../../store/ask-slow.ts";
import type { PartialDay } from "./whole-days.ts";

/** What `postern detect --json` prints. Times are ISO 8601, days UTC; `to` is the first day that no longer counts. */
export interface SlowDocument {
  readonly from: string;
  readonly to: string;
  /** From the day after the first follow-up was recorded on; null when none was. */
  readonly followUpsSince: string | null;
  /** The newest day, when the traffic stops before its end: `until` when, and whether it is among the days nevertheless; null when it is whole. */
  readonly partialDay: { readonly day: string; readonly until: string; readonly counted: boolean } | null;
  readonly sources: number;
  /** Sixteenths of all sources that the store did not answer about. */
  readonly partsNotAnswered: number;
  readonly alarms: readonly SlowAlarmView[];
  readonly endpoints: readonly SlowEndpointView[];
  /** Of people who recovered an account or had a code sent: how many a stranger had been told about before, and how many would be by chance. Null where nobody did, or one endpoint alone was asked for. */
  readonly aftermath: { readonly people: number; readonly exposed: number; readonly expectedByChance: number; readonly sureOn: string | null } | null;
  /** The last nightly look of a hub on this data; null when there was none. */
  readonly lastNight: { readonly status: SlowRun["status"]; readonly to: string | null; readonly tookMs: number; readonly alarms: number } | null;
}

export interface SlowAlarmView {
  readonly id: string;
  readonly detector: string;
  readonly level: string;
  readonly endpoint: string;
  readonly endpointId: string;
  /** The source, or "" for the endpoint as a whole. */
  readonly source: string;
  readonly since: string;
  readonly sureOn: string;
  readonly evidence: SlowAlarm["evidence"];
}

export interface SlowEndpointView {
  readonly endpoint: string;
  readonly endpointId: string;
  readonly days: number;
  readonly newcomers: number;
  readonly followed: number;
  readonly unfollowed: number;
  readonly unfollowedADay: number;
}

export function slowDocument(answer: SlowAnswer, alarms: readonly SlowAlarm[], { nameOf, aftermath, last, partial }: SlowContext): SlowDocument {
  const byEndpoint = new Map<string, SlowDay[]>();
  for (const day of answer.days) byEndpoint.set(day.endpointId, [...(byEndpoint.get(day.endpointId) ?? []), day]);
  return {
    from: dateOf(answer.from),
    to: dateOf(answer.to),
    followUpsSince: answer.recordedFrom === 0 ? null : dateOf(answer.recordedFrom),
    partialDay: partial === undefined ? null : { day: dateOf(partial.day), until: new Date(partial.until).toISOString(), counted: partial.counted },
    sources: answer.sourcesTested,
    partsNotAnswered: answer.refused,
    alarms: [
      ...alarms.map((alarm): SlowAlarmView => ({
        id: slowSignal(alarm, answer.to).id,
        detector: alarm.detector,
        level: alarm.level,
        endpoint: nameOf(alarm.endpointId),
        endpointId: alarm.endpointId,
        source: alarm.key,
        since: dateOf(alarm.since),
        sureOn: dateOf(alarm.sureOn),
        evidence: alarm.evidence,
      })),
      ...aftermathAlarm(aftermath, answer.to),
    ],
    endpoints: [...byEndpoint]
      .map(([endpointId, days]) => {
        const unfollowed = days.reduce((sum, day) => sum + day.unfollowed, 0);
        return {
          endpoint: nameOf(endpointId),
          endpointId,
          days: days.length,
          newcomers: days.reduce((sum, day) => sum + day.newcomers, 0),
          followed: days.reduce((sum, day) => sum + day.followed, 0),
          unfollowed,
          unfollowedADay: Math.round((10 * unfollowed) / days.length) / 10,
        };
      })
      .toSorted((a, b) => b.unfollowed - a.unfollowed),
    aftermath:
      aftermath.events === 0
        ? null
        : {
            people: aftermath.events,
            exposed: aftermath.exposed,
            expectedByChance: Math.round(10 * aftermath.expected) / 10,
            sureOn: aftermath.sure === undefined ? null : dateOf(aftermath.sure.day),
          },
    lastNight: last === undefined || last.day === 0 ? null : { status: last.status, to: dateOf(last.day), tookMs: last.tookMs, alarms: last.alarms },
  };
}

/** That a leaked list is being used is of people, not of an endpoint. */
function aftermathAlarm(verdict: AftermathVerdict, to: number): readonly SlowAlarmView[] {
  const signal = aftermathSignal(verdict, to);
  if (signal === undefined || verdict.sure === undefined) return [];
  const { id, detector, level, evidence } = signal;
  const sureOn = dateOf(verdict.sure.day);
  return [{ id, detector, level, endpoint: "", endpointId: "", source: "", since: sureOn, sureOn, evidence }];
}

export interface SlowContext {
  /** An endpoint as people know it. */
  readonly nameOf: (id: string) => string;
  readonly aftermath: AftermathVerdict;
  readonly last?: SlowRun | undefined;
  readonly partial?: PartialDay | undefined;
}

function dateOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
