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
import { pageOf, readCursor } from "../store/page-cursor.ts";
import type { StoreClient } from "../store/store-client.ts";
import { type BlindIdentifier, blindIdentifierText } from "./blind-identifiers.ts";
import { worstOpen } from "./endpoint-concern.ts";
import { annotationsMax, changesOf, type EndpointLife, livesOf } from "./endpoint-life.ts";
import { changeViews } from "./change-views.ts";
import type { AuditEntry } from "../state/audit-log.ts";
import type { Config } from "../config/config-schema.ts";
import type { HubCore } from "./hub-core.ts";
import { endpointView, exchangeView, findingView, incidentView } from "./project.ts";
import { withRule } from "./template-rules-file.ts";
import { changeOf, namesOf, ruleViews, templateNamed, templateView } from "./template-views.ts";

/** What the API may ask, answered from the ledger's memory and, for history, from the store. */
export class HubViews implements Views {
  readonly #core: HubCore;
  readonly #options: HubViewsOptions;
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  readonly #series: { requests: number[]; truthful: number[]; uniform: number[] } = { requests: [], truthful: [], uniform: [] };
  readonly #told = new Map<string, { readonly truthful: number; readonly uniform: number }>();
  #requests = 0;
  #listed: { readonly until: number; readonly staleFrom: number; readonly known: number; readonly changes: number; readonly list: readonly EndpointView[] } = nothingListed;
  #findings: { at: number; list: FindingView[] } = { at: 0, list: [] };
  storeUp = false;
  gates = 0;

  constructor(core: HubCore, options: HubViewsOptions) {
    this.#core = core;
    this.#options = options;
  }

