/** The numbers of the target-side detectors (D5), with their reasons. */
export const targetPolicy = {
  /** An answer is judged when an honest asker would have followed up: as in the surge's cohort. */
  judgedAfterMs: 180_000,
  /** Nothing is tested in the first day, nor before so many judged answers: blocks' own rates are not known. */
  trainForMs: 86_400_000,
  trainContacts: 50,
  /** Two unanchored questions of a source count in a block and day: a business that asks about its own block is one source. */
  perSourceAndBlock: 2,
  /** Eight times the block's usual number: e^16.1 is ten million to one, eight questions where hardly any come. */
  blockFactor: 8,
  blockAt: 16.1,
  /** A block's usual day: its busiest × 1.15, at least twice the mean of blocks in use, at least one in two days. */
  blockMargin: 1.15,
  blockMeanFactor: 2,
  blockFloorPerDay: 0.5,
  /**
   * Beside the number, follow-up must be missing: a village's campaign comes to one block, too, and follows up. Honest shares are learned, and a tenth more is free;
   * told at e^9.2, paged at e^16.
   */
  honestPrior: 0.3,
  honestMost: 0.6,
  honestLeast: 0.1,
  honestMargin: 0.1,
  attackShare: 0.97,
  shareAt: 9.2,
  sureAt: 16,
  /** Neighbours: within four numbers of one asked from elsewhere. Their honest density is learned, never below one in five hundred: three are seventeen nats. */
  neighbourDistance: 4,
  neighbourAt: 16.1,
  neighbourLeast: 1 / 500,
  neighbourMost: 0.3,
  neighbourAttack: 0.6,
  /** Order: of pairs that lie close, honest ones go up as often as down, whatever the density. Twenty-eight of one direction decide. */
  orderAt: 16.1,
  orderAttack: 0.9,
  /** Pairs are sought among the last eight: honest questions come between. Close: at most so many of 256 honest numbers between them. */
  poolMax: 8,
  closeRanks: 5,
  ranksMin: 64,
  /**
   * Fronts of lists gone through in order: eight questions in a chain from five sources, among the last 48 that nobody followed up, each an eighth of the usual distance from the next; in numbers
   * at least so long. In fronts lie three in ten of those questions: an attack that raises an alarm is as much, and a decoy less. Who asks there may be one in ten honest people at most. What is known of one is kept for eighteen hours after its last questions, longer than the gate waits for them.
   */
  frontOf: 48,
  frontMin: 8,
  frontSources: 5,
  frontCloser: 8,
  frontLeast: 32,
  frontPart: 0.3,
  frontHonestMost: 0.1,
  frontKeptMs: 64_800_000,
  /** While D5 stands, the endpoint-wide tests need this part of their evidence. */
  cutTo: 0.4,
  standsForMs: 86_400_000,
  /** Said again after an hour at the earliest. */
  quietMs: 3_600_000,
} as const;
