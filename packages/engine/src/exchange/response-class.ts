import type { ClassScheme } from "../decide/gate-policy.ts";
import type { ResponseClass } from "../understood.ts";
import { type JsonStructure, structureOf } from "./json-structure.ts";
import { fieldName, isPlainWords } from "./plain-words.ts";
import type { Ports } from "./ports.ts";
import { rememberText } from "./remember-text.ts";
import type { Json } from "./view.ts";

/** An answer as far as its class depends on it. */
export interface ClassifiedAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The Location header, `""` when there is none. */
  readonly location: string;
  /** Text of the answer or its first 64 KiB; undefined when it was not seen. */
  readonly body: string | undefined;
  /** The parsed body, where the caller has it already. */
  readonly json?: Json | undefined;
  /** Identifiers as they stood in the request; at most {@link echoesMax} are masked. */
  readonly echo: readonly string[];
  /** Bytes of the answer, used where `body` was not seen (access logs). */
  readonly size?: number | undefined;
}

/** Nesting of a JSON answer that is told apart; what lies deeper is `deep`. */
export const shapeDepthMax = 6;
/** Key paths of a JSON answer that are told apart; the rest is `…`. */
export const shapePathsMax = 64;
export const classKeyCharsMax = 512;
export const echoesMax = 8;
/** Text answers up to this length are told apart by their (keyed) hash, longer ones by length alone. */
/** Texts of so many characters are compared word for word, longer ones by length. */
export const shortTextMax = 64;

/**
 * Puts an answer in its class: status, media type, JSON shape and the values of the scheme's scalars, redirect target,
 * or length for other types. Everything taken from the request is masked first, so the class tells the answer's kind and
 * not whom it is about. `id` is a hash of the key before it is cut to {@link classKeyCharsMax}.
 *
 * No personal data in the key: strings of the answer and names of its fields stand in it only as words of a fixed vocabulary, upper-case codes, or
 * as digits of a keyed hash. Misses: differences in header values other than Location, in time, in values of fields outside the scheme,
 * and in long texts whose lengths lie in the same power of two.
 */
export function classifyResponse(scheme: ClassScheme, answer: ClassifiedAnswer, ports: Ports): ResponseClass {
  const forms = answer.body === undefined && answer.json === undefined && answer.location === "" ? [] : echoForms(answer.echo);
  const media = answer.contentType === "" ? "" : mediaType(answer.contentType);
  const fields: string[] = [];
  let rest: string;
  if (answer.status >= 300 && answer.status < 400 && answer.location !== "") {
    rest = `-> ${redirectShape(answer.location, forms, ports)}`;
  } else {
    // Whether it is JSON is decided from type and text alone, so that gate and ledger agree whoever did the parsing.
    const json = looksJson(media, answer.body) ? (answer.json ?? parsed(answer.body)) : undefined;
    if (json === undefined) rest = textShape(answer, forms, ports);
    else {
      const shapes = shapesOf(json, forms, ports);
      if (shapes !== undefined) return knownClass(shapes, `${answer.status} ${media === "" ? "-" : media} `, scalarTexts(json, scheme, forms, ports), answer.status);
      rest = jsonShape(json, scheme, forms, fields, ports);
    }
  }
  return classOf(`${answer.status} ${media === "" ? "-" : media} ${rest}`, answer.status, fields);
}

function classOf(key: string, status: number, fields: readonly string[]): ResponseClass {
  return { id: plainHash(key), key: cutKey(key), status, fields };
}

/** What the structure of a JSON answer says of its class. */
interface Shapes {
  readonly ports: Ports;
  readonly text: string;
  readonly fields: readonly string[];
  /** By status, media type and scalars; at most {@link classesPerStructureMax}. */
  readonly classes: Map<string, ResponseClass>;
}

const shapesKey = Symbol("shapes");
/** Scalars are enumerations; with more classes of one structure the scheme is still being learned, and they are found anew. */
export const classesPerStructureMax = 256;

/** Undefined when the structure cannot be remembered, or a key may hold the identifier asked about: then its names must be masked each time. */
function shapesOf(json: Json, forms: readonly string[], ports: Ports): Shapes | undefined {
  const structure = structureOf(json);
  if (structure === undefined) return undefined;
  let shapes = structure.memory.get(shapesKey) as Shapes | undefined;
  if (shapes === undefined || shapes.ports !== ports) {
    const paths: string[] = [];
    const fields: string[] = [];
    shape(json, "", 0, [], paths, fields, ports);
    paths.sort();
    structure.keys = keysOf(json, 0, []).join("\n").toLowerCase();
    shapes = { ports, text: `{${paths.join(",")}}`, fields, classes: new Map() };
    structure.memory.set(shapesKey, shapes);
  }
  return heldBy(structure, forms) ? undefined : shapes;
}

