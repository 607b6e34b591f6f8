import { keepLatest } from "../keep-latest.ts";

/**
 * When Postern was demonstrably looking, in event time, and how much it wrote down in each hour. A breach report says "exactly" only for
 * time that stands in here, and only while the store still holds as many rows of an hour as were journaled in it.
 *
 * Cannot see: an outage shorter than `joinMs`, traffic that went round the gate, rows lost before they were journaled (the hub states
 * those apart), and a forger who changes this state together with the records.
 */
export class Uptime {
  readonly #joinMs: number;
  readonly #spans: { from: number; to: number }[];
  readonly #hours: Map<number, { exchanges: number; disclosing: number }>;
  readonly #imports: Map<string, { from: number; to: number }>;

  constructor(state?: UptimeState, options: { readonly joinMs?: number } = {}) {
    this.#joinMs = Math.max(options.joinMs ?? 0, joinMsDefault);
    this.#spans = (state?.spans ?? []).map(({ from, to }) => ({ from, to }));
    this.#hours = new Map((state?.hours ?? []).map(([hour, exchanges, disclosing]) => [hour, { exchanges, disclosing }]));
    this.#imports = new Map((state?.imports ?? []).map(({ id, from, to }) => [id, { from, to }]));
  }

  /** At event time `at` the hub runs; `gateConnected` says whether what passes the gate reaches it. Call it once a second or so. */
  tick(at: number, gateConnected: boolean): void {
    if (!gateConnected || !Number.isFinite(at)) return;
    const last = this.#spans.at(-1);
    if (last !== undefined && at >= last.from && at <= last.to + this.#joinMs) {
      last.to = Math.max(last.to, at);
      return;
    }
    this.#spans.push({ from: at, to: at });
    if (this.#spans.length > spansMax) this.#spans.shift();
  }

  /** One exchange of event time `at` was journaled; `disclosing` when at least one disclosure row belongs to it. */
  journaled(at: number, disclosing: boolean): void {
    const hour = Math.floor(at / hourMs) * hourMs;
    let counts = this.#hours.get(hour);
    if (counts === undefined) {
      counts = { exchanges: 0, disclosing: 0 };
      this.#hours.set(hour, counts);
      if (this.#hours.size > hoursMax) this.#hours.delete(Math.min(...this.#hours.keys()));
    }
    counts.exchanges += 1;
    if (disclosing) counts.disclosing += 1;
  }

  /** A recording named `id` was read in: it reaches from its first to its last event. The same recording again replaces what stood here. */
  imported(id: string, from: number, to: number): void {
    if (!Number.isFinite(from) || !Number.isFinite(to)) return;
    keepLatest(this.#imports, id, { from, to }, importsMax);
  }

  /** Times during which hub and gate ran, oldest first, overlaps joined. */
  spans(): readonly TimeSpan[] {
    return joinSpans(this.#spans);
  }

  exportState(): UptimeState {
    return {
      joinMs: this.#joinMs,
      spans: this.#spans.map(({ from, to }) => ({ from, to })),
      hours: [...this.#hours].map(([hour, { exchanges, disclosing }]) => [hour, exchanges, disclosing]),
      imports: [...this.#imports].map(([id, { from, to }]) => ({ id, from, to })),
    };
  }
}

/** From the first moment to the last, milliseconds of event time. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

/** Plain JSON; holds times, counts and made names of recordings only. */
export interface UptimeState {
  readonly joinMs: number;
  readonly spans: readonly TimeSpan[];
  /** Start of the hour, exchanges journaled, those of them with a disclosure row. */
  readonly hours: readonly (readonly [hour: number, exchanges: number, disclosing: number])[];
  readonly imports: readonly (TimeSpan & { readonly id: string })[];
}

/** Sorted, with spans that touch or overlap made one. */
export function joinSpans(spans: readonly TimeSpan[]): readonly TimeSpan[] {
  const joined: { from: number; to: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else joined.push({ from: span.from, to: span.to });
  }
  return joined;
}

/** A restart takes seconds; two ticks further apart than this are an outage. Scaled clocks need more: at least fifteen real seconds. */
export const joinMsDefault = 60_000;
/** Restarts remembered; with more the oldest time reads as not watched, so a report errs towards "at least". */
export const spansMax = 1_000;
/** 400 days, as long as disclosures are kept; older hours are judged by their records alone. */
export const hoursMax = 9_600;
/** Recordings remembered; with more the oldest reads as not covered. */
export const importsMax = 1_000;
const hourMs = 3_600_000;
