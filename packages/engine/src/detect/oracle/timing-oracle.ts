import { type RankResult, StratifiedRank, type StratifiedRankState } from "../observe/stratified-rank.ts";

/** |z| at which a difference in time is proven: an accident in 1.7 million looks, and looks at growing data are alike. */
export const timingProvenZ = 5;
/** |z| at which it is suspected, once there are {@link timingSuspectedLabels} times. */
export const timingSuspectedZ = 4;
export const timingSuspectedLabels = 200;
/** Requests for one answer, at 5 ms of jitter, above which a difference is no use to anybody: a millisecond takes 1,083. */
export const practicalRequestsMax = 1_100;
/** What was fixed shows up after at most twice as long. */
export const timingPeriodMs = 30 * 86_400_000;

/** One labelled answer with its time. */
export interface TimedAnswer {
  readonly exists: boolean;
  readonly ms: number;
  readonly at: number;
  /** What else makes answers fast or slow: class of the answer, instance, cache, kind of caller. The hour is added here. */
  readonly stratum: string;
}

export interface TimingState extends RankResult {
  readonly verdict: "none" | "suspected" | "proven";
  /** Of the three, the one that decided. */
  readonly z: number;
  /** Requests about one identifier for an answer that is wrong once in a hundred on either side, at this much jitter of the network, and at the service's own spread. */
  readonly requestsAt5: number;
  readonly requestsAt20: number;
  readonly requestsAtSpread: number;
  /** Largest of 1 and 1,000 ms of which all times are whole multiples; 0 when they are finer. Coarse times hide small differences. */
  readonly unitMs: number;
}

/**
 * Whether answers of one class take longer when the subject exists: passwords that are hashed only for real accounts, a second query, a message sent.
 *
 * Times of labelled answers are compared within hour, class, instance, cache and kind of caller (see {@link StratifiedRank}), so that a service which is slow by day, when
 * existing people are asked about, is not mistaken. Proven at |z| > {@link timingProvenZ} when the difference is of practical use; suspected at |z| > {@link timingSuspectedZ}.
 * The slowest tenth of each stratum never decides alone: incidents live there.
 *
 * Misses: differences in the slowest tenth only; endpoints with less than about two labels an hour; what labels do not reach; delays added at random, which only
 * raise the number of requests. Mistakes: a cause that goes along with existence inside a stratum, such as large accounts that are asked about in other minutes.
 * Times of access logs hold the way to the client too, and whole seconds or milliseconds: they find less, and are slower to.
 */
export class TimingOracle {
  #running: StratifiedRank;
  #last: StratifiedRank | undefined;
  #since: number;
  #fine: boolean;
  #milli: boolean;
  #held: TimingState | undefined;

  constructor(state?: TimingOracleState) {
    this.#running = new StratifiedRank(state?.running);
    this.#last = state?.last === undefined ? undefined : new StratifiedRank(state.last);
    this.#since = state?.since ?? -1;
    this.#fine = state?.fine ?? false;
    this.#milli = state?.milli ?? false;
  }

  add({ exists, ms, at, stratum }: TimedAnswer): void {
    if (!(ms >= 0)) return;
    if (this.#since < 0) this.#since = at;
    if (at - this.#since >= timingPeriodMs) {
      this.#last = at - this.#since >= 2 * timingPeriodMs ? undefined : this.#running;
      this.#running = new StratifiedRank();
      this.#since = at;
    }
    if (!Number.isInteger(ms)) this.#fine = true;
    else if (ms % 1_000 !== 0) this.#milli = true;
    this.#running.add(`${Math.floor(at / 3_600_000)} ${stratum}`, exists, ms);
    this.#held = undefined;
  }

  /** Undefined while there are too few times of either side. */
  state(): TimingState | undefined {
    if (this.#since < 0) return undefined;
    if (this.#held !== undefined) return this.#held;
    const both = new StratifiedRank();
    both.merge(this.#running);
    if (this.#last !== undefined) both.merge(this.#last);
    const result = both.result();
    if (result === undefined) return undefined;
    this.#held = judged(result, this.#fine ? 0 : this.#milli ? 1 : 1_000);
    return this.#held;
  }

  exportState(): TimingOracleState | undefined {
    if (this.#since < 0) return undefined;
    return {
      since: this.#since,
      fine: this.#fine,
      milli: this.#milli,
      running: this.#running.exportState(),
      ...(this.#last === undefined ? {} : { last: this.#last.exportState() }),
    };
  }
}

export interface TimingOracleState {
  readonly since: number;
  readonly fine: boolean;
  readonly milli: boolean;
  readonly running: StratifiedRankState;
  readonly last?: StratifiedRankState;
}

/** 2 (z_α + z_β)² σ² / Δ², each of both errors one in a hundred. */
export function requestsFor(deltaMs: number, jitterMs: number): number {
  return deltaMs === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.ceil((2 * (2 * 2.326) ** 2 * jitterMs ** 2) / deltaMs ** 2));
}

function judged(result: RankResult, unitMs: number): TimingState {
  const z = Math.abs(result.zHalf) > Math.abs(result.zMost) ? result.zHalf : result.zMost;
  const requestsAt5 = requestsFor(result.deltaMs, 5);
  // A mean that says the opposite of the ranks is no shift of the whole: nothing to rest a figure on.
  const practical = requestsAt5 <= practicalRequestsMax && Math.sign(result.deltaMs) === Math.sign(z);
  const times = result.missing + result.existing;
  return {
    ...result,
    z,
    verdict: !practical ? "none" : Math.abs(z) > timingProvenZ ? "proven" : Math.abs(z) > timingSuspectedZ && times >= timingSuspectedLabels ? "suspected" : "none",
    requestsAt5,
    requestsAt20: requestsFor(result.deltaMs, 20),
    requestsAtSpread: requestsFor(result.deltaMs, result.spreadMs),
    unitMs,
  };
}
