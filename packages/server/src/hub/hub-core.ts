import { join } from "node:path";
import {
  type Anchor,
  type Disclosure,
  type Exchange,
  type GatePolicy,
  Incidents,
  Ledger,
  type LedgerStep,
  type Mode,
  type Ports,
  type Signal,
  type StoredExchange,
  storeExchange,
  Triggers,
  triggerFactsOf,
} from "@postern/engine";
import { ledgerOptionsOf } from "../cli/import-policy.ts";
import type { Config } from "../config/config-schema.ts";
import { re2 } from "../config/re2.ts";
import { Journal, segmentAgeMs, segmentBytesMax } from "../store/journal.ts";
import { recoverJournal } from "../store/recover-journal.ts";
import { replayJournal } from "../store/replay-journal.ts";
import { loadHubState, type MissingExchanges, saveHubState } from "./hub-state.ts";
import { SourceTotals } from "./source-totals.ts";
import { Uptime } from "./uptime.ts";
import type { GateFrame, GateUsage } from "./wire.ts";

/**
 * The hub's judgement and memory, without sockets: takes what gates send, has the ledger read it, journals the redacted rows, groups signals into
 * incidents. Everything it returns from was handed to the operating system.
 */
export class HubCore {
  readonly ledger: Ledger;
  readonly incidents: Incidents;
  readonly totals = new SourceTotals();
  /** Give it a tick a second: `uptime.tick(now, gateConnected)`. */
  readonly uptime: Uptime;
  readonly usage = new Map<string, GateUsage>();
  readonly #options: HubCoreOptions;
  readonly #triggers: Triggers;
  readonly #exchanges: Journal;
  readonly #disclosures: Journal;
  readonly #signals: Journal;
  /** Highest exchange number journaled, by life of a gate. */
  readonly #received = new Map<string, number>();
  readonly #triage: Map<string, string>;
  readonly #recent: Signal[] = [];
  #missing: MissingExchanges[];
  requests = 0;
  upstreamErrors = 0;

  constructor(options: HubCoreOptions) {
    this.#options = options;
    const { config, dataDir } = options;
    const state = loadHubState(dataDir);
    this.ledger = new Ledger(
      options.ports,
      ledgerOptionsOf(config, options.mode, options.ports),
      state?.ledger,
    );
    this.incidents = state === undefined ? new Incidents() : Incidents.restore(state.incidents);
    this.#missing = [...(state?.missing ?? [])];
    this.uptime = new Uptime(state?.uptime, options.joinMs === undefined ? {} : { joinMs: options.joinMs });
    this.#triage = new Map(Object.entries(state?.triage ?? {}));
    this.#triggers = new Triggers(config.triggers, { random: options.ports.random, re2 });
    const dir = join(dataDir, "journal");
    for (const kind of ["exchanges", "signals"]) recoverJournal(dir, kind);
    this.#exchanges = this.#journal("exchanges");
    this.#disclosures = this.#journal("disclosures");
    this.#signals = this.#journal("signals");
    for (const { row } of replayJournal(dir, "exchanges", { fromName: `exchanges-${String(Date.now() - recallMs)}` })) this.#recall(row);
  }

  get missing(): readonly MissingExchanges[] {
    return this.#missing;
  }

  get recentSignals(): readonly Signal[] {
    return this.#recent;
  }

