import { joinSpans, type TimeSpan, type UptimeState } from "../../hub/uptime.ts";
import type { MissingExchanges } from "../../hub/hub-state.ts";
import type { Coverage, Gap } from "../../respond/coverage-statement.ts";

/**
 * What the records of a window rest on, from four witnesses that must agree:
 *
 * 1. Time watched: what lies in no span of the hub's uptime and in no imported recording was not seen by anybody. Pieces up to `joinMs` are
 *    the grain of that record and are let pass.
 * 2. Counts: an hour of which the store holds fewer exchanges, or fewer disclosures, than were journaled in it has lost records.
 * 3. Holes: where nothing says that Postern watched (imported recordings), an hour or more without any record is a gap.
 * 4. Losses that the hub stated itself.
 *
 * A watched hour without a request is quiet, not missing. Cannot see: holes under an hour in imported recordings, an outage under `joinMs`,
 * traffic round the gate, rows taken away together with the hub's own counts of them.
 */
export function recordsCoverage(input: RecordsInput): Coverage {
  const { from, to, uptime } = input;
  const hours = input.stored.filter((hour) => hour.exchanges > 0).toSorted((a, b) => a.hour - b.hour);
  const watched = joinSpans(uptime?.spans ?? []);
  const known = joinSpans([...watched, ...(uptime?.imports ?? [])]);
  const gaps: Gap[] = [];
  if (known.length > 0) {
    for (const piece of outside(known, from, to)) {
      if (piece.to - piece.from > (uptime?.joinMs ?? 0)) gaps.push({ ...piece, reason: "nobody was looking: Postern was not running, or no recording reaches there" });
    }
  }
  gaps.push(...holes(hours, watched, from, to), ...lost(input));
  for (const { from: start, to: end, count, reason } of input.missing) {
    if (start < to && end >= from) gaps.push({ from: start, to: Math.max(end, start + 1), reason: `${count} ${count === 1 ? "exchange" : "exchanges"} ${reason}` });
  }
  return { hours, gaps, watched: grown(watched, uptime?.joinMs ?? 0) };
}

export interface RecordsInput {
  /** Half-open. */
  readonly from: number;
  readonly to: number;
  /** The store's hours over all endpoints; an hour that is not in here holds nothing. Must reach an hour further than the window on both sides. */
  readonly stored: readonly StoredHour[];
  /** Disclosure rows the store holds by hour, over all endpoints; undefined when not asked for. */
  readonly storedDisclosures: ReadonlyMap<number, number> | undefined;
  readonly uptime: UptimeState | undefined;
  readonly missing: readonly MissingExchanges[];
}

export interface StoredHour {
  readonly hour: number;
  readonly exchanges: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

const hourMs = 3_600_000;

/** The parts of a window that lie in none of the spans. */
function outside(spans: readonly TimeSpan[], from: number, to: number): TimeSpan[] {
  const pieces: TimeSpan[] = [];
  let at = from;
  for (const span of spans) {
    if (span.from > at) pieces.push({ from: at, to: Math.min(span.from, to) });
    at = Math.max(at, span.to);
    if (at >= to) break;
  }
  if (at < to) pieces.push({ from: at, to });
  return pieces.filter((piece) => piece.to > piece.from);
}

/** An hour or more between two records, wherever on the clock it begins; whole empty clock hours are left to the statement, which tells of them itself. */
function holes(hours: readonly StoredHour[], watched: readonly TimeSpan[], from: number, to: number): Gap[] {
  const gaps: Gap[] = [];
  for (const [index, hour] of hours.entries()) {
    const before = hours[index - 1];
    if (before === undefined || hour.hour - before.hour !== hourMs || hour.firstAt - before.lastAt < hourMs) continue;
    const start = Math.max(before.lastAt, from);
    const end = Math.min(hour.firstAt, to);
    if (end > start && !watched.some((span) => span.from <= start && span.to >= end)) gaps.push({ from: start, to: end, reason: "an hour or more without any record" });
  }
  return gaps;
}

function lost({ from, to, stored, storedDisclosures, uptime }: RecordsInput): Gap[] {
  const held = new Map(stored.map((hour) => [hour.hour, hour.exchanges]));
  const gaps: Gap[] = [];
  for (const [hour, exchanges, disclosing] of uptime?.hours ?? []) {
    if (hour >= to || hour + hourMs <= from) continue;
    const goneExchanges = exchanges - (held.get(hour) ?? 0);
    const goneDisclosures = storedDisclosures === undefined ? 0 : disclosing - (storedDisclosures.get(hour) ?? 0);
    const reason =
      goneExchanges > 0
        ? `${goneExchanges} of ${exchanges} records written in this hour are no longer there`
        : goneDisclosures > 0
          ? `at least ${goneDisclosures} disclosures written in this hour are no longer there`
          : undefined;
    if (reason !== undefined) gaps.push({ from: Math.max(hour, from), to: Math.min(hour + hourMs, to), reason });
  }
  return gaps.toSorted((a, b) => a.from - b.from);
}

/** Spans as wide as the grain allows, so that the window's first and last seconds are not called unwatched. */
function grown(spans: readonly TimeSpan[], byMs: number): readonly TimeSpan[] {
  return joinSpans(spans.map((span) => ({ from: span.from - byMs, to: span.to + byMs })));
}
