import { isProofName } from "../anchors/scalars.ts";
import { kindPolicy as policy } from "./kind-policy.ts";
import { plainOutcome, type TryOutcome } from "./outcome.ts";
import { type Field, lastName } from "./request-fields.ts";
import { Turns, type TurnState } from "./turns.ts";

/**
 * What one endpoint's requests and answers say of it as a place where something is tried: which field is what callers correct, which answers refuse, and whether what was
 * accepted once is accepted again.
 */
export class EndpointTries {
  readonly turns: Turns;
  readonly #fields = new Map<string, FieldStats>();
  /** Accepted tries, and how long what was tried was. */
  accepted = 0;
  refused = 0;
  lengthMin = Number.POSITIVE_INFINITY;
  lengthMax = 0;
  /** Accepted ones that were no word of letters and digits. */
  unlike = 0;
  /** Accounts let in again with the same secret, with another one. */
  reused = 0;
  changed = 0;
  /** Requests seen, or as many as the field seen most where that is all that is known. */
  #requests = 0;
  #proof: string | undefined;
  #labels = new Map<string, TryOutcome>();
  /** Labels of answers that refuse without a status or a flag that says so; made anew only when they change. */
  refusals: readonly string[] = [];

  /** By a method that changes nothing: pages are read like that, and who reads on corrects nothing. */
  readonly safe: boolean;

  constructor(safe: boolean, state?: TriesState) {
    this.safe = safe;
    this.turns = new Turns(state?.turns);
    if (state === undefined) return;
    this.accepted = state.accepted;
    this.refused = state.refused;
    this.lengthMin = state.lengthMin ?? Number.POSITIVE_INFINITY;
    this.lengthMax = state.lengthMax;
    this.unlike = state.unlike;
    this.reused = state.reused;
    this.changed = state.changed;
    for (const [name, same, differ, natural, seen] of state.fields.slice(0, fieldsMax)) {
      this.#fields.set(name, { same, differ, natural, seen });
      this.#requests = Math.max(this.#requests, seen);
    }
    this.#decide();
  }

  fieldNames(): Iterable<string> {
    return this.#fields.keys();
  }

  /** The field that carries what is tried; undefined while the traffic has not shown it. */
  get proof(): string | undefined {
    return this.#proof;
  }

  outcome(label: string): TryOutcome {
    const plain = plainOutcome(label);
    if (plain !== "unclear") return plain;
    // Where refusals have a status of their own, what is answered otherwise is none.
    return this.#labels.get(label) ?? (this.refused > 0 ? "accepted" : "unclear");
  }