  /** Reads one frame of a gate. Returns the anchors found, to be sent to every gate. */
  onFrame(frame: GateFrame): readonly Anchor[] {
    if (frame.t === "hello") {
      this.#hello(frame);
      return [];
    }
    for (const usage of frame.usage) this.usage.set(usage.endpointId, usage);
    this.upstreamErrors = Math.max(this.upstreamErrors, frame.upstreamErrors);
    if (frame.dropped > 0) this.#lost({ from: this.#options.now() - 60_000, to: this.#options.now(), count: frame.dropped, reason: "dropped by the gate while the hub was away" });
    const first = frame.seq - frame.exchanges.length + 1;
    const known = this.#received.get(frame.epoch) ?? 0;
    const fresh = frame.exchanges.slice(Math.max(0, known + 1 - first));
    const rows: (StoredExchange & { readonly gate: string })[] = [];
    const disclosures: Disclosure[] = [];
    const anchors: Anchor[] = [];
    const signals: Signal[] = [...frame.signals];
    const journaled: (readonly [at: number, disclosing: boolean])[] = [];
    let seq = frame.seq - fresh.length;
    for (const exchange of fresh) {
      seq++;
      this.requests++;
      const step = this.ledger.onExchange(exchange);
      anchors.push(...step.anchors);
      disclosures.push(...step.disclosures);
      rows.push({ ...this.#row(step, exchange), gate: `${frame.epoch}:${seq}` });
      journaled.push([exchange.at, exchange.gate?.journaled === true || step.disclosures.length > 0]);
      this.#count(step, exchange);
      signals.push(...this.#trigger(step, exchange));
    }
    this.#disclosures.appendAll(disclosures);
    this.#exchanges.appendAll(rows);
    for (const [at, disclosing] of journaled) this.uptime.journaled(at, disclosing);
    this.#received.set(frame.epoch, Math.max(known, frame.seq));
    this.take(signals);
    return anchors;
  }

  /** Signals from gates, triggers and schedules: journaled, grouped, told. */
  take(signals: readonly Signal[]): void {
    if (signals.length === 0) return;
    this.#signals.appendAll(signals);
    for (const signal of signals) {
      this.#recent.push(signal);
      if (this.#recent.length > recentMax) this.#recent.shift();
      const change = this.incidents.observe(signal);
      if (change !== undefined) this.#options.onIncident(change.incident.id, change.change);
    }
  }

  policy(): GatePolicy {
    return this.ledger.policy(this.#options.now());
  }

  /** Once in a while: closes journal segments that are due, moves event time on. */
  tick(): void {
    this.#exchanges.rotate();
    this.#disclosures.rotate();
    this.#signals.rotate();
    const now = this.#options.now();
    this.take(this.#triggers.advance(now));
    this.#refreshIncidents();
    this.incidents.advance(now);
  }

  triage(kind: "incident" | "finding", id: string, status: string): void {
    this.#triage.set(`${kind} ${id}`, status);
  }

  triaged(kind: "incident" | "finding", id: string): string | undefined {
    return this.#triage.get(`${kind} ${id}`);
  }

  triggerErrors(): Readonly<Record<string, number>> {
    return this.#triggers.errors();
  }

  save(): void {
    saveHubState(this.#options.dataDir, {
      version: 1,
      ledger: this.ledger.exportState(),
      incidents: this.incidents.exportState(),
      missing: this.#missing,
      triage: Object.fromEntries(this.#triage),
      uptime: this.uptime.exportState(),
      findings: this.ledger.findings(),
    });
  }

  close(): void {
    this.#exchanges.close();
    this.#disclosures.close();
    this.#signals.close();
    this.save();
  }

  #journal(kind: string): Journal {
    return Journal.open({ dir: join(this.#options.dataDir, "journal"), kind, segmentBytesMax, segmentAgeMs, now: Date.now });
  }

  #row(step: LedgerStep, exchange: Exchange): StoredExchange {
    const { endpoint } = step;
    return storeExchange(
      step.view,
      endpoint === undefined
        ? { subjects: step.subjects, responseClassId: step.responseClass?.id }
        : { endpointId: endpoint.id, template: endpoint.template, subjects: step.subjects, responseClassId: step.responseClass?.id, dataClasses: exchange.response.status < 300 ? [...endpoint.dataClasses] : [] },
      this.#options.ports,
    );
  }

  #count(step: LedgerStep, exchange: Exchange): void {
    const { endpoint, responseClass } = step;
    if (endpoint === undefined || responseClass === undefined || (exchange.gate === undefined && step.disclosures.length === 0)) return;
    const status = exchange.response.status;
    if (status === 429 || status >= 500) return;
    for (const subject of step.subjects) {
      this.totals.told({ endpointId: endpoint.id, address: exchange.client.address, subject: subject.hash, classId: responseClass.id, uniform: exchange.gate?.action === "uniform", at: exchange.at });
    }
  }

  #trigger(step: LedgerStep, exchange: Exchange): readonly Signal[] {
    if (this.#options.config.triggers.length === 0) return [];
    const { endpoint, responseClass } = step;
    const facts = triggerFactsOf(
      { exchange, endpointId: endpoint?.id, actor: step.actor, subjects: step.subjects, subjectsTruncated: false, responseClass },
      {
        host: step.view.host,
        endpoint:
          endpoint === undefined
            ? undefined
            : { method: endpoint.method, path: endpoint.template, auth: endpoint.posture().verdict, oracle: oracleWord(this.ledger.oracles.verdict(endpoint.id)) },
        credentialKind: step.view.credential?.kind,
        meaning: endpoint === undefined || responseClass === undefined ? undefined : this.ledger.meaning(endpoint.id, responseClass.id),
      },
    );
    return this.#triggers.observe(facts, exchange.at);
  }

  /** Brings what open incidents say about people up to date. */
  #refreshIncidents(): void {
    for (const incident of this.incidents.list()) {
      if (incident.status === "closed" || incident.kind !== "enumeration") continue;
      for (const endpointId of incident.endpointIds) {
        const meaning = (classId: string): ReturnType<Ledger["meaning"]> => this.ledger.meaning(endpointId, classId);
        let confirmed = 0;
        let denied = 0;
        let uniform = 0;
        for (const { address } of incident.sources) {
          const source = this.totals.source(endpointId, address, meaning);
          if (source === undefined) continue;
          this.incidents.observeSource(endpointId, address, source.lastAt, source.asked);
          confirmed += source.confirmed;
          denied += source.denied;
          uniform += source.uniform;
        }
        this.incidents.setDisclosed(endpointId, { confirmed, denied, uniform });
      }
    }
  }

  #hello(frame: Extract<GateFrame, { t: "hello" }>): void {
    const { previous } = frame;
    if (previous === null) return;
    const had = this.#received.get(previous.epoch);
    const count = previous.seq - (had ?? 0);
    if (had === undefined || count <= 0) return;
    this.#received.set(previous.epoch, previous.seq);
    this.#lost({ from: previous.at - 1_000, to: previous.at, count, reason: "died with the gate before they reached the hub" });
  }

  #lost(missing: MissingExchanges): void {
    this.#missing.push(missing);
    if (this.#missing.length > missingMax) this.#missing.shift();
  }

  #recall(row: Readonly<Record<string, unknown>>): void {
    const gate = row["gate"];
    if (typeof gate !== "string") return;
    const colon = gate.lastIndexOf(":");
    const epoch = gate.slice(0, colon);
    const seq = Number(gate.slice(colon + 1));
    if (Number.isFinite(seq)) this.#received.set(epoch, Math.max(this.#received.get(epoch) ?? 0, seq));
  }
}

export interface HubCoreOptions {
  readonly dataDir: string;
  readonly ports: Ports;
  readonly mode: Mode;
  readonly config: Config;
  /** Event time. */
  readonly now: () => number;
  /** Event time two ticks of {@link Uptime} may lie apart; on a scaled clock fifteen real seconds. */
  readonly joinMs?: number;
  readonly onIncident: (id: string, change: "opened" | "grew" | "raised") => void;
}

/** Segments of the last ten minutes say what gates already delivered. */
const recallMs = 600_000;
const recentMax = 2_000;
const missingMax = 1_000;

function oracleWord(verdict: "none" | "suspected" | "proven"): string {
  return verdict === "none" ? "" : verdict;
}
