import { compareLevels, incidentTitle } from "./incident.ts";
import type { DisclosedCounts, Incident, IncidentAlert, IncidentSource } from "./incident.ts";
import { addSource, type Draft, incidentOf, isCut, keepLatest, spreads, standsUntil, take } from "./incident-draft.ts";
import { SourcesOfIncidents } from "./incident-sources.ts";
import { blurredSignal, blurredSources, blurredText } from "./forget-addresses.ts";
import { DistinctCounter } from "./observe/distinct-counter.ts";
import type { DistinctState } from "./observe/distinct-counter.ts";
import type { NamedClients } from "../decide/gate-policy.ts";
import { fewAreAll, incidentClients } from "./names/incident-clients.ts";
import type { ScanResult } from "./names/subset-scan.ts";
import { hash53 } from "./observe/hash53.ts";
import type { Level, Signal } from "./signal.ts";

/**
 * Groups signals into incidents. Detectors of one family (`enumeration.*`) on one endpoint are one incident; a trigger makes
 * one a key. And one source is one incident: what a source of an open one does at another endpoint belongs to it ({@link SourcesOfIncidents}), so that one thief at five doors wakes
 * people once; what others do there, and what speaks of that endpoint as a whole, opens one of its own. It opens at the first signal of level `high` or above, or when lower ones add up ({@link openScore}), or at one that rests on a person's report; its level
 * only rises; it closes after `quietMs` without a signal and without a source of it going on ({@link standsUntil}), or by a person, and what comes later opens a new one.
 *
 * Told once: {@link Incidents.dueAlerts} gives an alert when it opens, one each time its level rises, and while it grows at
 * most one summary an hour. Also when a signal that pages comes from an endpoint it had not spoken of, unless people were woken within the hour: nobody hides an attack on one endpoint in the incident
 * of another. Same signals, same incidents. Mistakes: two attackers on one endpoint are one incident, and two behind one address. A thief who spreads over many addresses and endpoints is one incident
 * an endpoint as far as his addresses differ.
 * Walking around it: signals kept at `low` and apart by more than `quietMs` never open one; they stay visible as signals.
 */
export class Incidents {
  readonly #options: IncidentsOptions;
  readonly #open = new Map<string, Draft>();
  readonly #groupById = new Map<string, string>();
  readonly #sources = new SourcesOfIncidents();
  readonly #pending = new Map<string, Pending>();
  #closed: Incident[] = [];
  readonly #keysOfTrigger = new Map<string, Set<string>>();
  /** Since when an incident's addresses are held, by id. */
  readonly #heldSince = new Map<string, number>();
  #due: IncidentAlert[] = [];
  #now = -Infinity;

  constructor(options: IncidentsOptions = {}) {
    this.#options = options;
  }

  /** Takes a signal in. Undefined while it belongs to nothing that opened. */
  observe(signal: Signal): { readonly incident: Incident; readonly change: "opened" | "grew" | "raised" } | undefined {
    this.advance(signal.at);
    const kind = kindOf(signal);
    const group = this.#groupOf(kind, signal);
    const open = this.#open.get(this.#sources.groupOf(kind, signal) ?? group);
    if (open !== undefined) {
      const raised = compareLevels(signal.level, open.level) > 0 || (spreads(open, signal) && signal.at - open.pagedAt >= summaryMs);
      this.#take(open, signal);
      if (raised) this.#tell(open, "raised", signal.at);
      return { incident: incidentOf(open), change: raised ? "raised" : "grew" };
    }
    const pending = this.#pendingOf(group, signal.at);
    pending.score += opensAlone.has(signal.detector) ? openScore : scoreOf[signal.level];
    keepLatest(pending.signals, signal);
    pending.lastAt = Math.max(pending.lastAt, signal.at);
    if (pending.score < openScore) return undefined;
    this.#pending.delete(group);
    const draft = this.#openOne(kind, group, pending.signals);
    this.#tell(draft, "opened", signal.at);
    return { incident: incidentOf(draft), change: "opened" };
  }

  /** Adds what a source asked on an endpoint to the open incidents that say so, see `tellsOfSubjects`: to the one it belongs to, or that of the endpoint. */
  observeSource(endpointId: string, address: string, at: number, asked: number): void {
    for (const kind of ["enumeration", "access", "listing"]) {
      const group = groupOf(kind, endpointId);
      const draft = this.#joinedBy(group, address) ?? this.#open.get(group);
      if (draft !== undefined) addSource(draft, address, at, asked);
    }
  }

