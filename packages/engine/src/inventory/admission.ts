import { structureOf } from "../exchange/json-structure.ts";
import { rememberText } from "../exchange/remember-text.ts";
import { hexOf, plainHalves } from "../exchange/plain-hash.ts";
import { splitUrl } from "../exchange/split-target.ts";
import { headerOf } from "../exchange/view-of.ts";
import type { Json, PathView } from "../exchange/view.ts";
import { keyOfHex } from "../detect/observe/key-pair.ts";
import { hash32 } from "./distinct-counter.ts";
import { WatchedAnswers } from "./watched-answers.ts";

/**
 * What an answer proves, by its status and the text of the path:
 * - `endpoint`: somebody was there to answer this request: any status not named below; also 400 in JSON to a body that can be read as what it says it is, because
 *   what stands in front of an interface reads no further than that;
 * - `method`: only that a path which has answered to another method also takes this one: any other 400, and 413, to the methods of everyday calls. Servers,
 *   proxies and parsers say 400 to what they cannot read before they look at the path, so that it would make an endpoint of every attack in a log;
 * - `nothing`: there is nothing here with this method (404, 405, 501), no answer, or an answer that servers, proxies and walls give to any path: too long, too slow,
 *   too many, sent to the wrong host, nobody behind ({@link beforeAnyEndpoint}); and any error to a path written as attacks are ({@link looksForged}), because
 *   a filter's 403 is as good as a 404 then.
 *
 * 401, 403, 409, 422 and 500 stay evidence: who refuses, validates or fails was there. What proves nothing is counted for its endpoint where there is one.
 *
 * Misses: an endpoint that in a log without bodies only ever answered 400 (in any source: 429, 503, …) at a path where no other method ever answered; one that is only
 * ever refused on a path with characters of attacks in it. Mistakes: a filter that answers 403 to an attack whose path looks like any other; {@link NothingHere}
 * learns it when it repeats.
 */
export function proofOf(view: Pick<PathView, "exchange" | "segments" | "form" | "requestJson" | "responseJson">): Proof {
  const { method, url, response } = view.exchange;
  const { status } = response;
  if (status >= 100 && status < 400) return "endpoint";
  if (status < 100 || beforeAnyEndpoint.has(status) || looksForged(url, view.segments)) return "nothing";
  if (status !== 400 && status !== 413) return "endpoint";
  if (status === 400 && view.responseJson !== undefined && (view.requestJson !== undefined || view.form.length > 0)) return "endpoint";
  return everyday.has(method) ? "method" : "nothing";
}

export type Proof = "endpoint" | "method" | "nothing";

/** Statuses that come from a server, proxy or wall without any endpoint behind them, nginx's 444 and 494 to 499 and the 520s of content networks among them. */
const beforeAnyEndpoint: ReadonlySet<number> = new Set([
  404, 405, 408, 411, 414, 417, 421, 426, 429, 431, 444, 494, 495, 496, 497, 499, 501, 502, 503, 504, 505, 511, 520, 521, 522, 523, 524, 525, 526, 527, 530,
]);
const everyday: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** True for a path that climbs (`/../`, also escaped) or holds characters that routes and ids have not, and injections have. Bounded by what a view keeps of a path. */
export function looksForged(url: string, segments: readonly string[]): boolean {
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  if (path.includes("/..") || (path.includes("%") && /%(?:2e|5c|00)/i.test(path))) return true;
  for (const segment of segments) if (forgedText.test(segment)) return true;
  return false;
}

