import { scanPolicy as policy } from "./scan-policy.ts";
import type { Tally } from "./scan-tally.ts";

/** What honest days were like. */
export interface PastDays {
  /** Of the whole. Undefined while too few were seen. */
  readonly past: PastShare | undefined;
  /** Of one value. */
  pastOf(kind: number, value: string): PastShare | undefined;
}

export interface PastShare {
  /** Share of truthful answers that were followed up. */
  readonly share: number;
  /** Questions in a day. */
  readonly usual: number;
}

/** Of the past, or the least attacked subset's now, less some standard errors: the best of hundreds is lucky. */
export function honestShare(singles: readonly Map<string, Tally>[], past: PastShare | undefined): number {
  let share = past?.share ?? 0;
  for (const values of singles) {
    for (const { judged, followed } of values.values()) {
      if (judged < policy.historyMin) continue;
      const here = (followed + 1) / (judged + 2);
      share = Math.max(share, here - policy.leastAttackedErrors * Math.sqrt((here * (1 - here)) / judged));
    }
  }
  return Math.min(0.98, Math.max(0.05, share));
}

/**
 * How many of a subset's questions are the attack's, with the standard error by the delta method, and the e-value of "follows up as often as honest ones do", by its logarithm. `share`: s0;
 * `usual`: its questions in a day of the past.
 */
export function estimate(seen: Tally, share: number, usual: number | undefined): { readonly attack: number; readonly error: number; readonly logE: number } {
  const rate = (seen.followed + 0.5 * share) / (seen.judged + 0.5);
  if (share < policy.hardlyEver) {
    const free = policy.volumeFree * (usual ?? 0) + seen.followed / policy.hardlyEver;
    const mean = Math.max(1, free);
    return { attack: Math.max(0, seen.asked - free), error: Math.sqrt(mean), logE: seen.speaks * Math.log(policy.volumeFactor) - (policy.volumeFactor - 1) * mean };
  }
  const unlike = Math.max(0, 1 - rate / share);
  const answered = seen.asked - seen.refused;
  // Who is refused cannot follow up: of those, what is more than honest days bring. The answered ones are another mixture, while newcomers are narrowed.
  const surplus = usual === undefined ? 0 : Math.max(0, seen.refused - Math.max(0, usual - answered));
  const attack = answered * unlike + Math.max(seen.refused * unlike, surplus);
  const error = Math.sqrt(((answered / share) ** 2 * rate * (1 - rate)) / (seen.judged + 0.5) + attack);
  let likelihood = Number.NEGATIVE_INFINITY;
  for (const keep of policy.keeps) {
    const q = keep * share;
    const log = seen.speaksFollowed * Math.log(q / share) + (seen.speaks - seen.speaksFollowed) * Math.log((1 - q) / (1 - share));
    likelihood = likelihood > log ? likelihood + Math.log1p(Math.exp(log - likelihood)) : log + Math.log1p(Math.exp(likelihood - log));
  }
  const byFollowUp = likelihood - Math.log(policy.keeps.length);
  if (usual === undefined || seen.refusedSpeaks === 0) return { attack, error, logE: byFollowUp };
  // The mean of two e-values is one.
  const mean = Math.max(1, (policy.volumeFree * usual * seen.refusedSpeaks) / Math.max(1, seen.refused));
  const byNumber = seen.refusedSpeaks * Math.log(policy.volumeFactor) - (policy.volumeFactor - 1) * mean;
  const [more, less] = byFollowUp > byNumber ? [byFollowUp, byNumber] : [byNumber, byFollowUp];
  return { attack, error, logE: more + Math.log1p(Math.exp(less - more)) - Math.LN2 };
}
