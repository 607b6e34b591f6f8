import type { ClassScheme } from "../decide/gate-policy.ts";
import type { HeaderList } from "./exchange.ts";
import { headersNamed } from "./view-of.ts";
import type { ResponseClass } from "../understood.ts";
import { answerWords } from "./answer-words.ts";
import { echoForms, maskEcho } from "./echo-forms.ts";
import { shape, keysOf, scalarTexts, usualTexts } from "./json-shape.ts";
import { structureOf, type JsonStructure } from "./json-structure.ts";
import { plainHash } from "./plain-hash.ts";
import { isPlainWords } from "./plain-words.ts";
import type { Ports } from "./ports.ts";
import { redirectShape } from "./redirect-shape.ts";
import { rememberText } from "./remember-text.ts";
import { looksIdentifying, visible } from "./scalar-text.ts";
import type { Json } from "./view.ts";

/** An answer as far as its class depends on it. */
export interface ClassifiedAnswer {
  readonly status: number;
  readonly contentType: string;
  /** The Location header, `""` when there is none. */
  readonly location: string;
  /** Values of its Set-Cookie headers. */
  readonly cookies?: readonly string[];
  /** Text of the answer or its first 64 KiB; undefined when it was not seen. */
  readonly body: string | undefined;
  /** The parsed body, where the caller has it already. */
  readonly json?: Json | undefined;
  /** Identifiers as they stood in the request; the first eight are masked. */
  readonly echo: readonly string[];
  /** Bytes of the answer, used where `body` was not seen (access logs). */
  readonly size?: number | undefined;
}

export const classKeyCharsMax = 512;
/** Text answers up to this length are told apart by their (keyed) hash, longer ones by length alone. */
export const shortTextMax = 64;

/**
 * Puts an answer in its class: status, media type, JSON shape and the values of the scheme's scalars, redirect target,
 * or length for other types; of redirects and marked-up pages what {@link answerWords} finds and the scheme holds to be words of the service. Everything taken from the request is masked first, so the class tells the answer's kind and
 * not whom it is about. `id` is a hash of the key before it is cut to {@link classKeyCharsMax}.
 *
 * No personal data in the key: strings of the answer and names of its fields stand in it only as words of a fixed vocabulary, upper-case codes, or
 * as digits of a keyed hash. Misses: differences in header values other than Location and the cookies of redirects, in time, in values of fields outside the scheme,
 * and in long texts that are no markup and whose lengths lie in the same power of two.
 */
export function classifyResponse(scheme: ClassScheme, answer: ClassifiedAnswer, ports: Ports): ResponseClass {
  const forms = answer.body === undefined && answer.json === undefined && answer.location === "" ? [] : echoForms(answer.echo);
  const media = answer.contentType === "" ? "" : mediaType(answer.contentType);
  const fields: string[] = [];
  let rest: string;
  if (answer.status >= 300 && answer.status < 400 && answer.location !== "") {
    rest = `-> ${redirectShape(answer.location, forms, ports)}${wordsOf(scheme, answer, forms, ports)}`;
  } else {
    // Whether it is JSON is decided from type and text alone, so that gate and ledger agree whoever did the parsing.
    const json = looksJson(media, answer.body) ? (answer.json ?? parsed(answer.body)) : undefined;
    if (json === undefined) {
      const words = wordsOf(scheme, answer, forms, ports);
      // What a page says tells its kind better than its length, which changes with everything on it.
      rest = words === "" ? textShape(answer, forms, ports) : `page${words}`;
    } else {
      const shapes = shapesOf(json, forms, ports);
      if (shapes !== undefined) return knownClass(shapes, `${answer.status} ${media === "" ? "-" : media} `, scalarsOf(json, scheme, forms, ports, answer.status), answer.status);
      rest = jsonShape(json, scheme, forms, fields, ports, answer.status);
    }
  }
  return classOf(`${answer.status} ${media === "" ? "-" : media} ${rest}`, answer.status, fields);
}

/** Cookies that an answer sets, as far as its class looks at them: beside a redirect they are often all that tells its kind. */
export function cookiesOfRedirect(status: number, headers: HeaderList): { readonly cookies?: readonly string[] } {
  return status < 300 || status >= 400 ? none : { cookies: headersNamed(headers, "set-cookie") };
}

const none = {};

/** A class by its whole key. */
export function classOf(key: string, status: number, fields: readonly string[]): ResponseClass {
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

/**
 * The key an answer would have had if `path` had not been in the scheme; undefined when the key was cut and cannot be redone.
 * Lets counts follow their class when the scheme shrinks.
 */
export function keyWithoutScalar(key: string, path: string): string | undefined {
  if (key.endsWith("…")) return undefined;
  const token = `${visible(path)}=`;
  return key
    .split(" ")
    .filter((part) => !part.startsWith(token) || part.startsWith(`${token}=`))
    .join(" ");
}

function jsonShape(json: Json, scheme: ClassScheme, forms: readonly string[], fields: string[], ports: Ports, status: number): string {
  const paths: string[] = [];
  shape(json, "", 0, forms, paths, fields, ports);
  paths.sort();
  return `{${paths.join(",")}}${scalarsOf(json, scheme, forms, ports, status)}`;
}

/** A bare `true` says all there is to say. */
function scalarsOf(json: Json, scheme: ClassScheme, forms: readonly string[], ports: Ports, status: number): string {
  if (typeof json === "boolean") return ` value=${json}`;
  const text = scalarTexts(json, scheme, forms, ports);
  // A refusal has its own class by its status, and what it says beside that is of the request.
  return scheme.usual === undefined || status >= 300 ? text : text + usualTexts(json, scheme.usual, ports);
}

function wordsOf(scheme: ClassScheme, answer: ClassifiedAnswer, forms: readonly string[], ports: Ports): string {
  if (scheme.scalars.length === 0) return "";
  const words = answerWords(answer);
  return words === undefined ? "" : scalarTexts(words, scheme, forms, ports);
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

/** The media type of a Content-Type as a class key has it. */
export const mediaType = rememberText((contentType) => {
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

/** Whether an answer is read as JSON. */
export function looksJson(media: string, body: string | undefined): boolean {
  return media.includes("json") || (body !== undefined && (body.startsWith("{") || body.startsWith("[")));
}

/** The JSON of a body; undefined when it is none. */
export function parsed(body: string | undefined): Json | undefined {
  if (body === undefined || body === "") return undefined;
  try {
    return JSON.parse(body) as Json;
  } catch {
    return undefined;
  }
}

function cutKey(key: string): string {
  return key.length <= classKeyCharsMax ? key : `${key.slice(0, classKeyCharsMax - 1)}…`;
}
