/**
 * Gives things back in order of time, equal times in order of arrival. What comes in order, nearly everything in a log, waits in plain rows of numbers and
 * references; only stragglers pay for a heap. Unbounded: its owner takes out what it cannot hold.
 */
export class TimeQueue<T> {
  /** Of what was taken last: its place in order of arrival, from 0, and the number it was pushed with. */
  order = -1;
  tag = 0;
  readonly #heap: Entry<T>[] = [];
  /** The row: times, places of arrival, things and numbers, in step. */
  #ats: number[] = [];
  #orders: number[] = [];
  #items: (T | undefined)[] = [];
  #tags: number[] = [];
  #head = 0;
  #count = 0;

  get size(): number {
    return this.#ats.length - this.#head + this.#heap.length;
  }

  /** `tag` is a number kept beside the thing, so that many may share one. */
  push(at: number, item: T, tag = 0): void {
    const order = this.#count++;
    const { length } = this.#ats;
    if (length > this.#head && (this.#ats[length - 1] ?? at) > at) {
      this.#lift({ at, order, item, tag });
      return;
    }
    this.#ats.push(at);
    this.#orders.push(order);
    this.#items.push(item);
    this.#tags.push(tag);
  }

  /** The earliest time waiting; infinite when empty. */
  get nextAt(): number {
    const next = this.#ats[this.#head] ?? Number.POSITIVE_INFINITY;
    const straggler = this.#heap[0];
    return straggler === undefined ? next : Math.min(next, straggler.at);
  }

  pop(): T | undefined {
    const head = this.#head;
    const at = this.#ats[head];
    const straggler = this.#heap[0];
    if (straggler !== undefined && (at === undefined || straggler.at < at || (straggler.at === at && straggler.order < (this.#orders[head] ?? 0)))) {
      this.#drop();
      this.order = straggler.order;
      this.tag = straggler.tag;
      return straggler.item;
    }
    if (at === undefined) return undefined;
    const item = this.#items[head];
    this.order = this.#orders[head] ?? 0;
    this.tag = this.#tags[head] ?? 0;
    this.#items[head] = undefined;
    this.#head = head + 1;
    if (this.#head === this.#ats.length) this.#compact();
    else if (this.#head >= compactAt && this.#head * 2 >= this.#ats.length) this.#compact();
    return item;
  }

  #compact(): void {
    if (this.#head === this.#ats.length && this.#head < compactAt) {
      this.#ats.length = 0;
      this.#orders.length = 0;
      this.#items.length = 0;
      this.#tags.length = 0;
    } else {
      this.#ats = this.#ats.slice(this.#head);
      this.#orders = this.#orders.slice(this.#head);
      this.#items = this.#items.slice(this.#head);
      this.#tags = this.#tags.slice(this.#head);
    }
    this.#head = 0;
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
  readonly tag: number;
}

function before<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
