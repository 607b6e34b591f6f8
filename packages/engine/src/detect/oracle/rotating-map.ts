/**
 * A map that holds between half and all of `max` recently used entries: when the young half is full the old half is dropped.
 * Constant time, no clock. A flood of new keys pushes old ones out; what is counted elsewhere stays.
 */
export class RotatingMap<V> {
  readonly #half: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(max: number) {
    this.#half = Math.max(1, Math.floor(max / 2));
  }

  /** The value, moved among the young. */
  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined || this.#old.size === 0) return young;
    const old = this.#old.get(key);
    if (old !== undefined) {
      this.#old.delete(key);
      this.add(key, old);
    }
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.has(key)) this.#young.set(key, value);
    else {
      this.#old.delete(key);
      this.add(key, value);
    }
  }

  /** As {@link set}, of a key that {@link get} did not find: a crowd brings ever new keys, and each look into a large table is a wait for memory. */
  add(key: string, value: V): void {
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Old ones first. */
  *entries(): IterableIterator<[string, V]> {
    yield* this.#old;
    yield* this.#young;
  }
}