  /** The incident that came to the endpoint of this group with that source. */
  #joinedBy(group: string, address: string): Draft | undefined {
    for (const other of this.#sources.joined(group)) {
      const draft = this.#open.get(other);
      if (draft?.sources.has(address) === true) return draft;
    }
    return undefined;
  }

  /** Says how many a source of an open incident asked about in all: said again, or after a restart, it changes nothing. For those who count themselves, in place of {@link observeSource}. */
  sourceAsked(id: string, address: string, at: number, total: number): void {
    const draft = this.#byId(id);
    const known = draft?.sources.get(address);
    if (draft === undefined || (known !== undefined && total <= known.asked && at <= known.lastAt)) return;
    addSource(draft, address, at, Math.max(0, total - (known?.asked ?? 0)));
  }

  /** Sets what was disclosed since the incident's first signal: different people, at all its endpoints together. */
  setDisclosed(id: string, disclosed: DisclosedCounts): void {
    const draft = this.#byId(id);
    if (draft !== undefined) draft.disclosed = disclosed;
  }

  /** Sets who its clients are, by what was named at its endpoint; what was said before is taken back where few sources turn out to be all of it. Whether anything is said by it. */
  setNamed(id: string, result: ScanResult, nameOf: ((asn: string) => string | undefined) | undefined, heldOff: NamedClients | undefined): boolean {
    const draft = this.#byId(id);
    if (draft?.kind !== "enumeration") return false;
    if (fewAreAll(result, draft.sources.values())) {
      delete draft.clients;
      return false;
    }
    const clients = incidentClients(result, nameOf, heldOff);
    if (clients !== undefined) draft.clients = clients;
    return clients !== undefined;
  }

  /** Says that event time has reached `at`: closes what was quiet for long enough, makes hourly summaries due. */
  advance(at: number): void {
    if (at < this.#now + scanMs) return;
    this.#now = at;
    const quietMs = this.#options.quietMs ?? quietMsDefault;
    for (const [group, draft] of this.#open) {
      const until = standsUntil(draft, quietMs);
      if (at > until) this.#close(group, draft, until, "quiet");
      else if (draft.signalCount > draft.toldCount && at - draft.toldAt >= summaryMs) this.#tell(draft, "summary", at);
    }
    for (const [group, pending] of this.#pending) if (at - pending.lastAt > quietMs) this.#pending.delete(group);
  }

  /** Alerts due since the last call, each exactly once, with the incident as it is now (set what was disclosed first). The caller makes them durable. */
  dueAlerts(): readonly IncidentAlert[] {
    const due = this.#due;
    if (due.length === 0) return none;
    this.#due = [];
    return due.map((alert) => ({ ...alert, incident: this.get(alert.incident.id) ?? alert.incident }));
  }

  /** Open ones first, then the last {@link closedMax} closed, newest first. */
  list(): readonly Incident[] {
    const newestFirst = (a: Incident, b: Incident) => b.openedAt - a.openedAt;
    return [...[...this.#open.values()].map(incidentOf).sort(newestFirst), ...this.#closed.toReversed()];
  }

  /** The incident, with what was added since the last look. */
  get(id: string): Incident | undefined {
    const draft = this.#byId(id);
    return draft === undefined ? this.#closed.find((incident) => incident.id === id) : incidentOf(draft);
  }

  #byId(id: string): Draft | undefined {
    return this.#open.get(this.#groupById.get(id) ?? "");
  }

  /** A person has seen it, or calls it over. Undefined when no open incident has this id. */
  triage(id: string, status: "open" | "acknowledged" | "closed", by: string, at: number): Incident | undefined {
    for (const [group, draft] of this.#open) {
      if (draft.id !== id) continue;
      if (status === "closed") return this.#close(group, draft, at, by);
      draft.status = status;
      return incidentOf(draft);
    }
    return undefined;
  }

  /**
   * Cuts addresses to /24 or /64 in what is older than `keepMs`: call it once in a while. Age counts from the last look at a source, and not before the
   * incident has been held here for as long: recorded traffic of last year keeps its addresses as long as today's. The number of sources stays what it was.
   */
  forgetAddresses(now: number, keepMs: number): void {
    const held = new Set<string>();
    const isDue = (id: string): boolean => {
      held.add(id);
      const since = this.#heldSince.get(id) ?? now;
      this.#heldSince.set(id, since);
      return now - since >= keepMs;
    };
    for (const draft of this.#open.values()) {
      if (!isDue(draft.id)) continue;
      const old = [...draft.sources.values()].filter((source) => now - source.lastAt >= keepMs && !isCut(source));
      if (old.length > 0) {
        draft.cut = true;
        draft.askedBefore.clear();
      }
      for (const { address } of old) draft.sources.delete(address);
      const kept = [...draft.sources.values()];
      draft.sources.clear();
      for (const source of [...blurredSources([...kept.filter(isCut), ...old]), ...kept.filter((source) => !isCut(source))]) draft.sources.set(source.address, source);
      draft.signals.splice(0, draft.signals.length, ...draft.signals.map((signal) => (now - signal.at >= keepMs ? blurredSignal(signal) : signal)));
    }
    this.#closed = this.#closed.map((incident) => {
      if (!isDue(incident.id) || now - incident.lastAt < keepMs) return incident;
      const addresses = incident.sources.map((source) => source.address);
      const signals = incident.signals.map(blurredSignal);
      return { ...incident, group: blurredText(incident.group, addresses), title: blurredText(incident.title, addresses), sources: blurredSources(incident.sources), signals };
    });
    for (const id of this.#heldSince.keys()) if (!held.has(id)) this.#heldSince.delete(id);
  }

  /** Everything, as plain JSON. */
  exportState(): IncidentsState {
    return {
      now: Number.isFinite(this.#now) ? this.#now : null,
      open: [...this.#open.values()].map(({ sources, endpointIds, distinct, pagedBy, askedBefore, ...rest }) => ({
        ...rest,
        askedBefore: [...askedBefore],
        pagedBy: [...pagedBy],
        askers: this.#sources.of(rest.group),
        sources: [...sources.values()],
        endpointIds: [...endpointIds],
        distinct: distinct.exportState(),
      })),
      pending: [...this.#pending].map(([group, pending]) => ({ ...pending, group })),
      closed: [...this.#closed],
      due: [...this.#due],
      heldSince: Object.fromEntries(this.#heldSince),
    };
  }

  /** Continues from {@link exportState}: nothing told is told again, nothing due is lost. */
  static restore(state: IncidentsState, options: IncidentsOptions = {}): Incidents {
    const incidents = new Incidents(options);
    incidents.#now = state.now ?? -Infinity;
    for (const { sources, endpointIds, distinct, signals, pagedBy, askers, askedBefore, ...rest } of state.open) {
      const restored = {
        ...rest,
        pagedAt: rest.pagedAt ?? rest.toldAt,
        pagedBy: new Set(pagedBy ?? (compareLevels(rest.level, "high") < 0 ? [] : endpointIds)),
        signals: [...signals],
        sources: new Map(sources.map((source) => [source.address, source])),
        endpointIds: new Set(endpointIds),
        distinct: DistinctCounter.restore(distinct),
        askedBefore: new Map(askedBefore),
      };
      incidents.#open.set(rest.group, restored);
      incidents.#groupById.set(rest.id, rest.group);
      incidents.#rememberKey(rest.kind, rest.group);
      incidents.#sources.restore(rest.kind, rest.group, askers ?? [], endpointIds);
    }
    for (const { group, ...pending } of state.pending) incidents.#pending.set(group, { ...pending, signals: [...pending.signals] });
    incidents.#closed.push(...state.closed);
    incidents.#due = [...state.due];
    for (const [id, since] of Object.entries(state.heldSince ?? {})) incidents.#heldSince.set(id, since);
    return incidents;
  }

  #groupOf(kind: string, signal: Signal): string {
    if (!kind.startsWith("trigger.")) return groupOf(kind, signal.endpointId);
    const group = groupOf(kind, String(signal.evidence["key"] ?? ""));
    const keys = this.#keysOfTrigger.get(kind);
    if (keys === undefined || keys.has(group) || keys.size < keysPerTriggerMax) return group;
    return groupOf(kind, "many keys");
  }

  #rememberKey(kind: string, group: string): void {
    if (!kind.startsWith("trigger.")) return;
    const keys = this.#keysOfTrigger.get(kind) ?? new Set();
    this.#keysOfTrigger.set(kind, keys.add(group));
  }

  #pendingOf(group: string, at: number): Pending {
    const known = this.#pending.get(group);
    if (known !== undefined) return known;
    if (this.#pending.size >= pendingMax)
      for (const oldest of this.#pending.keys()) {
        this.#pending.delete(oldest);
        break;
      }
    const pending: Pending = { score: 0, signals: [], lastAt: at };
    this.#pending.set(group, pending);
    return pending;
  }

  #openOne(kind: string, group: string, signals: readonly Signal[]): Draft {
    if (this.#open.size >= openMax) this.#makeRoom();
    const first = signals[0];
    const openedAt = Math.min(...signals.map((signal) => signal.at));
    const draft: Draft = {
      id: `inc-${openedAt.toString(36)}-${hash53(`${group}\n${openedAt}`).toString(36)}`,
      kind,
      group,
      title: first === undefined ? kind : incidentTitle(kind, first),
      level: "info",
      status: "open",
      openedAt,
      lastAt: openedAt,
      endpointIds: new Set(),
      sources: new Map(),
      distinct: new DistinctCounter(),
      askedBefore: new Map(),
      disclosed: { confirmed: 0, denied: 0, uniform: 0 },
      signals: [],
      signalCount: 0,
      alerts: 0,
      toldAt: openedAt,
      pagedAt: openedAt,
      toldCount: 0,
      pagedBy: new Set(),
    };
    for (const signal of signals) this.#take(draft, signal);
    this.#open.set(group, draft);
    this.#groupById.set(draft.id, group);
    this.#rememberKey(kind, group);
    return draft;
  }

  #take(draft: Draft, signal: Signal): void {
    take(draft, signal);
    if (signal.endpointId !== undefined && draft.endpointIds.has(signal.endpointId)) this.#sources.add(draft.kind, draft.group, signal);
  }

  #makeRoom(): void {
    let quietest: Draft | undefined;
    for (const draft of this.#open.values()) if (quietest === undefined || draft.lastAt < quietest.lastAt) quietest = draft;
    if (quietest !== undefined) this.#close(quietest.group, quietest, this.#now, "bound");
  }

  #close(group: string, draft: Draft, at: number, by: string): Incident {
    this.#open.delete(group);
    this.#groupById.delete(draft.id);
    this.#sources.forget(group);
    this.#keysOfTrigger.get(draft.kind)?.delete(group);
    draft.status = "closed";
    const incident: Incident = { ...incidentOf(draft), closedAt: at, closedBy: by };
    this.#closed.push(incident);
    if (this.#closed.length > closedMax) this.#closed.shift();
    return incident;
  }

  #tell(draft: Draft, change: IncidentAlert["change"], at: number): void {
    draft.alerts += 1;
    draft.toldAt = at;
    if (change !== "summary") draft.pagedAt = at;
    draft.toldCount = draft.signalCount;
    this.#due.push({ id: `${draft.id}.${draft.alerts}`, change, at, incident: incidentOf(draft) });
    if (this.#due.length > dueMax) this.#due.shift();
  }
}

export interface IncidentsOptions {
  /** Default {@link quietMsDefault}. */
  readonly quietMs?: number;
}

/** A day without a signal: a slow attacker who rests longer opens a new incident, and the endpoint's counts go on. */
export const quietMsDefault = 86_400_000;
/** Closing and summaries may come this much late; a scan a signal would cost more than the signal. */
const scanMs = 1_000;
const none: readonly IncidentAlert[] = [];
/** A growing incident speaks at most once an hour after it opened. */
export const summaryMs = 3_600_000;
/** One `high`, four `medium` or sixteen `low` within the quiet period are worth a person's look; `info` never is. */
export const openScore = 16;
const scoreOf: Readonly<Record<Level, number>> = { info: 0, low: 1, medium: 4, high: 16, critical: 16 };
/** What rests on a person's report is worth a look by itself, whatever its level: nothing else will add up with it. */
const opensAlone: ReadonlySet<string> = new Set(["takeover.number-change"]);
/** More open at once nobody reads; the quietest is closed (`bound`). */
export const openMax = 1_000;
/** Groups with signals too low to open; the oldest is forgotten. */
export const pendingMax = 1_000;
export const closedMax = 500;
/** A trigger keyed by address must not make an incident of every address of a botnet: the rest share one. */
export const keysPerTriggerMax = 50;
/** Alerts not yet fetched; the caller fetches at each step. */
export const dueMax = 10_000;

export interface IncidentsState {
  readonly now: number | null;
  readonly open: readonly (Omit<Draft, "sources" | "endpointIds" | "distinct" | "pagedBy" | "pagedAt" | "askedBefore"> & {
    readonly sources: readonly IncidentSource[];
    /** Absent in states older than them. */
    readonly pagedAt?: number;
    readonly pagedBy?: readonly string[];
    readonly askedBefore?: readonly (readonly [address: string, asked: number])[];
    readonly askers?: readonly string[];
    readonly endpointIds: readonly string[];
    readonly distinct: DistinctState;
  })[];
  readonly pending: readonly (Pending & { readonly group: string })[];
  readonly closed: readonly Incident[];
  readonly due: readonly IncidentAlert[];
  /** Absent in states older than it. */
  readonly heldSince?: Readonly<Record<string, number>>;
}

interface Pending {
  score: number;
  readonly signals: Signal[];
  lastAt: number;
}

function kindOf(signal: Signal): string {
  if (signal.detector.startsWith("trigger.")) return signal.detector;
  // Whoever asks about canaries enumerates.
  if (signal.detector === "canary.touched") return "enumeration";
  return signal.detector.split(".", 1)[0] ?? signal.detector;
}

function groupOf(kind: string, rest: string | undefined): string {
  return `${kind}|${rest ?? ""}`;
}
