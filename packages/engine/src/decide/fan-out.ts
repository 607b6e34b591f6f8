import { AgedMap, type AgedEntry } from "../detect/observe/aged-map.ts";
import { fanOutPolicy as policy } from "./fan-out-policy.ts";
import { FirstBooks } from "./first-books.ts";
import type { LongBooksAlarm } from "./long-books.ts";
import { Busiest } from "../detect/observe/busiest.ts";
import { LogQuantiles } from "../detect/observe/log-quantiles.ts";

/**
 * Budgets of callers who show a credential, at one endpoint that tells of each person asked about. What counts is the number of people never asked about before by this
 * caller: an address book sent again is free, what was added to it is not.
 *
 * All limits are learned. A caller has a start for its first book, which it sends in one sitting; after that, three times its usual day and twenty, and what callers of this service send in
 * later sittings. Callers who send their first book share what others did in ten minutes, side by side, in an hour and in a day ({@link FirstBooks}), so that ten own accounts that take turns
 * meet a limit together, wherever they come from and however old they are. Callers whose lists are longer than anybody's share a small allowance. A request that does not fit is not answered in
 * part: what it costs is not taken, and a smaller one may still fit.
 *
 * A list may hold one: where nearly all callers ask about a handful (free and busy of some colleagues), a caller has a clerk's day to start with, however its requests are cut, and who wants more is
 * told of ({@link policy.fewShare}). Books of more than {@link policy.fewBooks} callers show that it is an address book, and no crowd of small askers takes that back.
 *
 * Misses: many accounts that each send one book of usual length, one after another, at the pace of honest people: so many accounts times a start a month, and 23 people a day each after. While
 * the first half hour is learned only each caller's own start holds. Who goes through a list one by one in the first twenty hours, before fifty callers were seen, or with more accounts than are
 * needed to teach that books are long. Mistakes: a person whose first book breaks off for longer than the gap of a sitting gets the rest at that pace; a book of more than a hundred at a service whose
 * people had nearly all sent theirs before Postern came, one of the first.
 *
 * Bound: {@link askersMax} callers; the one that asked nothing for longest is forgotten and begins anew, which an attacker can bring about only with as many
 * credentials that the service answers. No clock, no randomness.
 */
export class FanOut {
  readonly #askers = new AgedMap<string, Asker>();
  readonly #networks = new AgedMap<string, Network>();
  /** First books, where more than a few people were in it; what came in later sittings of callers who had sent one; the longest list of each caller who sent more than a few. */
  readonly #sizes = new LogQuantiles();
  readonly #later = new LogQuantiles();
  readonly #lists = new LogQuantiles();
  /** Callers who never sent more than a few at once. */
  #handfuls = 0;
  /** Callers of whose first day or book no more than a handful was ever asked about. */
  #few = 0;
  #firstAt = 0;
  /** Callers who did where nobody had before. */
  #taught = 0;
  readonly #first = new FirstBooks(this.#sizes);
  #unusual = { left: policy.unusualBurst as number, at: 0 };
  readonly #refused = new Map<string, number>();
  readonly #refusedLater = new Map<string, number>();
  /** Books begun by the hour. */
  readonly #begun = new Busiest(policy.hourMs);
  #toldAt = Number.NEGATIVE_INFINITY;

