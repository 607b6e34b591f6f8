import type { Actor } from "../../exchange/actor.ts";
import type { Ports } from "../../exchange/ports.ts";
import { normalForm } from "../../exchange/normal-form.ts";
import type { SubjectType } from "../../exchange/subject.ts";
import type { Json } from "../../exchange/view.ts";
import type { Disclosure } from "../../decide/gate-policy.ts";
import { type ExpectedCaller, ExpectedCallers } from "../../decide/expected-callers.ts";
import { type AgedEntry, AgedMap } from "../observe/aged-map.ts";
import { BlockedBloom } from "../observe/blocked-bloom.ts";
import { hash53 } from "../observe/hash53.ts";
import { keyOfHex, mixKey } from "../observe/key-pair.ts";
import type { Signal } from "../signal.ts";
import { KeptPeople } from "./kept-people.ts";
import { listedPeople } from "./listed-people.ts";
import { listingPolicy as policy } from "./listing-policy.ts";
import { UsualDays, type UsualDaysState } from "./usual-days.ts";

/**
 * Callers who go through a list of people page by page: what counts is of how many different people the answers tell a caller in a day, by its credential, or its address where it shows none, and
 * of all credentials of one address together. Unusual is more than others are told of here and more than three times what this caller ever was ({@link UsualDays}). It tells, and holds nobody: the
 * answers were the service's own. Whom they told of goes to the disclosures, those of earlier that day too, so that the report can name them.
 *
 * Misses: many accounts at many addresses that each turn as many pages as people do; a list whose honest readers read all of it; who goes on slowly, three times his largest day and then again, below
 * what others do. While fewer than {@link policy.callersMin} callers are known only {@link policy.unlearned} people in a day are unusual; then staff who read whole lists are told of on their first such day.
 * Mistakes: an export, a new clerk. Whom the operator expects is not counted.
 *
 * Bound: {@link policy.endpointsMax} endpoints, {@link policy.callersMax} callers, those quiet for longest forgotten; a flood of callers makes the forgotten begin anew, with nothing told of them. No clock.
 */
export class PeopleListings {
  readonly #ports: Ports;
  readonly #seed: number;
  readonly #expected = new ExpectedCallers();
  readonly #endpoints = new AgedMap<string, Endpoint>();
  readonly #callers = new AgedMap<string, Caller>();
  readonly #told = new BlockedBloom(policy.pairsMax, policy.sameMs);
  readonly #kept = new KeptPeople(policy.keptMax);
  #numbers = 0;

