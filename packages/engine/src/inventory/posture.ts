import type { CredentialSeen, ExchangeView } from "../exchange/view.ts";
import { DistinctCounter } from "./distinct-counter.ts";

/**
 * Whether an endpoint refuses those without a credential, from its own answers, two-sided:
 *
 * - `not enforced`: it answered with data without a credential (or with one that every caller shares) at least
 *   {@link examplesMin} times and never refused one;
 * - `enforced`: it refused with 401 or 403 and answered callers who had a credential;
 * - `optional`: both with and without were answered with data, or the same kind of call was refused once and answered once;
 * - `unproven`: anything else. An endpoint always called with a token is unproven: nobody has seen it refuse.
 *
 * Misses: credentials it does not recognise (see `credentialOf`), refusals dressed as 200 or 404. Sources without
 * request headers say nothing here. A caller can make an endpoint look better only by being refused.
 */
export class Posture {
  /** Answers to calls without a credential. */
  readonly none: OutcomeCounts = newOutcomes();
  /** Answers to calls with one, of any kind. */
  readonly credentialed: OutcomeCounts = newOutcomes();
  readonly kinds = new Set<string>();
  /** Requests that came with secrets in the body or form (password, code): the credential may be there. */
  secretInRequest = 0;
  readonly #callers = new DistinctCounter();
  readonly #slots = new Map<string, Slot>();
  readonly #examples: string[] = [];
  #last: PostureReport | undefined;
  /** Calls since the last report; a report costs more than a count, so it is renewed every {@link reportEvery} calls. */
  #since = 0;

  /** `network` is a 32-bit hash of the caller's network. */
  observe(view: ExchangeView, network: number): void {
    const { exchange, credential } = view;
    if (!exchange.carries.requestHeaders || exchange.response.status === 0) return;
    const outcome = outcomeOf(view);
    this.#callers.add(network);
    this.#since++;
    const counts = credential === undefined ? this.none : this.credentialed;
    // What may turn a verdict is seen at once; the rest only adds up.
    if (counts[outcome] < reportEvery) this.#last = undefined;
    if (credential === undefined) {
      this.none[outcome]++;
      if (outcome === "data") this.#example(exchange.id);
      return;
    }
    this.credentialed[outcome]++;
    if (this.kinds.size < 16) this.kinds.add(credential.kind);
    const slot = this.#slot(credential);
    slot.count++;
    slot.outcomes[outcome]++;
    slot.networks.add(network);
    if (outcome === "data" && slot.example === "") slot.example = exchange.id;
  }

  /** No exchange that carried headers was ever seen: nothing is known here of credentials or of what follows an answer. */
  get blind(): boolean {
    return !outcomeNames.some((outcome) => this.none[outcome] + this.credentialed[outcome] > 0);
  }

