import { abuseSteps, abuseTitle } from "./abuse/abuse-texts.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { IncidentClients } from "./names/incident-clients.ts";
import type { Level, Signal } from "./signal.ts";

/**
 * Signals that belong together, told once: it opens, it grows, its level only rises, it closes. Times are event time in
 * milliseconds. Holds addresses in clear (searching and blocking need them), subjects never.
 */
export interface Incident {
  readonly id: string;
  /** `enumeration`, `access`, `otp`, `sms`, `push`, `login`, `voucher`, or `trigger.<id>`. */
  readonly kind: string;
  /** What signals were grouped by: kind and the endpoint it opened at, or trigger and key. */
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
  /** Distinct addresses: exact to {@link sourcesMax}, then ± 3.3 %. */
  readonly sourceCount: number;
  readonly disclosed: DisclosedCounts;
  /** The last {@link signalsMax}, oldest first; those about single sources go before those about the whole. */
  readonly signals: readonly Signal[];
  readonly signalCount: number;
  /** Who its clients are; of `enumeration`, once enough was seen. */
  readonly clients?: IncidentClients;
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
  /** Answered truthfully in a way not understood yet, or in one that says neither; absent where nobody counted them. */
  readonly unknown?: number | undefined;
  /** True when at least one of them is an estimate (± 3.3 %). */
  readonly estimated?: boolean;
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
/** A thief at more doors than this is one; further doors are only in the signals. */
export const endpointsMax = 100;

const levels: readonly Level[] = ["info", "low", "medium", "high", "critical"];

/** Negative when `a` is less than `b`. */
export function compareLevels(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/** Whether incidents of this kind say whom or what was told of: an enumeration of people, a list that was gone through, or objects of others that were read. */
export function tellsOfSubjects(kind: string): boolean {
  return kind === "enumeration" || kind === "access" || kind === "listing";
}

/** A title a person understands, without names of people. */
export function incidentTitle(kind: string, first: Signal): string {
  const title = first.evidence["title"];
  if (kind.startsWith("trigger.") && typeof title === "string") return title;
  if (kind === "enumeration")
    return first.detector === "enumeration.fan-out"
      ? "Somebody is learning who has an account, from lists of people"
      : "Somebody is learning who has an account, one question at a time";
  return abuseTitle(first.detector) ?? `Unusual behaviour: ${kind}`;
}

/** What to do now, most urgent first. `about`: of what {@link breachCommand} is to tell; `now`: what holds when this is read, whatever held while it happened. */
export function nextSteps(kind: string, disclosed: DisclosedCounts, closed: boolean, about: BreachQuestion, now: GateNow = {}): readonly string[] {
  const whole = kind === "enumeration" && about.sources === 0;
  const report =
    disclosed.confirmed > 0 || whole ? [about.endpoint, ...(about.others ?? [])].map((endpoint) => `Say who was exposed: ${breachCommand({ ...about, endpoint })}`) : [];
  if (report.length > reportsMax) report.splice(reportsMax, report.length, `Say likewise who was exposed at the other ${report.length - reportsMax} endpoints`);
  const several = (about.others?.length ?? 0) > 0;
  if (closed) return report;
  if (kind !== "enumeration") return abuseSteps(kind, now.mode) ?? ["Look at the sources and the evidence below", "Acknowledge, or close with a reason"];
  return [
    ...(disclosed.confirmed + disclosed.denied > 0 ? stopSteps(disclosed, now, several) : []),
    about.signIn === true
      ? "Answer an unknown account and a wrong password alike: same status, headers, body and time; compare with a dummy password where there is no account"
      : `Ask for a credential on ${several ? "these endpoints" : "this endpoint"}, or answer the same whether or not the account exists`,
    ...report,
    "Keep the logs of the time before the incident opened: the report counts from the first question",
  ];
}

/** What stops it, or that it is stopped: by how the gate runs now. Where that is not known, answers withheld say that it enforces. */
function stopSteps({ uniform }: DisclosedCounts, { mode, unguarded = 0 }: GateNow, several: boolean): readonly string[] {
  if (mode === "observe" || (mode === undefined && uniform === 0)) return ["Stop it now: run the gate with --mode enforce; answers beyond the budget then tell nothing"];
  if (mode === "enforce" && unguarded > 0) {
    const which = several ? (unguarded === 1 ? "one of these endpoints is" : `${unguarded} of these endpoints are`) : "this endpoint is";
    return [`The gate enforces, but ${which} under no budget: say \`oracle: declared\` of ${unguarded === 1 ? "it" : "them"} under \`endpoints\` in postern.yaml`];
  }
  return mode === "enforce" && uniform === 0 ? ["Nothing is left to switch on: the gate enforces now, and answers beyond the budget tell nothing"] : [];
}

/** What holds now, and not when an incident opened. */
export interface GateNow {
  /** How the gate runs; absent where there is none, or nobody knows. */
  readonly mode?: Mode | undefined;
  /** How many of the incident's endpoints are under no budget; absent where nobody looked. */
  readonly unguarded?: number;
}

/** What a breach report is asked. */
export interface BreachQuestion {
  /** `GET api.example.com/users/{id}`, or its id; undefined where an incident has none. */
  readonly endpoint: string | undefined;
  /** Further ones of the same incident, named likewise: each has a report of its own. */
  readonly others?: readonly string[];
  /** Event time, milliseconds. */
  readonly from: number;
  readonly to: number;
  /** The data directory when it is not the usual one. */
  readonly data?: string;
  /** How many sources it names. None: it was seen of the endpoint as a whole, and whom its clients were told of nobody counted apart; only the report says who was asked about. */
  readonly sources?: number;
  /** True where people sign in, ask for a code or a new password: nobody can have a credential there yet. */
  readonly signIn?: boolean;
  /** How this program is called where people run it; `postern` when absent. */
  readonly program?: string;
}

/** The command that tells who was exposed, complete, for a shell. The window is widened to full hours: the first questions came before the first signal. */
export function breachCommand({ endpoint, from, to, data, program = "postern" }: BreachQuestion): string {
  const hour = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");
  const start = Math.floor(from / hourMs) * hourMs;
  const end = Math.floor(to / hourMs + 1) * hourMs;
  return `${program} report breach --endpoint ${quoted(endpoint ?? "<endpoint>")} --from ${hour(start)} --to ${hour(end)}${data === undefined ? "" : ` --data ${quoted(data)}`}`;
}

/** More commands nobody types. */
const reportsMax = 5;
const hourMs = 3_600_000;

/** As one word for a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
