/**
 * Numbers by numbers, for tables of ten thousands that are asked dozens of times an exchange: key and value lie side by side in one typed array, where a Map would make an object of each key
 * and follow four pointers to it. Keys are whole numbers from 0 to 2^53 - 1 whose low bits are already well mixed (hashes under a secret seed: whoever could choose them would make it slow);
 * values are never 0, which is what an unknown key gives.
 *
 * Grows by doubling, never shrinks, forgets nothing: whoever fills it bounds it by {@link size}. 32 to 64 bytes an entry.
 */
export class NumberTable {
  #size = 0;
  #mask = leastPlaces - 1;
  #cells = emptyCells(leastPlaces);

  get size(): number {
    return this.#size;
  }

  get(key: number): number {
    return this.#cells[this.#cellOf(key) + 1] ?? 0;
  }

  set(key: number, value: number): void {
    const cell = this.#cellOf(key);
    if (this.#cells[cell] !== key) {
      if (2 * this.#size > this.#mask) {
        this.#grow();
        this.set(key, value);
        return;
      }
      this.#size++;
      this.#cells[cell] = key;
    }
    this.#cells[cell + 1] = value;
  }

  /** Where the key stands, or the empty cell where it would. */
  #cellOf(key: number): number {
    let place = (key | 0) & this.#mask;
    for (;;) {
      const held = this.#cells[2 * place];
      if (held === key || held === empty) return 2 * place;
      place = (place + 1) & this.#mask;
    }
  }

  #grow(): void {
    const before = this.#cells;
    this.#mask = 2 * this.#mask + 1;
    this.#cells = emptyCells(this.#mask + 1);
    for (let cell = 0; cell < before.length; cell += 2) {
      const key = before[cell] ?? empty;
      if (key === empty) continue;
      const place = this.#cellOf(key);
      this.#cells[place] = key;
      this.#cells[place + 1] = before[cell + 1] ?? 0;
    }
  }
}

function emptyCells(places: number): Float64Array {
  const cells = new Float64Array(2 * places);
  for (let cell = 0; cell < cells.length; cell += 2) cells[cell] = empty;
  return cells;
}

const empty = -1;
/** A power of two. */
const leastPlaces = 256;
