/**
 * Whether times of two groups differ, with everything that makes a service slow at some hours held apart: a van Elteren test (Mann–Whitney within strata, strata
 * weighted by 1 / (N + 1); P. H. van Elteren, "On the combination of independent two-sample tests of Wilcoxon", Bull. Int. Stat. Inst. 37, 1960), with ties corrected.
 *
 * Within a stratum the times stand in a histogram of 32 steps an octave (2.2 % each): exact counts, so that merging two halves gives what the whole would have, the order
 * does not matter and nobody can choose what is evicted; a sample of raw times would need a choice. Steps cost power only where the noise is narrower than a step.
 * At {@link openStrataMax} strata the one that was opened first is folded into the sums, which is exact; times that come for it later open it anew, and count as
 * a stratum of their own, which loses power and never makes a false difference. Folded sums of two halves add up alike.
 *
 * Ranks are taken three times, as dudect crops its samples (Reparaz, Balasch, Verbauwhede, "Dude, is my code constant time?", 2017): over all, over the fastest nine tenths
 * of each stratum, and over its faster half. Under the null the groups are exchangeable within a stratum, and a crop of the pooled times keeps them so.
 *
 * Misses: what changes within a stratum (choose strata that are short), and a difference inside one step. `z` is approximately normal: errors of the approximation
 * are below a tenth at |z| = 5 from about forty times of each group on; {@link StratifiedRank.result} gives none before.
 */
export class StratifiedRank {
  readonly #open = new Map<string, Stratum>();
  readonly #folded: Sums;

  constructor(state?: StratifiedRankState) {
    this.#folded = state === undefined ? nothing() : sumsOf(state.folded);
    for (const [name, cells] of state?.open ?? []) {
      const stratum = this.#stratum(name);
      for (const [step, missing, existing] of cells) put(stratum, step, missing, existing);
    }
  }

  /** Counts one time, in milliseconds; what is not a number or below zero is ignored. */
  add(name: string, existing: boolean, ms: number): void {
    if (!(ms >= 0)) return;
    const stratum = this.#stratum(name);
    put(stratum, stepOf(ms), existing ? 0 : 1, existing ? 1 : 0);
  }

