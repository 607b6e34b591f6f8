/**
 * Answers of one host that may turn out to be what it answers to everything, with the first segments each was given for. At most {@link watchedMax}: the one watched
 * longest goes for a new one.
 *
 * Most answers of an interface are the only ones of their kind, so an exchange adds up to three and drops as many: rows of numbers in place of a Map of objects, because that
 * made a tenth of all garbage of an import.
 */
export class WatchedAnswers {
  #size = 0;
  readonly #high: number[] = [];
  readonly #low: number[] = [];
  /** The next row with the same bucket, -1 at the end. */
  readonly #next: number[] = [];
  /** Neighbours in order of time; `newer` of a free row is the next free one. */
  readonly #older: number[] = [];
  readonly #newer: number[] = [];
  /** First segments: the first one (most rows never have another), whether it was asked for again, all others, and how many were asked for once only. */
  readonly #first: number[] = [];
  readonly #firstAgain: boolean[] = [];
  readonly #others: (Map<number, boolean> | undefined)[] = [];
  readonly #once: number[] = [];
  readonly #buckets = new Int16Array(bucketCount).fill(-1);
  #oldest = -1;
  #newest = -1;
  #free = -1;

  /**
   * Notes that the answer with this hash was given for a first segment, by its hash. True when that makes at least `least` segments asked for once, and half of all: it is
   * watched no longer then. After {@link placesMax} segments of one answer counting starts anew.
   */
  note(high: number, low: number, place: number, least: number): boolean {
    const row = this.#find(high, low);
    if (row < 0) {
      this.#add(high, low, place);
      return false;
    }
    if (this.#first[row] === place) {
      if (this.#firstAgain[row] !== true) {
        this.#firstAgain[row] = true;
        this.#once[row] = (this.#once[row] ?? 0) - 1;
      }
      return false;
    }
    let others = this.#others[row];
    const again = others?.get(place);
    if (again !== undefined) {
      if (!again) {
        others?.set(place, true);
        this.#once[row] = (this.#once[row] ?? 0) - 1;
      }
      return false;
    }
    if (1 + (others?.size ?? 0) >= placesMax) {
      this.#begin(row, place);
      return false;
    }
    if (others === undefined) this.#others[row] = others = new Map();
    others.set(place, false);
    const once = (this.#once[row] ?? 0) + 1;
    this.#once[row] = once;
    if (once < least || once * 2 < 1 + others.size) return false;
    this.#drop(row);
    return true;
  }

  #find(high: number, low: number): number {
    let row = this.#buckets[low & (bucketCount - 1)] ?? -1;
    while (row >= 0 && (this.#low[row] !== low || this.#high[row] !== high)) row = this.#next[row] ?? -1;
    return row;
  }

  #add(high: number, low: number, place: number): void {
    if (this.#size >= watchedMax) this.#drop(this.#oldest);
    let row = this.#free;
    if (row < 0) row = this.#size;
    else this.#free = this.#newer[row] ?? -1;
    this.#size++;
    const bucket = low & (bucketCount - 1);
    this.#high[row] = high;
    this.#low[row] = low;
    this.#next[row] = this.#buckets[bucket] ?? -1;
    this.#buckets[bucket] = row;
    this.#older[row] = this.#newest;
    this.#newer[row] = -1;
    if (this.#newest < 0) this.#oldest = row;
    else this.#newer[this.#newest] = row;
    this.#newest = row;
    this.#begin(row, place);
  }

  #begin(row: number, place: number): void {
    this.#first[row] = place;
    this.#firstAgain[row] = false;
    this.#others[row] = undefined;
    this.#once[row] = 1;
  }

  #drop(row: number): void {
    const older = this.#older[row] ?? -1;
    const newer = this.#newer[row] ?? -1;
    if (older < 0) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer < 0) this.#newest = older;
    else this.#older[newer] = older;
    const bucket = (this.#low[row] ?? 0) & (bucketCount - 1);
    let at = this.#buckets[bucket] ?? -1;
    if (at === row) this.#buckets[bucket] = this.#next[row] ?? -1;
    else {
      while (at >= 0 && this.#next[at] !== row) at = this.#next[at] ?? -1;
      if (at >= 0) this.#next[at] = this.#next[row] ?? -1;
    }
    this.#others[row] = undefined;
    this.#newer[row] = this.#free;
    this.#free = row;
    this.#size--;
  }
}

/** Answers watched at a time; a catch-all repeats too often to be dropped. */
export const watchedMax = 256;
/** First segments remembered for one answer; then it starts anew. */
export const placesMax = 512;
/** A power of two. */
const bucketCount = 512;
