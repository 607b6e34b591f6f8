import { listingPolicy as policy } from "./listing-policy.ts";

/**
 * How many people callers of one endpoint are told of in a day: mean and variance of its logarithm, remembered over about a month, and the largest days. A caller's open day counts as it stands, and
 * is taken out where that caller is judged. Days that were told of as unusual do not count.
 */
export class UsualDays {
  #count = 0;
  #sum = 0;
  #squares = 0;
  /** The largest days, one a caller, largest first. */
  #largest: { readonly caller: string; count: number }[] = [];
  #day = Number.NEGATIVE_INFINITY;

  constructor(state?: UsualDaysState) {
    if (state === undefined) return;
    [this.#count, this.#sum, this.#squares, this.#day] = state.sums;
    this.#largest = state.largest.slice(0, largestMax).map(([caller, count]) => ({ caller, count }));
  }

  exportState(): UsualDaysState {
    return { sums: [this.#count, this.#sum, this.#squares, Number.isFinite(this.#day) ? this.#day : 0], largest: this.#largest.map(({ caller, count }) => [caller, count]) };
  }

  roll(day: number): void {
    if (this.#day < day && Number.isFinite(this.#day)) {
      const left = policy.memory ** Math.min(365, day - this.#day);
      this.#count *= left;
      this.#sum *= left;
      this.#squares *= left;
      for (const one of this.#largest) one.count *= left;
    }
    this.#day = Math.max(this.#day, day);
  }

  /** A day of this caller grew (`from` 0: it began; `to` 0: it does not count). */
  counted(caller: string, from: number, to: number): void {
    this.#add(from, -1);
    this.#add(to, 1);
    const known = this.#largest.find((one) => one.caller === caller);
    if (to === 0) {
      // What this day made it larger by is not known any more; smaller ones come back with their next days.
      if (known !== undefined && known.count <= from) this.#largest = this.#largest.filter((one) => one !== known);
      return;
    }
    if (known !== undefined) {
      if (to <= known.count) return;
      known.count = to;
    } else {
      if (this.#largest.length >= largestMax && to <= (this.#largest.at(-1)?.count ?? 0)) return;
      this.#largest.push({ caller, count: to });
    }
    this.#largest.sort((a, b) => b.count - a.count);
    if (this.#largest.length > largestMax) this.#largest.pop();
  }

  /** More than so many people are unusual for this caller, whose open day stands at `today`, and more than the second wake people. */
  limits(caller: string, today: number, callers: number): readonly [unusual: number, pages: number] {
    if (callers < policy.callersMin) return unlearned;
    const log = today > 0 ? Math.log(today) : 0;
    const count = this.#count - (today > 0 ? 1 : 0);
    if (count < policy.callersMin / 2) return unlearned;
    const mean = (this.#sum - log) / count;
    const deviation = Math.sqrt(Math.max(0, (this.#squares - log * log) / count - mean * mean));
    const third = this.#largest.filter((one) => one.caller !== caller)[2]?.count ?? 0;
    const far = Math.exp(Math.min(30, mean + policy.deviations * deviation));
    const near = Math.max(policy.least, policy.overOthers * third);
    return [Math.max(near, far), Math.max(policy.pagesAt * near, far)];
  }

  #add(count: number, sign: 1 | -1): void {
    if (count <= 0) return;
    const log = Math.log(count);
    this.#count = Math.max(0, this.#count + sign);
    this.#sum += sign * log;
    this.#squares += sign * log * log;
  }
}

/** Keyed hashes and counts. */
export interface UsualDaysState {
  readonly sums: readonly [count: number, sum: number, squares: number, day: number];
  readonly largest: readonly (readonly [caller: string, count: number])[];
}

const unlearned = [policy.unlearned, policy.pagesAt * policy.unlearned] as const;
/** More than the two that are left out. */
const largestMax = 8;
