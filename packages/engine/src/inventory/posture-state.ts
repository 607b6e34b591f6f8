import type { LearnedPlaceState } from "./learned-credential.ts";
import { newOutcomes, type OutcomeCounts, outcomeNames } from "./posture-outcome.ts";
import type { SharedCredentialsState } from "./shared-credentials.ts";

/** Sorts of credentials whose answers are counted each for itself, beside the well-formed ones. */
export const sorts = ["none", "malformed", "expired", "otherPrincipal"] as const;

/** What is written of a {@link Posture}. */
export interface PostureState extends SharedCredentialsState {
  readonly version: 2;
  readonly counts: Readonly<Record<(typeof sorts)[number], OutcomeCounts>>;
  readonly valid: readonly (readonly [kind: string, OutcomeCounts])[];
  readonly kinds: readonly string[];
  readonly issuers: readonly string[];
  readonly algorithms: readonly string[];
  readonly lifetime: readonly number[];
  readonly tallies: readonly number[];
  /** Credentials, networks, answers, doubted; absent where there are none. */
  readonly refusedElsewhere?: readonly number[];
  readonly examples: readonly string[];
  readonly samples: readonly (readonly [cell: string, ids: readonly string[]])[];
  /** Absent in states older than it, and where nothing unusual was sent. */
  readonly learned?: readonly LearnedPlaceState[];
}

/** As written before sorts of credentials were told apart. */
export interface PostureStateBefore {
  readonly none: OutcomeCounts;
  readonly credentialed: OutcomeCounts;
  readonly kinds: readonly string[];
  readonly callers: readonly number[];
  readonly examples: readonly string[];
  readonly slots: readonly { readonly hash: string; readonly count: number; readonly outcomes: OutcomeCounts; readonly networks: readonly number[]; readonly example: string }[];
}

/** What an earlier version wrote, as this one does, as far as it told credentials apart. */
export function upgraded(state: PostureStateBefore): PostureState {
  const { none, credentialed, kinds, callers, examples, slots } = state;
  const total = outcomeNames.reduce((sum, outcome) => sum + none[outcome] + credentialed[outcome], 0);
  return {
    version: 2,
    counts: { none, malformed: newOutcomes(), expired: newOutcomes(), otherPrincipal: newOutcomes() },
    valid: [[kinds[0] ?? "custom", credentialed]],
    kinds,
    issuers: [],
    algorithms: [],
    lifetime: [],
    networks: callers,
    devices: [],
    tallies: [0, credentialed.refused, 0, 0, 0, total],
    examples,
    samples: [],
    slots: slots.map((slot) => ({ ...slot, devices: [] })),
  };
}
