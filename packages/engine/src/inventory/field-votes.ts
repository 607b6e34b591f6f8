import type { DataClass } from "./data-classes.ts";
import { hash32 } from "./distinct-counter.ts";
import type { FieldHints } from "./field-hints.ts";
import { governmentIds } from "./government-ids.ts";
import { secretCharactersMax } from "./secret-shapes.ts";
import { castVotes, type VoteName } from "./value-votes.ts";

/** What the values of one field looked like, as counts, and the class they make of it. Never a value: {@link distinctKept} hashes in memory, which no export writes. */
export class FieldVotes {
  readonly hints: FieldHints;
  readonly votes = new Map<VoteName, number>();
  readonly schemes = new Map<number, number>();
  samples = 0;
  #distinctBefore = 0;
  #spreadBefore = 0;
  readonly #seen: number[] = [];
  readonly #heads: number[] = [];

  constructor(hints: FieldHints) {
    this.hints = hints;
  }

  /** Different values, to {@link distinctKept}. */
  get distinct(): number {
    return Math.max(this.#distinctBefore, this.#seen.length);
  }

  /** Different values without their last four characters: few when one is counted up from the other. */
  get spread(): number {
    return Math.max(this.#spreadBefore, this.#heads.length);
  }

  add(value: string | number, seed: number): void {
    if (this.samples >= samplesMax) return;
    const text = typeof value === "number" ? this.#number(value) : value.length > secretCharactersMax ? value.slice(0, secretCharactersMax) : value.trim();
    if (text === "" || masked.test(text.slice(0, 64))) return;
    this.samples++;
    note(this.#seen, hash32(seed, text));
    note(this.#heads, hash32(seed, text.slice(0, -4)));
    if (typeof value === "string" && this.hints.geo !== "none" && /^-?\d{1,3}\.\d{2,15}$/.test(text) && Math.abs(Number(text)) <= (this.hints.geo === "latitude" ? 90 : 180))
      this.#degrees(text);
    castVotes(
      text,
      this.hints,
      this.samples <= plannedMax,
      (name) => this.#vote(name),
      (index) => this.schemes.set(index, (this.schemes.get(index) ?? 0) + 1),
    );
  }

  absorb(other: FieldVotes): void {
    this.samples += other.samples;
    this.#distinctBefore = Math.max(this.distinct, other.distinct);
    this.#spreadBefore = Math.max(this.spread, other.spread);
    for (const [name, count] of other.votes) this.votes.set(name, (this.votes.get(name) ?? 0) + count);
    for (const [index, count] of other.schemes) this.schemes.set(index, (this.schemes.get(index) ?? 0) + count);
  }

  resume(saved: FieldVotesState): void {
    this.samples = saved.samples;
    this.#distinctBefore = saved.distinct;
    this.#spreadBefore = saved.spread;
    for (const [name, count] of saved.votes) this.votes.set(name, count);
    for (const [index, count] of saved.schemes) this.schemes.set(index, count);
  }

  /** What the field is of, given what stands beside it. The order is that of how sure a class is by itself. */
  decide({ person = false, thing = false, otherCoordinate = false }: Beside = {}): { readonly name: DataClass; readonly share: number; readonly scheme?: string } | undefined {
    const { hints, samples } = this;
    if (samples === 0) return undefined;
    const count = (...names: readonly VoteName[]): number => names.reduce((sum, name) => sum + (this.votes.get(name) ?? 0), 0);
    const share = (...names: readonly VoteName[]): number => count(...names) / samples;
    const as = (name: DataClass, part: number): { name: DataClass; share: number } => ({ name, share: Math.min(1, Math.round(part * 1_000) / 1_000) });

    for (const [vote, name] of secrets) if (share(vote) >= 0.3) return as(name, share(vote));
    if (share("mrz") >= 0.5) return as("passport", share("mrz"));
    if (share("email") >= (hints.email ? 0.2 : 0.3) && (hints.email || count("email") >= 3)) return as("email", share("email"));
    if (share("iban") >= 0.5 && (hints.iban || count("iban") >= 2)) return as("iban", share("iban"));
    if (share("mac") >= 0.7 && count("mac") >= 2) return as("mac", share("mac"));
    const ip = share("ipv4", "ipv6");
    if (ip >= 0.6 && !hints.version && (hints.ip || (samples >= 3 && share("ipv4-high", "ipv6") >= ip * 0.6))) return as("ip", ip);

    if (hints.card && share("card") >= 0.7) return as("card", share("card"));
    const government = hints.checked ? undefined : this.#government();
    if (government !== undefined && (hints.government || !hints.phone)) return { ...as("government-id", government.share), scheme: government.scheme };
    if (
      !hints.phone &&
      !hints.government &&
      !hints.checked &&
      share("card") >= 0.95 &&
      this.distinct >= (count("card-grouped") * 2 > samples ? 3 : 8) &&
      (!hints.otherwise || this.distinct >= 16)
    )
      return as("card", share("card"));
    if (hints.passport && share("passport") >= 0.7) return as("passport", share("passport"));
    if (hints.birth && share("date") >= 0.7) return as("birth-date", share("date"));
    if (this.#phone(share, count)) return as("phone", Math.max(share("phone-plus", "phone-plan", "phone-grouped"), share("phone-shape")));
    const degrees = otherCoordinate ? share("degrees") : share("degrees-fine");
    if ((hints.geo === "latitude" || hints.geo === "longitude") && degrees >= 0.7) return as("geo", degrees);
    if (hints.geo === "both" && share("geo-pair", "degrees-fine") >= 0.7) return as("geo", share("geo-pair", "degrees-fine"));
    if (share("geo-fine") >= 0.9 && samples >= 3) return as("geo", share("geo-fine"));
    if (hints.token && share("random") >= 0.6) return as("secret", share("random"));
    if (hints.secret && share("random", "secret-like") >= 0.7) return as("secret", share("secret-like"));
    if (hints.health && share("icd", "words") >= 0.7) return as("health", share("icd", "words"));
    if (hints.postcode && share("postcode") >= 0.7) return as("address", share("postcode"));
    if (hints.address && share("address") >= 0.6) return as("address", share("address"));
    if (share("street") >= 0.7 && count("street") >= 3 && share("text") < 0.5) return as("address", share("street"));
    if (hints.name === "sure" && share("name") >= 0.7) return as("name", share("name"));
    const named = share("group") <= 0.2 && (person || !thing);
    if (named && hints.name === "role" && share("name") >= 0.8 && share("two-names") >= 0.6) return as("name", share("name"));
    if (named && hints.name === "maybe" && share("name") >= 0.8 && share("first-name") >= (person ? 0.1 : 0.3) && share("two-names") >= (person ? 0 : 0.6))
      return as("name", share("name"));
    if (named && hints.name === "none" && !hints.otherwise && share("name") >= 0.9 && this.distinct >= 8 && share("first-name") >= 0.5 && share("two-names") >= 0.6)
      return as("name", share("name"));
    return share("text") >= 0.5 && count("text") >= 2 ? as("free-text", share("text")) : undefined;
  }

  #government(): { readonly scheme: string; readonly share: number } | undefined {
    let best: { scheme: string; share: number; weight: number } | undefined;
    const named = this.hints.schemes;
    for (const [index, count] of this.schemes) {
      const scheme = governmentIds[index];
      if (scheme === undefined) continue;
      const share = count / this.samples;
      const says = named.includes(scheme.name);
      const bits = scheme.bits * Math.min(this.distinct, count);
      const enough = says
        ? share >= 0.6
        : this.hints.government
          ? share >= 0.9 && (bits >= 12 || (scheme.bits >= 1 && this.distinct >= 3))
          : share >= 0.95 && this.distinct >= 8 && bits >= (this.hints.otherwise ? 60 : 24) && (scheme.bits >= 5 || !this.hints.otherwise);
      const weight = (says ? 100 : 0) + share * scheme.bits;
      if (enough && (best === undefined || weight > best.weight)) best = { scheme: scheme.name, share, weight };
    }
    return best;
  }

  #phone(share: (...names: readonly VoteName[]) => number, count: (...names: readonly VoteName[]) => number): boolean {
    const { hints } = this;
    if (hints.card || hints.government || hints.birth || hints.checked) return false;
    if (hints.phone) return share("phone-shape") >= 0.7;
    if (share("phone-plus") >= 0.3 && count("phone-plus") >= 3) return true;
    if (hints.otherwise) return false;
    if (share("phone-grouped", "phone-plus") >= 0.8 && this.distinct >= 3) return true;
    const planned = Math.min(this.samples, plannedMax);
    // Eight numbers that the plan knows, not counted up one from the other, nor begun with a year.
    return count("phone-plan") >= 0.95 * planned && this.distinct >= 8 && this.spread * 3 >= Math.min(this.distinct, distinctKept) && share("year-first") < 0.8;
  }

  #number(value: number): string {
    const { geo } = this.hints;
    if (!Number.isInteger(value)) {
      // A latitude is a number with a fraction inside the globe; what else has a fraction is no identifier.
      if (geo !== "none" && Math.abs(value) <= (geo === "latitude" ? 90 : 180)) this.#degrees(String(value));
      return String(Math.abs(value) < 1e6 ? Math.fround(value) : value);
    }
    return Number.isSafeInteger(value) ? String(value) : "";
  }

  /** A place on earth is written with three decimals or more; with fewer it may be a time in milliseconds or a place on a screen. */
  #degrees(text: string): void {
    this.#vote("degrees");
    if (text.length - text.indexOf(".") > 3) this.#vote("degrees-fine");
  }

  #vote(name: VoteName): void {
    this.votes.set(name, (this.votes.get(name) ?? 0) + 1);
  }
}

