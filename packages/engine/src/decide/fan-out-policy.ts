/**
 * The numbers for callers who show a credential and ask about many people at once: apps that send an address book, partners, help desks. Literature: Hagen et al.,
 * "All the Numbers are US" (NDSS 2021): messengers that allow 20,000 numbers in ten days a device, and incremental synchronisation as the remedy.
 */
export const fanOutPolicy = {
  /** A new caller may ask about so many until it is known how large books are: few people know more, and messengers let a device ask about twenty thousand in ten days. */
  start: 5_000,
  /** Learned: 1.5 times the first book of all but one caller in a thousand, from so many callers on; never below the least nor above the most. */
  startFactor: 1.5,
  /** Where people are asked about one by one: a clerk's first day. Nobody's book teaches that, and each session is a caller of its own. */
  startByOne: 100,
  /**
   * So it is in lists, too, where at most so many callers ever asked about more than a handful, and no larger share of fifty or more over twenty hours: a few who know many teach nothing of books, and so
   * many books cannot be hidden behind a crowd of small askers, with which somebody would have honest books held.
   */
  fewBooks: 20,
  fewShare: 0.1,
  startShare: 0.999,
  startCallersMin: 50,
  startMin: 200,
  startMax: 5_000,
  /** A book is over when its caller asked nothing new for so long. What comes later is growth, which is small with people: three times the usual day and twenty. */
  sittingGapMs: 600_000,
  /**
   * And it may come in a second sitting, as large as all but so many callers' later ones, or but this share of them: where an app sends what it has in pieces, that is learned from those
   * who do, and as many accounts as this cannot teach it. Learned from so many callers with a book on.
   */
  laterCallers: 20,
  laterShare: 0.01,
  laterLearnedAt: 50,
  /** What was sent in later sittings is forgotten, and a start grows back, within a month. */
  startBackDays: 30,
  /** From the second day on: three times the usual day and twenty, the usual day remembered over about a week. */
  dailyFactor: 3,
  dailyMargin: 20,
  dailyWeight: 1 / 7,
  /** One address from which ever new credentials come has so many callers' start; proven callers are not counted there. Nothing shows that a service looks at an unproven one. */
  callersPerNetwork: 4,
  /** A list twice as long as the longest of nine callers in ten is no list of the app: such callers share a small allowance. From so many callers on; of a caller's first day only usual lists count. */
  listFactor: 2,
  listShare: 0.9,
  listCallersMin: 20,
  /** Where so many callers ask about a handful, and at most this share about more, forty at once is unusual, too. */
  handfulShare: 0.02,
  /** Shared by those: so many people at once and an hour. One program of a new make still gets its first list answered. */
  unusualBurst: 200,
  unusualPerHour: 200,
  /**
   * Callers who send their first book share 1.5 times the busiest ten minutes seen and one start, refilled at 1.5 times the busiest hour: ten accounts that each send a
   * book, one after another, are ten new callers at once. Learned for half an hour and twenty callers at least; until then nothing is held.
   */
  freshFactor: 1.5,
  /** Books that are sent side by side, all but the longest: 1.5 times the most seen and a usual book. Learned for so long, which holds the busy hours of a day. */
  besideFactor: 1.5,
  besideShare: 0.5,
  /** So many books more may be under way than 1.5 times the most seen. */
  besideBooks: 1,
  besideLearnedMs: 20 * 3_600_000,
  /** In a day twice the busiest one, and one start: days differ, and a few long books make a large part of one. */
  dayFactor: 2,
  trainForMs: 1_800_000,
  trainCallers: 20,
  binMs: 600_000,
  hourMs: 3_600_000,
  /** While more is wanted than that, callers share an eighth of it. Not before the busy hours of a day were seen: a morning is no attack. */
  pressedShare: 1 / 8,
  /** So many callers refused within an hour are no accident of one: people are woken. */
  callersTold: 4,
  /** Of callers who are only refused a second book so many, and this share of all who began one in an hour: a service at which that is usual is learned, and until then nobody is woken. */
  laterTold: 6,
  laterToldShare: 0.25,
  /**
   * First books longer than nearly all were: the share of all that lies below each length looked at, the share of longer ones that a list in parts makes, and the alarm: e^12 is one in 160,000
   * books for each length. The longest ever seen is one of the lengths.
   */
  longShares: [0.9, 0.98, 1],
  longShare: 0.3,
  longAlarmAt: 12,
  /** One caller who wants so many times what he may has a list to go through. */
  overdrawn: 2,
} as const;
