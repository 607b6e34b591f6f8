/**
 * The numbers of the slow detectors, with their reasons. They look back over months of stored days once a night; what is fast is told by the streaming ones long before.
 */
export const slowPolicy = {
  /** Looked back over: as long as addresses are kept in clear by default, since sources are told apart by them. */
  windowDays: 90,
  /** The first three weeks of the window say what is usual: three of each weekday. Never relearned inside a window, so that what grows slowly does not teach itself in. */
  baselineDays: 21,
  /** With fewer newcomers who followed up in the baseline nothing can be said of those who did not. */
  baselineFollowedMin: 60,
  /** Where more than this share of newcomers never follow up, that somebody does not says nothing. As the streaming test. */
  honestShareMax: 0.6,
  /** Day-to-day spread beyond chance, at least: no service is as even as a coin. */
  dispersionMin: 1.5,
  /** One day counts for four deviations at the most: a bad day alone is no alarm. */
  dayMost: 4,
  /**
   * CUSUM over days (Page 1954): with slack 0.5 and a threshold of 12 about a million quiet days lie between false alarms (Siegmund's formula). What was learned from
   * the baseline is taken to be so many of its own standard errors higher, since an error there is the same on all days and would add up.
   * Measured: one alarm in 2,400 simulated honest quarters (`train-` seeds, where numbers of one endpoint differ by two fifths from day to day), none in 300 on others.
   */
  slack: 0.5,
  ratioErrors: 3,
  alarmAt: 12,
  /** A day on which those who are known follow up less than usual by so many deviations is an outage and counts for nothing. */
  outageAt: 4,
  /** D2 over months: as the streaming test, for the share of honest questions without follow-up. */
  honestUnanchored: 0.45,
  enumeratorUnanchored: 0.95,
  /** D2 over months: one false flag in a million windows of all sources together (Bonferroni: the logarithm of their number comes on top). */
  sourceAlarmLog: Math.log(1e6),
  /** A network is told of only when several of its addresses take part; one alone is told of as itself. */
  networkSourcesMin: 4,
  /** Sources told of by name, an endpoint and run; how many more there are stands beside the first. */
  sourcesToldMax: 5,
  /** What comes at all hours: it must be this share of all that stays without follow-up, and so many deviations beyond chance. */
  clockShareMin: 0.5,
  clockAlarmAt: 8,
  /** Seen over so many days, in which the busiest hours bring so many times the newcomers of the quietest: else day and night cannot be told apart. */
  clockDaysMin: 21,
  clockContrastMin: 2,
  clockNewcomersMin: 400,
  /** The same thing is told again after so many days. */
  tellAgainDays: 30,
} as const;
