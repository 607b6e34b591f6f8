import { PosternError, ruleProblem, sameRuleTemplate } from "@postern/engine";
import type {
  ActorView,
  ChangeView,
  DecisionRow,
  DisclosureQuery,
  DisclosureTotals,
  EndpointPatch,
  EndpointTemplate,
  EndpointView,
  ExchangeQuery,
  ExchangeRow,
  FindingView,
  Health,
  IncidentView,
  LiveEvent,
  Meaning,
  NumberChangeView,
  Overview,
  Page,
  PageQuery,
  TemplateChange,
  TemplatePatch,
  TemplateRuleView,
  Views,
} from "../api/views.ts";
import type { Acceptance } from "../config/public-on-purpose.ts";
import type { Disclosure, Finding, Incident, InventoryEndpoint, Signal } from "@postern/engine";
import { endpointShape } from "./endpoint-shape.ts";
import { slowText } from "./slow-text.ts";
import type { SpecShelf } from "./spec-shelf.ts";
import type { AddedSpec, EndpointShape, RemovedSpecView, SpecDiff, SpecUpload, SpecView } from "../api/discovery-views.ts";
import { observedApi } from "../specs/observed-api.ts";
import { revealApi } from "../specs/reveal-names.ts";
import { openApiOf } from "../specs/write-openapi.ts";
import type { StoreClient } from "../store/store-client.ts";
import type { BlindIdentifier } from "./blind-identifiers.ts";
import { blindSpots } from "./blind-spots.ts";
import { worstOpen } from "./endpoint-concern.ts";
import { annotated, auditDetail } from "./endpoint-patch.ts";
import { annotationsMax, changesOf, type EndpointLife, livesOf } from "./endpoint-life.ts";
import { changeViews } from "./change-views.ts";
import type { AuditEntry } from "../state/audit-log.ts";
import type { Config } from "../config/config-schema.ts";
import type { HubCore } from "./hub-core.ts";
import { LiveSeries } from "./live-series.ts";
import { budgetedIds, endpointView, findingView, incidentView } from "./project.ts";
import { StoredHistory } from "./stored-history.ts";
import { withRule } from "./template-rules-file.ts";
import { changeOf, namesOf, ruleViews, templateNamed, templateView } from "./template-views.ts";

/** What the API may ask, answered from the ledger's memory and, for history, from the store. */
export class HubViews implements Views {
  readonly #core: HubCore;
  readonly #options: HubViewsOptions;
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  readonly #series = new LiveSeries();
  readonly #history: StoredHistory;
  #listed: { readonly until: number; readonly staleFrom: number; readonly known: number; readonly changes: number; readonly list: readonly EndpointView[] } = nothingListed;
  #findings: { at: number; list: FindingView[] } = { at: 0, list: [] };
  storeUp = false;
  gates = 0;

  constructor(core: HubCore, options: HubViewsOptions) {
    this.#core = core;
    this.#options = options;
    this.#history = new StoredHistory(options.store, () => core.ledger);
  }

