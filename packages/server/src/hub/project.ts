import {
  type DisclosedCounts,
  type Finding,
  type GateNow,
  type GuardedEndpoint,
  type Incident,
  type IncidentSource,
  type InventoryEndpoint,
  type Ledger,
  type Level,
  type Mode,
  nextSteps,
} from "@postern/engine";
import type { Acceptance } from "../config/public-on-purpose.ts";
import { concernOf } from "./endpoint-concern.ts";
import { purposeOf } from "./endpoint-purpose.ts";
import { plainEvidence } from "./plain-evidence.ts";
import { floorView, type KeptFloor } from "./floor/floor-view.ts";
import type { EndpointLife } from "./endpoint-life.ts";
import type { EndpointView, ExchangeRow, FindingView, IncidentView } from "../api/views.ts";
import type { ExchangesRow } from "../store/questions/exchanges.ts";

/** One endpoint as the API, the console and the CLI show it. Pure; reads the ledger as it is now. */
export function endpointView(ledger: Ledger, endpoint: InventoryEndpoint, more: EndpointMore = {}): EndpointView {
  const view = withoutConcern(ledger, endpoint, more);
  return { ...view, concern: concernOf(view, more.worst) };
}

function withoutConcern(ledger: Ledger, endpoint: InventoryEndpoint, more: EndpointMore): Omit<EndpointView, "concern"> {
  const posture = endpoint.exactPosture();
  const telling = ledger.tellingId(endpoint);
  const oracle = ledger.oracles.state(telling);
  const reveal = (text: string): string => ledger.inventory.fieldNames.reveal(text, more.documented);
  return {
    id: endpoint.id,
    method: endpoint.method,
    host: endpoint.host,
    path: endpoint.template,
    operation: endpoint.operation === undefined ? null : { ...endpoint.operation },
    calls: callsOf(endpoint),
    auth: {
      verdict: posture.verdict,
      kinds: [...posture.kinds],
      evidence: postureEvidence(posture),
      samples: Object.fromEntries(Object.entries(posture.samples).map(([cell, ids]) => [cellName(cell), [...ids]])),
      jwt: posture.jwt === undefined ? null : { issuers: [...posture.jwt.issuers], algorithms: [...posture.jwt.algorithms], lifetimeSeconds: posture.jwt.lifetimeSeconds ?? null },
    },
    oracle:
      oracle.verdict === "none" || ledger.anchors.isAnchorEndpoint(telling)
        ? null
        : { verdict: oracle.verdict, bits: rounded(oracle.bits, 3), eValue: Number(oracle.eValue.toPrecision(3)), labels: oracle.labels },
    timing: timingOf(ledger, telling),
    ownAnswers: ownAnswersOf(ledger, endpoint),
    dataClasses: [...endpoint.dataClasses].sort(),
    dataFields: endpoint.classifiedFields().map((one) => ({ field: reveal(one.field), class: one.class, scheme: one.scheme ?? null, samples: one.samples, share: one.share })),
    positions: endpoint
      .parameterList()
      .filter((one) => one.location.in === "path")
      .map((one) => ({ name: one.location.name, values: one.distinct, samples: one.samples, shapes: Object.fromEntries(Object.entries(one.shapes)) })),
    lifecycle: more.life?.lifecycle ?? "active",
    owner: more.life?.owner ?? null,
    tags: [...(more.life?.tags ?? [])],
    publicOnPurpose: more.life?.publicOnPurpose ?? null,
    knownBy: more.knownBy ?? ["traffic"],
    firstSeen: iso(endpoint.firstAt),
    lastSeen: iso(endpoint.lastAt),
    requests: endpoint.requests,
    errors: endpoint.serverErrors,
    clientErrors: endpoint.clientErrors,
    latencyMs: { p50: latency(endpoint, 0.5), p95: latency(endpoint, 0.95) },
    statuses: Object.fromEntries([...endpoint.byStatus].sort(([a], [b]) => a - b).map(([status, count]) => [String(status), count])),
    subjects: ledger.subjectsOf(endpoint).map((rule) => ({ in: rule.location.in, name: reveal(rule.location.name), type: rule.type })),
    purpose: purposeOf(ledger, endpoint),
    guard: guardOf(endpoint, more.guard),
    floor: floorOf(endpoint, more.floor),
  };
}

function timingOf(ledger: Ledger, endpointId: string): EndpointView["timing"] {
  const timing = ledger.oracles.timing(endpointId);
  if (timing === undefined || timing.verdict === "none") return null;
  return {
    verdict: timing.verdict,
    differenceMs: rounded(timing.deltaMs, 1),
    lowMs: rounded(timing.interval[0], 1),
    highMs: rounded(timing.interval[1], 1),
    requests: timing.requestsAt20,
    labels: timing.existing + timing.missing,
  };
}

