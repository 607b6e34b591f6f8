/**
 * e-BH (Wang & Ramdas 2022) over hypotheses of any dependence: keeps the k with the largest e-values, for the largest k with e(k) ≥ m / (α k), so that the expected share of falsely kept
 * ones is below α. As k is at most m, what is below 1 / α is counted and not held.
 */
export class StandingByEvidence<One extends { readonly logE: number }> {
  readonly #alpha: number;
  readonly #least: number;
  readonly #likely: One[] = [];
  #count = 0;

  constructor(alpha: number) {
    this.#alpha = alpha;
    // A little less than log(1/α), for rounding.
    this.#least = Math.log(1 / alpha) - 1e-9;
  }

  add(one: One): void {
    this.#count++;
    if (one.logE >= this.#least) this.#likely.push(one);
  }

  kept(): One[] {
    const sorted = this.#likely.toSorted((x, y) => y.logE - x.logE);
    let kept = 0;
    for (let k = 1; k <= sorted.length; k++) if ((sorted[k - 1]?.logE ?? 0) >= Math.log(this.#count / (this.#alpha * k))) kept = k;
    return sorted.slice(0, kept);
  }
}