/** What else stands in the same object. */
export interface Beside {
  /** A field that only people's records have. */
  readonly person?: boolean;
  /** A field that only things have: a price, a stock. */
  readonly thing?: boolean;
  /** Of a latitude the longitude, of a longitude the latitude. */
  readonly otherCoordinate?: boolean;
}

export interface FieldVotesState {
  readonly samples: number;
  readonly distinct: number;
  readonly spread: number;
  readonly votes: readonly (readonly [VoteName, number])[];
  readonly schemes: readonly (readonly [number, number])[];
  readonly hints: Partial<FieldHints>;
}

/** Samples after which a field is decided for good: more of the same say nothing new. */
export const samplesMax = 512;
/** Distinct values counted; more are only "many". */
export const distinctKept = 24;
/** Values of one field shown to the number plan, at 20 µs each. */
export const plannedMax = 24;

/** A value that was masked says nothing; neither does a placeholder. */
const masked = /\*{2}|•{2}|^[xX#]{3}|^(?:null|none|n\/a|undefined|unknown|-+)$/i;

const secrets: readonly (readonly [VoteName, DataClass])[] = [
  ["jwt", "jwt"],
  ["vendor-key", "secret"],
  ["private-key", "secret"],
  ["url-credentials", "secret"],
];

function note(kept: number[], hash: number): void {
  if (kept.length < distinctKept && !kept.includes(hash)) kept.push(hash);
}
