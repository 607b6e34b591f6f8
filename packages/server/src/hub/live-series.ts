import type { Overview } from "../api/views.ts";

/** What the console's live chart draws: requests and answers under a budget of each of the last {@link seriesSecondsMax} seconds. */
export class LiveSeries {
  readonly #requests: number[] = [];
  readonly #truthful: number[] = [];
  readonly #uniform: number[] = [];
  /** As it was told last, of what is told of still. */
  #told: ReadonlyMap<string, Told> = new Map();
  #counted = 0;

  /** Once a second. `requests` and `usage`: all since the start; of usage only what is `budgeted` is drawn. */
  tick(requests: number, usage: Iterable<Told & { readonly endpointId: string }>, budgeted: (endpointId: string) => boolean): void {
    let truthful = 0;
    let uniform = 0;
    const told = new Map<string, Told>();
    for (const now of usage) {
      // What an endpoint had counted before it was first heard of is no news of this second.
      const before = this.#told.get(now.endpointId) ?? now;
      told.set(now.endpointId, now);
      if (!budgeted(now.endpointId)) continue;
      truthful += Math.max(0, now.truthful - before.truthful);
      uniform += Math.max(0, now.uniform - before.uniform);
    }
    this.#told = told;
    push(this.#requests, requests - this.#counted);
    push(this.#truthful, truthful);
    push(this.#uniform, uniform);
    this.#counted = requests;
  }

  /** Requests a second over the last five, to a tenth. */
  get requestsPerSecond(): number {
    const recent = this.#requests.slice(-5);
    return Math.round((recent.reduce((sum, n) => sum + n, 0) / Math.max(1, recent.length)) * 10) / 10;
  }

  /** `now`: the real time. */
  view(now: number): Overview["series"] {
    return { fromAt: now - this.#requests.length * stepMs, stepMs, requests: this.#requests, truthful: this.#truthful, uniform: this.#uniform };
  }
}

interface Told {
  readonly truthful: number;
  readonly uniform: number;
}

/** Two minutes: what a chart shows of what happens now. */
export const seriesSecondsMax = 120;
const stepMs = 1_000;

function push(series: number[], value: number): void {
  series.push(value);
  if (series.length > seriesSecondsMax) series.shift();
}
