/** The numbers for lists of people in answers, each with its reason. */
export const listingPolicy = {
  /** People told of in a day that are never unusual, and what a caller may be told of while nothing is known of others: as with address books, few people know more. */
  least: 100,
  unlearned: 5_000,
  /** Others' days an endpoint is known from, of so many callers. */
  callersMin: 20,
  /**
   * Unusual: more than twice the third-largest day of all others (two may be thieves or staff), and four standard deviations above the mean of its logarithm. People are woken at four times, and at
   * twice the least: where days are log-normal with a deviation of one, less than once in a month at thirty callers and at a thousand.
   */
  overOthers: 2,
  deviations: 4,
  pagesAt: 2,
  /** And more than three times the caller's own largest day; what was told of counts, so that one who goes on is told of again at three times that. */
  overOwn: 3,
  /** Days are forgotten over about a month. */
  memory: 29 / 30,
  /** A person counts once for each caller in half a day to a day. */
  sameMs: 43_200_000,
  /** Bounds. Endpoints that list people; callers of all of them (about 120 bytes each); pairs of caller and person a generation (20 bits each); people kept for the report, of all callers together (24 bytes each). */
  endpointsMax: 256,
  callersMax: 16_384,
  pairsMax: 262_144,
  keptMax: 65_536,
} as const;
