import { networkOf } from "../exchange/actor.ts";
import { isRegisteredMethod } from "../exchange/stored-exchange.ts";
import type { Ports } from "../exchange/ports.ts";
import { plainHash } from "../exchange/plain-hash.ts";
import type { PathView } from "../exchange/view.ts";
import { type AnswerFingerprint, answerFingerprint, answerShape, proofOf, saysNothingInWords } from "./admission.ts";
import { rpcPathOf } from "./calls/rpc-path.ts";
import { webSocketOf } from "./calls/web-socket.ts";
import { hash32 } from "./distinct-counter.ts";
import { isConstantLike, segmentPattern } from "./segment-kind.ts";

/**
 * What a first pass over a recording gathers, so that its path templates can be decided on all of it: every different path with its method, how often it was
 * asked for and what it was answered. Segments that are values by their shape count as one. The same for any order of the exchanges, however many they are, also
 * when they were divided among several of these ({@link absorb}).
 *
 * Bounded: at `pathsMax` different paths half of those with words that no interface has are left out, by a hash of the words themselves, then half of the
 * rest, and so on; a path that is kept has all its exchanges. Which are kept depends on the paths alone, never on their order.
 */
export class Foresight {
  readonly #seed: number;
  readonly #pathsMax: number;
  #paths = new Map<string, ForeseenPath>();
  /** Paths with a score of this or more are left out. */
  #below = 2 ** 32;

  constructor(ports: Ports, pathsMax: number = foreseenPathsMax) {
    this.#seed = inventorySeed(ports);
    this.#pathsMax = Math.max(1, Math.min(pathsMax, foreseenPathsMax));
  }

