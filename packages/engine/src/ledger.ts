import { operationKey } from "./inventory/calls/operations.ts";
import { type Actor, type Callers, callersOf } from "./exchange/actor.ts";
import type { Exchange } from "./exchange/exchange.ts";
import type { Ports } from "./exchange/ports.ts";
import { partsOf, pathValues, textsOf } from "./exchange/request-parts.ts";
import { type BatchAnswer, classifyBatch } from "./exchange/batch-answer.ts";
import { answerWords } from "./exchange/answer-words.ts";
import { classifyResponse, type ClassifiedAnswer, cookiesOfRedirect } from "./exchange/response-class.ts";
import type { Subject } from "./exchange/subject.ts";
import type { Batch } from "./exchange/subject-collector.ts";
import { extractSubjects, type Extracted, subjectInPath } from "./exchange/subjects.ts";
import { headerOf, viewOf } from "./exchange/view-of.ts";
import type { ExchangeView } from "./exchange/view.ts";
import type { Finding } from "./assess/finding.ts";
import { existenceOracle } from "./assess/checks/existence-oracle.ts";
import { uniformAnswerDiffers } from "./assess/checks/uniform-answer-differs.ts";
import { timingOracle } from "./assess/checks/timing-oracle.ts";
import { missingAuthentication } from "./assess/checks/missing-authentication.ts";
import { AbuseWatch, placeOf, type AbuseOptions, type AbuseState } from "./detect/abuse/abuse-watch.ts";
import { labelOf, plainOutcome } from "./detect/kinds/outcome.ts";
import type { KindVerdict } from "./detect/kinds/endpoint-kind.ts";
import { AnchorFinder, type AnchorFinderState } from "./detect/anchors/anchor-finder.ts";
import { type CreationCounts, Creations } from "./detect/anchors/creations.ts";
import { clientAttributes } from "./detect/names/client-attributes.ts";
import { targetPlace } from "./detect/target/target-place.ts";
import { requestShape } from "./exchange/request-shape.ts";
import { WeakFollowUps } from "./detect/anchors/weak-follow-ups.ts";
import { OwnAnswers } from "./detect/oracle/own-answers.ts";
import { hearBeside } from "./detect/oracle/side-questions.ts";
import { seenAnswer } from "./detect/oracle/seen-answer.ts";
import { OracleTracker, type OracleVerdict } from "./detect/oracle/oracle-tracker.ts";
import { eachOf, SchemeLearner } from "./detect/oracle/scheme-learner.ts";
import { callerKind, timeOf } from "./detect/oracle/answer-time.ts";
import { headersOf } from "./detect/oracle/header-signature.ts";
import { TypingSlips } from "./detect/oracle/typing-slips.ts";
import { type KeptQuestions, type QuestionRow, QuestionWatch } from "./detect/question-watch.ts";
import { EarlyExchanges } from "./detect/early-exchanges.ts";
import type { Signal } from "./detect/signal.ts";
import { UniformTemplates } from "./detect/oracle/uniform-template.ts";
import type { Anchor, Budget, Disclosure, GatePolicy, GuardedEndpoint, SubjectRule } from "./decide/gate-policy.ts";
import type { CanarySet } from "./decide/canaries.ts";
import { PeopleListings, type ListingsState } from "./detect/listing/people-listings.ts";
import { HandedObjects, type HandedObjectsState, type ReadObject } from "./detect/provenance/handed-objects.ts";
import { GuardKeeper } from "./decide/guard-keeper.ts";
import { isObjectRead } from "./decide/guard-maker.ts";
import { type DeclaredOf, natural, SubjectRules } from "./decide/subject-rules.ts";
import type { ExpectedCaller } from "./decide/expected-callers.ts";
import { EarlyContacts } from "./decide/early-contacts.ts";
import { OracleTraffics } from "./decide/oracle-traffic.ts";
import { Inventory, type InventoryEndpoint } from "./inventory/inventory.ts";
import type { InventoryBounds } from "./inventory/inventory-limits.ts";
import type { TemplateRule } from "./inventory/template-rules.ts";
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
  /** Whether what the gate answers in the service's place keeps what it is for. */
  readonly ownAnswers: OwnAnswers;
  readonly anchors: AnchorFinder;
  readonly handed: HandedObjects;
  readonly listings: PeopleListings;
  readonly abuse: AbuseWatch;
  /** Who asks guarded endpoints, and about whom. */
  readonly questions: QuestionWatch;
  readonly #ports: Ports;
  readonly #callers: Callers;
  readonly #schemes: SchemeLearner;
  readonly #uniform: UniformTemplates;
  readonly #backlog = new EarlyExchanges();
  readonly #rules: SubjectRules;
  readonly #guards: GuardKeeper;
  readonly #traffic = new OracleTraffics();
  readonly #slips = new TypingSlips();
  readonly #early = new EarlyContacts();
  readonly #weak = new WeakFollowUps();
  readonly #creations: Creations;
  readonly #canaries: CanarySet | undefined;
  readonly #named = new WeakMap<InventoryEndpoint, { id: string; aliases: number }>();

  constructor(ports: Ports, options: LedgerOptions, state?: LedgerState, questions?: KeptQuestions) {
    this.#ports = ports;
    this.questions = new QuestionWatch(questions);
    this.#canaries = options.canaries;
    this.#callers = callersOf(ports);
    const rules = options.rules ?? [];
    this.inventory = state === undefined ? new Inventory(ports, options.bounds) : Inventory.restore(ports, state.inventory, options.bounds, rules);
    if (state === undefined) this.inventory.govern(rules);
    this.oracles = state === undefined ? new OracleTracker() : OracleTracker.restore(state.oracles);
    this.ownAnswers = OwnAnswers.restore(state?.own, ports);
    this.#schemes = state === undefined ? new SchemeLearner(ports) : SchemeLearner.restore(ports, state.schemes);
    this.#uniform = state === undefined ? new UniformTemplates(ports) : UniformTemplates.restore(state.uniform, ports);
    this.anchors = new AnchorFinder(ports, (id) => this.#creations.isSignUp(id));
    if (state !== undefined) this.anchors.restore(state.anchors);
    this.handed = new HandedObjects(ports, state?.handed);
    this.listings = new PeopleListings(ports, options.expected ?? [], state?.listings);
    this.abuse = new AbuseWatch(ports, options.abuse, state?.abuse);
    this.#creations = new Creations(state?.creations);
    this.#rules = new SubjectRules(options.declared);
    const { inventory, oracles, anchors } = this;
    this.#guards = new GuardKeeper(
      {
        mode: options.mode,
        budget: options.budget,
        declaredEndpoints: options.declaredEndpoints,
        expected: options.expected,
        inventory,
        oracles,
        anchors,
        schemes: this.#schemes,
        uniform: this.#uniform,
        early: this.#early,
        targets: this.questions.targets,
        named: (endpointId, at) => this.questions.names.toHoldOff(endpointId, at),
        rules: this.#rules,
        owned: (endpointId) => this.handed.owned(endpointId),
        refusals: (endpointId) => this.abuse.kinds.refusalsOf(endpointId),
        codes: (endpoint) => this.abuse.codesAt(endpoint.id, this.#rules.declared(endpoint)?.kind),
        proof: (endpointId) => this.abuse.kinds.proofOf(endpointId),
        sprayed: (endpointId, at) => this.abuse.harmless(endpointId, at),
        prompts: (endpoint) => this.abuse.kinds.isPrompt(endpoint.id, this.#rules.declared(endpoint)?.kind),
        refusedPromptsNobody: (id) => this.abuse.kinds.refusedPromptsNobody(id),
      },
      { principals: state?.principals ?? [], held: state?.held ?? [], told: state?.told ?? [] },
    );
  }

  /** Reads one exchange; call in the order of completion. `known`: what a gate in this process read in its request already. */
  onExchange(exchange: Exchange, known?: KnownOfRequest): LedgerStep {
    const ports = this.#ports;
    const view = viewOf(exchange, ports);
    const at = exchange.at + (exchange.durationMs ?? 0);
    const refused = exchange.gate?.action === "throttle" || exchange.gate?.action === "block";
    const shown = refused ? this.inventory.find(exchange.method, view.host, view.segments) : this.inventory.observe(view);
    const operation = refused ? undefined : this.inventory.lastOperation;
    const endpoint = shown?.parts === undefined ? shown : this.#guards.door(this.inventory.learnedOf(shown, view.segments) ?? shown);
    const principal = view.credential !== undefined && this.inventory.isPrincipal(view.credential.hash);
    const actor = this.#callers.actor(exchange.client, view.userAgent, view.credential?.hash, principal);
    const step: Draft = {
      view,
      endpoint: shown,
      door: endpoint,
      actor,
      subjects: [],
      responseClass: undefined,
      disclosures: [],
      shown: noRows,
      anchors: [],
      attempts: [],
      handed: noAnchors,
      signals: [],
      question: undefined,
    };
    if (endpoint === undefined) {
      step.anchors = refused
        ? []
        : this.anchors.observe({ view, at, endpointId: undefined, pathValues: [], subjects: [], narrow: actor.narrow, network: actor.network, declaredKind: undefined });
      return step;
    }
    this.#guards.touched(endpoint);
    this.#adopt(endpoint);
    const rules = this.#rules.of(endpoint);
    const extracted =
      rules.length === 0
        ? nothingExtracted
        : known !== undefined && known.rules === rules && known.template === endpoint.template
          ? known.extracted
          : (subjectInPath(rules, endpoint.template, view.segments, ports) ?? extractSubjects(rules, endpoint.template, partsOf(view), ports));
    step.subjects = extracted.subjects;
    if (refused && exchange.gate?.reason === "code-limit")
      step.signals = this.abuse.stopped({ exchangeId: exchange.id, at, endpointId: endpoint.id, actor, declared: this.#rules.declared(endpoint)?.kind });
    const status = exchange.response.status;
    const answered = !refused && status > 0;
    if (answered && exchange.carries.responseHeaders) {
      const json = view.responseJson;
      if (status < 500 && status !== 429) {
        const said = json ?? (rules.length === 0 ? undefined : answerWords(this.#answerOf(view, extracted.first)));
        if (said !== undefined) {
          this.#schemes.observe(endpoint.id, said, [extracted.first]);
          this.#coarsen();
        }
      }
    }
    let each: BatchAnswer | undefined;
    if (answered) {
      const seen = this.#answerOf(view, extracted.first);
      step.responseClass = classifyResponse(this.#schemes.scheme(endpoint.id), seen, ports);
      each = this.#each(endpoint.id, seen, extracted);
    }
    if (exchange.gate !== undefined && step.responseClass !== undefined && extracted.subjects.length === 1) {
      const seen = seenAnswer(exchange, endpoint.id, this.oracles.meaning(endpoint.id, step.responseClass.id), extracted.first);
      if (seen !== undefined) this.ownAnswers.observe(seen);
    }
    if (answered && status >= 200 && status < 300 && view.credential !== undefined && exchange.gate?.action !== "uniform")
      step.handed = this.#handed(endpoint.id, view.credential.hash, view, objectRead(rules, extracted), at);
    const anonymous = principal ? this.#callers.actor(exchange.client, view.userAgent, view.credential?.hash, false) : actor;
    if (!refused) this.#learnAnswers(endpoint, exchange, step, actor, extracted, each, at);
    const uniform = exchange.gate?.action === "uniform";
    if (!refused) {
      const declared = this.#rules.declared(endpoint);
      const declaredAnchor = declared?.anchor;
      const values = pathValues(endpoint.template, view.segments);
      step.anchors = this.anchors.observe({
        view: uniform ? { ...view, responseJson: undefined } : view,
        at,
        endpointId: endpoint.id,
        pathValues: values,
        subjects: extracted.subjects.map((subject) => subject.hash),
        narrow: anonymous.narrow,
        network: anonymous.network,
        declaredKind: declaredAnchor,
        declaredSuccess: declared?.anchorSuccess,
        tried:
          step.responseClass === undefined ? undefined : this.abuse.kinds.outcomeOf(operation === undefined ? endpoint.id : placeOf(endpoint.id, operation), step.responseClass),
      });
      // Who signs in is handed ids along with his credential: his own number.
      if (!uniform) for (const caller of this.anchors.lastIssued) step.handed = [...step.handed, ...this.#handed(endpoint.id, caller, view, undefined, at)];
      if (status >= 500 && !this.#guards.isHeld(endpoint.id)) step.attempts = this.#attempt(endpoint, anonymous, at);
      step.signals = this.abuse.observe({
        view,
        at,
        endpointId: endpoint.id,
        pathValues: values,
        subjects: extracted.subjects,
        first: extracted.first,
        roots: this.anchors.lastRoots,
        actor: anonymous,
        responseClass: step.responseClass,
        declared: declared?.kind,
        operation,
        denies: () => step.responseClass !== undefined && this.oracles.meaning(endpoint.id, step.responseClass.id) === "denied",
      });
      if (this.abuse.agreed.length > 0) step.handed = [...step.handed, { at, endpointId: endpoint.id, kind: "agreed", narrow: "", network: "", subjects: this.abuse.agreed }];
      if (step.responseClass !== undefined && exchange.gate?.action !== "uniform") this.#heard(endpoint, step, actor, step.responseClass, at);
      // A lookup that tells about others proves nobody's honesty by a code sent along with it.
      if (step.anchors.length > 0 && declaredAnchor === undefined && this.#guards.isHeld(endpoint.id))
        step.anchors = step.anchors.filter((anchor) => anchor.kind !== "code-verified" || anchor.endpointId !== endpoint.id);
      if (declaredAnchor === undefined && step.anchors.some((anchor) => anchor.kind === "sign-in" && this.#creations.isSignUp(anchor.endpointId)))
        step.anchors = step.anchors.map((anchor) => (this.#creations.isSignUp(anchor.endpointId) ? { ...anchor, kind: "sign-up" } : anchor));
      const asked = this.#sampled(endpoint, exchange, step, extracted, at);
      const due = this.questions.targets.due(at);
      this.#judgeTargets(step, at);
      const followed: [network: string, subjects: readonly string[]][] = [];
      for (const anchor of step.anchors) {
        if (this.questions.followed(anchor.network, anchor.subjects)) followed.push([anchor.network, anchor.subjects]);
        this.#labelled(anchor, endpoint, declaredAnchor, status);
        this.#early.anchored(anchor.network, anchor.subjects);
      }
      if (asked !== undefined || due || followed.length > 0)
        step.question = { at, endpointId: endpoint.id, ...(asked === undefined ? {} : { asked }), ...(followed.length === 0 ? {} : { followed }) };
      if (!exchange.carries.requestHeaders && !exchange.carries.responseBody && !principal) {
        const follow = this.#weakFollowUp(endpoint, exchange, step, actor, at);
        if (follow !== undefined) step.anchors = [...step.anchors, follow];
      }
      this.#made(endpoint, view, step, actor, at);
    }
    if (exchange.gate?.journaled !== true && !refused && this.#disclosing(endpoint, exchange)) {
      if (rules.length === 0) this.#remember(endpoint, view, exchange, actor, step.responseClass, at);
      else {
        step.disclosures.push(...this.#takeBacklog(endpoint, rules));
        const rows = rowsOf(exchange, endpoint.id, actor, extracted.subjects, step.responseClass, classesOf(extracted, each));
        this.#unguarded(endpoint.id, rows, actor.network, at);
        step.disclosures.push(...rows);
      }
    }
    if (answered && extracted.batch === undefined) this.#listed(endpoint, exchange, step, actor, at);
    this.#guards.hurry(endpoint, rules);
    return step;
  }

  /** What the gate is to guard now; see {@link GuardKeeper.policy}. */
  policy(at: number): GatePolicy {
    return this.#guards.policy(at);
  }

  /**
   * Obeys these rules about path templates from now on: they say what is shown and counted as one. Suspicions, guards and what was spent stay with each endpoint as it was
   * learned, since the answers of endpoints that a person joined may differ without telling anything about those asked about. What a split takes out goes on with what was
   * spent before.
   */
  govern(rules: readonly TemplateRule[]): void {
    this.inventory.govern(rules);
    for (const endpoint of this.inventory.learned()) {
      this.#adopt(endpoint);
      this.#rules.of(endpoint);
    }
    this.#guards.urge();
  }

  /**
   * What an answer of this class means for the person asked about, as known today. Where a proof is asked for, a refusal says that the proof was wrong; of whether there is an account it speaks
   * only where unknown ones were seen to be answered otherwise. That those who mistype have accounts is no sign of it.
   */
  meaning(endpointId: string, classId: string): "confirmed" | "denied" | "nothing" | "unknown" {
    const id = this.doorId(endpointId);
    const meaning = this.oracles.meaning(id, classId);
    if ((meaning !== "confirmed" && meaning !== "denied") || !this.anchors.isAnchorEndpoint(id) || this.oracles.suspects(id)) return meaning;
    const endpoint = this.inventory.byId(id);
    if (endpoint !== undefined && this.#rules.declared(endpoint)?.oracle === true) return meaning;
    const seen = this.oracles.classOf(id, classId);
    return seen !== undefined && plainOutcome(labelOf(seen)) === "refused" ? "unknown" : meaning;
  }

  /** The id today of the endpoint that answered under this one; of several that a rule shows as one, still its own. */
  doorId(endpointId: string): string {
    if (this.oracles.knows(endpointId)) return endpointId;
    const endpoint = this.inventory.byId(endpointId);
    for (const part of endpoint?.parts ?? []) if (part.id === endpointId || part.aliases.has(endpointId)) return part.id;
    return endpoint?.id ?? endpointId;
  }

  /** Every weakness known now, newest evidence inside. */
  findings(): Finding[] {
    const findings: Finding[] = [];
    const endpoints = this.inventory.endpoints();
    const closedObjects = new Set(endpoints.filter((one) => isRead(one.method) && one.posture().verdict === "enforced").map(objectOf));
    for (const endpoint of endpoints) {
      const missing = missingAuthentication(endpoint, this.#ports, { refusedElsewhere: isRead(endpoint.method) && closedObjects.has(objectOf(endpoint)) });
      // Where operations are known, each is judged by itself.
      if (missing !== undefined && (endpoint.operations?.byKey.size ?? 0) === 0) findings.push(missing);
    }
    for (const endpoint of this.#guards.doors()) {
      const state = this.oracles.state(endpoint.id);
      const timing = this.oracles.timing(endpoint.id);
      const door = this.anchors.isDoor(endpoint.id);
      const own = this.ownAnswers.state(endpoint.id);
      // A sign-up proves who asked; that it refuses somebody who is known stands all the same.
      const closed = !door && state.channel !== "sign-up" && this.anchors.isAnchorEndpoint(endpoint.id);
      const told = (state.verdict !== "none" || (timing !== undefined && timing.verdict !== "none")) && !closed;
      if (!told && own === undefined) continue;
      // After a restart the counts of questions start anew; until the first one the endpoint's own stand for them.
      const traffic = this.#traffic.get(endpoint.id) ?? {
        lookups: endpoint.requests,
        firstAt: endpoint.firstAt,
        lastAt: endpoint.lastAt,
        examples: [...endpoint.posture().examples],
      };
      const seen = {
        endpoint: { id: endpoint.id, method: endpoint.method, host: endpoint.host, path: endpoint.template },
        subjectTypes: this.#rules.of(endpoint).map((rule) => rule.type),
        // Anybody may knock at a door.
        authentication: door ? "not enforced" : endpoint.posture().verdict,
        signIn: door,
        traffic,
      } as const;
      const theirs = told ? [existenceOracle({ ...seen, state }, this.#ports), timingOracle({ ...seen, timing }, this.#ports)] : [];
      for (const finding of [...theirs, uniformAnswerDiffers({ endpoint: seen.endpoint, own, ...traffic }, this.#ports)]) {
        // Its page is that of the endpoint it is shown in; its name says which of those it is.
        if (finding !== undefined) findings.push(endpoint.shownAs === undefined ? finding : { ...finding, endpoint: { ...finding.endpoint, id: endpoint.shownAs.id } });
      }
    }
    for (const call of this.inventory.calls()) {
      const missing = missingAuthentication(call, this.#ports);
      if (missing !== undefined) findings.push(missing);
    }
    return findings;
  }

  /** What the operator said of an endpoint. */
  declaredOf(endpoint: InventoryEndpoint): ReturnType<DeclaredOf> {
    return this.#rules.declared(endpoint);
  }

  /** What an endpoint is for, by the operator's word or as traffic shows. */
  kindOf(endpoint: InventoryEndpoint): KindVerdict {
    const path = endpoint.operation === undefined ? undefined : endpoint.place.leaf?.get(endpoint.method);
    const id = path === undefined || endpoint.operation === undefined ? endpoint.id : placeOf(path.id, operationKey(endpoint.operation));
    return this.abuse.kinds.verdict(id, this.#rules.declared(endpoint)?.kind);
  }

  /** Where an endpoint's requests name somebody. Learned rules are not stored: of an endpoint that nobody asked for since it was restored they are read off its parameters. */
  rulesOf(endpointId: string): readonly SubjectRule[] {
    const known = this.#rules.known(endpointId);
    if (known !== undefined) return known;
    const endpoint = this.inventory.byId(endpointId);
    return endpoint === undefined ? [] : this.#rules.of(endpoint);
  }

  /** Where requests of an endpoint name somebody; of one that a rule shows together, as its own parameters look. */
  subjectsOf(endpoint: InventoryEndpoint): readonly SubjectRule[] {
    return endpoint.parts === undefined ? this.rulesOf(endpoint.id) : (this.#rules.declared(endpoint)?.subjects ?? endpoint.identifierRules());
  }

  /** The name under which an endpoint's answers are known: its own, or where a rule shows several together, that of the one that tells most. */
  tellingId(endpoint: InventoryEndpoint): string {
    let most = endpoint.id;
    for (const { id } of endpoint.parts ?? []) if (telling(this.oracles.verdict(id)) > telling(this.oracles.verdict(most))) most = id;
    return most;
  }

  /** JSON-able, without any identifier, secret or path segment in clear that was not promoted to a constant. */
  exportState(): LedgerState {
    return {
      inventory: this.inventory.exportState(),
      oracles: this.oracles.exportState(),
      schemes: this.#schemes.exportState(),
      uniform: this.#uniform.exportState(),
      own: this.ownAnswers.exportState(),
      anchors: this.anchors.exportState(),
      creations: this.#creations.exportState(),
      abuse: this.abuse.exportState(),
      handed: this.handed.exportState(),
      listings: this.listings.exportState(),
      ...this.#guards.exportState(),
    };
  }

  /** Takes up what an earlier life wrote down of one exchange. */
  recallQuestion(row: QuestionRow): void {
    const endpoint = this.inventory.byId(row.endpointId);
    if (endpoint !== undefined) this.#adopt(endpoint);
    this.questions.recall(row);
  }

  /** Of whom an answer tells that lists people. Where the request lists them, the gate counts. */
  #listed(endpoint: InventoryEndpoint, exchange: Exchange, step: Draft, actor: Actor, at: number): void {
    const { status } = exchange.response;
    const json = step.view.responseJson;
    if (json === undefined || step.responseClass === undefined || status < 200 || status > 299 || exchange.gate?.action === "uniform") return;
    const listed = this.listings.observe({
      exchangeId: exchange.id,
      at,
      endpointId: endpoint.id,
      about: endpoint.clearTemplate.slice(endpoint.clearTemplate.lastIndexOf("/") + 1),
      actor,
      json,
      asked: new Set(step.subjects.map((subject) => subject.hash)),
      responseClass: step.responseClass.id,
    });
    if (listed === undefined) return;
    step.shown = listed.rows;
    if (listed.signals.length > 0) step.signals = [...step.signals, ...listed.signals];
  }

  #handed(endpointId: string, caller: string, view: ExchangeView, object: ReadObject | undefined, at: number): readonly Anchor[] {
    const handed = this.handed.observe({ endpointId, caller, object, json: view.responseJson, at });
    if (handed.length === 0) return noAnchors;
    const anchors = new Map<string, string[]>();
    for (const one of handed) {
      const subjects = anchors.get(one.endpointId);
      if (subjects === undefined) anchors.set(one.endpointId, [one.subject]);
      else subjects.push(one.subject);
    }
    return [...anchors].map(([about, subjects]) => ({ at, endpointId: about, kind: "handed" as const, narrow: caller, network: "", subjects }));
  }

  #answerOf(view: ExchangeView, echo: string): ClassifiedAnswer {
    const { response } = view.exchange;
    const body = response.body === undefined ? undefined : typeof response.body === "string" ? response.body : this.#ports.decodeUtf8(response.body);
    const contentType = headerOf(response.headers, "content-type");
    const location = headerOf(response.headers, "location");
    const { status, size } = response;
    const json = view.responseJson;
    // Written out: nearly no answer is a redirect, and taking together costs as much as classing it.
    if (status < 300 || status >= 400) return { status, contentType, location, body, json, echo: [echo], size };
    return { status, contentType, location, ...cookiesOfRedirect(status, response.headers), body, json, echo: [echo], size };
  }

  /** What the answer says of each of several who were asked about together. */
  #each(endpointId: string, answer: ClassifiedAnswer, extracted: Extracted): BatchAnswer | undefined {
    if (extracted.batch === undefined) return undefined;
    const name = eachOf(endpointId);
    return classifyBatch(this.#schemes.scheme(name), answer, extracted.batch, this.#ports);
  }

  #coarsen(): void {
    for (const gone of this.#schemes.drainCoarsened()) this.oracles.coarsen(gone);
  }

  #learnAnswers(endpoint: InventoryEndpoint, exchange: Exchange, step: Draft, actor: Actor, extracted: Extracted, each: BatchAnswer | undefined, at: number): void {
    const { responseClass } = step;
    const { status } = exchange.response;
    if (responseClass === undefined || extracted.subjects.length === 0 || status === 429 || status >= 500) return;
    if (!this.#rules.isAbout(endpoint, this.#rules.of(endpoint))) return;
    const door = this.anchors.isDoor(endpoint.id);
    // What succeeds at a door proves who asked, and tells him nothing he did not know.
    if (door && status < 400) return;
    this.#traffic.asked(endpoint.id, exchange);
    if (each !== undefined && extracted.batch !== undefined && exchange.gate?.action !== "uniform") {
      this.#learnEach(endpoint.id, exchange, step, actor, extracted.batch, each, at);
      return;
    }
    if (extracted.subjects.length !== 1) return;
    const subject = extracted.subjects[0];
    if (subject === undefined) return;
    // An id that an earlier answer handed out is a step of a flow, not a question about somebody: it raises no suspicion.
    if (!natural(extracted.subjects) && this.anchors.wasHanded(actor.network, extracted.first, at)) return;
    this.#slips.asked({ network: actor.network, endpointId: endpoint.id, subject: subject.hash, raw: extracted.first, at });
    const { view } = step;
    this.oracles.observe({
      endpointId: endpoint.id,
      subject,
      responseClass,
      narrow: actor.narrow,
      network: actor.network,
      at,
      refusal: door,
      time: timeOf(view),
      kind: callerKind(view),
      headers: headersOf(view, this.#ports),
    });
    const planted = this.#canaries?.get(subject.hash);
    if (planted !== undefined) this.oracles.sideLabel({ subject: subject.hash, exists: planted === "registered", at, narrow: subject.hash });
    // The operator knows; whoever asks brings no label of his own, so no source's share of labels is spent.
    if (planted !== undefined && this.oracles.label({ endpointId: endpoint.id, subject: subject.hash, exists: planted === "registered", at, narrow: subject.hash }))
      this.#guards.relabelled();
    if (this.oracles.meaning(endpoint.id, responseClass.id) === "denied" && !(status < 400 && this.anchors.handsOut(endpoint.id))) {
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

  /** What beside the class of an answer may tell who exists. */
  #heard(endpoint: InventoryEndpoint, step: Draft, actor: Actor, responseClass: ResponseClass, at: number): void {
    const roots = this.anchors.lastRoots.filter((one) => step.subjects.every((subject) => subject.hash !== one));
    const [root] = roots.length === 1 ? roots : [];
    const [subject] = step.subjects.length === 1 && this.#rules.isAbout(endpoint, this.rulesOf(endpoint.id)) ? step.subjects : [];
    const own = subject !== undefined && natural(step.subjects);
    if (!own && root === undefined) return;
    hearBeside(this.oracles, {
      endpointId: endpoint.id,
      view: step.view,
      responseClass,
      actor,
      subject: own ? subject.hash : undefined,
      root,
      door: this.anchors.isDoor(endpoint.id),
      anchor: this.anchors.isAnchorEndpoint(endpoint.id),
      at,
    });
  }

  /** A question to a guarded endpoint, for naming an attack's clients and for what is asked about. */
  #sampled(endpoint: InventoryEndpoint, exchange: Exchange, step: Draft, extracted: Extracted, at: number): QuestionRow["asked"] {
    const [subject] = extracted.subjects;
    const { status } = exchange.response;
    const { actor, view } = step;
    if (subject === undefined || actor.principal || status <= 0 || status === 429 || status >= 500 || !this.#guards.budgets(endpoint)) return undefined;
    // Whoever reads his own object follows nothing up, and owners' ids lie side by side: there only who was handed what tells.
    if (this.handed.owned(endpoint.id)) return undefined;
    const place = targetPlace(subject.type, extracted.first, this.#ports);
    const contact = {
      at,
      source: actor.network,
      address: actor.address,
      subject: subject.hash,
      truthful: exchange.gate?.action !== "uniform",
      attributes: clientAttributes({
        address: actor.address,
        ja4: exchange.client.ja4,
        shape: requestShape(exchange.request.headers, view.requestJson, extracted.first, this.#ports),
        userAgent: view.userAgent,
        block: place?.block ?? "",
        asn: this.questions.names.asns?.textOf(actor.address) ?? "",
      }),
    };
    return this.questions.asked(endpoint.id, contact, place);
  }

  #judgeTargets(step: Draft, at: number): void {
    const signals = this.questions.advance(at);
    if (signals.length === 0) return;
    step.signals = [...step.signals, ...signals];
    for (const { endpointId } of signals) {
      const endpoint = endpointId === undefined ? undefined : this.inventory.byId(endpointId);
      if (endpoint === undefined) continue;
      this.#guards.touched(endpoint);
      this.#guards.urge();
    }
  }

  /** Each of several who were asked about together is a question of its own, as if it had been asked alone; what the answer says of nobody is how it says "no match". */
  #learnEach(endpointId: string, exchange: Exchange, step: Draft, actor: Actor, batch: Batch, each: BatchAnswer, at: number): void {
    for (const { json, echo } of each.parts) this.#schemes.observe(eachOf(endpointId), json, [echo]);
    this.#coarsen();
    const { narrow, network } = actor;
    for (const [index, subject] of batch.subjects.entries()) {
      if (index >= learnedOfBatchMax) break;
      const responseClass = each.classes[index];
      if (responseClass !== undefined) this.oracles.observe({ endpointId, subject, responseClass, narrow, network, at });
    }
    const [first] = batch.subjects;
    if (each.rest === undefined || first === undefined || exchange.response.truncated === true) return;
    const body = JSON.stringify(each.rest);
    const { status, headers } = exchange.response;
    if (this.#uniform.passes(endpointId, status, headers, body, "")) return;
    this.#uniform.learn(endpointId, { status, rawHeaders: headers.flat(), body, echo: "", subject: first.hash, reflected: textsOf(step.view) });
  }

  /** Somebody set out to follow up what was asked about these people, and the service failed him. */
  #attempt(endpoint: InventoryEndpoint, actor: Actor, at: number): readonly Anchor[] {
    const { lastRoots } = this.anchors;
    return lastRoots.length === 0 ? noAnchors : [{ at, endpointId: endpoint.id, kind: "failed", narrow: actor.narrow, network: actor.network, subjects: lastRoots }];
  }

  /** An anchored subject exists: that labels the answers it got wherever it was asked about; where it came into being, those before were about nobody. */
  #labelled(anchor: Anchor, asked: InventoryEndpoint, declared: Anchor["kind"] | undefined, status: number): void {
    this.#guards.relabelled();
    const own = anchor.endpointId === asked.id;
    const [only] = anchor.subjects;
    let says: "created" | "before" | "unknown" = anchor.kind === "sign-up" ? "created" : "before";
    if (only !== undefined && anchor.subjects.length === 1 && (declared === undefined || !own) && existenceKinds.has(anchor.kind)) {
      // A 201 whose token is accepted now was counted when it was given.
      if (own || anchor.kind !== "sign-up") this.#creations.succeeded(anchor.endpointId, only, true);
      else this.#creations.letIn(only);
      says = this.#creations.says(anchor.endpointId, own ? status : anchor.kind === "sign-up" ? 201 : 200);
    }
    for (const subject of anchor.subjects.slice(0, 4)) {
      if (says === "created") this.#created(anchor.endpointId, subject, anchor.network, anchor.at);
      if (says === "before") this.oracles.sideLabel({ subject, exists: true, at: anchor.at, narrow: anchor.network });
      for (const endpointId of this.#rules.endpointIds()) {
        const label = { endpointId, subject, at: anchor.at, narrow: anchor.network };
        // Who signs in has an account; who signs up had none when he was refused.
        if (says === "before" && (endpointId !== anchor.endpointId || (anchor.kind === "sign-in" && this.anchors.isDoor(endpointId))))
          this.oracles.label({ ...label, exists: true });
      }
      for (const slip of this.#slips.before(anchor.network, subject)) {
        this.oracles.sideLabel({ subject: slip.subject, exists: false, at: slip.at, narrow: anchor.network });
        this.oracles.label({ endpointId: slip.endpointId, subject: slip.subject, exists: false, at: slip.at, narrow: anchor.network, confidence: 0.9 });
      }
    }
  }

  /** Somebody may have come into being by this, and what was answered about him before was about nobody: a 201, or a success with a proof that let nobody in. */
  #made(endpoint: InventoryEndpoint, view: ExchangeView, step: Draft, actor: Actor, at: number): void {
    const { id } = endpoint;
    const { responseClass } = step;
    const { status } = view.exchange.response;
    if (responseClass === undefined || isRead(view.exchange.method) || status < 200 || status > 299 || step.anchors.some((anchor) => anchor.endpointId === id)) return;
    const proven = this.anchors.lastProof && step.subjects.length === 1 && !this.anchors.handsOut(id) && plainOutcome(labelOf(responseClass)) !== "refused";
    if (status !== 201 && !proven) return;
    for (const { hash } of step.subjects.slice(0, 4)) {
      this.#creations.succeeded(id, hash, false);
      if (status === 201 ? this.#creations.says(id, 201) === "created" : this.#creations.isSignUp(id)) this.#created(id, hash, actor.network, at);
    }
  }

  /** What a sign-up itself answered was about nobody yet, too. */
  #created(creator: string, subject: string, narrow: string, at: number): void {
    this.#guards.relabelled();
    const itself = this.#creations.isSignUp(creator);
    this.oracles.sideLabel({ subject, exists: true, at, createdAt: at + 1, narrow });
    for (const endpointId of this.#rules.endpointIds())
      if (endpointId !== creator || itself) this.oracles.created({ endpointId, subject, at: endpointId === creator ? at + 1 : at, narrow });
  }

  /** Templates merge and parameters get names: what was learned under the older ones goes on under the new. */
  #adopt(endpoint: InventoryEndpoint): void {
    const { id } = endpoint;
    if (endpoint.parts !== undefined) return;
    const named = this.#named.get(endpoint);
    if (named?.id === id && named.aliases === endpoint.aliases.size) return;
    for (const alias of endpoint.aliases) {
      if (alias === id) continue;
      this.oracles.renamed(alias, id);
      this.#schemes.renamed(alias, id);
      this.#schemes.renamed(eachOf(alias), eachOf(id));
      this.#uniform.renamed(alias, id);
      this.ownAnswers.renamed(alias, id);
      this.anchors.renamed(alias, id);
      this.#creations.renamed(alias, id);
      this.abuse.renamed(alias, id);
      this.#early.renamed(alias, id);
      this.questions.renamed(alias, id);
      this.#rules.forget(alias);
      this.#traffic.renamed(alias, id);
      this.#backlog.renamed(alias, id);
      this.listings.renamed(alias, id);
      this.#guards.renamed(alias, id);
    }
    this.#named.set(endpoint, { id, aliases: endpoint.aliases.size });
  }

  /** In a log: a read about somebody waits, a change that succeeds follows it up. */
  #weakFollowUp(endpoint: InventoryEndpoint, exchange: Exchange, step: Draft, actor: Actor, at: number): Anchor | undefined {
    const { status } = exchange.response;
    if (isRead(exchange.method)) {
      const [subject] = step.subjects;
      if (subject !== undefined && step.subjects.length === 1 && this.#rules.isAbout(endpoint, this.rulesOf(endpoint.id))) this.#weak.asked(actor.narrow, subject.hash, at);
      return undefined;
    }
    const subject = status >= 200 && status < 300 ? this.#weak.followed(actor.narrow, at) : undefined;
    return subject === undefined ? undefined : { at, endpointId: endpoint.id, kind: "declared", narrow: actor.narrow, network: actor.network, subjects: [subject] };
  }

  /** Rows of questions that no guard has charged. */
  #unguarded(endpointId: string, rows: readonly Disclosure[], network: string, at: number): void {
    for (const row of rows) this.#early.add(endpointId, { at: row.at, narrow: row.narrow, network, type: row.subjectType, subject: row.subject }, at);
  }

  /** Endpoints that may answer about somebody to whoever asks, whoever asked: what somebody with a credential was told before it was known that none is needed counts, too. */
  #disclosing(endpoint: InventoryEndpoint, exchange: Exchange): boolean {
    if (exchange.response.status <= 0) return false;
    if (this.anchors.isDoor(endpoint.id)) {
      const rules = this.rulesOf(endpoint.id);
      return exchange.response.status >= 400 && (rules.length === 0 || natural(rules));
    }
    return (
      this.#guards.stateOf(endpoint, this.rulesOf(endpoint.id)) === "budgeted" || (endpoint.posture().bare.verdict !== "enforced" && !this.anchors.isAnchorEndpoint(endpoint.id))
    );
  }

  #remember(endpoint: InventoryEndpoint, view: ExchangeView, exchange: Exchange, actor: Actor, responseClass: ResponseClass | undefined, at: number): void {
    if (responseClass === undefined || (view.segments.length === 0 && view.query.length === 0)) return;
    this.#backlog.add(endpoint.id, { view, exchange, actor, responseClass, at });
  }

  /** Exchanges seen before the identifier was known to be one: their rows are written as soon as it is. */
  #takeBacklog(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): Disclosure[] {
    const early = this.#backlog.take(endpoint.id);
    if (early.length === 0) return [];
    const about = this.#rules.isAbout(endpoint, rules);
    return early.flatMap((past) => {
      const extracted = extractSubjects(rules, endpoint.template, partsOf(past.view), this.#ports);
      const { subjects, first } = extracted;
      const each = this.#each(endpoint.id, this.#answerOf(past.view, first), extracted);
      const rows = rowsOf(past.exchange, endpoint.id, past.actor, subjects, past.responseClass, classesOf(extracted, each));
      const [subject] = subjects;
      const handed = !natural(subjects) && this.anchors.wasHanded(past.actor.network, first, past.at);
      if (about && !handed && subject !== undefined && subjects.length === 1) {
        const { narrow, network } = past.actor;
        const refusal = this.anchors.isDoor(endpoint.id);
        if (!refusal || past.responseClass.status >= 400)
          this.oracles.observe({ endpointId: endpoint.id, subject, responseClass: past.responseClass, narrow, network, at: past.at, refusal });
      }
      this.#unguarded(endpoint.id, rows, past.actor.network, past.at);
      return rows;
    });
  }
}

export interface LedgerOptions {
  readonly mode: Mode;
  readonly budget?: Partial<Budget>;
  readonly declared?: DeclaredOf;
  /** Whom the operator expects to ask about many, for gates. */
  readonly expected?: readonly ExpectedCaller[];
  /** Declared oracles that were not seen in traffic yet. */
  readonly declaredEndpoints?: () => readonly GuardedEndpoint[];
  /** What people decided about path templates. */
  readonly rules?: readonly TemplateRule[];
  /** What the operator knows of who exists: labels for the oracle's proof. */
  readonly canaries?: CanarySet | undefined;
  /** For the detectors of codes, messages and sign-ins. */
  readonly abuse?: AbuseOptions;
  /** Of the inventory's memory. */
  readonly bounds?: Partial<InventoryBounds>;
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
  /** As it is shown. */
  readonly endpoint: InventoryEndpoint | undefined;
  /** As it was learned: whose answers these are, and who guards it. The same unless a person's rule shows several as one. */
  readonly door: InventoryEndpoint | undefined;
  readonly actor: Actor;
  readonly subjects: readonly Subject[];
  readonly responseClass: ResponseClass | undefined;
  /** Rows the gate has not journaled itself. */
  readonly disclosures: readonly Disclosure[];
  /** Rows of people whom answers listed for a caller who goes through a list; the gate journals none of them. */
  readonly shown: readonly Disclosure[];
  readonly anchors: readonly Anchor[];
  /** Of kind `failed`: for gates alone, they prove nothing. */
  readonly attempts: readonly Anchor[];
  /** Ids this answer handed to its caller, for the gate. */
  readonly handed: readonly Anchor[];
  /** What the detectors of codes, messages and sign-ins raised. */
  readonly signals: readonly Signal[];
  /** What it changed of what {@link Ledger.questions} knows; undefined: nothing. */
  readonly question: QuestionRow | undefined;
}

export interface LedgerState {
  readonly inventory: ReturnType<Inventory["exportState"]>;
  readonly oracles: ReturnType<OracleTracker["exportState"]>;
  readonly schemes: ReturnType<SchemeLearner["exportState"]>;
  readonly uniform: ReturnType<UniformTemplates["exportState"]>;
  /** Absent in states of before. */
  readonly own?: ReturnType<OwnAnswers["exportState"]>;
  readonly anchors: AnchorFinderState;
  /** Absent in older states. */
  readonly creations?: readonly CreationCounts[];
  /** Absent in older states. */
  readonly abuse?: AbuseState;
  /** Absent in older states. */
  readonly handed?: HandedObjectsState;
  /** Absent in older states. */
  readonly listings?: ListingsState;
  readonly principals: readonly string[];
  /** Ids of endpoints under a budget; absent in older states. */
  readonly held?: readonly string[];
  /** Ids the gate was told of; absent in older states. */
  readonly told?: readonly string[];
}

interface Draft {
  view: ExchangeView;
  endpoint: InventoryEndpoint | undefined;
  door: InventoryEndpoint | undefined;
  actor: Actor;
  subjects: readonly Subject[];
  responseClass: ResponseClass | undefined;
  disclosures: Disclosure[];
  shown: readonly Disclosure[];
  anchors: readonly Anchor[];
  attempts: readonly Anchor[];
  handed: readonly Anchor[];
  signals: readonly Signal[];
  question: QuestionRow | undefined;
}

function rowsOf(
  exchange: Exchange,
  endpointId: string,
  actor: Actor,
  subjects: readonly Subject[],
  responseClass: ResponseClass | undefined,
  each: ReadonlyMap<string, ResponseClass> | undefined,
): Disclosure[] {
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
    responseClass: (each?.get(subject.hash) ?? responseClass).id,
    narrow: actor.narrow,
    address: actor.address,
    credential: actor.credential ?? "",
  }));
}

/** By subject's hash, where an answer says something of each. */
export function classesOf(extracted: Extracted | undefined, each: BatchAnswer | undefined): ReadonlyMap<string, ResponseClass> | undefined {
  if (each === undefined || extracted?.batch === undefined) return undefined;
  const classes = new Map<string, ResponseClass>();
  for (const [index, subject] of extracted.batch.subjects.entries()) {
    const responseClass = each.classes[index];
    if (responseClass !== undefined) classes.set(subject.hash, responseClass);
  }
  return classes;
}

/** Anchors that show whether the person was there before. */
const existenceKinds: ReadonlySet<Anchor["kind"]> = new Set(["sign-in", "sign-up", "code-verified"]);
/** Of one list so many are learned from: what an endpoint tells shows in a few, and one request of a thousand must not cost a thousand times as much. */
export const learnedOfBatchMax = 64;
const noAnchors: readonly Anchor[] = [];
const noRows: readonly Disclosure[] = [];
const nothingExtracted: Extracted = { subjects: [], truncated: false, needsBody: false, first: "" };

function telling(verdict: OracleVerdict): number {
  return verdict === "proven" ? 2 : verdict === "suspected" ? 1 : 0;
}

/** The object that a request reads, where its rules say that it reads one. */
function objectRead(rules: readonly SubjectRule[], { subjects, first }: Extracted): ReadObject | undefined {
  const [rule] = rules;
  return rule !== undefined && isObjectRead(rules) && subjects.length === 1 ? { type: rule.type, value: first } : undefined;
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
