import type { HeaderList } from "./exchange.ts";
import { maskPairs } from "./mask-pairs.ts";
import { meaningOfKey, normalKey } from "./masked-keys.ts";
import type { KeyMeaning } from "./masked-keys.ts";
import { normalForm } from "./normal-form.ts";
import type { Ports } from "./ports.ts";
import { redactCookies, redactCredential } from "./redact-credential.ts";
import { replaceIdentifiers } from "./replace-identifiers.ts";
import { segmentShape } from "./segment-shape.ts";
import { decodePercent } from "./split-target.ts";
import type { Json } from "./view.ts";

export interface RedactOptions {
  /** `fixed`: eight stars whatever the value, because a length tells. `same-length`: one star a character, as other tools write it. Default `fixed`. */
  readonly mask?: "fixed" | "same-length";
  /** More key names whose values are secrets; compared as {@link meaningOfKey} does. */
  readonly keys?: readonly string[];
  /** Path segments that may be shown, by their decoded text; all others become `{shape~hash}`. */
  readonly promoted?: (index: number, segment: string) => boolean;
}

/** Text beyond this is cut off: what is shown to people is an excerpt. */
export const redactCharactersMax = 65_536;
/** JSON deeper or with more members than this is cut off there. */
export const redactDepthMax = 32;
export const redactNodesMax = 20_000;

/**
 * JSON with the values of secret keys masked (texts, numbers, whole lists and objects), those of identifier keys
 * hashed by type, and identifiers in any other text or number, member names included, replaced by markers. Texts that
 * are JSON themselves are read as JSON.
 *
 * Misses: secrets under names it does not know, user names under no key, and values encoded twice or by another code than base64 and
 * percent.
 */
export function redactJson(value: Json, ports: Ports, options: RedactOptions = {}): Json {
  return redactor(ports, options).json(value, 0);
}

/**
 * Free text made fit to show: JSON is treated as {@link redactJson} does; in other text the values of telling keys
 * (`password=…`, `"token": "…"`) are masked and identifiers replaced, percent-encoded ones too.
 */
export function redactText(text: string, ports: Ports, options: RedactOptions = {}): string {
  return redactor(ports, options).text(text, 0);
}

/**
 * A URL fit to show: user info and fragment dropped, path segments as `{shape~hash}` unless promoted, query values
 * masked by name and searched for identifiers after undoing up to three layers of percent-encoding.
 */
export function redactUrl(url: string, ports: Ports, options: RedactOptions = {}): string {
  return redactor(ports, options).url(url);
}

/**
 * Header fields fit to show: `Authorization` keeps its scheme word and a keyed hash; of a JWT nothing else is kept, its signature least of
 * all; cookies and keys become `hash:<16 hex>`, so the same one can be recognised and none replayed. Other values are treated as text or URL.
 */
export function redactHeaders(headers: HeaderList, ports: Ports, options: RedactOptions = {}): HeaderList {
  const redact = redactor(ports, options);
  return headers.map(([name, value]) => [replaceIdentifiers(name, ports), redact.header(name.toLowerCase(), value)]);
}

interface Redactor {
  json(value: Json, depth: number): Json;
  text(text: string, depth: number): string;
  url(url: string): string;
  header(name: string, value: string): string;
}

