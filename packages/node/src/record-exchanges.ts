import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Exchange } from "@postern/engine";
import { observeExchange } from "./observe-exchange.ts";
import { plainAddress } from "./plain-address.ts";

/**
 * Middleware for connect and Express, and a wrapper for plain `node:http`, that hands every request and its answer to
 * `options.sink` as an {@link Exchange}, once, when the answer is complete or broken off. It observes only: it changes neither
 * request nor answer, waits for nothing, and never throws into its host; what goes wrong inside is counted in `counts()`.
 *
 * Exchanges hold credentials and identifiers in clear: the sink must hand them to an engine, or redact them, before anything
 * is written. Bodies are kept to 64 KiB each way and only when JSON, text or form. A compressed answer is seen as text only
 * when this stands after the compressing middleware. `OPTIONS *` and upgraded connections (WebSocket) are not seen.
 *
 * ```ts
 * const recorder = recordExchanges({ sink: (exchange) => exchanges.push(exchange) });
 * app.use(recorder);                                  // connect, Express
 * createServer(recorder.wrap(listener)).listen(8080); // node:http
 * ```
 */
export function recordExchanges(options: RecorderOptions): ExchangeRecorder {
  const counts = { recorded: 0, dropped: 0, sinkErrors: 0, observeErrors: 0 };
  const seen = new WeakSet<IncomingMessage>();
  const run = randomUUID();
  let requests = 0;
  let pending = 0;

  function observe(request: IncomingMessage, response: ServerResponse): void {
    try {
      const url = targetOf(request);
      if (seen.has(request) || url === "*") return;
      seen.add(request);
      requests += 1;
      observeExchange(request, response, { id: `${run}-${requests}`, url, address: addressOf(request) }, hand, failed);
    } catch {
      failed();
    }
  }

  function failed(): void {
    counts.observeErrors += 1;
  }

  function hand(exchange: Exchange): void {
    if (pending >= pendingMax) {
      counts.dropped += 1;
      return;
    }
    counts.recorded += 1;
    let result: unknown;
    try {
      result = options.sink(exchange);
    } catch {
      counts.sinkErrors += 1;
    }
    if (!(result instanceof Promise)) return;
    pending += 1;
    const settled = (errors: number) => (): void => {
      pending -= 1;
      counts.sinkErrors += errors;
    };
    void result.then(settled(0), settled(1));
  }

  function addressOf(request: IncomingMessage): string {
    const socket = plainAddress(request.socket.remoteAddress ?? "");
    if (options.clientAddress === undefined) return socket;
    try {
      const named = plainAddress(options.clientAddress(request));
      return named === "" ? socket : named;
    } catch {
      failed();
      return socket;
    }
  }

  const middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    observe(request, response);
    next();
  };
  return Object.assign(middleware, {
    wrap<Result>(listener: (request: IncomingMessage, response: ServerResponse) => Result) {
      return (request: IncomingMessage, response: ServerResponse): Result => {
        observe(request, response);
        return listener(request, response);
      };
    },
    counts: (): RecorderCounts => ({ ...counts }),
  });
}

export interface RecorderOptions {
  /**
   * Takes each exchange, in the order in which answers end. What it throws, or a promise it rejects, is counted and goes no
   * further. While {@link pendingMax} promises of it are unsettled, further exchanges are dropped and counted.
   */
  readonly sink: (exchange: Exchange) => unknown;
  /**
   * The caller's address as this host knows it behind its own trusted proxies: `(request) => request.ip` with Express and an
   * exact `trust proxy`. Never the leftmost `X-Forwarded-For`: that is the caller's own choice. The socket's address when
   * absent, and when the answer is no address or an exception.
   */
  readonly clientAddress?: (request: IncomingMessage) => string;
}

export interface ExchangeRecorder {
  /** The middleware. Put it before whatever reads the request's body. Met twice by one request it records once. */
  (request: IncomingMessage, response: ServerResponse, next: () => void): void;
  /** The same listener, observed. What it returns or throws is passed on. */
  wrap<Result>(listener: (request: IncomingMessage, response: ServerResponse) => Result): (request: IncomingMessage, response: ServerResponse) => Result;
  /** Figures since the start. */
  counts(): RecorderCounts;
}

export interface RecorderCounts {
  /** Exchanges handed to the sink. */
  readonly recorded: number;
  /** Exchanges not handed over, because the sink was {@link pendingMax} behind. */
  readonly dropped: number;
  /** Exchanges the sink threw on, or rejected later. */
  readonly sinkErrors: number;
  /** Times observing itself failed; the request went on untouched, its exchange may be missing or thinner. */
  readonly observeErrors: number;
}

/** Exchanges a slow sink may hold at once: with two bodies of 64 KiB each, 128 MiB of the host's memory at worst. */
export const pendingMax = 1_024;

/** As on the wire. Routers of connect and Express shorten `url` and keep the original beside it. */
function targetOf(request: IncomingMessage): string {
  return "originalUrl" in request && typeof request.originalUrl === "string" ? request.originalUrl : (request.url ?? "/");
}
