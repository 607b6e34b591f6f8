import { carriesAll, TimeQueue, type Exchange } from "@postern/engine";
import type { Latchkey } from "../latchkey/latchkey.ts";
import type { LatchkeyResponse } from "../latchkey/message.ts";
import { mergeSessions, type Outcome, type Script, type Session, type Step, type TrafficAnswer, type TrafficRequest } from "../traffic/session.ts";
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
  const run = new DirectRun(sessions, service, options, sink);
  run.playUntil(options.to);
  return { events: run.events, stats: run.stats };
}

/** {@link runDirect} that stops where it is told to, takes in more sessions, and goes on: the same as if they had been among the others from the first. */
export class DirectRun {
  readonly stats: TrafficStats;
  readonly #service: Pick<Latchkey, "handle">;
  readonly #options: Omit<DirectOptions, "to">;
  readonly #sink: (exchange: Exchange) => void;
  readonly #arrivals: Arrivals;
  #events = 0;

  constructor(sessions: Iterable<Session>, service: Pick<Latchkey, "handle">, options: Omit<DirectOptions, "to">, sink: (exchange: Exchange) => void = () => {}) {
    this.stats = options.stats ?? new TrafficStats();
    this.#service = service;
    this.#options = options;
    this.#sink = sink;
    this.#arrivals = new Arrivals(sessions, options.from, this.stats);
  }

  /** Requests sent, one exchange each. */
  get events(): number {
    return this.#events;
  }

  /** Sends what is due before `at`. */
  playUntil(at: number): void {
    const { host = "latchkey.example", idPrefix = "x", gate } = this.#options;
    for (let arrival = this.#arrivals.next(at); arrival !== undefined; arrival = this.#arrivals.next(at)) {
      const { session, request } = arrival;
      const answer = this.#service.handle({
        method: request.method,
        url: request.path,
        headers: request.headers,
        address: session.address,
        at: arrival.at,
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      this.#events += 1;
      const exchange = exchangeOf(arrival, answer, { id: `${idPrefix}${this.#events}`, host });
      this.#sink(exchange);
      const seen = gate?.(exchange, session) ?? answer;
      this.stats.answered(session.kind, request, seen);
      this.#arrivals.answer({ status: seen.status, headers: seen.headers, body: seen.body, at: arrival.at + answer.durationMs });
    }
  }

  /** `sessions` are ordered by start, none before the time played so far; of those that start at the same time the earlier stream's come first. */
  join(sessions: Iterable<Session>): void {
    this.#arrivals.join(sessions);
  }
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
  const arrivals = new Arrivals(sessions, options.from, stats);
  for (let arrival = arrivals.next(options.to); arrival !== undefined; arrival = arrivals.next(options.to)) arrivals.answer(yield arrival);
}

/** What {@link inOrder} does, a step at a time. */
class Arrivals {
  readonly #from: number;
  readonly #stats: TrafficStats;
  readonly #queue = new TimeQueue<Visit>();
  #coming: Iterator<Session>;
  #upcoming: IteratorResult<Session>;
  #asked: Visit | undefined;

  constructor(sessions: Iterable<Session>, from: number, stats: TrafficStats) {
    this.#from = from;
    this.#stats = stats;
    this.#coming = sessions[Symbol.iterator]();
    this.#upcoming = this.#coming.next();
  }

  /** The next request due before `at`; undefined when there is none. Whoever starts at `at` or later has not begun by then. */
  next(at: number): Arrival | undefined {
    const queue = this.#queue;
    while (this.#upcoming.done !== true && this.#upcoming.value.startAt <= queue.nextAt && this.#upcoming.value.startAt < at) {
      const session = this.#upcoming.value;
      const script = session.run();
      this.#stats.began(session.kind);
      this.#go(session, script, script.next(), Math.max(session.startAt, this.#from));
      this.#upcoming = this.#coming.next();
    }
    const dueAt = queue.nextAt;
    if (dueAt >= at) return undefined;
    this.#asked = queue.pop();
    return this.#asked === undefined ? undefined : { session: this.#asked.session, request: this.#asked.step.request, at: Math.round(dueAt) };
  }

  /** To the last request handed out. */
  answer(answer: TrafficAnswer): void {
    if (this.#asked === undefined) throw new RangeError("an answer without a request");
    const { session, script } = this.#asked;
    this.#asked = undefined;
    this.#go(session, script, script.next(answer), answer.at);
  }

  /** See {@link DirectRun.join}. */
  join(sessions: Iterable<Session>): void {
    const [first, rest] = [this.#upcoming, this.#coming];
    const waiting = first.done === true ? [] : chained(first.value, rest);
    this.#coming = mergeSessions(waiting, sessions);
    this.#upcoming = this.#coming.next();
  }

  #go(session: Session, script: Script, turn: IteratorResult<Step, Outcome>, notBefore: number): void {
    if (turn.done === true) this.#stats.ended(session.kind, turn.value);
    else this.#queue.push(Math.max(turn.value.dueAt, notBefore), { session, script, step: turn.value });
  }
}

function* chained(first: Session, rest: Iterator<Session>): Generator<Session> {
  for (let next: IteratorResult<Session> = { done: false, value: first }; next.done !== true; next = rest.next()) yield next.value;
}

interface Visit {
  readonly session: Session;
  readonly script: Script;
  readonly step: Step;
}
