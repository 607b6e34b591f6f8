import type { Json } from "../exchange/view.ts";
import type { FieldNames } from "./field-names.ts";
import { hash32 } from "./distinct-counter.ts";

/**
 * What stood at one place of a message, over all samples: kinds of value, formats of text, how many different values, and the same of each field or element below.
 * Holds no value: only counts, names as `nameOf` writes them, and 64 bits of a keyed sketch.
 *
 * Bounds: {@link schemaDepthMax} deep, {@link schemaFieldsMax} fields an object (more, and names that are identifiers themselves, count as the field `*`),
 * {@link schemaItemsMax} elements read of an array, and {@link SchemaBudget} over everything.
 */
export class SchemaNode {
  /** Values that stood here. */
  seen = 0;
  readonly kinds: Partial<Record<SchemaKind, number>> = {};
  /** Of text that is not empty. */
  readonly formats: Partial<Record<SchemaFormat, number>> = {};
  readonly fields = new Map<string, SchemaNode>();
  items: SchemaNode | undefined;
  #low = 0;
  #high = 0;

  /** Counts one JSON value. */
  add(value: Json, to: SchemaLearning, depth = 0): void {
    this.seen++;
    if (value === null) this.#kind("null");
    else if (typeof value === "boolean") this.#kind("boolean");
    else if (typeof value === "number") {
      this.#kind(Number.isInteger(value) ? "integer" : "number");
      this.#value(hash32(to.seed, String(value)));
    } else if (typeof value === "string") this.#text(value, to);
    else if (isList(value)) {
      this.#kind("array");
      if (depth >= schemaDepthMax || value.length === 0) return;
      if (this.items === undefined && to.budget.take()) this.items = new SchemaNode();
      for (const item of value.slice(0, schemaItemsMax)) this.items?.add(item, to, depth + 1);
    } else {
      this.#kind("object");
      if (depth >= schemaDepthMax) return;
      let read = 0;
      for (const key in value) {
        if (++read > schemaFieldsMax) break;
        this.field(key, to)?.add(value[key] ?? null, to, depth + 1);
      }
      to.names?.observe(value, { records: this.kinds.object ?? 0, fields: this.fields });
    }
  }

  /** Counts one value that was written as text (a path segment, a query, form, header or cookie value): its kind is read off the text. */
  addText(text: string, to: SchemaLearning): void {
    this.seen++;
    const kind = kindOfText(text);
    if (kind === undefined) this.#text(text, to);
    else {
      this.#kind(kind);
      if (kind !== "boolean") this.#value(hash32(to.seed, text));
    }
  }

  /** Counts one set of named texts, repeats of a name as an array. */
  addPairs(pairs: Iterable<readonly [name: string, text: string]>, to: SchemaLearning): void {
    this.seen++;
    this.#kind("object");
    let read = 0;
    const before = new Map<SchemaNode, number>();
    for (const [name, text] of pairs) {
      if (++read > schemaFieldsMax) break;
      const field = this.field(name, to);
      if (field === undefined) continue;
      const times = (before.get(field) ?? 0) + 1;
      before.set(field, times);
      if (times === 1) {
        field.addText(text, to);
        continue;
      }
      if (times === 2) field.kinds.array = (field.kinds.array ?? 0) + 1;
      field.#read(text, to);
    }
  }

  /** The field of this name, made when there is room; undefined at a bound. */
  field(name: string, to: SchemaLearning): SchemaNode | undefined {
    const plain = nameHoldsValue.test(name) ? anyField : to.nameOf(name);
    const known = this.fields.get(plain);
    if (known !== undefined) return known;
    const kept = this.fields.size >= schemaFieldsMax ? anyField : plain;
    const other = this.fields.get(kept);
    if (other !== undefined) return other;
    if (!to.budget.take()) return undefined;
    const field = new SchemaNode();
    this.fields.set(kept, field);
    return field;
  }

