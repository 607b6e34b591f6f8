/** Evidence at which a dependence on the identifier is suspected: a thousand to one. */
export const suspectedNats = Math.log(1_000);
/** The sum never falls below this, so that a fixed past does not hide a new weakness for ever. */
export const determinismFloorNats = -Math.log(1_000);
/** Repeats one source may contribute: a single monitor or attacker decides nothing alone. */
export const repeatsPerSourceMax = 20;
/** Repeats one identifier may contribute. */
export const repeatsPerSubjectMax = 3;

/** Chance that a repeated identifier gets another class although the answer depends on it: caches, edits. */
const changeChance = 0.01;
/** The same from "none" to "there is one": people sign up between two questions. */
const creationChance = 0.2;

/**
 * Evidence in nats of one repeated question: how much better "same identifier, same class" predicts the answer than the class's
 * share among identifiers does. A repeated rare class weighs ln(1 / share); a repeated common one almost nothing; a change costs,
 * and from the poor to the rich class it costs less, because accounts are created.
 *
 * `chance` is the larger of the class's share on the endpoint and its share in this caller's own answers, so that answers which
 * depend on the caller (a plan, a test arm, a missing header) earn nothing.
 */
export function repeatEvidence(repeat: { readonly same: boolean; readonly fromPoor: boolean; readonly toRich: boolean; readonly chance: number }): number {
  const change = repeat.fromPoor ? creationChance : changeChance;
  if (repeat.same) return Math.log((1 - change + change * repeat.chance) / repeat.chance);
  if (repeat.fromPoor && repeat.toRich) return Math.min(0, Math.log(creationChance / repeat.chance));
  return Math.log(changeChance);
}
