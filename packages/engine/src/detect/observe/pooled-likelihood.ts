/**
 * How likely a row of symbols is at best, when each stratum may have frequencies of its own: the sum over strata of n·ln(n / N), natural logarithm, at most 0.
 *
 * Universal inference (Wasserman, Ramdas, Balakrishnan, PNAS 117, 2020) divides by the best the null can do. Put under a prediction in place of the pooled likelihood of
 * one stratum, this makes the null "within each stratum the symbol does not depend on the label", whatever else makes both go along with the stratum. The value is
 * exact and depends on counts alone. Finer strata are never less likely, so they only make a test slower.
 *
 * Bounded by its caller: a stratum and a symbol at most for each of the labels, which {@link EProcess} bounds.
 */
export class PooledLikelihood {
  readonly #strata = new Map<number, Map<number, number>>();
  #value = 0;

  constructor(rows: readonly (readonly number[])[] = []) {
    for (const [stratum = 0, ...cells] of rows) {
      for (let at = 0; at + 1 < cells.length; at += 2) this.add(stratum, cells[at] ?? 0, cells[at + 1] ?? 0);
    }
  }

  add(stratum: number, symbol: number, count = 1): void {
    let cells = this.#strata.get(stratum);
    if (cells === undefined) {
      cells = new Map();
      this.#strata.set(stratum, cells);
    }
    let before = 0;
    for (const held of cells.values()) before += held;
    const held = cells.get(symbol) ?? 0;
    cells.set(symbol, held + count);
    this.#value += term(held + count) - term(held) - term(before + count) + term(before);
  }

  get value(): number {
    return Math.min(0, this.#value);
  }

  /** The same after symbols were renamed or merged. */
  renamed(to: (symbol: number) => number): PooledLikelihood {
    const merged = new PooledLikelihood();
    for (const [stratum, cells] of this.#strata) for (const [symbol, count] of cells) merged.add(stratum, to(symbol), count);
    return merged;
  }

  /** A JSON value from which the constructor restores: `[stratum, symbol, count, symbol, count, …]`. */
  rows(): number[][] {
    return [...this.#strata].map(([stratum, cells]) => [stratum, ...[...cells].flat()]);
  }
}

function term(count: number): number {
  return count > 0 ? count * Math.log(count) : 0;
}
