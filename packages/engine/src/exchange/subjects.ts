import { graphqlRequests, graphqlSubjects } from "./graphql-subjects.ts";
import { hashedField } from "./plain-words.ts";
import type { SubjectRule } from "../decide/gate-policy.ts";
import { subjectsMax } from "../understood.ts";
import { codedValue } from "./coded-value.ts";
import { darkRangeOf } from "./dark-identifier.ts";
import { leafOfField, withoutIndexes } from "./field-index.ts";
import { multipartFields } from "./multipart-fields.ts";
import { normalForm } from "./normal-form.ts";
import type { Ports } from "./ports.ts";
import type { ParameterLocation, Subject, SubjectType } from "./subject.ts";
import { decodePercent } from "./split-target.ts";
import { pairsMax } from "./view.ts";
import { isXml, xmlFields } from "./xml-fields.ts";

/** What a request holds, as far as identifiers may stand in it. */
export interface RequestParts {
  /** Decoded path segments. */
  readonly segments: readonly string[];
  /** Raw, without the `?`. */
  readonly query: string;
  header(name: string): string | undefined;
  /** The header as it was sent: a boundary has capitals. */
  readonly contentType: string;
  /** Text of the body; undefined while it was not read. */
  readonly body: string | undefined;
}

export interface Extracted {
  /** Without repeats, at most {@link subjectsMax}. */
  readonly subjects: readonly Subject[];
  /** The request holds, or may hold, more identifiers than were read: treat it as over budget as a whole. */
  readonly truncated: boolean;
  /** A rule points into the body and the body was not given. */
  readonly needsBody: boolean;
  /** The first identifier as it stood (decoded), for echoing only: never store it. `""` when there is none. */
  readonly first: string;
  /** Those that were asked about as a list, where a rule points at one or one place held several: an answer may say something of each. */
  readonly batch?: Batch;
}

/** People asked about together at one place of a request. */
export interface Batch {
  readonly type: SubjectType;
  readonly subjects: readonly Subject[];
  /** As they stood: in memory for one call only. */
  readonly texts: readonly string[];
  /** Places in `subjects` in the order in which they were asked, repeats among them; at most {@link orderMax}. */
  readonly order: readonly number[];
}

/** Repeats read of one list: beyond that an answer is not read by place. */
export const orderMax = 2_000;

/** Bodies beyond this are not parsed but called truncated: the gate holds no more than this either. */
export const subjectBodyCharsMax = 65_536;
/** Nesting followed in a JSON body; deeper arrays are called truncated. */
export const subjectDepthMax = 16;

/**
 * Finds every identifier the rules point at. Gate and ledger call this same function.
 *
 * It would rather count too much than too little, as every miss is a free question: names match without regard to case,
 * repeats and `name[]`, `name[3]` count, comma lists are spread out, arrays count element by element whether or not the
 * rule says `[]`. A JSON body with repeated keys is called truncated, because services differ in which one they take. Where a rule points at a variable of GraphQL,
 * the document and its other variables are read, too. What stands coded inside a value (base64, JSON, percent-encoding once more, see `coded-value.ts`) is read as if it stood
 * there itself; where a rule names a part of a value and the value cannot be taken apart, the value counts as one. Where the place of a rule holds nobody, whatever has the same name elsewhere in query, form or body is
 * taken: many services read `email` from wherever it comes.
 *
 * Misses: identifiers under another name than honest clients use, and JSON numbers beyond 2^53 (neighbours collapse into one).
 */
