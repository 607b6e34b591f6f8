import { isArray, keyName } from "./json-shape.ts";
import { normalForm } from "./normal-form.ts";
import type { Ports } from "./ports.ts";
import type { Batch } from "./subject-collector.ts";
import type { Json } from "./view.ts";

/**
 * Which parts of an answer speak of whom, for each of several people asked about; see {@link classifyBatch}. Undefined when it cannot be told: nobody asked about stands
 * in an answer that lists others, or there is more of it than {@link elementStepsMax} values.
 */
export function elementsOf(json: Json, batch: Batch, ports: Ports): Places | undefined {
  return new Finder(batch, ports).find(json);
}

/** Parts of one answer by subject. */
export interface Places {
  readonly of: readonly (readonly Part[])[];
  readonly samples: readonly { readonly json: Json; readonly echo: string }[];
  readonly rest: Json | undefined;
}

export interface Part {
  /** Where it stands, lists as `[]`, maps by identifier as `*`. */
  readonly path: string;
  /** Of the list it stands in; `""` where that has none. */
  readonly name: string;
  readonly json: Json;
}

/** Values read of one answer: a thousand people with twenty fields each. */
export const elementStepsMax = 20_000;
const depthMax = 12;
const samplesMax = 16;
const formCharsMax = 320;
const nobody = -1;
const several = -2;

class Finder {
  readonly #ports: Ports;
  readonly #batch: Batch;
  readonly #byForm = new Map<string, number>();
  readonly #held = new Map<object, number>();
  readonly #of: Part[][];
  #left = elementStepsMax;
  /** A list or map with entries that speak of nobody asked about. */
  #others = false;
  #empty = false;
  #inPlace = false;

  constructor(batch: Batch, ports: Ports) {
    this.#ports = ports;
    this.#batch = batch;
    this.#of = batch.subjects.map(() => []);
    for (const [index, text] of batch.texts.entries()) {
      this.#byForm.set(normalForm(batch.type, text), index);
      const written = batch.written?.[index] ?? "";
      if (written !== "") this.#byForm.set(written, index);
    }
  }

