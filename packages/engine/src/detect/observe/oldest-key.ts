/**
 * The key that has stood in a Map longest, in constant time however often it is asked. `map.keys().next()` looks right and is not: a new iterator
 * steps over every place that was emptied at the front since the Map last grew, up to half of it, which at a bound of 131,072 entries costs
 * 40 µs an insertion, for whoever fills the Map. One iterator kept over the Map's life never steps over a place twice.
 *
 * Take a key only to delete it: it is not offered again until it was deleted and set anew. Not for a Map whose keys are moved by deleting and setting them anew: there
 * {@link AgedMap} says why.
 */
export class OldestKey<K> {
  readonly #map: ReadonlyMap<K, unknown>;
  #keys: Iterator<K>;

  constructor(map: ReadonlyMap<K, unknown>) {
    this.#map = map;
    this.#keys = map.keys();
  }

  /** Undefined when the Map is empty. */
  take(): K | undefined {
    let next = this.#keys.next();
    if (next.done === true) {
      this.#keys = this.#map.keys();
      next = this.#keys.next();
    }
    return next.done === true ? undefined : next.value;
  }
}
