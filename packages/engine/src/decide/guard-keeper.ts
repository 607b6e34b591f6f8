import type { InventoryEndpoint } from "../inventory/inventory-endpoint.ts";
import { type CodeDoor, defaultBudget, type GatePolicy, type GuardedEndpoint, type Held, type HoldDoor, type SubjectRule } from "./gate-policy.ts";
import { GuardVariants } from "./guard-variants.ts";
import { GuardMaker, type GuardParts } from "./guard-maker.ts";

/**
 * Keeps the picture that the gate is sent: which endpoints it guards and how, as {@link GuardMaker} says. Cheap an exchange: only endpoints that were asked since are
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
  readonly #holding = new Map<InventoryEndpoint, HoldDoor>();
  #held: Held = { prefixes: [], sources: [], sprayed: undefined };
  /** Those of an earlier life are told, too. */
  #heldVersion = -1;
  readonly #touched = new Set<InventoryEndpoint>();
  readonly #maker: GuardMaker;
  /** Of the guards of the last policy. */
  #variants: GuardVariants;
  /** Ids the gate was told of, oldest first: a door that goes on under another name, or is split, is told with them. */
  readonly #told = new Set<string>();
  /** A guard is to be put up or tightened: the gate is told at once. */
  #urgent = false;
  #relabelled = false;
  #sinceSurvey = Number.POSITIVE_INFINITY;
  #surveyed = { version: -1, endpoints: 0, principals: 0, declared: "", fronts: 0 };

  constructor(parts: GuardParts, state: GuardState) {
    this.#parts = parts;
    this.#variants = new GuardVariants([], parts.ports);
    this.#maker = new GuardMaker(
      parts,
      state.held,
      (endpoint) => this.#formerly(endpoint),
      () => this.#variants,
    );
    for (const hash of state.principals) this.#principals.add(hash);
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

  /** Tells the gate soon of what else is held: whoever has many sources flagged does not have a policy made for each. */
  hurryHolds(at: number): void {
    if (this.#parts.heldVersion() !== this.#heldVersion && at - this.#policyAt >= holdsEveryMs) this.#urgent = true;
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
    return this.#maker.held.has(endpointId);
  }

  /** The endpoint goes on under another name. */
  renamed(from: string, to: string): void {
    this.#maker.renamed(from, to);
  }

  exportState(): GuardState {
    return { principals: [...this.#principals], held: [...this.#maker.held], told: [...this.#told] };
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
    let changed = this.#principals.size !== this.#surveyed.principals || this.#parts.fronts.version !== this.#surveyed.fronts;
    if (this.#parts.inventory.version !== this.#surveyed.version || this.#sinceSurvey >= surveyEvery * this.#surveyed.endpoints) changed = this.#survey() || changed;
    else {
      if (this.#relabelled) for (const endpoint of this.#guards.keys()) this.#touched.add(endpoint);
      for (const endpoint of this.#touched) changed = this.#reguard(endpoint) || changed;
    }
    this.#touched.clear();
    this.#relabelled = false;
    const heldVersion = this.#parts.heldVersion();
    if (heldVersion !== this.#heldVersion) {
      changed = true;
      this.#heldVersion = heldVersion;
      this.#held = this.#parts.held();
    }
    const declared = this.#parts.declaredEndpoints?.() ?? [];
    const declaredText = declared.length === 0 ? "" : JSON.stringify(declared.map(({ id }) => id));
    if (!changed && declaredText === this.#surveyed.declared && this.#policy.version > 0) return this.#policy;
    this.#surveyed = { ...this.#surveyed, principals: this.#principals.size, declared: declaredText, fronts: this.#parts.fronts.version };
    const endpoints = [...this.#guards.values()];
    for (const one of declared) {
      if (!endpoints.some((endpoint) => endpoint.method === one.method && endpoint.template === one.template)) endpoints.push(one);
    }
    for (const { id } of endpoints) this.#tell(id);
    this.#variants = new GuardVariants(endpoints, this.#parts.ports);
    this.#policy = {
      version: this.#policy.version + 1,
      mode: this.#parts.mode,
      endpoints,
      principals: [...this.#principals],
      ...this.#startCredits(),
      ...this.#prompts(),
      ...this.#codes(),
      ...this.#holds(),
      ...this.#fronts(),
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

  #holds(): Pick<GatePolicy, "holdDoors" | "heldPrefixes" | "heldSources" | "sprayed"> {
    if (this.#holding.size === 0) return {};
    const { prefixes, sources, sprayed } = this.#held;
    return {
      holdDoors: [...this.#holding.values()],
      ...(prefixes.length === 0 ? {} : { heldPrefixes: prefixes }),
      ...(sources.length === 0 ? {} : { heldSources: sources }),
      ...(sprayed === undefined ? {} : { sprayed }),
    };
  }

  #fronts(): Pick<GatePolicy, "routeFronts"> {
    const fronts = this.#parts.fronts.fronts();
    return fronts.length === 0 ? {} : { routeFronts: fronts };
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
    // After a restart, too, variants are found beside the guards that stood.
    const stood = endpoints.filter(({ id }) => this.isHeld(id));
    for (const endpoint of stood) changed = this.#reguard(endpoint) || changed;
    if (this.#policy.version === 0) this.#variants = new GuardVariants([...this.#guards.values()], this.#parts.ports);
    for (const endpoint of endpoints) if (!this.isHeld(endpoint.id) || !stood.includes(endpoint)) changed = this.#reguard(endpoint) || changed;
    const alive = new Set(endpoints);
    for (const guards of [this.#guards, this.#prompting, this.#checking, this.#holding]) {
      if (guards !== this.#guards) for (const call of this.#parts.inventory.calls()) alive.add(call);
      for (const endpoint of guards.keys()) if (!alive.has(endpoint)) changed = guards.delete(endpoint) || changed;
    }
    return changed;
  }

  /** Looks at one endpoint anew; true when its guard changed, came or went. */
  #reguard(endpoint: InventoryEndpoint): boolean {
    const prompts = put(this.#prompting, endpoint, hasRoom(this.#prompting, endpoint) ? this.#maker.prompt(endpoint, this.#prompting.get(endpoint)) : undefined);
    const codes = put(this.#checking, endpoint, hasRoom(this.#checking, endpoint) ? this.#maker.codeDoor(endpoint, this.#policyAt) : undefined);
    // What is called at a path is guarded with it.
    if (endpoint.operation !== undefined && endpoint.place.leaf?.has(endpoint.key) !== true) return prompts || codes;
    const guard = this.#maker.guard(endpoint, this.#policyAt, this.#guards.get(endpoint));
    const holds = put(this.#holding, endpoint, hasRoom(this.#holding, endpoint) ? this.#maker.holdDoor(endpoint) : undefined);
    return put(this.#guards, endpoint, guard) || prompts || codes || holds;
  }

  /** See {@link GuardMaker.stateOf}. */
  stateOf(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): GuardedEndpoint["state"] | undefined {
    return this.#maker.stateOf(endpoint, rules);
  }
}

/** What outlives a restart: hashes of principals, ids of endpoints under a budget. */
export interface GuardState {
  readonly principals: readonly string[];
  readonly held: readonly string[];
  /** Absent in older states. */
  readonly told?: readonly string[];
}

/** There is, for those that prompt or check codes. */
function hasRoom(guards: ReadonlyMap<InventoryEndpoint, GuardedEndpoint>, endpoint: InventoryEndpoint): boolean {
  return guards.size < promptingMax || guards.has(endpoint);
}

/** Sets or removes; true when that made a difference. */
function put<Guard extends GuardedEndpoint>(guards: Map<InventoryEndpoint, Guard>, endpoint: InventoryEndpoint, guard: Guard | undefined): boolean {
  if (guard === undefined) return guards.delete(endpoint);
  const known = guards.get(endpoint);
  // Doors of codes and of holds have parts of their own, and there are few.
  if (known !== undefined && ((!("wrongCodes" in guard) && !("sort" in guard) && sameParts(known, guard)) || JSON.stringify(known) === JSON.stringify(guard))) return false;
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
    a.won === b.won &&
    a.idle === b.idle &&
    a.signedIn === b.signedIn &&
    a.owned === b.owned &&
    a.before === b.before &&
    a.evidenceShare === b.evidenceShare &&
    a.named === b.named &&
    (a.formerly ?? noIds).length === (b.formerly ?? noIds).length &&
    (a.formerly ?? noIds).every((id, i) => id === b.formerly?.[i]) &&
    (a.apart ?? noIds).join() === (b.apart ?? noIds).join() &&
    (a.tells ?? noIds).length === (b.tells ?? noIds).length &&
    (a.tells ?? []).every(({ id, denies }, i) => id === b.tells?.[i]?.id && denies === b.tells[i].denies) &&
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
/** What is held is part of it, at most this old. */
const holdsEveryMs = 250;
/** Exchanges an endpoint between two looks at all endpoints. */
const surveyEvery = 4;
/** As the inventory keeps. */
const principalsMax = 100_000;
/** Twice as many as one gate guards. */
const toldMax = 8_192;
/** A merge of more guarded doors than this gives the rest of their askers a new start; their endpoint-wide limits go on. */
const formerlyMax = 64;
/** A service has a few. */
const promptingMax = 256;
const noIds: readonly string[] = [];