  /** The verdict with its counts, at most {@link reportEvery} calls old. */
  report(): PostureReport {
    if (this.#last !== undefined && this.#since < reportEvery) return this.#last;
    this.#since = 0;
    this.#last = this.#report();
    return this.#last;
  }

  #report(): PostureReport {
    const shared = newOutcomes();
    const constants: string[] = [];
    const examples = [...this.#examples];
    for (const [hash, slot] of this.#slots) {
      if (!this.#isShared(slot)) continue;
      constants.push(hash);
      for (const outcome of outcomeNames) shared[outcome] += slot.outcomes[outcome];
      if (slot.example !== "" && examples.length < examplesMax) examples.push(slot.example);
    }
    const other = newOutcomes();
    for (const outcome of outcomeNames) other[outcome] = Math.max(0, this.credentialed[outcome] - shared[outcome]);
    return {
      verdict: verdictOf(this.none, shared, other),
      none: { ...this.none },
      sharedConstant: shared,
      other,
      kinds: [...this.kinds].sort(),
      sharedCredentials: constants,
      examples,
    };
  }

  /** True when this credential was seen from many networks and by nearly every caller here: it proves nothing about who calls. */
  isSharedHere(hash: string): boolean {
    const slot = this.#slots.get(hash);
    return slot !== undefined && this.#isShared(slot);
  }

  absorb(other: Posture): void {
    this.#last = undefined;
    for (const outcome of outcomeNames) {
      this.none[outcome] += other.none[outcome];
      this.credentialed[outcome] += other.credentialed[outcome];
    }
    this.secretInRequest += other.secretInRequest;
    for (const kind of other.kinds) this.kinds.add(kind);
    this.#callers.absorb(other.#callers);
    for (const [hash, slot] of other.#slots) {
      const mine = this.#slots.get(hash);
      if (mine === undefined) {
        if (this.#slots.size < slotsMax) this.#slots.set(hash, slot);
        continue;
      }
      mine.count += slot.count;
      mine.networks.absorb(slot.networks);
      for (const outcome of outcomeNames) mine.outcomes[outcome] += slot.outcomes[outcome];
    }
    for (const id of other.#examples) this.#example(id);
  }

  exportState(): PostureState {
    return {
      none: { ...this.none },
      credentialed: { ...this.credentialed },
      kinds: [...this.kinds],
      secretInRequest: this.secretInRequest,
      callers: this.#callers.exportState(),
      examples: [...this.#examples],
      slots: [...this.#slots].map(([hash, slot]) => ({ hash, count: slot.count, outcomes: { ...slot.outcomes }, networks: slot.networks.exportState(), example: slot.example })),
    };
  }

  static restore(state: PostureState): Posture {
    const posture = new Posture();
    Object.assign(posture.none, state.none);
    Object.assign(posture.credentialed, state.credentialed);
    for (const kind of state.kinds) posture.kinds.add(kind);
    posture.secretInRequest = state.secretInRequest;
    posture.#callers.absorb(DistinctCounter.restore(state.callers));
    for (const id of state.examples) posture.#example(id);
    for (const slot of state.slots.slice(0, slotsMax)) {
      posture.#slots.set(slot.hash, { count: slot.count, outcomes: { ...slot.outcomes }, networks: DistinctCounter.restore(slot.networks), example: slot.example });
    }
    return posture;
  }

  #isShared(slot: Slot): boolean {
    const networks = slot.networks.count;
    return networks >= sharedNetworksMin && networks >= sharedCallersShare * this.#callers.count;
  }

  #example(id: string): void {
    if (this.#examples.length < examplesMax) this.#examples.push(id);
  }

  #slot(credential: CredentialSeen): Slot {
    const known = this.#slots.get(credential.hash);
    if (known !== undefined) return known;
    if (this.#slots.size >= slotsMax) {
      // The least used goes; a constant that everybody uses outlives this at once.
      let least = "";
      let count = Infinity;
      for (const [hash, slot] of this.#slots) {
        if (slot.count < count) {
          least = hash;
          count = slot.count;
        }
      }
      this.#slots.delete(least);
    }
    const slot: Slot = { count: 0, outcomes: newOutcomes(), networks: new DistinctCounter(), example: "" };
    this.#slots.set(credential.hash, slot);
    return slot;
  }
}

export type PostureVerdict = "enforced" | "not enforced" | "optional" | "unproven";

export interface OutcomeCounts {
  /** 2xx with data. */
  data: number;
  /** 2xx without. */
  empty: number;
  /** 401 or 403. */
  refused: number;
  other: number;
}

export interface PostureReport {
  readonly verdict: PostureVerdict;
  readonly none: OutcomeCounts;
  readonly sharedConstant: OutcomeCounts;
  readonly other: OutcomeCounts;
  readonly kinds: readonly string[];
  /** Hashes of the credentials that count as none. */
  readonly sharedCredentials: readonly string[];
  /** Exchange ids of data given without a credential of one's own, at most {@link examplesMax}. */
  readonly examples: readonly string[];
}

export interface PostureState {
  readonly none: OutcomeCounts;
  readonly credentialed: OutcomeCounts;
  readonly kinds: readonly string[];
  readonly secretInRequest: number;
  readonly callers: readonly number[];
  readonly examples: readonly string[];
  readonly slots: readonly { readonly hash: string; readonly count: number; readonly outcomes: OutcomeCounts; readonly networks: readonly number[]; readonly example: string }[];
}

/** Answers with data needed before an endpoint is called not enforced: one may be a health check or a cache. */
export const examplesMin = 3;
/** Exchange ids kept to show it. */
export const examplesMax = 8;
/** Each outcome's first calls renew the report at once, later ones every so many. */
export const reportEvery = 16;
/** A credential from fewer networks may be one customer with several sites. */
export const sharedNetworksMin = 5;
/** A customer's own key is used by part of the callers, a key embedded in an app by nearly all. */
export const sharedCallersShare = 0.9;
/** Credentials watched per endpoint; a shared one is among the most used by definition. */
export const slotsMax = 16;

interface Slot {
  count: number;
  readonly outcomes: OutcomeCounts;
  readonly networks: DistinctCounter;
  example: string;
}

const outcomeNames = ["data", "empty", "refused", "other"] as const;

function newOutcomes(): OutcomeCounts {
  return { data: 0, empty: 0, refused: 0, other: 0 };
}

function verdictOf(none: OutcomeCounts, shared: OutcomeCounts, other: OutcomeCounts): PostureVerdict {
  const data = none.data + shared.data;
  const refused = none.refused + shared.refused;
  const answered = other.data + other.empty;
  if (data >= examplesMin && refused === 0) return other.data > 0 ? "optional" : "not enforced";
  if (data > 0 && (other.data > 0 || refused > 0)) return "optional";
  if (data === 0 && none.empty + shared.empty === 0 && refused + other.refused > 0 && answered > 0) return "enforced";
  return "unproven";
}

function outcomeOf(view: ExchangeView): keyof OutcomeCounts {
  const { response } = view.exchange;
  if (response.status === 401 || response.status === 403) return "refused";
  if (response.status < 200 || response.status > 299) return "other";
  if (response.status === 204) return "empty";
  const json = view.responseJson;
  if (json !== undefined) {
    if (json === null || json === "") return "empty";
    if (typeof json === "object") return holdsAnything(json) ? "data" : "empty";
    return "data";
  }
  return (response.size ?? response.body?.length ?? 0) > 2 ? "data" : "empty";
}

function holdsAnything(json: object): boolean {
  for (const _ in json) return true;
  return false;
}
