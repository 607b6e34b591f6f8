import type { Action, Exchange, Mode } from "./exchange/exchange.ts";
import type { Ports } from "./exchange/ports.ts";
import { actorOf } from "./exchange/actor.ts";
import { extractSubjects } from "./exchange/subjects.ts";
import { classifyResponse } from "./exchange/response-class.ts";
import { headerOf, pairsOf } from "./exchange/view-of.ts";
import { credentialOf } from "./exchange/credential-of.ts";
import { splitUrl } from "./exchange/split-target.ts";
import { GateEngine, type GateEngineOptions, type Reservation } from "./decide/gate-engine.ts";
import type { Disclosure, GuardedEndpoint } from "./decide/gate-policy.ts";
import { GuardMatcher } from "./decide/guard-matcher.ts";
import type { Signal } from "./detect/signal.ts";
import { TimeQueue } from "./time-queue.ts";
import { Ledger, type LedgerOptions, type LedgerStep } from "./ledger.ts";

/**
 * Gate and ledger in one, for recorded traffic: the same engines, driven by event time. A request is decided at `at` with only
 * what was complete by then; its answer is read at `at + durationMs`. Recorded later events are kept although enforcement might have
 * prevented them.
 *
 * Input may be out of order within {@link reorderMax} exchanges or {@link reorderBytesMax}; later ones are judged when they come and counted in `late`.
 */
export class Judge {
  readonly ledger: Ledger;
  readonly gate: GateEngine;
  readonly #ports: Ports;
  readonly #sink: JudgeSink;
  readonly #options: JudgeOptions;
  readonly #requests = new TimeQueue<Waiting>();
  readonly #answers = new TimeQueue<Open>();
  #waitingBytes = 0;
  #matcher = new GuardMatcher([]);
  #principals: ReadonlySet<string> = new Set();
  #version = -1;
  #index = 0;
  #now = Number.NEGATIVE_INFINITY;
  /** Exchanges that came after their time had been judged. */
  late = 0;

  constructor(ports: Ports, options: JudgeOptions, sink: JudgeSink) {
    this.#ports = ports;
    this.#sink = sink;
    this.#options = options;
    this.ledger = options.ledger ?? new Ledger(ports, options);
    this.gate = new GateEngine(options);
  }

