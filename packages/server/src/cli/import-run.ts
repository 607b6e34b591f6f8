import {
  type Decision,
  type Disclosure,
  type Exchange,
  type ExchangeRows,
  Foresight,
  Incidents,
  Judge,
  type Ledger,
  type LedgerStep,
  type Mode,
  type Ports,
  type Signal,
  splitTarget,
  type TemplateRule,
  exchangeWeight,
  reorderBytesMax,
  reorderMax,
  triggerFactsOf,
  Triggers,
  pathViewOf,
} from "@postern/engine";
import type { Config } from "../config/config-schema.ts";
import { re2 } from "../config/re2.ts";
import type { Batch } from "../sources/source.ts";
import { RateLimits } from "../gate/rate-limits.ts";
import { ledgerOptionsOf, rateLimitsOf } from "./import-policy.ts";
import { type AsnList, readAsnLists } from "../config/asn-lists.ts";
import { CoverageCount } from "./report/coverage-count.ts";
import { DisclosureLog } from "./report/disclosure-log.ts";

/**
 * One pass over recorded traffic, by its own event time: gate and ledger, the operator's triggers, incidents, and the exact log of who was told
 * what. Path templates are decided on all of the input before any of it is judged, so that the order of its lines does not matter: of little input from what waits to be
 * put in order of time, of more by a first pass over it, which whoever reads makes when {@link ImportRun.begins} says so. What adds to templates that were learned
 * before is learned as it comes. One process, no store. Call `push` for each exchange in input order, then `finish` once.
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
  /** Of everything so far, while nothing of it was judged and nothing is decided. */
  #ahead: Foresight | undefined;
  #waiting = 0;
  #waitingBytes = 0;
  #namedAt = Number.NEGATIVE_INFINITY;
  #nameAfterMs = 600_000;
  #templates: { readonly from: TemplatesFrom; readonly sampled: boolean };

  constructor(options: ImportRunOptions) {
    this.#options = options;
    const { config, mode, ports } = options;
    this.#ahead = options.ledger === undefined ? new Foresight(ports, options.config.inventory.places) : undefined;
    this.#templates = { from: options.ledger === undefined ? "the whole input" : "what was learned before", sampled: false };
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
    this.networks = readAsnLists(config);
    this.ledger.questions.names.asns = this.networks?.table;
  }

  /** The operator's list of networks, if there is one. */
  readonly networks: AsnList | undefined;

  get config(): Config {
    return this.#options.config;
  }

  get ledger(): Ledger {
    return this.judge.ledger;
  }

  /** What path templates rest on. `sampled`: there were more different paths than `inventory.places`, and a part of them, by hash, stands for all. */
  get templates(): { readonly from: TemplatesFrom; readonly sampled: boolean } {
    return this.#templates;
  }

  /** True when these exchanges are more than can wait undecided: call {@link foresee} before they are pushed. */
  begins(batch: Pick<Batch, "exchanges" | "rows">): boolean {
    if (this.#ahead === undefined) return false;
    const { rows } = batch;
    this.#waiting += rows?.length ?? batch.exchanges.length;
    if (rows === undefined) for (const exchange of batch.exchanges) this.#waitingBytes += exchangeWeight(exchange);
    else for (let row = 0; row < rows.length; row++) this.#waitingBytes += rows.weight(row);
    return this.#waiting > reorderMax || this.#waitingBytes > reorderBytesMax;
  }

  /** Decides path templates on what a first pass over all of the input gathered; undefined: it cannot be read twice, and they are learned as it comes. */
  foresee(foresight: Foresight | undefined): void {
    this.#ahead = undefined;
    this.#templates = { from: foresight === undefined ? "exchanges as they came" : "the whole input", sampled: foresight?.sampled === true };
    if (foresight !== undefined) this.ledger.inventory.foresee(foresight);
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
    if (this.#ahead !== undefined) this.foresee(this.#ahead);
    this.judge.finish();
    this.#nameClients();
    if (this.#triggers !== undefined && Number.isFinite(this.lastAt)) this.#signalled(this.#triggers.advance(this.lastAt));
  }

  /** Failed evaluations by trigger: those triggers were blind. */
  triggerErrors(): Readonly<Record<string, number>> {
    return this.#triggers?.errors() ?? {};
  }

  #note(exchange: Exchange): void {
    if (this.#ahead === undefined) return;
    if (Number.isFinite(this.firstAt)) this.foresee(undefined);
    else this.#ahead.add(pathViewOf(exchange, this.#options.ports));
  }

  #exchange(exchange: Exchange, step: LedgerStep, rows: readonly Disclosure[]): void {
    const { at } = exchange;
    if (at < this.firstAt) this.firstAt = at;
    if (at > this.lastAt) this.lastAt = at;
    if (at - this.#namedAt >= this.#nameAfterMs) this.#nameClients();
    this.coverage.add(exchange, step.endpoint !== undefined);
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

  /** Looks while an alarm stands, at ever longer distances: a recording may go on for months after. */
  #nameClients(): void {
    this.#namedAt = this.lastAt;
    for (const incident of this.incidents.list()) {
      if (incident.kind !== "enumeration" || incident.status === "closed") continue;
      // Where it opened: at further endpoints others may be under way as well.
      for (const endpointId of incident.endpointIds.slice(0, 1)) {
        const named = this.ledger.questions.names.named(endpointId, this.lastAt);
        const { names } = this.ledger.questions;
        if (named === undefined || !this.incidents.setNamed(incident.id, named, (asn) => names.asns?.nameOf(asn), this.ledger.questions.heldOff(endpointId))) continue;
        this.#nameAfterMs = Math.min(nameAfterMaxMs, 2 * this.#nameAfterMs);
      }
    }
  }

  #newId(): string {
    return `${this.#options.idPrefix}-s${(this.#signalNumber++).toString(36)}`;
  }
}

/** As long as a generation of the sample that naming looks at. */
const nameAfterMaxMs = 43_200_000;

/** Decided on all of the input, learned while it was read, or gone on with. */
export type TemplatesFrom = "the whole input" | "exchanges as they came" | "what was learned before";

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