export function extractSubjects(rules: readonly SubjectRule[], template: string, parts: RequestParts, ports: Ports): Extracted {
  const inPath = subjectInPath(rules, template, parts.segments, ports);
  if (inPath !== undefined) return inPath;
  const compiled = compile(rules, template);
  const found = new Collector(ports);
  const names = new Names(ports, found);
  let needsBody = false;
  let json: unknown;
  let jsonRead = false;
  for (const rule of compiled) {
    switch (rule.rule.location.in) {
      case "path":
        for (const place of rule.places) {
          const segment = parts.segments[place.index];
          if (segment !== undefined && segment.length > place.prefix.length + place.suffix.length) {
            valueOf(rule.rule, place.inner, segment.slice(place.prefix.length, segment.length - place.suffix.length), 0, found, names);
          }
        }
        break;
      case "query":
        eachName(rule, found, names, (name, each) => pairs(parts.query, "&", name, names, each));
        break;
      case "header":
        eachName(rule, found, names, (name, each) => {
          const value = parts.header(name);
          if (value !== undefined) each(value);
        });
        break;
      case "cookie": {
        const value = parts.header("cookie")?.replaceAll("; ", ";");
        if (value !== undefined) eachName(rule, found, names, (name, each) => pairs(value, ";", name, names, each));
        break;
      }
      case "form":
        if (parts.body === undefined) needsBody = true;
        else eachName(rule, found, names, (name, each) => inForm(parts, name, names, found, each));
        break;
      case "json":
        if (parts.body === undefined) {
          needsBody = true;
          break;
        }
        if (parts.body.length > subjectBodyCharsMax) {
          found.truncated = true;
          break;
        }
        if (!jsonRead) {
          jsonRead = true;
          json = parseJson(parts.body);
          if (json !== undefined && keysInText(parts.body) !== keysInTree(json, 0)) found.truncated = true;
        }
        walk(json, rule.keys, 0, 0, rule.rule, found, names);
        if (rule.keys.length > 1 && names.are("variables", rule.keys[0] ?? "")) inGraphql(rule, parts, json, found, names);
        break;
    }
  }
  if (found.subjects.length === 0 && !found.truncated) for (const rule of compiled) elsewhere(rule, parts, found, names);
  const batch = found.batch();
  return { subjects: found.subjects, truncated: found.truncated, needsBody, first: found.first, ...(batch === undefined ? {} : { batch }) };
}

/**
 * The same for the common case, one identifier in the path, which needs no other part of the request: undefined in any other case. Whoever has yet to look the other parts
 * up asks this first.
 */
export function subjectInPath(rules: readonly SubjectRule[], template: string, segments: readonly string[], ports: Ports): Extracted | undefined {
  const compiled = compile(rules, template);
  const [only] = compiled;
  if (compiled.length !== 1 || only === undefined || only.rule.location.in !== "path" || only.places.length !== 1) return undefined;
  const [place] = only.places;
  if (place !== undefined && place.inner.length > 0) return undefined;
  const segment = place === undefined ? undefined : segments[place.index];
  if (place === undefined || segment === undefined || segment.length <= place.prefix.length + place.suffix.length) return nothing;
  const text = segment.slice(place.prefix.length, segment.length - place.suffix.length);
  return segment.includes(",") || (isNatural(only.rule) && codedValue(text) !== undefined) ? undefined : single(only.rule, text, ports);
}

/** Numbers and addresses are known when they are seen, in whatever they are coded. */
function isNatural({ type }: SubjectRule): boolean {
  return type === "phone" || type === "email";
}

/** One value at the place of a rule; `keys` name the part of it that is meant, where it is coded. */
function valueOf(rule: SubjectRule, keys: readonly string[], text: string, depth: number, found: Collector, names: Names): void {
  if (keys.length === 0 && !isNatural(rule) && text.charCodeAt(0) !== openBracket) return found.list(rule, text);
  const coded = codedValue(text);
  switch (coded?.kind) {
    case undefined:
      return found.list(rule, text);
    case "tooMuch":
      found.truncated = true;
      return;
    case "text":
      return found.list(rule, isNatural(rule) ? coded.text : text);
    case "tree":
      if (keys.length === 0 && !Array.isArray(coded.tree)) return found.list(rule, text);
      if (coded.text !== "" && keysInText(coded.text) !== keysInTree(coded.tree, 0)) found.truncated = true;
      return walk(coded.tree, keys, 0, depth + 1, rule, found, names);
  }
}

/** Looks for values under the rule's own name, and under the name of what it is a part of. */
function eachName({ rule, name, head, inner }: CompiledRule, found: Collector, names: Names, look: (name: string, each: (value: string) => void) => void): void {
  look(name, (value) => valueOf(rule, noKeys, value, 0, found, names));
  if (inner.length > 0) look(head, (value) => valueOf(rule, inner, value, 0, found, names));
}

const noKeys: readonly string[] = [];
const openBracket = 91;

const nothing: Extracted = { subjects: [], truncated: false, needsBody: false, first: "" };

