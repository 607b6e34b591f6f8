import { connect, type Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { percentile } from "./statistics.ts";

/**
 * Asks over keep-alive connections, one question at a time on each: as fast as answers come (`rate` 0), or each connection at its own beat so that
 * all together make `rate` a second. Latency is counted from the moment a question is due, at most one beat late, so that a stalled proxy cannot hide
 * behind questions never asked.
 */
export async function pacedLoad(options: LoadOptions): Promise<LoadResult> {
  const { rate, connections, seconds } = options;
  const questions = requestTexts(options.host).map((text) => Buffer.from(text, "latin1"));
  const beatMs = rate === 0 ? 0 : (connections * 1_000) / rate;
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  const latencies: number[] = [];
  let answered = 0;
  let failed = 0;
  const sockets: Socket[] = [];
  const runs = Array.from(
    { length: connections },
    (_, n) =>
      new Promise<void>((resolve) => {
        let next = n;
        let askedAt = 0;
        let dueAt = startedAt + (beatMs * n) / connections;
        let tail = "";
        const socket = connect(options.port, "127.0.0.1");
        sockets.push(socket);
        socket.setNoDelay(true);
        const ask = (): void => {
          const now = performance.now();
          if (now >= until) {
            socket.destroy();
            resolve();
            return;
          }
          // A timer fires up to a millisecond late: that is the client's own, not the proxy's.
          askedAt = beatMs === 0 || now - dueAt < timerLateMs ? now : dueAt + timerLateMs;
          const question = questions[next++ % questions.length];
          if (question !== undefined) socket.write(question);
        };
        socket.on("connect", () => (beatMs === 0 ? ask() : setTimeout(ask, Math.max(0, dueAt - performance.now()))));
        socket.on("data", (chunk) => {
          tail = (tail + chunk.toString("latin1")).slice(-2_048);
          if (!tail.endsWith(answerEnd)) return;
          if (!tail.includes("HTTP/1.1 200")) failed++;
          tail = "";
          answered++;
          const now = performance.now();
          if (latencies.length < latenciesMax) latencies.push(now - askedAt);
          if (beatMs === 0) {
            ask();
            return;
          }
          dueAt += beatMs;
          const wait = dueAt - now;
          if (wait <= 0) ask();
          else setTimeout(ask, wait);
        });
        socket.on("error", () => socket.destroy());
        socket.on("close", () => {
          if (performance.now() < until) failed++;
          resolve();
        });
      }),
  );
  const guard = setTimeout(() => sockets.forEach((socket) => socket.destroy()), seconds * 1_000 + 2_000);
  await Promise.all(runs);
  clearTimeout(guard);
  return {
    requestsPerSecond: answered / seconds,
    failed,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
}

/** What every load asks: {@link paths} by turn, with the headers a client's library sends. */
export function requestTexts(host: string): string[] {
  return paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${requestHeaders.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
}

/** Endpoints that take no identifier: nothing of them is under a budget. */
export const paths: readonly string[] = [
  "/v1/items",
  "/v1/items?limit=20",
  "/v1/items/featured",
  "/v1/prices",
  "/v1/prices?currency=EUR",
  "/v1/status",
  "/v1/menu",
  "/v1/menu/today",
];

export const requestHeaders: readonly (readonly [string, string])[] = [
  ["User-Agent", "bench/1.0"],
  ["Accept", "application/json"],
  ["Accept-Encoding", "identity"],
  ["Authorization", "Bearer abcdefghijklmnopqrstuvwxyz012345"],
];

export interface LoadOptions {
  readonly port: number;
  readonly host: string;
  readonly connections: number;
  readonly seconds: number;
  /** Questions a second over all connections; 0 for as many as are answered. */
  readonly rate: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Answers that were not 200, and connections that broke. */
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** The last byte of every answer here. */
const answerEnd = "}";
const timerLateMs = 1.5;
/** Enough for p99; memory of a long run stays bounded. */
const latenciesMax = 1_000_000;