  /** Counts one exchange. */
  add(view: PathView): void {
    const sent = view.exchange.method;
    const method = isRegisteredMethod(sent) ? sent : sent.toUpperCase();
    if (!isRegisteredMethod(method)) return;
    const rpc = rpcPathOf(view);
    if (rpc?.answered === false) return;
    const { status } = view.exchange.response;
    const proof = rpc === undefined ? proofOf(view) : "endpoint";
    if (proof === "nothing" || (proof === "endpoint" && saysNothingInWords(view))) return;
    const socket = rpc === undefined ? webSocketOf(view) : undefined;
    const asks = socket !== undefined && (status === 101 || status === 401 || status === 403);
    const key = rpc === undefined ? (asks ? `${method} websocket ` : method) : `${method} grpc ${rpc.name}`;
    const path = this.#path(view.host, key, rpc?.prefix ?? view.segments);
    if (path === undefined) return;
    path.clients |= 1 << (hash32(this.#seed, networkOf(view.exchange.client.address)) >>> 27);
    if (proof === "method") {
      path.weak++;
      return;
    }
    path.count++;
    if (view.responseJson !== undefined && status >= 200 && status < 300) {
      const shape = plainHash(answerShape(view.responseJson));
      if (path.shape === "" || shape < path.shape) path.shape = shape;
    }
    const fingerprint = answerFingerprint(view);
    if (fingerprint === undefined) path.certain++;
    else noteAnswer(path.answers, fingerprint, 1);
  }

  /** Takes over what another one gathered: see {@link exported}. */
  absorb(other: ForesightExport): void {
    this.#below = Math.min(this.#below, other.below);
    this.#leaveOut();
    for (const [key, path] of other.paths) {
      if (path.score >= this.#below) continue;
      const known = this.#paths.get(key);
      if (known === undefined) {
        this.#paths.set(key, path);
        this.#shrink();
        continue;
      }
      known.count += path.count;
      known.weak += path.weak;
      known.certain += path.certain;
      known.clients |= path.clients;
      if (known.shape === "" || (path.shape !== "" && path.shape < known.shape)) known.shape = path.shape;
      for (const answer of path.answers) noteAnswer(known.answers, answer.fingerprint, answer.count);
    }
  }

  /** All of it as plain data, for another thread. */
  exported(): ForesightExport {
    return { paths: this.#paths, below: this.#below };
  }

  /** Every path kept, in an order that depends on the paths alone. */
  paths(): readonly ForeseenPath[] {
    // Whether a source names the host makes no difference.
    const keyed = [...this.#paths].map(([key, path]) => ({ key, order: hash32(0x9e3779b9, key.slice(path.host.length)), path }));
    keyed.sort((a, b) => a.order - b.order || (a.key < b.key ? -1 : 1));
    return keyed.map(({ path }) => path);
  }

  /** True when there were more paths than are kept. */
  get sampled(): boolean {
    return this.#below < 2 ** 32;
  }

  #path(host: string, method: string, segments: readonly string[]): ForeseenPath | undefined {
    let key = `${host}\n${method}`;
    let patterns: (string | undefined)[] | undefined;
    for (let depth = 0; depth < segments.length; depth++) {
      const segment = segments[depth] ?? "";
      const pattern = segmentPattern(segment, depth);
      // What opens a path stays as it is: whoever tries doors varies it.
      if (pattern === undefined) key += `\n${segment}`;
      else {
        patterns ??= [];
        patterns[depth] = pattern;
        key += depth === 0 ? `\n\u0000${segment}` : `\n\u0000${pattern}`;
      }
    }
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const score = scoreOf(key, segments, patterns);
    if (score >= this.#below) return undefined;
    const kept = patterns === undefined ? segments : segments.map((segment, depth) => (depth > 0 && patterns[depth] !== undefined ? "" : segment));
    const made: ForeseenPath = { host, method, segments: kept, patterns: patterns ?? nothing, score, count: 0, weak: 0, certain: 0, clients: 0, shape: "", answers: [] };
    this.#paths.set(key, made);
    this.#shrink();
    return score < this.#below ? made : undefined;
  }

  #shrink(): void {
    while (this.#paths.size > this.#pathsMax && this.#below > 1) {
      this.#below /= 2;
      this.#leaveOut();
    }
  }

  #leaveOut(): void {
    for (const [key, path] of this.#paths) if (path.score >= this.#below) this.#paths.delete(key);
  }
}

/** Different paths kept at most, whatever the configuration: about half a kilobyte each. */
export const foreseenPathsMax = 200_000;

/** One path as often as it was asked for with one method. */
export interface ForeseenPath {
  readonly host: string;
  /** As `endpointKey` names it. */
  readonly method: string;
  /** `""` for a value after the first segment. */
  readonly segments: readonly string[];
  /** By position: the pattern of what is a value by its shape. */
  readonly patterns: readonly (string | undefined)[];
  readonly score: number;
  /** Answers that may be evidence, and of those how many are by themselves. */
  count: number;
  certain: number;
  /** Answers that prove a method at most: see `proofOf`. */
  weak: number;
  /** 32-bit sketch of who asked. */
  clients: number;
  /** Of its answers in JSON the first hash of a shape, by text. */
  shape: string;
  /** The answers with the lowest hashes, at most {@link answersMax}, lowest first. */
  readonly answers: { readonly fingerprint: AnswerFingerprint; count: number }[];
}

export interface ForesightExport {
  readonly paths: Map<string, ForeseenPath>;
  readonly below: number;
}

/** Different answers kept of one path: a host that answers everything alike gives the same one, an interface more. */
export const answersMax = 4;

/** Of what hashes in an inventory start from: the same for the same key. */
export function inventorySeed(ports: Ports): number {
  return Number.parseInt(ports.hash("segment", "inventory seed").slice(0, 8), 16) | 0;
}

const nothing: readonly undefined[] = [];

/** The place of an answer among those with the lowest hashes: what is kept at the end was kept all the time, so that its count is exact. */
function noteAnswer(answers: ForeseenPath["answers"], fingerprint: AnswerFingerprint, count: number): void {
  for (let at = answers.length - 1; at >= 0; at--) {
    const known = answers[at];
    if (known === undefined) continue;
    const order = compare(fingerprint, known.fingerprint);
    if (order === 0) {
      known.count += count;
      return;
    }
    if (order > 0) {
      if (at + 1 >= answersMax) return;
      answers.splice(at + 1, 0, { fingerprint, count });
      if (answers.length > answersMax) answers.pop();
      return;
    }
  }
  answers.unshift({ fingerprint, count });
  if (answers.length > answersMax) answers.pop();
}

function compare(a: AnswerFingerprint, b: AnswerFingerprint): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/**
 * How soon a path is left out, 32 bits. That of its word with the highest hash, so that what stands below one value is kept or left out as a whole; paths of
 * interfaces' words alone come last.
 */
function scoreOf(key: string, segments: readonly string[], patterns: readonly (string | undefined)[] | undefined): number {
  let score = -1;
  for (const [depth, segment] of segments.entries()) {
    if (patterns?.[depth] !== undefined ? depth > 0 : isConstantLike(segment)) continue;
    const hash = hash32(0x27d4eb2f, segment.toLowerCase());
    if (hash > score) score = hash;
  }
  return score < 0 ? hash32(0x165667b1, key) >>> wordsShift : score;
}

/** Paths of interfaces' words are left out when only one of 2^8 others is kept. */
const wordsShift = 8;
