import type { Disclosure, Signal } from "@postern/engine";
import type { Wire } from "./schemas.ts";
import type { LiveEvent, Meaning, Overview } from "./views.ts";

/** The overview with its times as ISO text. */
export function overviewOnWire(overview: Overview): Wire<"Overview"> {
  const { requests, truthful, uniform, stepMs, fromAt } = overview.series;
  return {
    ...overview,
    at: iso(overview.at),
    series: { fromAt: iso(fromAt), stepMs, requests: [...requests], truthful: [...truthful], uniform: [...uniform] },
    blindSpots: [...overview.blindSpots],
  };
}

/** A signal without the actor's keyed hashes: they help nobody outside and could be joined. */
export function signalOnWire(signal: Signal): Wire<"Signal"> {
  return {
    id: signal.id,
    detector: signal.detector,
    level: signal.level,
    confidence: signal.confidence,
    at: iso(signal.at),
    endpoint: signal.endpointId ?? null,
    actor: signal.actor === undefined ? null : { address: signal.actor.address },
    evidence: { ...signal.evidence },
  };
}

/** A disclosure with `endpoint` for the engine's `endpointId`, and without the credential's and the actor's hash. */
export function disclosureOnWire(row: Disclosure & { readonly meaning: Meaning }): Wire<"Disclosure"> {
  const { id, exchangeId, at, endpointId, subjectType, subject, answer, meaning, responseClass, address } = row;
  return { id, exchangeId, at: iso(at), endpoint: endpointId, subjectType, subject, answer, meaning, responseClass, address };
}

/** What a live event carries. Incidents and findings are shaped already. */
export function liveOnWire(event: LiveEvent): unknown {
  return event.type === "overview" ? overviewOnWire(event.data) : event.data;
}

/** Out of range times (a source's bug) become the epoch rather than an exception in the answer. */
function iso(at: number): string {
  return new Date(Number.isFinite(at) && Math.abs(at) < 8.64e15 ? at : 0).toISOString();
}
