/**
 * What newcomers of one endpoint did, hour by hour: how many came (counted as D3 counts them), how many of their answers were old enough to be judged, and how many of those were not
 * followed up. The basis of the detection floor (`measureFloor`).
 *
 * Bound: the last {@link newcomerDaysKept} days, 8 KiB an endpoint, made at the first newcomer; an hour of before the oldest kept is not counted. Times must come roughly in order.
 * Sees nothing of who came, nor of answers judged during an outage.
 */
export class NewcomerHours {
  #counts: Uint32Array | undefined;
  #newest = -1;

  came(at: number): void {
    this.#count(at, 0);
  }

  /** An answer given at `at` is judged. */
  judged(anchored: boolean, at: number): void {
    this.#count(at, 1);
    if (!anchored) this.#count(at, 2);
  }

  /** Hours with newcomers from hour `since` on, oldest first. */
  list(since = 0): NewcomerHour[] {
    const counts = this.#counts;
    if (counts === undefined) return [];
    const hours: NewcomerHour[] = [];
    for (let hour = Math.max(since, this.#newest - slots + 1, 0); hour <= this.#newest; hour++) {
      const slot = (hour % slots) * 3;
      const [came = 0, judged = 0, unanchored = 0] = counts.subarray(slot, slot + 3);
      if (came + judged > 0) hours.push([hour, came, judged, unanchored]);
    }
    return hours;
  }

  #count(at: number, what: 0 | 1 | 2): void {
    const hour = Math.floor(at / 3_600_000);
    const counts = (this.#counts ??= new Uint32Array(slots * 3));
    if (this.#newest < 0) this.#newest = hour;
    if (hour > this.#newest) {
      for (let next = Math.max(this.#newest + 1, hour - slots + 1); next <= hour; next++) counts.fill(0, (next % slots) * 3, (next % slots) * 3 + 3);
      this.#newest = hour;
    } else if (hour <= this.#newest - slots) return;
    const place = (hour % slots) * 3 + what;
    counts[place] = (counts[place] ?? 0) + 1;
  }
}

/** Hours since the epoch; newcomers that came; answers judged; those of them without follow-up. */
export type NewcomerHour = readonly [hour: number, came: number, judged: number, unanchored: number];

/** Four weeks: what a service does on the same day of the week, four times. */
export const newcomerDaysKept = 28;
const slots = newcomerDaysKept * 24;