/** What our own uniform answers told; of endpoints that a rule shows as one, of the first that was answered for. */
function ownAnswersOf(ledger: Ledger, endpoint: InventoryEndpoint): EndpointView["ownAnswers"] {
  for (const id of new Set([endpoint.id, ...[...(endpoint.parts ?? [])].map((part) => part.id)])) {
    const own = ledger.ownAnswers.state(id);
    if (own === undefined) continue;
    const figure = (one: typeof own.tells): { bits: number; lowBits: number; highBits: number; broken: boolean } | null =>
      one === undefined ? null : { bits: rounded(one.bits, 4), lowBits: rounded(one.interval[0], 4), highBits: rounded(one.interval[1], 4), broken: one.broken };
    return {
      uniform: own.uniforms,
      denied: own.denials,
      tells: figure(own.tells),
      differs: figure(own.differs),
      bitsByTime: own.byTime === undefined ? null : rounded(own.byTime, 4),
    };
  }
  return null;
}

/** Its guard; of endpoints that a rule shows as one, the strongest, with what they told together. */
function guardOf(endpoint: InventoryEndpoint, guard: EndpointMore["guard"]): EndpointView["guard"] {
  let all: EndpointView["guard"] | undefined;
  for (const id of new Set([endpoint.id, ...[...(endpoint.parts ?? [])].map((part) => part.id)])) {
    const one = guard?.(id);
    if (one?.state === undefined || (all?.state === "budgeted" && one.state === "watched")) continue;
    const { truthful = 0, uniform = 0, ceiling = 0 } = one.usage ?? {};
    const before = all?.state === one.state ? all : { truthful: 0, uniform: 0, ceiling: 0 };
    all = { state: one.state, truthful: before.truthful + truthful, uniform: before.uniform + uniform, ceiling: before.ceiling + ceiling };
  }
  return all ?? null;
}

/** Of endpoints that a rule shows as one, the first that has one. */
function floorOf(endpoint: InventoryEndpoint, floor: EndpointMore["floor"]): EndpointView["floor"] {
  for (const id of new Set([endpoint.id, ...endpoint.aliases, ...[...(endpoint.parts ?? [])].map((part) => part.id)])) {
    const kept = floor?.(id);
    if (kept !== undefined) return floorView(kept);
  }
  return null;
}

function callsOf({ operations }: InventoryEndpoint): EndpointView["calls"] {
  if (operations?.protocol === undefined) return null;
  return { protocol: operations.protocol, operations: operations.byKey.size, others: operations.others };
}

/** What is known beside the ledger. */
export interface EndpointMore {
  /** Names of fields that documents give, by the hash they are kept under. */
  readonly documented?: (() => ReadonlyMap<string, string>) | undefined;
  /** The most severe of its open findings. */
  readonly worst?: Level | undefined;
  readonly knownBy?: readonly string[];
  readonly life?: EndpointLife;
  /** By the id of what is guarded. */
  readonly floor?: ((id: string) => KeptFloor | undefined) | undefined;
  readonly guard?: ((id: string) => EndpointGuard) | undefined;
}

export interface EndpointGuard {
  readonly state: "watched" | "budgeted" | undefined;
  readonly usage: { readonly truthful: number; readonly uniform: number; readonly ceiling: number } | undefined;
}

/** One finding with its times as text; `accepted` is what the configuration says of it, `triaged` what a person did, which counts for more. */
export function findingView(finding: Finding, more: FindingMore = {}): FindingView {
  const { firstAt, lastAt, ...rest } = finding;
  const triaged = more.triaged === "open" || more.triaged === "accepted" || more.triaged === "fixed" ? more.triaged : undefined;
  const accepted = triaged === undefined ? more.accepted : undefined;
  return {
    ...rest,
    because: plainEvidence(finding),
    status: triaged ?? (accepted === undefined ? finding.status : "accepted"),
    accepted: accepted ?? null,
    firstAt: iso(firstAt),
    lastAt: iso(lastAt),
  };
}

export interface FindingMore {
  readonly triaged?: string | undefined;
  readonly accepted?: Acceptance | undefined;
}

/** One incident with its endpoints by name. `more` replaces what the engine only counts roughly by what the caller counted exactly. */
export function incidentView(ledger: Ledger, incident: Incident, more: IncidentMore = {}): IncidentView {
  const sources = more.sources ?? incident.sources;
  const disclosed = more.disclosed ?? incident.disclosed;
  return {
    id: incident.id,
    kind: incident.kind,
    title: incident.title,
    level: incident.level,
    status: incident.status,
    openedAt: iso(incident.openedAt),
    lastAt: iso(incident.lastAt),
    endpoints: incident.endpointIds.map((id) => {
      const endpoint = ledger.inventory.byId(id);
      return { id: endpoint?.id ?? id, method: endpoint?.method ?? "", host: endpoint?.host ?? "", path: endpoint?.template ?? "" };
    }),
    sources: sources.map(({ address, asked, firstAt, lastAt }) => ({ address, asked, firstAt: iso(firstAt), lastAt: iso(lastAt) })),
    sourceCount: Math.max(incident.sourceCount, sources.length),
    disclosed: { ...disclosed, estimated: disclosed.estimated === true },
    signals: incident.signals.map(({ id, detector, level, at, evidence }) => ({ id, detector, level, at: iso(at), evidence })),
    signalCount: incident.signalCount,
    clients: incident.clients === undefined ? null : { ...incident.clients, rule: incident.clients.rule ?? null, networks: incident.clients.networks ?? [] },
    next: nextSteps(
      incident.kind,
      disclosed,
      incident.status === "closed",
      {
        endpoint: endpointName(ledger, incident.endpointIds[0]),
        others: incident.endpointIds.slice(1).flatMap((id) => endpointName(ledger, id) ?? []),
        from: Math.min(incident.openedAt, ...sources.slice(0, sourcesRead).map((source) => source.firstAt)),
        to: Math.max(incident.lastAt, ...sources.slice(0, sourcesRead).map((source) => source.lastAt)),
        sources: sources.length,
        signIn: incident.endpointIds.slice(0, 1).some((id) => ledger.anchors.isAnchorEndpoint(id)),
        ...(more.data === undefined ? {} : { data: more.data }),
        ...(more.program === undefined ? {} : { program: more.program }),
      },
      gateNow(ledger, incident, more.gate),
    ),
  };
}

