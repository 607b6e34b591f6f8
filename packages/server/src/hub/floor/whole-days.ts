import type { UptimeState } from "../uptime.ts";

/** Days since the epoch, of the last `daysMax` before `now`, that were watched from beginning to end, restarts of half an hour in all apart. */
export function wholeDays(uptime: UptimeState | undefined, now: number, daysMax: number): number[] {
  const spans = [...(uptime?.spans ?? []), ...(uptime?.imports ?? [])].toSorted((a, b) => a.from - b.from);
  const today = Math.floor(now / dayMs);
  const watched = new Map<number, number>();
  let until = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans) {
    let begin = Math.max(from, until, (today - daysMax) * dayMs);
    until = Math.max(until, to);
    while (begin < to) {
      const day = Math.floor(begin / dayMs);
      const end = Math.min(to, (day + 1) * dayMs);
      watched.set(day, (watched.get(day) ?? 0) + end - begin);
      begin = end;
    }
  }
  return [...watched].filter(([day, ms]) => day < today && ms >= dayMs - gapsMs).map(([day]) => day);
}

const dayMs = 86_400_000;
const gapsMs = 30 * 60_000;
