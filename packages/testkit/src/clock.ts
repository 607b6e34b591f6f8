/** Event time, which may run faster than the wall's, from any moment on. */
export interface Clock {
  /** Milliseconds since the epoch, event time. */
  readonly now: () => number;
  /** Resolves when `ms` of event time have gone by; at once when `ms` ≤ 0, and when `signal` aborts. Otherwise never early; late by timer precision times the factor. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export interface ScaledClock extends Clock {
  readonly factor: number;
  /** Event time at the moment `realBase`. */
  readonly base: number;
  /** Wall time, milliseconds since the epoch. */
  readonly realBase: number;
  /** Event milliseconds → wall milliseconds. */
  toRealMs(ms: number): number;
  /** The event time of a moment of the wall's clock. */
  atReal(real: number): number;
}

/**
 * One clock for gate, service and clients: event time = base + (wall time − realBase) × factor. Processes that share
 * the three values agree to within their wall clocks. Throws RangeError when the factor is not above 0.
 */
export function scaledClock(options: { readonly factor: number; readonly base?: number; readonly realBase?: number }): ScaledClock {
  const { factor } = options;
  if (!(factor > 0) || !Number.isFinite(factor)) throw new RangeError("the clock's factor must be above 0");
  const realBase = options.realBase ?? Date.now();
  const base = options.base ?? realBase;
  const monotonicBase = performance.now() - (Date.now() - realBase);
  const now = (): number => base + (performance.now() - monotonicBase) * factor;
  return {
    factor,
    base,
    realBase,
    now,
    sleep: async (ms, signal) => {
      const until = now() + ms;
      // Timers may fire a fraction of a millisecond early; the loop keeps the promise.
      for (let left = until - now(); left > 0; left = until - now()) {
        if (signal?.aborted === true) return;
        await pause(Math.min(left / factor, timerMaxMs), signal);
      }
    },
    toRealMs: (ms) => ms / factor,
    atReal: (real) => base + (real - realBase) * factor,
  };
}

/** Node's timers overflow above 2³¹ − 1 ms. */
const timerMaxMs = 2_000_000_000;

function pause(realMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, realMs);
    signal?.addEventListener("abort", done);
  });
}
