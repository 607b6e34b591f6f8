import {
  type Decision,
  type Disclosure,
  type Exchange,
  type ExchangeRows,
  type ExchangeView,
  Incidents,
  Judge,
  type Ledger,
  type LedgerStep,
  type Mode,
  type Ports,
  type Signal,
  splitTarget,
  type TemplateRule,
  reorderMax,
  triggerFactsOf,
  Triggers,
  viewOf,
} from "@postern/engine";
import type { Config } from "../config/config-schema.ts";
import { re2 } from "../config/re2.ts";
import { RateLimits } from "../gate/rate-limits.ts";
import { ledgerOptionsOf, rateLimitsOf } from "./import-policy.ts";
import { CoverageCount } from "./report/coverage-count.ts";
import { DisclosureLog } from "./report/disclosure-log.ts";

/**
 * One pass over recorded traffic, by its own event time: gate and ledger, the operator's triggers, incidents, and the exact log of who was told
 * what. Path templates of an input of less than {@link reorderMax} exchanges are decided on all of it first, so that the order of its lines does not matter;
 * of a longer one, or one that adds to what was learned before, they are learned as it comes. One process, no store. Call `push` for each exchange in input order, then `finish` once.
 */
export class ImportRun {
  readonly judge: Judge;
  readonly incidents = new Incidents();
  readonly disclosures = new DisclosureLog();
  readonly coverage = new CoverageCount();
  /** Signals by detector. */
  readonly signalCounts = new Map<string, number>();
  /** The first {@link signalsMax} signals, for the report. */
  readonly signals: Signal[] = [];
  firstAt = Number.POSITIVE_INFINITY;
  lastAt = Number.NEGATIVE_INFINITY;
  readonly #options: ImportRunOptions;
  readonly #triggers: Triggers | undefined;
  #signalNumber = 0;
  /** Everything so far, while it is little enough that nothing of it was judged. */
  #ahead: Exchange[] | undefined;

  constructor(options: ImportRunOptions) {
    this.#options = options;
    const { config, mode, ports } = options;
    this.#ahead = options.ledger === undefined ? [] : undefined;
    const limits = rateLimitsOf(config);
    this.#triggers = config.triggers.length === 0 ? undefined : new Triggers(config.triggers, { random: ports.random, re2 });
    this.judge = new Judge(
      ports,
      {
        ...ledgerOptionsOf(config, mode, ports, options.rules),
        newId: () => this.#newId(),
        ...(options.ledger === undefined ? {} : { ledger: options.ledger }),
        ...(limits.length === 0 ? {} : { limit: limiter(ports, limits) }),
      },
      {
        decision: options.onDecision,
        exchange: (exchange, step, rows) => this.#exchange(exchange, step, rows),
        signals: (signals) => this.#signalled(signals),
      },
    );
  }

  get config(): Config {
    return this.#options.config;
  }

  get ledger(): Ledger {
    return this.judge.ledger;
  }

  push(exchange: Exchange): void {
    this.#note(exchange);
    this.judge.push(exchange);
  }

