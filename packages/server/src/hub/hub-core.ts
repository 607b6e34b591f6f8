import { join } from "node:path";
import {
  type Anchor,
  type Disclosure,
  type Exchange,
  type GatePolicy,
  Incidents,
  Ledger,
  type LedgerState,
  type LedgerStep,
  type Mode,
  normalForm,
  type Ports,
  raisesAlarm,
  type Signal,
  type StoredExchange,
  storeExchange,
  type TemplateRule,
  Triggers,
  triggerFactsOf,
  tellsOfSubjects,
} from "@postern/engine";
import { ledgerOptionsOf, templateRulesOf } from "../cli/import-policy.ts";
import type { Config } from "../config/config-schema.ts";
import { re2 } from "../config/re2.ts";
import { retentionDefaults, retentionEveryMs } from "../store/retention.ts";
import { type FollowUpRow, followUpRows } from "../store/follow-up-row.ts";
import { Journal, segmentAgeMs, segmentBytesMax } from "../store/journal.ts";
import type { StoreClient } from "../store/store-client.ts";
import { recoverJournal } from "../store/recover-journal.ts";
import { type ReplayOptions, replayJournal } from "../store/replay-journal.ts";
import { type Annotation, annotationsMax } from "./endpoint-life.ts";
import { cohortsOf } from "./cohorts-of.ts";
import { ChangedNumbers } from "./changed-numbers.ts";
import { type HubState, loadHubState, type MissingExchanges, saveHubState } from "./hub-state.ts";
import { MissingCount } from "./missing-count.ts";
import { recallTotals } from "./recall-totals.ts";
import { type KeptRow, QuestionsFile } from "./questions-file.ts";
import { isSignal, RecentSignals } from "./recent-signals.ts";
import { Received } from "./received.ts";
import { SlowWatch } from "./slow-watch.ts";
import { SourceTotals } from "./source-totals.ts";
import { KnownTemplates } from "../specs/known-templates.ts";
import { type KeptRule, TemplateRulesFile } from "./template-rules-file.ts";
import type { KeptFloor } from "./floor/floor-view.ts";
import { NewcomerHistory } from "./floor/newcomer-history.ts";
import { Uptime, type UptimeState } from "./uptime.ts";
import type { GateFrame, GateLead, GateUsage, PastLife } from "../gate-hub-wire.ts";
import { keepLatest } from "../keep-latest.ts";

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
  /** What people decided about path templates; {@link govern} makes it count. */
  readonly templateRules: TemplateRulesFile;
  readonly #knownTemplates: KnownTemplates;
  /** Of documents and source, as they were read last. */
  #known: readonly TemplateRule[];
  readonly usage = new Map<string, GateUsage>();
  /** Absent where there is no store to ask. */
  readonly slow: SlowWatch | undefined;
  readonly newcomers: NewcomerHistory;
  /** Detection floors by endpoint id, as they were measured last. */
  readonly floors: Map<string, KeptFloor>;
  readonly #options: HubCoreOptions;
  readonly #triggers: Triggers;
  readonly #exchanges: Journal;
  readonly #disclosures: Journal;
  readonly #signals: Journal;
  readonly #followUps: Journal;
  readonly #received: Received;
  readonly #questions: QuestionsFile;
  readonly #triage: Map<string, string>;
  readonly annotations: Map<string, Annotation>;
  readonly #recent: RecentSignals;
  /** Reported by command or API; what they tell is taken with the next {@link tick}. */
  readonly numbers: ChangedNumbers;
  /** Rows an earlier hub journaled for exchanges that it did not get to journal: the gate sends those exchanges again. */
  readonly #orphans = new Set<string>();
  /** Live totals are complete again: until then nothing is taken back from what incidents say. */
  #recalled = false;
  #closed = false;
  #naming = false;
  #changed = false;
  #savedAt = 0;
  #forgotAt = -Infinity;
  #saveMs = 0;
  readonly #missing: MissingCount;
  requests = 0;
  upstreamErrors = 0;
  /** The most that one life of a gate told. */
  lead: GateLead = { waited: 0, overdue: 0 };

  constructor(options: HubCoreOptions) {
    this.#options = options;
    const { config, dataDir } = options;
    const state = loadHubState(dataDir);
    this.#questions = new QuestionsFile(dataDir);
    this.templateRules = new TemplateRulesFile(dataDir);
    this.numbers = new ChangedNumbers(dataDir, this.#questions.takeovers);
    this.#knownTemplates = new KnownTemplates(dataDir);
    this.#known = this.#knownTemplates.read();
    this.ledger = new Ledger(
      options.ports,
      ledgerOptionsOf(config, options.mode, options.ports, [...this.#known, ...this.templateRules.read()]),
      state?.ledger,
      this.#questions.kept,
    );
    this.incidents = state === undefined ? new Incidents() : Incidents.restore(state.incidents);
    this.#missing = new MissingCount(state?.missing);
    this.#recent = new RecentSignals(state?.signals);
    this.uptime = new Uptime(state?.uptime, options.joinMs === undefined ? {} : { joinMs: options.joinMs });
    const { store } = options;
    this.slow =
      store === undefined
        ? undefined
        : new SlowWatch(
            {
              store,
              principals: () => this.policy().principals,
              cohorts: () => cohortsOf(this.ledger),
              incidents: () => this.incidents.list(),
              take: (signals) => this.take(signals),
              realNow: Date.now,
            },
            state?.slow,
          );
    this.newcomers = new NewcomerHistory(state?.newcomers);
    this.floors = new Map(Object.entries(state?.floors ?? {}));
    this.#triage = new Map(Object.entries(state?.triage ?? {}));
    this.annotations = new Map(Object.entries(state?.annotations ?? {}));
    this.#triggers = new Triggers(config.triggers, { random: options.ports.random, re2 });
    const dir = join(dataDir, "journal");
    for (const kind of ["exchanges", "disclosures", "signals", "followups"]) recoverJournal(dir, kind);
    this.#exchanges = this.#journal("exchanges");
    this.#disclosures = this.#journal("disclosures");
    this.#signals = this.#journal("signals");
    this.#followUps = this.#journal("followups");
    this.#received = new Received(state?.received);
    this.#recall(dir, state);
    for (const { question, alarms, takeovers } of this.#questions.behind(this.#received)) {
      if (question !== undefined) this.ledger.recallQuestion(question);
      this.numbers.observe(takeovers ?? []);
      for (const [endpointId, at] of alarms ?? []) this.ledger.questions.names.alarm(endpointId, at);
    }
    this.numbers.hear();
    void this.#recallTotals(dir);
  }

  get missing(): readonly MissingExchanges[] {
    return this.#missing.list;
  }

  get recentSignals(): readonly Signal[] {
    return this.#recent.list;
  }

  /** Reads one batch of a gate. Returns the anchors found, to be sent to every gate. */
  onFrame(frame: Extract<GateFrame, { t: "batch" }>): readonly Anchor[] {
    this.#obey();
    for (const usage of frame.usage) {
      keepLatest(this.usage, usage.endpointId, usage, usageMax);
      if (usage.newcomers !== undefined) this.newcomers.heard(frame.epoch, usage.endpointId, usage.newcomers);
    }
    this.upstreamErrors = Math.max(this.upstreamErrors, frame.upstreamErrors);
    if (frame.lead !== undefined) this.lead = { waited: Math.max(this.lead.waited, frame.lead.waited), overdue: Math.max(this.lead.overdue, frame.lead.overdue) };
    const first = frame.seq - frame.exchanges.length + 1;
    if (frame.exchanges.length > 0 && first > this.#received.of(frame.epoch) + 1)
      this.#lost(frame.epoch, first - 1, this.#options.now(), "dropped by the gate while the hub was away");
    const known = this.#received.of(frame.epoch);
    const fresh = frame.exchanges.slice(Math.max(0, known + 1 - first));
    const rows: (StoredExchange & { readonly gate?: string })[] = [];
    const disclosures: Disclosure[] = [];
    const anchors: Anchor[] = [];
    const signals: Signal[] = [...frame.signals];
    const followUps: FollowUpRow[] = [];
    const journaled: (readonly [at: number, disclosing: boolean])[] = [];
    const questions: KeptRow[] = [];
    let seq = frame.seq - fresh.length;
    for (const exchange of fresh) {
      seq++;
      this.requests++;
      const step = this.ledger.onExchange(exchange);
      anchors.push(...step.anchors, ...step.attempts, ...step.handed);
      followUps.push(...followUpRows(exchange, step.anchors));
      for (const row of step.disclosures) if (!this.#orphans.delete(row.id)) disclosures.push(row);
      for (const row of step.shown) if (!this.#orphans.delete(row.id)) disclosures.push(row);
      const row: StoredExchange & { gate?: string } = this.#row(step, exchange);
      row.gate = `${frame.epoch}:${seq}`;
      rows.push(row);
      const takeovers = this.numbers.stepsOf(step, exchange, this.ledger);
      if (step.question !== undefined || takeovers.length > 0)
        questions.push({
          gate: row.gate,
          wroteAt: Date.now(),
          ...(step.question === undefined ? {} : { question: step.question }),
          ...(takeovers.length === 0 ? {} : { takeovers }),
        });
      journaled.push([exchange.at, exchange.gate?.journaled === true || step.disclosures.length + step.shown.length > 0]);
      this.#count(step, exchange);
      signals.push(...this.numbers.observe(takeovers));
      signals.push(...step.signals, ...this.#trigger(step, exchange));
    }
    // Exchanges last: their numbers say that all of it is kept.
    this.#disclosures.appendAll(disclosures);
    this.#followUps.appendAll(followUps);
    this.#questions.append(questions);
    this.take(signals);
    this.#exchanges.appendAll(rows);
    for (const [at, disclosing] of journaled) this.uptime.journaled(at, disclosing);
    if (fresh.length > 0) this.#received.reach(frame.epoch, frame.seq);
    return anchors;
  }

  /** A life of a gate is over: what it finished and never sent is counted, and kept when this returns. Counting again changes nothing. */
  pastLife(life: PastLife): void {
    this.#lost(life.epoch, life.seq, life.at, "died with the gate before they reached the hub");
  }

  /** Signals from gates, triggers and schedules: journaled, grouped, told. One that was taken before is left out. */
  take(signals: readonly Signal[]): void {
    const fresh = signals.filter((signal) => !this.#recent.has(signal.id));
    if (fresh.length === 0) return;
    this.#signals.appendAll(fresh);
    this.ledger.questions.alarmed(fresh);
    const alarms = fresh.flatMap((signal): [string, number][] => (signal.endpointId !== undefined && raisesAlarm(signal) ? [[signal.endpointId, signal.at]] : []));
    if (alarms.length > 0) this.#questions.append([{ gate: "", wroteAt: Date.now(), alarms }]);
    for (const signal of fresh) this.#observe(signal);
  }

  policy(): GatePolicy {
    return this.ledger.policy(this.#options.now());
  }

  /** Once in a while: closes journal segments that are due, moves event time on. */
  tick(): void {
    this.#exchanges.rotate();
    this.#disclosures.rotate();
    this.#signals.rotate();
    this.#followUps.rotate();
    this.#questions.rotate();
    if (this.#questions.due) this.#saveQuestions();
    this.#obey();
    const now = this.#options.now();
    this.take(this.#triggers.advance(now));
    if (this.#recalled) this.#refreshIncidents();
    if (!this.#naming) void this.#name();
    this.incidents.advance(now);
    this.#forgetAddresses(now);
    this.slow?.tick(now);
    this.take(this.numbers.due());
    // What opened or rose is saved at once; where saving is slow, it takes a twentieth of the time at most.
    if (this.#changed && Date.now() - this.#savedAt >= 20 * this.#saveMs) this.save();
  }

  /** Keyed hash of a telephone number, as everywhere. */
  personOf(phone: string): string {
    return this.#options.ports.hash("phone", normalForm("phone", phone));
  }

  /** Keeps what a person said about an endpoint; false at the bound. On the disk when this returns. */
  annotate(id: string, annotation: Annotation): boolean {
    if (!this.annotations.has(id) && this.annotations.size >= annotationsMax) return false;
    this.annotations.set(id, annotation);
    this.save();
    return true;
  }

  /** Obeys these decisions about path templates, with the configuration's, from the next exchange on; counters gathered so far follow. */
  govern(kept: readonly KeptRule[]): void {
    this.ledger.govern(templateRulesOf(this.#options.config, [...this.#known, ...kept]));
    this.#changed = true;
  }

  /** What would be known with these decisions in force, apart from what is: everything learned is written down and read again, which takes as long as a {@link save}. */
  tried(kept: readonly KeptRule[]): Ledger {
    const { config, mode, ports } = this.#options;
    const state: LedgerState = JSON.parse(JSON.stringify(this.ledger.exportState()));
    return new Ledger(ports, ledgerOptionsOf(config, mode, ports, [...this.#known, ...kept]), state);
  }

  /** Takes up what a command wrote, and documents and source that came or went; what cannot be read leaves those in force. */
  #obey(): void {
    const known = this.#knownTemplates.changed;
    if (!known && !this.templateRules.changed) return;
    if (known) this.#known = this.#knownTemplates.read();
    try {
      this.govern(this.templateRules.read());
    } catch {
      // Somebody edits it by hand: told at the next start.
    }
  }

  /** At {@link floorsMax} the one measured longest ago goes. */
  keepFloor(endpointId: string, floor: KeptFloor): void {
    keepLatest(this.floors, endpointId, floor, floorsMax);
    this.#changed = true;
  }

  uptimeState(): UptimeState {
    return this.uptime.exportState();
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
    const startedAt = performance.now();
    // A segment is either wholly in this state or wholly after it.
    this.#signals.close();
    saveHubState(this.#options.dataDir, {
      version: 1,
      ledger: this.ledger.exportState(),
      incidents: this.incidents.exportState(),
      missing: this.#missing.list,
      triage: Object.fromEntries(this.#triage),
      annotations: Object.fromEntries(this.annotations),
      uptime: this.uptime.exportState(),
      findings: this.ledger.findings(),
      savedAt: Date.now(),
      received: this.#received.exportState(),
      ...(this.slow === undefined ? {} : { slow: this.slow.exportState() }),
      newcomers: this.newcomers.exportState(),
      floors: Object.fromEntries(this.floors),
      signals: this.#recent.youngest,
    });
    this.#changed = false;
    this.#savedAt = Date.now();
    this.#saveMs = performance.now() - startedAt;
  }

  close(): void {
    this.#closed = true;
    this.#exchanges.close();
    this.#disclosures.close();
    this.#followUps.close();
    this.#saveQuestions();
    this.save();
  }

  #saveQuestions(): void {
    this.#questions.save(this.ledger.questions.exportState(), this.numbers.exportState(), this.#received.exportState());
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
        : {
            endpointId: endpoint.id,
            template: endpoint.template,
            subjects: step.subjects,
            responseClassId: step.responseClass?.id,
            dataClasses: exchange.response.status < 300 ? [...endpoint.dataClasses] : [],
          },
      this.#options.ports,
    );
  }

  #count(step: LedgerStep, exchange: Exchange): void {
    for (const { endpointId, address, subject, responseClass: classId, at } of step.shown) this.totals.told({ endpointId, address, subject, classId, uniform: false, at });
    const { door: endpoint, responseClass } = step;
    if (endpoint === undefined || responseClass === undefined || (exchange.gate === undefined && step.disclosures.length === 0)) return;
    const status = exchange.response.status;
    if (status === 429 || status >= 500) return;
    for (const subject of step.subjects) {
      this.totals.told({
        endpointId: endpoint.id,
        address: exchange.client.address,
        subject: subject.hash,
        classId: responseClass.id,
        uniform: exchange.gate?.action === "uniform",
        at: exchange.at,
      });
    }
  }

  #trigger(step: LedgerStep, exchange: Exchange): readonly Signal[] {
    if (this.#options.config.triggers.length === 0) return [];
    const { endpoint, door, responseClass } = step;
    const facts = triggerFactsOf(
      { exchange, endpointId: endpoint?.id, actor: step.actor, subjects: step.subjects, subjectsTruncated: false, responseClass },
      {
        host: step.view.host,
        endpoint:
          endpoint === undefined
            ? undefined
            : { method: endpoint.method, path: endpoint.template, auth: endpoint.posture().verdict, oracle: oracleWord(this.ledger.oracles.verdict(door?.id ?? endpoint.id)) },
        credentialKind: step.view.credential?.kind,
        meaning: door === undefined || responseClass === undefined ? undefined : this.ledger.meaning(door.id, responseClass.id),
      },
    );
    return this.#triggers.observe(facts, exchange.at);
  }

  /** What the store's tables forget on time, incidents and the latest signals forget, too. */
  #forgetAddresses(now: number): void {
    if (Math.abs(now - this.#forgotAt) < retentionEveryMs) return;
    this.#forgotAt = now;
    const keepMs = this.#options.config.retention.clearAddresses ?? retentionDefaults.clearAddresses;
    this.incidents.forgetAddresses(now, keepMs);
    this.#recent.forgetAddresses(now, keepMs);
    this.#changed = true;
  }

  /** Looks who an attack's clients are, in slices, so that the hub answers meanwhile. */
  async #name(): Promise<void> {
    this.#naming = true;
    while (!this.#closed && this.ledger.questions.names.work() !== undefined) await new Promise((resolve) => setImmediate(resolve));
    this.#naming = false;
  }

  /** Brings what open incidents say about people up to date. */
  #refreshIncidents(): void {
    for (const incident of this.incidents.list()) {
      if (incident.status === "closed" || !tellsOfSubjects(incident.kind)) continue;
      const { id, endpointIds } = incident;
      const addresses = incident.sources.map((source) => source.address);
      for (const address of addresses) {
        const source = this.totals.asked(endpointIds, address);
        if (source !== undefined) this.incidents.sourceAsked(id, address, source.lastAt, source.asked);
      }
      this.incidents.setDisclosed(
        id,
        this.totals.together(endpointIds, addresses, (endpointId) => (classId) => this.ledger.meaning(endpointId, classId)),
      );
      // Where it opened: at further endpoints others may be under way as well.
      const [home] = endpointIds;
      const { names } = this.ledger.questions;
      const named = home === undefined ? undefined : names.lastNamed(home, this.#options.now());
      if (named !== undefined && home !== undefined) this.incidents.setNamed(id, named, (asn) => names.asns?.nameOf(asn), this.ledger.questions.heldOff(home));
    }
  }

  /** Counts what is between the last number known of a life and `upTo`, once: the state is on disk before anything behind it is acknowledged. */
  #lost(epoch: string, upTo: number, at: number, reason: string): void {
    const count = upTo - this.#received.of(epoch);
    if (count <= 0) return;
    this.#missing.add(count, at, reason);
    this.#received.reach(epoch, upTo);
    this.save();
  }

  #observe(signal: Signal): void {
    this.#recent.add(signal);
    const change = this.incidents.observe(signal);
    if (change === undefined) return;
    if (change.change !== "grew") this.#changed = true;
    this.#options.onIncident(change.incident.id, change.change);
  }

  async #recallTotals(dir: string): Promise<void> {
    try {
      await recallTotals(this.totals, dir, () => this.#closed);
      this.#recalled = true;
    } catch {
      // Live totals start from nothing then, and incidents keep what they say; the store is not touched by it.
    }
  }

  /** Takes up what an earlier hub journaled after it last saved its state. */
  #recall(dir: string, state: HubState | undefined): void {
    const savedAt = state?.savedAt ?? Date.now() - recallMs;
    const since = (kind: string): ReplayOptions => ({ fromName: `${kind}-${String(savedAt - (kind === "signals" ? 0 : segmentSpanMs)).padStart(13, "0")}` });
    for (const { row } of replayJournal(dir, "signals", since("signals"))) if (isSignal(row) && !this.#recent.has(row.id)) this.#observe(row);
    const journaled = new Set<unknown>();
    for (const { row } of replayJournal(dir, "exchanges", since("exchanges"))) {
      this.#received.recall(row["gate"]);
      journaled.add(row["id"]);
      if (journaled.size > orphansMax) journaled.delete(journaled.values().next().value);
    }
    // One batch at most is torn apart by a death, and it is the last: its rows stand at the journal's end.
    for (const { row } of replayJournal(dir, "disclosures", since("disclosures"))) {
      if ("gate" in row || typeof row["id"] !== "string" || journaled.has(row["exchangeId"])) continue;
      this.#orphans.add(row["id"]);
      if (this.#orphans.size > orphansMax) this.#orphans.delete(String(this.#orphans.values().next().value));
    }
  }
}

export interface HubCoreOptions {
  readonly dataDir: string;
  readonly ports: Ports;
  readonly mode: Mode;
  readonly config: Config;
  /** For what only months of stored days show. */
  readonly store?: Pick<StoreClient, "query">;
  /** Event time. */
  readonly now: () => number;
  /** Event time two ticks of {@link Uptime} may lie apart; on a scaled clock fifteen real seconds. */
  readonly joinMs?: number;
  readonly onIncident: (id: string, change: "opened" | "grew" | "raised") => void;
}

/** With no state saved, segments of the last ten minutes say what gates already delivered. */
const recallMs = 600_000;
/** A segment is named for its first row and closed within a second and a tick; a stalled process may take longer. */
const segmentSpanMs = 10_000;
/** More than a batch of 64 exchanges, each about at most a few hundred people, can leave behind. */
const orphansMax = 50_000;
/** As many endpoints as one gate guards. */
const floorsMax = 4_096;
/** Twice as many: endpoints get new names, and what was told of the old ones is of no more use. */
export const usageMax = 8_192;

function oracleWord(verdict: "none" | "suspected" | "proven"): string {
  return verdict === "none" ? "" : verdict;
}
