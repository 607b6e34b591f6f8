import type { AnchorFinder } from "../detect/anchors/anchor-finder.ts";
import type { OracleTracker } from "../detect/oracle/oracle-tracker.ts";
import { eachOf, emptyScheme, type SchemeLearner } from "../detect/oracle/scheme-learner.ts";
import type { TargetWatch } from "../detect/target/target-watch.ts";
import type { UniformTemplates } from "../detect/oracle/uniform-template.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { InventoryEndpoint } from "../inventory/inventory-endpoint.ts";
import { namesPerson } from "../inventory/names-person.ts";
import type { ExpectedCaller } from "./expected-callers.ts";
import type { EarlyContacts } from "./early-contacts.ts";
import { type CodeDoor, type Budget, defaultBudget, type GatePolicy, type GuardedEndpoint, type NamedClients, type SubjectRule, type UniformAnswer } from "./gate-policy.ts";
import { abusePolicy } from "../detect/abuse/abuse-policy.ts";
import { ownMethods } from "./guard-matcher.ts";
import { naturalKeyTypes } from "../exchange/subject.ts";
import { natural, type SubjectRules } from "./subject-rules.ts";

/**
 * Decides which endpoints the gate guards and how, and keeps the picture it is sent. Cheap an exchange: only endpoints that were asked since are
 * looked at again.
 */
export class GuardKeeper {
  readonly #parts: GuardParts;
  readonly #principals = new Set<string>();
  #policy: GatePolicy;
  #policyAt = Number.NEGATIVE_INFINITY;
  /** Each guarded endpoint as of the last policy. */
  readonly #guards = new Map<InventoryEndpoint, GuardedEndpoint>();
  /** Those that prompt people. */
  readonly #prompting = new Map<InventoryEndpoint, GuardedEndpoint>();
  readonly #checking = new Map<InventoryEndpoint, CodeDoor>();
  readonly #touched = new Set<InventoryEndpoint>();
  /** Names of endpoints that were once under a budget as learned oracles; see {@link GuardKeeper.stateOf}. */
  readonly #held = new Set<string>();
  /** Ids the gate was told of, oldest first: a door that goes on under another name, or is split, is told with them. */
  readonly #told = new Set<string>();
  /** A guard is to be put up or tightened: the gate is told at once. */
  #urgent = false;
  #relabelled = false;
  #sinceSurvey = Number.POSITIVE_INFINITY;
  #surveyed = { version: -1, endpoints: 0, principals: 0, declared: "" };

  constructor(parts: GuardParts, state: GuardState) {
    this.#parts = parts;
    for (const hash of state.principals) this.#principals.add(hash);
    for (const id of state.held) this.#held.add(id);
    for (const id of state.told ?? []) this.#told.add(id);
    this.#policy = { version: 0, mode: parts.mode, endpoints: [], principals: [...this.#principals] };
  }

  /** The endpoint was asked: it is looked at again for the next policy. */
  touched(endpoint: InventoryEndpoint): void {
    this.#touched.add(endpoint);
    this.#sinceSurvey++;
  }

  /** Something became known about who exists: what answers mean may have changed everywhere. */
  relabelled(): void {
    this.#relabelled = true;
  }

