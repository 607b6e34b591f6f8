import { hashedField, isPlainWords } from "../exchange/plain-words.ts";
import { looksIdentifying } from "../exchange/scalar-text.ts";
import type { Ports } from "../exchange/ports.ts";
import type { Json } from "../exchange/view.ts";
import { hash32 } from "./distinct-counter.ts";
import { isFirstName } from "./first-names.ts";

/**
 * Names of fields that are no words of interfaces (`slug`) and were found to be structure, so that they may be shown. Everything goes on being kept under the keyed hash;
 * {@link reveal} writes the name in its stead.
 *
 * A name of JSON is structure when it is a field of records, not the key of a map from values (`{"kunigunde": 3, "ottokar": 5}`):
 * - written as programmers write (letters and digits, `_`, `-`), none of it a given name, and nothing that looks like an identifier;
 * - in the record itself, and among all fields ever seen at its place, at least {@link plainBesideMin} and at least half are words of interfaces: a map has ever new keys;
 * - in at least a quarter of the records at that place: what one record alone has may be its owner's;
 * - in records of at least {@link contentsMin} different contents;
 * - never the value of anything: whose key stands in a map is somebody, and is named elsewhere. What turns out to be a value later is hidden again.
 *
 * A name that waits is in memory only. Misses: names that are said as values too (`?sort=slug`), records whose fields are mostly no English words, fields that few records have, names of queries and forms: they are shown
 * once a document or source that was added names them. Mistakes: a word that is somebody's name, is not among the given names known here, and stands in a quarter of all records of
 * one place among fields of an interface. Whoever sends such records in requests can have only words shown that he knows already.
 */
export class FieldNames {
  readonly #ports: Pick<Ports, "hash">;
  readonly #seed: number;
  readonly #shown = new Map<string, string>();
  readonly #waiting = new Map<string, { readonly name: string; contents: number }>();
  /** Hashes of those that wait or are shown, by their name in lower case. */
  readonly #hashes = new Map<string, string>();
  readonly #values = new Set<string>();

  constructor(ports: Pick<Ports, "hash">, seed: number) {
    this.#ports = ports;
    this.#seed = seed;
  }

  /** Reads one record. `fields` says of a name, as it is kept, how many records at this place had it. */
  observe(record: { readonly [key: string]: Json }, place: RecordPlace): void {
    let plain = 0;
    const hidden: string[] = [];
    for (const name of Object.keys(record).slice(0, namesReadMax)) {
      if (isPlainWords(name)) plain++;
      else hidden.push(name);
    }
    if (hidden.length === 0 || plain < plainBesideMin || hidden.length > plain) return;
    let known = 0;
    let strange = 0;
    for (const name of place.fields.keys()) {
      if (name.startsWith("~")) strange++;
      else known++;
    }
    if (strange > known || place.fields.has("*")) return;
    let contents: number | undefined;
    for (const name of hidden) {
      const hash = hashedField(name, this.#ports);
      if (this.#shown.has(hash) || this.#values.has(hash) || !mayBeStructure(name)) continue;
      if ((place.fields.get(hash)?.seen ?? 0) * 4 < place.records) continue;
      let waiting = this.#waiting.get(hash);
      if (waiting === undefined) {
        if (this.#waiting.size >= waitingMax) this.#forgetOldest();
        this.#waiting.set(hash, (waiting = { name, contents: 0 }));
        this.#hashes.set(name.toLowerCase(), hash);
      }
      contents ??= hash32(this.#seed, textOf(record));
      waiting.contents |= 1 << (contents & 31);
      if (ones(waiting.contents) < contentsMin || this.#shown.size >= shownMax) continue;
      this.#waiting.delete(hash);
      this.#shown.set(hash, name);
    }
  }

  /** Reads one text that was a value: what is one is no name of a field. */
  value(text: string): void {
    if (this.#hashes.size === 0 || text.length > nameCharactersMax) return;
    const name = text.toLowerCase();
    const hash = this.#hashes.get(name);
    if (hash === undefined) return;
    this.#hashes.delete(name);
    this.#waiting.delete(hash);
    this.#shown.delete(hash);
    if (this.#values.size >= waitingMax) for (const oldest of this.#values) if (this.#values.delete(oldest)) break;
    this.#values.add(hash);
  }

  #forgetOldest(): void {
    for (const [hash, { name }] of this.#waiting) {
      this.#waiting.delete(hash);
      this.#hashes.delete(name.toLowerCase());
      return;
    }
  }

  /** `data[].~1a2b3c4d` → `data[].slug`, for every name that is known to be structure, here or by `also`; the rest stays as it is. */
  reveal(text: string, also?: () => ReadonlyMap<string, string>): string {
    if (!text.includes("~")) return text;
    return text.replaceAll(/~[0-9a-f]{8}(?![0-9a-f])/g, (hash) => this.#shown.get(hash) ?? also?.().get(hash) ?? hash);
  }

  exportState(): FieldNamesState {
    return [...this.#shown, ...[...this.#values].map((hash) => [hash] as const)];
  }

  restore(state: FieldNamesState): void {
    for (const [hash, name] of state.slice(0, shownMax + waitingMax)) {
      if (name === undefined) this.#values.add(hash);
      else {
        this.#shown.set(hash, name);
        this.#hashes.set(name.toLowerCase(), hash);
      }
    }
  }
}

/** A place where records stand, as a `SchemaNode` counts it. */
export interface RecordPlace {
  readonly records: number;
  readonly fields: ReadonlyMap<string, { readonly seen: number }>;
}

/** Hash and name; without a name what was a value. */
export type FieldNamesState = readonly (readonly [hash: string, name?: string])[];

/** Different contents of the records, of 32 that are told apart; about 15 real ones. */
export const contentsMin = 12;
/** Words of interfaces beside it: a map with a total has one or two. */
export const plainBesideMin = 3;
/** An organisation's interfaces have some thousands of names. */
export const shownMax = 10_000;
/** The longest waiting gives way: a map with ever new keys must not use up memory. */
export const waitingMax = 4_096;
const nameCharactersMax = 40;
const namesReadMax = 64;
const valuesReadMax = 16;

/** True when nothing about a name itself says that it is somebody's or a value. */
function mayBeStructure(name: string): boolean {
  if (name.length > nameCharactersMax || !/^[A-Za-z][A-Za-z0-9]*(?:[_-][A-Za-z0-9]+){0,6}$/.test(name) || looksIdentifying(name)) return false;
  if ((name.match(/\d/g) ?? []).length > 3) return false;
  return !name.split(/[_-]|\d+|(?<=[a-z])(?=[A-Z])/).some(isFirstName);
}

/** The first values of a record, enough to tell two records apart. */
function textOf(record: { readonly [key: string]: Json }): string {
  let text = "";
  let read = 0;
  for (const key in record) {
    if (++read > valuesReadMax) break;
    const value = record[key];
    text += typeof value === "string" ? `${value.slice(0, 64)}\n` : typeof value === "number" ? `${value}\n` : "";
  }
  return text;
}

function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
