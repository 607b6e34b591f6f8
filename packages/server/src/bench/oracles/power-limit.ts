import { logEvidenceMax, provenLogE } from "@postern/engine";

export interface LimitRow {
  /** Labels of missing people among the 120. */
  readonly missing: number;
  /** How often there are so few or fewer where one in twenty is missing. */
  readonly soFew: number;
  /** The most any valid test can draw from them: e-value, and by which accident a test that knows only the counts must explain them. */
  readonly eValueMax: number;
  readonly permutations: number;
}

/** What 120 labels of a perfect oracle can show when `share` of those asked about exist, whatever the test. */
export function powerLimits(share: number, labels = 120): LimitRow[] {
  const rows: LimitRow[] = [];
  let [chance, soFew, permutations] = [share ** labels, 0, 1];
  for (let missing = 0; missing <= 6; missing += 1) {
    soFew += chance;
    rows.push({ missing, soFew, eValueMax: Math.exp(logEvidenceMax(missing, labels - missing)), permutations });
    chance *= ((labels - missing) / (missing + 1)) * ((1 - share) / share);
    permutations *= (labels - missing) / (missing + 1);
  }
  return rows;
}

/** The part of runs in which any test at our threshold could have proven a perfect oracle. */
export function provable(share: number): number {
  const enough = powerLimits(share).find((row) => Math.log(row.eValueMax) >= provenLogE);
  const few = powerLimits(share).find((row) => row.missing === (enough?.missing ?? 0) - 1);
  return 1 - (few?.soFew ?? 0);
}
