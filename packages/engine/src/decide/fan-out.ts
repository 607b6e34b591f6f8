import { AgedMap, type AgedEntry } from "../detect/observe/aged-map.ts";
import { fanOutPolicy as policy } from "./fan-out-policy.ts";
import { LogQuantiles } from "../detect/observe/log-quantiles.ts";

/**
 * Budgets of callers who show a credential, at one endpoint that tells of each person asked about. What counts is the number of people never asked about before by this
 * caller: an address book sent again is free, what was added to it is not.
 *
 * Three limits, all learned. Each caller has a start, and from its second day on three times its usual day and twenty. Callers in their first day share what the busiest
 * ten minutes and hour showed, so that ten own accounts that take turns meet a limit together, wherever they come from. Callers whose lists are longer than anybody's share a small
 * allowance. A request that does not fit is not answered in part: what it costs is not taken, and a smaller one may still fit.
 *
 * Misses: many accounts that each send a book of usual length and take their time: so many accounts times a start a month, and 23 people a day each after. While the first half hour
 * is learned only each caller's own start holds. Walked around by accounts that are old and were used as people use them, few a day.
 *
 * Bound: {@link askersMax} callers; the one that asked nothing for longest is forgotten and begins anew, which an attacker can bring about only with as many
 * credentials that the service answers. No clock, no randomness.
 */
export class FanOut {
  readonly #askers = new AgedMap<string, Asker>();
  readonly #networks = new AgedMap<string, Network>();
  /** People asked about in a caller's first day, where it sent a book, and the longest list of each caller. */
  readonly #firstDays = new LogQuantiles();
  readonly #lists = new LogQuantiles();
  readonly #bin = new Busiest(policy.binMs);
  readonly #hour = new Busiest(policy.hourMs);
  #firstAt = 0;
  #fresh = { left: 0, at: 0 };
  #unusual = { left: policy.unusualBurst as number, at: 0 };
  #pressedUntil = 0;
  #opened = false;
  readonly #refused = new Map<string, number>();
  #toldAt = Number.NEGATIVE_INFINITY;