  find(json: Json): Places | undefined {
    const whom = this.#whom(json, 0);
    if (this.#left <= 0) return undefined;
    if (whom === nobody) {
      const aligned = this.#aligned(json);
      if (aligned) return this.#places(undefined);
      // Without an empty place where matches would stand, nobody may be said to be missing there.
      if (this.#others || !this.#empty) return undefined;
      return this.#places(json);
    }
    this.#collect(json, "", "", whom);
    return this.#places(this.#inPlace ? undefined : this.#without(json, 0));
  }

  #places(rest: Json | undefined): Places {
    const samples: { readonly json: Json; readonly echo: string }[] = [];
    for (const [index, parts] of this.#of.entries()) {
      for (const { json } of parts) if (samples.length < samplesMax) samples.push({ json, echo: this.#batch.texts[index] ?? "" });
    }
    return { of: this.#of, samples, rest };
  }

  #asked(text: string): number {
    return text.length > formCharsMax ? nobody : (this.#byForm.get(normalForm(this.#batch.type, text)) ?? nobody);
  }

  /** Of whom a value speaks: an index, nobody, or several. */
  #whom(node: Json, depth: number): number {
    if (--this.#left <= 0) return nobody;
    if (typeof node === "string") return this.#asked(node);
    if (typeof node === "number") return this.#asked(String(node));
    if (node === null || typeof node !== "object" || depth > depthMax) return nobody;
    let whom = nobody;
    if (Object.keys(node).length === 0) this.#empty = true;
    if (isArray(node)) {
      for (const one of node) {
        const of = this.#whom(one, depth + 1);
        if (of === nobody) this.#others = true;
        whom = both(whom, of);
      }
    } else {
      for (const [key, value] of Object.entries(node)) {
        whom = both(whom, this.#asked(key));
        whom = both(whom, this.#whom(value, depth + 1));
      }
    }
    this.#held.set(node, whom);
    return whom;
  }

  #of1(node: Json): number {
    if (typeof node === "string") return this.#asked(node);
    if (typeof node === "number") return this.#asked(String(node));
    return node === null || typeof node !== "object" ? nobody : (this.#held.get(node) ?? nobody);
  }

  #collect(node: Json, path: string, name: string, whom: number): void {
    if (node === null || typeof node !== "object") {
      if (whom >= 0) this.#add(whom, path, name, node);
      return;
    }
    if (isArray(node)) {
      for (const one of node) {
        const of = this.#of1(one);
        if (of >= 0) this.#add(of, `${path}[]`, name, one);
        else if (of === several) this.#collect(one, `${path}[]`, name, of);
      }
      return;
    }
    const entries = Object.entries(node);
    const direct = entries.some(([, value]) => (value === null || typeof value !== "object") && this.#of1(value) >= 0);
    if (direct && whom >= 0) {
      this.#inPlace = true;
      this.#add(whom, path, name, node);
      return;
    }
    for (const [key, value] of entries) {
      const named = this.#asked(key);
      if (named >= 0) {
        this.#add(named, `${path}*`, name, value);
        continue;
      }
      const of = this.#of1(value);
      if (of === nobody) continue;
      if (whom === several && of >= 0 && value !== null && typeof value === "object" && !isArray(value) && !this.#listed(value)) {
        this.#inPlace = true;
        this.#add(of, `${path}.*`, name, value);
      } else {
        const field = keyName(key, [], this.#ports);
        this.#collect(value, path === "" ? field : `${path}.${field}`, field, of);
      }
    }
  }

  /** It holds a list or a map of people, if of one only. */
  #listed(node: { readonly [key: string]: Json }): boolean {
    for (const [key, value] of Object.entries(node)) {
      if (this.#asked(key) >= 0) return true;
      if (value !== null && typeof value === "object" && this.#of1(value) !== nobody && (isArray(value) || this.#listed(value))) return true;
    }
    return false;
  }

  #add(index: number, path: string, name: string, json: Json): void {
    const parts = this.#of[index];
    if (parts !== undefined && parts.length < partsMax) parts.push({ path, name, json });
  }

  /** As many entries as were asked, in the same order, say something of each. */
  #aligned(json: Json): boolean {
    const { order, subjects } = this.#batch;
    const repeated = order.length > subjects.length ? this.#entriesOf(json, order.length, "", 0) : undefined;
    const found = repeated ?? this.#entriesOf(json, subjects.length, "", 0);
    if (found === undefined) return false;
    for (const [place, part] of found.entries.entries()) this.#add(repeated === undefined ? place : (order[place] ?? 0), found.path, "", part);
    return true;
  }

  #entriesOf(node: Json, length: number, path: string, depth: number): { readonly path: string; readonly entries: readonly Json[] } | undefined {
    if (node === null || typeof node !== "object" || depth > 3) return undefined;
    if (isArray(node)) return node.length === length ? { path: `${path}[]`, entries: node } : undefined;
    const keys = Object.keys(node);
    const values = Object.values(node);
    if (keys.length === length && depth > 0 && values.every((value) => value === null || typeof value === "object" || (length > 1 && typeof value === "boolean")))
      return { path: `${path}.*`, entries: values };
    for (const key of keys) {
      const inner = this.#entriesOf(node[key] ?? null, length, path === "" ? keyName(key, [], this.#ports) : `${path}.${keyName(key, [], this.#ports)}`, depth + 1);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }

  /** The answer without what speaks of anybody asked about. */
  #without(node: Json, depth: number): Json {
    if (node === null || typeof node !== "object" || depth > depthMax) return node;
    if (isArray(node)) return node.flatMap((one) => (this.#of1(one) >= 0 ? [] : [this.#without(one, depth + 1)]));
    const kept: { [key: string]: Json } = {};
    for (const [key, value] of Object.entries(node)) if (this.#asked(key) < 0) kept[key] = this.#without(value, depth + 1);
    return kept;
  }
}

/** An answer that repeats the question beside what it found speaks of each twice; more says nothing new. */
const partsMax = 4;

function both(one: number, two: number): number {
  if (one === nobody) return two;
  return two === nobody || one === two ? one : several;
}