/** The common case, one identifier in the path, as {@link Collector} has it. */
function single(rule: SubjectRule, text: string, ports: Ports): Extracted {
  const normal = normalForm(rule.type, text);
  if (normal === "" || normal === "+") return nothing;
  return { subjects: [subjectOf(rule, normal, ports.hash(rule.type, normal))], truncated: false, needsBody: false, first: text };
}

function subjectOf({ type, location }: SubjectRule, normal: string, hash: string): Subject {
  const dark = darkRangeOf(type, normal);
  return dark === undefined ? { type, hash, location } : { type, hash, location, dark };
}

interface CompiledRule {
  readonly rule: SubjectRule;
  /** Lower case, without brackets. */
  readonly name: string;
  /** What stands before the first dot of `name`, where it names a part of a value. */
  readonly head: string;
  readonly inner: readonly string[];
  readonly places: readonly { readonly index: number; readonly prefix: string; readonly suffix: string; readonly inner: readonly string[] }[];
  readonly keys: readonly string[];
}

/** A policy's rules live as long as the policy; compiled forms go with them. */
const compiledRules = new WeakMap<readonly SubjectRule[], { readonly template: string; readonly rules: readonly CompiledRule[] }>();

function compile(rules: readonly SubjectRule[], template: string): readonly CompiledRule[] {
  const known = compiledRules.get(rules);
  if (known !== undefined && known.template === template) return known.rules;
  const segments = template.split("/").filter((segment) => segment !== "");
  const compiled = rules.map((rule): CompiledRule => {
    const name = rule.location.name;
    const places = [];
    if (rule.location.in === "path") {
      for (const [index, segment] of segments.entries()) {
        const open = segment.indexOf("{");
        const close = segment.lastIndexOf("}");
        if (open < 0 || close < open) continue;
        const own = parameterName(segment);
        if (own === name || name.startsWith(`${own}.`))
          places.push({ index, prefix: segment.slice(0, open), suffix: segment.slice(close + 1), inner: keysOf(name.slice(own.length)) });
      }
    }
    const plain = withoutIndexes(name.toLowerCase());
    const dot = plain.indexOf(".");
    return { rule, name: plain, head: dot < 0 ? plain : plain.slice(0, dot), inner: dot < 0 ? noKeys : keysOf(plain.slice(dot)), places, keys: keysOf(name) };
  });
  compiledRules.set(rules, { template, rules: compiled });
  return compiled;
}

function keysOf(name: string): readonly string[] {
  return name
    .toLowerCase()
    .replaceAll("[]", "")
    .split(".")
    .filter((key) => key !== "");
}

/** `{cc}-{phone}` → `cc-phone`; `{userId}.json` → `userId`. */
function parameterName(segment: string): string {
  const names = [];
  for (let open = segment.indexOf("{"); open >= 0; open = segment.indexOf("{", open + 1)) {
    const close = segment.indexOf("}", open);
    if (close < 0) break;
    names.push(segment.slice(open + 1, close));
  }
  return names.join("-");
}

