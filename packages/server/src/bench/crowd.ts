import type { Exchange } from "@postern/engine";
import { carriesAll } from "@postern/engine";
import { percentile } from "./statistics.ts";

/**
 * A crowd that asks about ever new telephone numbers (synthetic, +999), each once, from as many addresses in turn: 33 million numbers from five million
 * addresses within three months, when all of it is asked. Made by its number, in constant memory.
 */
export interface Crowd {
  readonly questions: number;
  /** At most 16 million. */
  readonly addresses: number;
}

/** Question `n`, before anybody looked at it. */
export function questionOf(crowd: Crowd, n: number): Question {
  // The addresses come in an order of their own, so that no table sees them sorted.
  const place = (n * stride) % crowd.addresses;
  return {
    at: crowdFrom + n * everyMs,
    address: `10.${(place >>> 16) & 255}.${(place >>> 8) & 255}.${place & 255}`,
    target: `/client/v1/users/999-${10_000_000 + n}/status`,
    exists: n % 3 !== 0,
  };
}

export interface Question {
  readonly at: number;
  readonly address: string;
  readonly target: string;
  readonly exists: boolean;
}

/** The same with its answer, as the gate's line gives it to the hub. */
export function askedExchange(crowd: Crowd, n: number): Exchange {
  const { at, address, target, exists } = questionOf(crowd, n);
  const body = exists ? '{"registered":true,"devices":2}' : '{"registered":false}';
  return {
    id: `c-${n}`,
    at,
    method: "GET",
    url: `http://api.test${target}`,
    client: { address },
    request: { headers: askedWith },
    response: { status: exists ? 200 : 404, headers: answeredWith, body, size: body.length },
    durationMs: 3,
    carries: carriesAll,
  };
}

/** Memory over the course of a crowd. */
export interface CrowdMemory {
  /** MiB resident, at even distances from the first question to the last. */
  readonly residentMiB: readonly number[];
  /** Before the first table was made, code loaded and warm. */
  readonly beforeMiB: number;
  /** CPU a question. */
  readonly micros: number;
  /** What the bounded tables hold at the end, by name. */
  readonly held: Readonly<Record<string, number>>;
}

/** Takes the samples of a {@link CrowdMemory} and says how far it is. */
export class CrowdScale {
  readonly #residentMiB: number[] = [];
  readonly #beforeMiB = resident();
  readonly #from = process.cpuUsage();
  readonly #name: string;
  readonly #questions: number;
  readonly #every: number;
  #begunAt = performance.now();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(name: string, questions: number) {
    this.#name = name;
    this.#questions = questions;
    this.#every = Math.max(1, Math.floor(questions / samples));
  }

  asked(n: number): void {
    if (n % this.#every !== 0) return;
    this.#residentMiB.push(resident());
    const now = performance.now();
    if (n === 0) this.#begunAt = now;
    if (now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    process.stderr.write(
      `bench: ${this.#name}, ${((100 * n) / this.#questions).toFixed(0)} % of ${this.#questions.toLocaleString("en-US")}, ${resident().toFixed(0)} MiB${this.#left(n)}\n`,
    );
  }

  #left(n: number): string {
    const used = process.cpuUsage(this.#from);
    const seconds = (performance.now() - this.#begunAt) / 1_000;
    return n === 0 ? "" : `, ${((used.user + used.system) / n).toFixed(0)} µs of CPU each, ${Math.ceil((seconds * (this.#questions - n)) / n / 60)} min left`;
  }

  done(held: CrowdMemory["held"]): CrowdMemory {
    const used = process.cpuUsage(this.#from);
    return { residentMiB: this.#residentMiB, beforeMiB: this.#beforeMiB, micros: (used.user + used.system) / this.#questions, held };
  }
}

/**
 * Growth over the last half of the samples, as a share of what is usual there: {@link blocks} stretches of it, the middle sample of each, and through them the line whose slope is the
 * median of those of all pairs (Theil and Sen). Resident memory goes up and down with each collection by far more than it may grow: a line through the samples themselves is drawn by
 * whatever peak stands nearest its ends. `least` and `greatest`: of that line and the two through the lower and upper quartile of each stretch, which tell a floor that
 * rises from peaks that do.
 */
export function growthOfLastHalf(values: readonly number[]): Growth {
  const half = values.slice(values.length >> 1);
  const size = Math.max(1, Math.floor(half.length / blocks));
  const stretches = Array.from({ length: Math.floor(half.length / size) }, (_, n) => half.slice(n * size, (n + 1) * size));
  const along = (share: number): number => growthOf(stretches.map((stretch) => percentile(stretch, share)));
  const [low, middle, high] = [along(0.25), along(0.5), along(0.75)];
  return { middle, least: Math.min(low, middle, high), greatest: Math.max(low, middle, high) };
}

export interface Growth {
  readonly middle: number;
  readonly least: number;
  readonly greatest: number;
}

function growthOf(values: readonly number[]): number {
  const usual = percentile([...values], 0.5);
  const slopes = values.flatMap((from, n) => values.slice(n + 1).map((to, further) => (to - from) / (further + 1)));
  return usual === 0 ? 0 : (percentile(slopes, 0.5) * (values.length - 1)) / usual;
}

export const agent = "app/4.2 (phone; 17.1)";
const askedWith: readonly (readonly [string, string])[] = [
  ["Host", "api.test"],
  ["User-Agent", agent],
  ["Accept", "application/json"],
];
const answeredWith: readonly (readonly [string, string])[] = [["Content-Type", "application/json"]];

function resident(): number {
  return process.memoryUsage.rss() / 2 ** 20;
}

/** Shares no factor with a round number of addresses. */
const stride = 48_271;
/** 33 million in 90 days. */
const everyMs = 235;
const crowdFrom = Date.UTC(2026, 0, 5);
/** A hub collects some thousand times meanwhile: each {@link blocks | stretch} is to see several. */
const samples = 4_000;
const blocks = 40;
/** Of an hour sixty lines for each of two. */
const tellEveryMs = 60_000;
