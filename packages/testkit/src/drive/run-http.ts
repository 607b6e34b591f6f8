import { setMaxListeners } from "node:events";
import type { Pool } from "undici";
import type { Clock } from "../clock.ts";
import type { Session, TrafficAnswer, TrafficRequest } from "../traffic/session.ts";
import { LoopbackPools } from "./loopback-pools.ts";
import { TrafficStats } from "./traffic-stats.ts";

export interface HttpOptions {
  /** Where to send, `http://127.0.0.1:8080`: the gate, or the service itself. */
  readonly target: string;
  readonly clock: Clock;
  /** Requests under way at once; more wait their turn. Default 64. */
  readonly concurrency?: number;
  /** `Host` header; the target's own when absent. */
  readonly host?: string;
  /** Stops early: no new request is sent, running sessions end where they are. */
  readonly signal?: AbortSignal;
  /** Called after each answer. */
  readonly onAnswer?: (session: Session, request: TrafficRequest, answer: TrafficAnswer) => void;
}

export interface HttpResult {
  readonly stats: TrafficStats;
  /** The latest a request went out after it was due, event milliseconds. Large: the clock's factor is too high for this machine. */
  readonly lateMsMax: number;
}

/**
 * Runs sessions over real HTTP/1.1, each from its own loopback address, at the clock's pace. `sessions` must be ordered
 * by start. Resolves when all have ended. A request that gets no answer (refused, reset, 30 s of silence) counts as an error
 * and reads as status 0 to its script.
 */
export async function runHttp(sessions: Iterable<Session>, options: HttpOptions): Promise<HttpResult> {
  const { clock } = options;
  const stats = new TrafficStats();
  const pools = new LoopbackPools(options.target);
  const turns = new Turns(options.concurrency ?? 64);
  const running = new Set<Promise<void>>();
  let lateMsMax = 0;
  // Every sleeping session listens for the stop.
  if (options.signal !== undefined) setMaxListeners(0, options.signal);

  const visit = async (session: Session): Promise<void> => {
    const script = session.run();
    stats.began(session.kind);
    let turn = script.next();
    while (turn.done !== true) {
      const { dueAt, request } = turn.value;
      await sleepUntil(clock, dueAt, options.signal);
      if (options.signal?.aborted === true) return;
      const answer = await turns.run(() => {
        lateMsMax = Math.max(lateMsMax, clock.now() - dueAt);
        return pools.with(session.address, (pool) => send(pool, request, options.host, clock));
      });
      stats.answered(session.kind, request, answer);
      options.onAnswer?.(session, request, answer);
      turn = script.next(answer);
    }
    stats.ended(session.kind, turn.value);
  };

  try {
    for (const session of sessions) {
      await sleepUntil(clock, session.startAt, options.signal);
      if (options.signal?.aborted === true) break;
      // Memory stays bounded whatever the stream holds; the rest starts late.
      while (running.size >= sessionsMax) await Promise.race(running);
      const one: Promise<void> = visit(session).finally(() => running.delete(one));
      running.add(one);
    }
    await Promise.all(running);
  } finally {
    await pools.close();
  }
  return { stats, lateMsMax };
}

/** Sessions under way at once: a distributed attack has 20,000, each a small generator and a timer. */
export const sessionsMax = 50_000;

async function send(pool: Pool, request: TrafficRequest, host: string | undefined, clock: Clock): Promise<TrafficAnswer> {
  const headers: string[] = host === undefined ? [] : ["Host", host];
  for (const [name, value] of request.headers) headers.push(name, value);
  try {
    const answer = await pool.request({ path: request.path, method: request.method, headers, body: request.body ?? null });
    const body = await answer.body.text();
    const list: (readonly [string, string])[] = [];
    for (const [name, value] of Object.entries(answer.headers)) {
      if (typeof value === "string") list.push([name, value]);
      else for (const one of value ?? []) list.push([name, one]);
    }
    return { status: answer.statusCode, headers: list, body, at: clock.now() };
  } catch {
    // Whatever went wrong on the wire, the client's view of it is: no answer.
    return { status: 0, headers: [], body: "", at: clock.now() };
  }
}

async function sleepUntil(clock: Clock, at: number, signal: AbortSignal | undefined): Promise<void> {
  const left = at - clock.now();
  if (left > 0) await clock.sleep(left, signal);
}

/** Lets at most `size` run at once; the others wait in order. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  async run<T>(use: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await use();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
