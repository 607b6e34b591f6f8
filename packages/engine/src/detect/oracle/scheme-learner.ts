import type { ClassScheme } from "../../decide/gate-policy.ts";
import { meaningOfKey } from "../../exchange/masked-keys.ts";
import { fieldName } from "../../exchange/plain-words.ts";
import { echoForms, maskEcho } from "../../exchange/echo-forms.ts";
import { refusalSense } from "../../exchange/refusal-sense.ts";
import { looksIdentifying, sentenceOf } from "../../exchange/scalar-text.ts";
import { onlyElement, shapePathsMax, usualCharactersMax, usualHash } from "../../exchange/json-shape.ts";
import { type JsonStructure, structureOf } from "../../exchange/json-structure.ts";
import { eachPrefix } from "../../exchange/batch-answer.ts";
import type { Ports } from "../../exchange/ports.ts";
import type { Json } from "../../exchange/view.ts";
import { UsualValues } from "./usual-values.ts";

/** Distinct values at which a field stops being an enumeration. */
export const scalarValuesMax = 16;
/** As many values it may have before its answers are counted: of words and codes, and of sentences, which a service may have in several languages. */
export const scalarFew = 4;
export const sentencesFew = 9;
/** After this many answers a field's place is settled; counting stops. */
export const scalarSamplesMax = 1_000;
/** Endpoints learnt at a time; further ones get the empty scheme (shape and status still tell classes apart). */
export const schemeEndpointsMax = 2_048;
/** Fields below this depth take no part; in answers of few fields, which wrap one word in envelopes, as many levels more. */
export const scalarDepthMax = 3;
export const envelopesMax = 3;
/** Fields of such an answer, at most. */
export const sparseFieldsMax = 8;

/**
 * Learns, per endpoint, which scalar fields of its JSON answers are enumerations (flags, codes, states), so that their values
 * may tell classes apart.
 *
 * A field is in from the first answer that has it, unless its value looks like an identifier, a moment or long prose (of a sentence what it names is left out); it is out
 * for ever once it shows more values than an enumeration would: more than {@link scalarFew} (where words form a sentence, {@link sentencesFew}) + an eighth of its samples,
 * or more than {@link scalarValuesMax}. So a field joining changes no class seen before (those answers did not have it), and a field leaving
 * is the only event that renames classes: it is told through {@link SchemeLearner.drainCoarsened}, and the tracker folds its
 * classes together. It happens within a field's first few answers, as a rule.
 *
 * Of fields that are out, what {@link UsualValues} finds in 2xx answers still tells: one value that comes again and again where the others hardly do. That divides a class; it is told through
 * {@link SchemeLearner.drainDivided}.
 *
 * Misses: enumerations of eight or more equally frequent values (they leave early; sentences, from five languages on), fields inside arrays of several, numbers that are
 * codes but neither named like one nor 0 and 1 only, unless one of the values stands out. An attacker who controls what an account returns could drive out a field; status and shape stay.
 */
