import type { Level, Signal } from "./signal.ts";

/**
 * Signals that belong together, told once: it opens, it grows, its level only rises, it closes. Times are event time in
 * milliseconds. Holds addresses in clear (searching and blocking need them), subjects never.
 */
export interface Incident {
  readonly id: string;
  /** `enumeration`, or `trigger.<id>`. */
  readonly kind: string;
  /** What signals were grouped by: kind and endpoint, or trigger and key. */
  readonly group: string;
  readonly title: string;
  readonly level: Level;
  readonly status: "open" | "acknowledged" | "closed";
  readonly openedAt: number;
  readonly lastAt: number;
  /** At most {@link endpointsMax}, first seen first. */
  readonly endpointIds: readonly string[];
  /** At most {@link sourcesMax}, first seen first; later ones only in {@link sourceCount}. */
  readonly sources: readonly IncidentSource[];
  /** Distinct addresses: exact to 64, then ± 3.3 %. */
  readonly sourceCount: number;
  readonly disclosed: DisclosedCounts;
  /** The last {@link signalsMax}, oldest first. */
  readonly signals: readonly Signal[];
  readonly signalCount: number;
  /** What to do now, most urgent first. */
  readonly next: readonly string[];
  readonly closedAt?: number;
  /** A person's name, or `quiet` or `bound`. */
  readonly closedBy?: string;
}

export interface IncidentSource {
  readonly address: string;
  /** For `enumeration`: subjects asked about, as reported since it opened; else its signals. */
  readonly asked: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

export interface DisclosedCounts {
  readonly confirmed: number;
  readonly denied: number;
  readonly uniform: number;
}

/** What somebody should be told. `id` is the same each time it is derived, so that a receiver can drop a repeat. */
export interface IncidentAlert {
  readonly id: string;
  readonly change: "opened" | "raised" | "summary";
  readonly at: number;
  readonly incident: Incident;
}

/** A source list longer than this is not read; the count goes on. */
export const sourcesMax = 1_000;
/** Evidence on one screen; all signals are in the store. */
export const signalsMax = 50;
export const endpointsMax = 100;

const levels: readonly Level[] = ["info", "low", "medium", "high", "critical"];

/** Negative when `a` is less than `b`. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/** A title a person understands, without names of people. */
export function incidentTitle(kind: string, first: Signal): string {
  const title = first.evidence["title"];
  if (kind.startsWith("trigger.") && typeof title === "string") return title;
  if (kind === "enumeration") return "Somebody is learning who has an account, one question at a time";
  return `Unusual behaviour: ${kind}`;
}

/** What to do now, most urgent first. */
export function nextSteps(kind: string, disclosed: DisclosedCounts, closed: boolean): readonly string[] {
  if (closed) return disclosed.confirmed > 0 ? ["Say who was exposed: postern report breach --endpoint … --from … --to …"] : [];
  if (kind !== "enumeration") return ["Look at the sources and the evidence below", "Acknowledge, or close with a reason"];
  return [
    // Answers withheld say that it is being stopped already.
    ...(disclosed.confirmed + disclosed.denied > 0 && disclosed.uniform === 0
      ? ["Stop it now: run the gate with --mode enforce; answers beyond the budget then tell nothing"]
      : []),
    "Ask for a credential on this endpoint, or answer the same whether or not the account exists",
    ...(disclosed.confirmed > 0 ? ["Say who was exposed: postern report breach --endpoint … --from … --to …"] : []),
    "Keep the logs of the time before the incident opened: the report counts from the first question",
  ];
}
