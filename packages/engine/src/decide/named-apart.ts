import { type AsnTable, asnTableOf } from "../detect/names/asn-table.ts";
import type { ClientAttributes } from "../detect/names/client-attributes.ts";
import { attributeKinds } from "../detect/names/client-attributes.ts";
import { BernoulliCusum } from "../detect/observe/bernoulli-cusum.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import type { NamedClients } from "./gate-policy.ts";

/**
 * Holds off only those newcomers whom the ledger has named as the attack's clients, or who ask where a list stands that is gone through in order, while D4 narrows them all otherwise. Named ones share a purse of their own, far smaller than the trickle; what the
 * others ask is answered as on calm days, and judged by a test of its own: CUSUMs from the share that honest newcomers leave, at a lower threshold than the one that raised the alarm. Once that speaks, the attack goes on
 * outside of what was named, and everybody is narrowed as without a name: for six hours, doubled each time.
 *
 * An attacker who reads this may change his clients' looks once he is named. That buys him what the test needs, about as much as a new attack does before it is found, and each time for twice as long
 * a wait. Imitating honest clients gets nobody named: the ledger names only whom few honest people are among.
 */
export class NamedApart {
  #rule: NamedClients | undefined;
  #asns: AsnTable | undefined;
  #values: readonly (readonly (readonly [kind: number, values: ReadonlySet<string>])[])[] = [];
  readonly #others = policy.shareRises.map((rise) => ({ rise, cusum: new BernoulliCusum(policy.othersAlarmAt) }));
  #heldOffUntil = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #tokens = 0;
  #tokensAt = 0;
  #namedAt = Number.NEGATIVE_INFINITY;

  /** The ledger's name as of now. Says `over` when it takes one back whom nobody has matched for long. */
  obey(rule: NamedClients | undefined, at: number): "over" | undefined {
    if (rule === this.#rule) return undefined;
    const had = this.#rule;
    this.#rule = rule;
    this.#asns = rule?.ranges === undefined ? undefined : asnTableOf(rule.ranges);
    this.#values = (rule?.subsets ?? []).map((parts) => parts.map(({ kind, values }) => [attributeKinds.indexOf(kind), new Set(values)] as const));
    return rule === undefined && had !== undefined && at >= this.#heldOffUntil && at - this.#namedAt > policy.namedOverMs ? "over" : undefined;
  }

  /** Where a newcomer with these looks stands; undefined while nobody is held apart. */
  sideOf(client: LooksOf, at: number): Side | undefined {
    if (this.#rule === undefined || at < this.#heldOffUntil) return undefined;
    const attributes = client(this.#asns);
    const rank = Number(attributes[attributeKinds.length] ?? Number.NaN);
    if (this.#rule.fronts?.some(({ from, to }) => rank >= from && rank <= to) === true) return "named";
    return this.#values.some((parts) => parts.every(([kind, values]) => values.has(attributes[kind] ?? ""))) ? "named" : "others";
  }

  /** Whether one who was named may learn `cost` more; takes it from what they share. */
  takes(cost: number, at: number): boolean {
    this.#namedAt = Math.max(at, this.#namedAt);
    this.#tokens = Math.min(1, this.#tokens + Math.max(0, at - this.#tokensAt) * policy.namedPerMs);
    this.#tokensAt = Math.max(at, this.#tokensAt);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Outcome of an answer to one of the others. True when it shows that the attack is among them. */
  othersJudged(anchored: boolean, honest: number, at: number): boolean {
    let reached = false;
    for (const { rise, cusum } of this.#others) reached = cusum.add(!anchored, honest, Math.min(0.98, honest + rise * (1 - honest))) || reached;
    if (!reached) return false;
    for (const { cusum } of this.#others) cusum.value = 0;
    this.#heldOffUntil = at + policy.namedAgainMs * 2 ** Math.min(7, this.#failures++);
    return true;
  }
}

/** What a newcomer's client looks like, its network by this list; asked for only while somebody is named. */
export type LooksOf = (asns: AsnTable | undefined) => ClientAttributes;
export type Side = "named" | "others";
