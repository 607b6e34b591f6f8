import type { FloorMeasure } from "@postern/engine";
import type { FloorView } from "../../api/views.ts";

/** A detection floor as it is kept: when it was measured, event time. */
export interface KeptFloor {
  readonly at: number;
  readonly measure: FloorMeasure;
}

/** A floor as the API, the console and commands show it. */
export function floorView({ at, measure }: KeptFloor): FloorView {
  const measured = measure.verdict === "measured" ? measure : undefined;
  const unnoticedADay = measured === undefined ? null : measured.questionsADay - 1;
  const yearsFor33Million = unnoticedADay === null ? null : Math.round(33_000_000 / unnoticedADay / 365);
  const { days, newcomersADay, unanchoredShare } = measure.basis;
  const view = {
    verdict: measure.verdict,
    measuredAt: new Date(at).toISOString(),
    questionsADay: measured?.questionsADay ?? null,
    unnoticedADay,
    yearsFor33Million,
    injections: measured === undefined ? null : { found: measured.found, of: measured.injections, withinDays: measured.withinDays },
    daysToDetection: measured?.daysToDetection ?? null,
    learnedBefore: measured?.learnedBefore ?? null,
    ceilingADay: measure.ceilingADay,
    because: measure.verdict === "unproven" ? measure.because : null,
    basis: { days, newcomersADay: Math.round(newcomersADay * 10) / 10, unanchoredShare: Math.round(unanchoredShare * 1_000) / 1_000 },
  };
  return { ...view, text: floorText(view) };
}

function floorText(view: Omit<FloorView, "text">): string {
  const { questionsADay, unnoticedADay, yearsFor33Million, injections, learnedBefore, daysToDetection, ceilingADay, basis } = view;
  const ceiling = ceilingADay === null ? "" : ` Noticed or not, newcomers learn at most ${n(ceilingADay)} people a day.`;
  if (questionsADay === null || injections === null || learnedBefore === null || daysToDetection === null) return `Unproven: ${view.because ?? ""}.${ceiling}`;
  return (
    `An attacker who never uses an address twice stays unnoticed below ${n(questionsADay)} questions a day: at most ${n(unnoticedADay ?? 0)} people a day, ` +
    `33 million would take ${n(yearsFor33Million ?? 0)} years. At ${n(questionsADay)} a day ${injections.found} of ${injections.of} synthetic attacks were told within ${injections.withinDays} days, ` +
    `the middle one after ${daysToDetection.median} days with ${n(learnedBefore.median)} people learned (95 %: ${n(learnedBefore.p95)}).${ceiling} ` +
    `Measured from ${basis.days} whole days of ${n(basis.newcomersADay)} newcomers a day, ${Math.round(basis.unanchoredShare * 100)} % of whom did not follow up.`
  );
}

function n(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}