/** What the gate does about an incident's endpoints today. */
function gateNow(ledger: Ledger, { endpointIds }: Incident, gate: IncidentMore["gate"]): GateNow {
  if (gate === undefined) return {};
  const unguarded = new Set(endpointIds.filter((id) => !gate.budgeted.has(id)).map((id) => ledger.doorId(id)));
  return { mode: gate.mode, unguarded: [...unguarded].filter((id) => !gate.budgeted.has(id)).length };
}

export interface IncidentMore {
  readonly sources?: readonly IncidentSource[];
  readonly disclosed?: DisclosedCounts;
  /** The data directory that commands are to name; the usual one when absent. */
  readonly data?: string;
  /** How commands that it names begin; `postern` when absent. */
  readonly program?: string | undefined;
  /** How the gate runs now; absent where there is none. */
  readonly gate?: { readonly mode: Mode; readonly budgeted: ReadonlySet<string> } | undefined;
}

/** Every id under which what a policy guards is asked: its own, those it had before, and those of other methods that it judges. */
export function budgetedIds(guards: readonly GuardedEndpoint[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { id, state, formerly = [], others = [] } of guards) {
    if (state !== "budgeted") continue;
    ids.add(id);
    for (const one of formerly) ids.add(one);
    for (const [, one] of others) ids.add(one);
  }
  return ids;
}

/** One stored exchange as the API, the console and the CLI show it. */
export function exchangeView(row: ExchangesRow): ExchangeRow {
  return {
    id: row.id,
    at: iso(row.at),
    method: row.method,
    host: row.host,
    path: row.path,
    endpoint: row.endpointId,
    status: row.status,
    answered: row.answered,
    address: row.address,
    credentialKind: row.credentialKind,
    durationMs: row.durationMs,
    requestBytes: row.requestBytes,
    responseBytes: row.responseBytes,
    action: row.action,
  };
}

/** As a person names it to a command; its id where that is not clear text. */
export function endpointName(ledger: Ledger, id: string | undefined): string | undefined {
  const endpoint = id === undefined ? undefined : ledger.inventory.byId(id);
  return endpoint === undefined || endpoint.template.includes("~") ? (endpoint?.id ?? id) : `${endpoint.method} ${endpoint.host}${endpoint.template}`;
}

/** More hold no earlier moment, or nobody could have read them in time. */
const sourcesRead = 1_000;

/** Every count that is not zero, as `answered without credential`, in the order of {@link presented}. */
function postureEvidence(posture: ReturnType<InventoryEndpoint["posture"]>): Record<string, number> {
  const evidence: Record<string, number> = {};
  for (const sort of Object.keys(presented) as (keyof typeof presented)[]) {
    const counts = posture[sort];
    for (const [outcome, word] of Object.entries(got) as [keyof typeof got, string][]) {
      if (counts[outcome] > 0) evidence[`${word} ${presented[sort]}`] = counts[outcome];
    }
  }
  const { answers, credentials } = posture.refusedElsewhere;
  if (answers > 0) {
    evidence["answered with a credential refused elsewhere"] = answers;
    evidence["credentials answered here, refused elsewhere"] = credentials;
  }
  return evidence;
}

/** `none refused` in the words of the evidence. */
function cellName(cell: string): string {
  const [sort = "", outcome = ""] = cell.split(" ", 2);
  return `${(got as Readonly<Record<string, string>>)[outcome] ?? outcome} ${(presented as Readonly<Record<string, string>>)[sort] ?? sort}`;
}

const presented = {
  none: "without credential",
  sharedConstant: "with a shared credential",
  malformed: "with a malformed credential",
  expired: "with an expired credential",
  otherPrincipal: "with another's credential",
  valid: "with credential",
} as const;

const got = { data: "answered", empty: "answered empty", refused: "refused", other: "otherwise" } as const;

function latency(endpoint: InventoryEndpoint, share: number): number | null {
  const value = endpoint.latency.quantile(share);
  return value === undefined ? null : rounded(value, 1);
}

/** Times that never were (an endpoint known from elsewhere) read as the beginning of the epoch. */
function iso(at: number): string {
  return new Date(Number.isFinite(at) ? at : 0).toISOString();
}

function rounded(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
