import { aftermath, aftermathSignal, type Incident, judgeSlow, type Level, type Signal, type SlowAlarm, slowPolicy, slowSignal } from "@postern/engine";
import { askAftermath } from "../store/ask-aftermath.ts";
import { askSlow } from "../store/ask-slow.ts";
import type { Cohorts } from "./cohorts-of.ts";
import type { StoreClient } from "../store/store-client.ts";
import { keepLatest } from "../keep-latest.ts";

/**
 * Looks back over months of stored days once a day, after midnight UTC, when the day before is complete. Gives signals like any detector's. What people were told of already is not a second page: what
 * an incident of the same endpoint speaks of, and what was told within {@link slowPolicy.tellAgainDays}, comes at level low or not at all.
 *
 * Never runs twice at once. May die at any moment: what it told is kept with the signals' own ids, and the same days give the same ids.
 */
export class SlowWatch {
  readonly #options: SlowWatchOptions;
  readonly #told: Map<string, number>;
  #state: SlowRun;
  #running: Promise<void> | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: SlowWatchOptions, state?: SlowWatchState) {
    this.#options = options;
    this.#told = new Map(Object.entries(state?.told ?? {}));
    this.#state = state?.last ?? { status: "not run yet", day: 0, startedAt: 0, tookMs: 0, days: 0, sources: 0, alarms: 0, refused: 0, share: 0 };
  }

  /** The last run, or the one under way. */
  get last(): SlowRun {
    return this.#state;
  }

  /** Call it often; it begins a run when a day is over that was not looked at. `now`: event time. */
  tick(now: number): void {
    const day = Math.floor((now - settleMs) / dayMs) * dayMs;
    const realNow = this.#options.realNow();
    if (this.#running !== undefined || this.#stopped || day <= this.#state.day || realNow - this.#triedAt < retryMs) return;
    this.#triedAt = realNow;
    this.#running = this.#run(day, realNow).finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when no run is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** Resolves when the run under way, if any, is over. */
  async settled(): Promise<void> {
    await this.#running;
  }

  exportState(): SlowWatchState {
    return { told: Object.fromEntries(this.#told), last: this.#state };
  }

  async #run(to: number, startedAt: number): Promise<void> {
    const before = this.#state;
    this.#state = { ...before, status: "running", startedAt, share: 0 };
    try {
      const answer = await askSlow(this.#options.store, {
        from: to - slowPolicy.windowDays * dayMs,
        to,
        principals: this.#options.principals(),
        onProgress: (done, of) => {
          this.#state = { ...this.#state, share: done / of };
        },
        stopped: () => this.#stopped,
      });
      if (this.#stopped) {
        this.#state = before;
        return;
      }
      const alarms = judgeSlow(answer);
      this.#options.take(this.#signals(alarms, to));
      await this.#aftermath(to);
      if (this.#stopped) {
        this.#state = before;
        return;
      }
      const tookMs = this.#options.realNow() - startedAt;
      this.#state = {
        status: answer.refused > 0 ? "incomplete" : "done",
        day: to,
        startedAt,
        tookMs,
        days: Math.max(0, Math.round((to - answer.from) / dayMs)),
        sources: answer.sourcesTested,
        alarms: alarms.length,
        refused: answer.refused,
        share: 1,
      };
    } catch {
      // The store is away or refused: it is tried again, and said.
      this.#state = { ...before, status: "failed", startedAt, share: 0 };
    }
  }

  /** Whether the list that leaked is being used. */
  async #aftermath(to: number): Promise<void> {
    const cohorts = this.#options.cohorts();
    const from = to - slowPolicy.windowDays * dayMs;
    const days = await askAftermath(this.#options.store, { ...cohorts, from, to, stopped: () => this.#stopped });
    const signal = aftermathSignal(aftermath(days), to);
    const told = this.#told.get("takeover.aftermath");
    if (signal === undefined || this.#stopped || (told !== undefined && to - told < slowPolicy.tellAgainDays * dayMs)) return;
    this.#remember("takeover.aftermath", to);
    this.#options.take([signal]);
  }

  #remember(key: string, at: number): void {
    keepLatest(this.#told, key, at, toldMax);
  }

  #signals(alarms: readonly SlowAlarm[], at: number): readonly Signal[] {
    const signals: Signal[] = [];
    for (const alarm of alarms) {
      const key = `${alarm.detector}\n${alarm.endpointId}\n${alarm.key}`;
      const told = this.#told.get(key);
      if (told !== undefined && at - told < slowPolicy.tellAgainDays * dayMs) continue;
      this.#remember(key, at);
      signals.push(slowSignal(alarm, at, this.#isTold(alarm) ? "low" : alarm.level));
    }
    return signals;
  }

  /** Whether an incident of this endpoint speaks of the same days. */
  #isTold(alarm: SlowAlarm): boolean {
    return this.#options
      .incidents()
      .some(
        (incident) =>
          incident.kind === alarm.detector.split(".", 1)[0] &&
          incident.endpointIds.includes(alarm.endpointId) &&
          pages.has(incident.level) &&
          incident.lastAt >= alarm.since - dayMs,
      );
  }
}

export interface SlowWatchOptions {
  readonly store: Pick<StoreClient, "query">;
  readonly principals: () => readonly string[];
  readonly cohorts: () => Cohorts;
  readonly incidents: () => readonly Incident[];
  readonly take: (signals: readonly Signal[]) => void;
  /** Milliseconds of the machine's own clock. */
  readonly realNow: () => number;
}

/** How the last look back went. */
export interface SlowRun {
  readonly status: "not run yet" | "running" | "done" | "incomplete" | "failed";
  /** End of the last day looked at; 0 for none. */
  readonly day: number;
  readonly startedAt: number;
  readonly tookMs: number;
  /** Days looked back over, sources, alarms; sixteenths of all sources that the store did not answer about. */
  readonly days: number;
  readonly sources: number;
  readonly alarms: number;
  readonly refused: number;
  /** Of a run under way, 0 to 1. */
  readonly share: number;
}

export interface SlowWatchState {
  /** When each alarm was told last. */
  readonly told: Readonly<Record<string, number>>;
  readonly last: SlowRun;
}

const dayMs = 86_400_000;
/** Rows of the day's last minutes are journaled, closed and loaded by then. */
const settleMs = 600_000;
/** After a failure, and at the least between two runs on a hurried clock. */
const retryMs = 60_000;
/** As many alarms as incidents are kept of; the oldest may be told again. */
export const toldMax = 2_000;

const pages: ReadonlySet<Level> = new Set(["high", "critical"]);
