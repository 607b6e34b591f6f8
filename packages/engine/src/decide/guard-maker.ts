import type { AnchorFinder } from "../detect/anchors/anchor-finder.ts";
import type { OracleTracker } from "../detect/oracle/oracle-tracker.ts";
import { eachOf, emptyScheme, type SchemeLearner } from "../detect/oracle/scheme-learner.ts";
import type { TargetWatch } from "../detect/target/target-watch.ts";
import type { UniformTemplates } from "../detect/oracle/uniform-template.ts";
import type { Mode } from "../exchange/exchange.ts";
import type { FrontControllers } from "../inventory/front-controllers.ts";
import type { Operation } from "../inventory/calls/operation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { InventoryEndpoint } from "../inventory/inventory-endpoint.ts";
import { namesPerson } from "../inventory/names-person.ts";
import type { ExpectedCaller } from "./expected-callers.ts";
import type { EarlyContacts } from "./early-contacts.ts";
import {
  type CodeDoor,
  type Budget,
  defaultBudget,
  type GuardedEndpoint,
  type Held,
  type HoldDoor,
  type NamedClients,
  type SubjectRule,
  type UniformAnswer,
} from "./gate-policy.ts";
import { abusePolicy } from "../detect/abuse/abuse-policy.ts";
import { ownMethods } from "./guard-matcher.ts";
import { type GuardVariants, isBodiless, kinOf } from "./guard-variants.ts";
import type { Ports } from "../exchange/ports.ts";
import { naturalKeyTypes } from "../exchange/subject.ts";
import { natural, type SubjectRules } from "./subject-rules.ts";

/** Says of one endpoint whether and how it is to be guarded, from all that is known of it. */
export class GuardMaker {
  readonly #parts: GuardParts;
  /** Names of endpoints that were once under a budget as learned oracles; see {@link GuardMaker.stateOf}. */
  readonly #held: Set<string>;

  readonly #formerly: (endpoint: InventoryEndpoint) => readonly string[];
  readonly #variants: () => GuardVariants;

  /** `formerly`: what else the gate knows an endpoint by; `variants`: of the guards it was told of. */
  constructor(parts: GuardParts, held: readonly string[], formerly: (endpoint: InventoryEndpoint) => readonly string[], variants: () => GuardVariants) {
    this.#parts = parts;
    this.#formerly = formerly;
    this.#variants = variants;
    this.#held = new Set(held);
  }

  /** Names of endpoints that were once under a budget. */
  get held(): ReadonlySet<string> {
    return this.#held;
  }

