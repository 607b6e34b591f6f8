import type { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { pairInAll, pairKey, type SourceBook } from "./source-book.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import type { Watches } from "./watches.ts";

/**
 * Whether an asker asked about a person at another door already: a second door tells nobody new then, and costs nothing in all. At its first door ({@link SourceBook.places}) what it asked is
 * found by that door's own keys, so that who asks at one door takes no more room in the sets; what it asks elsewhere is noted under a key of all doors.
 *
 * Mistakes: a person under two identifiers (a number and an address) is two. Where the first slot was pushed out, what was asked at that door counts once more.
 */
export class AskedElsewhere {
  readonly #book: SourceBook;
  readonly #watches: Watches;

  constructor(book: SourceBook, watches: Watches) {
    this.#book = book;
    this.#watches = watches;
  }

  /** `common`: the asker's first slot, -1 where it or the door stands for itself. */
  has(set: BlockedBloom, watch: EndpointWatch, common: number, narrow: string, subject: string): boolean {
    if (common < 0) return false;
    const all = pairInAll(narrow, subject);
    if (set.has(all.hi, all.lo)) return true;
    const first = this.#watches.at(this.#book.slots.door[common] ?? 0);
    if (first === undefined || first === watch) return false;
    const there = pairKey(first, narrow, subject);
    return set.has(there.hi, there.lo);
  }

  note(set: BlockedBloom, watch: EndpointWatch, common: number, narrow: string, subject: string, at: number): void {
    if (common < 0 || this.#watches.at(this.#book.slots.door[common] ?? 0) === watch) return;
    const all = pairInAll(narrow, subject);
    set.add(all.hi, all.lo, at);
  }
}
