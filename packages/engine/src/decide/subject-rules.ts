import { OldestKey } from "../detect/observe/oldest-key.ts";
import { naturalKeyTypes, type Subject } from "../exchange/subject.ts";
import { personalDataClasses } from "../inventory/data-classes.ts";
import type { EndpointKind } from "../detect/kinds/endpoint-kind.ts";
import { operationsOfAllMax } from "../inventory/calls/operations.ts";
import { inventoryBounds } from "../inventory/inventory-limits.ts";
import type { InventoryEndpoint } from "../inventory/inventory-endpoint.ts";
import { namesPerson } from "../inventory/names-person.ts";
import type { Anchor, Budget, SubjectRule, UniformAnswer } from "./gate-policy.ts";

/**
 * Where each endpoint's requests name somebody: by the operator's word, else as learned from its parameters. By endpoint id. Bound: {@link rulesMax}; the one looked at
 * first goes, such as those of hosts that somebody invented and the inventory let go, and one in use is read off its parameters anew.
 */
export class SubjectRules {
  readonly #declaredBy: DeclaredOf | undefined;
  readonly #max: number;
  readonly #rules = new Map<string, readonly SubjectRule[]>();
  readonly #oldest = new OldestKey(this.#rules);
  readonly #about = new WeakMap<readonly SubjectRule[], boolean>();

  constructor(declaredBy: DeclaredOf | undefined, max = rulesMax) {
    this.#declaredBy = declaredBy;
    this.#max = max;
  }

  /** Ids of endpoints whose requests name somebody or may. */
  endpointIds(): IterableIterator<string> {
    return this.#rules.keys();
  }

  /** As last looked at; undefined when it was not yet. */
  known(endpointId: string): readonly SubjectRule[] | undefined {
    return this.#rules.get(endpointId);
  }

  forget(endpointId: string): void {
    this.#rules.delete(endpointId);
  }

  of(endpoint: InventoryEndpoint): readonly SubjectRule[] {
    const held = this.#rules.get(endpoint.id);
    // Reading all parameters costs microseconds: every request while it is young, then now and again.
    if (held !== undefined && endpoint.requests > rulesFreshMax && endpoint.requests % (endpoint.requests > rulesSettledMin ? rulesSettledEvery : rulesEvery) !== 0) return held;
    const declared = this.declared(endpoint)?.subjects;
    const next = declared ?? endpoint.identifierRules();
    if (held !== undefined && sameRules(held, next)) return held;
    if (held === undefined && this.#rules.size >= this.#max) {
      const oldest = this.#oldest.take();
      if (oldest !== undefined) this.#rules.delete(oldest);
    }
    this.#rules.set(endpoint.id, next);
    return next;
  }

  /** The operator's word on an endpoint, by its template in clear; what he named may be shown. */
  declared(endpoint: InventoryEndpoint): Declared | undefined {
    if (this.#declaredBy === undefined) return undefined;
    const declared = this.#declaredBy({ method: endpoint.method, host: endpoint.host, template: endpoint.clearTemplate });
    if (declared !== undefined) endpoint.reveal();
    return declared;
  }

  /** Its identifiers or answers are about people. */
  isAbout(endpoint: InventoryEndpoint, rules: readonly SubjectRule[]): boolean {
    let about = this.#about.get(rules);
    if (about === undefined) {
      about = natural(rules) || namesPerson(rules, endpoint.clearTemplate);
      this.#about.set(rules, about);
    }
    return about || personal(endpoint);
  }
}

/** The operator's word on an endpoint, from the configuration. */
export type DeclaredOf = (endpoint: { readonly method: string; readonly host: string; readonly template: string }) => Declared | undefined;

export interface Declared {
  readonly subjects?: readonly SubjectRule[];
  readonly oracle?: boolean;
  readonly anchor?: Anchor["kind"];
  /** What it is for; `unproven` keeps the detectors of codes and sign-ins off it. */
  readonly kind?: EndpointKind;
  /** The same in the operator's word, for people. */
  readonly word?: string;
  /** Statuses that mean success on a declared anchor; any of 2xx when absent. */
  readonly anchorSuccess?: readonly number[];
  readonly budget?: Partial<Budget>;
  readonly uniform?: UniformAnswer;
  /** What is answered to who is held here for abuse of messages or sign-ins, in place of 429. */
  readonly held?: UniformAnswer;
}

/** Identifiers that are somebody's by their kind: a phone number, an address, a name. */
export function natural(of: readonly { readonly type: Subject["type"] }[]): boolean {
  return of.some((one) => naturalKeyTypes.includes(one.type));
}

/** Its answers hold data that makes an object's existence somebody's business. */
function personal(endpoint: InventoryEndpoint): boolean {
  for (const name of endpoint.dataClasses) if (personalDataClasses.has(name)) return true;
  return false;
}

function sameRules(a: readonly SubjectRule[], b: readonly SubjectRule[]): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every((rule, i) => rule.type === b[i]?.type && rule.location.in === b[i]?.location.in && rule.location.name === b[i]?.location.name && rule.country === b[i]?.country))
  );
}

/** As many endpoints as an inventory holds, and calls by name behind them. */
const rulesMax = inventoryBounds.endpointsMax + operationsOfAllMax;
const rulesFreshMax = 128;
const rulesEvery = 16;
/** What has been asked so often changes its parameters seldom. */
const rulesSettledMin = 1_024;
const rulesSettledEvery = 64;
