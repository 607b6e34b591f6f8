/**
 * One-sided p-value of Fisher's exact test (Fisher 1922) for a symbol that `a` of `n` registered and `b` of `m` never-registered identifiers got: the chance of a
 * split at least as lopsided, in the direction seen, if the answer did not depend on which list an identifier stands on. 12 and 12 perfectly separated: 3.7e-7.
 *
 * Exact up to rounding for lists of up to some thousands. The direction is read off the data: whoever compares it with a bound counts two tests.
 */
export function fisherExact(a: number, n: number, b: number, m: number): number {
  const drawn = a + b;
  const up = a * m >= b * n;
  // In the direction seen: more of `a` than expected, or fewer.
  const least = Math.max(0, drawn - m);
  const most = Math.min(n, drawn);
  let p = 0;
  for (let x = up ? a : least; x <= (up ? most : a); x++) p += Math.exp(logChoose(n, x) + logChoose(m, drawn - x) - logChoose(n + m, drawn));
  return Math.min(1, p);
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log(n - Math.min(k, n - k) + i) - Math.log(i);
  return sum;
}