function redactor(ports: Ports, options: RedactOptions): Redactor {
  const moreKeys = new Set((options.keys ?? []).map(normalKey));
  let nodes = 0;

  const mask = (value: string): string => (options.mask === "same-length" ? "*".repeat(value.length) : "********");
  const replace = (meaning: Exclude<KeyMeaning, undefined>, value: string): string => (meaning === "secret" ? mask(value) : marker(meaning, value, ports));

  const json = (value: Json, depth: number): Json => {
    nodes += 1;
    if (nodes > redactNodesMax || depth > redactDepthMax) return "[cut]";
    if (typeof value === "string") return text(value, depth);
    if (typeof value === "number") return number(value);
    if (typeof value !== "object" || value === null) return value;
    if (isList(value)) return value.slice(0, redactNodesMax).map((item) => json(item, depth + 1));
    const out: [string, Json][] = [];
    for (const [key, member] of Object.entries(value)) {
      if (nodes > redactNodesMax) break;
      const meaning = meaningOfKey(key, moreKeys);
      out.push([plainText(key.slice(0, 256)), meaning === undefined ? json(member, depth + 1) : keyed(meaning, member, depth + 1)]);
    }
    return Object.fromEntries(out);
  };

  /** The value of a telling key: null and booleans say too little to hide. */
  const keyed = (meaning: Exclude<KeyMeaning, undefined>, value: Json, depth: number): Json => {
    nodes += 1;
    if (nodes > redactNodesMax || depth > redactDepthMax) return "[cut]";
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "string") return replace(meaning, value);
    if (typeof value === "number") return replace(meaning, digitsOf(value));
    if (isList(value)) return value.slice(0, redactNodesMax).map((item) => keyed(meaning, item, depth + 1));
    // An object under `user` or `card` has members of its own; under a secret key none of them is shown.
    return meaning === "secret" ? "********" : json(value, depth);
  };

  const number = (value: number): Json => {
    const digits = digitsOf(value);
    const replaced = replaceIdentifiers(digits, ports);
    return replaced === digits ? value : replaced;
  };

  const text = (given: string, depth: number): string => {
    const whole = given.length <= redactCharactersMax;
    const start = given.trimStart().charAt(0);
    if (whole && depth < redactDepthMax && (start === "{" || start === "[" || start === '"')) {
      const parsed = parse(given);
      if (parsed !== undefined) return JSON.stringify(json(parsed, depth + 1));
    }
    return plainText(given) + (whole ? "" : "[cut]");
  };

  const plainText = (given: string): string => {
    const cut = given.slice(0, redactCharactersMax);
    const masked = maskPairs(maskSchemes(cut, ports), replace, moreKeys);
    return replaceIdentifiers(masked.includes("%") ? decodeTelling(masked, ports, replace, moreKeys) : masked, ports);
  };

  const url = (given: string): string => {
    const cut = given.slice(0, redactCharactersMax);
    const hash = cut.indexOf("#");
    const bare = hash === -1 ? cut : cut.slice(0, hash);
    const mark = bare.indexOf("?");
    const front = mark === -1 ? bare : bare.slice(0, mark);
    const scheme = front.indexOf("://");
    const pathAt = scheme === -1 ? 0 : front.indexOf("/", scheme + 3) === -1 ? front.length : front.indexOf("/", scheme + 3);
    const authority = scheme === -1 ? "" : `${front.slice(0, scheme)}://${replaceIdentifiers(front.slice(front.lastIndexOf("@", pathAt) + 1 || scheme + 3, pathAt), ports)}`;
    return authority + path(front.slice(pathAt)) + (mark === -1 ? "" : `?${query(bare.slice(mark + 1))}`);
  };

  const path = (given: string): string =>
    given
      .split("/")
      .map((raw, place) => {
        if (raw === "") return "";
        const segment = decodeFully(raw);
        return options.promoted?.(place - 1, segment) === true ? encodeURIComponent(segment) : `{${segmentShape(segment.slice(0, 256))}~${ports.hash("segment", segment)}}`;
      })
      .join("/");

  const query = (given: string): string =>
    given
      .split("&")
      .map((pair) => {
        const equals = pair.indexOf("=");
        const name = decodeFully(spaces(equals === -1 ? pair : pair.slice(0, equals)));
        if (equals === -1) return plainText(name);
        const value = decodeFully(spaces(pair.slice(equals + 1)));
        const meaning = meaningOfKey(name, moreKeys);
        return `${visible(plainText(name))}=${visible(meaning === undefined ? text(value, 1) : replace(meaning, value))}`;
      })
      .join("&");

  const header = (name: string, value: string): string => {
    if (name === "authorization" || name === "proxy-authorization" || name === "www-authenticate" || name === "proxy-authenticate") return redactCredential(value, ports);
    if (name === "cookie" || name === "set-cookie") return redactCookies(name, value, ports);
    const meaning = meaningOfKey(name.startsWith("x-") ? name.slice(2) : name, moreKeys);
    if (meaning === "secret") return `hash:${ports.hash("credential", value)}`;
    if (meaning !== undefined) return marker(meaning, value, ports);
    return /^(?:https?:\/)?\//i.test(value) ? url(value) : text(value, 0);
  };

  return { json, text, url, header };
}

function marker(type: "phone" | "email" | "username", value: string, ports: Ports): string {
  return `[${type}:${ports.hash(type, normalForm(type, value.slice(0, 1_024)))}]`;
}

/** Undoes `Bearer …` and `Basic …` in running text, where no key stands before them. */
function maskSchemes(text: string, ports: Ports): string {
  return text.replace(
    /\b(bearer|basic|digest|dpop|negotiate) +([A-Za-z0-9+/=._~-]{8,})/gi,
    (_, scheme: string, secret: string) => `${scheme} hash:${ports.hash("credential", secret)}`,
  );
}

/** Words that hide something behind percent-encoding are shown decoded and redacted; others stay as they were. */
function decodeTelling(text: string, ports: Ports, replace: Parameters<typeof maskPairs>[1], moreKeys: ReadonlySet<string>): string {
  return text
    .split(/(\s+)/)
    .map((word) => {
      if (!word.includes("%")) return word;
      const plain = decodeFully(word);
      const redacted = replaceIdentifiers(maskPairs(plain, replace, moreKeys), ports);
      return redacted === plain ? word : redacted;
    })
    .join("");
}

/** Three layers are more than any proxy chain adds by mistake. */
const percentLayersMax = 3;

function decodeFully(text: string): string {
  let plain = text;
  for (let layer = 0; layer < percentLayersMax && plain.includes("%"); layer += 1) {
    const next = decodePercent(plain);
    if (next === plain) break;
    plain = next;
  }
  return plain;
}

function spaces(text: string): string {
  return text.includes("+") && !text.startsWith("+") ? text.replaceAll("+", " ") : text;
}

/** A query value as it may stand in a URL shown to people: only what would split it is encoded. */
function visible(text: string): string {
  return text.replace(/[&=#\s%]/g, (c) => encodeURIComponent(c));
}

/** 12345678901 and not 1.2345678901e10. */
function digitsOf(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function parse(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