  /** As {@link push} for each of them. */
  pushRows(rows: ExchangeRows): void {
    for (let row = 0; row < rows.length && this.#ahead !== undefined; row++) this.#note(rows.exchange(row));
    this.judge.pushRows(rows);
  }

  finish(): void {
    // Nothing is judged yet: the templates can be decided on all of it, whatever its order.
    if (this.#ahead !== undefined && !Number.isFinite(this.firstAt)) this.ledger.inventory.foresee(views(this.#ahead, this.#options.ports));
    this.#ahead = undefined;
    this.judge.finish();
    if (this.#triggers !== undefined && Number.isFinite(this.lastAt)) this.#signalled(this.#triggers.advance(this.lastAt));
  }

  /** Failed evaluations by trigger: those triggers were blind. */
  triggerErrors(): Readonly<Record<string, number>> {
    return this.#triggers?.errors() ?? {};
  }

  #note(exchange: Exchange): void {
    if (this.#ahead === undefined) return;
    this.#ahead.push(exchange);
    if (this.#ahead.length >= reorderMax || Number.isFinite(this.firstAt)) this.#ahead = undefined;
  }

  #exchange(exchange: Exchange, step: LedgerStep, rows: readonly Disclosure[]): void {
    const { at } = exchange;
    if (at < this.firstAt) this.firstAt = at;
    if (at > this.lastAt) this.lastAt = at;
    this.coverage.add(exchange);
    for (const row of rows) this.disclosures.add(row);
    if (rows.length > 0 && exchange.gate?.would === "uniform") {
      const first = rows[0];
      if (first !== undefined) this.incidents.observeSource(first.endpointId, exchange.client.address, exchange.at, rows.length);
    }
    if (this.#triggers !== undefined) this.#signalled(this.#triggered(this.#triggers, exchange, step));
    this.#options.onExchange?.(exchange, step, rows);
  }

  #triggered(triggers: Triggers, exchange: Exchange, step: LedgerStep): readonly Signal[] {
    const { endpoint, door, responseClass, view } = step;
    const facts = triggerFactsOf(
      { exchange, endpointId: endpoint?.id, actor: step.actor, subjects: step.subjects, subjectsTruncated: false, responseClass },
      {
        host: view.host,
        endpoint:
          endpoint === undefined
            ? undefined
            : { method: endpoint.method, path: endpoint.template, auth: endpoint.posture().verdict, oracle: oracleText(this.ledger.oracles.verdict(door?.id ?? endpoint.id)) },
        credentialKind: view.credential?.kind,
        meaning: door === undefined || responseClass === undefined ? undefined : this.ledger.meaning(door.id, responseClass.id),
      },
    );
    return triggers.observe(facts, exchange.at);
  }

  #signalled(signals: readonly Signal[]): void {
    if (signals.length === 0) return;
    for (const signal of signals) {
      this.signalCounts.set(signal.detector, (this.signalCounts.get(signal.detector) ?? 0) + 1);
      if (this.signals.length < signalsMax) this.signals.push(signal);
      this.incidents.observe(signal);
    }
    this.#options.onSignals?.(signals);
  }

  #newId(): string {
    return `${this.#options.idPrefix}-s${(this.#signalNumber++).toString(36)}`;
  }
}

export interface ImportRunOptions {
  readonly ports: Ports;
  readonly config: Config;
  readonly mode: Mode;
  /** Prefix of signal ids: the same for the same input, so that a second import adds nothing. */
  readonly idPrefix: string;
  readonly ledger?: Ledger;
  /** About path templates, beside the configuration's. */
  readonly rules?: readonly TemplateRule[];
  readonly onDecision?: (index: number, decision: Decision, exchange: Exchange) => void;
  readonly onExchange?: (exchange: Exchange, step: LedgerStep, rows: readonly Disclosure[]) => void;
  readonly onSignals?: (signals: readonly Signal[]) => void;
}

/** More signals than this nobody reads in one report; all of them are counted. */
export const signalsMax = 1_000;

function* views(exchanges: readonly Exchange[], ports: Ports): Generator<ExchangeView> {
  for (const exchange of exchanges) yield viewOf(exchange, ports);
}

function limiter(ports: Ports, limits: ReturnType<typeof rateLimitsOf>): (exchange: Exchange, at: number) => "throttle" | "observed" | undefined {
  let observed = false;
  const table = new RateLimits(ports, limits, "*", () => {
    observed = true;
  });
  return (exchange, at) => {
    observed = false;
    const target = targetOf(exchange.url);
    const head = { at, method: exchange.method, host: "", target, rawHeaders: exchange.request.headers.flat(), address: exchange.client.address };
    if (table.check(head, splitTarget(target).segments) !== undefined) return "throttle";
    return observed ? "observed" : undefined;
  };
}

/** The origin-form of a recorded URL. */
function targetOf(url: string): string {
  if (url.startsWith("/")) return url;
  const scheme = url.indexOf("//");
  const path = scheme < 0 ? -1 : url.indexOf("/", scheme + 2);
  return path < 0 ? "/" : url.slice(path);
}

function oracleText(verdict: "none" | "suspected" | "proven"): string {
  return verdict === "none" ? "" : verdict;
}
