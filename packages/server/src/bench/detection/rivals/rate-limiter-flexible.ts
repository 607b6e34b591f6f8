import { type LimiterKind, limiterRival } from "./limiter-rival.ts";
import { npmPart } from "./npm-part.ts";
import type { Rival } from "./rival.ts";

/**
 * rate-limiter-flexible of npm, its limiter in memory, consumed once a request before the service as its page shows for an address. It has no default
 * but what that page opens with: six points a second.
 */
export const rateLimiterFlexibleKind: LimiterKind = {
  name: "rate-limiter-flexible",
  version: "11.4.0",
  told: {
    stands: "in the application, before its routes",
    asShipped: "the opening example of its page on every request: 6 a second an address",
    tuned: "points, duration and blockDuration (none, a day, 20 days) from the grid, on every request or on the lookup alone; the operator's monitor exempt",
    blind: "counts requests of an address: neither what was asked nor what was answered; tells nobody",
  },
  shipped: { over: "every request", limit: 6, windowMs: 1_000, blockMs: 0, monitorExempt: false },
  // Its timers hold no longer than 24 days.
  blocksMs: [0, 86_400_000, 20 * 86_400_000],
  load: async () => {
    const { RateLimiterMemory } = (await npmPart<{ readonly default: Package }>({ name: "rate-limiter-flexible", version: "11.4.0", file: "index.js" })).default;
    return ({ limit, windowMs, blockMs }) => {
      const limiter = new RateLimiterMemory({ points: limit, duration: windowMs / 1_000, blockDuration: blockMs / 1_000 });
      let waitMs = 0;
      return {
        take: (address) =>
          limiter.consume(address).then(
            () => true,
            (refused: unknown) => {
              if (refused instanceof Error) throw refused;
              waitMs = typeof refused === "object" && refused !== null && "msBeforeNext" in refused ? Number(refused.msBeforeNext) : 0;
              return false;
            },
          ),
        // The page's own middleware answers so.
        refusal: () => ({ status: 429, headers: [["retry-after", String(waitMs / 1_000)]], body: "Too Many Requests" }),
      };
    };
  },
};

export const rateLimiterFlexible: Rival = limiterRival(rateLimiterFlexibleKind);

interface Package {
  readonly RateLimiterMemory: new (options: { readonly points: number; readonly duration: number; readonly blockDuration: number }) => {
    consume(key: string): Promise<unknown>;
  };
}