  /** As if everything the other saw had been added here, too. */
  merge(other: StratifiedRank): void {
    addTo(this.#folded, other.#folded);
    for (const [name, theirs] of other.#open) {
      const mine = this.#stratum(name);
      for (const [step, [missing, existing]] of theirs.cells) put(mine, step, missing, existing);
    }
  }

  /** What is known now; undefined while either group has fewer than {@link rankedMin} times in strata that hold both. */
  result(): RankResult | undefined {
    const sums = nothing();
    addTo(sums, this.#folded);
    for (const stratum of this.#open.values()) fold(stratum, sums);
    if (sums.missing < rankedMin || sums.existing < rankedMin || sums.weight === 0) return undefined;
    const z = sums.ranks.map(({ over, variance }) => (variance > 0 ? over / Math.sqrt(variance) : 0));
    const deltaMs = sums.shift / sums.weight;
    const error = Math.sqrt(sums.shiftVariance) / sums.weight;
    return {
      zAll: z[0] ?? 0,
      zMost: z[1] ?? 0,
      zHalf: z[2] ?? 0,
      deltaMs,
      interval: [deltaMs - 1.96 * error, deltaMs + 1.96 * error],
      auc: sums.auc / sums.weight,
      spreadMs: Math.sqrt(sums.freedom > 0 ? sums.squares / sums.freedom : 0),
      missing: sums.missing,
      existing: sums.existing,
      strata: sums.strata,
    };
  }

  get strata(): number {
    return this.#open.size;
  }

  /** A JSON value from which the constructor restores. */
  exportState(): StratifiedRankState {
    return {
      folded: [...scalars.map((name) => this.#folded[name]), ...this.#folded.ranks.flatMap(({ over, variance }) => [over, variance])],
      open: [...this.#open].map(([name, { cells }]) => [name, [...cells].map(([step, [missing, existing]]) => [step, missing, existing] as const)]),
    };
  }

  #stratum(name: string): Stratum {
    let stratum = this.#open.get(name);
    if (stratum === undefined) {
      if (this.#open.size >= openStrataMax) {
        for (const [first, oldest] of this.#open) {
          fold(oldest, this.#folded);
          this.#open.delete(first);
          break;
        }
      }
      stratum = { cells: new Map() };
      this.#open.set(name, stratum);
    }
    return stratum;
  }
}

/** Strata held as histograms: two days of hours. A histogram has at most {@link stepsMax} cells of two counts; a busy hour of labelled answers fills a few dozen. */
export const openStrataMax = 48;
/** From an eighth of a millisecond to nine hours. */
export const stepsMax = 28 * 32;
/** Times of each group before there is a result. */
export const rankedMin = 40;

export interface RankResult {
  /** Standard normal when the groups do not differ; above zero when existing takes longer. Over all times, without the slowest tenth of each stratum, over its faster half. */
  readonly zAll: number;
  readonly zMost: number;
  readonly zHalf: number;
  /** How much longer existing takes, in milliseconds, slowest twentieth of each stratum pulled in; with its 95 % interval. */
  readonly deltaMs: number;
  readonly interval: readonly [number, number];
  /** Chance that a time of an existing one is the longer of two, within a stratum. */
  readonly auc: number;
  /** Standard deviation within groups and strata. */
  readonly spreadMs: number;
  /** Times in strata that hold both groups. */
  readonly missing: number;
  readonly existing: number;
  readonly strata: number;
}

export interface StratifiedRankState {
  readonly folded: readonly number[];
  readonly open: readonly (readonly [string, readonly (readonly [step: number, missing: number, existing: number])[]])[];
}

interface Stratum {
  /** By step: counts of missing and existing. */
  readonly cells: Map<number, readonly [number, number]>;
}

interface Sums {
  missing: number;
  existing: number;
  strata: number;
  weight: number;
  auc: number;
  shift: number;
  shiftVariance: number;
  squares: number;
  freedom: number;
  readonly ranks: readonly { over: number; variance: number }[];
}

const crops: readonly number[] = [1, 0.9, 0.5];
const scalars = ["missing", "existing", "strata", "weight", "auc", "shift", "shiftVariance", "squares", "freedom"] as const;

function nothing(): Sums {
  return { missing: 0, existing: 0, strata: 0, weight: 0, auc: 0, shift: 0, shiftVariance: 0, squares: 0, freedom: 0, ranks: crops.map(() => ({ over: 0, variance: 0 })) };
}

function sumsOf(numbers: readonly number[]): Sums {
  const sums = nothing();
  for (const [index, name] of scalars.entries()) sums[name] = finite(numbers[index]);
  for (const [index, rank] of sums.ranks.entries()) {
    rank.over = finite(numbers[scalars.length + 2 * index]);
    rank.variance = finite(numbers[scalars.length + 2 * index + 1]);
  }
  return sums;
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}

function addTo(sums: Sums, more: Sums): void {
  for (const name of scalars) sums[name] += more[name];
  for (const [index, rank] of sums.ranks.entries()) {
    rank.over += more.ranks[index]?.over ?? 0;
    rank.variance += more.ranks[index]?.variance ?? 0;
  }
}

function put(stratum: Stratum, step: number, missing: number, existing: number): void {
  const held = stratum.cells.get(step);
  stratum.cells.set(step, held === undefined ? [missing, existing] : [held[0] + missing, held[1] + existing]);
}

function stepOf(ms: number): number {
  return Math.max(0, Math.min(stepsMax - 1, Math.floor(Math.log2(ms * 8) * 32)));
}

/** The middle of a step, in milliseconds. */
function middle(step: number): number {
  return 2 ** ((step + 0.5) / 32) / 8;
}

function fold({ cells }: Stratum, sums: Sums): void {
  const rows = [...cells].sort((a, b) => a[0] - b[0]).map(([step, [missing, existing]]): Row => ({ ms: middle(step), missing, existing }));
  const missing = rows.reduce((sum, row) => sum + row.missing, 0);
  const existing = rows.reduce((sum, row) => sum + row.existing, 0);
  if (missing === 0 || existing === 0) return;
  sums.missing += missing;
  sums.existing += existing;
  sums.strata += 1;
  const weight = (missing * existing) / (missing + existing);
  sums.weight += weight;
  for (const [index, crop] of crops.entries()) {
    const part = mannWhitney(cropped(rows, Math.ceil(crop * (missing + existing))));
    if (index === 0) sums.auc += weight * part.auc;
    const rank = sums.ranks[index];
    if (rank === undefined) continue;
    rank.over += part.over;
    rank.variance += part.variance;
  }
  const most = ceilingOf(rows, 0.95 * (missing + existing));
  const means = [0, 0];
  for (const row of rows) {
    const ms = Math.min(row.ms, most);
    means[0] = (means[0] ?? 0) + (row.missing * ms) / missing;
    means[1] = (means[1] ?? 0) + (row.existing * ms) / existing;
  }
  const [low = 0, high = 0] = means;
  let squares = 0;
  for (const row of rows) {
    const ms = Math.min(row.ms, most);
    squares += row.missing * (ms - low) ** 2 + row.existing * (ms - high) ** 2;
  }
  sums.shift += weight * (high - low);
  // Two times give no variance of their own: the spread within groups over all strata would do, this counts the difference itself, which is on the safe side.
  const freedom = missing + existing - 2;
  sums.shiftVariance += freedom > 0 ? (weight * squares) / freedom : (weight * (high - low)) ** 2;
  sums.squares += squares;
  sums.freedom += freedom;
}

interface Row {
  readonly ms: number;
  readonly missing: number;
  readonly existing: number;
}

/** The fastest `keep` times, whole steps: times that tie are kept or left together. */
function cropped(rows: readonly Row[], keep: number): readonly Row[] {
  const kept: Row[] = [];
  let sum = 0;
  for (const row of rows) {
    if (sum >= keep) break;
    kept.push(row);
    sum += row.missing + row.existing;
  }
  return kept;
}

function ceilingOf(rows: readonly Row[], share: number): number {
  let sum = 0;
  for (const row of rows) {
    sum += row.missing + row.existing;
    if (sum >= share) return row.ms;
  }
  return Number.POSITIVE_INFINITY;
}

/** Mann–Whitney of one stratum, as its share of van Elteren's sum: (U − mn/2) / (N + 1) and the variance of that. */
function mannWhitney(rows: readonly Row[]): { readonly over: number; readonly variance: number; readonly auc: number } {
  let missing = 0;
  let existing = 0;
  let wins = 0;
  let ties = 0;
  for (const row of rows) {
    wins += row.existing * (missing + row.missing / 2);
    missing += row.missing;
    existing += row.existing;
    const tied = row.missing + row.existing;
    ties += tied * tied * tied - tied;
  }
  const total = missing + existing;
  const pairs = missing * existing;
  if (pairs === 0) return { over: 0, variance: 0, auc: 0.5 };
  const variance = (pairs / 12) * (total + 1 - ties / (total * (total - 1)));
  return { over: (wins - pairs / 2) / (total + 1), variance: Math.max(0, variance) / (total + 1) ** 2, auc: wins / pairs };
}
