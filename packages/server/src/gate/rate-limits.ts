import { credentialOf, GcraTable, GuardMatcher, type GuardedEndpoint, type Key, keyOfHex, networkOf, pairsOf, pathReadings, type Ports, unlearned } from "@postern/engine";
import type { DenyRuling, RequestHead } from "./gate-port.ts";

/**
 * Request-rate limits from the configuration (GCRA), per address or per credential and endpoint, in memory. A request without a
 * credential falls back to its address, so that leaving the credential out is no way around.
 *
 * Bound: {@link cellsMax} cells over all limits; the table's own rule says what happens there. A limit in `observe` only reports.
 */
export class RateLimits {
  readonly #ports: Ports;
  readonly #limits: readonly RateLimit[];
  readonly #matcher: GuardMatcher;
  readonly #table = new GcraTable(cellsMax);
  readonly #observed: (limit: RateLimit) => void;
  readonly #scope: string;

  constructor(ports: Ports, limits: readonly RateLimit[], scope: string, observed: (limit: RateLimit) => void) {
    this.#ports = ports;
    this.#limits = limits;
    this.#scope = scope;
    this.#observed = observed;
    this.#matcher = new GuardMatcher(limits.map((limit, index) => asEndpoint(limit, index)));
  }

  /** Undefined when the request may pass; else the 429 to answer. */
  check(head: RequestHead, segments: readonly string[]): DenyRuling | undefined {
    if (this.#limits.length === 0) return undefined;
    const found = this.#matcher.find(head.method, this.#scope, segments) ?? this.#otherwise(head);
    if (found === undefined) return undefined;
    const limit = this.#limits[Number(found.id)];
    if (limit === undefined || (limit.method !== "*" && found.method !== head.method && !(found.method === "GET" && head.method === "HEAD"))) return undefined;
    const key = keyOfHex(this.#keyOf(head, limit, found.id), scratch);
    const wait = this.#table.take(key.hi, key.lo, head.at, limit.everyMs, limit.burst);
    if (wait === 0) return undefined;
    if (limit.mode === "observe") {
      this.#observed(limit);
      return undefined;
    }
    return tooMany(wait, "This endpoint allows no more right now.", "rate-limit");
  }

  /** The limit of a path that services may read in another way. */
  #otherwise(head: RequestHead): GuardedEndpoint | undefined {
    for (const reading of pathReadings(head.target)) {
      const found = this.#matcher.find(head.method, this.#scope, reading);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #keyOf(head: RequestHead, limit: RateLimit, id: string): string {
    if (limit.by === "credential") {
      const headers: (readonly [string, string])[] = [];
      for (let i = 0; i + 1 < head.rawHeaders.length; i += 2) headers.push([head.rawHeaders[i] ?? "", head.rawHeaders[i + 1] ?? ""]);
      const mark = head.target.indexOf("?");
      const credential = credentialOf(headers, mark < 0 ? [] : pairsOf(head.target.slice(mark + 1)), this.#ports);
      if (credential !== undefined) return this.#ports.hash("client", `limit ${id} credential ${credential.hash}`);
    }
    return this.#ports.hash("client", `limit ${id} ${networkOf(head.address)}`);
  }
}

export interface RateLimit {
  /** `*` is any. */
  readonly method: string;
  /** Template or pattern; `*` stands for one segment. */
  readonly path: string;
  readonly by: "address" | "credential";
  /** Milliseconds between two requests at the steady rate. */
  readonly everyMs: number;
  readonly burst: number;
  readonly mode: "observe" | "enforce";
}

/** 429 as problem details (RFC 9457). */
export function tooMany(waitMs: number, detail: string, reason: string): DenyRuling {
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1_000)));
  return {
    kind: "deny",
    status: 429,
    headers: [
      ["content-type", "application/problem+json"],
      ["retry-after", seconds],
    ],
    body: JSON.stringify({ type: "about:blank", title: "Too Many Requests", status: 429, detail: `${detail} Try again in ${seconds} s.` }),
    reason,
  };
}

function asEndpoint(limit: RateLimit, index: number): GuardedEndpoint {
  return {
    id: String(index),
    method: limit.method,
    host: "*",
    template: limit.path
      .split("/")
      .map((segment) => (segment === "*" ? "{any}" : segment))
      .join("/"),
    state: "watched",
    subjects: [],
    ...unlearned,
  };
}

const cellsMax = 1 << 18;
const scratch: Key = { hi: 0, lo: 0 };
