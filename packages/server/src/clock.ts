/**
 * The one clock of a run. Outside demos and rehearsals it is the system's; a scaled clock makes an hour pass in a minute for gate, hub,
 * service and clients alike, and says so.
 */
export interface Clock {
  /** Milliseconds since the epoch, in the run's own time. */
  readonly now: () => number;
  /** How much faster than real time it goes; 1 is real. */
  readonly factor: number;
}

/** What a clock is made from, so that several processes can share one. */
export interface ClockSetting {
  readonly factor: number;
  /** The run's time at `realBase`. */
  readonly base: number;
  /** Real milliseconds since the epoch. */
  readonly realBase: number;
}

export function makeClock(setting: ClockSetting | undefined): Clock {
  if (setting === undefined || (setting.factor === 1 && setting.base === setting.realBase)) return { now: Date.now, factor: 1 };
  const { factor, base, realBase } = setting;
  const origin = performance.timeOrigin;
  // Whole milliseconds: event times are stored as integers.
  return { now: () => Math.floor(base + (origin + performance.now() - realBase) * factor), factor };
}