  /** Takes `cost` people for this caller, or says why not; then nothing is taken. `proven`: the service is known to look at this credential. */
  take(ask: FanOutAsk): FanOutGrant {
    const { credential, network, proven, cost, list, at, declared } = ask;
    const asker = this.#begin(ask);
    const place = proven ? undefined : this.#network(network, at);
    const unusual = declared === 0 && this.#isUnusual(list);
    // Unusual ones become usual on their callers' second day: ten accounts must not do it in a minute.
    if (list > asker.list && (!unusual || asker.days > 0)) this.#longest(asker, list);
    const start = declared > 0 ? declared : this.start();
    const few = declared === 0 && this.#asksAboutFew(at);
    const booked = asker.booked && declared === 0;
    const daily = this.#dailyLeft(asker);
    const fresh = !asker.booked && declared === 0;
    const drawn = Math.max(0, cost - daily);
    // What callers share goes by what books may be: behind one address there are many who each ask about a few.
    const may = daily + this.#spare(asker, few ? this.#ownStart(at) : start, booked);
    const wants = asker.today + asker.wanted + cost;
    let reason: FanOutReason | undefined;
    if (may < cost) reason = "allowance-spent";
    else if (place !== undefined && place.taken + cost > policy.callersPerNetwork * start) reason = "allowance-spent";
    else if (unusual && this.#unusual.left < cost) reason = "list-unusual";
    else if (fresh && !unusual && drawn > 0 && !this.#first.admits(credential, drawn, start)) reason = "newcomers-surge";
    const later = reason === "allowance-spent" && !few && booked && wants < policy.overdrawn * (start + daily);
    if (booked && drawn > 0) this.#wantsLater(asker, drawn, start);
    if (reason !== undefined) {
      asker.wanted += cost;
      if (fresh && drawn > 0) this.#first.refused(credential, Math.min(drawn, start), at);
      return { reason, fresh, unusual, drawn: 0, later, few, may: Math.max(0, Math.floor(may)), wants };
    }
    this.#count(asker, cost, drawn, fresh, unusual, at);
    if (place !== undefined) place.taken += cost;
    // A new program that sends lists at all teaches that with what it is let have.
    if (unusual && !asker.taught && this.#lists.size <= policy.listCallersMin) {
      asker.taught = true;
      this.#taught++;
    }
    return { reason: undefined, fresh, unusual, drawn, later, few, may, wants };
  }

  /** Nothing was learned by so many of what was taken. */
  giveBack(ask: FanOutAsk, grant: FanOutGrant, amount: number): void {
    const asker = this.#askers.get(ask.credential);
    if (asker === undefined || amount <= 0 || grant.reason !== undefined) return;
    const all = Math.min(amount, asker.today);
    this.#count(asker, -all, -Math.min(all, grant.drawn), grant.fresh && !asker.booked, grant.unusual, ask.at);
    const place = this.#networks.get(ask.network);
    if (place !== undefined && !ask.proven) place.taken = Math.max(0, place.taken - amount);
    if (asker.today === 0 && asker.days === 0 && asker.wanted === 0) this.#forget(asker);
  }

  /** What was asked before a restart: judged as then, and where that differs (requests overlapped) taken as it was answered. `enforced`: answers followed judgements. */
  replayed(ask: FanOutAsk, truthful: boolean, enforced: boolean): FanOutGrant {
    const grant = this.take(ask);
    if (!enforced || truthful === (grant.reason === undefined)) return grant;
    if (!truthful) {
      this.giveBack(ask, grant, ask.cost);
      return grant;
    }
    const asker = this.#begin(ask);
    asker.wanted = Math.max(0, asker.wanted - ask.cost);
    this.#count(asker, ask.cost, Math.max(0, ask.cost - this.#dailyLeft(asker)), !asker.booked && ask.declared === 0, false, ask.at);
    return { ...grant, reason: undefined };
  }

  /**
   * Somebody was refused: what is to be told. `high` for a caller who wants twice what he may, or any more where others ask about a handful, or when several are refused within an hour; each caller
   * once a day, the endpoint once an hour.
   */
  refused(credential: string, grant: FanOutGrant, at: number): FanOutTold | undefined {
    const asker = this.#askers.get(credential);
    if (asker === undefined) return undefined;
    for (const refused of [this.#refused, this.#refusedLater]) {
      for (const [key, when] of refused) {
        if (at - when < policy.hourMs && refused.size <= refusedMax) break;
        refused.delete(key);
      }
      refused.delete(credential);
    }
    (grant.later ? this.#refusedLater : this.#refused).set(credential, at);
    const laterTold = Math.max(policy.laterTold, policy.laterToldShare * this.#begun.last());
    if ((this.#refused.size >= policy.callersTold || this.#refusedLater.size >= laterTold) && at - this.#toldAt >= policy.hourMs) {
      this.#toldAt = at;
      return { level: "high", callers: this.#refused.size + this.#refusedLater.size, asked: asker.today, wanted: asker.wanted };
    }
    // Who only sends a second book may have a new telephone; several of them within an hour have not. In the crowd of those who are refused for what others do nobody is to blame.
    const own = grant.reason === "allowance-spent" && !grant.later && (grant.few || grant.wants >= policy.overdrawn * Math.max(1, grant.may + asker.today));
    const level = own ? "high" : "medium";
    if (asker.told === level || asker.told === "high") return undefined;
    asker.told = level;
    return { level, callers: 1, asked: asker.today, wanted: asker.wanted };
  }

  /** Somebody's first book is one long book too many: what is to be told. */
  longBooks(): LongBooksAlarm | undefined {
    return this.#first.drainAlarm();
  }

  /** What a new caller may ask about. */
  start(): number {
    if (this.#sizes.size < policy.startCallersMin) return policy.start;
    return Math.min(policy.startMax, Math.max(policy.startMin, Math.round(policy.startFactor * this.#sizes.quantile(policy.startShare))));
  }

  /** Whether nearly all callers ask about a handful, so that the few who ask about more send no books. */
  #asksAboutFew(at: number): boolean {
    if (this.#few < policy.startCallersMin || at - this.#firstAt < policy.besideLearnedMs) return false;
    return this.#sizes.size <= Math.min(policy.fewBooks, policy.fewShare * this.#few);
  }

  #ownStart(at: number): number {
    return this.#asksAboutFew(at) ? Math.min(this.start(), policy.startByOne) : this.start();
  }

  get size(): number {
    return this.#askers.size;
  }

  #begin(ask: FanOutAsk): Asker {
    const { at } = ask;
    if (this.#firstAt === 0) this.#firstAt = at;
    this.#first.advance(at, this.start());
    this.#begun.roll(at, true);
    const unusual = this.#unusual;
    unusual.left = Math.min(policy.unusualBurst, unusual.left + (Math.max(0, at - unusual.at) * policy.unusualPerHour) / policy.hourMs);
    unusual.at = Math.max(unusual.at, at);
    const asker = this.#asker(ask.credential, at);
    // A book is over when nothing more of it came for a while.
    if (at - asker.lastAt > policy.sittingGapMs && asker.book > policy.dailyMargin) asker.booked = true;
    this.#roll(asker, at);
    return asker;
  }

  /** Beyond the usual day: the start before the first book is over; then what callers of this service send in later sittings, once that is known. */
  #spare(asker: Asker, start: number, booked: boolean): number {
    const left = Math.max(0, start - asker.spent);
    return booked && this.#sizes.size >= policy.laterLearnedAt ? Math.min(left, Math.max(0, this.#laterMax() - asker.later)) : left;
  }

  #laterMax(): number {
    const leave = Math.max(policy.laterCallers, policy.laterShare * this.#sizes.size);
    return this.#later.size <= leave ? 0 : policy.startFactor * this.#later.quantile(1 - leave / this.#later.size);
  }

  #wantsLater(asker: Asker, drawn: number, start: number): void {
    const wants = Math.min(start, asker.wantsLater + drawn);
    if (asker.wantsLater > 0) this.#later.remove(asker.wantsLater);
    this.#later.add(wants);
    asker.wantsLater = wants;
  }

  #dailyLeft(asker: Asker): number {
    // What was asked before the book was over is no part of what comes after it.
    if (asker.days === 0) return asker.booked ? Math.max(0, policy.dailyMargin - (asker.today - asker.book)) : 0;
    return Math.max(0, policy.dailyFactor * asker.usual + policy.dailyMargin - asker.today);
  }

  #count(asker: Asker, cost: number, drawn: number, fresh: boolean, unusual: boolean, at: number): void {
    asker.today += cost;
    asker.spent = Math.max(0, asker.spent + drawn);
    if (fresh && drawn !== 0) {
      this.#few -= isFew(asker);
      // Who only adds a few people to what he sent before Postern came says nothing of how large a book is.
      if (asker.book > policy.dailyMargin) this.#sizes.remove(asker.book);
      asker.book = Math.max(0, asker.book + drawn);
      if (asker.book > policy.dailyMargin) {
        if (asker.book - drawn <= policy.dailyMargin) this.#begun.add(1);
        this.#sizes.add(asker.book);
      }
      this.#few += isFew(asker);
      this.#first.count(asker.key, drawn, at, !unusual);
    } else if (asker.booked) asker.later = Math.max(0, asker.later + drawn);
    if (unusual) this.#unusual.left -= cost;
    if (cost > 0) asker.lastAt = at;
  }

  /** A handful is what was added to a book, not how a program sends one; where nearly all callers ask about a handful, more than two of them is unusual. */
  #isUnusual(list: number): boolean {
    if (this.#lists.size > policy.listCallersMin) return list > policy.listFactor * this.#lists.quantile(policy.listShare);
    if (this.#taught > policy.listCallersMin) return false;
    return this.#handfuls > policy.listCallersMin && list > policy.listFactor * policy.dailyMargin && this.#lists.size <= policy.handfulShare * this.#handfuls;
  }

  #longest(asker: Asker, list: number): void {
    if (asker.list > policy.dailyMargin) this.#lists.remove(asker.list);
    else if (asker.list > 0) this.#handfuls--;
    if (list > policy.dailyMargin) this.#lists.add(list);
    else if (list > 0) this.#handfuls++;
    asker.list = list;
  }

  /** Days that are over become usual ones; the first, and the one of a book, is a beginning and no usual day. */
  #roll(asker: Asker, at: number): void {
    const day = Math.floor(at / dayMs);
    const passed = day - asker.day;
    if (passed <= 0) return;
    // A first day that began an hour ago is not over at midnight.
    if (asker.days === 0 && at - asker.firstAt < dayMs) return;
    const back = (this.#ownStart(at) / policy.startBackDays) * passed;
    asker.spent = Math.max(0, asker.spent - back);
    asker.later = Math.max(0, asker.later - back);
    if (asker.days > 0) asker.usual += policy.dailyWeight * (asker.today - asker.usual);
    asker.usual *= (1 - policy.dailyWeight) ** Math.min(365, passed - 1);
    asker.days += passed;
    asker.day = day;
    asker.today = 0;
    asker.wanted = 0;
    asker.told = undefined;
  }

  #asker(key: string, at: number): Asker {
    const known = this.#askers.get(key);
    if (known !== undefined) {
      this.#askers.touch(known);
      return known;
    }
    if (this.#askers.size >= askersMax && this.#askers.oldest !== undefined) this.#forget(this.#askers.oldest);
    const fresh: Asker = {
      key,
      older: undefined,
      newer: undefined,
      firstAt: at,
      day: Math.floor(at / dayMs),
      days: 0,
      today: 0,
      wanted: 0,
      spent: 0,
      usual: 0,
      book: 0,
      booked: false,
      later: 0,
      wantsLater: 0,
      lastAt: at,
      taught: false,
      list: 0,
      told: undefined,
    };
    this.#askers.add(fresh);
    return fresh;
  }

  #forget(asker: Asker): void {
    this.#longest(asker, 0);
    if (asker.wantsLater > 0) this.#later.remove(asker.wantsLater);
    this.#askers.remove(asker);
  }

  #network(key: string, at: number): Network {
    let place = this.#networks.get(key);
    if (place === undefined) {
      if (this.#networks.size >= askersMax && this.#networks.oldest !== undefined) this.#networks.remove(this.#networks.oldest);
      place = { key, older: undefined, newer: undefined, taken: 0, at };
      this.#networks.add(place);
    } else this.#networks.touch(place);
    // As each caller's, its starts come back within a month.
    place.taken = Math.max(0, place.taken - (policy.callersPerNetwork * this.start() * Math.max(0, at - place.at)) / (policy.startBackDays * dayMs));
    place.at = Math.max(place.at, at);
    return place;
  }
}

/** One request of a caller with a credential. */
export interface FanOutAsk {
  /** Keyed hash of the credential. */
  readonly credential: string;
  /** Keyed hash of the network. */
  readonly network: string;
  readonly proven: boolean;
  /** People it never asked about before. */
  readonly cost: number;
  /** People in the request. */
  readonly list: number;
  readonly at: number;
  /** What the operator lets each caller ask about at once; 0: learned. */
  readonly declared: number;
}

export type FanOutReason = "allowance-spent" | "list-unusual" | "newcomers-surge";

export interface FanOutGrant {
  /** Undefined: it was taken. */
  readonly reason: FanOutReason | undefined;
  readonly fresh: boolean;
  readonly unusual: boolean;
  /** Of it beyond the caller's usual day. */
  readonly drawn: number;
  /** Refused because its first book is over, and it wants less than two of them today. */
  readonly later: boolean;
  /** Others ask about a handful there. */
  readonly few: boolean;
  /** What the caller might have asked about. */
  readonly may: number;
  /** What it asked about or wanted to, today and with this. */
  readonly wants: number;
}

export interface FanOutTold {
  readonly level: "medium" | "high";
  readonly callers: number;
  readonly asked: number;
  readonly wanted: number;
}

/** Callers remembered at one endpoint (about 200 bytes each), and networks. */
export const askersMax = 65_536;
const refusedMax = 1_024;
const dayMs = 86_400_000;

interface Asker extends AgedEntry<string, Asker> {
  readonly firstAt: number;
  day: number;
  /** Days since the first. */
  days: number;
  today: number;
  /** Refused today. */
  wanted: number;
  /** Of its start. */
  spent: number;
  usual: number;
  /** People of its first book; whether that is over. */
  book: number;
  booked: boolean;
  /** Beyond its usual days since then: asked about, and wanted. */
  later: number;
  wantsLater: number;
  /** When it last was told of somebody new. */
  lastAt: number;
  taught: boolean;
  /** Its longest list. */
  list: number;
  told: FanOutTold["level"] | undefined;
}

function isFew({ book }: Asker): number {
  return book > 0 && book <= policy.dailyMargin ? 1 : 0;
}

interface Network extends AgedEntry<string, Network> {
  taken: number;
  at: number;
}
