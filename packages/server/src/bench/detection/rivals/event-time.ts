/** The clock that everything in the process reads meanwhile. */
export interface EventClock {
  now: number;
}

/**
 * Runs libraries that read `Date` by the time of the traffic: until `use` ends, `Date.now()` and `new Date()` are `clock.now`. One at a time;
 * others wait. Timers stay on the machine's clock, and none of them fires while `use` awaits nothing but libraries that work in memory.
 */
export async function inEventTime<T>(use: (clock: EventClock) => Promise<T>): Promise<T> {
  const before = turn;
  let done = (): void => {};
  turn = new Promise((resolve) => (done = resolve));
  await before;
  const real = globalThis.Date;
  const clock: EventClock = { now: 0 };
  class EventDate extends real {
    constructor(...given: readonly (number | string)[]) {
      super(given[0] ?? clock.now);
    }

    static override now(): number {
      return clock.now;
    }
  }
  const set = (value: unknown): void => void Object.defineProperty(globalThis, "Date", { value, configurable: true, writable: true });
  set(EventDate);
  try {
    return await use(clock);
  } finally {
    set(real);
    done();
  }
}

let turn: Promise<void> = Promise.resolve();
