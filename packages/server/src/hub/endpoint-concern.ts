import { type Level, operationText } from "@postern/engine";
import type { EndpointView, FindingView } from "../api/views.ts";
import { dataLevel } from "../specs/data-level.ts";
import { levels } from "../specs/difference.ts";

/**
 * How worrying an endpoint is, from 0 to 433: the one order "most worrying first" of console, API and command line. One decides before the next:
 *
 * 1. the most severe of its open findings (hundreds: 0 without one or with `info` only, 4 for `critical`);
 * 2. whom it answers (tens): anyone 3, some without a credential 2, not shown 1, nobody without a credential 0;
 * 3. the worst kind of data in its answers (ones), as `dataLevel` has it: high 3, medium 2, low 1.
 *
 * Findings that somebody accepted, marked as fixed, or covered by "public on purpose" worry nobody, and what is public on purpose may answer anyone. Equally worrying ones
 * stand by host, path and method. It knows no more than the findings do: a weakness nobody looks for worries nobody here.
 */
export function concernOf(endpoint: Pick<EndpointView, "auth" | "dataClasses" | "publicOnPurpose">, worst: Level | undefined): number {
  const finding = worst === undefined ? 0 : levels.indexOf(worst);
  const open = endpoint.publicOnPurpose === null ? openness[endpoint.auth.verdict] : 0;
  return finding * 100 + open * 10 + levels.indexOf(dataLevel(endpoint.dataClasses));
}

/** The most severe open finding of every endpoint that has one, by the endpoint's id. */
export function worstOpen(findings: Iterable<Pick<FindingView, "status" | "severity" | "endpoint">>): ReadonlyMap<string, Level> {
  const worst = new Map<string, Level>();
  for (const { status, severity, endpoint } of findings) {
    if (status !== "open") continue;
    const before = worst.get(endpoint.id);
    if (before === undefined || levels.indexOf(severity) > levels.indexOf(before)) worst.set(endpoint.id, severity);
  }
  return worst;
}

/** Orders a list of endpoints can be asked for in: the most worrying first, or by host, path and method, which stays the same while a list is paged through. */
export const endpointSorts = ["concern", "path"] as const;

/** The key of an endpoint in that order, ascending; unique by method, path and operation of a host. */
export function endpointKey(endpoint: EndpointView, sort: (typeof endpointSorts)[number]): string {
  const { concern, host, path, method, operation, id } = endpoint;
  const worrying = sort === "concern" ? `${String(999 - concern).padStart(3, "0")}\n` : "";
  return `${worrying}${host}\n${path}\n${method}\n${operationText(operation ?? undefined)}\n${id}`;
}

const openness: Readonly<Record<EndpointView["auth"]["verdict"], number>> = { "not enforced": 3, optional: 2, unproven: 1, enforced: 0 };
