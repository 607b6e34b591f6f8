import { type LimiterKind, limiterRival } from "./limiter-rival.ts";
import { npmPart } from "./npm-part.ts";
import type { Rival } from "./rival.ts";

/**
 * express-rate-limit of npm with its own memory store: the middleware is called with the request and response that Express would hand it, for each request
 * before the service. As shipped it counts every request of an address, five a minute.
 */
export const expressRateLimitKind: LimiterKind = {
  name: "express-rate-limit",
  version: "8.7.4",
  told: {
    stands: "in the application, before its routes",
    asShipped: "rateLimit() on every request: 5 a minute an address",
    tuned: "limit and window from the grid, on every request or on the lookup alone; the operator's monitor exempt",
    blind: "counts requests of an address: neither what was asked nor what was answered; tells nobody",
  },
  shipped: { over: "every request", limit: 5, windowMs: 60_000, blockMs: 0, monitorExempt: false },
  load: async () => {
    const { rateLimit } = await npmPart<{ readonly rateLimit: (options: object) => Middleware }>({ name: "express-rate-limit", version: "8.7.4", file: "dist/index.mjs" });
    return ({ limit, windowMs }) => {
      const middleware = rateLimit({ limit, windowMs });
      let answered = new Answered();
      return {
        take: async (ip) => {
          answered = new Answered();
          let passed = false;
          let failed: unknown;
          await middleware({ ip, headers: {}, app: { get: () => false } }, answered, (error) => {
            failed = error;
            passed = error === undefined;
          });
          if (failed instanceof Error) throw failed;
          return passed;
        },
        refusal: () => ({ status: answered.code, headers: answered.headers, body: answered.body }),
      };
    };
  },
};

export const expressRateLimit: Rival = limiterRival(expressRateLimitKind);

type Middleware = (request: object, response: Answered, next: (error?: unknown) => void) => Promise<void>;

/** The part of Express's response that the middleware uses. */
class Answered {
  readonly headersSent = false;
  readonly writableEnded = false;
  readonly headers: [string, string][] = [];
  code = 200;
  body = "";

  setHeader(name: string, value: string | number): void {
    this.headers.push([name.toLowerCase(), String(value)]);
  }

  append(name: string, value: string): void {
    this.setHeader(name, value);
  }

  status(code: number): this {
    this.code = code;
    return this;
  }

  send(body: unknown): void {
    this.body = String(body);
  }
}
