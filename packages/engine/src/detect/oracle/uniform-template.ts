import type { UniformAnswer } from "../../decide/gate-policy.ts";
import type { HeaderList } from "../../exchange/exchange.ts";
import { meaningOfKey } from "../../exchange/masked-keys.ts";
import type { Ports } from "../../exchange/ports.ts";
import { replaceIdentifiers } from "../../exchange/replace-identifiers.ts";
import { jsonTemplate, type TemplateNode, mergeTemplates, renderTemplate } from "./uniform-json.ts";

/** Different subjects a field must have been the same for before it is kept. */
export const uniformSubjectsMin = 3;
/** Endpoints learnt; later ones answer with the fallback. */
export const uniformEndpointsMax = 256;
/** Longer answers are not learnt from: a "no such user" page of this size is better replaced by the fallback. */
export const uniformBodyCharsMax = 16_384;
/** Denied answers in a row, of different subjects, that do not fit before the template is learnt anew: the service changed. */
export const uniformMisfitsMax = 8;
/** Fitting answers in a row after which an endpoint is no longer young, and how few are read from then on: a change is noticed 16 answers later, and then all are read. */
export const uniformYoungFits = 64;
export const uniformSampledEvery = 16;
/** Headers kept of one answer, the first ones: services send a dozen. */
export const headersMax = 32;

/** What stands for the identifier in a template. */
export const subjectMark = "{{subject}}";

/** One real answer that denied. `subject` is the subject's hash, `echo` the identifier as it stood in the request. */
export interface DeniedAnswer {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: string;
  readonly echo: string;
  readonly subject: string;
  /** Texts of the request: what the answer repeats of them is the asker's, not the service's. With more than {@link reflectedMax} nothing is learnt from the answer. */
  readonly reflected?: readonly string[];
}

/**
 * Texts of one request looked for in its answer: several times what a browser with many cookies sends. Whoever sends more would choose which are not looked for,
 * and what the service repeats of his would become everybody's uniform answer.
 */
export const reflectedMax = 512;

/**
 * Learns, per endpoint, how the service itself says "no such subject", so that a spent budget gets that same answer for everyone.
 *
 * Kept is only what was the same for {@link uniformSubjectsMin} different subjects; the echoed identifier becomes
 * {@link subjectMark}; what varied, and every per-request header, is dropped. So no answer about one person is ever replayed to another.
 *
 * Limits: an identifier echoed in another spelling than it was sent counts as varying and is dropped; time is not imitated here.
 * Where something was dropped, the answer differs from a true denial: that tells the asker his budget is spent, and nothing about anybody.
 * A header or field that repeats a text of the request, holds an identifier, or stands under the name of a secret is dropped, whoever sent the same.
 * It learns from answers classed as denials: if that is wrong, the template is wrong, but the same for all.
 */
export class UniformTemplates {
  readonly #endpoints = new Map<string, Learning>();
  readonly #ports: Ports | undefined;

  /** With `ports`, texts that hold an identifier are dropped as well. */
  constructor(ports?: Ports) {
    this.#ports = ports;
  }

  /**
   * True when reading this answer would teach nothing: it is the very answer, to the byte, that fitted the settled template before, or one of the many that are passed
   * over once {@link uniformYoungFits} have fitted in a row ({@link uniformSampledEvery} to one read). Counts as read; call {@link learn} only after false.
   */
  passes(endpointId: string, status: number, headers: HeaderList, body: string, echo: string): boolean {
    const learning = this.#endpoints.get(endpointId);
    if (learning?.settled === undefined) return false;
    if (
      learning.fitting !== undefined &&
      learning.fitting.status === status &&
      learning.fitting.body === body &&
      !holds(body, echo) &&
      sameHeaders(learning.fitting.headers, headers)
    ) {
      learning.misfits.clear();
      return true;
    }
    return learning.fits >= uniformYoungFits && ++learning.passed % uniformSampledEvery !== 0;
  }

