/**
 * Gives things back in order of time, equal times in order of arrival. What comes in order, nearly everything in a log, waits in a plain row; only stragglers
 * pay for a heap. Unbounded: its owner takes out what it cannot hold.
 */
export class TimeQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #row: Entry<T>[] = [];
  #head = 0;
  #count = 0;

  get size(): number {
    return this.#row.length - this.#head + this.#heap.length;
  }

  push(at: number, item: T): void {
    const entry: Entry<T> = { at, order: this.#count++, item };
    const last = this.#row.length > this.#head ? this.#row[this.#row.length - 1] : undefined;
    if (last === undefined || last.at <= at) this.#row.push(entry);
    else this.#lift(entry);
  }

  /** The earliest time waiting; infinite when empty. */
  get nextAt(): number {
    return this.#first()?.at ?? Number.POSITIVE_INFINITY;
  }

  pop(): T | undefined {
    const first = this.#first();
    if (first === undefined) return undefined;
    if (first === this.#heap[0]) {
      this.#drop();
      return first.item;
    }
    this.#head++;
    if (this.#head >= compactAt && this.#head * 2 >= this.#row.length) {
      this.#row = this.#row.slice(this.#head);
      this.#head = 0;
    }
    return first.item;
  }

  #first(): Entry<T> | undefined {
    const straggler = this.#heap[0];
    const next = this.#row[this.#head];
    if (straggler === undefined) return next;
    return next === undefined || before(straggler, next) ? straggler : next;
  }

  #lift(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || before(parent, entry)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = entry;
  }

  #drop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let down = at * 2 + 1;
      let next = heap[down];
      if (next === undefined) break;
      const right = heap[down + 1];
      if (right !== undefined && before(right, next)) {
        down++;
        next = right;
      }
      if (before(last, next)) break;
      heap[at] = next;
      at = down;
    }
    heap[at] = last;
  }
}

/** Taken entries at the front of the row are let go of in pieces of at least this many. */
const compactAt = 1_024;

interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly item: T;
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
