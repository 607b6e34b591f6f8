import { RotatingMap } from "../oracle/rotating-map.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";

/**
 * Lets the same thing be said once in {@link abusePolicy.quietMs}, by key. Bound: {@link keysMax} keys; what was forgotten may be said again.
 */
export class Quiet {
  readonly #said = new RotatingMap<number>(keysMax);

  /** True, and noted, when nothing was said of this key for long enough. */
  may(key: string, at: number): boolean {
    const last = this.#said.get(key);
    if (last !== undefined && at - last < policy.quietMs) return false;
    this.#said.set(key, at);
    return true;
  }
}

const keysMax = 8_192;
