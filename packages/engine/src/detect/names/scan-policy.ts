/** The numbers of the subset scan, with their reasons. */
export const scanPolicy = {
  /** A truthful answer is judged when an honest asker would have followed up: as the surge's cohort is. */
  judgedAfterMs: 180_000,
  /** Rows below which a subset is not looked at: five that never follow up are one in a hundred of honest ones at a share of 60 %. */
  rowsMin: 5,
  /** Expected share of wrongly named subsets among those named (e-BH holds it however much they overlap). */
  falseShare: 0.01,
  /** At most two questions of a source speak: more would let one gateway's bad day name its whole kind. */
  speaksPerSource: 2,
  /** Share of the honest follow-up share that an attacked subset is taken to keep: e-values mix these. */
  keeps: [0.02, 0.25, 0.5],
  /** What a value's own past says is believed after so many questions, and weighs against the whole's with so many. */
  historyMin: 20,
  historyWeight: 10,
  /** The least attacked subset sets the honest share by what it surely is: chance puts the best of hundreds of honest ones up to three errors above. */
  leastAttackedErrors: 3,
  /** Values that hardly ever follow up (a partner's job, a monitor) are judged by their number against the past: three times as many, with half as many again for free. */
  hardlyEver: 0.15,
  volumeFactor: 3,
  volumeFree: 1.5,
  /** A rule is worth telling when four in five of what it matches is attack, and at most one in twenty of those who followed up matches. */
  pureMin: 0.8,
  peopleMax: 0.05,
  /** Choosing among rules, an honest person weighs as much as four shares of the attack; a second attribute must earn its place. */
  peopleWeight: 4,
  pairCost: 0.02,
  /** A further subset must add a tenth of the attack; three are what a person reads. */
  addsMin: 0.1,
  subsetsMax: 3,
  /** Half of the attack caught is named, a tenth partly. */
  namedMin: 0.5,
  partlyMin: 0.1,
  /** Only these are held off when they are three in four of the attack; the rest must be little enough for the test of the others to stay calm. */
  holdCaughtMin: 0.75,
  /** Below so many attack questions in the sample nothing is said. */
  attackMin: 8,
} as const;