class Collector {
  readonly subjects: Subject[] = [];
  truncated = false;
  first = "";
  readonly #ports: Ports;
  readonly #seen = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #order: number[] = [];

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Of the place that holds most. */
  batch(): Batch | undefined {
    const count = new Map<ParameterLocation, number>();
    for (const { location } of this.subjects) count.set(location, (count.get(location) ?? 0) + 1);
    let place: ParameterLocation | undefined;
    for (const [location, held] of count) if ((held > 1 || location.name.includes("[]")) && (place === undefined || held > (count.get(place) ?? 0))) place = location;
    if (place === undefined) return undefined;
    const chosen: number[] = [];
    const at = new Map<number, number>();
    for (const [index, subject] of this.subjects.entries()) if (subject.location === place) at.set(index, chosen.push(index) - 1);
    const subjects = chosen.flatMap((index) => this.subjects[index] ?? []);
    return {
      type: subjects[0]?.type ?? "opaque",
      subjects,
      texts: chosen.map((index) => this.#texts[index] ?? ""),
      order: this.#order.length >= orderMax ? [] : this.#order.flatMap((index) => at.get(index) ?? []),
    };
  }

  /** One value, or several with commas between. */
  list(rule: SubjectRule, text: string): void {
    if (!text.includes(",")) return this.one(rule, text);
    const parts = text.split(",", subjectsMax + 1);
    // Empty and repeated parts count: a thousand commas in front would hide whoever stands behind them.
    if (parts.length > subjectsMax) this.truncated = true;
    for (const part of parts) this.one(rule, part);
  }

  one(rule: SubjectRule, text: string): void {
    if (this.truncated && this.subjects.length >= subjectsMax) return;
    const normal = normalForm(rule.type, text);
    if (normal === "" || normal === "+") return;
    if (this.first === "") this.first = text;
    const hash = this.#ports.hash(rule.type, normal);
    const known = this.#seen.get(hash);
    if (known !== undefined) {
      if (this.#order.length < orderMax) this.#order.push(known);
      return;
    }
    if (this.subjects.length >= subjectsMax) {
      this.truncated = true;
      return;
    }
    this.#seen.set(hash, this.subjects.length);
    if (this.#order.length < orderMax) this.#order.push(this.subjects.length);
    this.#texts.push(text);
    this.subjects.push(subjectOf(rule, normal, hash));
  }
}

/** Hashed names compared in one request; with more the request counts as one that asks about too many. Honest requests have a handful. */
export const hashedNamesMax = 512;

/** Compares names of a request with those of rules, which may stand there as their keyed hash. */
class Names {
  readonly #ports: Ports;
  readonly #found: Collector;
  #left = hashedNamesMax;

  constructor(ports: Ports, found: Collector) {
    this.#ports = ports;
    this.#found = found;
  }

  /** `lower` is in lower case. */
  are(lower: string, wanted: string): boolean {
    if (lower === wanted) return true;
    if (wanted.charCodeAt(0) !== tilde) return false;
    if (this.#left-- <= 0) {
      this.#found.truncated = true;
      return false;
    }
    return hashedField(lower, this.#ports) === wanted;
  }
}

const tilde = 126;

/** A GraphQL request may ask the same otherwise than honest clients do. */
function inGraphql({ rule, keys }: CompiledRule, parts: RequestParts, json: unknown, found: Collector, names: Names): void {
  const body = parts.body ?? "";
  const sent: [string, string][] = [];
  const type = parts.contentType.toLowerCase();
  for (const text of type.includes("urlencoded") ? [parts.query, body] : [parts.query])
    for (const name of ["query", "variables"]) if (text !== "") pairs(text, "&", name, names, (value) => sent.push([name, value]));
  const wanted = keys.at(-1) ?? "";
  const tooMany = (): void => void (found.truncated = true);
  const treeOf = (text: string): object | undefined => {
    const coded = codedValue(text);
    return coded?.kind === "tree" ? coded.tree : undefined;
  };
  const list = (text: string): void => valueOf(rule, treeOf(text) === undefined ? noKeys : [wanted], text, 0, found, names);
  const isCoded = (text: string): boolean => Object.keys(treeOf(text) ?? noKeys).some((key) => names.are(key.toLowerCase(), wanted));
  graphqlSubjects(rule.type, (lower) => names.are(lower, wanted), graphqlRequests(json, sent, type.startsWith("application/graphql") ? body : undefined), {
    list,
    tooMany,
    isCoded,
  });
}

/** Calls back for every value of `name` in `a=1&b=2`; names match without case and without an index in brackets. */
function pairs(text: string, separator: string, name: string, names: Names, each: (value: string) => void): void {
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf(separator, start);
    if (end < 0) end = text.length;
    const equals = text.indexOf("=", start);
    if (equals >= 0 && equals < end) {
      const key = text.slice(start, equals);
      if (key === name || isNamed(decode(key), name, names)) each(decode(text.slice(equals + 1, end)));
    }
    start = end + 1;
  }
}

/** `name`, `name[3]`, and `name[key]`, which some services read as `name`. */
function isNamed(key: string, name: string, names: Names): boolean {
  const lower = withoutIndexes(key.toLowerCase());
  if (names.are(lower, name)) return true;
  const open = lower.indexOf("[");
  return open > 0 && !name.includes("[") && names.are(lower.slice(0, open), name);
}

/** Calls back for every value of `name` in a form, however it is written. */
function inForm(parts: RequestParts, name: string, names: Names, found: Collector, each: (value: string) => void): void {
  const body = parts.body ?? "";
  const type = parts.contentType.toLowerCase();
  if (type.includes("json") || body === "") return;
  if (body.length > subjectBodyCharsMax) {
    found.truncated = true;
    return;
  }
  if (!type.startsWith("multipart/") && !isXml(type)) return pairs(body, "&", name, names, each);
  // An entity that the body declares may stand for anybody, and is not put in: no honest client sends one.
  if (isXml(type) && body.includes("<!ENTITY")) found.truncated = true;
  const fields = isXml(type) ? xmlFields(body) : multipartFields(body, parts.contentType);
  // Whoever stands behind so many others was not read.
  if (fields.length >= pairsMax) found.truncated = true;
  for (const [key, value] of fields) if (isNamed(key, name, names)) each(value);
}

/** What has the name of a rule at other places than the rule's own. */
function elsewhere({ rule, name, keys }: CompiledRule, parts: RequestParts, found: Collector, names: Names): void {
  const { in: place } = rule.location;
  if (place !== "query" && place !== "form" && place !== "json") return;
  const leaf = place === "json" ? (keys.at(-1) ?? "") : name.charCodeAt(0) === tilde ? name : leafOfField(name);
  const take = (value: string): void => valueOf(rule, noKeys, value, 0, found, names);
  if (place !== "query") pairs(parts.query, "&", leaf, names, take);
  if (parts.body === undefined) return;
  if (place !== "form") inForm(parts, leaf, names, found, take);
  if (place !== "json" && parts.body.length <= subjectBodyCharsMax && /^\s{0,64}[[{]/.test(parts.body)) anywhere(parseJson(parts.body), leaf, 0, rule, found, names);
}

/** Every text under this key, at any depth that is followed. */
function anywhere(node: unknown, key: string, depth: number, rule: SubjectRule, found: Collector, names: Names): void {
  if (typeof node !== "object" || node === null) return;
  if (depth > subjectDepthMax) {
    found.truncated = true;
    return;
  }
  for (const [name, value] of Object.entries(node)) {
    if (found.truncated && found.subjects.length >= subjectsMax) return;
    if (!Array.isArray(node) && (name === key || names.are(name.toLowerCase(), key))) walk(value, [], 0, depth + 1, rule, found, names);
    else anywhere(value, key, depth + 1, rule, found, names);
  }
}

/** As a form or a query writes it: `+` is a space. */
function decode(text: string): string {
  return decodePercent(text.replaceAll("+", " "));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function walk(node: unknown, keys: readonly string[], at: number, depth: number, rule: SubjectRule, found: Collector, names: Names): void {
  if (depth > subjectDepthMax) {
    found.truncated = true;
    return;
  }
  if (Array.isArray(node)) {
    for (const element of node) {
      if (found.truncated && found.subjects.length >= subjectsMax) return;
      walk(element, keys, at, depth + 1, rule, found, names);
    }
    return;
  }
  if (at === keys.length) {
    if (typeof node === "string") valueOf(rule, noKeys, node, depth, found, names);
    else if (typeof node === "number") found.one(rule, String(node));
    return;
  }
  if (typeof node === "string") return valueOf(rule, keys.slice(at), node, depth, found, names);
  if (typeof node !== "object" || node === null) return;
  const want = keys[at] ?? "";
  for (const [key, value] of Object.entries(node)) {
    if (key === want || names.are(key.toLowerCase(), want)) walk(value, keys, at + 1, depth + 1, rule, found, names);
  }
}

/** Keys written in a valid JSON text: its colons outside strings. */
function keysInText(text: string): number {
  let keys = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 92) index += 1;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 58) keys += 1;
  }
  return keys;
}

/** Keys that survived parsing. A tree too deep to count gives -1, which never agrees. */
function keysInTree(node: unknown, depth: number): number {
  if (typeof node !== "object" || node === null) return 0;
  if (depth > 4 * subjectDepthMax) return Number.NEGATIVE_INFINITY;
  let keys = 0;
  if (Array.isArray(node)) {
    for (const element of node) keys += keysInTree(element, depth + 1);
    return keys;
  }
  for (const value of Object.values(node)) keys += 1 + keysInTree(value, depth + 1);
  return keys;
}
