import { graphqlRequests, graphqlSubjects } from "./graphql-subjects.ts";
import type { SubjectRule } from "../decide/gate-policy.ts";
import { subjectsMax } from "../understood.ts";
import { AskedNames, isHashedName, isNamed, pairs } from "./asked-names.ts";
import { codedValue } from "./coded-value.ts";
import { type CompiledRule, compiledRules, noKeys } from "./compiled-rules.ts";
import { leafOfField } from "./field-index.ts";
import { multipartFields } from "./multipart-fields.ts";
import { dialCodeOf } from "./national-number.ts";
import { normalForm } from "./normal-form.ts";
import type { Ports } from "./ports.ts";
import { hasRepeatedKeys } from "./repeated-keys.ts";
import type { Subject } from "./subject.ts";
import { type Batch, noDials, SubjectCollector, subjectOf } from "./subject-collector.ts";
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
  /** That one is a national number, whose country stood beside. */
  readonly firstNational?: boolean;
  /** Those that were asked about as a list, where a rule points at one or one place held several: an answer may say something of each. */
  readonly batch?: Batch;
}

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
 * there itself; where a rule names a part of a value and the value cannot be taken apart, the value counts as one. Whatever has the same name elsewhere in query, form or body is
 * taken as well: many services read `email` from wherever it comes. A body in which nobody can be found because it is not read (JSON with comments, UTF-16) is itself who is asked about.
 *
 * Misses: identifiers under another name than honest clients use, and JSON numbers beyond 2^53 (neighbours collapse into one).
 */
export function extractSubjects(rules: readonly SubjectRule[], template: string, parts: RequestParts, ports: Ports): Extracted {
  const inPath = subjectInPath(rules, template, parts.segments, ports);
  if (inPath !== undefined) return inPath;
  const compiled = compiledRules(rules, template);
  const found = new SubjectCollector(ports);
  const names = new AskedNames(ports, found);
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
        if (rule.rule.country !== undefined) found.dials = dialsOf(rule.rule.country, found, (name, each) => pairs(parts.query, "&", name, names, each));
        eachName(rule, found, names, (name, each) => pairs(parts.query, "&", name, names, each));
        found.dials = noDials;
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
        else {
          if (rule.rule.country !== undefined) found.dials = dialsOf(rule.rule.country, found, (name, each) => inForm(parts, name, names, found, each));
          eachName(rule, found, names, (name, each) => inForm(parts, name, names, found, each));
          found.dials = noDials;
        }
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
          json = jsonOf(parts.body);
          if (json !== undefined && hasRepeatedKeys(parts.body, json)) found.truncated = true;
        }
        walk(json, rule.keys, 0, 0, rule.rule, found, names);
        if (rule.keys.length > 1 && names.are("variables", rule.keys[0] ?? "")) inGraphql(rule, parts, json, found, names);
        break;
    }
  }
  const nobody = found.subjects.length === 0 && !found.truncated;
  for (const rule of compiled) {
    if (nobody) elsewhere(rule, parts, found, names);
    else besides(rule, parts, found, names);
  }
  const inBody = compiled.find(({ rule: { location } }) => location.in === "json" || location.in === "form");
  if (json === undefined && inBody !== undefined && parts.body !== undefined && parts.body.length <= subjectBodyCharsMax && !isReadable(parts.body, parts.contentType))
    found.unread(inBody.rule, parts.body);
  const batch = found.batch();
  const { subjects, truncated, first } = found;
  return { subjects, truncated, needsBody, first, ...(found.firstNational ? { firstNational: true } : {}), ...(batch === undefined ? {} : { batch }) };
}

/**
 * The same for the common case, one identifier in the path, which needs no other part of the request: undefined in any other case. Whoever has yet to look the other parts
 * up asks this first.
 */
export function subjectInPath(rules: readonly SubjectRule[], template: string, segments: readonly string[], ports: Ports): Extracted | undefined {
  const compiled = compiledRules(rules, template);
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
function valueOf(rule: SubjectRule, keys: readonly string[], text: string, depth: number, found: SubjectCollector, names: AskedNames): void {
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
      if (coded.text !== "" && hasRepeatedKeys(coded.text, coded.tree)) found.truncated = true;
      return walk(coded.tree, keys, 0, depth + 1, rule, found, names);
  }
}

/** Dial codes of the countries under this name, which is in lower case: of several each is taken, as services differ in which one they take. */
function dialsOf(name: string, found: SubjectCollector, look: (name: string, each: (value: string) => void) => void): readonly string[] {
  const dials: string[] = [];
  look(name, (value) => {
    const dial = dialCodeOf(value);
    if (dial === undefined || dials.includes(dial)) return;
    if (dials.length < dialsMax) dials.push(dial);
    else found.truncated = true;
  });
  return dials;
}

/** The same beside a number in an object. */
function dialsIn(node: object, name: string, found: SubjectCollector, names: AskedNames): readonly string[] {
  return dialsOf(name.slice(name.lastIndexOf(".") + 1), found, (wanted, each) => {
    for (const [key, value] of Object.entries(node))
      if ((typeof value === "string" || typeof value === "number") && (key === wanted || names.are(key.toLowerCase(), wanted))) each(String(value));
  });
}

/** Honest requests have one. */
const dialsMax = 3;

/** Looks for values under the rule's own name, and under the name of what it is a part of. */
function eachName({ rule, name, head, inner }: CompiledRule, found: SubjectCollector, names: AskedNames, look: (name: string, each: (value: string) => void) => void): void {
  look(name, (value) => valueOf(rule, noKeys, value, 0, found, names));
  if (inner.length > 0) look(head, (value) => valueOf(rule, inner, value, 0, found, names));
}

const openBracket = 91;