  /** Notes whether the endpoint must be guarded now and is not yet. */
  hurry(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): void {
    if (this.#urgent || rules.length === 0) return;
    const held = this.#guards.get(endpoint)?.state;
    if (held !== "budgeted") this.#urgent = this.stateOf(endpoint, rules) !== held;
  }

  /** The gate is to be told at once. */
  urge(): void {
    this.#urgent = true;
  }

  /**
   * Who guards what was learned as this endpoint: itself, or what a person's rule shows it as, where the operator declared that one. A guard of joined endpoints that
   * nobody declared would hold the answers of one against those of another.
   */
  door(learned: InventoryEndpoint): InventoryEndpoint {
    const { shownAs } = learned;
    return shownAs !== undefined && this.#parts.rules.declared(shownAs) !== undefined ? shownAs : learned;
  }

  /** Every endpoint as it is guarded. */
  doors(): readonly InventoryEndpoint[] {
    return [...new Set(this.#parts.inventory.learned().map((endpoint) => this.door(endpoint)))];
  }

  /** Whether the gate holds it under a budget for strangers, as of the last policy. Signed-in callers are known by name: nobody has to be told apart. */
  budgets(endpoint: InventoryEndpoint): boolean {
    const guard = this.#guards.get(endpoint);
    return guard?.state === "budgeted" && guard.signedIn !== true;
  }

  isHeld(endpointId: string): boolean {
    return this.#held.has(endpointId);
  }

  /** The endpoint goes on under another name. */
  renamed(from: string, to: string): void {
    if (this.#held.delete(from)) this.#held.add(to);
  }

  exportState(): GuardState {
    return { principals: [...this.#principals], held: [...this.#held], told: [...this.#told] };
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
    for (const hash of this.#parts.inventory.newPrincipals()) if (this.#principals.size < principalsMax) this.#principals.add(hash);
    let changed = this.#principals.size !== this.#surveyed.principals;
    if (this.#parts.inventory.version !== this.#surveyed.version || this.#sinceSurvey >= surveyEvery * this.#surveyed.endpoints) changed = this.#survey() || changed;
    else {
      if (this.#relabelled) for (const endpoint of this.#guards.keys()) this.#touched.add(endpoint);
      for (const endpoint of this.#touched) changed = this.#reguard(endpoint) || changed;
    }
    this.#touched.clear();
    this.#relabelled = false;
    const declared = this.#parts.declaredEndpoints?.() ?? [];
    const declaredText = declared.length === 0 ? "" : JSON.stringify(declared.map(({ id }) => id));
    if (!changed && declaredText === this.#surveyed.declared && this.#policy.version > 0) return this.#policy;
    this.#surveyed = { ...this.#surveyed, principals: this.#principals.size, declared: declaredText };
    const endpoints = [...this.#guards.values()];
    for (const one of declared) {
      if (!endpoints.some((endpoint) => endpoint.method === one.method && endpoint.template === one.template)) endpoints.push(one);
    }
    for (const { id } of endpoints) this.#tell(id);
    this.#policy = {
      version: this.#policy.version + 1,
      mode: this.#parts.mode,
      endpoints,
      principals: [...this.#principals],
      ...this.#startCredits(),
      ...this.#prompts(),
      ...this.#codes(),
      ...this.#expected(),
    };
    return this.#policy;
  }

  #startCredits(): Pick<GatePolicy, "startCredits"> {
    const { startCredits } = { ...defaultBudget, ...this.#parts.budget };
    return startCredits === defaultBudget.startCredits ? {} : { startCredits };
  }

  #expected(): Pick<GatePolicy, "expected"> {
    const { expected = [] } = this.#parts;
    return expected.length === 0 ? {} : { expected };
  }

  #prompts(): Pick<GatePolicy, "prompts"> {
    return this.#prompting.size === 0 ? {} : { prompts: [...this.#prompting.values()] };
  }

  #codes(): Pick<GatePolicy, "codes"> {
    return this.#checking.size === 0 ? {} : { codes: [...this.#checking.values()] };
  }

  #tell(id: string): void {
    if (this.#told.has(id)) return;
    if (this.#told.size >= toldMax) {
      const [oldest] = this.#told;
      if (oldest !== undefined) this.#told.delete(oldest);
    }
    this.#told.add(id);
  }

  #formerly(endpoint: InventoryEndpoint): readonly string[] {
    const ids: string[] = [];
    for (const known of [endpoint.aliases, endpoint.origins]) for (const id of known) if (id !== endpoint.id && ids.length < formerlyMax && this.#told.has(id)) ids.push(id);
    return ids;
  }

  /** Looks at every endpoint anew; true when a guard changed, came or went. */
  #survey(): boolean {
    const endpoints = this.doors();
    this.#surveyed = { ...this.#surveyed, version: this.#parts.inventory.version, endpoints: endpoints.length };
    this.#sinceSurvey = 0;
    let changed = false;
    for (const endpoint of endpoints) changed = this.#reguard(endpoint) || changed;
    const alive = new Set(endpoints);
    for (const guards of [this.#guards, this.#prompting, this.#checking])
      for (const endpoint of guards.keys()) if (!alive.has(endpoint)) changed = guards.delete(endpoint) || changed;
    return changed;
  }

  /** Looks at one endpoint anew; true when its guard changed, came or went. */
  #reguard(endpoint: InventoryEndpoint): boolean {
    const prompts = put(this.#prompting, endpoint, this.#prompt(endpoint));
    const codes = put(this.#checking, endpoint, this.#codeDoor(endpoint));
    return put(this.#guards, endpoint, this.#guard(endpoint, this.#policyAt)) || prompts || codes;
  }

  #prompt(endpoint: InventoryEndpoint): GuardedEndpoint | undefined {
    if (!this.#parts.prompts(endpoint) || (this.#prompting.size >= promptingMax && !this.#prompting.has(endpoint))) return undefined;
    const { id, method, host, template } = endpoint;
    const subjects = this.#parts.rules.of(endpoint);
    if (subjects.length === 0) return this.#prompting.get(endpoint);
    const refusedFree = this.#parts.refusedPromptsNobody(id);
    return { id, method, host, template, state: "watched", subjects, classes: noScalars, tellsNothing: noIds, uniform: refusedUniform, budget: defaultBudget, refusedFree };
  }

  #codeDoor(endpoint: InventoryEndpoint): CodeDoor | undefined {
    const checks = this.#parts.codes(endpoint);
    // Calls by name share one path: what guesses at one of them must not close the others.
    if (checks === undefined || endpoint.operation !== undefined || (endpoint.operations?.byKey.size ?? 0) > 0) return undefined;
    const budget = { ...this.#parts.budget, ...this.#parts.rules.declared(endpoint)?.budget };
    const { wrongCodes = abusePolicy.wrongCodes, wrongCodesOnOne = abusePolicy.wrongCodesOfTarget, slowStrangers = true } = budget;
    if (wrongCodes < 1 || (this.#checking.size >= promptingMax && !this.#checking.has(endpoint))) return undefined;
    const { id, method, host, template } = endpoint;
    const harmless = checks === "code" && slowStrangers ? this.#parts.sprayed(id, this.#policyAt) : undefined;
    return {
      id,
      method,
      host,
      template,
      state: "watched",
      subjects: checks === "code" ? this.#triedOn(endpoint) : [],
      classes: this.#parts.schemes.scheme(id),
      tellsNothing: noIds,
      uniform: refusedUniform,
      budget: defaultBudget,
      wrongCodes,
      wrongOnOne: wrongCodesOnOne,
      ...(harmless === undefined ? {} : { harmless }),
      refusals: this.#parts.refusals(id),
      ...(checks === "voucher" ? { voucher: true as const } : {}),
    };
  }

  /** By what a request says on whom it tries a code: people, else all ids but the code itself. */
  #triedOn(endpoint: InventoryEndpoint): readonly SubjectRule[] {
    const rules = this.#parts.rules.of(endpoint);
    const people = rules.filter(({ type }) => naturalKeyTypes.includes(type));
    const proof = this.#parts.proof(endpoint.id);
    if (people.length > 0 || proof === undefined) return people.length > 0 ? people : rules;
    return rules.filter(({ location }) => !(proof.startsWith(location.in) && proof.endsWith(`:${location.name}`)));
  }

  #guard(endpoint: InventoryEndpoint, at: number): GuardedEndpoint | undefined {
    const declared = this.#parts.rules.declared(endpoint);
    const known = this.#parts.rules.of(endpoint);
    const owned = this.#parts.owned(endpoint.id) && isObjectRead(known) && declared?.oracle !== true;
    // What few do to an object (delete it) is under the guard of those who read it, until many were seen to do it to their own.
    if (!owned && declared === undefined && isObjectRead(known) && endpoint.operation === undefined && othersOf(endpoint).some(([, id]) => this.#parts.owned(id))) return undefined;
    const state = owned ? "budgeted" : this.stateOf(endpoint, known);
    const rules = known.length > 0 ? known : (this.#guards.get(endpoint)?.subjects ?? known);
    if (state === undefined || rules.length === 0) return undefined;
    const early = this.#parts.early.of(endpoint.id, at);
    const door = declared?.oracle !== true && this.#parts.anchors.isDoor(endpoint.id);
    const refusals = door ? this.#parts.refusals(endpoint.id) : noIds;
    const formerly = this.#formerly(endpoint);
    const each = this.#parts.schemes.scheme(eachOf(endpoint.id));
    const signedIn = door || owned ? undefined : this.#signedIn(endpoint, rules);
    const apart = this.#apart(endpoint);
    const cut = this.#parts.targets?.cut(endpoint.id, at) ?? 1;
    const named = state === "budgeted" && !signedIn ? this.#parts.named?.(endpoint.id, at) : undefined;
    return {
      id: endpoint.id,
      method: endpoint.method,
      host: endpoint.host,
      template: endpoint.template,
      state,
      subjects: rules,
      classes: this.#parts.schemes.scheme(endpoint.id),
      ...(each === emptyScheme ? {} : { each }),
      tellsNothing: this.#parts.oracles.tellsNothing(endpoint.id),
      uniform: declared?.uniform ?? this.#parts.uniform.uniformFor(endpoint.id, door ? refusedUniform : owned ? absentUniform : undefined),
      ...(owned ? { owned: true as const } : {}),
      budget: { ...defaultBudget, ...this.#parts.budget, ...declared?.budget },
      ...(endpoint.auth.blind ? { blind: true } : {}),
      ...(door ? { refusalsOnly: true } : {}),
      ...(door && refusals.length > 0 ? { refusals } : {}),
      ...(signedIn === undefined ? {} : { signedIn }),
      ...(formerly.length === 0 ? {} : { formerly }),
      ...(endpoint.operation === undefined ? { others: othersOf(endpoint) } : {}),
      // Those are known by their address only, and a caller with a credential is not.
      ...(early.length === 0 || signedIn === true || owned ? {} : { before: early }),
      ...(apart.length === 0 ? {} : { apart }),
      ...(cut === 1 ? {} : { evidenceShare: cut }),
      ...(named === undefined ? {} : { named }),
    };
  }

  /** Under which methods the same path names people, too, and needs no guard. */
  #apart(endpoint: InventoryEndpoint): readonly string[] {
    if (endpoint.operation !== undefined) return noIds;
    const apart: string[] = [];
    for (const [method, id] of othersOf(endpoint)) {
      const other = this.#parts.inventory.byId(id);
      if (other === undefined || other === endpoint) continue;
      const rules = this.#parts.rules.of(other);
      if (rules.length > 0 && this.stateOf(other, rules) === undefined) apart.push(method);
    }
    return apart;
  }

  /**
   * Whether and how an endpoint is guarded. Once under a budget it stays there for as long as its suspicion stands, unless
   * credentials it issued were accepted elsewhere, which is no caller's doing: not that it was seen to refuse somebody, nor that
   * a code was sent along, nor that its parameters look different today takes the guard away, for all of that a caller can bring about.
   */
  stateOf(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): GuardedEndpoint["state"] | undefined {
    // The guard of the same method and path stands for both, or two would match one request.
    if (endpoint.operation?.protocol === "websocket" && endpoint.place.leaf?.has(endpoint.method) === true) return undefined;
    if (this.#parts.rules.declared(endpoint)?.oracle === true) return rules.length === 0 ? undefined : "budgeted";
    const telling = this.#parts.oracles.suspects(endpoint.id) || this.#givesAway(endpoint, rules);
    if (telling && this.#held.has(endpoint.id) && !this.#parts.anchors.isIssuer(endpoint.id)) return "budgeted";
    // A sign-in that tells a wrong password from an unknown account: its refusals are a lookup.
    if (this.#parts.anchors.isDoor(endpoint.id)) {
      if (!natural(rules) || !this.#parts.oracles.suspects(endpoint.id)) return undefined;
      // Held, too: one sign-in of the asker's own must not take the guard away before it is known what a door this is.
      if (this.#held.size < heldMax) this.#held.add(endpoint.id);
      return "budgeted";
    }
    if (rules.length === 0 || this.#parts.anchors.isAnchorEndpoint(endpoint.id)) return undefined;
    // Behind a sign-in, too, where many people may be asked about at once: an address book, a batch.
    if (endpoint.posture().bare.verdict === "enforced" && !(telling && this.#signedIn(endpoint, rules) === true)) return undefined;
    if (!telling || !this.#parts.rules.isAbout(endpoint, rules)) return "watched";
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
    const { none, sharedConstant } = endpoint.posture().bare;
    return none.data + none.empty + sharedConstant.data + sharedConstant.empty > 0;
  }

  /**
   * It takes lists of people from callers who each show a credential, or the operator says how many people such callers may ask about there, and nobody was ever answered without: then
   * each caller has a budget of its own. Where people are asked about one by one and nobody said so, callers whose credential is proven have one: a help desk, whose customers do not
   * follow up. One answer to somebody who shows none, or one that all share, ends that, and everybody is judged by his address.
   */
  #signedIn(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): GuardedEndpoint["signedIn"] {
    if (!natural(rules) || endpoint.auth.blind) return undefined;
    const { verdict, none, sharedConstant } = endpoint.posture().bare;
    if ((verdict !== "enforced" && verdict !== "unproven") || none.data + none.empty + sharedConstant.data + sharedConstant.empty > 0) return undefined;
    const lists = rules.some(({ location }) => location.name.includes("[]")) || this.#parts.schemes.scheme(eachOf(endpoint.id)) !== emptyScheme;
    if (lists || (this.#parts.rules.declared(endpoint)?.budget?.signedInCredits ?? 0) > 0) return true;
    return verdict === "enforced" ? "proven" : undefined;
  }

  /** It was seen to give people's addresses or numbers to whoever names them: every answer is a record lost, whatever a miss looks like. */
  #givesAway(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): boolean {
    if (!reachable.some((name) => endpoint.dataClasses.has(name)) || endpoint.dataClasses.has("jwt") || endpoint.carriesSecrets) return false;
    const { verdict, none, sharedConstant } = endpoint.posture().bare;
    return (
      (verdict === "not enforced" || verdict === "optional") && none.data + sharedConstant.data >= givenAwayMin && (natural(rules) || namesPerson(rules, endpoint.clearTemplate))
    );
  }
}

/** What guards are made of. */
export interface GuardParts {
  readonly mode: Mode;
  readonly budget: Partial<Budget> | undefined;
  readonly expected?: readonly ExpectedCaller[] | undefined;
  /** Declared oracles that were not seen in traffic yet. */
  readonly declaredEndpoints: (() => readonly GuardedEndpoint[]) | undefined;
  readonly inventory: Inventory;
  readonly oracles: OracleTracker;
  readonly anchors: AnchorFinder;
  readonly schemes: SchemeLearner;
  readonly uniform: UniformTemplates;
  readonly early: EarlyContacts;
  /** What whom an attack asks about says of an endpoint. */
  readonly targets?: Pick<TargetWatch, "cut">;
  /** Whom an attack on it consists of, see {@link GuardedEndpoint.named}. */
  readonly named?: (endpointId: string, at: number) => NamedClients | undefined;
  readonly rules: SubjectRules;
  /** Whether everybody was seen to read only what he had been handed there. */
  readonly owned: (endpointId: string) => boolean;
  /** Answers below 400 by which an endpoint refuses what is tried there, by label. */
  readonly refusals: (endpointId: string) => readonly string[];
  /** Whether an endpoint checks codes that can be guessed, and of which sort. */
  readonly codes: (endpoint: InventoryEndpoint) => "code" | "voucher" | undefined;
  /** The field that carries the code there; and how many wrong ones a day do no harm, while somebody guesses on many accounts. */
  readonly proof: (endpointId: string) => string | undefined;
  readonly sprayed: (endpointId: string, at: number) => number | undefined;
  /** Whether an endpoint prompts people on their devices. */
  readonly prompts: (endpoint: InventoryEndpoint) => boolean;
  /** Whether it was seen to prompt those whom it says it asked, and nobody else. */
  readonly refusedPromptsNobody: (endpointId: string) => boolean;
}

/** What outlives a restart: hashes of principals, ids of endpoints under a budget. */
export interface GuardState {
  readonly principals: readonly string[];
  readonly held: readonly string[];
  /** Absent in older states. */
  readonly told?: readonly string[];
}

/** It names one object, in its path or anywhere else where ids stand, by an id that is nobody's name. */
export function isObjectRead(rules: readonly SubjectRule[]): boolean {
  const [rule] = rules;
  return rule !== undefined && rules.length === 1 && objectPlaces.has(rule.location.in) && !rule.location.name.includes("[]") && !natural(rules);
}

function othersOf(endpoint: InventoryEndpoint): readonly (readonly [method: string, id: string])[] {
  return [...ownMethods].flatMap((method) => (method === endpoint.method ? [] : [[method, endpoint.idUnder(method)] as const]));
}

/** Sets or removes; true when that made a difference. */
function put<Guard extends GuardedEndpoint>(guards: Map<InventoryEndpoint, Guard>, endpoint: InventoryEndpoint, guard: Guard | undefined): boolean {
  if (guard === undefined) return guards.delete(endpoint);
  const known = guards.get(endpoint);
  if (known !== undefined && (sameParts(known, guard) || JSON.stringify(known) === JSON.stringify(guard))) return false;
  guards.set(endpoint, guard);
  return true;
}

/** True when two guards are made of the same parts; parts that are equal but made anew need a closer look. */
function sameParts(a: GuardedEndpoint, b: GuardedEndpoint): boolean {
  return (
    a.id === b.id &&
    a.template === b.template &&
    a.state === b.state &&
    a.subjects === b.subjects &&
    a.classes === b.classes &&
    a.each === b.each &&
    a.uniform === b.uniform &&
    a.blind === b.blind &&
    a.refusedFree === b.refusedFree &&
    a.refusalsOnly === b.refusalsOnly &&
    a.refusals === b.refusals &&
    a.signedIn === b.signedIn &&
    a.owned === b.owned &&
    a.before === b.before &&
    a.evidenceShare === b.evidenceShare &&
    a.named === b.named &&
    (a.formerly ?? noIds).length === (b.formerly ?? noIds).length &&
    (a.formerly ?? noIds).every((id, i) => id === b.formerly?.[i]) &&
    (a.apart ?? noIds).join() === (b.apart ?? noIds).join() &&
    a.tellsNothing.length === b.tellsNothing.length &&
    a.tellsNothing.every((id, i) => id === b.tellsNothing[i]) &&
    a.budget.startCredits === b.budget.startCredits &&
    a.budget.maxCredits === b.budget.maxCredits &&
    a.budget.unanchoredCeiling === b.budget.unanchoredCeiling &&
    a.budget.signedInCredits === b.budget.signedInCredits
  );
}

/** The gate's picture is at most this old. */
const policyEveryMs = 1_000;
/** Exchanges an endpoint between two looks at all endpoints. */
const surveyEvery = 4;
/** What a door says to everybody beyond the budget while it has not shown how it refuses somebody unknown. */
const refusedUniform: UniformAnswer = { status: 401, headers: [["Content-Type", "application/json"]], body: '{"error":"invalid credentials"}', learned: false };
/** Where nobody was yet seen to ask for an object that is not there. */
const absentUniform: UniformAnswer = { status: 404, headers: [["Content-Type", "application/json"]], body: '{"error":"not found"}', learned: false };
/** As the inventory keeps. */
const principalsMax = 100_000;
/** As many endpoints as one gate guards. */
const heldMax = 4_096;
/** Twice as many as one gate guards. */
const toldMax = 8_192;
/** A merge of more guarded doors than this gives the rest of their askers a new start; their endpoint-wide limits go on. */
const formerlyMax = 64;
const noIds: readonly string[] = [];
/** A header or a cookie says who asks rather than what for. */
const objectPlaces: ReadonlySet<string> = new Set(["path", "query", "form", "json"]);
const noScalars: GuardedEndpoint["classes"] = { scalars: [] };
/** A service has a few. */
const promptingMax = 256;
/** Data by which a person can be reached or robbed. A name or a place alone may be public on purpose. */
const reachable: readonly string[] = ["card", "email", "iban", "phone"];
const givenAwayMin = 8;
const missesMin = 2;
