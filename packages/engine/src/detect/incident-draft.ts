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
  lastAt: number;
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
  draft.sources.set(address, { address, asked: known.asked + asked, firstAt: Math.min(known.firstAt, at), lastAt: Math.max(known.lastAt, at) });
}

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
    lastAt: draft.lastAt,
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
