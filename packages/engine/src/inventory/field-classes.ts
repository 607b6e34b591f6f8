import type { Json } from "../exchange/view.ts";
import type { DataClass } from "./data-classes.ts";
import { type FieldHints, fieldHints } from "./field-hints.ts";
import { FieldVotes, type FieldVotesState } from "./field-votes.ts";
import { SchemaBudget } from "./schema-node.ts";

/**
 * The data classes of the fields of one kind of message (an endpoint's answers, its requests, its refusals), decided from many samples of each: a checksum
 * that holds in one value is chance, in every value of a field it is what the field is for. Values are never kept, only counts.
 *
 * At most {@link fieldsMax} fields, {@link readMax} values of one message, {@link depthMax} deep; later fields are not looked at, nor any new one once the
 * budget over all endpoints is used up.
 *
 * Misses: names, addresses, dates of birth, passports and health data under names that do not say so (a name needs given names it knows, and a surname beside them);
 * phone numbers without `+`, of one country whose numbers have fewer than eight digits, under such names; coordinates with fewer than three decimals without
 * their partner; personal data inside free text. Mistakes: a system that gives its own ids the check digit of a state's or a card scheme's; numbers grouped like
 * those of US social security (`###-##-####`) or like American phones under names that say nothing; versions of four parts that begin above 23; things that are
 * all called like people, where no price or stock stands beside them.
 */
export class FieldClasses {
  readonly #seed: number;
  readonly #nameOf: (name: string) => string;
  readonly #budget: SchemaBudget;
  readonly #sent: boolean;
  readonly #fields = new Map<string, FieldVotes>();
  #classes: ReadonlySet<DataClass> | undefined;

  constructor(seed: number, nameOf: (name: string) => string = (name) => name, more: FieldClassesOptions = {}) {
    this.#seed = seed;
    this.#nameOf = nameOf;
    this.#budget = more.budget ?? new SchemaBudget(fieldsMax);
    this.#sent = more.sent === true;
  }

  /** Reads one body. `place` is put before each field's path: `json`, `404`. */
  observe(json: Json, place = ""): void {
    this.#classes = undefined;
    let read = 0;
    const path: string[] = [];
    const walk = (value: Json, key: string, depth: number): void => {
      if (depth > depthMax || read >= readMax || value === null || typeof value === "boolean") return;
      if (typeof value === "object") {
        if (Array.isArray(value)) for (const item of (value as readonly Json[]).slice(0, itemsMax)) walk(item, key, depth + 1);
        else
          for (const [name, item] of Object.entries(value)) {
            if (read >= readMax) return;
            path.push(name);
            const own = nameHoldsValue.test(name) ? "*" : this.#nameOf(name);
            walk(item, key === "" ? own : `${key}.${own}`, depth + 1);
            path.pop();
          }
        return;
      }
      read++;
      this.add(key, path, value);
    };
    walk(json, place, 0);
  }

  /** Reads named texts, as a query or a form has them, in `place`. */
  observePairs(pairs: Iterable<readonly [name: string, text: string]>, place: string): void {
    let read = 0;
    for (const [name, text] of pairs) {
      if (++read > readMax) return;
      const own = nameHoldsValue.test(name) ? "*" : this.#nameOf(name);
      this.add(`${place}.${own}`, [name], text);
    }
  }

