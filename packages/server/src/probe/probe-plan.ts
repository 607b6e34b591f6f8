/** One question of a probe: which identifier of which list, and in which round. */
export interface PlannedQuestion {
  readonly side: Side;
  readonly index: number;
  readonly round: number;
}

/** Fewer usable identifiers a side than this and perfect separation is no proof beyond doubt: 12 and 12 are 1 in 2.7 million. */
export const leastPerSide = 12;

/** 0: never registered; 1: registered. As counts of existence are written everywhere in the engine. */
export type Side = 0 | 1;

/**
 * The order of the questions: in each round every identifier once, in pairs of one from each list, so that whatever changes with time (load, a cache, a limit)
 * touches both alike. Which ones make a pair, and which of the two goes first, is drawn anew for each round from `draw`.
 */
export function probePlan(sizes: readonly [number, number], rounds: number, draw: () => number): readonly PlannedQuestion[] {
  const plan: PlannedQuestion[] = [];
  for (let round = 0; round < rounds; round++) {
    const [missing, existing] = [shuffled(sizes[0], draw), shuffled(sizes[1], draw)];
    for (let pair = 0; pair < Math.max(sizes[0], sizes[1]); pair++) {
      const both: PlannedQuestion[] = [];
      const [one, other] = [missing[pair], existing[pair]];
      if (one !== undefined) both.push({ side: 0, index: one, round });
      if (other !== undefined) both.push({ side: 1, index: other, round });
      plan.push(...(draw() % 2 === 0 ? both : both.toReversed()));
    }
  }
  return plan;
}

function shuffled(size: number, draw: () => number): number[] {
  const list = Array.from({ length: size }, (_, index) => index);
  for (let last = size - 1; last > 0; last--) {
    const other = draw() % (last + 1);
    const held = list[last] ?? 0;
    list[last] = list[other] ?? 0;
    list[other] = held;
  }
  return list;
}