  /** Takes one exchange; its decision comes to the sink when its time has come, numbered by input order from 0. */
  push(exchange: Exchange): void {
    if (exchange.at < this.#now) this.late++;
    this.#requests.push(exchange.at, { index: this.#index++, exchange });
    this.#waitingBytes += weight(exchange);
    while (this.#requests.size > reorderMax || this.#waitingBytes > reorderBytesMax) this.#next();
  }

  /** Judges everything still waiting. Call at the end of input. */
  finish(): void {
    while (this.#requests.size > 0) this.#next();
    for (let open = this.#answers.pop(); open !== undefined; open = this.#answers.pop()) this.#answer(open);
    this.gate.advance(this.#now + 600_001);
    this.#tell();
  }

  #next(): void {
    const waiting = this.#requests.pop();
    if (waiting === undefined) return;
    this.#waitingBytes -= weight(waiting.exchange);
    const at = Math.max(waiting.exchange.at, this.#now);
    while (this.#answers.nextAt <= at) {
      const open = this.#answers.pop();
      if (open !== undefined) this.#answer(open);
    }
    this.#now = at;
    this.#refresh(at);
    this.#request(waiting, at);
  }

  #request(waiting: Waiting, at: number): void {
    const { exchange, index } = waiting;
    const dueAt = Math.max(at, exchange.at + (exchange.durationMs ?? 0));
    const { host: urlHost, segments, query } = splitUrl(exchange.url);
    const limited = this.#options.limit?.(exchange, at);
    if (limited === "throttle" && this.#options.mode === "enforce") {
      this.#answers.push(dueAt, { dueAt, index, exchange, endpoint: undefined, reservation: undefined, limited, echo: "" });
      this.#sink.decision(index, { id: exchange.id, at: exchange.at, action: "throttle", would: "throttle", reason: "rate-limit", ref: exchange.id }, exchange);
      return;
    }
    const host = urlHost !== "" ? urlHost : headerOf(exchange.request.headers, "host").toLowerCase();
    const endpoint = this.#matcher.find(exchange.method, host, segments);
    let reservation: Reservation | undefined;
    let echo = "";
    if (endpoint !== undefined) {
      const body = exchange.request.body;
      const extracted = extractSubjects(
        endpoint.subjects,
        endpoint.template,
        {
          segments,
          query,
          header: (name) => {
            const value = headerOf(exchange.request.headers, name);
            return value === "" ? undefined : value;
          },
          contentType: headerOf(exchange.request.headers, "content-type").toLowerCase(),
          body: typeof body === "string" ? body : "",
        },
        this.#ports,
      );
      echo = extracted.first;
      const credential = credentialOf(exchange.request.headers, query === "" ? [] : pairsOf(query), this.#ports);
      const actor = actorOf(this.#ports, {
        address: exchange.client.address,
        ja4: exchange.client.ja4,
        userAgent: headerOf(exchange.request.headers, "user-agent").slice(0, 512),
        credential: credential?.hash,
        principal: credential !== undefined && this.#principals.has(credential.hash),
      });
      reservation = this.gate.reserve(endpoint.id, actor, extracted.subjects, extracted.truncated, at);
    }
    this.#answers.push(dueAt, { dueAt, index, exchange, endpoint, reservation, limited, echo });
    this.#sink.decision(
      index,
      {
        id: exchange.id,
        at: exchange.at,
        action: reservation?.action ?? "allow",
        would: limited === undefined ? (reservation?.would ?? "allow") : "throttle",
        reason: limited === undefined ? (reservation?.reason ?? "not-guarded") : "rate-limit",
        ref: exchange.id,
      },
      exchange,
    );
  }

  #answer(open: Open): void {
    const { exchange, endpoint, reservation } = open;
    this.#now = Math.max(this.#now, open.dueAt);
    let rows: readonly Disclosure[] = [];
    let noted = exchange;
    if (open.limited === "throttle" && reservation === undefined && this.#options.mode === "enforce") {
      noted = { ...exchange, gate: { action: "throttle", would: "throttle", reason: "rate-limit", journaled: false } };
    }
    if (reservation !== undefined && endpoint !== undefined) {
      const { response } = exchange;
      const body = response.body;
      const seen = classifyResponse(
        endpoint.classes,
        {
          status: response.status,
          contentType: headerOf(response.headers, "content-type"),
          location: headerOf(response.headers, "location"),
          body: body === undefined ? undefined : typeof body === "string" ? body : this.#ports.decodeUtf8(body),
          echo: [open.echo],
          size: response.size,
        },
        this.#ports,
      );
      const tells = response.status > 0 && response.status !== 429 && response.status < 500 && !endpoint.tellsNothing.includes(seen.id);
      rows = this.gate.settle(reservation, { exchangeId: exchange.id, tells, classId: seen.id });
      noted = { ...exchange, gate: { action: reservation.action, would: reservation.would, reason: reservation.reason, journaled: true } };
    }
    const step = this.ledger.onExchange(noted);
    for (const anchor of step.anchors) this.gate.anchor(anchor);
    this.#sink.exchange(noted, step, rows.length === 0 ? step.disclosures : rows);
    this.#tell();
  }

  #refresh(at: number): void {
    this.gate.advance(at);
    const policy = this.ledger.policy(at);
    if (policy.version === this.#version) return;
    this.#version = policy.version;
    this.gate.setPolicy(policy);
    this.#matcher = new GuardMatcher(policy.endpoints, this.#ports);
    this.#principals = new Set(policy.principals);
  }

  #tell(): void {
    const signals = this.gate.drain();
    if (signals.length > 0) this.#sink.signals(signals);
  }
}

export interface JudgeOptions extends LedgerOptions, GateEngineOptions {
  readonly mode: Mode;
  /** Goes on from what was learned before. */
  readonly ledger?: Ledger;
  /**
   * Asked of every request in order of time, before anything else: `throttle` refuses it (in `observe`: would have), `observed` says that a limit
   * which is not enforced yet would have, undefined lets it pass.
   */
  readonly limit?: (exchange: Exchange, at: number) => "throttle" | "observed" | undefined;
}

/** Where judgements go, in event order. */
export interface JudgeSink {
  decision(index: number, decision: Decision, exchange: Exchange): void;
  exchange(exchange: Exchange, step: LedgerStep, disclosures: readonly Disclosure[]): void;
  signals(signals: readonly Signal[]): void;
}

/** One line of a rehearsal. `ref` is what `postern why` takes. */
export interface Decision {
  readonly id: string;
  readonly at: number;
  readonly action: Action;
  readonly would: Action;
  readonly reason: string;
  readonly ref: string;
}

/** Exchanges held to put them in order of time, and the most they may weigh. */
export const reorderMax = 65_536;
export const reorderBytesMax = 64 * 1024 * 1024;

interface Waiting {
  readonly index: number;
  readonly exchange: Exchange;
}

interface Open extends Waiting {
  readonly dueAt: number;
  readonly endpoint: GuardedEndpoint | undefined;
  readonly reservation: Reservation | undefined;
  readonly limited: "throttle" | "observed" | undefined;
  readonly echo: string;
}

function weight(exchange: Exchange): number {
  return (
    200 +
    exchange.url.length +
    (exchange.request.body?.length ?? 0) +
    (exchange.response.body?.length ?? 0) +
    64 * (exchange.request.headers.length + exchange.response.headers.length)
  );
}