  /** One value of a field. `key` is how the field is kept, `path` its names as they came (only hints are taken from them). */
  add(key: string, path: readonly string[], value: string | number): void {
    let field = this.#fields.get(key);
    if (field === undefined) {
      if (this.#fields.size >= fieldsMax || key.length > keyCharactersMax || !this.#budget.take()) return;
      field = new FieldVotes(fieldHints(path));
      this.#fields.set(key, field);
    }
    field.add(value, this.#seed);
    this.#classes = undefined;
  }

  /** Every class a field was found to be of. */
  classes(): ReadonlySet<DataClass> {
    this.#classes ??= new Set(this.fields().map((field) => field.class));
    return this.#classes;
  }

  /** Fields with a class, and how sure it is. */
  fields(): readonly ClassifiedField[] {
    const people = new Set<string>();
    const things = new Set<string>();
    const puzzles = new Set<string>();
    const coordinates = new Set<string>();
    for (const [key, field] of this.#fields) {
      const owner = ownerOf(key);
      if (!this.#sent && field.hints.captcha === "puzzle") puzzles.add(owner);
      if (field.hints.thing) things.add(owner);
      if (field.hints.geo === "latitude" || field.hints.geo === "longitude") coordinates.add(`${field.hints.geo} ${owner}`);
      if (personal.has(field.decide()?.name)) people.add(owner);
    }
    const list: ClassifiedField[] = [];
    for (const [key, field] of this.#fields) {
      const owner = ownerOf(key);
      const solved = field.hints.captcha === "solution" && field.samples > 0 && puzzles.has(owner);
      const otherCoordinate = coordinates.has(`${field.hints.geo === "latitude" ? "longitude" : "latitude"} ${owner}`);
      // A captcha that comes with its solution keeps nobody out.
      const found = solved ? { name: "secret" as const, share: 1, scheme: undefined } : field.decide({ person: people.has(owner), thing: things.has(owner), otherCoordinate });
      if (found !== undefined)
        list.push({ field: key, class: found.name, ...(found.scheme === undefined ? {} : { scheme: found.scheme }), samples: field.samples, share: found.share });
    }
    return list;
  }

  /** Takes over all that another has counted; `other` must not be used afterwards. */
  absorb(other: FieldClasses): void {
    this.#classes = undefined;
    for (const [key, field] of other.#fields) {
      const mine = this.#fields.get(key);
      if (mine !== undefined) mine.absorb(field);
      else if (this.#fields.size < fieldsMax) {
        this.#fields.set(key, field);
        continue;
      }
      other.#budget.give(1);
    }
    other.#fields.clear();
  }

  /** Gives its places back: the endpoint was none. */
  release(): void {
    this.#budget.give(this.#fields.size);
    this.#fields.clear();
    this.#classes = undefined;
  }

  exportState(): FieldClassesState {
    return [...this.#fields].map(([key, field]) => ({
      key,
      samples: field.samples,
      distinct: field.distinct,
      spread: field.spread,
      votes: [...field.votes],
      schemes: [...field.schemes],
      hints: sparse(field.hints),
    }));
  }

  restore(state: FieldClassesState): void {
    this.#classes = undefined;
    for (const saved of state.slice(0, fieldsMax)) {
      if (!this.#fields.has(saved.key) && !this.#budget.take()) return;
      const field = new FieldVotes({ ...fieldHints([]), ...saved.hints });
      field.resume(saved);
      this.#fields.set(saved.key, field);
    }
  }
}

export interface FieldClassesOptions {
  /** Fields left for all endpoints; without it, for this one. */
  readonly budget?: SchemaBudget;
  /** True for what callers send: who solves a captcha gives nothing away. */
  readonly sent?: boolean;
}

export interface ClassifiedField {
  /** Its path, each name as it may be written. */
  readonly field: string;
  readonly class: DataClass;
  /** Which government id. */
  readonly scheme?: string;
  readonly samples: number;
  /** Share of the samples that fit. */
  readonly share: number;
}

export type FieldClassesState = readonly (FieldVotesState & { readonly key: string })[];

/** Fields looked at for each kind of message of an endpoint: records of people have fewer. */
export const fieldsMax = 64;
/** Fields of all endpoints together, measured at 1.5 KB each: 150 MB at the very worst, and enough for 3,000 endpoints of 30 fields. */
export const classifiedFieldsMax = 100_000;
/** Values read of one message, elements of one array, depth. */
export const readMax = 256;
export const itemsMax = 8;
export const depthMax = 8;
export const keyCharactersMax = 256;

/** Names that are identifiers themselves (a map by phone number) share one entry. */
const nameHoldsValue = /@|\d{5}|^.{129}/;

/** Classes that only people's records have: a `name` beside them is a person's. */
const personal: ReadonlySet<DataClass | undefined> = new Set<DataClass>(["birth-date", "email", "government-id", "passport", "phone"]);

function ownerOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf(".")));
}

/** Only what a name said. */
function sparse(hints: FieldHints): Partial<FieldHints> {
  return Object.fromEntries(Object.entries(hints).filter(([, value]) => value !== false && value !== "none" && !(Array.isArray(value) && value.length === 0)));
}
