import type { AttackNamer, AttackNamerState } from "./names/attack-namer.ts";
import type { Contact } from "./names/contact-sample.ts";
import type { TargetWatch, TargetWatchState } from "./target/target-watch.ts";
import type { TargetPlace } from "./target/target-place.ts";

/**
 * What is known of those who ask guarded endpoints and of whom they ask about (D5 and the naming of attacks), as it can be kept: a snapshot, and rows of what changed it since. Whoever puts the snapshot
 * back and then each row in the order they were made knows what a process knows that never stopped, but for the order of numbers (see `number-order.ts`), which are never written down.
 */
export interface KeptQuestions {
  readonly version: 1;
  /** Signals made so far, part of the next one's id. */
  readonly signals: number;
  readonly targets: TargetWatchState;
  readonly names: AttackNamerState;
}

/** What one exchange changed. Keyed hashes, and the asker's address in clear as in disclosure rows. */
export interface QuestionRow {
  /** When the exchange was over: event time of whatever it made due. */
  readonly at: number;
  readonly endpointId: string;
  readonly asked?: Omit<Contact, "followed"> & { readonly place?: Omit<TargetPlace, "rank"> };
  /** Who followed up, on whom. */
  readonly followed?: readonly (readonly [network: string, subjects: readonly string[]])[];
}

/** Puts one question and what follows from it where it belongs; used for the exchange itself and for its row, so that both do the same. */
export function takeQuestion(
  to: { readonly names: AttackNamer; readonly targets: TargetWatch },
  endpointId: string,
  contact: Omit<Contact, "followed">,
  place: TargetPlace | undefined,
): boolean {
  const { at, source, subject, truthful } = contact;
  const waits = truthful && place !== undefined && to.targets.asked(endpointId, { at, source, subject, place });
  return to.names.add(endpointId, contact) || waits;
}
