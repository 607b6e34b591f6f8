/**
 * A Map that knows its oldest entry in constant time, whatever was deleted or moved before. The entries carry their own place in line.
 *
 * `map.keys().next()` looks as good and is not: a new iterator steps over every place that was emptied at the front, up to half the Map, for whoever fills it. Nor does
 * an iterator that is kept help where keys are deleted and set anew to move them: it keeps every table alive that the Map has outgrown meanwhile, some 70 bytes a move,
 * until it is asked again, which below a bound is never.
 */
export class AgedMap<K, E extends AgedEntry<K, E>> {
  readonly #entries = new Map<K, E>();
  #oldest: E | undefined;
  #newest: E | undefined;

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): E | undefined {
    return this.#entries.get(key);
  }

  /** The one that was added or touched longest ago; undefined when there is none. */
  get oldest(): E | undefined {
    return this.#oldest;
  }

  /** Every entry, the one that was added or touched longest ago first. */
  *inOrder(): Generator<E> {
    for (let entry = this.#oldest; entry !== undefined; entry = entry.newer) yield entry;
  }

  /** Adds an entry as the newest; its key must not be there. */
  add(entry: E): void {
    this.#entries.set(entry.key, entry);
    this.#append(entry);
  }

  /** Makes an entry of this Map the newest. */
  touch(entry: E): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#append(entry);
  }

  /** Removes an entry of this Map. */
  remove(entry: E): void {
    this.#entries.delete(entry.key);
    this.#unlink(entry);
  }

  #append(entry: E): void {
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink(entry: E): void {
    const { older, newer } = entry;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    entry.older = undefined;
    entry.newer = undefined;
  }
}

/** What an entry of an {@link AgedMap} carries; `older` and `newer` belong to the Map. */
export interface AgedEntry<K, E> {
  readonly key: K;
  older: E | undefined;
  newer: E | undefined;
}
