/** Classes told apart by the test: sixteen and one for all others. */
export const symbolsMax = 17;
/** Labelled answers counted; further ones are ignored, which keeps the test valid and its state small. */
export const labelledMax = 20_000;

/**
 * Sequential test of "the answer's class does not depend on whether the subject exists", by universal inference:
 * a Krichevsky–Trofimov-like prediction of P(class | exists) over the best single P(class) in hindsight. Under independence the
 * value exceeds 1/α with probability at most α, however often one looks, so it may be watched forever.
 *
 * The prediction is the mean of two: one for noisy answers, one that expects each side to give one class; the second
 * saves two to three nats on a perfect oracle, which is what a few dozen labels have to spare.
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
    const [broad, sharp] = this.#logNumerators;
    const most = Math.max(broad, sharp);
    return most + Math.log((Math.exp(broad - most) + Math.exp(sharp - most)) / 2) - this.logPooled;
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

/** Proof: an e-value over a million, so one false proof in a million endpoints watched forever, while labels are honest. */
export const provenLogE = Math.log(1e6);

function zeros(): number[] {
  return Array.from({ length: symbolsMax }, () => 0);
}

function priorOf(symbol: number): number {
  return symbol < 2 ? 0.5 : 0.5 ** symbol;
}

/** Weight of the prior, for the broad and the sharp prediction. */
const scales: readonly [number, number] = [1, 0.1];

const priorTotal = Array.from({ length: symbolsMax }, (_, symbol) => priorOf(symbol)).reduce((sum, prior) => sum + prior, 0);
