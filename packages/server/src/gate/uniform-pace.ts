import { DelayQuantile } from "@postern/engine";

/** Uniform answers go out at whole quarters of a second after the request was with the service. */
export const paceBucketMs = 250;
/** While either of two classes was seen less than twenty times: what a slow password hash takes. */
export const paceColdMs = 500;
/** An attacker who can make the service slow makes uniform answers slow, up to this; a person still waits for it. */
export const paceMostMs = 5_000;
/** Classes of answers timed for themselves on an endpoint; more share the last place. */
export const pacedClassesMax = 8;
/** Endpoints, as many as the gate guards at once; one more takes the place of the one that came first, which is timed anew. 16 MiB at most. */
export const pacedEndpointsMax = 4_096;

/**
 * When a uniform answer goes out, so that its time does not tell which answer the service gave: at the quarter of a second after which all but one in 200 of the answers
 * of the *slowest* class have come. Waiting only for the next quarter would tell a class that takes 240 ms from one that takes 260.
 *
 * Learned per endpoint and class from every answer that is held. Later answers go out at the next whole multiple of that time: one in 200 of the slowest class at most, which tells
 * less than a hundredth of a bit. Until two classes were seen often enough it is {@link paceColdMs} at least, and classes that take longer than that tell themselves apart for
 * those few answers. Costs 500 bytes a class; the wait costs a timer.
 */
export class UniformPace {
  readonly #endpoints = new Map<string, Map<string, DelayQuantile>>();

  /** An answer of this class took so long; the clock's milliseconds. */
  took(endpointId: string, classId: string, ms: number): void {
    let classes = this.#endpoints.get(endpointId);
    if (classes === undefined) {
      const first = this.#endpoints.size < pacedEndpointsMax ? undefined : this.#endpoints.keys().next().value;
      if (first !== undefined) this.#endpoints.delete(first);
      classes = new Map();
      this.#endpoints.set(endpointId, classes);
    }
    const place = classes.has(classId) || classes.size < pacedClassesMax - 1 ? classId : "";
    let delays = classes.get(place);
    if (delays === undefined) {
      delays = new DelayQuantile();
      classes.set(place, delays);
    }
    delays.add(ms);
  }

  /** How long after it was asked the service an answer that took `ms` goes out. */
  delayOf(endpointId: string, ms: number): number {
    let [known, slowest] = [0, 0];
    for (const delays of this.#endpoints.get(endpointId)?.values() ?? []) {
      const delay = delays.at(0.995);
      if (delay === undefined) continue;
      known += 1;
      slowest = Math.max(slowest, delay);
    }
    const wanted = Math.min(paceMostMs, known < 2 ? Math.max(slowest, paceColdMs) : slowest);
    const pace = Math.max(1, Math.ceil(wanted / paceBucketMs)) * paceBucketMs;
    return Math.max(1, Math.ceil(ms / pace)) * pace;
  }
}