  /** Takes `cost` people for this caller, or says why not; then nothing is taken. `proven`: the service is known to look at this credential. */
  take(ask: FanOutAsk): FanOutGrant {
    const { credential, network, proven, cost, list, at, declared } = ask;
    this.#advance(at);
    const asker = this.#asker(credential, at);
    this.#roll(asker, at);
    const place = proven ? undefined : this.#network(network, at);
    const unusual = declared === 0 && this.#isUnusual(list);
    // Unusual ones become usual on their callers' second day: ten accounts must not do it in a minute.
    if (list > asker.list && (!unusual || asker.days > 0)) {
      if (asker.list > 0) this.#lists.remove(asker.list);
      this.#lists.add(list);
      asker.list = list;
    }
    const start = declared > 0 ? declared : this.start();
    const fresh = asker.days === 0 && declared === 0;
    const may = this.#left(asker, start);
    const wants = asker.today + asker.wanted + cost;
    let reason: FanOutReason | undefined;
    if (may < cost) reason = "allowance-spent";
    else if (place !== undefined && place.taken + cost > policy.callersPerNetwork * start) reason = "allowance-spent";
    else if (unusual && this.#unusual.left < cost) reason = "list-unusual";
    else if (fresh && !unusual && this.#limited() && this.#fresh.left < cost) reason = "newcomers-surge";
    if (reason !== undefined) {
      asker.wanted += cost;
      if (reason === "newcomers-surge") this.#pressedUntil = at + policy.pressedForMs;
      return { reason, fresh, unusual, may: Math.max(0, Math.floor(may)), wants };
    }
    const daily = asker.days === 0 ? 0 : Math.max(0, this.#daily(asker) - asker.today);
    asker.spent += Math.max(0, cost - daily);
    this.#count(asker, cost, fresh);
    if (place !== undefined) place.taken += cost;
    if (unusual) this.#unusual.left -= cost;
    else if (fresh && this.#limited()) this.#fresh.left -= cost;
    return { reason: undefined, fresh, unusual, may, wants };
  }

  /** Nothing was learned by so many of what was taken. */
  giveBack(ask: FanOutAsk, grant: FanOutGrant, amount: number): void {
    const asker = this.#askers.get(ask.credential);
    if (asker === undefined || amount <= 0 || grant.reason !== undefined) return;
    this.#count(asker, -Math.min(amount, asker.today), grant.fresh);
    asker.spent = Math.max(0, asker.spent - amount);
    const place = this.#networks.get(ask.network);
    if (place !== undefined && !ask.proven) place.taken = Math.max(0, place.taken - amount);
    if (grant.unusual) this.#unusual.left += amount;
    else if (grant.fresh && this.#limited()) this.#fresh.left += amount;
    if (asker.today === 0 && asker.days === 0 && asker.wanted === 0) this.#forget(asker);
  }

  /** What was let out before a restart. */
  replayed(ask: FanOutAsk): void {
    this.#advance(ask.at);
    const asker = this.#asker(ask.credential, ask.at);
    this.#roll(asker, ask.at);
    const daily = asker.days === 0 ? 0 : Math.max(0, this.#daily(asker) - asker.today);
    asker.spent += Math.max(0, ask.cost - daily);
    this.#count(asker, ask.cost, asker.days === 0);
  }

  /**
   * Somebody was refused: what is to be told. `high` for a caller who wants twice what he may, or when several are refused within an hour; each caller once a day, the endpoint
   * once an hour.
   */
  refused(credential: string, grant: FanOutGrant, at: number): FanOutTold | undefined {
    const asker = this.#askers.get(credential);
    if (asker === undefined) return undefined;
    for (const [key, when] of this.#refused) {
      if (at - when < policy.hourMs && this.#refused.size <= refusedMax) break;
      this.#refused.delete(key);
    }
    this.#refused.delete(credential);
    this.#refused.set(credential, at);
    if (this.#refused.size >= policy.callersTold && at - this.#toldAt >= policy.hourMs) {
      this.#toldAt = at;
      return { level: "high", callers: this.#refused.size, asked: asker.today, wanted: asker.wanted };
    }
    // In the crowd of those who are refused for what others do nobody is to blame.
    const own = grant.reason === "allowance-spent" && grant.wants >= policy.overdrawn * Math.max(1, grant.may + asker.today);
    const level = own ? "high" : "medium";
    if (asker.told === level || asker.told === "high") return undefined;
    asker.told = level;
    return { level, callers: 1, asked: asker.today, wanted: asker.wanted };
  }

  /** What a new caller may ask about. */
  start(): number {
    if (this.#firstDays.size < policy.startCallersMin) return policy.start;
    return Math.min(policy.start, Math.max(policy.startMin, Math.round(policy.startFactor * this.#firstDays.quantile(0.99))));
  }

  get size(): number {
    return this.#askers.size;
  }

  #left(asker: Asker, start: number): number {
    const daily = asker.days === 0 ? 0 : Math.max(0, this.#daily(asker) - asker.today);
    return daily + Math.max(0, start - asker.spent);
  }

  #daily(asker: Asker): number {
    return policy.dailyFactor * asker.usual + policy.dailyMargin;
  }

  #count(asker: Asker, cost: number, fresh: boolean): void {
    if (fresh && cost !== 0) {
      // Who only adds a few people to what he sent before Postern came says nothing of how large a book is.
      if (asker.today > policy.dailyMargin) this.#firstDays.remove(asker.today);
      if (asker.today + cost > policy.dailyMargin) this.#firstDays.add(asker.today + cost);
      this.#bin.add(cost);
      this.#hour.add(cost);
    }
    asker.today += cost;
  }

  #isUnusual(list: number): boolean {
    return this.#lists.size > policy.listCallersMin && list > policy.listFactor * this.#lists.quantile(policy.listShare);
  }

  /** Enough was seen to know how many come. */
  #limited(): boolean {
    return this.#opened;
  }

  #advance(at: number): void {
    if (this.#firstAt === 0) this.#firstAt = at;
    const calm = at >= this.#pressedUntil;
    this.#bin.roll(at, calm);
    this.#hour.roll(at, calm);
    const unusual = this.#unusual;
    unusual.left = Math.min(policy.unusualBurst, unusual.left + (Math.max(0, at - unusual.at) * policy.unusualPerHour) / policy.hourMs);
    unusual.at = Math.max(unusual.at, at);
    const fresh = this.#fresh;
    if (!this.#opened && at - this.#firstAt >= policy.trainForMs && this.#firstDays.size >= policy.trainCallers) {
      this.#opened = true;
      fresh.left = this.#freshMost();
    }
    const share = calm ? 1 : policy.pressedShare;
    const perMs = (policy.freshFactor * Math.max(this.#hour.most, this.#bin.most)) / policy.hourMs;
    fresh.left = Math.min(this.#freshMost() * share, fresh.left + Math.max(0, at - fresh.at) * perMs * share);
    fresh.at = Math.max(fresh.at, at);
  }

  #freshMost(): number {
    return policy.freshFactor * this.#bin.most + this.start();
  }

  /** Days that are over become usual ones; the first is a beginning and no usual day. */
  #roll(asker: Asker, at: number): void {
    const day = Math.floor(at / dayMs);
    const passed = day - asker.day;
    if (passed <= 0) return;
    // A first day that began an hour ago is not over at midnight.
    if (asker.days === 0 && at - asker.firstAt < dayMs) return;
    const back = (this.start() / policy.startBackDays) * passed;
    asker.spent = Math.max(0, asker.spent - back);
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
      list: 0,
      told: undefined,
    };
    this.#askers.add(fresh);
    return fresh;
  }

  #forget(asker: Asker): void {
    if (asker.list > 0) this.#lists.remove(asker.list);
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
  /** Its longest list. */
  list: number;
  told: FanOutTold["level"] | undefined;
}

interface Network extends AgedEntry<string, Network> {
  taken: number;
  at: number;
}

/** The most that was counted in one bin of a fixed length; a bin counts when it is over, and in calm only. */
class Busiest {
  readonly #binMs: number;
  #bin = -1;
  #count = 0;
  #calm = true;
  most = 0;

  constructor(binMs: number) {
    this.#binMs = binMs;
  }

  roll(at: number, calm: boolean): void {
    const bin = Math.floor(at / this.#binMs);
    if (bin > this.#bin) {
      if (this.#calm) this.most = Math.max(this.most, this.#count);
      this.#bin = bin;
      this.#count = 0;
      this.#calm = calm;
    } else if (!calm) this.#calm = false;
  }

  add(count: number): void {
    this.#count += count;
  }
}
