/**
 * The numbers of the detectors of codes, messages and sign-ins, with their reasons. Mechanism lives in `detect/observe`; this page is for the analyst. Wald's SPRT (1945) and
 * Page's CUSUM (1954) throughout: an amount of evidence is the natural logarithm of how many times likelier an attack makes what was seen.
 */
export const abusePolicy = {
  /** A detector says the same of the same source, account or endpoint once an hour. */
  quietMs: 3_600_000,
  /** Sources told about, a detector and day: nobody reads more, and the endpoint's own signal goes on. */
  sourcesToldMax: 200,

  /** Wrong codes in a row on one challenge or account: five are worth a look (NIST SP 800-63B lets a service stop there), ten page; then each doubling. */
  codesSoft: 5,
  codesHard: 10,

  /** One source's first codes on different challenges: honest people are right at once in 85 %, a guesser of six digits with five tries in 0.05 %. */
  codeHonest: 0.85,
  codeGuesser: 0.0005,
  /** A source is told at 100,000 to 1: seven challenges in a row without one right code. */
  codeSourceAt: Math.log(100_000),
  /**
   * All sources together, at once: the share of challenges whose first code is wrong against the learned one and half of the rest more. e^14 challenges between false alarms:
   * more than a million.
   */
  siteAt: 14,
  siteQuickLift: 0.5,
  /** The share of an hour of the week at most: so many deviations above what is expected of it, of what is not known and of what varies from week to week. */
  siteDeviations: 2,
  /** And with patience: the share of those that stay wrong for five minutes, against the learned one and a fifth of the rest more. People put a slip right; a guesser does not. */
  siteSlowLift: 0.2,
  resolveMs: 300_000,
  codeWrong: { prior: 0.1, priorWeight: 50, least: 0.02, most: 0.25 },
  codeUnresolved: { prior: 0.02, priorWeight: 100, least: 0.005, most: 0.1 },
  /** The same wrong code on several accounts: at least four, and e^16 times likelier than by chance among as many codes. */
  repeatMin: 4,
  repeatAt: 16,

  /** Messages of a prefix that nobody verifies: at most half of honest ones, nearly all of pumped ones; told at 10,000 to 1, which 8 to 15 messages make. */
  unverifiedHonestMost: 0.5,
  unverifiedHonestLeast: 0.3,
  unverifiedPumped: 0.95,
  pumpingAt: Math.log(10_000),
  /** A message counts as not verified once 95 in 100 would have been, half as long again; at least half a minute, at most ten minutes, three before that is learned. */
  verifyShare: 0.95,
  verifySlack: 1.5,
  verifyLeastMs: 30_000,
  verifyMostMs: 600_000,
  verifyUnlearnedMs: 180_000,
  /** Messages of a prefix that still wait are weighed by how many would have been verified at their age, at four fifths of it in case messages are slow today: the last so many. */
  weighedSlack: 1.25,
  weighedMost: 128,
  /** One number may count three times an hour: people ask again when nothing comes. */
  perNumberHour: 3,
  /** Messages waiting in one prefix: more than e^16 times likelier a surge than by chance, and at least fifteen; that much is seen before the first is overdue. */
  surgeMin: 15,
  surgeAt: 16,
  surgeWithinMs: 600_000,
  /** Of a surge, different numbers that wait while nobody of the prefix verified anything: so many page at once. Sixty colleagues, one in ten seconds, have four waiting at a time. */
  rushMin: 18,
  /** As many prefixes beside that had nobody before and fill as fast are a country where the service begins, not pumping. */
  strangersMin: 3,
  /** A prefix is new for an hour after the first of it verified. */
  strangeMs: 3_600_000,
  /** No prefix is expected to get less than this share of all messages, nor more: where there is one prefix only, nothing tells a crowd from pumping by its share. */
  prefixShareLeast: 0.002,
  prefixShareMost: 0.99,
  /** Delivery is down when a fifth of the last twenty sends failed, or when verifications of the last ten minutes are under a quarter of what the hours before promise (four at least). */
  sendFailedShare: 0.2,
  sendsLooked: 20,
  /** Of the last twenty messages that were judged, one prefix gives four at most; when eight or more are looked at, of two prefixes at least, and three in five were not verified, delivery is down. */
  perPrefixLooked: 4,
  missedShare: 0.6,
  fastMs: 600_000,
  slowMs: 10_800_000,
  collapseShare: 0.25,
  collapseExpected: 4,
  /**
   * A prefix that is proven to be pumped: strangers' numbers get nothing for so long (as Twilio's prefix block), twice as long each time it goes on, a week at most; after a month without it begins anew.
   * Meanwhile one stranger's number may have a message every ten minutes, or three times as many as people of that prefix usually verify: of those it is learned when it ends.
   */
  holdMs: 43_200_000,
  holdMostMs: 604_800_000,
  holdForgetMs: 2_592_000_000,
  holdProbationPerDay: 144,
  holdUsual: 3,
  /** So many strangers let through in a hold, of whom nobody confirmed, renew it when it ends. */
  holdRenewAt: 3,
  /** A hold that began so shortly before delivery is seen to be down is taken back: what was not verified then says nothing. */
  holdBeforeOutageMs: 1_800_000,

  /** After an outage, as long again until tests go on: codes that came late are typed late. */
  outageAfterMs: 900_000,

  /** One source's sign-ins on different accounts: honest people fail in a quarter, a leaked list in 99 of 100. Told at a million to one: ten accounts. */
  loginHonestFails: 0.25,
  loginStuffedFails: 0.99,
  loginSourceAt: Math.log(1_000_000),
  loginWrong: { prior: 0.25, priorWeight: 50, least: 0.05, most: 0.5 },
  loginUnresolved: { prior: 0.1, priorWeight: 100, least: 0.02, most: 0.3 },
  /** A sign-in that succeeds from a flagged source within a day is told as a taken account. */
  takenWithinMs: 86_400_000,
  /**
   * A source told is slowed for an hour after the last try that speaks for it, at accounts that never signed in from there: three tries an account and hour, five with one program and ten in all (sixty where five accounts or
   * more sign in), then one in ten minutes: of a list of which one in a hundred is right it finds at most one more account a day and source.
   */
  heldSourceMs: 3_600_000,
  heldTriesOfPair: 3,
  heldTries: 5,
  heldTriesOfNetwork: 10,
  heldTriesShared: 60,
  heldSharedPeople: 5,
  heldTryBackMs: 600_000,
  /** One password on many accounts in a day: at least eight that fail, and e^18 times likelier than by chance among as many failures. */
  sprayMin: 8,
  sprayAt: 18,
  /** A password that people really have fails and succeeds in the usual proportion; three times that is still usual. */
  popularFactor: 3,

  /**
   * One source's first tries of codes of coupons that nobody else tried. Honest people are wrong as often as the endpoint's callers are, within these bounds: who mistyped once is likelier to do so again, and
   * some hope. A guesser is wrong in nine of ten; where many codes exist, half as often again as honest people and more. Told at 100,000 to 1: eleven to seventeen wrong ones in a row, some forty tries of which a third is right.
   */
  voucherHonestLeast: 0.3,
  voucherHonestMost: 0.45,
  voucherGuessedFails: 0.9,
  voucherDenseLift: 0.5,
  voucherSourceAt: Math.log(100_000),
  /** A fifth at least: when a campaign ends, many of those who come try another code or two. */
  voucherWrong: { prior: 0.4, priorWeight: 50, least: 0.2, most: 0.75 },
  /** While codes are guessed from many places: wrong ones of strangers a day, together, where fewer are usual. */
  voucherHarmless: 144,

  /**
   * Wrong codes one caller may send, and how many times as many its address, before the next is refused; then one in half an hour. Honest people stop after five, a family's or an office's right ones give
   * back more than it wastes; a source that guesses is told at about as many. A right one gives itself back and two more: whoever is right in a third of his tries is never refused.
   */
  wrongCodes: 20,
  wrongCodesOfNetwork: 3,
  wrongCodeBackMs: 1_800_000,
  rightCodeGives: 2,
  /**
   * Wrong codes strangers may try on one person together, whoever they are (NIST SP 800-63B stops an account's guesses at a hundred), then one in the life of a code: at six digits one guess in 6,500 finds
   * the code in a day. Honest people in a new place mistype three to five times.
   */
  wrongCodesOfTarget: 10,
  wrongCodeTargetBackMs: 600_000,
  /** What an address has besides, once a guesser there used up its own: for people known there, and for targets of which strangers missed no more than so many codes. */
  wrongCodesKept: 60,
  wrongOfKept: 2,
  /** While codes are guessed on many accounts, strangers may be wrong so many times what is usual, together; or this share of the codes there are, a day: one account in two hundred days. */
  brakeUsual: 3,
  brakeBurst: 50,
  brakeShare: 0.005,
  /** At least so many a day, and at most; codes whose length is not known yet have six digits. */
  brakeLeast: 144,
  brakeMost: 14_400,
  brakeDigits: 6,
  /** It stands so long after the last guess that speaks for an attack. */
  brakeForMs: 3_600_000,
  /** A code of a coupon that callers of so many networks tried is known to everybody: no guess, whatever it is answered. */
  voucherPublicNetworks: 3,
  /** A right one gives so many times what honest people are wrong for each right one, and this much at least: whoever is right in two thirds of his codes is never refused. */
  voucherGivesSlack: 1.5,
  voucherGivesLeast: 0.5,
  /** To an address that many share each right code gives so often at once, then once an hour. */
  voucherGivesAtOnce: 3,
  /** Coupons and gift cards are known by names alone: callers of so many networks must have been right there before anybody is refused. */
  voucherAcceptedMin: 3,

  /** Prompts on somebody's device since the last he agreed to: three are told, five within ten minutes page (as Elastic's rule has it). */
  promptsSoft: 3,
  promptsHard: 5,
  promptsWithinMs: 600_000,
  /** Requests for a prompt that the service itself refused and that do not count: so many at once for one person, then one a minute. A load test asks for each of its people less often. */
  promptsRefused: 10,
  promptRefusedMs: 60_000,
} as const;
