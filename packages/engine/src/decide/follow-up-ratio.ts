import { enumerationPolicy as policy } from "./enumeration-policy.ts";

/** What a follow-up, and its absence, say of a source; in logarithms. */
export const followedUpRatio = Math.log((1 - mean(policy.enumeratorUnanchored)) / (1 - policy.honestUnanchored));
export const unansweredRatio = Math.log(mean(policy.enumeratorUnanchored) / policy.honestUnanchored);

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
