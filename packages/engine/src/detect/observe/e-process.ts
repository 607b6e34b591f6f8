import { sharpPrediction } from "./sharp-prediction.ts";

/** Classes told apart by the test: sixteen and one for all others. */
export const symbolsMax = 17;
/** Labelled answers counted; further ones are ignored, which keeps the test valid and its state small. */
export const labelledMax = 20_000;

/**
 * Sequential test of "the answer's class does not depend on whether the subject exists", by universal inference (Wasserman, Ramdas, Balakrishnan, PNAS 117, 2020, §8):
 * a prediction of P(class | exists) fixed before the labels came, over the best single P(class) in hindsight.
 *
 * Why it is valid however often one looks: let p be the true frequencies under independence. Prediction ÷ p is a non-negative martingale that starts at 1, given any
 * sequence of labels, so by Ville's inequality it ever exceeds 1/α with probability at most α; dividing by the best frequencies in hindsight instead of p only makes it smaller.
 * Labels may come in any order and share, and may depend on all that was seen before; the class of the next answer may not depend on its label.
 *
 * The prediction is a mean of three: one for noisy answers and one that expects each side to give one class (Krichevsky–Trofimov-like, by side), and one that expects the two
 * sides to give two different classes ({@link sharpPrediction}), which has most of the weight. On a perfect oracle the mean pays about 1.5 nats in all.
 *
 * What any such test can do: with perfect separation and `m` missing among `n` labels the value is at most exp(n·H(m/n)), since that row of answers has this probability
 * under some p; that is 2.7e4 for m = 2 and 1.2e6 for m = 3 of 120 ({@link logEvidenceMax}).
 *
 * The prior mass falls with the symbol's number (½, ½, ¼, ⅛ …): number classes in order of appearance in unlabelled traffic.
 * The value depends on counts alone, not on order, so two symbols can be merged later.
 *
 * Misses: what it cannot see is dependence in the labels. Labels of one subject or one source must be capped by the caller.
 */
export class EProcess {
  /** counts[exists ? 1 : 0][symbol] */
  readonly #counts: readonly [number[], number[]];
  readonly #totals: [number, number] = [0, 0];
  readonly #logNumerators: [number, number] = [0, 0];

  constructor(counts?: readonly [readonly number[], readonly number[]]) {
    this.#counts = [zeros(), zeros()];
    if (counts !== undefined) this.#load(counts);
  }

  /** Counts one labelled answer; false when the bound was reached and it was ignored. */
  observe(exists: boolean, symbol: number): boolean {
    const row = exists ? 1 : 0;
    const seen = this.#counts[row][symbol];
    if (seen === undefined || this.labels >= labelledMax) return false;
    for (const [index, scale] of scales.entries()) {
      const step = Math.log((seen + scale * priorOf(symbol)) / (this.#totals[row] + scale * priorTotal));
      this.#logNumerators[index] = (this.#logNumerators[index] ?? 0) + step;
    }
    this.#counts[row][symbol] = seen + 1;
    this.#totals[row] += 1;
    return true;
  }

  get labels(): number {
    return this.#totals[0] + this.#totals[1];
  }

  /** Natural logarithm of the e-value; 0 before any label. */
  get logE(): number {
    if (this.labels === 0) return 0;
    return this.logPredicted - this.logPooled;
  }

  /** Natural logarithm of what the prediction gave the answers. */
  get logPredicted(): number {
    const [broad, sharp] = this.#logNumerators;
    const terms = [broad + Math.log(shares.broad), sharp + Math.log(shares.sharp), sharpPrediction(...this.#counts) + Math.log(shares.pair)];
    const most = Math.max(...terms);
    return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
  }

  /** Natural logarithm of how likely the answers are at best when they do not depend on existence: what the e-value divides by. */
  get logPooled(): number {
    const total = this.labels;
    let pooled = 0;
    for (let symbol = 0; symbol < symbolsMax; symbol += 1) {
      const both = this.count(false, symbol) + this.count(true, symbol);
      if (both > 0) pooled += both * Math.log(both / total);
    }
    return pooled;
  }

  count(exists: boolean, symbol: number): number {
    return this.#counts[exists ? 1 : 0][symbol] ?? 0;
  }

  total(exists: boolean): number {
    return this.#totals[exists ? 1 : 0];
  }

  /** Copy of the counts, `[missing, existing]`; a JSON value from which the constructor restores. */
  counts(): [number[], number[]] {
    return [[...this.#counts[0]], [...this.#counts[1]]];
  }

  /** The same test after `to(symbol)` renamed or merged symbols. */
  renamed(to: (symbol: number) => number): EProcess {
    const counts: [number[], number[]] = [zeros(), zeros()];
    for (const row of [0, 1] as const) {
      for (const [symbol, count] of this.#counts[row].entries()) {
        const target = to(symbol);
        counts[row][target] = (counts[row][target] ?? 0) + count;
      }
    }
    return new EProcess(counts);
  }

  #load(counts: readonly [readonly number[], readonly number[]]): void {
    for (const row of [0, 1] as const) {
      for (let symbol = 0; symbol < symbolsMax; symbol += 1) {
        const count = Math.min(labelledMax, Math.max(0, Math.floor(counts[row][symbol] ?? 0)));
        for (let seen = 0; seen < count; seen += 1) this.observe(row === 1, symbol);
      }
    }
  }
}

/**
 * Proof: an e-value over a hundred thousand. An endpoint is watched by at most five such tests a month (class, headers, channels beside), so at most one false proof is to be expected in 20,000 endpoint-months,
 * while labels are honest; half of the one in 10,000 that is allowed. One in a million would cost the endpoints at which few labels are of missing people their proof.
 */
export const provenLogE = Math.log(1e5);

/** The most evidence, in nats, that any test of this kind can draw from `missing` and `existing` labels: what a perfect oracle would give if its rule were known beforehand. */
export function logEvidenceMax(missing: number, existing: number): number {
  const labels = missing + existing;
  return (missing > 0 ? missing * Math.log(labels / missing) : 0) + (existing > 0 ? existing * Math.log(labels / existing) : 0);
}

/** Weights of the three predictions. */
const shares = { broad: 0.2, sharp: 0.1, pair: 0.7 } as const;

function zeros(): number[] {
  return Array.from({ length: symbolsMax }, () => 0);
}

function priorOf(symbol: number): number {
  return symbol < 2 ? 0.5 : 0.5 ** symbol;
}

/** Weight of the prior, for the broad and the sharp prediction. */
const scales: readonly [number, number] = [1, 0.1];

const priorTotal = Array.from({ length: symbolsMax }, (_, symbol) => priorOf(symbol)).reduce((sum, prior) => sum + prior, 0);
