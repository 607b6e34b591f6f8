import { expressRateLimitKind } from "../../bench/detection/rivals/express-rate-limit.ts";
import { duration, type LimiterSettings } from "../../bench/detection/rivals/limiter-grid.ts";
import { holdsEventTime, type LimiterKind, type MakeLimiter } from "../../bench/detection/rivals/limiter-rival.ts";
import { rateLimiterFlexibleKind } from "../../bench/detection/rivals/rate-limiter-flexible.ts";
import type { Lane } from "./lane.ts";

/** A limiter with its setting, before it is known whether its package is to be had. */
export interface LimiterLane {
  readonly id: string;
  readonly name: string;
  readonly kind: LimiterKind;
  readonly settings: LimiterSettings;
}

const second = 1_000;
const hour = 3_600_000;
const day = 24 * hour;

/** From the looser to the strictest: the first as it ships, the last refuses whoever asks twice a day. */
export const limiterLanes: readonly LimiterLane[] = [
  lane(expressRateLimitKind, "every request", 5, 60 * second),
  lane(expressRateLimitKind, "the lookup", 100, day),
  lane(rateLimiterFlexibleKind, "the lookup", 10, hour),
  lane(rateLimiterFlexibleKind, "the lookup", 1, day),
];

/** The lanes whose packages are to be had, and why the others are not run. Fetches with npm what is not here yet, into the folder that `POSTERN_RIVALS_FOLDER` names. */
export async function loadLimiters(wanted: readonly LimiterLane[]): Promise<{ readonly lanes: readonly Lane[]; readonly missing: readonly MissingLane[] }> {
  const lanes: Lane[] = [];
  const missing: MissingLane[] = [];
  const loaded = new Map<LimiterKind, Promise<MakeLimiter>>();
  for (const { id, name, kind, settings } of wanted) {
    try {
      if (!loaded.has(kind)) loaded.set(kind, load(kind));
      const make = await loaded.get(kind);
      if (make !== undefined) lanes.push({ id, name, front: () => frontOf(make, settings) });
    } catch (error) {
      missing.push({ id, name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { lanes, missing };
}

export interface MissingLane {
  readonly id: string;
  readonly name: string;
  readonly why: string;
}

async function load(kind: LimiterKind): Promise<MakeLimiter> {
  const make = await kind.load();
  await holdsEventTime(make);
  return make;
}

function frontOf(make: MakeLimiter, settings: LimiterSettings): ReturnType<Lane["front"]> {
  const limiter = make(settings);
  return {
    answer: async ({ session, request }, serve) =>
      (settings.over === "the lookup" && request.lookup === undefined) || (await limiter.take(session.address)) ? serve() : limiter.refusal(),
  };
}

function lane(kind: LimiterKind, over: LimiterSettings["over"], limit: number, windowMs: number): LimiterLane {
  const per = duration(windowMs).replace(/^1 /, "a ").replace("min", "minute").replace("a h", "an hour").replace("a d", "a day");
  return {
    id: `${kind.name}-${limit}-${windowMs}`,
    name: `${kind.name}, ${limit} ${over === "the lookup" ? (limit === 1 ? "lookup " : "lookups ") : ""}${per}`,
    kind,
    settings: { over, limit, windowMs, blockMs: 0, monitorExempt: false },
  };
}