  /** How many different values stood here: one, a few (a choice), or many. */
  get cardinality(): Cardinality {
    const bits = ones(this.#low) + ones(this.#high);
    return bits <= 1 ? "constant" : bits <= fewMax ? "few" : "many";
  }

  /** Places from here down. */
  get size(): number {
    let size = 1 + (this.items?.size ?? 0);
    for (const field of this.fields.values()) size += field.size;
    return size;
  }

  /** Takes over all that another place has counted; `other` must not be used afterwards. */
  absorb(other: SchemaNode, budget: SchemaBudget): void {
    budget.give(1);
    this.seen += other.seen;
    for (const kind of schemaKinds) if (other.kinds[kind] !== undefined) this.kinds[kind] = (this.kinds[kind] ?? 0) + (other.kinds[kind] ?? 0);
    for (const format of schemaFormats) if (other.formats[format] !== undefined) this.formats[format] = (this.formats[format] ?? 0) + (other.formats[format] ?? 0);
    this.#low |= other.#low;
    this.#high |= other.#high;
    if (other.items !== undefined) {
      if (this.items === undefined) this.items = other.items;
      else this.items.absorb(other.items, budget);
    }
    for (const [name, theirs] of other.fields) {
      const kept = this.fields.has(name) || this.fields.size < schemaFieldsMax ? name : anyField;
      const mine = this.fields.get(kept);
      if (mine === undefined) this.fields.set(kept, theirs);
      else mine.absorb(theirs, budget);
    }
  }

  exportState(): SchemaState {
    return {
      s: this.seen,
      k: { ...this.kinds },
      ...(Object.keys(this.formats).length === 0 ? {} : { f: { ...this.formats } }),
      ...(this.#low === 0 && this.#high === 0 ? {} : { v: [this.#low, this.#high] }),
      ...(this.items === undefined ? {} : { i: this.items.exportState() }),
      ...(this.fields.size === 0 ? {} : { o: [...this.fields].map(([name, field]) => [name, field.exportState()]) }),
    };
  }

  static restore(state: SchemaState, budget: SchemaBudget, depth = 0): SchemaNode {
    const node = new SchemaNode();
    node.seen = state.s;
    Object.assign(node.kinds, state.k);
    Object.assign(node.formats, state.f);
    [node.#low = 0, node.#high = 0] = state.v ?? [];
    if (depth > schemaDepthMax) return node;
    if (state.i !== undefined && budget.take()) node.items = SchemaNode.restore(state.i, budget, depth + 1);
    for (const [name, field] of state.o ?? []) if (node.fields.size <= schemaFieldsMax && budget.take()) node.fields.set(name, SchemaNode.restore(field, budget, depth + 1));
    return node;
  }

  #kind(kind: SchemaKind): void {
    this.kinds[kind] = (this.kinds[kind] ?? 0) + 1;
  }

  #text(text: string, to: SchemaLearning): void {
    this.#kind("string");
    if (text === "") return;
    to.names?.value(text);
    const format = formatOf(text);
    this.formats[format] = (this.formats[format] ?? 0) + 1;
    this.#value(hash32(to.seed, text));
  }

  /** As {@link addText} for a further value of the same name: it is of the same parameter, not another sighting of it. */
  #read(text: string, to: SchemaLearning): void {
    const kind = kindOfText(text);
    if (kind === undefined) this.#text(text, to);
    else this.#kind(kind);
  }

  #value(hash: number): void {
    const bit = 1 << (hash & 31);
    if ((hash & 32) === 0) this.#low |= bit;
    else this.#high |= bit;
  }
}

export const schemaKinds = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;
export type SchemaKind = (typeof schemaKinds)[number];

/** `text` is any other string. Names of formats as JSON Schema has them. */
export const schemaFormats = ["uuid", "date-time", "date", "email", "ipv4", "uri", "text"] as const;
export type SchemaFormat = (typeof schemaFormats)[number];

export type Cardinality = "constant" | "few" | "many";

/** What a place needs to learn: how names are written, what values are hashed with, and the room there is. */
export interface SchemaLearning {
  readonly seed: number;
  readonly nameOf: (name: string) => string;
  readonly budget: SchemaBudget;
  /** Learns which hidden names are structure. */
  readonly names?: FieldNames;
}

/** Places left for all endpoints of an inventory. When there is none left, known places go on counting and no new ones are made. */
export class SchemaBudget {
  #left: number;

  constructor(places: number = schemaPlacesMax) {
    this.#left = places;
  }

  take(): boolean {
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }

  give(places: number): void {
    this.#left += places;
  }

  get left(): number {
    return this.#left;
  }
}

/** JSON-able form of a {@link SchemaNode}. */
export interface SchemaState {
  readonly s: number;
  readonly k: Readonly<Partial<Record<SchemaKind, number>>>;
  readonly f?: Readonly<Partial<Record<SchemaFormat, number>>>;
  readonly v?: readonly number[];
  readonly i?: SchemaState;
  readonly o?: readonly (readonly [name: string, field: SchemaState])[];
}

/** The field that stands for all whose names are values, and for those beyond the bound. */
export const anyField = "*";
/** Records nest three or four deep. */
export const schemaDepthMax = 8;
/** Fields of one object; more are a map from values. */
export const schemaFieldsMax = 64;
/** Elements of one array: a list repeats its first element. */
export const schemaItemsMax = 16;
/** About 200 bytes each, so 50 MB at the most: 3,000 endpoints of 80 fields. */
export const schemaPlacesMax = 250_000;
/** Up to so many different values a field is a choice. */
const fewMax = 16;

/** Names that are identifiers themselves (a map by phone number, by id) or too long to be names. */
const nameHoldsValue = /@|\d{5}|^.{129}|^[0-9a-f]{8}-[0-9a-f]{4}-/i;

/** Undefined for text that is nothing but text. */
function kindOfText(text: string): "integer" | "number" | "boolean" | undefined {
  if (text === "true" || text === "false") return "boolean";
  if (text.length > 16) return undefined;
  if (/^-?(?:0|[1-9]\d*)$/.test(text)) return "integer";
  return /^-?(?:0|[1-9]\d*)\.\d+$/.test(text) ? "number" : undefined;
}

function formatOf(text: string): SchemaFormat {
  const { length } = text;
  if (length > 256) return /^https?:\/\/[^\s]+$/.test(text.slice(0, 256)) ? "uri" : "text";
  if (length === 36 && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)) return "uuid";
  if (length === 10 && /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(text)) return "date";
  if (length >= 20 && length <= 40 && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return "date-time";
  if (text.includes("@") && /^[^@\s<>"]{1,64}@[^@\s<>"]{1,190}\.[a-z]{2,24}$/i.test(text)) return "email";
  if (length <= 15 && /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text)) return "ipv4";
  return /^https?:\/\/[^\s]+$/.test(text) ? "uri" : "text";
}

function isList(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