  constructor(ports: Ports, expected: readonly ExpectedCaller[], state: ListingsState = []) {
    this.#ports = ports;
    // From the key, so that nobody can aim at another person.
    this.#seed = Number.parseInt(ports.hash("link", "listing").slice(0, 8), 16) | 0;
    this.#expected.set(expected);
    for (const one of state.slice(0, policy.endpointsMax)) {
      const endpoint: Endpoint = {
        key: one.id,
        older: undefined,
        newer: undefined,
        days: new UsualDays(one.days),
        together: new UsualDays(one.together),
        callers: one.callers,
        places: one.places,
      };
      this.#endpoints.add(endpoint);
      for (const [key, day, today, most] of one.known.slice(0, policy.callersMax))
        if (this.#callers.size < policy.callersMax) this.#callers.add(this.#caller(`${one.id} ${key}`, day, today, most));
    }
  }

  /** A 2xx answer in JSON. */
  observe(seen: SeenListing): Listed | undefined {
    const people = listedPeople(seen.json, seen.about);
    // One is an object that was read, not a list.
    if (people.length < 2) return undefined;
    const { actor, at } = seen;
    const endpoint = this.#endpoint(seen.endpointId);
    const day = Math.floor(at / dayMs);
    endpoint.days.roll(day);
    endpoint.together.roll(day);
    const own = this.#of(endpoint, actor.credential === undefined ? `address ${actor.network}` : `credential ${actor.credential}`, day, false);
    const place = actor.credential === undefined ? undefined : this.#of(endpoint, `together ${actor.network}`, day, true);
    const fresh: Shown[] = [];
    let freshThere = 0;
    for (const { type, raw } of people) {
      const number = hash53(raw.toLowerCase(), this.#seed);
      const isOwn = this.#isNew(own, number, at);
      const isThere = place !== undefined && this.#isNew(place, number, at);
      if (!isOwn && !isThere) continue;
      const hash = this.#ports.hash(type, normalForm(type, raw));
      if (seen.asked.has(hash)) continue;
      if (isOwn) fresh.push({ type, hash });
      if (isThere) freshThere++;
    }
    if (fresh.length === 0 && freshThere === 0) return undefined;
    // The whole is taken at once, as the gate does.
    if (this.#expected.takes(actor.address, fresh.length, at)) return undefined;
    const byCaller = this.#count(endpoint, own, fresh.length, false);
    const byPlace = place === undefined ? undefined : this.#count(endpoint, place, freshThere, true);
    for (const { hash } of fresh) {
      const { hi, lo } = keyOfHex(hash, scratch);
      this.#kept.add(own.number, hi, lo, at);
    }
    const news = byCaller ?? byPlace;
    if (!own.telling && place?.telling !== true) return undefined;
    // Of an address as a whole those are listed who were told through it from now on, and to this caller before.
    const rows = this.#rows(own, fresh, seen);
    return { rows, signals: news === undefined ? [] : [this.#signal(seen, news, byCaller !== undefined)] };
  }

  renamed(from: string, to: string): void {
    const endpoint = this.#endpoints.get(from);
    if (endpoint === undefined || this.#endpoints.get(to) !== undefined) return;
    this.#endpoints.remove(endpoint);
    this.#endpoints.add({ ...endpoint, key: to, older: undefined, newer: undefined });
    const theirs = Array.from(this.#callers.inOrder()).filter(({ key }) => key.startsWith(`${from} `));
    for (const caller of theirs) {
      this.#callers.remove(caller);
      if (this.#callers.get(`${to} ${caller.key.slice(from.length + 1)}`) === undefined)
        this.#callers.add({ ...caller, key: `${to} ${caller.key.slice(from.length + 1)}`, older: undefined, newer: undefined });
    }
  }

  /** Keyed hashes, addresses' keyed hashes and counts; what was told of whom begins anew. */
  exportState(): ListingsState {
    const known = new Map<string, (readonly [string, number, number, number])[]>();
    for (const { key, day, today, most } of this.#callers.inOrder()) {
      const [id = "", who = ""] = key.split(" ");
      const list = known.get(id) ?? [];
      list.push([who, day, today, most]);
      known.set(id, list);
    }
    return Array.from(this.#endpoints.inOrder(), ({ key: id, days, together, callers, places }) => ({
      id,
      days: days.exportState(),
      together: together.exportState(),
      callers,
      places,
      known: known.get(id) ?? [],
    }));
  }

  get size(): { readonly endpoints: number; readonly callers: number } {
    return { endpoints: this.#endpoints.size, callers: this.#callers.size };
  }

  #isNew(caller: Caller, person: number, at: number): boolean {
    scratch.hi = Math.floor(person / 2 ** 32) >>> 0;
    scratch.lo = person >>> 0;
    const { hi, lo } = mixKey(scratch, caller.number, 0);
    return this.#told.add(hi, lo, at);
  }

  /** Counts a caller's new people of today, and says when that is told. */
  #count(endpoint: Endpoint, caller: Caller, people: number, together: boolean): News | undefined {
    if (people === 0) return undefined;
    const days = together ? endpoint.together : endpoint.days;
    const before = caller.today;
    caller.today += people;
    // In the sums its day stands as long as it is not unusual.
    const [unusual, pages] = days.limits(caller.key, caller.telling ? 0 : before, together ? endpoint.places : endpoint.callers);
    const own = policy.overOwn * caller.most;
    const limit = Math.max(unusual, own);
    if (!caller.telling && caller.today <= limit) {
      days.counted(caller.key, before, caller.today);
      return undefined;
    }
    if (!caller.telling) days.counted(caller.key, before, 0);
    caller.telling = true;
    const level = caller.today > Math.max(pages, own) ? "high" : "medium";
    if (caller.level === level || caller.level === "high") return undefined;
    caller.level = level;
    return { level, today: caller.today, limit: Math.round(limit), most: Math.round(caller.most) };
  }

  #rows(own: Caller, fresh: readonly Shown[], { exchangeId, at, endpointId, responseClass, actor }: SeenListing): readonly Disclosure[] {
    const before = this.#kept.take(own.number);
    const types = new Map(fresh.map(({ type, hash }) => [hash, type]));
    const [first] = fresh;
    return before.map((one, n) => ({
      id: `${exchangeId}.p${n}`,
      exchangeId,
      at: Math.min(one.at, at),
      endpointId,
      subjectType: types.get(one.hash) ?? first?.type ?? "opaque",
      subject: one.hash,
      answer: "truthful" as const,
      responseClass,
      narrow: actor.narrow,
      address: actor.address,
      credential: actor.credential ?? "",
    }));
  }

  #signal({ exchangeId, at, endpointId, actor }: SeenListing, { level, today, limit, most }: News, byCaller: boolean): Signal {
    return {
      id: `listing-${hash53(`${exchangeId}\n${level}`).toString(36)}`,
      detector: "listing.people",
      level,
      confidence: level === "high" ? 0.99 : 0.7,
      at,
      endpointId,
      actor: { address: actor.address, network: actor.network, narrow: actor.narrow },
      evidence: {
        peopleToday: today,
        unusualFrom: limit,
        mostBefore: most,
        key: byCaller ? (actor.credential === undefined ? "address without a credential" : "credential") : "address",
        meaning: "answers told this caller of far more different people in a day than others are told of here, and than it ever was: it goes through a list of people",
      },
    };
  }

  #of(endpoint: Endpoint, who: string, day: number, together: boolean): Caller {
    const key = `${endpoint.key} ${this.#ports.hash("link", who)}`;
    let caller = this.#callers.get(key);
    if (caller === undefined) {
      if (this.#callers.size >= policy.callersMax && this.#callers.oldest !== undefined) this.#callers.remove(this.#callers.oldest);
      caller = this.#caller(key, day, 0, 0);
      this.#callers.add(caller);
      if (together) endpoint.places++;
      else endpoint.callers++;
    } else this.#callers.touch(caller);
    if (day > caller.day) {
      caller.most = Math.max(caller.today, caller.most * policy.memory ** (day - caller.day));
      caller.day = day;
      caller.today = 0;
      caller.level = undefined;
      caller.telling = false;
    }
    return caller;
  }

  #caller(key: string, day: number, today: number, most: number): Caller {
    return { key, older: undefined, newer: undefined, number: ++this.#numbers, day, today, most, telling: false, level: undefined };
  }

  #endpoint(id: string): Endpoint {
    let endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) {
      if (this.#endpoints.size >= policy.endpointsMax && this.#endpoints.oldest !== undefined) this.#endpoints.remove(this.#endpoints.oldest);
      endpoint = { key: id, older: undefined, newer: undefined, days: new UsualDays(), together: new UsualDays(), callers: 0, places: 0 };
      this.#endpoints.add(endpoint);
    } else this.#endpoints.touch(endpoint);
    return endpoint;
  }
}

export interface SeenListing {
  readonly exchangeId: string;
  readonly at: number;
  readonly endpointId: string;
  /** The noun it is named for: the last constant of its path. */
  readonly about: string;
  readonly actor: Actor;
  readonly json: Json;
  /** Hashes of those the request itself names: to be told of them is an answer, not a list. */
  readonly asked: ReadonlySet<string>;
  readonly responseClass: string;
}

export interface Listed {
  readonly rows: readonly Disclosure[];
  readonly signals: readonly Signal[];
}

export type ListingsState = readonly {
  readonly id: string;
  readonly days: UsualDaysState;
  readonly together: UsualDaysState;
  readonly callers: number;
  readonly places: number;
  /** Callers: keyed hash, day, people told of on it, largest day. */
  readonly known: readonly (readonly [key: string, day: number, today: number, most: number])[];
}[];

interface Endpoint extends AgedEntry<string, Endpoint> {
  readonly days: UsualDays;
  /** Of addresses, over their credentials. */
  readonly together: UsualDays;
  /** Callers ever known, and addresses. */
  callers: number;
  places: number;
}

interface Caller extends AgedEntry<string, Caller> {
  readonly number: number;
  day: number;
  today: number;
  /** Its largest day, remembered over about a month. */
  most: number;
  /** Today is unusual. */
  telling: boolean;
  level: "medium" | "high" | undefined;
}

interface Shown {
  readonly type: SubjectType;
  readonly hash: string;
}

interface News {
  readonly level: "medium" | "high";
  readonly today: number;
  readonly limit: number;
  readonly most: number;
}

const dayMs = 86_400_000;
const scratch = { hi: 0, lo: 0 };
