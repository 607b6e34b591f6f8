/** The numbers for object ids and where they come from, each with its reason. */
export const provenancePolicy = {
  /** So many callers must be seen to read, and each so often, or twice as many once, before an endpoint is held to be read by owners; the first reads of each are looked at. */
  callersMin: 10,
  readsMin: 2,
  readsOfACaller: 10,
  /** Four callers in five read almost only what they were handed: attackers who are there from the start would have to be a fifth of all callers to prevent it. */
  callersShare: 0.8,
  handedShare: 0.75,
  /** A field hands ids out once so many callers read on from it: one alone might have put a number of its choosing there. */
  fieldCallers: 3,
  /** Ids never handed to a caller that it may still read, and how long until one more: a link somebody sent, a bookmark of before Postern. */
  foreignCredits: 6,
  foreignBackMs: 6 * 3_600_000,
  /** A caller refused so many has a list or a counter to go through; as many callers refused within an hour are one person. */
  foreignTold: 6,
  callersTold: 4,
  /** What was handed is told to the gate again after so long, well before the gate forgets it. */
  handedAgainMs: 86_400_000,
  /**
   * Bounds: a service has some dozens of kinds of objects, and a few hundred callers say how one is read; fields that hand its ids out; values handed that a generation remembers; and of one
   * answer so many values, so deep, so long.
   */
  endpointsMax: 64,
  callersMax: 512,
  fieldsMax: 32,
  handedMax: 65_536,
  valuesMax: 256,
  depthMax: 6,
  charactersMax: 64,
} as const;
