/** What must have been seen before an endpoint is said to be of a kind, with reasons. */
export const kindPolicy = {
  /** Who corrects a slip does so within minutes; later it is another visit. */
  retryWithinMs: 600_000,
  /** A request that differs in more values is another request. */
  changedMax: 3,
  /** Three networks of their own must have corrected themselves: one attacker makes no kind alone from one place, and three honest slips come within a day. */
  networksMin: 3,
  /** A code: 4 to 10 letters or digits, always as many; on three accepted tries at least. */
  codeLengthMin: 4,
  codeLengthMax: 10,
  acceptedMin: 3,
  /** A secret is a password when accounts were let in with the same one again, hours or days later: three times, and more often than with another one. */
  reusedMin: 3,
  /** Sent again at once because the answer was lost is no second use. */
  reuseAfterMs: 300_000,
  /** What came before four in five checks of a code, for five accounts at least, within a quarter of an hour, may have sent it. */
  leadsMin: 5,
  leadsShare: 0.8,
  leadWithinMs: 900_000,
  /** A new secret is used within half an hour, by three accounts at least. */
  secretWithinMs: 1_800_000,
  secretsMin: 3,
  /** Somebody else decided what was asked: three people, within three minutes, each on a device of his own. */
  decidedMin: 3,
  decidedWithinMs: 180_000,
  decidersShare: 0.7,
} as const;
