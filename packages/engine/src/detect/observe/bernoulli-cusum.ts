/**
 * Page's CUSUM over yes/no events (Page 1954): adds ln(p1/p0) for a yes and ln((1−p1)/(1−p0)) for a no, never falls below zero. With p0 the true share of yes,
 * it reaches `h` on average not before e^h events, however often one looks; with a share near p1 it takes about h / KL(p1, p0) of them.
 *
 * `p0` and `p1` are arguments of each step, so that a learned share may drift under it.
 * Bound: held at a quarter above the threshold, so that it falls soon after what raised it is over.
 */
export class BernoulliCusum {
  readonly threshold: number;
  value = 0;
  /** Yes events since it last stood at zero. */
  yes = 0;
  /** Events since then. */
  events = 0;

  constructor(threshold: number, state?: BernoulliCusumState) {
    this.threshold = threshold;
    if (state !== undefined) [this.value, this.yes, this.events] = state;
  }

  exportState(): BernoulliCusumState {
    return [this.value, this.yes, this.events];
  }

  /** Counts one event; true while the threshold is reached. */
  add(yes: boolean, p0: number, p1: number): boolean {
    const step = yes ? Math.log(p1 / p0) : Math.log((1 - p1) / (1 - p0));
    this.value = Math.min(this.threshold * 1.25, Math.max(0, this.value + step));
    if (this.value === 0) {
      this.yes = 0;
      this.events = 0;
    } else {
      this.events++;
      if (yes) this.yes++;
    }
    return this.value >= this.threshold;
  }

  get reached(): boolean {
    return this.value >= this.threshold;
  }
}

export type BernoulliCusumState = readonly [value: number, yes: number, events: number];