  /** Once a real second: moves the live series on and tells the listeners. */
  tick(): void {
    let truthful = 0;
    let uniform = 0;
    for (const usage of this.#core.usage.values()) {
      // What an endpoint had counted before it was first heard of is no news of this second.
      const before = this.#told.get(usage.endpointId) ?? usage;
      this.#told.set(usage.endpointId, usage);
      if (this.#guardState(usage.endpointId) !== "budgeted") continue;
      truthful += Math.max(0, usage.truthful - before.truthful);
      uniform += Math.max(0, usage.uniform - before.uniform);
    }
    const second = { requests: this.#core.requests - this.#requests, truthful, uniform };
    this.#requests = this.#core.requests;
    for (const key of ["requests", "truthful", "uniform"] as const) {
      this.#series[key].push(second[key]);
      if (this.#series[key].length > seriesSeconds) this.#series[key].shift();
    }
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
    const { requests, truthful, uniform: uniformSeries } = this.#series;
    const recent = requests.slice(-5);
    return {
      at: this.#options.now(),
      clockFactor: this.#options.clockFactor,
      mode: this.#options.mode,
      upstream: this.#options.upstream,
      requests: this.#core.requests,
      requestsPerSecond: Math.round((recent.reduce((sum, n) => sum + n, 0) / Math.max(1, recent.length)) * 10) / 10,
      endpoints: this.#knownEndpoints(),
      openFindings: this.findings().filter((finding) => finding.status === "open").length,
      openIncidents: this.#core.incidents.list().filter((incident) => incident.status !== "closed").length,
      disclosed: { confirmed, denied, uniform, estimated },
      series: { fromAt: Date.now() - requests.length * 1_000, stepMs: 1_000, requests, truthful, uniform: uniformSeries },
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
    if (this.#core.changeKnown(person, changedAt) === undefined) await this.#options.audit({ at: Date.now(), actor: by, action: "number.changed", subject: person, detail: {} });
    const change = this.#core.numberChanged(person, changedAt);
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
    const { owner, tags, retired, publicOnPurpose } = patch;
    const before = this.#core.annotations.get(endpoint.id);
    this.#core.annotate(endpoint.id, {
      at,
      by,
      owner: owner === undefined ? before?.owner : (owner ?? undefined),
      tags: tags === undefined ? before?.tags : (tags ?? undefined),
      retiredAt: retired === undefined ? before?.retiredAt : retired ? (before?.retiredAt ?? at) : null,
      publicOnPurpose: publicOnPurpose === undefined ? before?.publicOnPurpose : (publicOnPurpose ?? undefined),
    });
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
    return this.#core.incidents.list().map((incident) => this.#incident(incident));
  }

  incident(id: string): IncidentView | undefined {
    const incident = this.#core.incidents.get(id);
    return incident === undefined ? undefined : this.#incident(incident);
  }

  signals(query: PageQuery): Page<Signal> {
    const all = this.#core.recentSignals.toReversed();
    const from = query.cursor === undefined ? 0 : Math.max(0, all.findIndex((signal) => signal.id === query.cursor) + 1);
    const items = all.slice(from, from + (query.limit ?? 100));
    return { items, next: from + items.length < all.length ? (items.at(-1)?.id ?? null) : null };
  }

  async actors(query: PageQuery): Promise<Page<ActorView>> {
    const limit = query.limit ?? 100;
    const rows = await this.#options.store.query("actors", { limit, confirmedClasses: this.#classes("confirmed") });
    const items = rows.map((row) => ({
      address: row.address,
      requests: row.requests,
      subjects: row.subjects,
      confirmed: row.confirmed,
      firstAt: iso(row.firstAt),
      lastAt: iso(row.lastAt),
    }));
    return { items, next: null };
  }

  async disclosureTotals(query: DisclosureQuery): Promise<readonly DisclosureTotals[]> {
    const rows = await this.#options.store.query("meaningTotals", {
      ...windowOf(query),
      confirmedClasses: this.#classes("confirmed"),
      deniedClasses: this.#classes("denied"),
      nothingClasses: this.#classes("nothing"),
    });
    return rows.map((row) => {
      const endpoint = this.#core.ledger.inventory.byId(row.endpointId);
      return {
        endpoint: row.endpointId,
        method: endpoint?.method ?? "",
        host: endpoint?.host ?? "",
        path: endpoint?.template ?? "",
        confirmed: row.confirmed,
        denied: row.denied,
        uniform: row.uniform,
        unknown: row.unknown,
        from: iso(row.firstAt),
        to: iso(row.lastAt),
      };
    });
  }

  async disclosures(query: DisclosureQuery & PageQuery): Promise<Page<Disclosure & { readonly meaning: Meaning }>> {
    const limit = query.limit ?? 100;
    const rows = await this.#options.store.query("disclosures", { ...windowOf(query), limit, before: readCursor(query.cursor) });
    const items = rows.map((row) => ({ ...row, meaning: row.answer === "truthful" ? this.#core.ledger.meaning(row.endpointId, row.responseClass) : ("nothing" as const) }));
    return { items, next: pageOf(rows, limit).next };
  }

  async exchanges(query: ExchangeQuery & PageQuery): Promise<Page<ExchangeRow>> {
    const limit = query.limit ?? 100;
    const { cursor, ...rest } = query;
    const rows = await this.#options.store.query("exchanges", { ...rest, limit, before: readCursor(cursor) });
    return { items: rows.map(exchangeView), next: pageOf(rows, limit).next };
  }

  async decisions(query: PageQuery): Promise<Page<DecisionRow>> {
    const limit = query.limit ?? 100;
    const rows = await this.#options.store.query("decisions", { limit, before: readCursor(query.cursor) });
    return { items: rows.map((row) => ({ id: row.id, at: iso(row.at), action: row.action, would: row.would, reason: row.reason, ref: row.ref })), next: pageOf(rows, limit).next };
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
    const spots: string[] = [];
    if (this.gates === 0 && this.#options.upstream !== null) spots.push("The gate is not connected: what passes it now reaches the hub later, or is counted as missing.");
    if (!this.storeUp) spots.push("The store does not answer: history is not shown. Journals keep every row until it is back.");
    const missing = this.#core.missing.reduce((sum, one) => sum + one.count, 0);
    if (missing > 0) spots.push(`${missing} exchanges never reached the hub (a process died or was away); disclosures of guarded endpoints are not among them.`);
    if (this.#core.upstreamErrors > 0) spots.push(`${this.#core.upstreamErrors} requests got no answer from the service behind the gate.`);
    for (const blind of this.#options.blindIdentifiers()) spots.push(blindIdentifierText(blind));
    const endpoints = this.endpoints();
    if (endpoints.length > 0 && endpoints.every(({ auth }) => auth.verdict === "unproven"))
      spots.push("No endpoint is proven to ask for a credential, or not to: records without headers, such as access logs, cannot show it. The gate, the middleware or a HAR can.");
    if (endpoints.length > 0 && this.#core.ledger.inventory.endpoints().every((endpoint) => [...endpoint.schemas.responses.values()].every(({ sampled }) => sampled === 0)))
      spots.push("Answers came without headers and bodies, as access logs write them: what they give away is not judged, and who exists only where status or length tells.");
    const { refused } = this.#core.ledger.inventory.size;
    if (refused > 0) spots.push(`${refused} exchanges belong to endpoints beyond the inventory's bounds: raise inventory.places or inventory.endpoints.`);
    for (const [id, count] of Object.entries(this.#core.triggerErrors())) spots.push(`The trigger ${id} failed ${count} times: mend its expression.`);
    return spots;
  }

  #lives(): (endpoint: InventoryEndpoint) => EndpointLife {
    return livesOf(this.#core.ledger, this.#options.config, this.#core.annotations);
  }

  #incident(incident: Incident): IncidentView {
    return incidentView(this.#core.ledger, incident, { ...(this.#options.data === undefined ? {} : { data: this.#options.data }), program: this.#options.program });
  }

  #guardState(endpointId: string): "watched" | "budgeted" | undefined {
    return this.#core.policy().endpoints.find((endpoint) => endpoint.id === endpointId)?.state;
  }

  #classes(meaning: "confirmed" | "denied" | "nothing"): string[] {
    return classesOf(this.#core.ledger, meaning);
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

/** As the audit log keeps it: flat, lists and what is public on purpose as text. */
function auditDetail({ owner, tags, retired, publicOnPurpose }: EndpointPatch): Record<string, string | boolean | null> {
  return {
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags: tags === null ? null : tags.join(", ") }),
    ...(retired === undefined ? {} : { retired }),
    ...(publicOnPurpose === undefined
      ? {}
      : { publicOnPurpose: publicOnPurpose === null ? null : `${publicOnPurpose.owner}, until ${publicOnPurpose.until}: ${publicOnPurpose.reason}` }),
  };
}

/** Ids of every class that means this, over all endpoints, at most a thousand. */
export function classesOf(ledger: HubCore["ledger"], meaning: "confirmed" | "denied" | "nothing"): string[] {
  const ids: string[] = [];
  for (const endpointId of ledger.oracles.endpoints()) {
    for (const one of ledger.oracles.state(endpointId).classes) {
      // Who got an answer of success was answered, whatever it says of who exists: as in the breach report.
      if (one.meaning === "nothing" && one.status >= 200 && one.status < 300) continue;
      if (one.meaning === meaning && ids.length < 1_000) ids.push(one.id);
    }
  }
  return ids;
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

const seriesSeconds = 120;
const findingsFreshMs = 1_000;
const nothingListed = { until: 0, staleFrom: 0, known: 0, changes: 0, list: [] } as const;
const listFreshTimes = 20;
/** Whoever makes endpoints up all the time keeps the hub at it for a third of its time at most. */
const listStaleTimes = 2;
const listFreshMaxMs = 30_000;

function iso(at: number): string {
  return new Date(at).toISOString();
}

function windowOf(query: DisclosureQuery): { endpoint?: string; from?: number; to?: number; address?: string } {
  return {
    ...(query.endpoint === undefined ? {} : { endpoint: query.endpoint }),
    ...(query.from === undefined ? {} : { from: query.from }),
    ...(query.to === undefined ? {} : { to: query.to }),
    ...(query.address === undefined ? {} : { address: query.address }),
  };
}
