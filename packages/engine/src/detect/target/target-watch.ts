import { BlockedBloom, type BlockedBloomState } from "../observe/blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "../observe/key-pair.ts";
import { LearnedShare, type LearnedShareState } from "../observe/learned-share.ts";
import type { Signal } from "../signal.ts";
import { BlockCoverage, type BlockCoverageState } from "./block-coverage.ts";
import { NeighbourHits, type NeighbourHitsState } from "./neighbour-hits.ts";
import { NumberOrder, type NumberOrderState } from "./number-order.ts";
import type { TargetPlace } from "./target-place.ts";
import { targetPolicy as policy } from "./target-policy.ts";

/**
 * D5: looks at whom is asked about, not at who asks, so that any number of addresses is one attack. Of each guarded endpoint: how much of a block is asked about ({@link BlockCoverage}), whether those
 * asked about stand next to each other ({@link NeighbourHits}), whether they come in order ({@link NumberOrder}). Only truthful answers count, judged when an honest asker would have followed up. What stands joins the
 * endpoint's incident and lowers what its endpoint-wide tests need ({@link TargetWatch.cut}).
 *
 * An outage of follow-ups raises none of them by itself: blocks, neighbours and order stay as they were.
 * Where nobody was ever seen to follow up, the number, the neighbours and the order speak alone, and never page.
 *
 * Misses: a shuffled list over many blocks; batches (the first of a request counts); identifiers without order (uuid, user names), but for their mail domain.
 * Bounds: {@link endpointsMax} endpoints, of those asked longest ago one is forgotten; {@link waitingMax} answers wait, later ones are not judged: 45 a second without follow-up are a flood, which D3 sees.
 */
export class TargetWatch {
  readonly #endpoints = new Map<string, Known>();
  readonly #newId: (at: number) => string;

  constructor(newId: (at: number) => string, state?: TargetWatchState) {
    this.#newId = newId;
    for (const [id, known] of state?.slice(-endpointsMax) ?? []) this.#endpoints.set(id, restored(known));
  }