/** Parameters of a segment (`;v=2`) and quoted keys (`People('x')`) are not among them. */
// oxlint-disable-next-line no-control-regex
const forgedText = /[\u0000-\u001f\u007f<>"`|\\]|;(?![\w.-]+=)|'(?:\s|$|--|;)|\$\{/;

/**
 * Learns what a host answers to everything: a catch-all page, a soft 404, a wall of 401 or 403. An answer is that when
 * the same one came from paths with at least {@link firstSegmentsMin} first segments that were asked for once each, and these are half of all that got it:
 * whoever looks for doors tries a new one each time, whoever uses an interface comes back.
 *
 * Mistakes: an API that answers two dozen resources with the very same bytes, each asked for once, loses those endpoints whose only answer that
 * is. Misses: a catch-all below one prefix, which is learned as one endpoint with a parameter; pages of a catch-all that people come back to, while nobody
 * tries others.
 */
export class NothingHere {
  readonly #watched = new WatchedAnswers();
  /** Both halves of each answer that means nothing, one after the other: a handful at most, so that looking through them costs less than any table. */
  readonly #known: number[] = [];
  #settled = false;

  /** Whether one of an answer's hashes means nothing; `learned` exactly once, at the sighting that decides. `place`: what whoever looks for doors varies. */
  observe(
    fingerprint: AnswerFingerprint,
    place: string | undefined,
    seed: number,
  ): { readonly learned: false } | { readonly learned: true; readonly fingerprint: string } | undefined {
    const segment = place === undefined ? undefined : hash32(seed, place.toLowerCase());
    for (let at = 0; at < fingerprint.length; at += 2) {
      const high = fingerprint[at] ?? 0;
      const low = fingerprint[at + 1] ?? 0;
      if (this.#means(high, low)) return meansNothing;
      if (this.#settled) continue;
      if (segment === undefined || !this.#watched.note(high, low, segment, firstSegmentsMin) || this.#known.length >= 2 * knownMax) continue;
      this.#known.push(high, low);
      return { learned: true, fingerprint: hexOf(high, low) };
    }
    return undefined;
  }

  /** True when one of an answer's hashes means nothing already. */
  knows(fingerprint: AnswerFingerprint): boolean {
    for (let at = 0; at < fingerprint.length; at += 2) if (this.#means(fingerprint[at] ?? 0, fingerprint[at + 1] ?? 0)) return true;
    return false;
  }

  #means(high: number, low: number): boolean {
    for (let at = 0; at < this.#known.length; at += 2) if (this.#known[at] === high && this.#known[at + 1] === low) return true;
    return false;
  }

  /** Nothing more is learned: all there is to know was seen. */
  settle(): void {
    this.#settled = true;
  }

  exportState(): readonly string[] {
    return fingerprintText(this.#known)
      .split(" ")
      .filter((text) => text !== "");
  }

  restore(saved: readonly string[]): void {
    for (const text of saved.slice(0, knownMax)) {
      const { hi, lo } = keyOfHex(text, { hi: 0, lo: 0 });
      if (!this.#means(hi | 0, lo | 0) && this.#known.length < 2 * knownMax) this.#known.push(hi | 0, lo | 0);
    }
  }
}

const meansNothing = { learned: false } as const;
/** Different first segments with one answer. Versioned APIs have one or two first segments, flat ones seldom two dozen alike. */
export const firstSegmentsMin = 24;
/** Answers known to mean nothing, a host: one a status and content type is plenty. */
export const knownMax = 64;

/**
 * True when a 2xx answer says in words that there is nothing at this path: a short JSON object whose message is no more than "not found" or names a route
 * (`{"error":"not found"}`, `{"message":"Unknown endpoint"}`), or a page entitled so. "User not found" is about a subject, not about the path.
 *
 * Misses: other languages, other words, bodies not carried; {@link NothingHere} learns those where they repeat.
 */
export function saysNothingInWords(view: PathView): boolean {
  const { response } = view.exchange;
  if (response.status < 200 || response.status > 299) return false;
  const json = view.responseJson;
  if (json !== undefined) {
    if (json === null || typeof json !== "object" || Array.isArray(json) || (response.body?.length ?? 0) > messageBytesMax) return false;
    const messages = messagesOf(json as JsonObject, 0);
    if (messages.length === 0) return false;
    const texts = messages.filter((text) => anyNothing.test(text));
    return texts.length > 0 && texts.every((text) => nothingMessage.test(text));
  }
  const { body } = response;
  if (typeof body !== "string" || !isHtml(headerOf(response.headers, "content-type"))) return false;
  return nothingTitle.test(titleOf(body));
}

/** One to three hashes of an answer, both halves of each one after the other. */
export type AnswerFingerprint = readonly number[];

/** The hashes as text, separated by blanks. */
export function fingerprintText(fingerprint: AnswerFingerprint): string {
  let text = "";
  for (let at = 0; at < fingerprint.length; at += 2) text += `${at === 0 ? "" : " "}${hexOf(fingerprint[at] ?? 0, fingerprint[at + 1] ?? 0)}`;
  return text;
}

/**
 * Two answers with the same fingerprint cannot be told apart: by status, type and shape of their JSON; by status, type and outline of their page; by status and
 * target for redirects, whatever they carry along; without a readable body by exact size, as it is and less the length of the path, which many error
 * answers repeat once or twice. Undefined where equal answers prove nothing: empty ones, 201, 202, 204, 304.
 */
export function answerFingerprint(view: PathView): AnswerFingerprint | undefined {
  const { response } = view.exchange;
  const { status } = response;
  if (status < 100 || beforeAnyEndpoint.has(status) || status === 201 || status === 202 || status === 204 || status === 304) return undefined;
  if (status >= 300 && status < 400) return hashes(`${status} ${redirectOf(headerOf(response.headers, "location"), view.segments)}`);
  const type = typeOf(headerOf(response.headers, "content-type"));
  // Hashed: it is kept, and names of fields and media types may be anything.
  if (view.responseJson !== undefined) {
    // Two scales that overlap: lengths that differ a little share one of them at least.
    const scale = Math.log2(ownLength(view) + 1);
    return jsonFingerprint(view.responseJson, status, type, scale);
  }
  if (typeof response.body === "string" && isHtml(type)) return hashes(`${status} ${type} ${outlineOf(response.body)}`);
  const size = response.size ?? response.body?.length ?? 0;
  if (size === 0) return undefined;
  const length = targetLength(view.exchange.url);
  const fingerprint: number[] = [];
  addSize(fingerprint, status, type, size, "");
  if (size > length) addSize(fingerprint, status, type, size - length, " once");
  if (size > 2 * length) addSize(fingerprint, status, type, size - 2 * length, " twice");
  return fingerprint;
}

function hashes(text: string): AnswerFingerprint {
  const { high, low } = plainHalves(text);
  return [high, low];
}

/**
 * Adds the hash of `status type size how`. A log says three sizes of every answer and they come again: the last hash of each of {@link sizesMax} places is kept. A size has
 * one place and takes it from whoever stood there.
 */
function addSize(into: number[], status: number, type: string, size: number, how: "" | " once" | " twice"): void {
  // Lengths of `how` differ; statuses have three digits.
  const kind = status * 8 + how.length;
  const place = ((Math.imul(size, 0x9e3779b1) ^ Math.imul(kind, 0x85ebca6b)) >>> 16) & (sizesMax - 1);
  if (sizes.size[place] !== size || sizes.kind[place] !== kind || sizes.type[place] !== type) {
    const { high, low } = plainHalves(`${status} ${type} ${size}${how}`);
    sizes.size[place] = size;
    sizes.kind[place] = kind;
    sizes.type[place] = type;
    sizes.high[place] = high;
    sizes.low[place] = low;
  }
  into.push(sizes.high[place] ?? 0, sizes.low[place] ?? 0);
}

/** A power of two; 32 bytes each. */
const sizesMax = 16_384;
const sizes = {
  size: new Float64Array(sizesMax),
  kind: new Int32Array(sizesMax),
  high: new Int32Array(sizesMax),
  low: new Int32Array(sizesMax),
  type: Array.from({ length: sizesMax }, () => ""),
};

interface JsonObject {
  readonly [key: string]: Json;
}

/** Longer answers say more than that. */
const messageBytesMax = 1_024;
const messageKeys = new Set(["error", "errors", "message", "msg", "detail", "details", "title", "reason", "description", "error_description"]);
const nothingMessage =
  /^(?:404|(?:404[ :-]{1,3})?(?:the )?(?:requested )?(?:route|page|endpoint|path|resource|url|uri|method|api)?[ _-]?(?:(?:was |is )?not[ _-]?found|does not exist)|(?:no such|unknown|invalid) (?:route|page|endpoint|path|url|uri|method|api)|no route (?:found|matched).{0,40}|cannot (?:get|post|put|patch|delete|head|options) \/.{0,200})[.!]?$/i;
const anyNothing = /404|not[ _-]?found|does not exist|no such|unknown|invalid|no route|cannot /i;
const nothingTitle = /\b(?:404|not found)\b/i;

function messagesOf(json: JsonObject, depth: number): readonly string[] {
  const texts: string[] = [];
  let left = 16;
  for (const key in json) {
    if (--left < 0) break;
    if (!messageKeys.has(key.toLowerCase())) continue;
    const value = json[key];
    if (typeof value === "string") texts.push(value.slice(0, 256).trim());
    else if (depth === 0 && typeof value === "object" && value !== null && !Array.isArray(value)) texts.push(...messagesOf(value as JsonObject, 1));
  }
  return texts;
}

function isHtml(type: string): boolean {
  return type.startsWith("text/html") || type.startsWith("application/xhtml");
}

function titleOf(html: string): string {
  const head = html.slice(0, outlineCharactersMax);
  const start = head.search(/<title[^<>]{0,100}>/i);
  if (start === -1) return "";
  const from = head.indexOf(">", start) + 1;
  const end = head.indexOf("<", from);
  return head.slice(from, end === -1 ? from : Math.min(end, from + 200));
}

/** Elements of the first {@link outlineCharactersMax} characters in order, without text and attributes. */
function outlineOf(html: string): string {
  const head = html.slice(0, outlineCharactersMax);
  let outline = "";
  for (let at = head.indexOf("<"); at !== -1; at = head.indexOf("<", at + 1)) {
    let end = at + 1;
    while (end < head.length && end < at + 20 && isLetter(head.charCodeAt(end))) end++;
    if (end > at + 1) outline += `${head.slice(at + 1, end).toLowerCase()} `;
  }
  return outline;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 49 && code <= 54);
}

/** The outline of a page is plain within its beginning; templates repeat after that. */
const outlineCharactersMax = 4_096;

/** Where a redirect leads: its path, or that it is the request's own (another scheme or host, a slash at the end). A log without headers does not say. */
function redirectOf(location: string, segments: readonly string[]): string {
  if (location === "") return "";
  const { host, segments: target } = splitUrl(location.slice(0, 2_048));
  return target.length === segments.length && target.every((segment, n) => segment === segments[n]) ? `${host} itself` : `${host} ${target.join("/")}`;
}

/** The length of a body without the path that a short one repeats. */
function ownLength({ exchange: { url, response } }: PathView): number {
  const { body } = response;
  if (body === undefined) return 1;
  const length = targetLength(url);
  return typeof body === "string" && length > 1 && body.length <= messageBytesMax && body.includes(url.slice(url.length - length)) ? body.length - length : body.length;
}

/** Characters of path and query as they were sent. */
function targetLength(url: string): number {
  const scheme = url.startsWith("/") ? -1 : url.indexOf("://");
  if (scheme === -1) return url.length;
  const slash = url.indexOf("/", scheme + 3);
  return slash === -1 ? 1 : url.length - slash;
}

const typeOf = rememberText((contentType) => contentType.split(";", 1)[0]?.trim().toLowerCase().slice(0, 64) ?? "");

function jsonFingerprint(json: Json, status: number, type: string, scale: number): AnswerFingerprint {
  const known = shapeMemory(json);
  const near = Math.round(scale);
  const below = Math.floor(scale);
  const last = known?.last;
  if (last !== undefined && last.status === status && last.near === near && last.below === below && last.type === type) return last.fingerprint;
  const name = `${status} ${type} ${near}\n${status} ${type} ${below}.`;
  let fingerprint = known?.fingerprints.get(name);
  if (fingerprint === undefined) {
    const shape = answerShape(json);
    fingerprint = [...hashes(`${status} ${type} ${near} ${shape}`), ...hashes(`${status} ${type} ${below}. ${shape}`)];
    if (known !== undefined && known.fingerprints.size >= fingerprintsMax) known.fingerprints.clear();
    known?.fingerprints.set(name, fingerprint);
  }
  if (known !== undefined) known.last = { status, type, near, below, fingerprint };
  return fingerprint;
}

/** What is worked out of the structure of an answer alone. */
interface ShapeMemory {
  readonly shape: string;
  /** By status, type and the two scales of the length. */
  readonly fingerprints: Map<string, AnswerFingerprint>;
  /** Answers of one structure mostly come with one status, at one length. */
  last?: { readonly status: number; readonly type: string; readonly near: number; readonly below: number; readonly fingerprint: AnswerFingerprint };
}

function shapeMemory(json: Json): ShapeMemory | undefined {
  const structure = structureOf(json);
  if (structure === undefined) return undefined;
  let known = structure.memory.get(shapeKey) as ShapeMemory | undefined;
  if (known === undefined) {
    known = { shape: shapeText(json), fingerprints: new Map() };
    structure.memory.set(shapeKey, known);
  }
  return known;
}

const shapeKey = Symbol("answer shape");
const fingerprintsMax = 64;

/** Keys and types of a JSON value three levels deep, values left out; at most 256 characters. */
export function answerShape(json: Json): string {
  return shapeMemory(json)?.shape ?? shapeText(json);
}

function shapeText(json: Json): string {
  let left = 48;
  const walk = (value: Json, depth: number): string => {
    if (value === null) return "0";
    if (Array.isArray(value)) return depth > 3 ? "[]" : `[${value.length === 0 ? "" : walk((value as readonly Json[])[0] ?? null, depth + 1)}]`;
    if (typeof value !== "object") return typeof value === "string" ? "s" : typeof value === "number" ? "n" : "b";
    if (depth > 3) return "{}";
    const parts: string[] = [];
    for (const key of Object.keys(value).sort()) {
      if (--left < 0) break;
      // Keys that are values (maps by id) would make every answer its own shape, and keep identifiers.
      parts.push(/@|\d{4}|^.{41}/.test(key) ? "*" : `${key}:${walk((value as { readonly [key: string]: Json })[key] ?? null, depth + 1)}`);
    }
    return `{${[...new Set(parts)].join()}}`;
  };
  return walk(json, 0).slice(0, 256);
}
