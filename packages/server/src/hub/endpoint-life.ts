import type { InventoryEndpoint, Ledger } from "@postern/engine";
import { declaredIndexOf } from "../cli/import-policy.ts";
import type { Config } from "../config/config-schema.ts";

/**
 * The life of every endpoint: who answers for it, its tags, whether it is new, active, idle or retired, and whether it is public on purpose. What a
 * person set over the API counts for more than the configuration.
 *
 * Time is that of the traffic: "24 hours ago" is 24 hours before the newest exchange, so that last month's log reads as it did then. New is what appeared
 * in the last {@link newDays} days, but after the first day of looking: on that day everything appears. Idle is what nobody asked for in {@link idleDays} days. Retired
 * is only what somebody called so; an endpoint that answers all the same stays retired and is told in the change feed.
 */
export function livesOf(ledger: Ledger, config: Pick<Config, "endpoints">, annotations: ReadonlyMap<string, Annotation>): (endpoint: InventoryEndpoint) => EndpointLife {
  const { from, to } = spanOf(ledger);
  return (endpoint) => {
    const declared = config.endpoints[declaredIndexOf(config.endpoints, { method: endpoint.method, host: endpoint.host, template: endpoint.clearTemplate })];
    const set = annotationOf(endpoint, annotations);
    const retiredAt = set?.retiredAt ?? (declared?.retired === undefined ? undefined : Date.parse(`${declared.retired}T00:00:00Z`));
    const stated = set?.publicOnPurpose ?? declared?.publicOnPurpose;
    const isPublic = stated !== undefined && to < Date.parse(`${stated.until}T00:00:00Z`) + dayMs;
    return {
      lifecycle:
        retiredAt !== undefined && retiredAt !== null && retiredAt <= to
          ? "retired"
          : endpoint.lastAt < to - idleDays * dayMs
            ? "idle"
            : endpoint.firstAt >= to - newDays * dayMs && endpoint.firstAt >= from + dayMs
              ? "new"
              : "active",
      owner: set?.owner ?? declared?.owner ?? null,
      tags: set?.tags ?? declared?.tags ?? [],
      publicOnPurpose: isPublic ? { by: stated.owner, reason: stated.reason, until: stated.until } : null,
      retiredAt: retiredAt ?? null,
    };
  };
}

/** First and last moment of the traffic in the inventory; both 0 when there is none. */
export function spanOf(ledger: Ledger): { readonly from: number; readonly to: number } {
  let from = Infinity;
  let to = -Infinity;
  for (const { firstAt, lastAt } of ledger.inventory.endpoints()) {
    from = Math.min(from, firstAt);
    to = Math.max(to, lastAt);
  }
  return Number.isFinite(from) && Number.isFinite(to) ? { from, to } : { from: 0, to: 0 };
}

/** What changed, unsorted: endpoints that appeared, fell idle, answer though retired, or were described by somebody. */
export function changesOf(ledger: Ledger, config: Pick<Config, "endpoints">, annotations: ReadonlyMap<string, Annotation>): readonly EndpointChange[] {
  const lifeOf = livesOf(ledger, config, annotations);
  const changes: EndpointChange[] = [];
  for (const endpoint of ledger.inventory.endpoints()) {
    const at = { id: endpoint.id, method: endpoint.method, host: endpoint.host, path: endpoint.template };
    const life = lifeOf(endpoint);
    changes.push({ at: endpoint.firstAt, kind: "appeared", endpoint: at, by: null });
    if (life.lifecycle === "idle") changes.push({ at: endpoint.lastAt + idleDays * dayMs, kind: "fell-idle", endpoint: at, by: null });
    if (life.lifecycle === "retired" && life.retiredAt !== null && endpoint.lastAt > life.retiredAt)
      changes.push({ at: endpoint.lastAt, kind: "answers-though-retired", endpoint: at, by: null });
    const set = annotationOf(endpoint, annotations);
    if (set !== undefined) changes.push({ at: set.at, kind: "described", endpoint: at, by: set.by });
  }
  return changes;
}

/** What a person said about an endpoint over the API. */
export interface Annotation {
  readonly at: number;
  readonly by: string;
  readonly owner?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Null: not retired, whatever the configuration says. */
  readonly retiredAt?: number | null | undefined;
  readonly publicOnPurpose?: { readonly owner: string; readonly reason: string; readonly until: string } | undefined;
}

export interface EndpointLife {
  readonly lifecycle: "new" | "active" | "idle" | "retired";
  readonly owner: string | null;
  readonly tags: readonly string[];
  /** Who decided, why, and its last day. */
  readonly publicOnPurpose: { readonly by: string; readonly reason: string; readonly until: string } | null;
  readonly retiredAt: number | null;
}

export interface EndpointChange {
  readonly at: number;
  readonly kind: "appeared" | "fell-idle" | "answers-though-retired" | "described";
  readonly endpoint: { readonly id: string; readonly method: string; readonly host: string; readonly path: string };
  /** Who described it. */
  readonly by: string | null;
}

/** As `--lifecycle` and the API filter: `public` is what is public on purpose, in any state. */
export const lifecycleFilters = ["new", "active", "idle", "retired", "public"] as const;

export function hasLifecycle(life: Pick<EndpointLife, "lifecycle" | "publicOnPurpose">, wanted: (typeof lifecycleFilters)[number]): boolean {
  return wanted === "public" ? life.publicOnPurpose !== null : life.lifecycle === wanted;
}

/** Endpoints described over the API; as many as one inventory holds ids of people's interest, far beyond what people type. */
export const annotationsMax = 10_000;
export const newDays = 7;
export const idleDays = 30;
const dayMs = 86_400_000;

function annotationOf(endpoint: InventoryEndpoint, annotations: ReadonlyMap<string, Annotation>): Annotation | undefined {
  if (annotations.size === 0) return undefined;
  const own = annotations.get(endpoint.id);
  if (own !== undefined) return own;
  for (const alias of endpoint.aliases) {
    const older = annotations.get(alias);
    if (older !== undefined) return older;
  }
  return undefined;
}