const nothing: Extracted = { subjects: [], truncated: false, needsBody: false, first: "" };

/** The common case, one identifier in the path, as {@link SubjectCollector} has it. */
function single(rule: SubjectRule, text: string, ports: Ports): Extracted {
  const normal = normalForm(rule.type, text);
  if (normal === "" || normal === "+") return nothing;
  return { subjects: [subjectOf(rule, normal, ports.hash(rule.type, normal))], truncated: false, needsBody: false, first: text };
}

/** A GraphQL request may ask the same otherwise than honest clients do. */
function inGraphql({ rule, keys }: CompiledRule, parts: RequestParts, json: unknown, found: SubjectCollector, names: AskedNames): void {
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

/** Calls back for every value of `name` in a form, however it is written. */
function inForm(parts: RequestParts, name: string, names: AskedNames, found: SubjectCollector, each: (value: string) => void): void {
  const body = parts.body ?? "";
  const type = parts.contentType.toLowerCase();
  if (body === "" || (type.includes("json") && startsAsJson(body))) return;
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
function elsewhere({ rule, name, keys }: CompiledRule, parts: RequestParts, found: SubjectCollector, names: AskedNames): void {
  const { in: place } = rule.location;
  if (place !== "query" && place !== "form" && place !== "json") return;
  const leaf = place === "json" ? (keys.at(-1) ?? "") : isHashedName(name) ? name : leafOfField(name);
  const take = (value: string): void => valueOf(rule, noKeys, value, 0, found, names);
  if (place !== "query") pairs(parts.query, "&", leaf, names, take);
  if (parts.body === undefined) return;
  if (place !== "form") inForm(parts, leaf, names, found, take);
  if (parts.body.length <= subjectBodyCharsMax && startsAsJson(parts.body)) anywhere(jsonOf(parts.body), leaf, 0, rule, found, names);
}

/**
 * Whoever else a request names under the name of a rule, in query, form or at the top of a JSON body, where the place of the rule names somebody: services differ in which of two they take
 * (`?email=` beside a form with `email`), and one that is asked about anyway would hide the other.
 */
function besides({ rule, name, keys }: CompiledRule, parts: RequestParts, found: SubjectCollector, names: AskedNames): void {
  const { in: place } = rule.location;
  if ((place !== "query" && place !== "form" && place !== "json") || keys.length > 1) return;
  const { body } = parts;
  if (place !== "query" && parts.query === "") return;
  if (place === "query" && (body === undefined || body === "")) return;
  const leaf = place === "json" ? (keys.at(-1) ?? "") : isHashedName(name) ? name : leafOfField(name);
  const take = (value: string): void => valueOf(rule, noKeys, value, 0, found, names);
  if (place !== "query") return pairs(parts.query, "&", leaf, names, take);
  if (body === undefined || body.length > subjectBodyCharsMax) return;
  inForm(parts, leaf, names, found, take);
  const json = startsAsJson(body) ? jsonOf(body) : undefined;
  if (typeof json === "object" && json !== null)
    for (const [key, value] of Object.entries(json)) if (key === leaf || names.are(key.toLowerCase(), leaf)) walk(value, noKeys, 0, 1, rule, found, names);
}

/** Whether people in a body can be found: JSON, lines of JSON, or pairs of a form, multipart form or XML. */
function isReadable(body: string, contentType: string): boolean {
  const type = contentType.toLowerCase();
  // A part may be a picture.
  if (type.startsWith("multipart/")) return multipartFields(body, contentType).length > 0;
  if (controls.test(body)) return false;
  if (isXml(type)) return xmlFields(body).length > 0;
  return body.trim() === "" || formStart.test(body) || type.startsWith("application/graphql") || jsonOf(body) !== undefined;
}

/** What is left of text in UTF-16 or UTF-32. A form in Latin-1 holds none. */
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000e-\u001f]/;
/** `name=` or a bare name, as forms begin. */
const formStart = /^\s{0,16}[^={}<>"\s\ufffd]{1,256}(?:=|&|\s{0,16}$)/;

function startsAsJson(body: string): boolean {
  return /^\ufeff?\s{0,64}[[{]/.test(body);
}

/** Every text under this key, at any depth that is followed. */
function anywhere(node: unknown, key: string, depth: number, rule: SubjectRule, found: SubjectCollector, names: AskedNames): void {
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

/** The JSON of a body, a mark of its byte order left out; of lines that are JSON each, all of them. */
function jsonOf(body: string): unknown {
  const text = body.charCodeAt(0) === 0xfeff ? body.slice(1) : body;
  const whole = parseJson(text);
  if (whole !== undefined || !text.includes("\n")) return whole;
  const lines: unknown[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    const value = parseJson(line);
    if (value === undefined) return undefined;
    lines.push(value);
  }
  return lines;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function walk(node: unknown, keys: readonly string[], at: number, depth: number, rule: SubjectRule, found: SubjectCollector, names: AskedNames): void {
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
    // `{"phone":{"value":"…"}}`: services that bind what they are sent look inside.
    else if (typeof node === "object" && node !== null) for (const value of Object.values(node)) walk(value, noKeys, 0, depth + 1, rule, found, names);
    return;
  }
  if (typeof node === "string") return valueOf(rule, keys.slice(at), node, depth, found, names);
  if (typeof node !== "object" || node === null) return;
  const want = keys[at] ?? "";
  const outer = found.dials;
  if (rule.country !== undefined && at === keys.length - 1) {
    const dials = dialsIn(node, rule.country, found, names);
    if (dials.length > 0) found.dials = dials;
  }
  for (const [key, value] of Object.entries(node)) {
    if (key === want || names.are(key.toLowerCase(), want)) walk(value, keys, at + 1, depth + 1, rule, found, names);
  }
  found.dials = outer;
}
