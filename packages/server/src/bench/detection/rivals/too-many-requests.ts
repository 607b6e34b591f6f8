import type { Cell } from "../cell.ts";

/**
 * Why a cell is too long for software that must be asked over a socket, one request after the other; undefined when it is not. A visit makes about eight requests.
 */
export function tooManyRequests(cell: Cell): string | undefined {
  const honest = (cell.honest.sessionsPerDay * 8 + 1_500) * ((cell.warmMs + cell.horizonMs) / 86_400_000);
  const asked = cell.attack === undefined ? 0 : Math.min(cell.attack.size, (cell.attack.ratePerSecond * cell.horizonMs) / 1_000);
  return honest + asked > overSocketMax ? `about ${Math.round((honest + asked) / 1_000)},000 requests, one at a time over a socket; the limit is ${overSocketMax / 1_000},000` : undefined;
}

/** About a millisecond each: ten minutes. */
const overSocketMax = 600_000;
