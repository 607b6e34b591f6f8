/** What a rank test of two samples says: whether one tends to be larger, by how much, and what it could have seen. */
export interface RankTest {
  /** One-sided, in the direction seen; exact for up to {@link exactMax} values a side without ties, else the normal approximation with correction for ties. */
  readonly p: number;
  /** Hodges–Lehmann estimate of the shift of `first` against `second`: the median of all differences. */
  readonly shift: number;
  /** Chance that a value of `first` is larger than one of `second`, ties half: 0.5 says nothing, 0 or 1 everything. */
  readonly auc: number;
  /** The smallest shift that noise of this size would let a test at `p < alpha` find four times in five. */
  readonly visible: number;
}

/**
 * Mann–Whitney (1947) of two samples. Robust: only order counts, so that a slow outlier weighs as one value. One value an identifier, never one a request:
 * repeated requests about one identifier are no independent evidence about its list.
 */
export function rankTest(first: readonly number[], second: readonly number[], alpha: number): RankTest {
  const n = first.length;
  const m = second.length;
  if (n === 0 || m === 0) return { p: 1, shift: 0, auc: 0.5, visible: Number.POSITIVE_INFINITY };
  let larger = 0;
  let tied = 0;
  const differences: number[] = [];
  for (const a of first) {
    for (const b of second) {
      differences.push(a - b);
      if (a > b) larger++;
      else if (a === b) tied++;
    }
  }
  const u = larger + tied / 2;
  const least = Math.min(u, n * m - u);
  const values = [...first, ...second];
  const distinct = new Set(values).size === values.length;
  const p = distinct && n <= exactMax && m <= exactMax ? exactTail(n, m, least) : normalTail(n, m, least, values);
  // Power of the rank test is about that of a t-test on a robust spread (Lehmann 1975); 4.75 is what 1e-6 asks for.
  const spread = Math.sqrt((variance(first) + variance(second)) / 2);
  const visible = (quantile(alpha) + 0.84) * spread * Math.sqrt((1 / n + 1 / m) * (Math.PI / 3));
  return { p, shift: median(differences), auc: u / (n * m), visible };
}

/** Counting all orders beyond this many a side takes longer than it tells. */
export const exactMax = 40;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** P(U ≤ u): orders of n and m values with at most so many inversions, of all orders. */
function exactTail(n: number, m: number, u: number): number {
  let counts: number[] = [1];
  // The Gaussian binomial coefficient as a product: times (1 − q^(m+i)), divided by (1 − q^i).
  for (let i = 1; i <= n; i++) {
    const next = Array.from({ length: i * m + 1 }, (_, k) => (counts[k] ?? 0) - (k >= m + i ? (counts[k - m - i] ?? 0) : 0));
    for (let k = i; k < next.length; k++) next[k] = (next[k] ?? 0) + (next[k - i] ?? 0);
    counts = next;
  }
  let total = 0;
  let tail = 0;
  for (const [k, count] of counts.entries()) {
    total += count;
    if (k <= u) tail += count;
  }
  return tail / total;
}

function normalTail(n: number, m: number, u: number, values: readonly number[]): number {
  const size = n + m;
  const ties = new Map<number, number>();
  for (const value of values) ties.set(value, (ties.get(value) ?? 0) + 1);
  let correction = 0;
  for (const count of ties.values()) correction += count ** 3 - count;
  const variance = ((n * m) / 12) * (size + 1 - correction / (size * (size - 1)));
  if (variance <= 0) return 1;
  return Math.min(1, upperTail(((n * m) / 2 - u - 0.5) / Math.sqrt(variance)));
}

/** Chance of a standard normal value above `z` (Abramowitz and Stegun 26.2.17, error below 7.5e-8, and its asymptote far out). */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 4) return (density / z) * (1 - 1 / (z * z) + 3 / z ** 4);
  const t = 1 / (1 + 0.2316419 * z);
  return density * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
}

function quantile(alpha: number): number {
  let low = 0;
  let high = 10;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > alpha) low = middle;
    else high = middle;
  }
  return high;
}

/** Of the middle of the sample: 1.4826 times the median distance from the median, squared. */
function variance(values: readonly number[]): number {
  const middle = median(values);
  return (1.4826 * median(values.map((value) => Math.abs(value - middle)))) ** 2;
}
