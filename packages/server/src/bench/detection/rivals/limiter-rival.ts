import type { Cell } from "../cell.ts";
import { inEventTime } from "./event-time.ts";
import { inWords, type Limiter, type LimiterSettings, monitorAddress, tuneLimiter } from "./limiter-grid.ts";
import { playBehind, type Seen } from "./play-behind.ts";
import type { Absence, Rival, RivalOutcome, Setting } from "./rival.ts";

/** What is particular to one limiter in process. */
export interface LimiterKind {
  readonly name: string;
  readonly version: string;
  readonly told: Rival["told"];
  readonly shipped: LimiterSettings;
  /** Other block times of the grid than none. */
  readonly blocksMs?: readonly number[];
  /** Loads the software; throws when it is not to be had. */
  load(): Promise<MakeLimiter>;
}

/** Makes a limiter; `refusal` is what it says to the one it refused last. */
export type MakeLimiter = (settings: LimiterSettings) => Limiter & { refusal(): Seen };

/** A rate limiter of an application, called for each request as the application calls it, before the service and in event time. */
export function limiterRival(kind: LimiterKind): Rival {
  const tuned = new Map<string, Promise<LimiterSettings | undefined>>();
  return {
    name: kind.name,
    version: async () => kind.version,
    replays: "event time",
    told: kind.told,
    run: async (cell: Cell, seed: string, setting: Setting): Promise<RivalOutcome | Absence> => {
      let make: MakeLimiter;
      try {
        make = await kind.load();
        await holdsEventTime(make);
      } catch (error) {
        return { notRun: error instanceof Error ? error.message : String(error) };
      }
      const play = (of: Cell, itsSeed: string, settings: LimiterSettings): Promise<Omit<RivalOutcome, "settings">> => playLimited(of, itsSeed, settings, make);
      if (setting === "tuned" && !tuned.has(cell.id))
        tuned.set(cell.id, tuneLimiter(cell, make, play, { windowsMs: [60_000, 900_000, 3_600_000, 21_600_000, 86_400_000], blocksMs: kind.blocksMs ?? [0] }));
      const settings = setting === "tuned" ? await tuned.get(cell.id) : kind.shipped;
      if (settings === undefined) return { notRun: "no setting of the grid harms so few" };
      return { ...(await play(cell, seed, settings)), settings: inWords(settings) };
    },
  };
}

function playLimited(cell: Cell, seed: string, settings: LimiterSettings, make: MakeLimiter): Promise<Omit<RivalOutcome, "settings">> {
  return inEventTime(async (clock) => {
    const limiter = make(settings);
    return playBehind(cell, seed, () => ({
      answer: async ({ session, request, at }, serve) => {
        if (settings.over === "the lookup" && request.lookup === undefined) return serve();
        if (settings.monitorExempt && session.address === monitorAddress) return serve();
        clock.now = at;
        return (await limiter.take(session.address)) ? serve() : limiter.refusal();
      },
    }));
  });
}

/** Throws unless the limiter refuses the second request of a minute and allows the first of the next, by the time of the traffic. */
export async function holdsEventTime(make: MakeLimiter): Promise<void> {
  const seen = await inEventTime(async (clock) => {
    const limiter = make({ over: "every request", limit: 1, windowMs: 60_000, blockMs: 0, monitorExempt: false });
    const verdicts: boolean[] = [];
    for (const at of [1_000_000, 1_059_000, 1_061_000, 1_062_000]) {
      clock.now = at;
      verdicts.push(await limiter.take("127.0.0.9"));
    }
    return verdicts.join(" ");
  });
  if (seen !== "true false true false") throw new Error(`it does not keep the time of the traffic (${seen})`);
}
