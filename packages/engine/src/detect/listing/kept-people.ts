/**
 * The people callers were lately told of in lists, so that the report can name those of before somebody was told of: a ring of keyed hashes. Bound: as many places as it is made with, 24 bytes each;
 * the oldest gives way, and with it, for that time, the report says less. One caller's flood pushes out what others were told, who were not unusual; it is told of itself long before.
 */
export class KeptPeople {
  readonly #caller: Float64Array;
  readonly #at: Float64Array;
  readonly #halves: Uint32Array;
  readonly #size: number;
  #next = 0;

  constructor(size: number) {
    this.#size = size;
    this.#caller = new Float64Array(size);
    this.#at = new Float64Array(size);
    this.#halves = new Uint32Array(2 * size);
  }

  /** `caller`: a number of its own, not 0. */
  add(caller: number, hi: number, lo: number, at: number): void {
    const place = this.#next;
    this.#next = (place + 1) % this.#size;
    this.#caller[place] = caller;
    this.#at[place] = at;
    this.#halves[2 * place] = hi;
    this.#halves[2 * place + 1] = lo;
  }

  /** Takes out what is kept of this caller, oldest first. */
  take(caller: number): { readonly hash: string; readonly at: number }[] {
    const found: { readonly hash: string; readonly at: number }[] = [];
    for (let n = 0; n < this.#size; n++) {
      const place = (this.#next + n) % this.#size;
      if (this.#caller[place] !== caller) continue;
      this.#caller[place] = 0;
      found.push({ hash: hex(this.#halves[2 * place] ?? 0) + hex(this.#halves[2 * place + 1] ?? 0), at: this.#at[place] ?? 0 });
    }
    return found;
  }
}

function hex(half: number): string {
  return half.toString(16).padStart(8, "0");
}
