import type { Cell } from "../cell.ts";

/**
 * Why a cell is too long for the software, by default one that takes a millisecond or two for each request; undefined when it is not. A visit makes about eight requests.
 */
export function tooManyRequests(cell: Cell, requestsMax = slowRequestsMax): string | undefined {
  const honest = (cell.honest.sessionsPerDay * 8 + 1_500) * ((cell.warmMs + cell.horizonMs) / 86_400_000);
  const asked = cell.attack === undefined ? 0 : Math.min(cell.attack.size, (cell.attack.ratePerSecond * cell.horizonMs) / 1_000);
  return honest + asked > requestsMax ? `about ${Math.round((honest + asked) / 1_000)},000 requests; the limit here is ${requestsMax / 1_000},000` : undefined;
}

/** At a millisecond or two each: ten to twenty minutes. */
const slowRequestsMax = 600_000;
