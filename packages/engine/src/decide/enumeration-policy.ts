/**
 * The numbers of enumeration detection, with their reasons. Mechanism lives in `detect/observe`; this page is for the
 * analyst. Method and simulation: Shiryaev–Roberts (Pollak 1985), CUSUM (Page 1954), Wald's SPRT (1945).
 */
export const enumerationPolicy = {
  /** An honest question is followed by something only a legitimate party can do within ten minutes, or counts as unanchored. */
  anchorWithinMs: 600_000,
  /** D1: an anchor gives back this much: at 1/(1−p0) honest gateways with up to 45 % unanchored questions never run dry. */
  refundPerAnchor: 1.8,
  /** D1: an idle key regains one credit in six hours: four a day, so patience buys little. */
  regainEveryMs: 21_600_000,
  /** D1: a proven principal is somebody the service can name and stop; it starts wider. */
  principalStartCredits: 64,
  /**
   * D1 over all doors: who asks about a few people at each of many doors learns as many as at one, and a quarter more, which only doors have where people are seen to follow up: a gateway whose
   * people look at many others elsewhere can still sign in, and each follow-up lets it ask more at all doors. Ten in all, and eight where nobody follows up. Not less: with eight in all, a home
   * that looked at eight others at an open directory could not sign in.
   */
  startInAll: 1.25,
  /** D2: share of honest first contacts that stay unanchored, against an enumerator's. */
  honestUnanchored: 0.45,
  enumeratorUnanchored: [0.9, 0.99],
  /** D2: flag at a likelihood ratio of 100,000: at least so many contacts a source between false flags. */
  flagAtLog: Math.log(100_000),
  /** D2: a flag lasts a month, and its evidence longer: four questions a day after a pause would otherwise be four records a day. */
  flagForMs: 30 * 86_400_000,
  /** D1 as a signal: a source that was never anchored and asked for three windows of distinct subjects is told to people. */
  overdraftWindows: 3,
  /** D1 as a signal: told at once when the questions come faster than this apart; slower ones first get the three minutes in which honest people follow up. */
  hastyMs: 600,
  /** D3: Poisson CUSUM for three times the learned rate of new never-anchored contacts. */
  rateFactor: 3,
  rateThreshold: 16.1,
  /**
   * D3: from seven contacts above the rate (7 ln 3 = 7.7) newcomers share the learned rate. That touches honest people little, as it is
   * the busiest ten minutes', so it may come early; only {@link enumerationPolicy.rateThreshold} is told to people.
   */
  surgeThreshold: 7.6,
  /** D3: so many newcomers are answered at once when it begins: five that follow up release it, eight that do not confirm it, and neither can be told from fewer. */
  surgeProbe: 7,
  /**
   * D3: while those who were answered follow up as a crowd does, so that it is e² times as likely as an attack, as many are answered again. A rush whose people mistype and leave more than usual was
   * held for an hour, as seven of them decide nothing. An enumerator leaves the statistic above zero; to get seven answers he must follow up at once with two or three accounts of his own.
   */
  probeMoreAt: -2,
  /** D3: newcomers' answers that may be saved up during an alarm: honest people do not come evenly. */
  surgeBurst: 5,
  /**
   * D3: newcomers press when, over half a minute, more than three times the learned rate come; then the rate is a quarter, and nothing once confirmed.
   * The measure is held at three times its limit, so that honest people are answered again half a minute after the press is over.
   */
  pressureMs: 30_000,
  pressureMax: 3,
  pressureFree: 2,
  pressedShare: 0.25,
  /** D3: one source counts at most twice an hour, so one gateway cannot fake a crowd. */
  contactsPerSourceHour: 2,
  /** D3: programs never seen to follow up behind an address that does count beside its usual ones, twice an hour again for all of them. */
  strangersPerSourceHour: 2,
  /** D3: nothing learned, nothing tested: needs half an hour and twenty contacts. */
  trainForMs: 1_800_000,
  trainContacts: 20,
  /** D3: the learned rate is the busiest ten minutes × 1.15, and never below one in five minutes. */
  trainBinMs: 600_000,
  trainMargin: 1.15,
  rateFloorPerMs: 1 / 300_000,
  /**
   * D3: after the alarm, the cohort's own anchors decide (likelihood ratio): released at −6, confirmed at 9.2 (ln 10,000). Each second an anchor counts, and its absence by as much
   * as it would have come by then. Were an anchor counted at once but its absence only at the deadline, the honest background would release every alarm. At three
   * minutes of age absence counts in full, and D4 judges there.
   */
  cohortEveryMs: 1_000,
  cohortJudgedAfterMs: 180_000,
  cohortHonestUnanchored: 0.25,
  cohortEnumeratorUnanchored: 0.8,
  releaseAt: -6,
  confirmAt: 9.2,
  provisionalForMs: 3_600_000,
  /** D3: closed for as long as the surge lasts, at least this long; doubled with each confirmation, up to a day. */
  closedForMs: 600_000,
  closedForMaxMs: 86_400_000,
  /** D3: the statistic is held here during an alarm, so that it falls within minutes of the surge's end. */
  rateStatisticMax: 20,
  /**
   * D1 for newcomers together: D3 counts two questions of a source; their third and later ones share an allowance of twelve beyond the learned rate.
   * One source alone and a family of eight beside it stay untouched; three sources learn eighteen together instead of 24, and from four on the surge test is quicker.
   */
  newcomerFree: 2,
  newcomerSurplus: 12,
  surplusFloorPerMs: 1 / 600_000,
  /**
   * D1: an office sets up its telephones faster than any of them can follow up. While a source asks more than {@link enumerationPolicy.askedPerAnchor} for each anchor and nothing
   * speaks against it, each anchor lets it ask eight more ahead, up to 64. All of an endpoint share 96 such answers; one comes back with its follow-up, the others at 64 a day.
   * An attacker gets them by accounts of his own: 96 answers once, 64 a day, counted by D3, D4 and D6 as before; none for a day once D3 has confirmed him. An office that begins on such a day is
   * answered as one without follow-ups is.
   */
  grantPerAnchor: 8,
  grantsPerSource: 64,
  grantsTogether: 96,
  grantsPerMs: 64 / 86_400_000,
  grantsRestMs: 86_400_000,
  /**
   * D6 during an outage: nobody can follow up, so nothing comes back to the ceiling and it would close the endpoint to all newcomers within hours. Beside it they share as many answers an hour
   * as people followed up in the busiest hour so far, and a quarter more for those who never do; saved up for twenty minutes.
   * An attacker who waits for an outage, or brings one about, competes with honest people for these; on top of the ceiling he gets them at most.
   */
  outagePerAnchor: 1.25,
  outageSavedMs: 1_200_000,
  /** An anchored source is a newcomer again when it asked about more than three people for each anchor: one sign-in opens no gate. */
  askedPerAnchor: 3,
  /** Networks one subject may vouch for in a month; further sign-ins give back what the question cost and prove nothing. */
  networksPerSubject: 4,
  /** D2: people who come back to an address and follow up speak for it from so many that vouched there on: by then an attacker with accounts of his own has given more away than he gains. */
  returnsCountFrom: 8,
  /**
   * Nobody ever followed up here: then that a question stays unanchored tells nothing, and D2, the common allowance of newcomers and the cohort of D3 rest.
   * Three, from people of their own, show that anchors can be seen.
   */
  anchorsSeenMin: 3,
  /**
   * D4: honest newcomers leave at most this share of their questions without follow-up, whatever was learned, and at least the second. Learned by the hour of the week from so many outcomes on;
   * the most of an hour is so many deviations above what is expected of it, and a margin.
   */
  shareHonestMax: 0.6,
  shareHonestMin: 0.1,
  shareSeenMin: 100,
  shareDeviations: 2,
  shareMargin: 0.05,
  /** D4: rises looked for, as shares of what is left to 1; alarm at e^16: less than one in eight million honest outcomes for each. */
  shareRises: [0.15, 0.3, 0.6],
  shareAlarmAt: 16,
  shareFreezeAt: 3,
  /** D4: so many outcomes after a release teach nothing. */
  shareProbation: 1_000,
  /** D4: an alarm of a smaller rise holds for a day at least, doubled each time: its outcomes are too alike to honest ones to tell soon that it is over. */
  smallRise: 0.3,
  heldForSmallMs: 86_400_000,
  /** D4: days of unanchored newcomers' outcomes: a week is learned, then CUSUM with slack half a deviation, alarm at 5; narrowed for two days then, doubled each time up to a month. */
  unanchoredDays: { trainFor: 7, weight: 1 / 14, slack: 0.5, most: 8, freezeAt: 2.5 },
  unanchoredDaysAlarmAt: 5,
  /** D4: by the clock: six standard errors (read once a day: less than one false alarm in a million years of endpoints by chance alone), and at least half of all that stays unanchored. */
  clockErrors: 6,
  clockShare: 0.5,
  heldForMs: 2 * 86_400_000,
  /** D4: while narrowed newcomers share six answers an hour, halved after every ten outcomes that still say attack, down to one an hour: enough to see when it is over. */
  tricklePerMs: 6 / 3_600_000,
  trickleMinPerMs: 1 / 3_600_000,
  trickleHalvedAfter: 10,
  trickleBurst: 2,
  /**
   * D4 with a name: the others' test alarms at e^10 (one in 22,000 honest outcomes for each rise; false, it costs six hours as without a name); one answer in four hours for all who are named; a name that
   * did not hold is tried again after six hours, doubled up to a month; the attack is over when nobody named has come for twelve hours.
   */
  othersAlarmAt: 10,
  namedPerMs: 1 / 14_400_000,
  namedAgainMs: 21_600_000,
  namedOverMs: 43_200_000,
  /** D4 and D2 freeze when known sources stop following up together: a CUSUM from their usual share to nine in ten, at e^9.2; over when it is back at nothing. Their share is remembered over 500. */
  outageAt: 9.2,
  outageSeenMin: 40,
  outageMemory: 500,
  /**
   * D2 to D4 freeze too while the service fails those who are known: a CUSUM from two failures in a hundred to three in ten, at e^12: five of them, each counted once an hour.
   * Walked around by who owns five accounts, has followed up from as many addresses, and can make the service answer 5xx: then credits, surge and ceiling are left.
   */
  failingUsual: 0.02,
  failingShare: 0.3,
  failingAt: 12,
  /** D6: truthful answers a day to never-anchored sources: 1.5 × the busiest whole calm day, never below this. */
  ceilingFactor: 1.5,
  ceilingFloor: 200,
  /**
   * D6: whatever was learned, beyond the floor no more than 1.25 for each anchor of the busiest day (honest people leave 0.45 / 0.55 = 0.82 of it unanchored): an attacker there from
   * the first hour raises the ceiling only by accounts of his own. A day with more anchors than the busiest one before is a crowd's, and opens by as much for each of these beyond it: held to the
   * usual day, a service of 60 visits a day answered half of the 4,000 of its yearly rush as unknown. An attacker opens it only by own accounts, beyond all that are usual, each in four networks a month.
   */
  ceilingPerAnchor: 1.25,
  /** D6: until a whole day was seen, and where nobody ever follows up, it is at most this, whoever is there: more is for the operator to say. */
  ceilingUnprovenMax: 1_000,
  /** And of answers that show no knowledge, where others do: people mistake a detail one time in ten. An attacker raises it by right ones only. */
  ceilingPerRight: 0.1,
  /** D6: and it opens to that by this much an hour from the first question on: who comes fast, from however many places, meets the floor. */
  ceilingPerHour: 600,
} as const;
