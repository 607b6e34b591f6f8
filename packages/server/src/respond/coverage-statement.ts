/**
 * What the records can say about a window. An hour without any record counts as a gap: nothing may have come, or nothing
 * may have been recorded, and a report must not guess; unless Postern demonstrably watched all of it, then it was quiet. Complete means:
 * every hour of the window holds records or was watched, and no gap is known.
 */
export function coverageStatement(coverage: Coverage, from: number, to: number): CoverageStatement {
  const hours = new Map(coverage.hours.map((hour) => [hour.hour, hour]));
  const gaps: Gap[] = [];
  let covered = 0;
  let total = 0;
  const recorded = coverage.hours.filter((hour) => hour.exchanges > 0);
  const begin = recorded.reduce((least, hour) => Math.min(least, hour.firstAt ?? hour.hour), Infinity);
  const end = recorded.reduce((most, hour) => Math.max(most, hour.lastAt ?? hour.hour + hourMs - 1), -Infinity);
  const wasWatched = (start: number, stop: number): boolean => (coverage.watched ?? []).some((span) => span.from <= start && span.to >= stop);
  for (let hour = Math.floor(from / hourMs) * hourMs; hour < to && total < hoursMax; hour += hourMs) {
    total += 1;
    if ((hours.get(hour)?.exchanges ?? 0) > 0 || wasWatched(Math.max(hour, from), Math.min(hour + hourMs, to))) {
      covered += 1;
      continue;
    }
    const last = gaps.at(-1);
    if (last !== undefined && last.to === Math.max(hour, from)) gaps[gaps.length - 1] = { ...last, to: Math.min(hour + hourMs, to) };
    else gaps.push({ from: Math.max(hour, from), to: Math.min(hour + hourMs, to), reason: "no records" });
  }
  const known = coverage.gaps.filter((gap) => gap.from < to && gap.to > from);
  const complete = gaps.length === 0 && known.length === 0 && covered > 0;
  const all = [...gaps, ...known].toSorted((a, b) => a.from - b.from);
  return {
    complete,
    statement: sentence(),
    hours: total,
    hoursCovered: covered,
    recordsBegin: recorded.length > 0 ? iso(begin) : null,
    recordsEnd: recorded.length > 0 ? iso(end) : null,
    gaps: all.slice(0, gapsMax).map((gap) => ({ from: iso(gap.from), to: iso(gap.to), reason: gap.reason })),
  };

  function sentence(): string {
    if (covered === 0) return `There are no records between ${minute(from)} and ${minute(to)}; nothing can be said about that time.`;
    if (complete) return `Records cover the ${total > 1 ? `${total} hours` : "time"} from ${minute(from)} to ${minute(to)} without a gap.`;
    const parts: string[] = [];
    const first = gaps[0];
    if (recorded.length === 0) parts.push("there are no records, only times that were watched and quiet");
    else if (first !== undefined && first.from === from) parts.push(`records begin ${minute(begin)}, after the start asked for (${minute(from)})`);
    const last = gaps.at(-1);
    if (recorded.length > 0 && last !== undefined && last.to === to && last !== first) parts.push(`records end ${minute(end)}, before the end asked for (${minute(to)})`);
    else if (recorded.length > 0 && last !== undefined && last.to === to && first !== undefined && first.from !== from)
      parts.push(`records end ${minute(end)}, before the end asked for (${minute(to)})`);
    const inner = gaps.filter((gap) => gap.from !== from && gap.to !== to);
    if (inner.length > 0) parts.push(`${hoursOf(inner)} in between without any record (first: ${minute(inner[0]?.from ?? 0)} to ${minute(inner[0]?.to ?? 0)})`);
    for (const gap of known.slice(0, 3)) parts.push(`${gap.reason} (${minute(gap.from)} to ${minute(gap.to)})`);
    if (known.length > 3) parts.push(`and ${known.length - 3} more known gaps`);
    return `The records are not complete, so every number is a lower bound: ${parts.join("; ")}.`;
  }
}

/** What the store knows about how complete it is. */
export interface Coverage {
  /** Hours with records, in any order; `hour` is its start in milliseconds since the epoch. */
  readonly hours: readonly { readonly hour: number; readonly exchanges: number; readonly firstAt?: number; readonly lastAt?: number }[];
  /** Times when records are known to be missing: a gate was down, exchanges were dropped, rows expired, sampling. */
  readonly gaps: readonly Gap[];
  /** Times when Postern demonstrably ran and would have recorded: an hour inside one of them may be empty. */
  readonly watched?: readonly { readonly from: number; readonly to: number }[];
}

export interface Gap {
  readonly from: number;
  readonly to: number;
  /** In plain words: `the hub was down`, `312 exchanges were dropped`. */
  readonly reason: string;
}

export interface CoverageStatement {
  readonly complete: boolean;
  /** One sentence that may stand beside every number. */
  readonly statement: string;
  readonly hours: number;
  readonly hoursCovered: number;
  readonly recordsBegin: string | null;
  readonly recordsEnd: string | null;
  /** The first {@link gapsMax}. */
  readonly gaps: readonly { readonly from: string; readonly to: string; readonly reason: string }[];
}

export const gapsMax = 1_000;
/** Five years of hours: no window is longer. */
const hoursMax = 44_000;
const hourMs = 3_600_000;

function hoursOf(gaps: readonly Gap[]): string {
  const count = Math.round(gaps.reduce((sum, gap) => sum + (gap.to - gap.from), 0) / hourMs);
  return count <= 1 ? "one hour" : `${count} hours`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** `2024-06-03 11:00 UTC` */
function minute(at: number): string {
  return `${iso(at).slice(0, 16).replace("T", " ")} UTC`;
}
