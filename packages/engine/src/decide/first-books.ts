import { type AgedEntry, AgedMap } from "../detect/observe/aged-map.ts";
import { Busiest } from "../detect/observe/busiest.ts";
import { fanOutPolicy as policy } from "./fan-out-policy.ts";
import type { LogQuantiles } from "../detect/observe/log-quantiles.ts";
import { LongBooks, type LongBooksAlarm } from "./long-books.ts";

/**
 * What callers who send their first book share, so that own accounts that take turns meet a limit together, wherever they come from. Three limits, each learned from the busiest time:
 * people asked about in ten minutes and an hour; people asked about by all whose books are under way at once but the one with the longest (one long book is a person, ten books side by side
 * are not); people in a day. While more is wanted side by side than that, an eighth is left to all.
 *
 * Misses: as many accounts as honest people come with, each with a book of usual length, one after another. Bound: as many books under way as there are callers; looking for the longest
 * anew costs one step for each, when it ends. No clock, no randomness.
 */
export class FirstBooks {
  readonly #sizes: LogQuantiles;
  readonly #bin = new Busiest(policy.binMs);
  readonly #hour = new Busiest(policy.hourMs);
  readonly #day = new Busiest(dayMs);
  readonly #beside = new Busiest(policy.binMs);
  readonly #books = new Busiest(policy.binMs);
  /** Under way: by caller, the one that asked longest ago first. */
  readonly #open = new AgedMap<string, Sitting>();
  /** In those: people asked about, or wanted, and the most of one. */
  #wanted = 0;
  #longest = 0;
  #people = 0;
  /** Of them those of more than a few people. */
  #count = 0;
  #firstAt = 0;
  /** What all may still ask about; and were everything answered that is wanted, which may go below nought. */
  #left = 0;
  #demand = 0;
  #at = 0;
  #opened = false;
  readonly #long = new LongBooks();
  #alarm: LongBooksAlarm | undefined;

  /** `sizes`: of the first books seen. */
  constructor(sizes: LogQuantiles) {
    this.#sizes = sizes;
  }

  /** Moves event time forward. `start`: what one caller may ask about. */
  advance(at: number, start: number): void {
    if (this.#firstAt === 0) this.#firstAt = at;
    // Until the busy hours of a day were seen, more than ever is what a morning brings.
    const calm = !this.#learned() || (this.#demand >= 0 && !this.#crowded());
    for (const busiest of [this.#bin, this.#hour, this.#beside, this.#books]) busiest.roll(at, calm);
    // Days are counted from the first caller on: the first is a whole one, too.
    this.#day.roll(at - this.#firstAt, true);
    for (let oldest = this.#open.oldest; oldest !== undefined && at - oldest.at > policy.sittingGapMs; oldest = this.#open.oldest) this.#close(oldest);
    const most = policy.freshFactor * this.#bin.most + start;
    if (!this.#opened && at - this.#firstAt >= policy.trainForMs && this.#sizes.size >= policy.trainCallers) {
      this.#opened = true;
      this.#left = most;
      this.#demand = most;
    }
    const back = (Math.max(0, at - this.#at) * policy.freshFactor * Math.max(this.#hour.most, this.#bin.most)) / policy.hourMs;
    const share = this.#demand >= 0 || !this.#learned() ? 1 : policy.pressedShare;
    this.#left = Math.min(most * share, this.#left + back * share);
    this.#demand = Math.min(most, Math.max(-most, this.#demand) + back);
    this.#at = Math.max(this.#at, at);
  }

  /** Whether these callers' limits leave room for `cost` more people of this caller. Ask only after {@link advance}. */
  admits(caller: string, cost: number, start: number): boolean {
    if (!this.#opened) return true;
    if (this.#left < cost) return false;
    if (this.#day.most > 0 && this.#day.count + cost > policy.dayFactor * this.#day.most + start) return false;
    if (!this.#learned()) return true;
    if (this.#crowded()) return this.#people + cost <= policy.pressedShare * this.#besideMax();
    const known = this.#open.get(caller)?.wanted ?? 0;
    if (known <= policy.dailyMargin && known + cost > policy.dailyMargin && this.#count > this.#booksMax()) return false;
    return this.#wanted + cost - Math.max(this.#longest, known + cost) <= this.#besideMax();
  }

  /** `amount` people were asked about by this caller (below nought: they were not, after all); `paid` from what all share. */
  count(caller: string, amount: number, at: number, paid: boolean): void {
    this.#bin.add(amount);
    this.#hour.add(amount);
    this.#day.add(amount);
    if (this.#opened && paid) this.#left -= amount;
    this.#people += amount;
    const sitting = this.#want(caller, amount, at);
    if (sitting !== undefined) sitting.people += amount;
    this.#beside.reach(this.#wanted - this.#longest);
    this.#books.reach(this.#count);
  }

  /** More long books came than ever: told once. */
  drainAlarm(): LongBooksAlarm | undefined {
    const alarm = this.#alarm;
    this.#alarm = undefined;
    return alarm;
  }

  /** They were refused. */
  refused(caller: string, amount: number, at: number): void {
    this.#want(caller, amount, at);
  }

  #want(caller: string, amount: number, at: number): Sitting | undefined {
    if (this.#opened) this.#demand -= amount;
    let sitting = this.#open.get(caller);
    if (sitting === undefined) {
      if (amount <= 0) return undefined;
      sitting = { key: caller, older: undefined, newer: undefined, people: 0, wanted: 0, at };
      this.#open.add(sitting);
    } else this.#open.touch(sitting);
    const longest = sitting.wanted === this.#longest;
    this.#count -= isBook(sitting);
    this.#alarm = this.#long.grew(sitting.wanted, sitting.wanted + amount, at) ?? this.#alarm;
    sitting.wanted += amount;
    this.#count += isBook(sitting);
    sitting.at = Math.max(sitting.at, at);
    this.#wanted += amount;
    this.#longest = longest && amount < 0 ? this.#findLongest() : Math.max(this.#longest, sitting.wanted);
    return sitting;
  }

  #learned(): boolean {
    return this.#at - this.#firstAt >= policy.besideLearnedMs;
  }

  /** More books, or more people in them, are wanted side by side than ever. */
  #crowded(): boolean {
    return this.#learned() && (this.#count > this.#booksMax() + 1 || this.#wanted - this.#longest > this.#besideMax());
  }

  /** Books that may be under way already when one more begins. */
  #booksMax(): number {
    return policy.besideFactor * this.#books.most + policy.besideBooks;
  }

  #besideMax(): number {
    return policy.besideFactor * this.#beside.most + this.#sizes.quantile(policy.besideShare);
  }

  #close(sitting: Sitting): void {
    this.#open.remove(sitting);
    this.#people -= sitting.people;
    this.#wanted -= sitting.wanted;
    this.#count -= isBook(sitting);
    if (isBook(sitting) === 1) this.#long.ended(sitting.wanted, sitting.at);
    if (sitting.wanted === this.#longest) this.#longest = this.#findLongest();
  }

  #findLongest(): number {
    let longest = 0;
    for (let one = this.#open.oldest; one !== undefined; one = one.newer) longest = Math.max(longest, one.wanted);
    return longest;
  }
}

interface Sitting extends AgedEntry<string, Sitting> {
  people: number;
  wanted: number;
  at: number;
}

function isBook(sitting: Sitting): number {
  return sitting.wanted > policy.dailyMargin ? 1 : 0;
}

const dayMs = 86_400_000;
