import { carriesAll, TimeQueue, type Exchange } from "@postern/engine";
import type { Latchkey } from "../latchkey/latchkey.ts";
import type { LatchkeyResponse } from "../latchkey/message.ts";
import type { Outcome, Script, Session, Step, TrafficAnswer, TrafficRequest } from "../traffic/session.ts";
import { TrafficStats } from "./traffic-stats.ts";

export interface DirectOptions {
  /** Event time; requests due at or after `to` are not sent, and the sessions they belong to end there. */
  readonly from: number;
  readonly to: number;
  /** Host in the exchanges' URLs. Default `latchkey.example`. */
  readonly host?: string;
  /** Counts into these, for who reads them meanwhile. */
  readonly stats?: TrafficStats;
  /** Prefix of the exchanges' ids. Default `x`. */
  readonly idPrefix?: string;
  /**
   * Stands before the service: what it returns is what the client gets to see instead of the service's answer; undefined lets that pass. Called in order of time.
   * The service has answered by then, as behind a gate that replaces answers.
   */
  readonly gate?: (exchange: Exchange, session: Session) => Pick<TrafficAnswer, "status" | "headers" | "body"> | undefined;
}

export interface DirectResult {
  /** Requests sent, one exchange each. */
  readonly events: number;
  readonly stats: TrafficStats;
}

/**
 * Runs sessions in virtual time against the service in process: no socket, no sleep, months in seconds. `sink` gets each
 * exchange in order of its request. `sessions` must be ordered by start; they are drawn as their time comes, so an endless
 * stream is fine. The same sessions against a service of the same seed give the same exchanges, byte for byte.
 */
export function runDirect(sessions: Iterable<Session>, service: Pick<Latchkey, "handle">, options: DirectOptions, sink: (exchange: Exchange) => void = () => {}): DirectResult {
  const host = options.host ?? "latchkey.example";
  const prefix = options.idPrefix ?? "x";
  const stats = options.stats ?? new TrafficStats();
  const arrivals = inOrder(sessions, options, stats);
  let events = 0;
  for (let arrival = arrivals.next(); arrival.done !== true;) {
    const { session, request, at } = arrival.value;
    const answer = service.handle({
      method: request.method,
      url: request.path,
      headers: request.headers,
      address: session.address,
      at,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    events += 1;
    const exchange = exchangeOf(arrival.value, answer, { id: `${prefix}${events}`, host });
    sink(exchange);
    const seen = options.gate?.(exchange, session) ?? answer;
    stats.answered(session.kind, request, seen);
    arrival = arrivals.next({ status: seen.status, headers: seen.headers, body: seen.body, at: at + answer.durationMs });
  }
  return { events, stats };
}

/** A request and the service's answer as a gate before it records them. */
export function exchangeOf({ session, request, at }: Arrival, answer: LatchkeyResponse, { id, host }: { readonly id: string; readonly host: string }): Exchange {
  return {
    id,
    at,
    method: request.method,
    url: `https://${host}${request.path}`,
    client: session.ja4 === undefined ? { address: session.address } : { address: session.address, ja4: session.ja4 },
    request: { headers: [["Host", host], ...request.headers], ...(request.body === undefined ? {} : { body: request.body }) },
    response: { status: answer.status, headers: answer.headers, body: answer.body, size: Buffer.byteLength(answer.body) },
    durationMs: answer.durationMs,
    carries: carriesAll,
  };
}

/** A request whose turn it is. */
export interface Arrival {
  readonly session: Session;
  readonly request: TrafficRequest;
  /** Whole milliseconds of event time, as the written form has them. */
  readonly at: number;
}

/**
 * The requests of all sessions in order of time, each handed out once the answer to the one before was given back: for drivers that
 * stand something else between client and service than {@link runDirect}. Begun and ended sessions are counted in `stats`, answers are not.
 */
export function* inOrder(
  sessions: Iterable<Session>,
  options: Pick<DirectOptions, "from" | "to">,
  stats: TrafficStats = new TrafficStats(),
): Generator<Arrival, void, TrafficAnswer> {
  const queue = new TimeQueue<Visit>();
  const iterator = sessions[Symbol.iterator]();
  let upcoming = iterator.next();

  const go = (session: Session, script: Script, turn: IteratorResult<Step, Outcome>, notBefore: number): void => {
    if (turn.done === true) stats.ended(session.kind, turn.value);
    else queue.push(Math.max(turn.value.dueAt, notBefore), { session, script, step: turn.value });
  };

  for (;;) {
    while (upcoming.done !== true && upcoming.value.startAt <= queue.nextAt && upcoming.value.startAt < options.to) {
      const session = upcoming.value;
      const script = session.run();
      stats.began(session.kind);
      go(session, script, script.next(), Math.max(session.startAt, options.from));
      upcoming = iterator.next();
    }
    const dueAt = queue.nextAt;
    const due = queue.pop();
    if (due === undefined || dueAt >= options.to) return;
    const { session, script, step } = due;
    const answer = yield { session, request: step.request, at: Math.round(dueAt) };
    go(session, script, script.next(answer), answer.at);
  }
}

interface Visit {
  readonly session: Session;
  readonly script: Script;
  readonly step: Step;
}
