/**
 * A value over the last `overMs` of event time, kept for each key in a ring of tumbling panes. Never counts an event older
 * than `overMs`; the oldest pane goes as a whole, so up to one pane (`overMs / panes`) of the oldest events may be missing.
 * An attacker who knows the pane edge gains at most that 1/12.
 *
 * Time is an argument. Events may come late: they land in their own pane while the window still covers it and are counted
 * in `late` otherwise. Bounds: `keysMax` keys and `bytesMax` bytes; at either, the key whose last pane is oldest is forgotten
 * and counted in `evicted`. An attacker with that many fresh keys within one window can so erase an idle key's count.
 */
export class TumblingWindow<A extends Accumulator<A>> {
  readonly paneMs: number;
  /** Keys forgotten at a bound, since the start. */
  evicted = 0;
  /** Events that came after their pane had left the window. */
  late = 0;
  readonly #options: WindowOptions<A>;
  readonly #paneCount: number;
  readonly #entries = new Map<string, Entry<A>>();
  #bytes = 0;

  constructor(options: WindowOptions<A>) {
    this.#options = options;
    this.#paneCount = options.panes ?? panesDefault;
    this.paneMs = Math.max(1, Math.ceil(options.overMs / this.#paneCount));
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Counts one value under `key` at event time `at`. */
  add(key: string, at: number, value: number): void {
    const index = Math.floor(at / this.paneMs);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      this.#makeRoom();
      entry = { newest: index, panes: new Map(), total: this.#options.empty(), bytes: entryBytes };
      this.#entries.set(key, entry);
      this.#bytes += entryBytes;
    } else if (index > entry.newest) {
      this.#roll(entry, index);
      this.#entries.delete(key);
      this.#entries.set(key, entry);
    } else if (index <= entry.newest - this.#paneCount) {
      this.late += 1;
      return;
    }
    let pane = entry.panes.get(index);
    if (pane === undefined) {
      pane = this.#options.empty();
      entry.panes.set(index, pane);
    }
    const before = pane.bytes() + entry.total.bytes();
    pane.add(value);
    entry.total.add(value);
    this.#grow(entry, pane.bytes() + entry.total.bytes() - before);
  }

  /** The value under `key` over the window that ends at `at`; that of an empty window for a key not known. */
  value(key: string, at: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined) return this.#options.empty().value();
    const index = Math.floor(at / this.paneMs);
    if (index > entry.newest) this.#roll(entry, index);
    return entry.total.value();
  }

  /** Keys known, those whose window has just run empty included until {@link sweep}. */
  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /** Forgets keys with nothing left in the window that ends at `at`. */
  sweep(at: number): void {
    const oldest = Math.floor(at / this.paneMs) - this.#paneCount;
    for (const [key, entry] of this.#entries) {
      let live = false;
      for (const index of entry.panes.keys()) if (index > oldest) live = true;
      if (!live) this.#drop(key, entry);
    }
  }

  #roll(entry: Entry<A>, index: number): void {
    entry.newest = index;
    const oldest = index - this.#paneCount;
    let changed = false;
    for (const pane of entry.panes.keys()) {
      if (pane > oldest) continue;
      entry.panes.delete(pane);
      changed = true;
    }
    if (!changed) return;
    entry.total = this.#options.empty();
    let bytes = entryBytes;
    for (const pane of entry.panes.values()) {
      entry.total.merge(pane);
      bytes += pane.bytes();
    }
    this.#grow(entry, bytes + entry.total.bytes() - entry.bytes);
  }

  #grow(entry: Entry<A>, bytes: number): void {
    entry.bytes += bytes;
    this.#bytes += bytes;
    if (this.#bytes <= (this.#options.bytesMax ?? bytesMaxDefault)) return;
    for (const [key, oldest] of this.#entries) {
      if (oldest === entry) return;
      this.#drop(key, oldest);
      this.evicted += 1;
      if (this.#bytes <= (this.#options.bytesMax ?? bytesMaxDefault)) return;
    }
  }

  #makeRoom(): void {
    if (this.#entries.size < (this.#options.keysMax ?? keysMaxDefault)) return;
    for (const [key, entry] of this.#entries) {
      this.#drop(key, entry);
      this.evicted += 1;
      return;
    }
  }

  #drop(key: string, entry: Entry<A>): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

export interface WindowOptions<A> {
  readonly overMs: number;
  readonly empty: () => A;
  /** Default {@link panesDefault}. */
  readonly panes?: number;
  readonly keysMax?: number;
  readonly bytesMax?: number;
}

/** What is kept in a pane. `merge` must equal having added the other's values here too. */
export interface Accumulator<A> {
  add(value: number): void;
  merge(other: A): void;
  value(): number;
  /** Bytes held, roughly. */
  bytes(): number;
}

/** Twelve: a window loses at most 8 % of its oldest part, and a roll costs twelve merges. */
export const panesDefault = 12;
/** More live actors than this within one window are rare; it bounds what fresh keys can cost. */
export const keysMaxDefault = 50_000;
/** 32 MiB: about 2,300 keys that hold twelve full sketches each, or all 50,000 with small counts. */
export const bytesMaxDefault = 32 * 1_024 * 1_024;
/** A key, its map entries and its ring. */
const entryBytes = 256;

interface Entry<A> {
  newest: number;
  readonly panes: Map<number, A>;
  total: A;
  bytes: number;
}

/** Adds values up: a count when each is 1. */
export class SumAccumulator implements Accumulator<SumAccumulator> {
  #sum = 0;
  add(value: number): void {
    this.#sum += value;
  }
  merge(other: SumAccumulator): void {
    this.#sum += other.#sum;
  }
  value(): number {
    return this.#sum;
  }
  bytes(): number {
    return 16;
  }
}

/** The mean of its values; with 1 for a hit and 0 for a miss, a ratio. 0 while empty. */
export class MeanAccumulator implements Accumulator<MeanAccumulator> {
  #sum = 0;
  #count = 0;
  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
  }
  merge(other: MeanAccumulator): void {
    this.#sum += other.#sum;
    this.#count += other.#count;
  }
  value(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }
  bytes(): number {
    return 24;
  }
}
