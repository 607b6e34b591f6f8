/** Mean share of answers that do not follow the rule, before any were seen (about 2 %); a perfect oracle pays ln(n) times this, a tenth of a nat for 120 labels. */
const mishaps = 0.02;

/**
 * How well "existing people get this one class, all others that one, but for mishaps" predicts a row of labelled answers: natural logarithm of a probability that was
 * fixed before the first label, so a fair numerator for universal inference. A mean over all pairs of different classes, most of it on the first two that the endpoint
 * ever gave (of three quarters, half either way round); the share of mishaps has a Beta(0.02, 1) prior, that is, near none.
 *
 * Counts alone decide, never the order. Pairs of which a side was never seen are left out: that can only lower the value, so it can not make a false proof.
 * What it pays on a perfect oracle of two classes is about 1.1 nats, where a prediction that learns each side alone pays 2.3.
 */
export function sharpPrediction(missing: readonly number[], existing: readonly number[]): number {
  const labels = total(missing) + total(existing);
  let best = Number.NEGATIVE_INFINITY;
  const terms: number[] = [];
  for (const [absent, denied] of missing.entries()) {
    if (denied === 0) continue;
    for (const [present, confirmed] of existing.entries()) {
      if (confirmed === 0 || present === absent) continue;
      const kept = denied + confirmed;
      const term = Math.log(pairWeight(absent, present)) + mishapLikelihood(labels - kept, kept) + spread(missing, absent) + spread(existing, present);
      terms.push(term);
      best = Math.max(best, term);
    }
  }
  if (terms.length === 0) return best;
  return best + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - best), 0));
}

/** Prior of the pair: a half of it for the first two classes either way round is 0.37. */
function pairWeight(a: number, b: number): number {
  return (weightOf(a) * weightOf(b)) / (weightTotal * weightTotal - weightSquares);
}

function weightOf(symbol: number): number {
  return symbol < 2 ? 0.5 : 0.25 ** symbol;
}

/** Over seventeen classes; what is beyond them is nothing. */
const weights = Array.from({ length: 17 }, (_, symbol) => weightOf(symbol));
const weightTotal = total(weights);
const weightSquares = weights.reduce((sum, weight) => sum + weight * weight, 0);

/** Natural logarithm of the mean of ε^bad (1 − ε)^good under Beta({@link mishaps}, 1). */
function mishapLikelihood(bad: number, good: number): number {
  return Math.log(mishaps) + logBeta(bad + mishaps, good + 1);
}

/** Natural logarithm of which other classes the mishaps of one side were given, by the same weights. */
function spread(counts: readonly number[], kept: number): number {
  let value = 0;
  for (const [symbol, count] of counts.entries()) if (symbol !== kept && count > 0) value += count * Math.log(weightOf(symbol) / (weightTotal - weightOf(kept)));
  return value;
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Natural logarithm of Γ(x) for x > 0, by Stirling's series after shifting to x ≥ 8; error below 1e-10. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 8; at += 1) shift += Math.log(at);
  const square = 1 / (at * at);
  return (at - 0.5) * Math.log(at) - at + 0.9189385332046727 + (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / at - shift;
}