  /** The endpoint goes on under another name. */
  renamed(from: string, to: string): void {
    if (this.#held.delete(from)) this.#held.add(to);
  }

  /** Its guard as of `at`; undefined where it needs none. `before`: the one that stood. */
  guard(endpoint: InventoryEndpoint, at: number, before: GuardedEndpoint | undefined): GuardedEndpoint | undefined {
    const declared = this.#parts.rules.declared(endpoint);
    const known = this.#parts.rules.of(endpoint);
    const owned = this.#parts.owned(endpoint.id) && isObjectRead(known) && declared?.oracle !== true;
    // What few do to an object (delete it) is under the guard of those who read it, until many were seen to do it to their own.
    if (!owned && declared === undefined && isObjectRead(known) && endpoint.operation === undefined && othersOf(endpoint).some(([, id]) => this.#parts.owned(id))) return undefined;
    const state = owned ? "budgeted" : this.stateOf(endpoint, known);
    const rules = known.length > 0 ? known : (before?.subjects ?? known);
    if (state === undefined || rules.length === 0) return undefined;
    const early = this.#parts.early.of(endpoint.id, at);
    const door = declared?.oracle !== true && this.#parts.anchors.isDoor(endpoint.id);
    const refusals = door ? this.#parts.refusals(endpoint.id) : noIds;
    // A number or an address that everybody knows may come with details from elsewhere: being answered then tells something new.
    const won = door || owned || natural(rules) ? noIds : this.#parts.won(endpoint.id);
    const idle = this.#parts.idle(endpoint.id);
    const formerly = this.#formerly(endpoint);
    const each = this.#parts.schemes.scheme(eachOf(endpoint.id));
    const signedIn = door || owned ? undefined : this.#signedIn(endpoint, rules);
    const apart = this.#apart(endpoint);
    const cut = this.#parts.targets?.cut(endpoint.id, at) ?? 1;
    const tells = state === "budgeted" && !owned && signedIn !== true ? this.#parts.oracles.tells(endpoint.id) : noTells;
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
      ...(tells.length === 0 ? {} : { tells }),
      uniform: declared?.uniform ?? this.#parts.uniform.uniformFor(endpoint.id, door ? refusedUniform : owned ? absentUniform : undefined),
      ...(owned ? { owned: true as const } : {}),
      budget: { ...defaultBudget, ...this.#parts.budget, ...declared?.budget },
      ...(endpoint.auth.blind ? { blind: true } : {}),
      ...(door ? { refusalsOnly: true } : {}),
      ...(door && refusals.length > 0 ? { refusals } : {}),
      ...(won.length > 0 ? { won } : {}),
      ...(idle.length > 0 ? { idle } : {}),
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

  /** As one that prompts people, if it does. */
  prompt(endpoint: InventoryEndpoint, before: GuardedEndpoint | undefined): GuardedEndpoint | undefined {
    const place = this.#parts.placeOf(endpoint);
    if (!limitable(endpoint) || !this.#parts.prompts(endpoint, place)) return undefined;
    const { method, host, template } = endpoint;
    const subjects = this.#parts.rules.of(endpoint);
    if (subjects.length === 0) return before;
    const refusedFree = this.#parts.refusedPromptsNobody(place);
    const parts = { id: place, method, host, template, ...calledAs(endpoint) };
    return { ...parts, state: "watched", subjects, classes: noScalars, tellsNothing: noIds, uniform: refusedUniform, budget: defaultBudget, refusedFree };
  }

  /** As one that checks codes which can be guessed, if it does. */
  codeDoor(endpoint: InventoryEndpoint, at: number): CodeDoor | undefined {
    const place = this.#parts.placeOf(endpoint);
    const checks = limitable(endpoint) ? this.#parts.codes(endpoint, place) : undefined;
    if (checks === undefined) return undefined;
    const budget = { ...this.#parts.budget, ...this.#parts.rules.declared(endpoint)?.budget };
    const { wrongCodes = abusePolicy.wrongCodes, wrongCodesOnOne = abusePolicy.wrongCodesOfTarget, slowStrangers = true } = budget;
    if (wrongCodes < 1) return undefined;
    const { method, host, template } = endpoint;
    const harmless = slowStrangers ? this.#parts.sprayed(endpoint, at, place) : undefined;
    return {
      id: place,
      method,
      host,
      template,
      ...calledAs(endpoint),
      state: "watched",
      subjects: checks === "code" ? this.#triedOn(endpoint, place) : [],
      classes: this.#parts.schemes.scheme(place),
      tellsNothing: noIds,
      uniform: refusedUniform,
      budget: defaultBudget,
      wrongCodes,
      wrongOnOne: wrongCodesOnOne,
      ...(harmless === undefined ? {} : { harmless }),
      refusals: this.#parts.refusals(place),
      ...(checks === "voucher" ? { voucher: true as const, rightGives: this.#parts.rightGives(place, at) } : {}),
    };
  }

  /** As one where what is proven to be abused is held: it sends codes to numbers that requests name, or takes passwords. */
  holdDoor(endpoint: InventoryEndpoint): HoldDoor | undefined {
    const sort = this.#parts.holds(endpoint);
    if (sort === undefined || endpoint.operation !== undefined || (endpoint.operations?.byKey.size ?? 0) > 0) return undefined;
    const declared = this.#parts.rules.declared(endpoint);
    const { holdPumped = true, holdStuffers = true, holdSprayed = true } = { ...this.#parts.budget, ...declared?.budget };
    const rules = this.#parts.rules.of(endpoint);
    const subjects = sort === "send" ? rules.filter(({ type }) => type === "phone") : rules;
    if (sort === "send" ? !holdPumped || subjects.length === 0 : !holdStuffers && !holdSprayed) return undefined;
    const proof = sort === "send" ? undefined : this.#parts.proof(endpoint.id);
    const refusals = sort === "send" ? noIds : this.#parts.refusals(endpoint.id);
    const { id, method, host, template } = endpoint;
    return {
      id,
      method,
      host,
      template,
      state: "watched",
      sort,
      subjects,
      classes: this.#parts.schemes.scheme(id),
      tellsNothing: noIds,
      uniform: refusedUniform,
      budget: defaultBudget,
      ...(proof === undefined ? {} : { proof }),
      ...(refusals.length === 0 ? {} : { refusals }),
      ...(holdStuffers ? {} : { holdStuffers }),
      ...(holdSprayed ? {} : { holdSprayed }),
      ...(declared?.held === undefined ? {} : { held: declared.held }),
    };
  }

  /** By what a request says on whom it tries a code: people, else all ids but the code itself. */
  #triedOn(endpoint: InventoryEndpoint, place: string): readonly SubjectRule[] {
    const rules = this.#parts.rules.of(endpoint);
    const people = rules.filter(({ type }) => naturalKeyTypes.includes(type));
    const proof = this.#parts.proof(place);
    if (people.length > 0 || proof === undefined) return people.length > 0 ? people : rules;
    return rules.filter(({ location }) => !(proof.startsWith(location.in) && proof.endsWith(`:${location.name}`)));
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
      if (!natural(rules) || !this.#parts.oracles.suspects(endpoint.id) || this.#isVariant(endpoint, rules)) return undefined;
      // Held, too: one sign-in of the asker's own must not take the guard away before it is known what a door this is.
      this.#hold(endpoint, rules);
      return "budgeted";
    }
    if (rules.length === 0 || this.#parts.anchors.isAnchorEndpoint(endpoint.id)) return undefined;
    // Behind a sign-in, too, where many people may be asked about at once: an address book, a batch.
    if (endpoint.posture().bare.verdict === "enforced" && !(telling && this.#signedIn(endpoint, rules) === true)) return undefined;
    if (!telling || !this.#parts.rules.isAbout(endpoint, rules)) return "watched";
    if (!natural(rules) && !this.#openToStrangers(endpoint)) return "watched";
    if (this.#isVariant(endpoint, rules)) return "watched";
    this.#hold(endpoint, rules);
    return "budgeted";
  }

  /** Its own guard stays; and what turns out to be a variant of it before the next policy gets none. */
  #hold(endpoint: InventoryEndpoint, subjects: readonly SubjectRule[]): void {
    const { id, method, host, template } = endpoint;
    if (this.#held.has(id) || this.#held.size >= heldMax) return;
    this.#held.add(id);
    const tells = this.#parts.oracles.tells(id);
    this.#variants().add({
      id,
      method,
      host,
      template,
      state: "budgeted",
      subjects,
      tells,
      classes: noScalars,
      tellsNothing: noIds,
      uniform: refusedUniform,
      budget: defaultBudget,
    });
  }

  /**
   * It is another path to what is guarded already, and says nothing that is not said there: the guard there judges it, or each of such paths, of which there may be no end, would begin with
   * credits and limits of its own.
   */
  #isVariant(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): boolean {
    // Whose budget the operator sets has one.
    if (this.#held.has(endpoint.id) || this.#parts.rules.declared(endpoint)?.budget !== undefined) return false;
    const { method, host, template } = endpoint;
    const variant = this.#variants().find(
      method,
      host,
      template.split("/").filter((segment) => segment !== ""),
      true,
    );
    if (variant === undefined || variant.endpoint.id === endpoint.id) return false;
    // That guard must find whom a request is about: one that reads bodies finds nobody in a path.
    const readsAll = rules.every(({ location }) =>
      variant.endpoint.subjects.some((known) => known.location.in === location.in && (location.in === "path" || known.location.name === location.name)),
    );
    if (!readsAll) return false;
    const told = this.#parts.oracles.tells(endpoint.id).filter(({ denies }) => !denies);
    return told.length > 0 && told.every((one) => kinOf(variant.endpoint, one, isBodiless(method, one.status)) !== "other");
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
  readonly ports: Pick<Ports, "hash">;
  readonly mode: Mode;
  readonly budget: Partial<Budget> | undefined;
  readonly expected?: readonly ExpectedCaller[] | undefined;
  /** Declared oracles that were not seen in traffic yet. */
  readonly declaredEndpoints: (() => readonly GuardedEndpoint[]) | undefined;
  readonly inventory: Inventory;
  readonly fronts: Pick<FrontControllers, "fronts" | "version">;
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
  /** See {@link GuardedEndpoint.won}. */
  readonly won: (endpointId: string) => readonly string[];
  /** See {@link GuardedEndpoint.idle}. */
  readonly idle: (endpointId: string) => readonly string[];
  /** Whether an endpoint checks codes that can be guessed, and of which sort. */
  readonly codes: (endpoint: InventoryEndpoint, place: string) => "code" | "voucher" | undefined;
  /** Under what an endpoint is known to the detectors of codes: its id, or that of the operation called there. */
  readonly placeOf: (endpoint: InventoryEndpoint) => string;
  /** The field that carries the code there; and how many wrong ones a day do no harm, while somebody guesses on many accounts. */
  readonly proof: (endpointId: string) => string | undefined;
  readonly sprayed: (endpoint: InventoryEndpoint, at: number, place: string) => number | undefined;
  /** What a right code of a coupon gives beside itself. */
  readonly rightGives: (endpointId: string, at: number) => number;
  /** Whether what is abused at an endpoint may be held, and as what. */
  readonly holds: (endpoint: InventoryEndpoint) => HoldDoor["sort"] | undefined;
  /** What is proven to be abused; and a number that goes up when that changes. */
  readonly held: () => Held;
  readonly heldVersion: () => number;
  /** Whether an endpoint prompts people on their devices. */
  readonly prompts: (endpoint: InventoryEndpoint, place: string) => boolean;
  /** Whether it was seen to prompt those whom it says it asked, and nobody else. */
  readonly refusedPromptsNobody: (endpointId: string) => boolean;
}

/** It names one object, in its path or anywhere else where ids stand, by an id that is nobody's name. */
export function isObjectRead(rules: readonly SubjectRule[]): boolean {
  const [rule] = rules;
  return rule !== undefined && rules.length === 1 && objectPlaces.has(rule.location.in) && !rule.location.name.includes("[]") && !natural(rules);
}

/** Calls by name share one path: what is limited are they, not the path. Other protocols' operations have paths or channels of their own. */
function limitable({ operation, operations }: InventoryEndpoint): boolean {
  return operation === undefined ? (operations?.byKey.size ?? 0) === 0 : isCalled(operation);
}

function isCalled({ protocol }: Operation): boolean {
  return protocol === "graphql" || protocol === "json-rpc";
}

function calledAs({ operation }: InventoryEndpoint): Pick<GuardedEndpoint, "operation"> {
  return operation === undefined || !isCalled(operation) ? {} : { operation };
}

function othersOf(endpoint: InventoryEndpoint): readonly (readonly [method: string, id: string])[] {
  return [...ownMethods].flatMap((method) => (method === endpoint.method ? [] : [[method, endpoint.idUnder(method)] as const]));
}

/** What a door says to everybody beyond the budget while it has not shown how it refuses somebody unknown. */
const refusedUniform: UniformAnswer = { status: 401, headers: [["Content-Type", "application/json"]], body: '{"error":"invalid credentials"}', learned: false };
/** Where nobody was yet seen to ask for an object that is not there. */
const absentUniform: UniformAnswer = { status: 404, headers: [["Content-Type", "application/json"]], body: '{"error":"not found"}', learned: false };
/** As many endpoints as one gate guards. */
const heldMax = 4_096;
const noIds: readonly string[] = [];
const noTells: NonNullable<GuardedEndpoint["tells"]> = [];
/** A header or a cookie says who asks rather than what for. */
const objectPlaces: ReadonlySet<string> = new Set(["path", "query", "form", "json"]);
const noScalars: GuardedEndpoint["classes"] = { scalars: [] };
/** Data by which a person can be reached or robbed. A name or a place alone may be public on purpose. */
const reachable: readonly string[] = ["card", "email", "iban", "phone"];
const givenAwayMin = 8;
const missesMin = 2;