  /** Once a real second: moves the live series on and tells the listeners. */
  tick(): void {
    this.#series.tick(this.#core.requests, this.#core.usage.values(), (endpointId) => this.#guardState(endpointId) === "budgeted");
    if (this.#listeners.size > 0) this.#tell({ type: "overview", data: this.overview() });
  }

  incidentChanged(id: string): void {
    const view = this.incident(id);
    if (view !== undefined) this.#tell({ type: "incident", data: view });
  }

  overview(): Overview {
    const { ledger } = this.#core;
    let confirmed = 0;
    let denied = 0;
    let uniform = 0;
    let estimated = false;
    for (const endpointId of this.#core.totals.endpointIds()) {
      if (this.#guardState(endpointId) !== "budgeted") continue;
      const totals = this.#core.totals.endpoint(endpointId, (classId) => ledger.meaning(endpointId, classId));
      confirmed += totals.confirmed;
      denied += totals.denied;
      uniform += totals.uniform;
      estimated ||= totals.estimated;
    }
    return {
      at: this.#options.now(),
      clockFactor: this.#options.clockFactor,
      mode: this.#options.mode,
      commands: { program: this.#options.program ?? "postern", data: this.#options.data ?? null },
      upstream: this.#options.upstream,
      requests: this.#core.requests,
      requestsPerSecond: this.#series.requestsPerSecond,
      endpoints: this.#knownEndpoints(),
      openFindings: this.findings().filter((finding) => finding.status === "open").length,
      openIncidents: this.#core.incidents.list().filter((incident) => incident.status !== "closed").length,
      disclosed: { confirmed, denied, uniform, estimated },
      series: this.#series.view(Date.now()),
      blindSpots: this.blindSpots(),
    };
  }

  /**
   * Looking at thousands takes a good part of a second, which traffic waits for: a list is given again for {@link listFreshTimes} times as long as it took, and where endpoints came or went meanwhile, as the
   * overview says at once, for {@link listStaleTimes} times. Its counts may be as old as that.
   */
  endpoints(): readonly EndpointView[] {
    const startedAt = performance.now();
    const { changes } = this.#options.specs;
    const known = this.#knownEndpoints();
    if (startedAt < (known === this.#listed.known ? this.#listed.until : this.#listed.staleFrom) && this.#listed.changes === changes) return this.#listed.list;
    const lifeOf = this.#lives();
    const worst = worstOpen(this.findings());
    const list = this.#core.ledger.inventory.listed().map((endpoint) => this.#endpoint(endpoint, lifeOf(endpoint), worst));
    const endedAt = performance.now();
    const tookMs = endedAt - startedAt;
    this.#listed = {
      until: endedAt + Math.min(listFreshMaxMs, listFreshTimes * tookMs),
      staleFrom: endedAt + Math.min(listFreshMaxMs, listStaleTimes * tookMs),
      known,
      changes,
      list,
    };
    return list;
  }

  #knownEndpoints(): number {
    const { inventory } = this.#core.ledger;
    return inventory.endpoints().length + inventory.calls().length;
  }

  endpoint(id: string): EndpointView | undefined {
    const endpoint = this.#core.ledger.inventory.byId(id);
    return endpoint === undefined ? undefined : this.#endpoint(endpoint, this.#lives()(endpoint), worstOpen(this.findings()));
  }

  #endpoint(endpoint: InventoryEndpoint, life: EndpointLife, worst: ReturnType<typeof worstOpen>): EndpointView {
    return endpointView(this.#core.ledger, endpoint, {
      life,
      worst: worst.get(endpoint.id),
      documented: () => this.#options.specs.documented(),
      guard: (id) => ({ state: this.#guardState(id), usage: this.#core.usage.get(id) }),
      knownBy: this.#options.knownBy(endpoint),
      floor: (id) => this.#core.floors.get(id),
    });
  }

  readonly #reveal = (text: string): string => this.#core.ledger.inventory.fieldNames.reveal(text, () => this.#options.specs.documented());

  endpointShape(id: string): EndpointShape | undefined {
    const endpoint = this.#core.ledger.inventory.byId(id);
    return endpoint === undefined ? undefined : endpointShape(endpoint, this.#reveal);
  }

  observedSpec(host?: string): Readonly<Record<string, unknown>> {
    return openApiOf(
      revealApi(
        observedApi(this.#core.ledger.inventory, (endpoint) => host === undefined || endpoint.host === host),
        this.#reveal,
      ),
    );
  }

  specs(): readonly SpecView[] {
    return this.#options.specs.list();
  }

  addSpec(input: SpecUpload, by: string): Promise<AddedSpec> {
    return this.#options.specs.add(input, by);
  }

  removeSpec(id: string, by: string): Promise<SpecView> {
    return this.#options.specs.remove(id, by);
  }

  removedSpecs(): readonly RemovedSpecView[] {
    return this.#options.specs.removed();
  }

  restoreSpec(id: string, by: string): Promise<SpecView> {
    return this.#options.specs.restore(id, by);
  }

  specDiff(id: string): SpecDiff {
    return this.#options.specs.diff(id, this.#core.ledger.inventory);
  }

  changes(): readonly ChangeView[] {
    return changeViews(changesOf(this.#core.ledger, this.#options.config, this.#core.annotations), this.#options.specs.history());
  }

  async numberChanged(phone: string, at: number | undefined, by: string): Promise<NumberChangeView> {
    const person = this.#core.personOf(phone);
    const changedAt = at ?? this.#options.now();
    if (this.#core.numbers.known(person, changedAt) === undefined) await this.#options.audit({ at: Date.now(), actor: by, action: "number.changed", subject: person, detail: {} });
    const change = this.#core.numbers.report(person, changedAt);
    return { person, at: new Date(change.at).toISOString(), known: change.known };
  }

  async describe(id: string, patch: EndpointPatch, by: string): Promise<EndpointView> {
    const endpoint = this.#core.ledger.inventory.byId(id);
    if (endpoint === undefined) throw new PosternError("NOT_FOUND", "There is no endpoint under this id");
    if (this.#core.annotations.size >= annotationsMax && !this.#core.annotations.has(endpoint.id)) {
      throw new PosternError("USAGE", `${annotationsMax} endpoints are described already`, { remedy: "Describe the rest in postern.yaml." });
    }
    const at = this.#options.now();
    await this.#options.audit({ at: Date.now(), actor: by, action: "endpoint.describe", subject: endpoint.id, detail: auditDetail(patch) });
    this.#core.annotate(endpoint.id, annotated(this.#core.annotations.get(endpoint.id), patch, { at, by }));
    this.#findings = { at: 0, list: [] };
    this.#listed = nothingListed;
    const view = this.endpoint(endpoint.id);
    if (view === undefined) throw new PosternError("NOT_FOUND", "There is no endpoint under this id");
    return view;
  }

  template(id: string): EndpointTemplate | undefined {
    const endpoint = this.#core.ledger.inventory.byId(id);
    return endpoint === undefined ? undefined : templateView(endpoint);
  }

  templateRules(): readonly TemplateRuleView[] {
    return ruleViews(this.#core.templateRules.read(), this.#options.config, this.#core.ledger.inventory.rules);
  }

  async decideTemplate(patch: TemplatePatch, by: string): Promise<TemplateChange> {
    const { ledger, templateRules } = this.#core;
    const decision = { kind: patch.kind, template: templateNamed(ledger, patch), host: patch.host?.toLowerCase() };
    const { kind, template, host } = decision;
    const problem = kind === "none" ? undefined : ruleProblem({ kind, template });
    if (problem !== undefined) throw new PosternError("USAGE", `${kind}: ${problem}`, { remedy: "GET /api/v1/templates shows what there is." });
    if (patch.preview === true) {
      const rules = templateRules.read();
      const others = rules.filter((one) => !sameRuleTemplate(one, { kind: "pin", template, ...(host === undefined ? {} : { host }) }));
      const would = kind === "none" ? others : withRule(rules, { kind, template, ...(host === undefined ? {} : { host }), at: this.#options.now(), by });
      return changeOf(ledger, this.#core.tried(would), decision);
    }
    await this.#options.audit({ at: Date.now(), actor: by, action: "endpoint.template", subject: template, detail: { kind, host: host ?? null } });
    const kept =
      kind === "none" ? templateRules.unset({ template, ...(host === undefined ? {} : { host }) }) : templateRules.set({ kind, template, host, at: this.#options.now(), by });
    if (kept === undefined) throw new PosternError("NOT_FOUND", "Nobody decided anything about this template", { remedy: "What stands in postern.yaml is changed there." });
    this.#findings = { at: 0, list: [] };
    this.#listed = nothingListed;
    const before = namesOf(ledger);
    this.#core.govern(kept);
    return changeOf(before, ledger, decision);
  }

  findings(): readonly FindingView[] {
    if (Date.now() - this.#findings.at > findingsFreshMs) {
      const list = this.#core.ledger.findings().map((finding) => {
        return findingView(finding, { triaged: this.#core.triaged("finding", finding.id), accepted: this.#options.accepted(finding) });
      });
      this.#findings = { at: Date.now(), list };
    }
    return this.#findings.list;
  }

  incidents(): readonly IncidentView[] {
    const budgeted = this.#budgeted();
    return this.#core.incidents.list().map((incident) => this.#incident(incident, budgeted));
  }

  incident(id: string): IncidentView | undefined {
    const incident = this.#core.incidents.get(id);
    return incident === undefined ? undefined : this.#incident(incident, this.#budgeted());
  }

  signals(query: PageQuery): Page<Signal> {
    const all = this.#core.recentSignals.toReversed();
    const from = query.cursor === undefined ? 0 : Math.max(0, all.findIndex((signal) => signal.id === query.cursor) + 1);
    const items = all.slice(from, from + (query.limit ?? 100));
    return { items, next: from + items.length < all.length ? (items.at(-1)?.id ?? null) : null };
  }

  actors(query: PageQuery): Promise<Page<ActorView>> {
    return this.#history.actors(query);
  }

  disclosureTotals(query: DisclosureQuery): Promise<readonly DisclosureTotals[]> {
    return this.#history.disclosureTotals(query);
  }

  disclosures(query: DisclosureQuery & PageQuery): Promise<Page<Disclosure & { readonly meaning: Meaning }>> {
    return this.#history.disclosures(query);
  }

  exchanges(query: ExchangeQuery & PageQuery): Promise<Page<ExchangeRow>> {
    return this.#history.exchanges(query);
  }

  decisions(query: PageQuery): Promise<Page<DecisionRow>> {
    return this.#history.decisions(query);
  }

  policies(): unknown {
    const policy = this.#core.policy();
    return { version: policy.version, mode: policy.mode, endpoints: policy.endpoints, principals: policy.principals.length };
  }

  health(): Health {
    const gate = this.gates > 0 ? "up" : this.#options.upstream === null ? "absent" : "down";
    const status = this.storeUp && gate !== "down" ? "ok" : "degraded";
    return {
      status,
      version: this.#options.version,
      parts: {
        gate: {
          state: gate,
          detail: gate === "up" ? `${this.gates} connected` : gate === "absent" ? "no gate was asked for" : "not connected; traffic may still pass, nothing new is learned",
        },
        hub: { state: "up", detail: `${this.#core.requests} requests since start` },
        store: {
          state: this.storeUp ? "up" : "down",
          detail: this.storeUp ? `answers${slowText(this.#core.slow?.last)}` : "does not answer; journals keep everything until it is back",
        },
      },
    };
  }

  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    listener({ type: "overview", data: this.overview() });
    return () => this.#listeners.delete(listener);
  }

  triage(kind: "incident" | "finding", id: string, status: string, by: string): void {
    if (kind === "incident") {
      if (status !== "open" && status !== "acknowledged" && status !== "closed") throw new PosternError("USAGE", `An incident can be open, acknowledged or closed, not ${status}`);
      if (this.#core.incidents.triage(id, status, by, this.#options.now()) === undefined) throw new PosternError("NOT_FOUND", "There is no incident under this id");
      this.incidentChanged(id);
      return;
    }
    if (!this.findings().some((finding) => finding.id === id)) throw new PosternError("NOT_FOUND", "There is no finding under this id");
    this.#core.triage("finding", id, status);
    this.#findings = { at: 0, list: [] };
    this.#listed = nothingListed;
  }

  /** What Postern is not seeing right now, in plain words. */
  blindSpots(): string[] {
    return blindSpots(this.#core, {
      gateMissing: this.gates === 0 && this.#options.upstream !== null,
      storeUp: this.storeUp,
      endpoints: this.endpoints(),
      identifiers: this.#options.blindIdentifiers(),
    });
  }

  #lives(): (endpoint: InventoryEndpoint) => EndpointLife {
    return livesOf(this.#core.ledger, this.#options.config, this.#core.annotations);
  }

  #incident(incident: Incident, budgeted: ReadonlySet<string>): IncidentView {
    const { data, program, mode, upstream } = this.#options;
    return incidentView(this.#core.ledger, incident, {
      ...(data === undefined ? {} : { data }),
      program,
      // Without a gate nobody withholds anything, whatever the mode.
      gate: upstream === null ? undefined : { mode, budgeted },
    });
  }

  #budgeted(): ReadonlySet<string> {
    return budgetedIds(this.#core.policy().endpoints);
  }

  #guardState(endpointId: string): "watched" | "budgeted" | undefined {
    return this.#core.policy().endpoints.find((endpoint) => endpoint.id === endpointId)?.state;
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

export interface HubViewsOptions {
  readonly config: Pick<Config, "endpoints" | "templates">;
  /** Resolves once the entry is on the disk. */
  readonly audit: (entry: AuditEntry) => Promise<unknown>;
  readonly store: StoreClient;
  readonly now: () => number;
  readonly clockFactor: number;
  readonly mode: "observe" | "enforce";
  readonly upstream: string | null;
  readonly version: string;
  /** The data directory, where commands do not find it by themselves. */
  readonly data?: string;
  /** How commands begin that people are told to run. */
  readonly program?: string | undefined;
  /** What the configuration accepts of this weakness, now. */
  readonly accepted: (finding: Finding) => Acceptance | undefined;
  readonly specs: SpecShelf;
  /** Who knows this endpoint: traffic, a document. */
  readonly knownBy: (endpoint: InventoryEndpoint) => readonly string[];
  /** Declared identifiers that do not come. */
  readonly blindIdentifiers: () => readonly BlindIdentifier[];
}

const findingsFreshMs = 1_000;
const nothingListed = { until: 0, staleFrom: 0, known: 0, changes: 0, list: [] } as const;
const listFreshTimes = 20;
/** Whoever makes endpoints up all the time keeps the hub at it for a third of its time at most. */
const listStaleTimes = 2;
const listFreshMaxMs = 30_000;