function heldBy(structure: JsonStructure, forms: readonly string[]): boolean {
  for (const form of forms) if (structure.keys.includes(form)) return true;
  return false;
}

function knownClass(shapes: Shapes, head: string, scalars: string, status: number): ResponseClass {
  const name = head + scalars;
  let known = shapes.classes.get(name);
  if (known === undefined) {
    known = classOf(head + shapes.text + scalars, status, shapes.fields);
    if (shapes.classes.size >= classesPerStructureMax) shapes.classes.clear();
    shapes.classes.set(name, known);
  }
  return known;
}

/** Every key the structure of a value has. */
function keysOf(node: Json, depth: number, keys: string[]): string[] {
  if (node === null || typeof node !== "object" || depth >= shapeDepthMax) return keys;
  if (isArray(node)) return node[0] === undefined ? keys : keysOf(node[0], depth + 1, keys);
  for (const [key, value] of Object.entries(node)) {
    keys.push(key);
    keysOf(value, depth + 1, keys);
  }
  return keys;
}

/**
 * The key an answer would have had if `path` had not been in the scheme; undefined when the key was cut and cannot be redone.
 * Lets counts follow their class when the scheme shrinks.
 */
export function keyWithoutScalar(key: string, path: string): string | undefined {
  if (key.endsWith("…")) return undefined;
  const token = `${visible(path)}=`;
  return key
    .split(" ")
    .filter((part) => !part.startsWith(token))
    .join(" ");
}

/** 64 bits of a fast unkeyed hash as 16 hex digits. For class keys, which hold nothing secret; not collision-proof against a service that wants collisions. */
export function plainHash(text: string): string {
  const { high, low } = plainHalves(text);
  return hexOf(high, low);
}

/** As {@link plainHash}, both halves as signed numbers of 32 bits, for whoever needs no text. Read them before the next call: the object is the same each time. */
export function plainHalves(text: string): { readonly high: number; readonly low: number } {
  let high = 0x9e3779b9 ^ text.length;
  let low = 0x85ebca6b;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 13;
  }
  high = mix(high ^ low);
  halves.high = high | 0;
  halves.low = mix(low + high) | 0;
  return halves;
}

const halves = { high: 0, low: 0 };

/** The value of a scalar as class keys write it: booleans and numbers of at most three digits in clear, text per the vocabulary; all else hashed. */
export function scalarText(value: string | number | boolean, ports: Ports): string {
  if (typeof value === "boolean") return String(value);
  // Four digits can be somebody's PIN.
  if (typeof value === "number") return Math.abs(value) < 1_000 ? String(value) : `#${ports.hash("segment", String(value)).slice(0, 6)}`;
  if (value === "") return '""';
  const word = value.trim().toLowerCase();
  if (vocabulary.has(word) || isCode(value)) return visible(value.slice(0, 32));
  return `#${ports.hash("segment", value).slice(0, 6)}`;
}

/** True for text that may name a person, thing or moment: five or more digits, an at sign, a UUID or long hex, or long text. */
export function looksIdentifying(text: string): boolean {
  if (text.length > 64) return true;
  let digits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) digits += 1;
    else if (code === 64) return true;
  }
  return digits >= 5;
}

/** Spellings under which the identifier asked about may come back: as it stood, and its digits. Too short ones are left out, they would mask by chance. */
export function echoForms(echo: readonly string[]): readonly string[] {
  const [only] = echo;
  if (echo.length !== 1 || only === undefined) return formsOf(echo);
  if (only !== lastEcho) {
    lastForms = formsOf(echo);
    lastEcho = only;
  }
  return lastForms;
}

/** Gate, scheme and class ask about the same identifier in turn: the last one is remembered. */
let lastEcho = "";
let lastForms: readonly string[] = [];

function formsOf(echo: readonly string[]): readonly string[] {
  const forms = new Set<string>();
  for (const raw of echo.slice(0, echoesMax)) {
    const text = raw.trim();
    if (text.length >= 3) forms.add(text.toLowerCase());
    let digits = "";
    for (const char of text) if (char >= "0" && char <= "9") digits += char;
    if (digits.length >= 5) forms.add(digits);
  }
  return [...forms].sort((a, b) => b.length - a.length);
}