  /** JSON-able but for the typed arrays of its Bloom filters; keyed hashes, no number in clear. */
  exportState(): TargetWatchState {
    return Array.from(this.#endpoints, ([id, known]) => [
      id,
      {
        firstAt: known.firstAt,
        lastAt: known.lastAt,
        dayAt: known.dayAt,
        judged: known.judged,
        anchors: known.anchors,
        standsUntil: Number.isFinite(known.standsUntil) ? known.standsUntil : null,
        toldAt: [...known.toldAt],
        waiting: known.waiting.slice(known.head).map(({ place: { block, bucket, offset }, ...row }) => ({ ...row, place: { block, bucket, offset } })),
        pairs: known.pairs.exportState(),
        counted: known.counted.exportState(),
        honest: known.honest.exportState(),
        blocks: known.blocks.exportState(),
        neighbours: known.neighbours.exportState(),
        order: known.order.exportState(),
      },
    ]);
  }

  /** A truthful answer about somebody; signals come when it is judged. True when it waits for that. */
  asked(endpointId: string, asked: { readonly at: number; readonly source: string; readonly subject: string; readonly place: TargetPlace }): boolean {
    const known = this.#of(endpointId, asked.at);
    known.lastAt = Math.max(known.lastAt, asked.at);
    const key = mixKey(mixKey(keyOfHex(asked.source, scratch), 1, 1), keyOfHex(asked.subject, other).hi, other.lo);
    if (known.waiting.length - known.head >= waitingMax || !known.pairs.add(key.hi, key.lo, asked.at)) return false;
    const { at, source, subject, place } = asked;
    const row: Waiting = { at, source, subject, place, anchored: false };
    known.waiting.push(row);
    known.byPair.set(asked.source + asked.subject, row);
    return true;
  }

  /** An honest caller's follow-up. True when it was about one that waits. */
  followed(network: string, subjects: readonly string[]): boolean {
    let waited = false;
    for (const known of this.#endpoints.values()) {
      for (const subject of subjects) {
        const row = known.byPair.get(network + subject);
        if (row === undefined) continue;
        row.anchored = true;
        waited = true;
      }
    }
    return waited;
  }

  /** Whether {@link advance} would judge anything at `at`. */
  due(at: number): boolean {
    for (const { waiting, head } of this.#endpoints.values()) {
      const row = waiting[head];
      if (row !== undefined && at - row.at >= policy.judgedAfterMs) return true;
    }
    return false;
  }

  /** Event time has reached `at`: judges what is old enough. */
  advance(at: number): readonly Signal[] {
    let signals: Signal[] | undefined;
    for (const [endpointId, known] of this.#endpoints) {
      for (let row = known.waiting[known.head]; row !== undefined && at - row.at >= policy.judgedAfterMs; row = known.waiting[known.head]) {
        known.head++;
        known.byPair.delete(row.source + row.subject);
        for (const signal of this.#judge(endpointId, known, row, at)) (signals ??= []).push(signal);
      }
      if (known.head > 1_024 && known.head * 2 > known.waiting.length) {
        known.waiting.splice(0, known.head);
        known.head = 0;
      }
    }
    return signals ?? none;
  }

  /** What part of their evidence the endpoint-wide tests need now: 1, or {@link targetPolicy.cutTo} while one of these stands. */
  cut(endpointId: string, at: number): number {
    const until = this.#endpoints.get(endpointId)?.standsUntil;
    return until !== undefined && at < until ? policy.cutTo : 1;
  }

  renamed(from: string, to: string): void {
    const known = this.#endpoints.get(from);
    if (known === undefined || !this.#endpoints.delete(from) || this.#endpoints.has(to)) return;
    this.#endpoints.set(to, known);
  }

  #judge(endpointId: string, known: Known, { source, subject, place, anchored, at: askedAt }: Waiting, at: number): Signal[] {
    if (at - known.dayAt >= dayMs) {
      known.blocks.day(at >= known.standsUntil);
      known.dayAt = at;
    }
    known.judged++;
    if (anchored) known.anchors++;
    const sighted = known.anchors >= 3;
    const trained = askedAt - known.firstAt >= policy.trainForMs && known.judged >= policy.trainContacts;
    const p0 = Math.min(policy.honestMost, known.honest.value + policy.honestMargin);
    if (at >= known.standsUntil) known.honest.learn(!anchored);
    const counts = !anchored && this.#counts(known, source, place.block, subject, askedAt);
    const signals: Signal[] = [];
    const tell = (detector: string, sure: boolean, evidence: Signal["evidence"]): void => {
      known.standsUntil = at + policy.standsForMs;
      const level = sure && sighted ? "high" : "medium";
      const key = `${detector} ${level}`;
      if (at - (known.toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < policy.quietMs) return;
      known.toldAt.set(key, at);
      signals.push({ id: this.#newId(at), detector, level, confidence: level === "high" ? 0.9999 : 0.8, at, endpointId, actor: undefined, evidence });
    };
    const block = known.blocks.judged(place.block, anchored, counts, p0, at, trained);
    if (block !== undefined)
      tell("enumeration.block", block.sure, {
        statistic: round(block.statistic),
        threshold: policy.blockAt,
        questions: block.questions,
        usualADay: round(block.usualADay),
        meaning: "one block of identifiers is asked about far more than ever, from many places, and nobody follows up",
      });
    const near = known.neighbours.judged(place, source, anchored, p0, at, trained);
    if (near !== undefined)
      tell("enumeration.neighbours", near.sure, {
        statistic: round(near.statistic),
        threshold: policy.neighbourAt,
        neighbours: near.neighbours,
        of: near.of,
        usualShare: Number(near.usual.toPrecision(2)),
        meaning: "different sources ask about identifiers next to each other, and nobody follows up",
      });
    if (anchored) known.order.honest(place.rank, subject);
    else if (known.order.asked(place.rank, source) && trained) {
      const { pairs, sameWay, statistic } = known.order.facts;
      tell("enumeration.order", true, {
        statistic: round(statistic),
        threshold: policy.orderAt,
        pairs,
        sameWay,
        meaning: "those asked about come in order, from different sources: somebody works through a sorted list",
      });
    }
    return signals;
  }

  /** New in the block, and not beyond the source's share of it. */
  #counts(known: Known, source: string, block: string, subject: string, at: number): boolean {
    const id = keyOfHex(subject, scratch);
    if (!known.counted.add(id.hi, id.lo, at)) return false;
    const place = mixKey(keyOfHex(source, scratch), keyOfHex(block, other).hi, other.lo);
    const { hi, lo } = place;
    for (let nth = 1; nth <= policy.perSourceAndBlock; nth++) {
      scratch.hi = hi;
      scratch.lo = lo;
      const key = mixKey(scratch, nth, nth);
      if (known.counted.add(key.hi, key.lo, at)) return true;
    }
    return false;
  }

  #of(endpointId: string, at: number): Known {
    const held = this.#endpoints.get(endpointId);
    if (held !== undefined) return held;
    if (this.#endpoints.size >= endpointsMax) {
      let longest: string | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (const [id, { lastAt, standsUntil }] of this.#endpoints) {
        if (Math.max(lastAt, standsUntil) >= least) continue;
        longest = id;
        least = Math.max(lastAt, standsUntil);
      }
      if (longest !== undefined) this.#endpoints.delete(longest);
    }
    const known: Known = {
      firstAt: at,
      lastAt: at,
      dayAt: at,
      judged: 0,
      anchors: 0,
      standsUntil: Number.NEGATIVE_INFINITY,
      toldAt: new Map(),
      waiting: [],
      head: 0,
      byPair: new Map(),
      pairs: new BlockedBloom(contactsMax, dayMs),
      counted: new BlockedBloom(contactsMax, dayMs),
      honest: new LearnedShare(honestShare),
      blocks: new BlockCoverage(),
      neighbours: new NeighbourHits(),
      order: new NumberOrder(),
    };
    this.#endpoints.set(endpointId, known);
    return known;
  }
}

/** Endpoints watched at once; each takes up to eight megabytes while it is busy. */
export const endpointsMax = 16;
export const waitingMax = 8_192;
/** Questions a Bloom generation remembers at 1 in 10,000; more in a day are forgotten sooner and count again. */
const contactsMax = 65_536;
const dayMs = 86_400_000;
const none: readonly Signal[] = [];
const scratch: Key = { hi: 0, lo: 0 };
const other: Key = { hi: 0, lo: 0 };

interface Waiting {
  readonly at: number;
  readonly source: string;
  readonly subject: string;
  readonly place: TargetPlace;
  anchored: boolean;
}

interface Known {
  readonly firstAt: number;
  lastAt: number;
  dayAt: number;
  judged: number;
  anchors: number;
  standsUntil: number;
  readonly toldAt: Map<string, number>;
  readonly waiting: Waiting[];
  head: number;
  readonly byPair: Map<string, Waiting>;
  readonly pairs: BlockedBloom;
  readonly counted: BlockedBloom;
  readonly honest: LearnedShare;
  readonly blocks: BlockCoverage;
  readonly neighbours: NeighbourHits;
  readonly order: NumberOrder;
}

const honestShare = { prior: policy.honestPrior, priorWeight: 20, memory: 1_000, least: policy.honestLeast, most: policy.honestMost } as const;

/** By endpoint id, in the order they were first asked. */
export type TargetWatchState = readonly (readonly [id: string, state: KnownState])[];

interface KnownState extends Pick<Known, "firstAt" | "lastAt" | "dayAt" | "judged" | "anchors"> {
  readonly standsUntil: number | null;
  readonly toldAt: readonly (readonly [string, number])[];
  readonly waiting: readonly (Omit<Waiting, "place"> & { readonly place: Omit<TargetPlace, "rank"> })[];
  readonly pairs: BlockedBloomState;
  readonly counted: BlockedBloomState;
  readonly honest: LearnedShareState;
  readonly blocks: BlockCoverageState;
  readonly neighbours: NeighbourHitsState;
  readonly order: NumberOrderState;
}

function restored({ standsUntil, toldAt, waiting, pairs, counted, honest, blocks, neighbours, order, ...counts }: KnownState): Known {
  const byPair = new Map<string, Waiting>();
  // The number itself was not kept: the order of these is not judged.
  const rows = waiting.slice(-waitingMax).map(({ at, source, subject, place: { block, bucket, offset }, anchored }): Waiting => ({
    at,
    source,
    subject,
    place: { block, rank: Number.NaN, bucket, offset },
    anchored,
  }));
  for (const row of rows) byPair.set(row.source + row.subject, row);
  const known: Known = {
    ...counts,
    standsUntil: standsUntil ?? Number.NEGATIVE_INFINITY,
    toldAt: new Map(toldAt),
    waiting: rows,
    head: 0,
    byPair,
    pairs: new BlockedBloom(contactsMax, dayMs),
    counted: new BlockedBloom(contactsMax, dayMs),
    honest: new LearnedShare(honestShare, honest),
    blocks: new BlockCoverage(blocks),
    neighbours: new NeighbourHits(neighbours),
    order: new NumberOrder(order),
  };
  known.pairs.restore(pairs);
  known.counted.restore(counted);
  return known;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
