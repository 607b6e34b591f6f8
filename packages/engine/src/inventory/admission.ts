import { structureOf } from "../exchange/json-structure.ts";
import { rememberText } from "../exchange/remember-text.ts";
import { plainHash } from "../exchange/response-class.ts";
import { headerOf } from "../exchange/view-of.ts";
import type { ExchangeView, Json } from "../exchange/view.ts";
import { OldestKey } from "../detect/observe/oldest-key.ts";
import { hash32 } from "./distinct-counter.ts";

/** True for answers that say there is nothing at this path with this method, or for none at all. */
export function saysNothingHere(status: number): boolean {
  return status < 100 || status === 404 || status === 405 || status === 501;
}

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
  readonly #candidates = new Map<string, Candidate>();
  readonly #oldest = new OldestKey(this.#candidates);
  readonly #known = new Set<string>();

  /** `learned` exactly once, at the sighting that decides. */
  observe(fingerprint: string, segments: readonly string[], seed: number): "unknown" | "learned" | "known" {
    if (this.#known.has(fingerprint)) return "known";
    const first = segments[0];
    if (first === undefined) return "unknown";
    let seen = this.#candidates.get(fingerprint);
    if (seen === undefined) {
      if (this.#candidates.size >= candidatesMax) {
        const oldest = this.#oldest.take();
        if (oldest !== undefined) this.#candidates.delete(oldest);
      }
      seen = { again: new Map(), once: 0 };
      this.#candidates.set(fingerprint, seen);
    }
    const hash = hash32(seed, first.toLowerCase());
    const again = seen.again.get(hash);
    if (again !== undefined) {
      if (!again) {
        seen.again.set(hash, true);
        seen.once--;
      }
      return "unknown";
    }
    if (seen.again.size >= firstSegmentsMax) {
      seen.again.clear();
      seen.once = 0;
    }
    seen.again.set(hash, false);
    seen.once++;
    if (seen.once < firstSegmentsMin || seen.once * 2 < seen.again.size) return "unknown";
    this.#candidates.delete(fingerprint);
    if (this.#known.size >= knownMax) return "unknown";
    this.#known.add(fingerprint);
    return "learned";
  }

  exportState(): readonly string[] {
    return [...this.#known];
  }

  restore(known: readonly string[]): void {
    for (const fingerprint of known.slice(0, knownMax)) this.#known.add(fingerprint);
  }
}

/** First segments that got one answer: asked for again or once only. */
interface Candidate {
  readonly again: Map<number, boolean>;
  once: number;
}

/** First segments remembered for one answer; then it starts anew. */
export const firstSegmentsMax = 512;
/** Different first segments with one answer. Versioned APIs have one or two first segments, flat ones seldom two dozen alike. */
export const firstSegmentsMin = 24;
/** Answers watched at a time, oldest dropped; a catch-all repeats too often to be dropped. */
export const candidatesMax = 256;
/** Answers known to mean nothing, a host: one a status and content type is plenty. */
export const knownMax = 64;

/**
 * Two answers with the same fingerprint cannot be told apart by status, type and shape (or, without a readable body, by
 * exact size). Undefined where equal answers prove nothing: empty ones, 201, 202, 204, 304.
 */
export function answerFingerprint(view: ExchangeView): string | undefined {
  const { response } = view.exchange;
  const { status } = response;
  if (saysNothingHere(status) || status === 201 || status === 202 || status === 204 || status === 304) return undefined;
  const type = typeOf(headerOf(response.headers, "content-type"));
  // Hashed: it is kept, and names of fields and media types may be anything.
  if (view.responseJson !== undefined) return jsonFingerprint(view.responseJson, `${status} ${type} ${Math.round(Math.log2((response.body?.length ?? 1) + 1))}`);
  const size = response.size ?? response.body?.length ?? 0;
  return size === 0 ? undefined : plainHash(`${status} ${type} ${size}`);
}

const typeOf = rememberText((contentType) => contentType.split(";", 1)[0]?.trim().toLowerCase().slice(0, 64) ?? "");

function jsonFingerprint(json: Json, head: string): string {
  const known = shapeMemory(json);
  let fingerprint = known?.fingerprints.get(head);
  if (fingerprint === undefined) {
    fingerprint = plainHash(`${head} ${answerShape(json)}`);
    if (known !== undefined && known.fingerprints.size >= fingerprintsMax) known.fingerprints.clear();
    known?.fingerprints.set(head, fingerprint);
  }
  return fingerprint;
}

/** What is worked out of the structure of an answer alone. */
interface ShapeMemory {
  readonly shape: string;
  /** By status, type and power of two of the length. */
  readonly fingerprints: Map<string, string>;
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
