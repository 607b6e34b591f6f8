import { type Actor, type Callers, callersOf } from "./exchange/actor.ts";
import type { Exchange } from "./exchange/exchange.ts";
import { hashOfSegment, isPlainWords } from "./exchange/plain-words.ts";
import type { Ports } from "./exchange/ports.ts";
import { rememberText } from "./exchange/remember-text.ts";
import { classifyResponse } from "./exchange/response-class.ts";
import type { Subject } from "./exchange/subject.ts";
import { naturalKeyTypes } from "./exchange/subject.ts";
import { extractSubjects, type Extracted } from "./exchange/subjects.ts";
import { headerOf, viewOf } from "./exchange/view-of.ts";
import type { ExchangeView } from "./exchange/view.ts";
import type { Finding } from "./assess/finding.ts";
import { existenceOracle } from "./assess/checks/existence-oracle.ts";
import { missingAuthentication } from "./assess/checks/missing-authentication.ts";
import { AnchorFinder, type AnchorFinderState } from "./detect/anchors/anchor-finder.ts";
import { WeakFollowUps } from "./detect/anchors/weak-follow-ups.ts";
import { OracleTracker } from "./detect/oracle/oracle-tracker.ts";
import { SchemeLearner } from "./detect/oracle/scheme-learner.ts";
import { TypingSlips } from "./detect/oracle/typing-slips.ts";
import { UniformTemplates } from "./detect/oracle/uniform-template.ts";
import { type Anchor, type Budget, type Disclosure, defaultBudget, type GatePolicy, type GuardedEndpoint, type SubjectRule, type UniformAnswer } from "./decide/gate-policy.ts";
import { EarlyContacts } from "./decide/early-contacts.ts";
import { personalDataClasses } from "./inventory/data-classes.ts";
import { Inventory, type InventoryEndpoint } from "./inventory/inventory.ts";
import { namesPerson } from "./inventory/names-person.ts";
import type { Mode } from "./exchange/exchange.ts";
import type { ResponseClass } from "./understood.ts";

/**
 * Reads every exchange, from any source, out of band: learns endpoints, how they treat credentials, who they are asked about, whether their
 * answers give existence away, and which events prove an honest caller. What it learns goes to the gate as a policy.
 *
 * Deterministic in the order of its input; no clock. Throws nothing on any exchange. Holds clear text only inside one call, and in the
 * bounded memories its parts name.
 */
export class Ledger {
  readonly inventory: Inventory;
  readonly oracles: OracleTracker;
  readonly anchors: AnchorFinder;
  readonly #ports: Ports;
  readonly #callers: Callers;
  readonly #options: LedgerOptions;
  readonly #schemes: SchemeLearner;
  readonly #uniform: UniformTemplates;
  readonly #principals = new Set<string>();
  readonly #backlog = new Map<string, Early[]>();
  readonly #rules = new Map<string, readonly SubjectRule[]>();
  readonly #traffic = new Map<string, OracleTraffic>();
  readonly #slips = new TypingSlips();
  #policy: GatePolicy;
  #policyAt = Number.NEGATIVE_INFINITY;
  /** Each guarded endpoint as of the last policy. */
  readonly #guards = new Map<InventoryEndpoint, GuardedEndpoint>();
  readonly #touched = new Set<InventoryEndpoint>();
  /** Names of endpoints that were once under a budget as learned oracles; see {@link Ledger.#stateOf}. */
  readonly #held = new Set<string>();
  readonly #early = new EarlyContacts();
  readonly #weak = new WeakFollowUps();
  readonly #about = new WeakMap<readonly SubjectRule[], boolean>();
  readonly #named = new WeakMap<InventoryEndpoint, { id: string; aliases: number }>();
  /** A guard is to be put up or tightened: the gate is told at once. */
  #urgent = false;
  #relabelled = false;
  #sinceSurvey = Number.POSITIVE_INFINITY;
  #surveyed = { version: -1, endpoints: 0, principals: 0, declared: "" };

  constructor(ports: Ports, options: LedgerOptions, state?: LedgerState) {
    this.#ports = ports;
    this.#callers = callersOf(ports);
    this.#options = options;
    this.inventory = state === undefined ? new Inventory(ports) : Inventory.restore(ports, state.inventory);
    this.oracles = state === undefined ? new OracleTracker() : OracleTracker.restore(state.oracles);
    this.#schemes = state === undefined ? new SchemeLearner(ports) : SchemeLearner.restore(ports, state.schemes);
    this.#uniform = state === undefined ? new UniformTemplates(ports) : UniformTemplates.restore(state.uniform, ports);
    this.anchors = new AnchorFinder(ports);
    if (state !== undefined) this.anchors.restore(state.anchors);
    for (const hash of state?.principals ?? []) this.#principals.add(hash);
    for (const id of state?.held ?? []) this.#held.add(id);
    this.#policy = { version: 0, mode: options.mode, endpoints: [], principals: [...this.#principals] };
  }