/** `text` in lower case with every form of the identifier replaced by `{}`. */
export function maskEcho(text: string, forms: readonly string[]): string {
  let out = text.toLowerCase();
  for (const form of forms) if (out.includes(form)) out = out.replaceAll(form, "{}");
  return out;
}

function jsonShape(json: Json, scheme: ClassScheme, forms: readonly string[], fields: string[], ports: Ports): string {
  const paths: string[] = [];
  shape(json, "", 0, forms, paths, fields, ports);
  paths.sort();
  return `{${paths.join(",")}}${scalarTexts(json, scheme, forms, ports)}`;
}

function scalarTexts(json: Json, scheme: ClassScheme, forms: readonly string[], ports: Ports): string {
  let text = "";
  for (const path of scheme.scalars) {
    const value = scalarAt(json, path, ports);
    if (value === undefined) continue;
    const masked = typeof value === "string" && (looksIdentifying(value) || maskEcho(value, forms) !== value.toLowerCase());
    text += ` ${visible(path)}=${masked ? "{}" : scalarText(value, ports)}`;
  }
  return text;
}

function shape(node: Json, path: string, depth: number, forms: readonly string[], paths: string[], fields: string[], ports: Ports): void {
  if (paths.length >= shapePathsMax) {
    if (paths[paths.length - 1] !== "…") paths[paths.length - 1] = "…";
    return;
  }
  if (node === null || typeof node !== "object") {
    const type = node === null ? "null" : typeof node;
    paths.push(path === "" ? type : `${path}:${type}`);
    if (path !== "") fields.push(path);
    return;
  }
  if (depth >= shapeDepthMax) {
    paths.push(`${path}:deep`);
    fields.push(path);
    return;
  }
  if (isArray(node)) {
    const first = node[0];
    if (first === undefined) paths.push(`${path}[]:empty`);
    else shape(first, `${path}[]`, depth + 1, forms, paths, fields, ports);
    return;
  }
  const keys = Object.keys(node).sort();
  if (keys.length === 0) paths.push(path === "" ? "" : `${path}:{}`);
  const seen = new Set<string>();
  for (const key of keys) {
    const name = keyName(key, forms, ports);
    // A map keyed by identifiers is one field, however many entries it has.
    if (name !== key && seen.has(name)) continue;
    seen.add(name);
    const value = node[key];
    if (value !== undefined) shape(value, path === "" ? name : `${path}.${name}`, depth + 1, forms, paths, fields, ports);
  }
}

/** The scalar at a path without arrays, whose names are as {@link fieldName} writes them; undefined when there is none. */
export function scalarAt(json: Json, path: string, ports: Ports): string | number | boolean | undefined {
  let node: Json | undefined = json;
  for (const name of namesOf(path)) {
    if (node === null || typeof node !== "object" || isArray(node)) return undefined;
    const key: string | undefined = name.startsWith("~") ? keyOf(node, name, ports) : name;
    if (key === undefined || !Object.hasOwn(node, key)) return undefined;
    node = node[key];
  }
  return typeof node === "string" || typeof node === "number" || typeof node === "boolean" ? node : undefined;
}

const namesOf = rememberText((path) => path.split("."), 2_048);

/** The key that is written so; looks at the first {@link shapePathsMax}. */
function keyOf(node: { readonly [key: string]: Json }, name: string, ports: Ports): string | undefined {
  let looked = 0;
  for (const key of Object.keys(node)) {
    if (++looked > shapePathsMax) return undefined;
    if (fieldName(key, ports) === name) return key;
  }
  return undefined;
}

function keyName(key: string, forms: readonly string[], ports: Ports): string {
  if (looksIdentifying(key)) return "*";
  if (forms.length > 0 && maskEcho(key, forms) !== key.toLowerCase()) return "*";
  return visible(fieldName(key, ports));
}

function redirectShape(location: string, forms: readonly string[], ports: Ports): string {
  const masked = maskEcho(location.slice(0, 1_024), forms);
  const scheme = masked.indexOf("://");
  const slash = scheme < 0 ? 0 : masked.indexOf("/", scheme + 3);
  const target = slash < 0 ? "/" : masked.slice(slash);
  const [beforeHash = ""] = target.split("#", 1);
  const mark = beforeHash.indexOf("?");
  const path = mark < 0 ? beforeHash : beforeHash.slice(0, mark);
  const segments = path
    .split("/", 16)
    .filter((segment) => segment !== "")
    .map((segment) => (segment.includes("{}") || looksIdentifying(segment) ? "{}" : scalarText(segment, ports)));
  const query = (mark < 0 ? "" : beforeHash.slice(mark + 1))
    .split("&", 16)
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? "" : pair.slice(equals + 1);
      // Only values that can carry a verdict and no person: flags and words of the vocabulary.
      return `${looksIdentifying(name) || name.includes("{}") ? "*" : scalarText(name, ports)}=${vocabulary.has(value) ? value : "*"}`;
    })
    .sort();
  return `/${segments.join("/")}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

function textShape(answer: ClassifiedAnswer, forms: readonly string[], ports: Ports): string {
  if (answer.body === undefined) return answer.size === undefined ? "?" : `size~${bucket(answer.size)}`;
  const masked = maskEcho(answer.body, forms);
  if (masked.length === 0) return "empty";
  if (masked.length <= shortTextMax && !looksIdentifying(masked)) return `text#${ports.hash("segment", masked).slice(0, 6)}`;
  return `length~${bucket(masked.length)}`;
}