  /** The endpoint has another name now: the older template, if it has one, goes on. */
  renamed(from: string, to: string): void {
    const before = this.#endpoints.get(from);
    if (before === undefined) return;
    this.#endpoints.delete(from);
    if (this.#endpoints.get(to)?.settled === undefined) this.#endpoints.set(to, before);
  }

  learn(endpointId: string, answer: DeniedAnswer): void {
    if (answer.body.length > uniformBodyCharsMax || answer.status >= 500 || answer.status === 429 || (answer.reflected?.length ?? 0) > reflectedMax) return;
    let learning = this.#endpoints.get(endpointId);
    if (learning === undefined) {
      if (this.#endpoints.size >= uniformEndpointsMax) return;
      learning = { draft: undefined, settled: undefined, subjects: new Set(), misfits: new Set(), fitting: undefined, fits: 0, passed: 0 };
      this.#endpoints.set(endpointId, learning);
    }
    const seen = draftOf(answer, this.#ports);
    if (seen === undefined) return;
    const settled = learning.settled;
    if (settled !== undefined) {
      const merged = merge(settled, seen);
      if (merged !== undefined && same(merged, settled)) {
        learning.misfits.clear();
        learning.fits++;
        learning.fitting = holds(answer.body, answer.echo) ? undefined : { status: answer.status, headers: pairsOf(answer.rawHeaders), body: answer.body };
        return;
      }
      learning.fits = 0;
      learning.fitting = undefined;
      learning.misfits.add(answer.subject);
      if (learning.misfits.size < uniformMisfitsMax) return;
      // The old template goes on serving until the new one is settled.
      learning.misfits.clear();
      learning.draft = undefined;
      learning.subjects.clear();
      learning.settled = undefined;
      learning.serving = settled;
    }
    if (learning.subjects.has(answer.subject)) return;
    const draft = learning.draft === undefined ? seen : merge(learning.draft, seen);
    if (draft === undefined || learning.draft === undefined) learning.subjects.clear();
    learning.draft = draft ?? seen;
    learning.subjects.add(answer.subject);
    if (learning.subjects.size >= uniformSubjectsMin) {
      learning.settled = learning.draft;
      learning.serving = learning.draft;
      learning.draft = undefined;
      learning.subjects.clear();
    }
  }

  /** The answer to give when the budget is spent: learnt, or the fallback. */
  uniformFor(endpointId: string, fallback: UniformAnswer = genericUniform): UniformAnswer {
    const learning = this.#endpoints.get(endpointId);
    if (learning?.serving === undefined) return fallback;
    learning.answer ??= { of: learning.serving, uniform: answerOf(learning.serving) };
    if (learning.answer.of !== learning.serving) learning.answer = { of: learning.serving, uniform: answerOf(learning.serving) };
    return learning.answer.uniform;
  }

  /** JSON-able: settled templates only, so nothing seen for one subject alone. */
  exportState(): unknown {
    return [...this.#endpoints].flatMap(([id, learning]) => (learning.serving === undefined ? [] : [[id, learning.serving]]));
  }

  static restore(state: unknown, ports?: Ports): UniformTemplates {
    const templates = new UniformTemplates(ports);
    if (!Array.isArray(state)) return templates;
    for (const row of state.slice(0, uniformEndpointsMax)) {
      if (!Array.isArray(row) || typeof row[0] !== "string" || !isDraft(row[1])) continue;
      templates.#endpoints.set(row[0], { draft: undefined, settled: row[1], serving: row[1], subjects: new Set(), misfits: new Set(), fitting: undefined, fits: 0, passed: 0 });
    }
    return templates;
  }
}

/** Where nothing was learnt: a bare JSON 404, the least an API can say. */
export const genericUniform: UniformAnswer = { status: 404, headers: [["Content-Type", "application/json"]], body: "{}", learned: false };

/** The body to send: every {@link subjectMark} becomes the identifier as asked, JSON-escaped when the answer is JSON. */
export function renderUniform(answer: UniformAnswer, echo: string): string {
  if (!answer.body.includes(subjectMark)) return answer.body;
  const json = answer.headers.some(([name, value]) => name.toLowerCase() === "content-type" && value.includes("json"));
  return answer.body.replaceAll(subjectMark, () => (json ? JSON.stringify(echo).slice(1, -1) : escapeMarkup(echo)));
}

interface Learning {
  draft: Draft | undefined;
  settled: Draft | undefined;
  serving?: Draft;
  answer?: { readonly of: Draft; readonly uniform: UniformAnswer };
  readonly subjects: Set<string>;
  readonly misfits: Set<string>;
  /** The last answer that fitted and did not name whom it was about, as it stood. In memory only. */
  fitting: { readonly status: number; readonly headers: HeaderList; readonly body: string } | undefined;
  /** Fitting answers read since the last misfit, and answers passed over. */
  fits: number;
  passed: number;
}

function holds(body: string, echo: string): boolean {
  return echo.length >= 3 && body.includes(echo);
}

/** Alike but for what belongs to one answer alone. */
function sameHeaders(one: HeaderList, two: HeaderList): boolean {
  if (one.length !== two.length) return false;
  for (const [i, [name, value]] of one.entries()) {
    const other = two[i];
    if (other === undefined || other[0] !== name || (other[1] !== value && !isPerRequest(name.toLowerCase()))) return false;
  }
  return true;
}

function pairsOf(rawHeaders: readonly string[]): HeaderList {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) pairs.push([rawHeaders[i] ?? "", rawHeaders[i + 1] ?? ""]);
  return pairs;
}

interface Draft {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  /** The exact text, while it was the same for all. */
  readonly text: string | undefined;
  readonly tree: TemplateNode | undefined;
}

/** Undefined when nothing of the answer may be kept. */
function draftOf(answer: DeniedAnswer, ports: Ports | undefined): Draft | undefined {
  const own = ownWords(answer, ports);
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < answer.rawHeaders.length && headers.length < headersMax; index += 2) {
    const name = answer.rawHeaders[index] ?? "";
    const value = answer.rawHeaders[index + 1] ?? "";
    // That there is one tells denials of this service from chunked ones; how long it is follows the text.
    if (name.toLowerCase() === "content-length") headers.push([name, "0"]);
    else if (!isPerRequest(name.toLowerCase()) && own(name.replace(/^x-/i, ""), value) && !(answer.echo.length >= 3 && value.includes(answer.echo))) headers.push([name, value]);
  }
  const text = marked(answer.body, answer.echo);
  const tree = jsonTemplate(answer.body, (part) => marked(part, answer.echo), own);
  const whole = tree === undefined ? own("", text) : renderTemplate(tree) === renderTemplate(jsonTemplate(answer.body, (part) => marked(part, answer.echo)) ?? tree);
  if (tree === undefined && !whole) return undefined;
  return { status: answer.status, headers, text: whole ? text : undefined, tree };
}

/** True for what is the service's own: nothing from the request, no identifier, nothing under a secret's or a person's name. */
function ownWords(answer: DeniedAnswer, ports: Ports | undefined): (name: string, value: string) => boolean {
  const reflected = (answer.reflected ?? []).filter((text) => text.length >= 4 && text !== answer.echo);
  return (name, value) => {
    if (value === "" || value === subjectMark) return true;
    if (name !== "" && value.length > 0 && !/^(?:true|false|null|\d{1,3})$/.test(value) && meaningOfKey(name) !== undefined && !value.includes(subjectMark)) return false;
    if (ports !== undefined && replaceIdentifiers(value, ports) !== value) return false;
    return !reflected.some((text) => value.includes(text));
  };
}

/** What two denials have in common; undefined when that is not an answer. */
function merge(one: Draft, two: Draft): Draft | undefined {
  if (one.status !== two.status) return undefined;
  const headers = one.headers.filter(([name, value]) => two.headers.some(([other, text]) => other === name && text === value));
  const text = one.text === two.text ? one.text : undefined;
  const tree = one.tree === undefined || two.tree === undefined ? undefined : mergeTemplates(one.tree, two.tree);
  if (text === undefined && tree === undefined) return undefined;
  return { status: one.status, headers, text, tree };
}

function same(one: Draft, two: Draft): boolean {
  return JSON.stringify(one) === JSON.stringify(two);
}

function answerOf(draft: Draft): UniformAnswer {
  return { status: draft.status, headers: draft.headers, body: draft.text ?? (draft.tree === undefined ? "" : renderTemplate(draft.tree)), learned: true };
}

function marked(text: string, echo: string): string {
  if (echo.length < 3) return text;
  const escaped = JSON.stringify(echo).slice(1, -1);
  const once = text.replaceAll(echo, () => subjectMark);
  return escaped === echo ? once : once.replaceAll(escaped, () => subjectMark);
}

function escapeMarkup(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** Headers that belong to one answer, or to the connection, or that would tell how the caller stands. */
function isPerRequest(name: string): boolean {
  if (perRequest.has(name)) return true;
  return (
    name.startsWith("ratelimit") ||
    name.startsWith("x-ratelimit") ||
    name.startsWith("x-rate-limit") ||
    name.endsWith("request-id") ||
    name.endsWith("correlation-id") ||
    name.endsWith("trace-id") ||
    name.startsWith("x-b3-") ||
    name.startsWith("cf-") ||
    name.includes("timing") ||
    name.endsWith("response-time") ||
    name.endsWith("runtime")
  );
}

const perRequest: ReadonlySet<string> = new Set([
  "date",
  "etag",
  "set-cookie",
  "retry-after",
  "content-length",
  "transfer-encoding",
  "content-encoding",
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
  "last-modified",
  "age",
  "expires",
  "x-cache",
  "via",
  "traceparent",
  "tracestate",
  "x-amzn-requestid",
  "x-amz-cf-id",
  "content-md5",
  "digest",
  "repr-digest",
  "content-digest",
  "alt-svc",
  "location",
]);

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const draft = value as Partial<Draft>;
  return typeof draft.status === "number" && Array.isArray(draft.headers) && (typeof draft.text === "string" || draft.tree !== undefined);
}
