import { FailureWatch, type FailureWatchOptions, type FailureWatchState } from "./failure-watch.ts";

/**
 * A {@link FailureWatch} for each endpoint that checks something. Bound: the first {@link watchesMax} endpoints; a later one is judged by its sources alone, and none gives its place to it:
 * else whoever makes new endpoints known would make this forget what honest days at the real one were like.
 */
export class FailureWatches {
  readonly #options: FailureWatchOptions;
  readonly #watches = new Map<string, FailureWatch>();

  constructor(options: FailureWatchOptions, state?: WatchesState) {
    this.#options = options;
    for (const { id, ...watch } of state?.slice(0, watchesMax) ?? []) this.#watches.set(id, new FailureWatch(options, watch));
  }

  /** That of an endpoint, from its first try on; undefined beyond the bound. */
  of(endpointId: string): FailureWatch | undefined {
    let watch = this.#watches.get(endpointId);
    if (watch === undefined && this.#watches.size < watchesMax) {
      watch = new FailureWatch(this.#options);
      this.#watches.set(endpointId, watch);
    }
    return watch;
  }

  /** That of an endpoint that has one. */
  known(endpointId: string): FailureWatch | undefined {
    return this.#watches.get(endpointId);
  }

  renamed(from: string, to: string): void {
    const watch = this.#watches.get(from);
    if (watch !== undefined && this.#watches.delete(from) && !this.#watches.has(to)) this.#watches.set(to, watch);
  }

  exportState(): WatchesState {
    return [...this.#watches].map(([id, watch]) => ({ id, ...watch.exportState() }));
  }
}

export type WatchesState = readonly ({ readonly id: string } & FailureWatchState)[];

/** Endpoints that check codes, passwords or vouchers: a service has a handful of each. */
export const watchesMax = 64;
