import { BernoulliCusum } from "../observe/bernoulli-cusum.ts";
import { DistinctCounter } from "../observe/distinct-counter.ts";
import { hash53 } from "../observe/hash53.ts";
import { SeasonalShare, type SeasonalShareOptions, type SeasonalShareState } from "../observe/seasonal-share.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";

/**
 * Failures of one endpoint, all sources together: the first try of each account counts at once against the learned share of wrong ones, and once more after five minutes
 * if it stayed wrong, against the much smaller share of those, both as they are at that hour of the week. The second sees what hides under people's slips, the first sees it sooner.
 *
 * An account counts once in half an hour. What it learns stands still while it suspects something, and never leaves its bounds.
 * Bounds: {@link accountsMax} accounts, {@link waitingMax} that wait; at the bound the oldest is judged early.
 */
export class FailureWatch {
  readonly #wrong: SeasonalShare;
  readonly #unresolved: SeasonalShare;
  readonly #quick = new BernoulliCusum(policy.siteAt);
  readonly #slow = new BernoulliCusum(policy.siteAt);
  readonly #accounts = new RotatingMap<Account>(accountsMax);
  #waiting: Account[] = [];
  #head = 0;
  #sources = new DistinctCounter();
  /** Something failed since the last look. */
  #worse = false;
  #lastAt = 0;
  /** Tries that waited and were judged. */
  judged = 0;

  constructor(options: FailureWatchOptions, state?: FailureWatchState) {
    this.#wrong = new SeasonalShare(options.wrong, state?.wrong);
    this.#unresolved = new SeasonalShare(options.unresolved, state?.unresolved);
  }

  /** One try. `frozen`: an outage explains failures, so that nothing is concluded or learned. */
  add(account: string, source: string, failed: boolean, at: number, frozen: boolean): void {
    this.#lastAt = at;
    this.advance(at, frozen);
    const known = this.#accounts.get(account);
    if (known !== undefined && at - known.at < againMs) {
      if (!failed) known.resolved = true;
      return;
    }
    const fresh: Account = { at, resolved: !failed };
    this.#accounts.set(account, fresh);
    if (frozen) {
      fresh.resolved = true;
      return;
    }
    if (this.#quick.value === 0) this.#sources = new DistinctCounter();
    if (failed) this.#sources.add(hash53(source));
    const p0 = this.#wrong.atMost(at, policy.siteDeviations);
    if (failed) this.#worse = true;
    this.#quick.add(failed, p0, p0 + (1 - p0) * policy.siteQuickLift);
    this.#learn(this.#wrong, failed, at);
    this.#waiting.push(fresh);
    if (this.#waiting.length - this.#head > waitingMax) this.#judge();
  }

  /** The share of first tries that fail at this hour, as learned in calm times. */
  usual(at: number): number {
    return this.#wrong.expected(at);
  }

  /** Says that time has come so far: judges what has waited long enough. */
  advance(at: number, frozen: boolean): void {
    for (;;) {
      const first = this.#waiting[this.#head];
      if (first === undefined || at - first.at < policy.resolveMs) return;
      if (frozen) first.resolved = true;
      this.#judge();
    }
  }

  get calm(): boolean {
    return this.#quick.value < policy.siteAt / 2 && this.#slow.value < policy.siteAt / 2;
  }

  /** What speaks for an attack, after something failed again; undefined while too little does. */
  alarm(): SiteAlarm | undefined {
    if (!this.#worse) return undefined;
    this.#worse = false;
    const test = this.#quick.reached ? this.#quick : this.#slow.reached ? this.#slow : undefined;
    if (test === undefined) return undefined;
    return {
      test: test === this.#quick ? "at-once" : "unresolved",
      wrong: test.yes,
      accounts: test.events,
      sources: this.#sources.value(),
      usual: Math.round((test === this.#quick ? this.#wrong : this.#unresolved).expected(this.#lastAt) * 1_000) / 1_000,
      evidence: Math.round(test.value * 10) / 10,
    };
  }

  exportState(): FailureWatchState {
    return { wrong: this.#wrong.exportState(), unresolved: this.#unresolved.exportState() };
  }

  #judge(): void {
    const first = this.#waiting[this.#head];
    if (first === undefined) return;
    this.#head++;
    this.judged++;
    if (this.#head >= 1_024 && this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    const p0 = this.#unresolved.atMost(first.at, policy.siteDeviations);
    if (!first.resolved) this.#worse = true;
    this.#slow.add(!first.resolved, p0, p0 + (1 - p0) * policy.siteSlowLift);
    this.#learn(this.#unresolved, !first.resolved, first.at);
  }

  #learn(share: SeasonalShare, yes: boolean, at: number): void {
    if (this.calm) share.learn(yes, at);
    else share.dropHour();
  }
}

export interface FailureWatchOptions {
  readonly wrong: SeasonalShareOptions;
  readonly unresolved: SeasonalShareOptions;
}

export interface FailureWatchState {
  readonly wrong: SeasonalShareState;
  readonly unresolved: SeasonalShareState;
}

export interface SiteAlarm {
  readonly test: "at-once" | "unresolved";
  /** Of so many accounts tried since suspicion began, so many failed. */
  readonly wrong: number;
  readonly accounts: number;
  readonly sources: number;
  readonly usual: number;
  readonly evidence: number;
}

interface Account {
  readonly at: number;
  resolved: boolean;
}

const againMs = 1_800_000;
export const accountsMax = 65_536;
export const waitingMax = 16_384;
