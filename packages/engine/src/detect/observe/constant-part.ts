/**
 * How much of one kind of event does not rise and fall with another over the hours of the day. Honest people who leave after a question are a share of those who ask, busy
 * hour or quiet; who asks by a clock adds the same number to every hour. `others = constant + slope × kind` is fitted over the 24 hours of the day by weighted least squares
 * (Poisson weights, two rounds of reweighting; McCullagh and Nelder, Generalized Linear Models, 1989, ch. 9), its errors widened by the overdispersion seen (Pearson's χ² over degrees of
 * freedom). Needs no clean past: it holds for an attacker who was there before the first day was counted.
 *
 * Old days fade by half in a week. 24 × 2 numbers, O(1) an event, O(24) a reading; sums of two of them are one of both, so parts of a cluster can be added.
 *
 * Misses: who asks as many as the hour is busy; a service that is as busy at night as at noon (then the error is wide and nothing is said).
 */
export class ConstantPart {
  readonly #kind = new Float64Array(24);
  readonly #others = new Float64Array(24);

  add(at: number, other: boolean): void {
    const hour = Math.floor(at / 3_600_000) % 24;
    const row = other ? this.#others : this.#kind;
    row[hour] = (row[hour] ?? 0) + 1;
  }

  /** A day is over. */
  fade(): void {
    for (let hour = 0; hour < 24; hour++) {
      this.#kind[hour] = (this.#kind[hour] ?? 0) * fadePerDay;
      this.#others[hour] = (this.#others[hour] ?? 0) * fadePerDay;
    }
  }

  forget(): void {
    this.#kind.fill(0);
    this.#others.fill(0);
  }

  /** See {@link fitConstant}; `share`: the constant's share of all others. Nothing while there is nothing to tell. */
  reading(): ConstantFit & { readonly share: number } {
    const others = total(this.#others);
    if (total(this.#kind) === 0 || others === 0) return { ...nothing, share: 0 };
    const fit = fitConstant(this.#kind, this.#others, 1);
    return { ...fit, share: Math.min(1, (24 * fit.constant) / others) };
  }
}

/** `others[h] = constant + slope × kind[h]`, neither below 0; `error` of the constant, widened by the overdispersion seen, at least `dispersionLeast`; infinite where hours are all alike. */
export function fitConstant(kind: ArrayLike<number>, others: ArrayLike<number>, dispersionLeast: number): ConstantFit {
  let constant = 0;
  let slope = total(others) / Math.max(1, total(kind));
  let error = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    let w = 0;
    let wx = 0;
    let wy = 0;
    let wxx = 0;
    let wxy = 0;
    for (let hour = 0; hour < kind.length; hour++) {
      const x = kind[hour] ?? 0;
      const y = others[hour] ?? 0;
      const weight = 1 / Math.max(1, constant + slope * x);
      w += weight;
      wx += weight * x;
      wy += weight * y;
      wxx += weight * x * x;
      wxy += weight * x * y;
    }
    const spread = w * wxx - wx * wx;
    // Hours that are all alike cannot tell the two apart.
    if (spread <= 1e-9 * w * wxx) return nothing;
    slope = Math.max(0, (w * wxy - wx * wy) / spread);
    constant = Math.max(0, (wy - slope * wx) / w);
    let chi = 0;
    for (let hour = 0; hour < kind.length; hour++) {
      const expected = Math.max(1, constant + slope * (kind[hour] ?? 0));
      chi += ((others[hour] ?? 0) - expected) ** 2 / expected;
    }
    error = Math.sqrt((wxx / spread) * Math.max(dispersionLeast, chi / (kind.length - 2)));
  }
  return { constant, error, slope };
}

export interface ConstantFit {
  /** Events an hour of the day that do not follow the kind. */
  readonly constant: number;
  /** Its standard error. */
  readonly error: number;
  /** The others that come with each of the kind. */
  readonly slope: number;
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let n = 0; n < values.length; n++) sum += values[n] ?? 0;
  return sum;
}

const fadePerDay = 0.5 ** (1 / 7);
const nothing: ConstantFit = { constant: 0, error: Number.POSITIVE_INFINITY, slope: 0 };