  /** Values of one request, by field. `natural`: fields that name somebody. */
  saw(fields: readonly Field[], natural: (field: Field) => boolean): void {
    this.#requests++;
    for (const field of fields) {
      let stats = this.#fields.get(field.name);
      if (stats === undefined) {
        if (this.#fields.size >= fieldsMax && !this.#makeRoom()) continue;
        stats = { same: 0, differ: 0, natural: 0, seen: 0 };
        this.#fields.set(field.name, stats);
      }
      stats.seen++;
      if (natural(field)) stats.natural++;
    }
  }

  /** The same caller came again soon: what stayed, what changed, and how the answers differ. `told`: answers may be told apart by more than their status and flags. */
  retried(from: string, to: string, network: string, kept: readonly string[], changed: readonly string[], told: boolean): void {
    for (const name of kept) {
      const stats = this.#fields.get(name);
      if (stats !== undefined) stats.same++;
    }
    for (const name of changed) {
      const stats = this.#fields.get(name);
      if (stats !== undefined) stats.differ++;
    }
    if (from === to || changed.length === 0) return;
    if (!told && plainOutcome(from) === "unclear" && plainOutcome(to) === "unclear") return;
    this.turns.add(from, to, network, changed);
    this.#decide();
  }

  /** Fields that say on what something is tried: they stay while the try changes, or name somebody, or stand in the path. */
  isKey(name: string): boolean {
    if (name === this.#proof) return false;
    const stats = this.#fields.get(name);
    return stats !== undefined && (name.startsWith("path:") || stats.natural * 2 > stats.seen || stats.same > 4 * stats.differ);
  }

  /** The field that carries what is tried by the operator's word that there is one: the only one it can be, or the only one that is called like it. */
  likelyProof(fields: readonly Field[]): string | undefined {
    if (this.#proof !== undefined) return this.#proof;
    const left = fields.filter((field) => !this.#isNatural(field.name)).map((field) => field.name);
    const named = left.filter((name) => isProofName(lastName(name)));
    return named.length === 1 ? named[0] : left.length === 1 ? left[0] : undefined;
  }

  /** Always as many letters or digits, and few of them. */
  get codeLike(): boolean {
    return (
      this.accepted >= policy.acceptedMin &&
      this.unlike === 0 &&
      this.lengthMin === this.lengthMax &&
      this.lengthMin >= policy.codeLengthMin &&
      this.lengthMax <= policy.codeLengthMax
    );
  }

  exportState(): TriesState {
    return {
      safe: this.safe,
      turns: this.turns.exportState(),
      fields: [...this.#fields].map(([name, { same, differ, natural, seen }]) => [name, same, differ, natural, seen]),
      accepted: this.accepted,
      refused: this.refused,
      lengthMin: Number.isFinite(this.lengthMin) ? this.lengthMin : undefined,
      lengthMax: this.lengthMax,
      unlike: this.unlike,
      reused: this.reused,
      changed: this.changed,
    };
  }

  /** A field that few requests have gives way: whoever came first with invented ones. */
  #makeRoom(): boolean {
    for (const [name, { seen }] of this.#fields) if (seen * rareShare < this.#requests) return this.#fields.delete(name);
    return false;
  }

  #isNatural(name: string): boolean {
    const stats = this.#fields.get(name);
    return stats !== undefined && stats.natural * 2 > stats.seen;
  }

  #decide(): void {
    const votes = new Map<string, number>();
    this.#labels = new Map();
    let networks = 0;
    for (const turn of this.turns.oneWay()) {
      const [from, to] = [plainOutcome(turn.from), plainOutcome(turn.to)];
      if ((from !== "refused" && from !== "unclear") || (to !== "accepted" && to !== "unclear")) continue;
      if (turn.networks >= policy.networksMin) {
        if (from === "unclear") this.#labels.set(turn.from, "refused");
        if (to === "unclear") this.#labels.set(turn.to, "accepted");
      }
      networks += turn.networks;
      for (const [name, count] of turn.fields) if (!this.#isNatural(name)) votes.set(name, (votes.get(name) ?? 0) + count);
    }
    const refusals = [...this.#labels].flatMap(([label, outcome]) => (outcome === "refused" ? [label] : [])).sort();
    if (refusals.join() !== this.refusals.join()) this.refusals = refusals;
    const ranked = [...votes].sort((a, b) => b[1] - a[1]);
    const [first, second] = ranked;
    this.#proof = undefined;
    if (first === undefined || networks < policy.networksMin || first[1] < policy.networksMin) return;
    // One-time values of a form (against replay) change with every try as the secret does: then its name decides, and without one it stays open.
    const tied = second === undefined ? [first[0]] : ranked.filter(([, count]) => count * 5 >= first[1] * 4).map(([name]) => name);
    if (tied.length === 1) this.#proof = tied[0];
    else {
      const named = tied.filter((name) => isProofName(lastName(name)));
      if (named.length === 1) this.#proof = named[0];
    }
  }
}

export interface TriesState {
  readonly safe: boolean;
  readonly turns: readonly TurnState[];
  readonly fields: readonly (readonly [name: string, same: number, differ: number, natural: number, seen: number])[];
  readonly accepted: number;
  readonly refused: number;
  readonly lengthMin: number | undefined;
  readonly lengthMax: number;
  readonly unlike: number;
  readonly reused: number;
  readonly changed: number;
}

interface FieldStats {
  same: number;
  differ: number;
  natural: number;
  seen: number;
}

/** Fields looked at in an endpoint: where something is tried there are few. */
export const fieldsMax = 12;
/** A field that fewer than one in so many requests have is no part of the form. */
const rareShare = 16;
