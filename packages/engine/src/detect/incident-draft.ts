import { blurredAddress } from "./forget-addresses.ts";
import {
  type BreachQuestion,
  compareLevels,
  type DisclosedCounts,
  endpointsMax,
  type Incident,
  type IncidentSource,
  nextSteps,
  signalsMax,
  sourcesMax,
  tellsOfSubjects,
} from "./incident.ts";
import type { IncidentClients } from "./names/incident-clients.ts";
import type { DistinctCounter } from "./observe/distinct-counter.ts";
import { hash53 } from "./observe/hash53.ts";
import type { Level, Signal } from "./signal.ts";

/** An open incident while it grows. */
export interface Draft {
  readonly id: string;
  readonly kind: string;
  readonly group: string;
  readonly title: string;
  level: Level;
  status: Incident["status"];
  readonly openedAt: number;
  /** Of the last signal. */
  lastAt: number;
  /** When a source of it was last seen to go on, see {@link goesOnPeople}. */
  goneOnAt?: number;
  /** What each source had asked when it was looked at last for that. */
  readonly askedBefore: Map<string, number>;
  readonly endpointIds: Set<string>;
  readonly sources: Map<string, IncidentSource>;
  readonly distinct: DistinctCounter;
  /** Some of the sources were cut to their networks: only the counter knows how many there were. */
  cut?: boolean;
  disclosed: DisclosedCounts;
  clients?: IncidentClients;
  readonly signals: Signal[];
  signalCount: number;
  alerts: number;
  toldAt: number;
  /** When it was told as news, not as a summary. */
  pagedAt: number;
  toldCount: number;
  /** Endpoints from which a signal of level `high` came. */
  readonly pagedBy: Set<string>;
}

/** A signal that pages, from an endpoint of which people were not told yet. At {@link endpointsMax} nothing is new any more. */
export function spreads(draft: Draft, { level, endpointId }: Signal): boolean {
  return endpointId !== undefined && compareLevels(level, "high") >= 0 && !draft.pagedBy.has(endpointId) && draft.pagedBy.size < endpointsMax;
}

/** The last ones; a flood of what single sources did, first of it what is `low`, takes no place from what was seen of the whole. */
export function keepLatest(signals: Signal[], signal: Signal): void {
  signals.push(signal);
  if (signals.length <= signalsMax) return;
  const low = signals.findIndex(({ level }) => level === "low");
  const ofOne = low >= 0 ? low : signals.findIndex(({ actor }) => actor !== undefined);
  signals.splice(Math.max(0, ofOne), 1);
}

/** Takes a signal of this incident in. */
export function take(draft: Draft, signal: Signal): void {
  if (spreads(draft, signal) && signal.endpointId !== undefined) draft.pagedBy.add(signal.endpointId);
  keepLatest(draft.signals, signal);
  draft.signalCount += 1;
  draft.lastAt = Math.max(draft.lastAt, signal.at);
  if (compareLevels(signal.level, draft.level) > 0) draft.level = signal.level;
  if (signal.endpointId !== undefined && draft.endpointIds.size < endpointsMax) draft.endpointIds.add(signal.endpointId);
  // What a source asked comes by observeSource where that is counted; elsewhere its signals are what it did.
  if (signal.actor !== undefined) addSource(draft, signal.actor.address, signal.at, tellsOfSubjects(draft.kind) ? 0 : 1);
}

/** Adds what a source asked; those beyond {@link sourcesMax} are only counted. */
export function addSource(draft: Draft, address: string, at: number, asked: number): void {
  draft.distinct.add(hash53(address));
  const known = draft.sources.get(address);
  if (known === undefined) {
    if (draft.sources.size < sourcesMax) draft.sources.set(address, { address, asked, firstAt: at, lastAt: at });
    return;
  }
  const total = known.asked + asked;
  draft.sources.set(address, { address, asked: total, firstAt: Math.min(known.firstAt, at), lastAt: Math.max(known.lastAt, at) });
  const before = draft.askedBefore.get(address);
  if (before !== undefined && total - before < goesOnPeople) return;
  draft.askedBefore.set(address, total);
  if (before !== undefined) draft.goneOnAt = Math.max(draft.goneOnAt ?? at, at);
}

/**
 * Until when it stands if nothing more comes: {@link quietMs} after its last signal, or after one of its sources went on, but not longer than {@link goesOnMs} after the last signal. Signals about
 * one who goes on steadily come at ever longer distances.
 */
export function standsUntil(draft: Draft, quietMs: number): number {
  return Math.max(draft.lastAt + quietMs, Math.min((draft.goneOnAt ?? draft.lastAt) + quietMs, draft.lastAt + goesOnMs));
}

/** A source that asked about so many more goes on: more than a person does by chance. */
export const goesOnPeople = 5;
/** Who keeps an incident open by going on is not to keep what comes later from being told as news. */
export const goesOnMs = 7 * 86_400_000;

/** The incident as it is now. */
export function incidentOf(draft: Draft): Incident {
  return {
    id: draft.id,
    kind: draft.kind,
    group: draft.group,
    title: draft.title,
    level: draft.level,
    status: draft.status,
    openedAt: draft.openedAt,
    lastAt: Math.max(draft.lastAt, draft.goneOnAt ?? draft.lastAt),
    endpointIds: [...draft.endpointIds],
    sources: [...draft.sources.values()],
    sourceCount: draft.sources.size < sourcesMax && draft.cut !== true ? draft.sources.size : draft.distinct.value(),
    disclosed: draft.disclosed,
    ...(draft.clients === undefined ? {} : { clients: draft.clients }),
    signals: [...draft.signals],
    signalCount: draft.signalCount,
    next: nextSteps(draft.kind, draft.disclosed, draft.status === "closed", questionOf(draft)),
  };
}

/** Whether its address was cut to the network. */
export function isCut(source: IncidentSource): boolean {
  return blurredAddress(source.address) === source.address;
}

/** A source may have asked before its first signal and after its last. */
function questionOf(draft: Draft): BreachQuestion {
  let from = draft.openedAt;
  let to = draft.lastAt;
  for (const { firstAt, lastAt } of draft.sources.values()) {
    from = Math.min(from, firstAt);
    to = Math.max(to, lastAt);
  }
  const [endpoint, ...others] = draft.endpointIds;
  return { endpoint, others, from, to, sources: draft.sources.size };
}
