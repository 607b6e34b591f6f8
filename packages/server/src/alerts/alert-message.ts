import type { IncidentAlert, Level } from "@postern/engine";

/**
 * What is sent about an incident. Holds counts, addresses of sources and endpoint templates; identifiers and secrets never,
 * because mail and chat outlive every retention rule.
 */
export interface AlertMessage {
  /** The same for the same occasion, also after a restart. */
  readonly id: string;
  readonly type: "incident.opened" | "incident.raised" | "incident.summary";
  /** Event time. */
  readonly at: string;
  readonly level: Level;
  readonly title: string;
  readonly incident: {
    readonly id: string;
    readonly kind: string;
    readonly openedAt: string;
    readonly lastAt: string;
    readonly endpoints: readonly string[];
    readonly sources: readonly string[];
    readonly sourceCount: number;
    readonly disclosed: { readonly confirmed: number; readonly denied: number; readonly uniform: number; readonly unknown?: number | undefined; readonly estimated: boolean };
    readonly signals: number;
    /** Why: the detector that spoke last and its numbers. */
    readonly because: string;
  };
  readonly next: readonly string[];
  /** Where to look, when the console's address is known. */
  readonly url: string | null;
}

/** Shapes an alert for sending. Lists are cut to what fits a message; texts that came with traffic are stripped of control characters. */
export function alertMessage(alert: IncidentAlert, context: AlertContext): AlertMessage {
  const { incident } = alert;
  const last = incident.signals.at(-1);
  return {
    id: alert.id,
    type: `incident.${alert.change}`,
    at: new Date(alert.at).toISOString(),
    level: incident.level,
    title: clean(incident.title),
    incident: {
      id: incident.id,
      kind: incident.kind,
      openedAt: new Date(incident.openedAt).toISOString(),
      lastAt: new Date(incident.lastAt).toISOString(),
      endpoints: incident.endpointIds.slice(0, listMax).map((id) => clean(context.endpointName(id) ?? id)),
      sources: incident.sources
        .toSorted((a, b) => b.asked - a.asked)
        .slice(0, listMax)
        .map((source) => clean(source.address)),
      sourceCount: incident.sourceCount,
      disclosed: { ...incident.disclosed, estimated: incident.disclosed.estimated === true },
      signals: incident.signalCount,
      because: last === undefined ? "" : clean(`${last.detector}: ${numbersOf(last.evidence)}`),
    },
    next: context.next?.(incident) ?? incident.next,
    url: context.consoleUrl === undefined ? null : `${context.consoleUrl.replace(/\/$/, "")}/incidents/${encodeURIComponent(incident.id)}`,
  };
}

export interface AlertContext {
  /** `GET api.example.com/users/{id}`; undefined when the endpoint is not known. */
  readonly endpointName: (id: string) => string | undefined;
  readonly consoleUrl?: string | undefined;
  /** What to do now, with names the incident itself does not hold. */
  readonly next?: (incident: IncidentAlert["incident"]) => readonly string[];
}

/** The message as lines of text, for terminals and mail. The first line is the subject. */
export function alertLines(message: AlertMessage): readonly string[] {
  const { incident } = message;
  const { confirmed, denied, uniform, unknown = 0 } = incident.disclosed;
  const about = (value: number): string => `${incident.disclosed.estimated && value > exactMax ? "≈" : ""}${value}`;
  const what = { "incident.opened": "opened", "incident.raised": "got worse", "incident.summary": "goes on" }[message.type];
  return [
    `[${message.level}] ${message.title}`,
    `Incident ${incident.id} ${what} at ${message.at}`,
    ...(incident.endpoints.length > 0 ? [`On: ${incident.endpoints.join(", ")}`] : []),
    ...(confirmed + denied + uniform + unknown > 0
      ? [
          `Disclosed${incident.disclosed.estimated ? " (≈: within 3 %)" : ""}: ${about(confirmed)} confirmed, ${about(denied)} denied, ${about(uniform)} told nothing${unknown > 0 ? `, ${about(unknown)} answered in a way not understood yet` : ""}`,
        ]
      : []),
    ...(incident.sourceCount > 0
      ? [`Sources: ${incident.sourceCount}${incident.sources.length > 0 ? ` (${incident.sources.join(", ")}${incident.sourceCount > incident.sources.length ? ", …" : ""})` : ""}`]
      : []),
    ...(incident.because === "" ? [] : [`Because: ${incident.because}`]),
    ...message.next.map((step, i) => `${i + 1}. ${step}`),
    ...(message.url === null ? [] : [message.url]),
  ];
}

/** Up to here live counts are counts. */
const exactMax = 64;
/** Entries of a list in a message; the console shows the rest. */
const listMax = 5;
const textMax = 500;

function numbersOf(evidence: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(evidence)
    .filter(([, value]) => typeof value === "number")
    .slice(0, 8)
    .map(([name, value]) => `${name} ${typeof value === "number" ? Math.round(value * 100) / 100 : value}`)
    .join(", ");
}

/** A host name or template may hold what an attacker sent: no line breaks into headers, no escape sequences into terminals. */
function clean(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, " ").slice(0, textMax);
}
