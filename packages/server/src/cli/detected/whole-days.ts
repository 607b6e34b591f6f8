/**
 * Which whole days (UTC) the slow detectors look at, and whether the last of them is one. A day on which the traffic that is kept stops before its last hour is not: its questions lack the
 * follow-ups and the night still to come, and would read as a day on which people stayed away. It is left out, unless `to` asks for it.
 *
 * Misses: a quiet service's whole day whose last lookup came before 23:00; it is left out for as long as nothing newer is kept, and told.
 */
export function wholeDays(kept: KeptTraffic, asked: AskedDays): WholeDays {
  const after = dayOf(kept.lastDay) + dayMs;
  const stopped = kept.newest < after - endOfDayMs ? { day: after - dayMs, until: Math.max(kept.newest, after - dayMs) } : undefined;
  const last = stopped === undefined ? after : stopped.day;
  const to = asked.to === undefined ? last : Math.min(after, dayOf(asked.to(after)));
  return { from: dayOf(asked.from(after)), to, ...(stopped === undefined ? {} : { partial: { ...stopped, counted: to > stopped.day } }) };
}

export interface KeptTraffic {
  /** The newest day (its first moment) on which somebody was asked about. */
  readonly lastDay: number;
  /** When the newest exchange of any kind was. */
  readonly newest: number;
}

export interface AskedDays {
  readonly from: (newest: number) => number;
  readonly to?: ((newest: number) => number) | undefined;
}

export interface WholeDays {
  /** First moment of the first day and of the first that no longer counts. */
  readonly from: number;
  readonly to: number;
  /** The newest day, where it is not whole. */
  readonly partial?: PartialDay;
}

export interface PartialDay {
  /** Its first moment. */
  readonly day: number;
  /** Where the traffic stops. */
  readonly until: number;
  /** It was asked for, and is among the days. */
  readonly counted: boolean;
}

/** Most services that are looked up at all are looked up in any hour; a log that is cut at midnight ends in the last one. */
const endOfDayMs = 3_600_000;
const dayMs = 86_400_000;

function dayOf(at: number): number {
  return Math.floor(at / dayMs) * dayMs;
}
