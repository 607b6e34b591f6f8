import type { Action, Exchange, GateNote, Mode } from "./exchange/exchange.ts";
import { type ExchangeRows, exchangeWeight } from "./exchange/exchange-rows.ts";
import type { Ports } from "./exchange/ports.ts";
import { type Actor, type Callers, callersOf } from "./exchange/actor.ts";
import { type Extracted, extractSubjects, type RequestParts, subjectInPath } from "./exchange/subjects.ts";
import { classOfEach } from "./exchange/batch-answer.ts";
import { type ClassifiedAnswer, classifyResponse, cookiesOfRedirect } from "./exchange/response-class.ts";
import { headerOf, pairsOf } from "./exchange/view-of.ts";
import { credentialOf } from "./exchange/credential-of.ts";
import { endOfPath, pathReadings } from "./exchange/path-readings.ts";
import { splitUrl } from "./exchange/split-target.ts";
import { GateEngine, type GateEngineOptions } from "./decide/gate-engine.ts";
import { allowProven, type Reservation } from "./decide/reservation.ts";
import { askedOf, type Disclosure, type GuardedEndpoint, isWon, provesItself, type UniformAnswer } from "./decide/gate-policy.ts";
import { GuardMatcher, type Routed, type Variant } from "./decide/guard-matcher.ts";
import { GuardVariants, isBodiless, kinOf } from "./decide/guard-variants.ts";
import { FrontRoutes } from "./inventory/front-routes.ts";
import { renderUniform } from "./detect/oracle/uniform-template.ts";
import type { Signal } from "./detect/signal.ts";
import { type AbuseHold, withHold } from "./decide/abuse-hold.ts";
import { AbuseHolds } from "./decide/abuse-holds.ts";
import { type Tries, TryLimits, type TryRefusal } from "./decide/try-limits.ts";
import { clientOfRequest } from "./detect/names/client-of-request.ts";
import type { ResponseClass } from "./understood.ts";
import { TimeQueue } from "./time-queue.ts";
import { Ledger } from "./ledger.ts";
import type { LedgerOptions } from "./ledger/ledger-options.ts";
import type { KnownOfRequest, LedgerStep } from "./ledger/ledger-step.ts";

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
  readonly #callers: Callers;
  readonly #sink: JudgeSink;
  readonly #options: JudgeOptions;
  /** An exchange, or the rows it stands in, by number. */
  readonly #requests = new TimeQueue<Exchange | ExchangeRows>();
  readonly #answers = new TimeQueue<Open>();
  #waitingBytes = 0;
  #matcher = new GuardMatcher([]);
  #variants: GuardVariants;
  #fronts: FrontRoutes;
  readonly #tries: TryLimits;
  readonly #holds: AbuseHolds;
  #principals: ReadonlySet<string> = new Set();
  #version = -1;
  #now = Number.NEGATIVE_INFINITY;
  /** Exchanges that came after their time had been judged. */
  late = 0;
  #decided = 0;

  constructor(ports: Ports, options: JudgeOptions, sink: JudgeSink) {
    this.#ports = ports;
    this.#callers = callersOf(ports);
    this.#sink = sink;
    this.#options = options;
    this.#fronts = new FrontRoutes([], ports);
    this.#variants = new GuardVariants([], ports);
    this.#tries = new TryLimits(ports);
    this.#holds = new AbuseHolds(ports);
    this.ledger = options.ledger ?? new Ledger(ports, options);
    this.gate = new GateEngine(options);
  }

  /** Takes one exchange; its decision comes to the sink when its time has come, numbered by input order from 0. */
  push(exchange: Exchange): void {
    this.#take(exchange.at, exchange, 0, exchangeWeight(exchange));
  }

  /** As {@link push} for each of these in order; they are put together when their time has come. */
  pushRows(rows: ExchangeRows): void {
    for (let row = 0; row < rows.length; row++) this.#take(rows.at(row), rows, row, rows.weight(row));
  }

  #take(at: number, item: Exchange | ExchangeRows, row: number, weight: number): void {
    if (at < this.#now) this.late++;
    this.#requests.push(at, item, row);
    this.#waitingBytes += weight;
    while (this.#requests.size > reorderMax || this.#waitingBytes > reorderBytesMax) this.#next();
  }

  /**
   * Decides one exchange at once and says what its client gets to see, for trials in which clients act on answers. Exchanges must come in order of time; not to be
   * mixed with {@link push}. The sink's `decision` is not called.
   */
  decide(exchange: Exchange): Ruled {
    const at = Math.max(exchange.at, this.#now);
    this.#ready(at);
    const open = this.#request(exchange, this.#decided++, at);
    const { reservation, endpoint } = open;
    const answer =
      reservation?.action === "uniform" && endpoint !== undefined
        ? { status: endpoint.uniform.status, headers: endpoint.uniform.headers, body: renderUniform(endpoint.uniform, open.extracted?.first ?? "") }
        : undefined;
    const { action, reason } = decisionOf(open, this.#options.mode);
    return { action, reason, answer: action === "throttle" ? tooMany : answer };
  }

  /** Judges everything still waiting. Call at the end of input. */
  finish(): void {
    while (this.#requests.size > 0) this.#next();
    for (let open = this.#answers.pop(); open !== undefined; open = this.#answers.pop()) this.#answer(open);
    this.gate.advance(this.#now + 600_001);
    this.#tell();
  }

  #next(): void {
    const item = this.#requests.pop();
    if (item === undefined) return;
    const { order, tag } = this.#requests;
    const exchange = "url" in item ? item : item.exchange(tag);
    this.#waitingBytes -= exchangeWeight(exchange);
    const at = Math.max(exchange.at, this.#now);
    this.#ready(at);
    const open = this.#request(exchange, order, at);
    this.#sink.decision?.(order, decisionOf(open, this.#options.mode), exchange);
  }

  /** Everything that was complete by `at` is read. */
  #ready(at: number): void {
    while (this.#answers.nextAt <= at) {
      const open = this.#answers.pop();
      if (open !== undefined) this.#answer(open);
    }
    this.#now = at;
    this.#refresh(at);
  }

  #request(exchange: Exchange, index: number, at: number): Open {
    const dueAt = Math.max(at, exchange.at + (exchange.durationMs ?? 0));
    const { host: urlHost, segments: path, query } = splitUrl(exchange.url);
    const host = urlHost !== "" ? urlHost : headerOf(exchange.request.headers, "host").toLowerCase();
    const placed = this.#placed(exchange, host, path, query);
    const { segments } = placed;
    let { endpoint } = placed;
    let limited: Open["limited"] = this.#options.limit?.(exchange, at);
    let tried = limited === undefined ? this.#tried(exchange, host, segments, query, at) : undefined;
    if (tried !== undefined && "wait" in tried) limited = tried.reason;
    const hold = limited === undefined ? this.#held(exchange, host, segments, query, at) : undefined;
    if (hold !== undefined && hold.wait > 0) {
      limited = hold.reason;
      if (tried !== undefined && "tries" in tried) this.#tries.withdraw(tried, at);
      tried = undefined;
    }
    if (limited !== undefined && limited !== "observed" && this.#options.mode === "enforce") {
      const refused: Open = {
        dueAt,
        index,
        exchange,
        endpoint: undefined,
        reservation: undefined,
        limited,
        extracted: undefined,
        denied: false,
        tries: undefined,
        hold: undefined,
      };
      this.#answers.push(dueAt, refused);
      return refused;
    }
    let reservation: Reservation | undefined;
    let extracted: Extracted | undefined;
    const variant = placed.variant === undefined ? undefined : this.#asVariant(placed.variant, exchange, query, at);
    if (variant !== undefined) ({ endpoint, reservation, extracted } = variant);
    else if (endpoint !== undefined) {
      extracted = this.#extracted(endpoint, exchange, segments, query);
      reservation = this.#reserve(endpoint, exchange, extracted, query, at);
    }
    if (endpoint !== undefined) {
      if (reservation !== undefined && provesItself(endpoint, exchange.response.status, () => this.#classOf(endpoint, exchange, extracted?.first ?? ""))) allowProven(reservation);
      else if (reservation !== undefined && endpoint.won !== undefined)
        this.gate.allowRight(
          reservation,
          isWon(endpoint, () => this.#classOf(endpoint, exchange, extracted?.first ?? "")),
        );
    }
    const open: Open = {
      dueAt,
      index,
      exchange,
      endpoint,
      reservation,
      limited,
      extracted,
      denied: variant?.denied === true,
      tries: tried === undefined || "wait" in tried ? undefined : tried,
      hold,
    };
    this.#answers.push(dueAt, open);
    return open;
  }

  #extracted({ subjects, template }: GuardedEndpoint, exchange: Exchange, segments: readonly string[], query: string): Extracted {
    return subjectInPath(subjects, template, segments, this.#ports) ?? extractSubjects(subjects, template, partsOfRequest(exchange, segments, query), this.#ports);
  }

  #reserve(endpoint: GuardedEndpoint, exchange: Exchange, { subjects, truncated, first }: Extracted, query: string, at: number): Reservation | undefined {
    return this.gate.reserve(endpoint.id, this.#actorOf(exchange, query), subjects, truncated, at, (asns) =>
      clientOfRequest(exchange.client, exchange.request, first, subjects[0]?.type, asns, this.#ports),
    );
  }

  /** Undefined where the answer shows that the guarded endpoint was not asked, or that there is nobody, which costs nothing beside it while there are credits. */
  #asVariant({ endpoint, segments }: Variant, exchange: Exchange, query: string, at: number): Pick<Open, "endpoint" | "reservation" | "extracted" | "denied"> | undefined {
    const extracted = this.#extracted(endpoint, exchange, segments, query);
    const { status } = exchange.response;
    if ((extracted.subjects.length === 0 && !extracted.truncated) || status === 0 || status === 429 || status >= 500) return undefined;
    const kin = kinOf(endpoint, this.#classOf(endpoint, exchange, extracted.first), isBodiless(exchange.method, status));
    if (kin === "other") return undefined;
    const reservation = this.#reserve(endpoint, exchange, extracted, query, at);
    if (reservation === undefined) return undefined;
    if (kin === "told" || reservation.would !== "allow") return { endpoint, reservation, extracted, denied: kin === "denied" };
    this.gate.settle(reservation, { exchangeId: exchange.id, tells: false, failed: false, classId: "" });
    return undefined;
  }

  /** Under a budget in any way in which a service may read the path, before one that only watches. */
  #placed(exchange: Exchange, host: string, segments: readonly string[], query: string): Routed {
    const placed = this.#placedAt(exchange, host, segments, query);
    if (placed.endpoint?.state === "budgeted") return placed;
    const readings = pathReadings(exchange.url);
    for (const reading of readings) {
      const other = this.#placedAt(exchange, host, reading, query);
      if (other.endpoint?.state === "budgeted") return other;
    }
    const variant = this.#variants.among(exchange.method, host, endOfPath(exchange.url, segments), readings);
    return variant === undefined ? placed : { segments: placed.segments, endpoint: placed.endpoint, variant };
  }

  #placedAt(exchange: Exchange, host: string, segments: readonly string[], query: string): Routed {
    if (!this.#fronts.isFront(host, segments)) return { segments, endpoint: this.#matcher.find(exchange.method, host, segments) };
    return this.#matcher.findRouted(exchange.method, host, segments, this.#fronts.routesOf(host, segments, partsOfRequest(exchange, segments, query)) ?? []);
  }

  /** Undefined where no code is checked and nobody is prompted. */
  #tried(exchange: Exchange, host: string, segments: readonly string[], query: string, at: number): Tries | TryRefusal | undefined {
    const doors = this.#tries.find(exchange.method, host, segments);
    return doors === undefined ? undefined : this.#tries.take(doors, () => this.#actorOf(exchange, query), partsOfRequest(exchange, segments, query), true, at);
  }

  /** Undefined where nothing speaks against it. */
  #held(exchange: Exchange, host: string, segments: readonly string[], query: string, at: number): AbuseHold | undefined {
    const door = this.#holds.find(exchange.method, host, segments, at);
    return door === undefined
      ? undefined
      : this.#holds.take(door, this.#actorOf(exchange, query), partsOfRequest(exchange, segments, query), at, exchange.request.truncated !== true);
  }

  #actorOf({ request, client }: Exchange, query: string): Actor {
    const credential = credentialOf(request.headers, query === "" ? [] : pairsOf(query), this.#ports);
    return this.#callers.actor(client, headerOf(request.headers, "user-agent").slice(0, 512), credential?.hash, credential !== undefined && this.#principals.has(credential.hash));
  }

  #answer(open: Open): void {
    const { exchange, endpoint, reservation } = open;
    this.#now = Math.max(this.#now, open.dueAt);
    if (open.tries !== undefined) this.#tries.settle(open.tries, exchange.response.status > 0 ? this.#answered(exchange, "") : undefined, exchange.response.status, this.#now);
    if (open.hold !== undefined) this.#holds.settle(open.hold, exchange.response.status > 0 ? this.#answered(exchange, "") : undefined, this.#now);
    let rows: readonly Disclosure[] = [];
    let noted = exchange;
    let known: KnownOfRequest | undefined;
    if (open.limited !== undefined && open.limited !== "observed" && reservation === undefined && this.#options.mode === "enforce") {
      noted = withNote(exchange, { action: "throttle", would: "throttle", reason: reasonOf(open.limited), journaled: false });
    }
    if (reservation !== undefined && endpoint !== undefined) {
      const { response } = exchange;
      const answer = this.#answered(exchange, open.extracted?.first ?? "");
      const seen = classifyResponse(endpoint.classes, answer, this.#ports);
      const tells =
        !open.denied &&
        !provesItself(endpoint, response.status, () => seen) &&
        response.status > 0 &&
        response.status !== 429 &&
        response.status < 500 &&
        !endpoint.tellsNothing.includes(seen.id);
      rows = this.gate.settle(reservation, {
        exchangeId: exchange.id,
        tells,
        failed: response.status === 0 || response.status >= 500,
        classId: seen.id,
        classOf: classOfEach(endpoint, answer, open.extracted, this.#ports),
        endpointId: askedOf(endpoint, exchange.method),
      });
      noted = withNote(exchange, { action: reservation.action, would: reservation.would, reason: reservation.reason, journaled: true });
      if (open.extracted !== undefined) known = { rules: endpoint.subjects, template: endpoint.template, extracted: open.extracted };
    }
    if (open.hold !== undefined) noted = withNote(exchange, withHold(noted === exchange ? undefined : noted.gate, open.hold, this.#options.mode));
    const step = this.ledger.onExchange(noted, known);
    for (const anchor of step.anchors) {
      this.gate.anchor(anchor);
      this.#holds.anchor(anchor);
    }
    for (const attempt of step.attempts) this.gate.anchor(attempt);
    for (const anchor of step.handed) {
      this.gate.anchor(anchor);
      this.#tries.anchor(anchor);
      this.#holds.anchor(anchor);
    }
    const told = rows.length === 0 ? step.disclosures : rows;
    this.#sink.exchange(noted, step, step.shown.length === 0 ? told : [...told, ...step.shown]);
    if (step.signals.length > 0) this.#sink.signals(step.signals);
    this.#tell();
  }

  #answered({ response }: Exchange, first: string): ClassifiedAnswer {
    const { body } = response;
    return {
      status: response.status,
      contentType: headerOf(response.headers, "content-type"),
      location: headerOf(response.headers, "location"),
      ...cookiesOfRedirect(response.status, response.headers),
      body: body === undefined ? undefined : typeof body === "string" ? body : this.#ports.decodeUtf8(body),
      echo: [first],
      size: response.size,
    };
  }

  #classOf(endpoint: GuardedEndpoint, exchange: Exchange, first: string): ResponseClass {
    return classifyResponse(endpoint.classes, this.#answered(exchange, first), this.#ports);
  }

  #refresh(at: number): void {
    this.gate.advance(at);
    const policy = this.ledger.policy(at);
    if (policy.version === this.#version) return;
    this.#version = policy.version;
    this.gate.setPolicy(policy);
    this.#matcher = new GuardMatcher(policy.endpoints, this.#ports);
    this.#variants = new GuardVariants(policy.endpoints, this.#ports);
    this.#fronts = new FrontRoutes(policy.routeFronts ?? [], this.#ports);
    this.#principals = new Set(policy.principals);
    this.#tries.setPolicy(policy);
    this.#holds.setPolicy(policy);
  }

  #tell(): void {
    const signals = this.gate.drain();
    if (signals.length === 0) return;
    this.ledger.questions.alarmed(signals);
    this.#sink.signals(signals);
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
  /** Absent: nobody wants to know. */
  readonly decision?: ((index: number, decision: Decision, exchange: Exchange) => void) | undefined;
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

/** What {@link Judge.decide} says: `answer` is what the client sees instead of the service's own, when it may not see that. */
export interface Ruled {
  readonly action: Action;
  readonly reason: string;
  readonly answer: Pick<UniformAnswer, "status" | "headers" | "body"> | undefined;
}

/** Exchanges held to put them in order of time, and the most they may weigh. */
export const reorderMax = 65_536;
export const reorderBytesMax = 64 * 1024 * 1024;

interface Open {
  readonly index: number;
  readonly exchange: Exchange;
  readonly dueAt: number;
  readonly endpoint: GuardedEndpoint | undefined;
  readonly reservation: Reservation | undefined;
  /** Asked beside the guarded path, and told of nobody: nothing is charged. */
  readonly denied: boolean;
  readonly limited: "throttle" | TryRefusal["reason"] | AbuseHold["reason"] | "observed" | undefined;
  /** Codes that were tried and are not judged yet, prompts that are counted and may not have been sent. */
  readonly tries: Tries | undefined;
  readonly hold: AbuseHold | undefined;
  /** Of a guarded endpoint's request. */
  readonly extracted: Extracted | undefined;
}

/** What a limit refuses in `enforce` is not judged further. */
function decisionOf({ exchange, reservation, limited, hold }: Open, mode: Mode): Decision {
  const { id, at } = exchange;
  const refused = limited !== undefined && limited !== "observed" && mode === "enforce";
  return {
    id,
    at,
    action: refused ? "throttle" : (reservation?.action ?? "allow"),
    would: limited === undefined ? (reservation?.would ?? "allow") : "throttle",
    reason: limited === undefined ? (hold !== undefined && (reservation?.would ?? "allow") === "allow" ? hold.reason : (reservation?.reason ?? "not-guarded")) : reasonOf(limited),
    ref: id,
  };
}

const tooMany = { status: 429, headers: [], body: "" };

function reasonOf(limited: NonNullable<Open["limited"]>): string {
  return limited === "throttle" || limited === "observed" ? "rate-limit" : limited;
}

function partsOfRequest({ request: { headers, body } }: Exchange, segments: readonly string[], query: string): RequestParts {
  return {
    segments,
    query,
    header: (name) => {
      const value = headerOf(headers, name);
      return value === "" ? undefined : value;
    },
    contentType: headerOf(headers, "content-type"),
    body: typeof body === "string" ? body : "",
  };
}

/** Written out: spreading costs as much as deciding. */
function withNote(exchange: Exchange, gate: GateNote): Exchange {
  const { id, at, method, url, client, request, response, durationMs, carries } = exchange;
  return durationMs === undefined
    ? { id, at, method, url, client, request, response, carries, gate }
    : { id, at, method, url, client, request, response, durationMs, carries, gate };
}