/** Power of two at or above the length: 65…128 → 128. */
function bucket(length: number): number {
  if (length <= 1) return length;
  return length <= 0x4000_0000 && Number.isInteger(length) ? 1 << (32 - Math.clz32(length - 1)) : 2 ** Math.ceil(Math.log2(length));
}

const mediaType = rememberText((contentType) => {
  const end = contentType.indexOf(";");
  const media = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase().slice(0, 64);
  // Part of the service's own words, but a service may write anything there.
  return /^(?:application|text|image|audio|video|font|multipart|message|model)\/[a-z0-9.+-]{1,60}$/.test(media) && mediaWords(media) ? media : media === "" ? "" : "other";
});

function mediaWords(media: string): boolean {
  return media
    .slice(media.indexOf("/") + 1)
    .split(/[.+-]/)
    .every((word) => subtypes.has(word) || isPlainWords(word));
}

const subtypes: ReadonlySet<string> = new Set(
  "x ld hal vnd jose octet stream urlencoded www form problem ndjson jsonl jsonp cbor msgpack protobuf javascript ecmascript plain mixed byteranges jpeg webm mpeg ogg mp3 mp4 wav woff woff2 collection siren atom rss xhtml msword excel".split(
    " ",
  ),
);

function looksJson(media: string, body: string | undefined): boolean {
  return media.includes("json") || (body !== undefined && (body.startsWith("{") || body.startsWith("[")));
}

function parsed(body: string | undefined): Json | undefined {
  if (body === undefined || body === "") return undefined;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

function isArray(node: Json): node is readonly Json[] {
  return Array.isArray(node);
}

/** Blanks would end a token of the key. */
function visible(text: string): string {
  const short = text.length > 64 ? text.slice(0, 64) : text;
  return short.includes(" ") ? short.replaceAll(" ", "_") : short;
}

function cutKey(key: string): string {
  return key.length <= classKeyCharsMax ? key : `${key.slice(0, classKeyCharsMax - 1)}…`;
}

/** `USER_NOT_FOUND`: an upper-case code, which names no one. */
function isCode(text: string): boolean {
  return isPlainWords(text.toLowerCase()) && text.length <= 32 && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text);
}

function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** One flat text: two padded halves put together cost five times as much. */
export function hexOf(high: number, low: number): string {
  return String.fromCharCode(
    digit(high >>> 28),
    digit((high >>> 24) & 15),
    digit((high >>> 20) & 15),
    digit((high >>> 16) & 15),
    digit((high >>> 12) & 15),
    digit((high >>> 8) & 15),
    digit((high >>> 4) & 15),
    digit(high & 15),
    digit(low >>> 28),
    digit((low >>> 24) & 15),
    digit((low >>> 20) & 15),
    digit((low >>> 16) & 15),
    digit((low >>> 12) & 15),
    digit((low >>> 8) & 15),
    digit((low >>> 4) & 15),
    digit(low & 15),
  );
}

function digit(value: number): number {
  return value < 10 ? 48 + value : 87 + value;
}

/** Words that say how an answer went and name nobody; only these are written in clear. */
const vocabulary: ReadonlySet<string> = new Set(
  (
    "true false yes no ok error fail failed failure success successful 0 1 active inactive enabled disabled pending blocked locked suspended deleted verified unverified " +
    "registered unregistered known unknown found missing not_found notfound not-found exists taken available unavailable invalid valid denied forbidden unauthorized expired " +
    "none null sms voice call push email phone totp otp mfa password login signin sign-in register signup sign-up reset verify verified sent home account accounts users user " +
    "api auth oauth v1 v2 v3 app web welcome error errors status challenge new existing confirmed accepted rejected open closed user_not_found no_such_user"
  ).split(" "),
);
