import { slowPolicy } from "@postern/engine";
import pc from "picocolors";
import { meaningText } from "../report/evidence-text.ts";
import { type Column, count, plain, several, table, wrap } from "../report/text-layout.ts";
import type { SlowAlarmView, SlowDocument, SlowEndpointView } from "./slow-document.ts";

/** What the slow detectors found, for a person: alarms with their evidence, then what they looked at. */
export function renderSlow(document: SlowDocument, options: { readonly color: boolean; readonly width: number; readonly textWidth: number }): string {
  const paint = pc.createColors(options.color);
  const lines: string[] = [];
  const say = (text: string): void => void lines.push(...wrap(plain(text), options.textWidth));
  if (document.alarms.length > 0) {
    lines.push(
      ...table(
        alarmColumns,
        document.alarms.map((one) => [one.level, one.detector, one.since, one.sureOn, one.source, one.endpoint].map(plain)),
        options.width,
        (text) => paint.bold(text),
      ),
      "",
    );
    for (const alarm of document.alarms) say(`${alarm.detector}${alarm.source === "" ? "" : ` ${alarm.source}`}: ${meaningOf(alarm)}`);
    lines.push("");
  }
  if (document.endpoints.length > 0) {
    lines.push(
      ...table(endpointColumns, document.endpoints.slice(0, endpointsShown).map(cellsOf), options.width, (text) => paint.bold(text)),
      ...(document.endpoints.length > endpointsShown ? [paint.dim(`and ${several(document.endpoints.length - endpointsShown, "endpoint")} more, in --json`)] : []),
      "",
    );
  }
  if (document.aftermath !== null) {
    const { people, exposed, expectedByChance } = document.aftermath;
    say(
      `Accounts were recovered, or codes sent, ${several(people, "time")} (each person once a day); ${count(exposed)} were of people a stranger had been told about before, by chance it would be ${expectedByChance}.`,
    );
  }
  if (document.followUpsSince === null) say("No follow-up was ever recorded here, so nothing can be said of those who did not follow up.");
  else if (document.from >= document.to) say("There is no whole day to look at yet: the day on which the records begin does not count.");
  else if (document.alarms.length === 0) say(`Nothing slow was found in ${several(document.sources, "source")}, ${document.from} to ${document.to}.`);
  else
    say(
      `${several(document.alarms.length, "alarm")} in ${several(document.sources, "source")}, ${document.from} to ${document.to}. Nobody was told by this command; a running Postern tells each night.`,
    );
  if (document.alarms.length === 0 && document.endpoints.every((one) => one.days < daysToCompare))
    say(`What changes from day to day shows only after ${daysToCompare} days: three weeks say what is usual.`);
  if (document.partialDay !== null) say(partialText(document.partialDay));
  if (document.partsNotAnswered > 0) say(`${document.partsNotAnswered} of 16 parts of the sources were not answered by the store in time: the counts are too low.`);
  if (document.lastNight !== null)
    say(
      `Last night's look: ${document.lastNight.status}, up to ${document.lastNight.to ?? "-"}, ${several(document.lastNight.alarms, "alarm")}, ${count(document.lastNight.tookMs)} ms.`,
    );
  return `${lines.join("\n")}\n`;
}

const dayMs = 86_400_000;
const endpointsShown = 20;
const daysToCompare = slowPolicy.baselineDays + 3;

const alarmColumns: readonly Column[] = [
  { head: "level" },
  { head: "detector" },
  { head: "since" },
  { head: "sure on" },
  { head: "source" },
  { head: "endpoint", flexible: "below" },
];

const endpointColumns: readonly Column[] = [
  { head: "days", right: true },
  { head: "newcomers", right: true },
  { head: "questions followed up", right: true },
  { head: "not", right: true },
  { head: "not a day", right: true },
  { head: "endpoint", flexible: "below" },
];

function partialText({ day, until, counted }: NonNullable<SlowDocument["partialDay"]>): string {
  const stops = `the traffic stops at ${until.slice(11, 16)} UTC`;
  const after = new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10);
  return counted
    ? `${day} is counted but not whole: ${stops}, and what was asked last may yet be followed up.`
    : `${day} is not counted: ${stops}. \`--to ${after}\` counts it nevertheless.`;
}

function cellsOf(one: SlowEndpointView): string[] {
  return [count(one.days), count(one.newcomers), count(one.followed), count(one.unfollowed), String(one.unfollowedADay), plain(one.endpoint)];
}

function meaningOf({ evidence }: SlowAlarmView): string {
  const { since: _since, sureOn: _sureOn, key: _key, ...rest } = evidence;
  return meaningText(rest);
}