export class SchemeLearner {
  readonly #ports: Ports;
  readonly #endpoints = new Map<string, Learnt>();
  #coarsened: Coarsened[] = [];
  /** Whether the answer being read taught anything. */
  #taught = false;
  #divided: string[] = [];
  /** Of the answer being read. */
  #usual: UsualValues | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /**
   * Reads one answer; true when the endpoint's scheme changed. Not for 5xx, 429, or Postern's own answers. `findsUsual`: the answer is about one person, and a class that is made of several may
   * still be divided.
   */
  observe(endpointId: string, said: Json | undefined, echo: readonly string[], findsUsual = false): boolean {
    const json = Array.isArray(said) && said.length === 1 ? (said as readonly Json[])[0] : said;
    if (json === undefined || json === null || typeof json !== "object" || Array.isArray(json)) return false;
    let learnt = this.#endpoints.get(endpointId);
    if (learnt === undefined) {
      if (this.#endpoints.size >= schemeEndpointsMax) return false;
      learnt = { fields: new Map(), scheme: emptyScheme, settled: new WeakSet(), usual: undefined };
      this.#endpoints.set(endpointId, learnt);
    }
    const structure = structureOf(json);
    if (findsUsual && learnt.usual === undefined) learnt.usual = new UsualValues();
    const usual = findsUsual && learnt.usual?.next() === true ? learnt.usual : undefined;
    if (usual === undefined && structure !== undefined && learnt.settled.has(structure)) return false;
    const removed: string[] = [];
    this.#taught = false;
    const depth = sparse(json) ? -envelopesMax : 0;
    this.#usual = usual;
    const joined = this.#read(learnt, json as { readonly [key: string]: Json }, "", depth, echoForms(echo), removed);
    this.#usual = undefined;
    const { fields } = learnt;
    const divides = usual?.end((echo[0] ?? "").slice(0, usualCharactersMax), (path) => fields.get(path)?.in === true) === true;
    if (divides) this.#divided.push(endpointId);
    // Fields that are out, full or beyond the bound stay so: an answer of this structure that taught nothing never will.
    if (!this.#taught && structure !== undefined) learnt.settled.add(structure);
    if (!joined && !divides && removed.length === 0) return false;
    learnt.scheme = schemeOf(learnt);
    if (removed.length > 0) {
      const of = endpointId.endsWith(eachMark) ? endpointId.slice(0, -eachMark.length) : endpointId;
      this.#coarsened.push({ endpointId: of, removed: of === endpointId ? removed : removed.map((path) => `${eachPrefix}${path}`) });
    }
    return true;
  }

  /** The endpoint has another name now: the older scheme, if it has one, goes on. */
  renamed(from: string, to: string): void {
    const before = this.#endpoints.get(from);
    if (before === undefined) return;
    this.#endpoints.delete(from);
    if (!this.#endpoints.has(to)) this.#endpoints.set(to, before);
  }

  /** The same object until it changes, so it can be compared by identity. */
  scheme(endpointId: string): ClassScheme {
    return this.#endpoints.get(endpointId)?.scheme ?? emptyScheme;
  }

  /** Fields that left since the last call. Hand each to `OracleTracker.coarsen`. */
  drainCoarsened(): readonly Coarsened[] {
    const drained = this.#coarsened;
    this.#coarsened = [];
    return drained;
  }

  /** Endpoints since the last call at which a class was divided in two: what was counted of it is of no use. Hand each to `OracleTracker.divided`. */
  drainDivided(): readonly string[] {
    if (this.#divided.length === 0) return none;
    const drained = this.#divided;
    this.#divided = [];
    return drained;
  }

  /** JSON-able; values only as keyed hashes. */
  exportState(): unknown {
    return [...this.#endpoints].map(([id, { fields, usual }]) => [
      id,
      [...fields].map(([path, field]) => [path, field.in ? 1 : 0, field.samples, [...field.values]]),
      ...(usual === undefined ? none : [usual.exportState()]),
    ]);
  }

  static restore(ports: Ports, state: unknown): SchemeLearner {
    const learner = new SchemeLearner(ports);
    if (!Array.isArray(state)) return learner;
    for (const row of state.slice(0, schemeEndpointsMax)) {
      if (!Array.isArray(row) || typeof row[0] !== "string" || !Array.isArray(row[1])) continue;
      const fields = new Map<string, Field>();
      for (const field of row[1].slice(0, shapePathsMax)) {
        if (!Array.isArray(field) || typeof field[0] !== "string") continue;
        const values = Array.isArray(field[3]) ? field[3].filter((value) => typeof value === "string") : [];
        fields.set(field[0], { in: field[1] === 1, samples: Number(field[2]) || 0, values: new Set(values.slice(0, scalarValuesMax + 1)) });
      }
      const usual = row[2] === undefined ? undefined : UsualValues.restore(row[2]);
      learner.#endpoints.set(row[0], { fields, scheme: schemeOf({ fields, usual }), settled: new WeakSet(), usual });
    }
    return learner;
  }

  #read(learnt: Learnt, node: { readonly [key: string]: Json }, prefix: string, depth: number, forms: readonly string[], removed: string[]): boolean {
    let joined = false;
    for (const [key, value] of Object.entries(node)) {
      if (key.length > 64 || key.includes(".") || looksIdentifying(key)) continue;
      const name = fieldName(key, this.#ports);
      const path = prefix === "" ? name : `${prefix}.${name}`;
      if (value === null) continue;
      if (Array.isArray(value)) {
        const [only] = value as readonly Json[];
        // `{"errors":{"phone":["has already been taken"]}}`
        if (value.length === 1 && typeof only === "string" && only.includes(" ")) joined = this.#take(learnt, key, `${path}${onlyElement}`, only, forms, removed) || joined;
        else if (value.length === 1 && depth + 1 < scalarDepthMax && typeof only === "object" && only !== null && !Array.isArray(only))
          joined = this.#read(learnt, only as { readonly [key: string]: Json }, `${path}${onlyElement}`, depth + 1, forms, removed) || joined;
        continue;
      }
      if (typeof value === "object") {
        if (depth + 1 < scalarDepthMax) joined = this.#read(learnt, value as { readonly [key: string]: Json }, path, depth + 1, forms, removed) || joined;
        continue;
      }
      joined = this.#take(learnt, key, path, value, forms, removed) || joined;
    }
    return joined;
  }

  /** One scalar of an answer; true when its field joined. */
  #take(learnt: Learnt, key: string, path: string, value: string | number | boolean, forms: readonly string[], removed: string[]): boolean {
    if (this.#usual !== undefined && typeof value !== "boolean")
      this.#usual.saw(
        path,
        typeof value === "string" && maskEcho(value.slice(0, usualCharactersMax), forms) !== value.slice(0, usualCharactersMax).toLowerCase()
          ? undefined
          : usualHash(value, this.#ports),
      );
    let joined = false;
    let field = learnt.fields.get(path);
    if (field === undefined) {
      if (learnt.fields.size >= shapePathsMax) return false;
      field = { in: true, samples: 0, values: new Set() };
      learnt.fields.set(path, field);
      this.#taught = true;
      if (!eligible(key, value, forms)) {
        field.in = false;
        return false;
      }
      joined = true;
    }
    if (!field.in || field.samples >= scalarSamplesMax) return joined;
    field.samples += 1;
    this.#taught = true;
    if (typeof value === "boolean") return joined;
    if (eligible(key, value, forms)) {
      const said = typeof value === "string" && value.includes(" ") ? (sentenceOf(value, forms) ?? value) : String(value);
      field.values.add(this.#ports.hash("segment", said));
      const few = typeof value === "string" && value.includes(" ") ? sentencesFew : scalarFew;
      if (field.values.size <= Math.min(scalarValuesMax, few + field.samples / 8)) return joined;
    }
    field.in = false;
    field.values.clear();
    removed.push(path);
    return joined;
  }
}

/** The name under which the parts of an endpoint's answers are learned, where they speak of several people. */
export function eachOf(endpointId: string): string {
  return endpointId + eachMark;
}

const eachMark = " each";

export interface Coarsened {
  readonly endpointId: string;
  readonly removed: readonly string[];
}

const none: readonly never[] = [];

function schemeOf({ fields, usual }: Pick<Learnt, "fields" | "usual">): ClassScheme {
  const scalars = [...fields]
    .filter(([, field]) => field.in)
    .map(([path]) => path)
    .sort();
  return usual === undefined || usual.found.length === 0 ? { scalars } : { scalars, usual: usual.found };
}

interface Learnt {
  readonly fields: Map<string, Field>;
  scheme: ClassScheme;
  /** Structures of answers that have nothing more to teach. */
  readonly settled: WeakSet<JsonStructure>;
  usual: UsualValues | undefined;
}

interface Field {
  in: boolean;
  samples: number;
  readonly values: Set<string>;
}

export const emptyScheme: ClassScheme = { scalars: [] };

function eligible(key: string, value: string | number | boolean, forms: readonly string[]): boolean {
  if (typeof value === "boolean") return true;
  if (value === 0 || value === 1) return true;
  if (typeof value === "number") return Number.isSafeInteger(value) && Math.abs(value) < 100_000 && codeName(key) && (key === "code" || meaningOfKey(key) === undefined);
  const sentence = value.includes(" ") ? sentenceOf(value, forms) : undefined;
  // `{"errors":{"email":["has already been taken"]}}` is no address.
  if (personName(key)) return sentence !== undefined && refusalSense(sentence) !== undefined;
  // How an outcome is told to people is a sentence, whatever length it has and whomever it names.
  if (sentence !== undefined) return true;
  return value.length <= 48 && !looksIdentifying(value) && maskEcho(value, forms) === value.toLowerCase();
}

/** A handful of fields in all, however deep. */
function sparse(json: Json): boolean {
  let left = sparseFieldsMax;
  const walk = (node: Json, depth: number): void => {
    if (left < 0 || node === null || depth > scalarDepthMax + envelopesMax) return;
    if (typeof node !== "object") left--;
    else for (const value of Object.values(node)) walk(value, depth + 1);
  };
  walk(json, 0);
  return left >= 0;
}

function codeName(key: string): boolean {
  const name = key.toLowerCase();
  return ["code", "status", "state", "result", "errno", "error", "reason"].some((word) => name.endsWith(word));
}

/** Fields that hold a person's words even when the first few values repeat. */
function personName(key: string): boolean {
  const name = key.toLowerCase();
  return ["name", "email", "mail", "phone", "address", "city", "title", "id", "token", "bio", "avatar", "url", "at", "date", "time"].some(
    (word) => name === word || name.endsWith(`_${word}`) || (name.length > word.length && key.endsWith(word.charAt(0).toUpperCase() + word.slice(1))),
  );
}