  /** Reads one exchange; call in the order of completion. `known`: what a gate in this process read in its request already. */
  onExchange(exchange: Exchange, known?: KnownOfRequest): LedgerStep {
    const ports = this.#ports;
    const view = viewOf(exchange, ports);
    const at = exchange.at + (exchange.durationMs ?? 0);
    const refused = exchange.gate?.action === "throttle" || exchange.gate?.action === "block";
    const endpoint = refused ? this.inventory.find(exchange.method, view.host, view.segments) : this.inventory.observe(view);
    const principal = view.credential !== undefined && this.inventory.isPrincipal(view.credential.hash);
    const actor = this.#callers.actor(exchange.client, view.userAgent, view.credential?.hash, principal);
    const step: Draft = { view, endpoint, actor, subjects: [], responseClass: undefined, disclosures: [], anchors: [] };
    if (endpoint === undefined) {
      step.anchors = refused
        ? []
        : this.anchors.observe({ view, at, endpointId: undefined, pathValues: [], subjects: [], narrow: actor.narrow, network: actor.network, declaredKind: undefined });
      return step;
    }
    this.#touched.add(endpoint);
    this.#sinceSurvey++;
    this.#adopt(endpoint);
    const rules = this.#rulesOf(endpoint);
    const extracted =
      rules.length === 0
        ? nothingExtracted
        : known !== undefined && known.rules === rules && known.template === endpoint.template
          ? known.extracted
          : extractSubjects(rules, endpoint.template, partsOf(view), ports);
    step.subjects = extracted.subjects;
    const status = exchange.response.status;
    const answered = !refused && status > 0;
    if (answered && exchange.carries.responseHeaders) {
      const json = view.responseJson;
      if (json !== undefined && status < 500 && status !== 429) {
        this.#schemes.observe(endpoint.id, json, [extracted.first]);
        for (const gone of this.#schemes.drainCoarsened()) this.oracles.coarsen(gone);
      }
    }
    if (answered) step.responseClass = this.#classify(endpoint.id, view, extracted);
    const anonymous = principal ? this.#callers.actor(exchange.client, view.userAgent, view.credential?.hash, false) : actor;
    if (!refused) this.#learnAnswers(endpoint, exchange, step, actor, extracted, at);
    const uniform = exchange.gate?.action === "uniform";
    if (!refused) {
      const declared = this.#declared(endpoint);
      const declaredAnchor = declared?.anchor;
      step.anchors = this.anchors.observe({
        view: uniform ? { ...view, responseJson: undefined } : view,
        at,
        endpointId: endpoint.id,
        pathValues: pathValues(endpoint.template, view.segments),
        subjects: extracted.subjects.map((subject) => subject.hash),
        narrow: anonymous.narrow,
        network: anonymous.network,
        declaredKind: declaredAnchor,
        declaredSuccess: declared?.anchorSuccess,
      });
      // A lookup that tells about others proves nobody's honesty by a code sent along with it.
      step.anchors = step.anchors.filter(
        (anchor) => anchor.kind !== "code-verified" || anchor.endpointId !== endpoint.id || !this.#held.has(endpoint.id) || declaredAnchor !== undefined,
      );
      for (const anchor of step.anchors) {
        this.#labelled(anchor);
        this.#early.anchored(anchor.network, anchor.subjects);
      }
      if (!exchange.carries.requestHeaders && !exchange.carries.responseBody && !principal) {
        const follow = this.#weakFollowUp(endpoint, exchange, step, actor, at);
        if (follow !== undefined) step.anchors = [...step.anchors, follow];
      }
      if (status === 201) this.#created(endpoint, extracted.subjects, actor, at);
    }
    if (exchange.gate?.journaled !== true && !refused && this.#disclosing(endpoint, exchange, principal)) {
      if (rules.length === 0) this.#remember(endpoint, view, exchange, actor, step.responseClass, at);
      else {
        step.disclosures.push(...this.#takeBacklog(endpoint, rules));
        const rows = rowsOf(exchange, endpoint.id, actor, extracted.subjects, step.responseClass);
        this.#unguarded(endpoint.id, rows, actor.network, at);
        step.disclosures.push(...rows);
      }
    }
    if (!this.#urgent && rules.length > 0) {
      const held = this.#guards.get(endpoint)?.state;
      if (held !== "budgeted") this.#urgent = this.#stateOf(endpoint, rules) !== held;
    }
    return step;
  }

  /**
   * The policy as of now; a new version at most once a second of event time, at once when a guard is to be put up or tightened, and only when something changed. Looks only at endpoints that were
   * asked since; all of them are looked at when templates changed, and once in {@link surveyEvery} times as many exchanges as there are endpoints, so that the cost of an
   * exchange does not grow with the inventory.
   */
  policy(at: number): GatePolicy {
    if (at - this.#policyAt < policyEveryMs && !this.#urgent) return this.#policy;
    this.#policyAt = at;
    this.#urgent = false;
    for (const hash of this.inventory.newPrincipals()) if (this.#principals.size < principalsMax) this.#principals.add(hash);
    let changed = this.#principals.size !== this.#surveyed.principals;
    if (this.inventory.version !== this.#surveyed.version || this.#sinceSurvey >= surveyEvery * this.#surveyed.endpoints) changed = this.#survey() || changed;
    else {
      if (this.#relabelled) for (const endpoint of this.#guards.keys()) this.#touched.add(endpoint);
      for (const endpoint of this.#touched) changed = this.#reguard(endpoint) || changed;
    }
    this.#touched.clear();
    this.#relabelled = false;
    const declared = this.#options.declaredEndpoints?.() ?? [];
    const declaredText = declared.length === 0 ? "" : JSON.stringify(declared.map(({ id }) => id));
    if (!changed && declaredText === this.#surveyed.declared && this.#policy.version > 0) return this.#policy;
    this.#surveyed = { ...this.#surveyed, principals: this.#principals.size, declared: declaredText };
    const endpoints = [...this.#guards.values()];
    for (const one of declared) {
      if (!endpoints.some((endpoint) => endpoint.method === one.method && endpoint.template === one.template)) endpoints.push(one);
    }
    this.#policy = { version: this.#policy.version + 1, mode: this.#options.mode, endpoints, principals: [...this.#principals] };
    return this.#policy;
  }

  /** What an answer of this class means for the person asked about, as known today. */
  meaning(endpointId: string, classId: string): "confirmed" | "denied" | "nothing" | "unknown" {
    return this.oracles.meaning(endpointId, classId);
  }

  /** Every weakness known now, newest evidence inside. */
  findings(): Finding[] {
    const findings: Finding[] = [];
    const endpoints = this.inventory.endpoints();
    const closed = new Set(endpoints.filter((one) => isRead(one.method) && one.posture().verdict === "enforced").map(objectOf));
    for (const endpoint of endpoints) {
      const missing = missingAuthentication(endpoint, this.#ports, { refusedElsewhere: isRead(endpoint.method) && closed.has(objectOf(endpoint)) });
      if (missing !== undefined) findings.push(missing);
      const state = this.oracles.state(endpoint.id);
      if (state.verdict === "none" || this.anchors.isAnchorEndpoint(endpoint.id)) continue;
      // After a restart the counts of questions start anew; until the first one the endpoint's own stand for them.
      const traffic = this.#traffic.get(endpoint.id) ?? {
        lookups: endpoint.requests,
        firstAt: endpoint.firstAt,
        lastAt: endpoint.lastAt,
        examples: [...endpoint.posture().examples],
      };
      const oracle = existenceOracle(
        {
          endpoint: { id: endpoint.id, method: endpoint.method, host: endpoint.host, path: endpoint.template },
          state,
          subjectTypes: this.#rulesOf(endpoint).map((rule) => rule.type),
          authentication: endpoint.posture().verdict,
          traffic,
        },
        this.#ports,
      );
      if (oracle !== undefined) findings.push(oracle);
    }
    return findings;
  }

  rulesOf(endpointId: string): readonly SubjectRule[] {
    return this.#rules.get(endpointId) ?? [];
  }

  /** JSON-able, without any identifier, secret or path segment in clear that was not promoted to a constant. */
  exportState(): LedgerState {
    return {
      inventory: this.inventory.exportState(),
      oracles: this.oracles.exportState(),
      schemes: this.#schemes.exportState(),
      uniform: this.#uniform.exportState(),
      anchors: this.anchors.exportState(),
      principals: [...this.#principals],
      held: [...this.#held],
    };
  }

  /** Looks at every endpoint anew; true when a guard changed, came or went. */
  #survey(): boolean {
    const endpoints = this.inventory.endpoints();
    this.#surveyed = { ...this.#surveyed, version: this.inventory.version, endpoints: endpoints.length };
    this.#sinceSurvey = 0;
    let changed = false;
    for (const endpoint of endpoints) changed = this.#reguard(endpoint) || changed;
    const alive = new Set(endpoints);
    for (const endpoint of this.#guards.keys()) if (!alive.has(endpoint)) changed = this.#guards.delete(endpoint) || changed;
    return changed;
  }

  /** Looks at one endpoint anew; true when its guard changed, came or went. */
  #reguard(endpoint: InventoryEndpoint): boolean {
    const guard = this.#guard(endpoint, this.#policyAt);
    if (guard === undefined) return this.#guards.delete(endpoint);
    const known = this.#guards.get(endpoint);
    if (known !== undefined && (sameParts(known, guard) || JSON.stringify(known) === JSON.stringify(guard))) return false;
    this.#guards.set(endpoint, guard);
    return true;
  }

  #rulesOf(endpoint: InventoryEndpoint): readonly SubjectRule[] {
    const held = this.#rules.get(endpoint.id);
    // Reading all parameters costs microseconds: every request while it is young, then now and again.
    if (held !== undefined && endpoint.requests > rulesFreshMax && endpoint.requests % (endpoint.requests > rulesSettledMin ? rulesSettledEvery : rulesEvery) !== 0) return held;
    const declared = this.#declared(endpoint)?.subjects;
    const next = declared ?? endpoint.identifierRules();
    if (held !== undefined && sameRules(held, next)) return held;
    this.#rules.set(endpoint.id, next);
    return next;
  }

  /** The operator's word on an endpoint, by its template in clear; what he named may be shown. */
  #declared(endpoint: InventoryEndpoint): Declared | undefined {
    if (this.#options.declared === undefined) return undefined;
    const declared = this.#options.declared({ method: endpoint.method, host: endpoint.host, template: endpoint.clearTemplate });
    if (declared !== undefined) endpoint.reveal();
    return declared;
  }

  #classify(endpointId: string, view: ExchangeView, extracted: Extracted): ResponseClass {
    const { response } = view.exchange;
    const body = response.body === undefined ? undefined : typeof response.body === "string" ? response.body : this.#ports.decodeUtf8(response.body);
    return classifyResponse(
      this.#schemes.scheme(endpointId),
      {
        status: response.status,
        contentType: headerOf(response.headers, "content-type"),
        location: headerOf(response.headers, "location"),
        body,
        json: view.responseJson,
        echo: [extracted.first],
        size: response.size,
      },
      this.#ports,
    );
  }

  #learnAnswers(endpoint: InventoryEndpoint, exchange: Exchange, step: Draft, actor: Actor, extracted: Extracted, at: number): void {
    const { responseClass } = step;
    const { status } = exchange.response;
    if (responseClass === undefined || extracted.subjects.length === 0 || status === 429 || status >= 500) return;
    if (!this.#isAbout(endpoint, this.#rulesOf(endpoint))) return;
    const traffic = this.#trafficOf(endpoint.id);
    traffic.lookups++;
    traffic.firstAt = Math.min(traffic.firstAt, exchange.at);
    traffic.lastAt = Math.max(traffic.lastAt, exchange.at);
    if (traffic.examples.length < 8) traffic.examples.push(exchange.id);
    if (extracted.subjects.length !== 1) return;
    const subject = extracted.subjects[0];
    if (subject === undefined) return;
    // An id that an earlier answer handed out is a step of a flow, not a question about somebody: it raises no suspicion.
    if (!natural(extracted.subjects) && this.anchors.wasHanded(actor.network, extracted.first, at)) return;
    this.#slips.asked({ network: actor.network, endpointId: endpoint.id, subject: subject.hash, raw: extracted.first, at });
    this.oracles.observe({ endpointId: endpoint.id, subject, responseClass, narrow: actor.narrow, network: actor.network, at });
    if (this.oracles.meaning(endpoint.id, responseClass.id) === "denied") {
      const body = exchange.response.body;
      if (body !== undefined && exchange.response.truncated !== true) {
        const text = typeof body === "string" ? body : this.#ports.decodeUtf8(body);
        const { headers } = exchange.response;
        if (this.#uniform.passes(endpoint.id, status, headers, text, extracted.first)) return;
        this.#uniform.learn(endpoint.id, {
          status,
          rawHeaders: headers.flat(),
          body: text,
          echo: extracted.first,
          subject: subject.hash,
          reflected: textsOf(step.view),
        });
      }
    }
  }

  /** An anchored subject exists: that labels the answers it got wherever it was asked about. */
  #labelled(anchor: Anchor): void {
    this.#relabelled = true;
    for (const subject of anchor.subjects.slice(0, 4)) {
      for (const endpointId of this.#rules.keys()) {
        if (endpointId !== anchor.endpointId) this.oracles.label({ endpointId, subject, exists: true, at: anchor.at, narrow: anchor.network });
      }
      for (const slip of this.#slips.before(anchor.network, subject)) {
        this.oracles.label({ endpointId: slip.endpointId, subject: slip.subject, exists: false, at: slip.at, narrow: anchor.network, confidence: 0.9 });
      }
    }
  }

  /** A subject was just created: what was answered about it before was about nobody. */
  #created(endpoint: InventoryEndpoint, subjects: readonly Subject[], actor: Actor, at: number): void {
    this.#relabelled = true;
    for (const subject of subjects.slice(0, 4)) {
      for (const endpointId of this.#rules.keys()) {
        if (endpointId !== endpoint.id) this.oracles.created({ endpointId, subject: subject.hash, at, narrow: actor.network });
      }
    }
  }

  #guard(endpoint: InventoryEndpoint, at: number): GuardedEndpoint | undefined {
    const declared = this.#declared(endpoint);
    const known = this.#rulesOf(endpoint);
    const state = this.#stateOf(endpoint, known);
    const rules = known.length > 0 ? known : (this.#guards.get(endpoint)?.subjects ?? known);
    if (state === undefined || rules.length === 0) return undefined;
    const early = this.#early.of(endpoint.id, at);
    return {
      id: endpoint.id,
      method: endpoint.method,
      host: endpoint.host,
      template: endpoint.template,
      state,
      subjects: rules,
      classes: this.#schemes.scheme(endpoint.id),
      tellsNothing: this.oracles.tellsNothing(endpoint.id),
      uniform: declared?.uniform ?? this.#uniform.uniformFor(endpoint.id),
      budget: { ...defaultBudget, ...this.#options.budget, ...declared?.budget },
      ...(endpoint.auth.blind ? { blind: true } : {}),
      ...(early.length === 0 ? {} : { before: early }),
    };
  }

  /**
   * Whether and how an endpoint is guarded. Once under a budget it stays there for as long as its suspicion stands, unless
   * credentials it issued were accepted elsewhere, which is no caller's doing: not that it was seen to refuse somebody, nor that
   * a code was sent along, nor that its parameters look different today takes the guard away, for all of that a caller can bring about.
   */
  #stateOf(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): GuardedEndpoint["state"] | undefined {
    if (this.#declared(endpoint)?.oracle === true) return rules.length === 0 ? undefined : "budgeted";
    const telling = this.oracles.suspects(endpoint.id) || this.#givesAway(endpoint, rules);
    if (telling && this.#held.has(endpoint.id) && !this.anchors.isIssuer(endpoint.id)) return "budgeted";
    if (rules.length === 0 || endpoint.posture().verdict === "enforced" || this.anchors.isAnchorEndpoint(endpoint.id)) return undefined;
    if (!telling || !this.#isAbout(endpoint, rules)) return "watched";
    if (!natural(rules) && !this.#openToStrangers(endpoint)) return "watched";
    if (this.#held.size < heldMax) this.#held.add(endpoint.id);
    return "budgeted";
  }

  /**
   * Whether strangers are answered, as far as an id that is no phone number, address or name must show it: somebody without a credential was. In a log nobody's credential is
   * seen, and that ids get long and short answers may be everybody reading his own; that some are not found may not.
   */
  #openToStrangers(endpoint: InventoryEndpoint): boolean {
    if (endpoint.auth.blind) return (endpoint.byStatus.get(404) ?? 0) + (endpoint.byStatus.get(410) ?? 0) >= missesMin;
    const { none, sharedConstant } = endpoint.posture();
    return none.data + none.empty + sharedConstant.data + sharedConstant.empty > 0;
  }

  /** Its identifiers or answers are about people. */
  #isAbout(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): boolean {
    let about = this.#about.get(rules);
    if (about === undefined) {
      about = natural(rules) || namesPerson(rules, endpoint.clearTemplate);
      this.#about.set(rules, about);
    }
    return about || personal(endpoint);
  }

  /** It was seen to give people's addresses or numbers to whoever names them: every answer is a record lost, whatever a miss looks like. */
  #givesAway(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): boolean {
    if (!reachable.some((name) => endpoint.dataClasses.has(name)) || endpoint.dataClasses.has("jwt") || endpoint.carriesSecrets) return false;
    const { verdict, none, sharedConstant } = endpoint.posture();
    return (
      (verdict === "not enforced" || verdict === "optional") && none.data + sharedConstant.data >= givenAwayMin && (natural(rules) || namesPerson(rules, endpoint.clearTemplate))
    );
  }

  /** Templates merge and parameters get names: what was learned under the older ones goes on under the new. */
  #adopt(endpoint: InventoryEndpoint): void {
    const { id } = endpoint;
    const named = this.#named.get(endpoint);
    if (named?.id === id && named.aliases === endpoint.aliases.size) return;
    for (const alias of endpoint.aliases) {
      if (alias === id) continue;
      this.oracles.renamed(alias, id);
      this.#schemes.renamed(alias, id);
      this.#uniform.renamed(alias, id);
      this.anchors.renamed(alias, id);
      this.#early.renamed(alias, id);
      this.#rules.delete(alias);
      const traffic = this.#traffic.get(alias);
      if (traffic !== undefined && this.#traffic.delete(alias) && !this.#traffic.has(id)) this.#traffic.set(id, traffic);
      const backlog = this.#backlog.get(alias);
      if (backlog !== undefined && this.#backlog.delete(alias) && !this.#backlog.has(id)) this.#backlog.set(id, backlog);
      if (this.#held.delete(alias)) this.#held.add(id);
    }
    this.#named.set(endpoint, { id, aliases: endpoint.aliases.size });
  }

  /** In a log: a read about somebody waits, a change that succeeds follows it up. */
  #weakFollowUp(endpoint: InventoryEndpoint, exchange: Exchange, step: Draft, actor: Actor, at: number): Anchor | undefined {
    const { status } = exchange.response;
    if (isRead(exchange.method)) {
      const [subject] = step.subjects;
      if (subject !== undefined && step.subjects.length === 1 && this.#isAbout(endpoint, this.rulesOf(endpoint.id))) this.#weak.asked(actor.narrow, subject.hash, at);
      return undefined;
    }
    const subject = status >= 200 && status < 300 ? this.#weak.followed(actor.narrow, at) : undefined;
    return subject === undefined ? undefined : { at, endpointId: endpoint.id, kind: "declared", narrow: actor.narrow, network: actor.network, subjects: [subject] };
  }

  /** Rows of questions that no guard has charged. */
  #unguarded(endpointId: string, rows: readonly Disclosure[], network: string, at: number): void {
    for (const row of rows) this.#early.add(endpointId, { at: row.at, narrow: row.narrow, network, type: row.subjectType, subject: row.subject }, at);
  }

  /** Endpoints that answer about somebody to whoever asks. */
  #disclosing(endpoint: InventoryEndpoint, exchange: Exchange, principal: boolean): boolean {
    if (principal || exchange.response.status <= 0) return false;
    return this.#stateOf(endpoint, this.rulesOf(endpoint.id)) === "budgeted" || (endpoint.posture().verdict !== "enforced" && !this.anchors.isAnchorEndpoint(endpoint.id));
  }

  #remember(endpoint: InventoryEndpoint, view: ExchangeView, exchange: Exchange, actor: Actor, responseClass: ResponseClass | undefined, at: number): void {
    if (responseClass === undefined || (view.segments.length === 0 && view.query.length === 0)) return;
    let early = this.#backlog.get(endpoint.id);
    if (early === undefined) {
      if (this.#backlog.size >= backlogEndpointsMax) return;
      early = [];
      this.#backlog.set(endpoint.id, early);
    }
    if (early.length < backlogMax) early.push({ view, exchange, actor, responseClass, at });
  }

  /** Exchanges seen before the identifier was known to be one: their rows are written as soon as it is. */
  #takeBacklog(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): Disclosure[] {
    const early = this.#backlog.get(endpoint.id);
    if (early === undefined) return [];
    this.#backlog.delete(endpoint.id);
    const about = this.#isAbout(endpoint, rules);
    return early.flatMap((past) => {
      const { subjects, first } = extractSubjects(rules, endpoint.template, partsOf(past.view), this.#ports);
      const rows = rowsOf(past.exchange, endpoint.id, past.actor, subjects, past.responseClass);
      const [subject] = subjects;
      const handed = !natural(subjects) && this.anchors.wasHanded(past.actor.network, first, past.at);
      if (about && !handed && subject !== undefined && subjects.length === 1) {
        const { narrow, network } = past.actor;
        this.oracles.observe({ endpointId: endpoint.id, subject, responseClass: past.responseClass, narrow, network, at: past.at });
      }
      this.#unguarded(endpoint.id, rows, past.actor.network, past.at);
      return rows;
    });
  }

  #trafficOf(endpointId: string): OracleTraffic {
    let traffic = this.#traffic.get(endpointId);
    if (traffic === undefined) {
      traffic = { lookups: 0, firstAt: Number.POSITIVE_INFINITY, lastAt: 0, examples: [] };
      if (this.#traffic.size < trafficMax) this.#traffic.set(endpointId, traffic);
    }
    return traffic;
  }
}

export interface LedgerOptions {
  readonly mode: Mode;
  readonly budget?: Partial<Budget>;
  /** The operator's word on an endpoint, from the configuration. */
  readonly declared?: (endpoint: { readonly method: string; readonly host: string; readonly template: string }) => Declared | undefined;
  /** Declared oracles that were not seen in traffic yet. */
  readonly declaredEndpoints?: () => readonly GuardedEndpoint[];
}

export interface Declared {
  readonly subjects?: readonly SubjectRule[];
  readonly oracle?: boolean;
  readonly anchor?: Anchor["kind"];
  /** Statuses that mean success on a declared anchor; any of 2xx when absent. */
  readonly anchorSuccess?: readonly number[];
  readonly budget?: Partial<Budget>;
  readonly uniform?: UniformAnswer;
}

/** Subjects found in a request, with the rules and the template they were found by. */
export interface KnownOfRequest {
  readonly rules: readonly SubjectRule[];
  readonly template: string;
  readonly extracted: Extracted;
}

/** What one exchange brought. */
export interface LedgerStep {
  readonly view: ExchangeView;
  readonly endpoint: InventoryEndpoint | undefined;
  readonly actor: Actor;
  readonly subjects: readonly Subject[];
  readonly responseClass: ResponseClass | undefined;
  /** Rows the gate has not journaled itself. */
  readonly disclosures: readonly Disclosure[];
  readonly anchors: readonly Anchor[];
}

export interface LedgerState {
  readonly inventory: ReturnType<Inventory["exportState"]>;
  readonly oracles: ReturnType<OracleTracker["exportState"]>;
  readonly schemes: ReturnType<SchemeLearner["exportState"]>;
  readonly uniform: ReturnType<UniformTemplates["exportState"]>;
  readonly anchors: AnchorFinderState;
  readonly principals: readonly string[];
  /** Ids of endpoints under a budget; absent in older states. */
  readonly held?: readonly string[];
}

interface Draft {
  view: ExchangeView;
  endpoint: InventoryEndpoint | undefined;
  actor: Actor;
  subjects: readonly Subject[];
  responseClass: ResponseClass | undefined;
  disclosures: Disclosure[];
  anchors: readonly Anchor[];
}

interface Early {
  readonly view: ExchangeView;
  readonly exchange: Exchange;
  readonly actor: Actor;
  readonly responseClass: ResponseClass;
  readonly at: number;
}

interface OracleTraffic {
  lookups: number;
  firstAt: number;
  lastAt: number;
  examples: string[];
}

/** Raw parameter values of a segment list, by the template's placeholders. */
export function pathValues(template: string, segments: readonly string[]): string[] {
  const values: string[] = [];
  for (const index of placesOf(template)) {
    const segment = segments[index];
    if (segment !== undefined) values.push(segment);
  }
  return values;
}

/** Which segments of a template are placeholders. */
const placesOf = rememberText((template) => {
  const places: number[] = [];
  let index = 0;
  for (const part of template.split("/")) {
    if (part === "") continue;
    if (part.includes("{") && hashOfSegment(part) === undefined) places.push(index);
    index++;
  }
  return places;
}, 4_096);

/** Templates are alike when constants agree and parameters stand in the same places, whatever their names. */
export function templateShape(template: string): string {
  return template.replaceAll(/\{[^{}/]{0,100}\}/g, "{}").toLowerCase();
}

function rowsOf(exchange: Exchange, endpointId: string, actor: Actor, subjects: readonly Subject[], responseClass: ResponseClass | undefined): Disclosure[] {
  const { status } = exchange.response;
  if (responseClass === undefined || status === 429 || status >= 500) return [];
  return subjects.map((subject, n) => ({
    id: `${exchange.id}.${n}`,
    exchangeId: exchange.id,
    at: exchange.at,
    endpointId,
    subjectType: subject.type,
    subject: subject.hash,
    answer: "truthful",
    responseClass: responseClass.id,
    narrow: actor.narrow,
    address: actor.address,
    credential: actor.credential ?? "",
  }));
}

/** What a caller wrote into a request, for finding it in the answer. Common words of HTTP are no one's own. */
function textsOf(view: ExchangeView): string[] {
  const texts: string[] = [];
  for (const [name, value] of view.exchange.request.headers) {
    if (sameForAll.has(name.toLowerCase())) continue;
    texts.push(value);
    const blank = value.indexOf(" ");
    if (blank > 0) texts.push(value.slice(blank + 1));
    if (/^(?:cookie|authorization|x-.*)$/i.test(name)) for (const part of value.split(/[;,=\s]+/, 32)) texts.push(part);
    if (!isPlainWords(name)) texts.push(name, name.toLowerCase());
  }
  for (const [name, value] of view.query) texts.push(value, ...(isPlainWords(name) ? [] : [name]));
  for (const [name, value] of view.form) texts.push(value, ...(isPlainWords(name) ? [] : [name]));
  return texts;
}

const sameForAll: ReadonlySet<string> = new Set([
  "host",
  "accept",
  "accept-encoding",
  "accept-language",
  "content-type",
  "content-length",
  "connection",
  "cache-control",
  "pragma",
  "origin",
  "te",
  "upgrade-insecure-requests",
]);

function partsOf(view: ExchangeView): Parameters<typeof extractSubjects>[2] {
  const { exchange } = view;
  const mark = exchange.url.indexOf("?");
  const body = exchange.request.body;
  return {
    segments: view.segments,
    query: mark < 0 ? "" : (exchange.url.slice(mark + 1).split("#", 1)[0] ?? ""),
    header: (name) => {
      const value = headerOf(exchange.request.headers, name);
      return value === "" ? undefined : value;
    },
    contentType: headerOf(exchange.request.headers, "content-type").toLowerCase(),
    body: typeof body === "string" ? body : "",
  };
}

function sameRules(a: readonly SubjectRule[], b: readonly SubjectRule[]): boolean {
  return (
    a === b || (a.length === b.length && a.every((rule, i) => rule.type === b[i]?.type && rule.location.in === b[i]?.location.in && rule.location.name === b[i]?.location.name))
  );
}

const nothingExtracted: Extracted = { subjects: [], truncated: false, needsBody: false, first: "" };
/** The gate's picture is at most this old. */
const policyEveryMs = 1_000;
/** Exchanges an endpoint between two looks at all endpoints. */
const surveyEvery = 4;
/** As the inventory keeps. */
const principalsMax = 100_000;
/** Exchanges kept in memory until an identifier is recognised: it takes eight distinct values, with repeats between. */
const backlogMax = 64;
const backlogEndpointsMax = 256;
const trafficMax = 20_000;
/** As many endpoints as one gate guards. */
const heldMax = 4_096;
/** Data by which a person can be reached or robbed. A name or a place alone may be public on purpose. */
const reachable: readonly string[] = ["card", "email", "iban", "phone"];
const givenAwayMin = 8;
const missesMin = 2;
const rulesFreshMax = 128;
const rulesEvery = 16;
/** What has been asked so often changes its parameters seldom. */
const rulesSettledMin = 1_024;
const rulesSettledEvery = 64;

/** True when two guards are made of the same parts; parts that are equal but made anew need a closer look. */
function sameParts(a: GuardedEndpoint, b: GuardedEndpoint): boolean {
  return (
    a.id === b.id &&
    a.template === b.template &&
    a.state === b.state &&
    a.subjects === b.subjects &&
    a.classes === b.classes &&
    a.uniform === b.uniform &&
    a.blind === b.blind &&
    a.before === b.before &&
    a.tellsNothing.length === b.tellsNothing.length &&
    a.tellsNothing.every((id, i) => id === b.tellsNothing[i]) &&
    a.budget.startCredits === b.budget.startCredits &&
    a.budget.maxCredits === b.budget.maxCredits &&
    a.budget.unanchoredCeiling === b.budget.unanchoredCeiling
  );
}

function isRead(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

/** Host and path up to the first parameter and including it: the object that is read. A path without one is an object by itself. */
function objectOf(endpoint: InventoryEndpoint): string {
  const end = endpoint.clearTemplate.indexOf("}");
  const path = end < 0 ? endpoint.clearTemplate : endpoint.clearTemplate.slice(0, end + 1);
  return `${endpoint.host} ${path.replaceAll(/\{[^{}/]{0,100}\}/g, "{}")}`;
}

function natural(of: readonly { readonly type: Subject["type"] }[]): boolean {
  return of.some((one) => naturalKeyTypes.includes(one.type));
}

/** Its answers hold data that makes an object's existence somebody's business. */
function personal(endpoint: InventoryEndpoint): boolean {
  for (const name of endpoint.dataClasses) if (personalDataClasses.has(name)) return true;
  return false;
}
