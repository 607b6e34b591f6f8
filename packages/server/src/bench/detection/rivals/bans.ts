import type { Limiter, LimiterSettings } from "./limiter-grid.ts";
import type { Front, Tell } from "./play-behind.ts";

/** An address that is kept out, event time; `until` is no longer part of it. */
export interface Ban {
  readonly address: string;
  readonly from: number;
  readonly until: number;
}

/**
 * A firewall that drops the packets of banned addresses. What a log's reader decides, counts from the end of the second it stands in, for a log knows only whole
 * seconds; in truth firewalls learn of it later. A ban is told when its address is not banned already.
 */
export function bansFront(bans: readonly Ban[], tell: Tell): Front {
  const waiting = bans.toSorted((a, b) => a.from - b.from);
  const until = new Map<string, number>();
  let place = 0;
  return {
    answer: ({ session, at }, serve) => {
      for (let next = waiting[place]; next !== undefined && next.from <= at; next = waiting[place]) {
        place += 1;
        const before = until.get(next.address) ?? 0;
        if (before <= next.from) tell(next.from, next.address);
        until.set(next.address, Math.max(before, next.until));
      }
      return (until.get(session.address) ?? 0) > at ? { status: 0, headers: [], body: "" } : serve();
    },
  };
}

/** The end of the second that a log's line stands in. */
export function endOfSecond(at: number): number {
  return Math.floor(at / 1_000) * 1_000 + 1_000;
}

/**
 * A bucket that leaks one lookup each `windowMs` and bans for `blockMs` when it runs over `limit`; lookups of one number count once while the bucket holds anything.
 * CrowdSec's, for the grid search alone.
 */
export function leakyBanModel({ limit, windowMs, blockMs }: LimiterSettings): Limiter {
  const buckets = new Map<string, { level: number; last: number; readonly paths: Set<string> }>();
  return banning(blockMs, (address, path, now) => {
    let bucket = buckets.get(address);
    if (bucket !== undefined) bucket.level = Math.max(0, bucket.level - (now - bucket.last) / windowMs);
    if (bucket === undefined || bucket.level === 0) buckets.set(address, (bucket = { level: 0, last: now, paths: new Set() }));
    bucket.last = now;
    if (bucket.paths.has(path)) return false;
    bucket.paths.add(path);
    bucket.level += 1;
    if (bucket.level <= limit) return false;
    buckets.delete(address);
    return true;
  });
}

/**
 * Counts lookups and bans at `limit`. What lies further back than `windowMs` is forgotten by scaling the count, as the density so far says; after a
 * window without any it is forgotten whole. fail2ban's, for the grid search alone.
 */
export function countedBanModel({ limit, windowMs, blockMs }: LimiterSettings): Limiter {
  const counts = new Map<string, { count: number; first: number; last: number }>();
  return banning(blockMs, (address, _path, now) => {
    let state = counts.get(address);
    if (state === undefined || now - state.last >= windowMs) counts.set(address, (state = { count: 0, first: now, last: now }));
    if (state.first < now - windowMs) {
      state.count = Math.round((state.count / (now - state.first)) * windowMs);
      state.first = now - windowMs;
    }
    state.last = now;
    state.count += 1;
    if (state.count < limit) return false;
    counts.delete(address);
    return true;
  });
}

/** The lookup that decides has been answered already; the ban begins with the next second. */
function banning(blockMs: number, over: (address: string, path: string, now: number) => boolean): Limiter {
  const bans = new Map<string, { readonly from: number; readonly until: number }>();
  return {
    take: (address, lookup) => {
      const now = Date.now();
      const ban = bans.get(address);
      if (ban !== undefined && now >= ban.from && now < ban.until) return false;
      if (lookup !== undefined && over(address, lookup, now)) bans.set(address, { from: endOfSecond(now), until: endOfSecond(now) + blockMs });
      return true;
    },
  };
}
