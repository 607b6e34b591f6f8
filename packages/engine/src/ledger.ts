import { operationKey } from "./inventory/calls/operations.ts";
import { partsOfCall, resultJson } from "./inventory/calls/request-calls.ts";
import { type Actor, type Callers, callersOf } from "./exchange/actor.ts";
import type { Exchange } from "./exchange/exchange.ts";
import type { Ports } from "./exchange/ports.ts";
import { partsOf, pathValues } from "./exchange/request-parts.ts";
import { answerWords } from "./exchange/answer-words.ts";
import { classifyResponse } from "./exchange/response-class.ts";
import type { Subject } from "./exchange/subject.ts";
import { extractSubjects, type Extracted, subjectInPath } from "./exchange/subjects.ts";
import { viewOf } from "./exchange/view-of.ts";
import type { ExchangeView } from "./exchange/view.ts";
import type { Finding } from "./assess/finding.ts";
import { type AbuseSeen, AbuseWatch, placeOf } from "./detect/abuse/abuse-watch.ts";
import { labelOf, plainOutcome, type TryOutcome } from "./detect/kinds/outcome.ts";
import type { KindVerdict } from "./detect/kinds/endpoint-kind.ts";
import { AnchorFinder } from "./detect/anchors/anchor-finder.ts";
import { Creations } from "./detect/anchors/creations.ts";
import { AskedPerson } from "./detect/oracle/asked-person.ts";
import { KnownDetails } from "./detect/oracle/known-details.ts";
import { OwnAnswers } from "./detect/oracle/own-answers.ts";
import { seenAnswer } from "./detect/oracle/seen-answer.ts";
import { OracleTracker, type OracleVerdict } from "./detect/oracle/oracle-tracker.ts";
import { eachOf, SchemeLearner } from "./detect/oracle/scheme-learner.ts";
import { TypingSlips } from "./detect/oracle/typing-slips.ts";
import { type KeptQuestions, type QuestionRow, QuestionWatch } from "./detect/question-watch.ts";
import { requestFields } from "./detect/kinds/request-fields.ts";
import { UniformTemplates } from "./detect/oracle/uniform-template.ts";
import type { Anchor, Disclosure, GatePolicy, SubjectRule } from "./decide/gate-policy.ts";
import { PeopleListings } from "./detect/listing/people-listings.ts";
import { HandedObjects, type ReadObject } from "./detect/provenance/handed-objects.ts";
import { GuardKeeper } from "./decide/guard-keeper.ts";
import { isObjectRead } from "./decide/guard-maker.ts";
import { type DeclaredOf, natural, SubjectRules } from "./decide/subject-rules.ts";
import { EarlyContacts } from "./decide/early-contacts.ts";
import { OracleTraffics } from "./decide/oracle-traffic.ts";
import { FrontControllers } from "./inventory/front-controllers.ts";
import { Inventory, type InventoryEndpoint } from "./inventory/inventory.ts";
import type { TemplateRule } from "./inventory/template-rules.ts";
import type { ResponseClass } from "./understood.ts";
import { AnswerLessons } from "./ledger/answer-lessons.ts";
import { rowsOf } from "./ledger/disclosure-rows.ts";
import { EarlyRows } from "./ledger/early-rows.ts";
import { GuardedQuestions } from "./ledger/guarded-questions.ts";
import { ExistenceLabels } from "./ledger/existence-labels.ts";
import { refuses } from "./ledger/refuses.ts";
import { ledgerFindings } from "./ledger/ledger-findings.ts";
import type { LedgerOptions } from "./ledger/ledger-options.ts";
import type { LedgerState } from "./ledger/ledger-state.ts";
import type { KnownOfRequest, LedgerStep, LedgerStepDraft } from "./ledger/ledger-step.ts";
import { isUniform, type Reading } from "./ledger/reading.ts";

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
  readonly #fronts: FrontControllers;
  readonly #callers: Callers;
  readonly #schemes: SchemeLearner;
  readonly #uniform: UniformTemplates;
  readonly #asked = new AskedPerson();
  readonly #rules: SubjectRules;
  readonly #guards: GuardKeeper;
  readonly #traffic = new OracleTraffics();
  readonly #early = new EarlyContacts();
  readonly #details = new KnownDetails();
  readonly #creations: Creations;
  readonly #lessons: AnswerLessons;
  readonly #labels: ExistenceLabels;
  readonly #rows: EarlyRows;
  readonly #asks: GuardedQuestions;
  readonly #named = new WeakMap<InventoryEndpoint, { id: string; aliases: number }>();

  constructor(ports: Ports, options: LedgerOptions, state?: LedgerState, questions?: KeptQuestions) {
    this.#ports = ports;
    this.#fronts = new FrontControllers(ports, state?.fronts);
    this.questions = new QuestionWatch(questions);
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
    this.#details.restore(state?.details);
    this.#asked.restore(state?.asked);
    this.#rules = new SubjectRules(options.declared);
    const { inventory, oracles, anchors } = this;
    this.#guards = new GuardKeeper(
      {
        ports,
        mode: options.mode,
        budget: options.budget,
        declaredEndpoints: options.declaredEndpoints,
        expected: options.expected,
        inventory,
        fronts: this.#fronts,
        oracles,
        anchors,
        schemes: this.#schemes,
        uniform: this.#uniform,
        early: this.#early,
        targets: this.questions.targets,
        named: (endpointId, at) => this.questions.toHoldOff(endpointId, at),
        rules: this.#rules,
        owned: (endpointId) => this.handed.owned(endpointId),
        refusals: (endpointId) => this.abuse.kinds.refusalsOf(endpointId),
        won: (endpointId) => this.#details.won(endpointId),
        idle: (endpointId) => this.#asked.idle(endpointId),
        placeOf: (endpoint) => this.#placeOf(endpoint),
        codes: (endpoint, place) => this.abuse.codesAt(place, this.#rules.declared(endpoint)?.kind),
        proof: (endpointId) => this.abuse.kinds.proofOf(endpointId),
        sprayed: (endpoint, at, place) => this.abuse.harmless(pathOf(endpoint).id, at, place),
        rightGives: (endpointId, at) => this.abuse.rightGives(endpointId, at),
        holds: (endpoint) => this.abuse.holdsAt(endpoint.id, this.#rules.declared(endpoint)?.kind),
        held: () => this.abuse.held(),
        heldVersion: () => this.abuse.heldVersion,
        prompts: (endpoint, place) => this.abuse.kinds.isPrompt(place, this.#rules.declared(endpoint)?.kind),
        refusedPromptsNobody: (id) => this.abuse.kinds.refusedPromptsNobody(id),
      },
      { principals: state?.principals ?? [], held: state?.held ?? [], told: state?.told ?? [] },
    );
    const { canaries } = options;
    const refusesAt = (endpointId: string, responseClass: ResponseClass): boolean => refuses(this.abuse.kinds, endpointId, responseClass);
    const shared = { oracles, anchors, rules: this.#rules, slips: new TypingSlips(), relabelled: () => this.#guards.relabelled() };
    this.#labels = new ExistenceLabels({ ...shared, creations: this.#creations });
    this.#lessons = new AnswerLessons({
      ...shared,
      ports,
      asked: this.#asked,
      rulesOf: (endpointId) => this.rulesOf(endpointId),
      refuses: refusesAt,
      schemes: this.#schemes,
      uniform: this.#uniform,
      traffic: this.#traffic,
      canaries,
    });
    this.#rows = new EarlyRows({ ports, oracles, anchors, rules: this.#rules, asked: this.#asked, lessons: this.#lessons, early: this.#early, refuses: refusesAt });
    this.#asks = new GuardedQuestions({
      ports,
      inventory,
      questions: this.questions,
      guards: this.#guards,
      handed: this.handed,
      labels: this.#labels,
      early: this.#early,
      isAbout: (endpoint) => this.#rules.isAbout(endpoint, this.rulesOf(endpoint.id)),
    });
  }

  /** Reads one exchange; call in the order of completion. `known`: what a gate in this process read in its request already. */
  onExchange(exchange: Exchange, known?: KnownOfRequest): LedgerStep {
    const whole = viewOf(exchange, this.#ports);
    const view = this.#fronts.observe(whole);
    const at = exchange.at + (exchange.durationMs ?? 0);
    const refused = exchange.gate?.action === "throttle" || exchange.gate?.action === "block";
    const shown = refused ? this.inventory.find(exchange.method, view.host, view.segments) : this.inventory.observe(view);
    const called = !refused && this.inventory.lastOperation !== undefined;
    const endpoint = shown?.parts === undefined ? shown : this.#guards.door(this.inventory.learnedOf(shown, view.segments) ?? shown);
    const principal = view.credential !== undefined && this.inventory.isPrincipal(view.credential.hash);
    const actor = this.#callers.actor(exchange.client, view.userAgent, view.credential?.hash, principal);
    const step: LedgerStepDraft = {
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
      const { narrow, network } = actor;
      if (!refused) step.anchors = this.anchors.observe({ view, at, endpointId: undefined, pathValues: [], subjects: [], narrow, network, declaredKind: undefined });
      return step;
    }
    if (view !== whole) this.#routed(endpoint, whole);
    this.#guards.touched(endpoint);
    this.#adopt(endpoint);
    const rules = this.#rules.of(endpoint);
    const extracted = this.#extracted(endpoint, view, rules, known);
    step.subjects = extracted.subjects;
    const anonymous = principal ? this.#callers.actor(exchange.client, view.userAgent, view.credential?.hash, false) : actor;
    const reading: Reading = { exchange, at, endpoint, rules, extracted, step, anonymous, each: undefined };
    if (refused) this.#refused(reading);
    else {
      if (exchange.response.status > 0) this.#classify(reading);
      this.#hear(reading);
      this.#follow(reading, called);
      this.#disclose(reading);
    }
    this.#guards.hurry(endpoint, rules);
    return step;
  }

  /** Where the request names somebody, as far as that was not read already. */
  #extracted(endpoint: InventoryEndpoint, view: ExchangeView, rules: readonly SubjectRule[], known: KnownOfRequest | undefined): Extracted {
    if (rules.length === 0) return nothingExtracted;
    if (known !== undefined && known.rules === rules && known.template === endpoint.template) return known.extracted;
    return subjectInPath(rules, endpoint.template, view.segments, this.#ports) ?? extractSubjects(rules, endpoint.template, partsOf(view), this.#ports);
  }

  /** The gate let nothing through. */
  #refused({ exchange, at, endpoint, step }: Reading): void {
    if (exchange.gate?.reason !== "code-limit") return;
    step.signals = this.abuse.stopped({
      exchangeId: exchange.id,
      at,
      endpointId: endpoint.id,
      actor: step.actor,
      declared: this.#rules.declared(endpoint)?.kind,
      operations: endpoint.operations !== undefined,
    });
  }

  /** Which kind of answer it is, after what tells kinds apart was learned from it. */
  #classify(reading: Reading): void {
    const { exchange, endpoint, rules, extracted, step } = reading;
    const { status } = exchange.response;
    const seen = this.#lessons.answerOf(step.view, extracted.first);
    if (exchange.carries.responseHeaders && status < 500 && status !== 429) {
      const json = step.view.responseJson;
      const said = json ?? (rules.length === 0 ? undefined : answerWords(seen));
      if (said !== undefined) {
        this.#schemes.observe(endpoint.id, said, [extracted.first], json !== undefined && status < 300 && this.#findsUsual(endpoint, extracted));
        this.#lessons.coarsen();
      }
    }
    step.responseClass = classifyResponse(this.#schemes.scheme(endpoint.id), seen, this.#ports);
    reading.each = this.#lessons.each(endpoint.id, seen, extracted);
  }

  /** What the answer says of whom it is about, and of the service. */
  #hear(reading: Reading): void {
    const { exchange, at, endpoint, rules, extracted, step } = reading;
    const { view, responseClass } = step;
    if (responseClass === undefined) return;
    if (exchange.gate !== undefined && extracted.subjects.length === 1) {
      const seen = seenAnswer(exchange, endpoint.id, this.oracles.meaning(endpoint.id, responseClass.id), extracted.first);
      if (seen !== undefined) this.ownAnswers.observe(seen);
    }
    const { status } = exchange.response;
    if (status >= 200 && status < 300 && view.credential !== undefined && !isUniform(exchange))
      step.handed = this.#handed(endpoint.id, view.credential.hash, view, objectRead(rules, extracted), at);
    this.#asksDetails(reading, responseClass);
    this.#lessons.learn(reading, responseClass);
  }

  /** What the exchange was a step of: who proved himself by it, who tries codes and passwords, and what it follows up. */
  #follow(reading: Reading, called: boolean): void {
    const { exchange, at, endpoint, extracted, step, anonymous } = reading;
    const { view, responseClass } = step;
    const uniform = isUniform(exchange);
    const declared = this.#rules.declared(endpoint);
    const values = pathValues(endpoint.template, view.segments);
    const calls = this.#callsSeen(view);
    step.anchors = this.anchors.observe({
      view: uniform ? { ...view, responseJson: undefined } : view,
      at,
      endpointId: endpoint.id,
      pathValues: values,
      subjects: extracted.subjects.map((subject) => subject.hash),
      narrow: anonymous.narrow,
      network: anonymous.network,
      declaredKind: declared?.anchor,
      declaredSuccess: declared?.anchorSuccess,
      tried: this.#outcome(endpoint.id, responseClass, called ? calls[0] : undefined),
    });
    // Who signs in is handed ids along with his credential: his own number.
    if (!uniform) for (const caller of this.anchors.lastIssued) step.handed = [...step.handed, ...this.#handed(endpoint.id, caller, view, undefined, at)];
    if (exchange.response.status >= 500 && !this.#guards.isHeld(endpoint.id)) step.attempts = this.#attempt(endpoint, anonymous, at);
    const watched: AbuseSeen = {
      view,
      at,
      endpointId: endpoint.id,
      pathValues: values,
      subjects: extracted.subjects,
      first: extracted.first,
      roots: this.anchors.lastRoots,
      actor: anonymous,
      responseClass,
      declared: declared?.kind,
      denies: () => responseClass !== undefined && this.oracles.meaning(endpoint.id, responseClass.id) === "denied",
    };
    for (const seen of calls.length === 0 ? [watched] : calls.map((call) => ({ ...watched, ...call }))) this.#watch(reading, seen);
    this.#guards.hurryHolds(at);
    if (responseClass !== undefined && !uniform) this.#lessons.heard(reading, responseClass);
    if (declared?.anchor === undefined) step.anchors = this.#plausible(endpoint, step.anchors);
    this.#asks.note(reading, declared?.anchor);
    this.#labels.answered(reading);
  }

  /** Anchors that nobody declared, as what is known of their endpoints leaves them. */
  #plausible(endpoint: InventoryEndpoint, anchors: readonly Anchor[]): readonly Anchor[] {
    // A lookup that tells about others proves nobody's honesty by a code sent along with it.
    const held = anchors.length > 0 && this.#guards.isHeld(endpoint.id);
    const kept = held ? anchors.filter((anchor) => anchor.kind !== "code-verified" || anchor.endpointId !== endpoint.id) : anchors;
    if (!kept.some((anchor) => anchor.kind === "sign-in" && this.#creations.isSignUp(anchor.endpointId))) return kept;
    return kept.map((anchor) => (this.#creations.isSignUp(anchor.endpointId) ? { ...anchor, kind: "sign-up" } : anchor));
  }

  /** Who was told what about whom, as far as no gate has written it down. */
  #disclose(reading: Reading): void {
    const { exchange, step, extracted } = reading;
    if (exchange.gate?.journaled !== true && this.#disclosing(reading)) step.disclosures.push(...this.#rows.of(reading));
    if (step.responseClass !== undefined && extracted.batch === undefined) this.#listed(reading, step.responseClass);
  }

  /** What else the request says of the one it asks about, where the service checks that. Its answer counts, whatever the gate gave in its place. */
  #asksDetails({ exchange, at, endpoint, extracted, step }: Reading, { id }: ResponseClass): void {
    const { first, subjects, batch } = extracted;
    const [subject] = subjects;
    if (subject === undefined || subjects.length > 1 || batch !== undefined || exchange.request.truncated === true || natural(subjects)) return;
    const accepted = this.oracles.accepts(endpoint.id, id);
    if (accepted === undefined) return;
    const known = { fieldNames: () => this.#details.names(endpoint.id) };
    const fields = requestFields(step.view, pathValues(endpoint.template, step.view.segments), this.#ports, known)
      .filter(({ value }) => value !== first)
      .map(({ name, value }) => ({ name, value: this.#ports.hash("opaque", value.trim().toLowerCase()) }));
    this.#details.observe({ endpointId: endpoint.id, subject: subject.hash, classId: id, accepted, fields, network: step.actor.network, at });
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
    const code = this.abuse.voucherMeaning(id, classId);
    if (code !== undefined) return code;
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
    const { inventory, oracles, anchors, ownAnswers } = this;
    return ledgerFindings({ inventory, oracles, anchors, ownAnswers, guards: this.#guards, traffic: this.#traffic, rules: this.#rules, ports: this.#ports });
  }

  /** What the operator said of an endpoint. */
  declaredOf(endpoint: InventoryEndpoint): ReturnType<DeclaredOf> {
    return this.#rules.declared(endpoint);
  }

  /** What an endpoint is for, by the operator's word or as traffic shows. */
  kindOf(endpoint: InventoryEndpoint): KindVerdict {
    return this.abuse.kinds.verdict(this.#placeOf(endpoint), this.#rules.declared(endpoint)?.kind);
  }

  /** What one try says of codes, messages and sign-ins: of the exchange, or of one call in it. */
  #watch({ exchange, endpoint, rules, step }: Reading, seen: AbuseSeen): void {
    const signals = this.abuse.observe(seen);
    if (signals.length > 0) step.signals = [...step.signals, ...signals];
    const { agreed, lastCodes } = this.abuse;
    if (agreed.length > 0) step.handed = [...step.handed, { at: seen.at, endpointId: endpoint.id, kind: "agreed", narrow: "", network: "", subjects: agreed }];
    if (lastCodes.length > 0 && rules.length === 0 && exchange.gate?.journaled !== true)
      step.disclosures.push(...rowsOf(exchange, endpoint.id, step.actor, codeSubjects(lastCodes), seen.responseClass, undefined, step.disclosures.length));
  }

  /** A question about one person, at an endpoint of which it is not known that its answers tell who exists. Not at a door, whose answers are about a proof. */
  #findsUsual(endpoint: InventoryEndpoint, { subjects }: Extracted): boolean {
    return subjects.length === 1 && !this.oracles.suspects(endpoint.id) && !this.anchors.isDoor(endpoint.id) && this.#rules.isAbout(endpoint, this.#rules.of(endpoint));
  }

  /** The known calls of the exchange read last, each as if it had been asked alone. */
  #callsSeen({ segments }: ExchangeView): readonly CallOfExchange[] {
    return this.inventory.lastCalls.map(({ key, name, endpoint, view }) => {
      this.#guards.touched(endpoint);
      const place = this.#placeOf(endpoint);
      const rules = this.#rules.of(endpoint);
      const parts = partsOfCall({ ...partsOf(view), segments }, { name, args: view.requestJson });
      const { subjects, first } = rules.length === 0 ? nothingExtracted : extractSubjects(rules, endpoint.template, parts, this.#ports);
      const { status } = view.exchange.response;
      const json = resultJson(view.responseJson);
      if (json !== undefined && status < 500 && status !== 429) this.#schemes.observe(place, json, [first]);
      const responseClass = classifyResponse(
        this.#schemes.scheme(place),
        { status, contentType: "application/json", location: "", body: undefined, json, echo: [first] },
        this.#ports,
      );
      // Its name says what it is for, as a path would.
      return { view: { ...view, segments: parts.segments }, pathValues: noValues, subjects, first, responseClass, operation: key };
    });
  }

  /** How what was tried came out, by what is known of the endpoint, or of the one operation that was called. */
  #outcome(endpointId: string, responseClass: ResponseClass | undefined, call: CallOfExchange | undefined): TryOutcome | undefined {
    const seen = call === undefined ? responseClass : call.responseClass;
    return seen === undefined ? undefined : this.abuse.kinds.outcomeOf(call === undefined ? endpointId : placeOf(endpointId, call.operation), seen);
  }

  /** Under what an endpoint is known to those who watch codes, messages and sign-ins. */
  #placeOf(endpoint: InventoryEndpoint): string {
    const path = pathOf(endpoint);
    return path === endpoint || endpoint.operation === undefined ? endpoint.id : placeOf(path.id, operationKey(endpoint.operation));
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
      details: this.#details.exportState(),
      asked: this.#asked.exportState(),
      abuse: this.abuse.exportState(),
      handed: this.handed.exportState(),
      listings: this.listings.exportState(),
      fronts: this.#fronts.exportState(),
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
  #listed({ exchange, at, endpoint, step }: Reading, responseClass: ResponseClass): void {
    const { status } = exchange.response;
    const json = step.view.responseJson;
    if (json === undefined || status < 200 || status > 299 || isUniform(exchange)) return;
    const listed = this.listings.observe({
      exchangeId: exchange.id,
      at,
      endpointId: endpoint.id,
      about: endpoint.clearTemplate.slice(endpoint.clearTemplate.lastIndexOf("/") + 1),
      actor: step.actor,
      json,
      asked: new Set(step.subjects.map((subject) => subject.hash)),
      responseClass: responseClass.id,
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

  /** Somebody set out to follow up what was asked about these people, and the service failed him. */
  #attempt(endpoint: InventoryEndpoint, actor: Actor, at: number): readonly Anchor[] {
    const { lastRoots } = this.anchors;
    return lastRoots.length === 0 ? noAnchors : [{ at, endpointId: endpoint.id, kind: "failed", narrow: actor.narrow, network: actor.network, subjects: lastRoots }];
  }

  /** A route of a front: what was spent at the whole path before is spent here. */
  #routed(endpoint: InventoryEndpoint, { exchange, host, segments }: ExchangeView): void {
    if (endpoint.requests > 1) return;
    const whole = this.inventory.find(exchange.method, host, segments);
    if (whole !== undefined && whole !== endpoint) endpoint.origins.add(whole.id);
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
      this.#details.renamed(alias, id);
      this.#asked.renamed(alias, id);
      this.abuse.renamed(alias, id);
      this.#early.renamed(alias, id);
      this.questions.renamed(alias, id);
      this.#rules.forget(alias);
      this.#traffic.renamed(alias, id);
      this.#rows.renamed(alias, id);
      this.listings.renamed(alias, id);
      this.#guards.renamed(alias, id);
    }
    this.#named.set(endpoint, { id, aliases: endpoint.aliases.size });
  }

  /** Endpoints that may answer about somebody to whoever asks, whoever asked: what somebody with a credential was told before it was known that none is needed counts, too. */
  #disclosing({ exchange, endpoint, step: { responseClass } }: Reading): boolean {
    if (exchange.response.status <= 0) return false;
    if (this.anchors.isDoor(endpoint.id)) {
      const rules = this.rulesOf(endpoint.id);
      const { status } = exchange.response;
      return (responseClass === undefined ? status >= 400 : refuses(this.abuse.kinds, endpoint.id, responseClass)) && (rules.length === 0 || natural(rules));
    }
    return (
      this.#guards.stateOf(endpoint, this.rulesOf(endpoint.id)) === "budgeted" || (endpoint.posture().bare.verdict !== "enforced" && !this.anchors.isAnchorEndpoint(endpoint.id))
    );
  }
}

/** The endpoint that an operation is called at; itself where it is none. */
function pathOf(endpoint: InventoryEndpoint): InventoryEndpoint {
  return endpoint.operation === undefined ? endpoint : (endpoint.place.leaf?.get(endpoint.method) ?? endpoint);
}

/** Codes of coupons as what is exposed when they are found. */
function codeSubjects(hashes: readonly string[]): readonly Subject[] {
  return hashes.map((hash) => ({ type: "opaque", hash, location: { in: "json", name: "code" } }));
}

type CallOfExchange = Pick<AbuseSeen, "view" | "pathValues" | "subjects" | "first" | "responseClass"> & { readonly operation: string };

const noAnchors: readonly Anchor[] = [];
const noRows: readonly Disclosure[] = [];
const noValues: readonly string[] = [];
const nothingExtracted: Extracted = { subjects: [], truncated: false, needsBody: false, first: "" };

function telling(verdict: OracleVerdict): number {
  return verdict === "proven" ? 2 : verdict === "suspected" ? 1 : 0;
}

/** The object that a request reads, where its rules say that it reads one. */
function objectRead(rules: readonly SubjectRule[], { subjects, first }: Extracted): ReadObject | undefined {
  const [rule] = rules;
  return rule !== undefined && isObjectRead(rules) && subjects.length === 1 ? { type: rule.type, value: first } : undefined;
}
