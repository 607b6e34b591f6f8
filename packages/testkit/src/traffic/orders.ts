import type { Latchkey } from "../latchkey/latchkey.ts";
import { headerOf, type LatchkeyRequest, type LatchkeyResponse } from "../latchkey/message.ts";
import { deviceKeyOf, deviceOfKey } from "../latchkey/secrets.ts";
import type { Population } from "../population.ts";
import { random, type Random } from "../random.ts";
import { attackerAddress, personAddress, sharedAddress } from "./address-book.ts";
import type { Attack } from "./attack.ts";
import type { LookupAnswer } from "./lookup-answer.ts";
import type { Script, Session, TrafficAnswer, TrafficRequest } from "./session.ts";
import { appUserAgents, browserUserAgent } from "./user-agents.ts";

/**
 * Latchkey with a shop's sin beside its own: whoever is signed in reads any order by its running number. A customer's list holds his own orders; a clerk finds those of whoever rings in a
 * search, and opens them from there.
 */
export function withOrders(latchkey: Latchkey): Latchkey {
  const people = latchkey.population;
  return {
    ...latchkey,
    handle: (request) => {
      const { pathname, searchParams } = new URL(request.url, "https://latchkey.example");
      if (request.method !== "GET" || !pathname.startsWith(ordersPath)) return latchkey.handle(request);
      const answer = latchkey.handle({
        method: "GET",
        url: "/healthz",
        headers: request.headers,
        address: request.address,
        ...(request.at === undefined ? {} : { at: request.at }),
      });
      const caller = callerOf(request, people);
      if (caller === undefined) return said(answer, 401, { error: "sign in" });
      const rest = pathname.slice(ordersPath.length + 1);
      if (rest === "") return said(answer, 200, { orders: ordersOf(caller, people).map((id) => ({ id, total: totalOf(id) })) });
      if (rest === "search" && caller < clerksMax)
        return said(answer, 200, { found: ordersOf(Number(searchParams.get("customer")), people).map((id) => ({ id, total: totalOf(id) })) });
      const id = Number(rest);
      const exists = Number.isInteger(id) && id >= firstOrder && id < firstOrder + people.accounts * ordersEach;
      return exists
        ? said(answer, 200, { id, total: totalOf(id), address: `Street ${id % 977}`, customer: `Person ${customerOf(id, people)}` })
        : said(answer, 404, { error: "no such order" });
    },
  };
}

/** Whose days these are. */
export interface OrderDays {
  /** Visits of customers a day: each sees his list and opens one to four of his orders. */
  readonly visitsADay: number;
  /** Clerks of the shop, each with `callsADay` calls from customers whose orders he finds and opens. The first people of the population. */
  readonly clerks?: number;
  readonly callsADay?: number;
}

/** Their sessions in [from, to), ordered by start. One visit in forty opens an order somebody else sent a link to, one in sixty a number mistyped. The service must be {@link withOrders}. */
export function* orderDays(days: OrderDays, world: { readonly population: Population; readonly seed: string; readonly from: number; readonly to: number }): Generator<Session> {
  const { population: people, seed, from, to } = world;
  const source = random(`${seed}/orders`);
  const calls = (days.clerks ?? 0) * (days.callsADay ?? 0);
  for (let at = from, n = 0; ; n += 1) {
    at += (-Math.log(1 - source.float()) * 86_400_000) / (days.visitsADay + calls);
    if (at >= to) return;
    const startAt = Math.round(at);
    const called = source.float() * (days.visitsADay + calls) >= days.visitsADay;
    const id = `orders-${n}`;
    const own = random(`${seed}/${id}`);
    const index = called ? source.int(days.clerks ?? 0) : customerAt(source, people);
    yield called
      ? { id, kind: "dashboard", startAt, address: sharedAddress(110, 0), run: () => call(people, index, startAt, own) }
      : { id, kind: "returning", startAt, address: personAddress(people, index), run: () => visit(people, index, startAt, own) };
  }
}

/** One who signed in with `accounts` own accounts and opens one order after another, whoever's. Its notes are by order. */
export function orderWalk(options: {
  readonly people: Population;
  readonly seed: string;
  readonly from: number;
  readonly accounts: number;
  readonly size: number;
  readonly ratePerSecond: number;
}): Attack {
  const { people, from, accounts, size, ratePerSecond } = options;
  const notes = new Map<number, LookupAnswer>();
  const first = firstOrder + random(`${options.seed}/walk`).int(people.accounts * ordersEach - size);
  const sessions = Array.from({ length: accounts }, (_, n): Session => {
    const startAt = Math.round(from + (n * 1_000) / ratePerSecond);
    return { id: `walk-${n}`, kind: "enumeration", startAt, address: attackerAddress(0, n), run: () => walk(n) };
  });
  return { kind: "enumeration", sessions, notes };

  function* walk(n: number): Script {
    // The attacker's own accounts are none of the clerks.
    const index = ownFrom + n * 10;
    for (let place = n; place < size; place += accounts) {
      const id = first + place;
      const answer = yield { dueAt: Math.round(from + (place * 1_000) / ratePerSecond), request: asks(people, index, `/${id}`, userAgentOf(index)) };
      if (customerOf(id, people) !== index) notes.set(id, answer.status === 200 ? "exists" : answer.status === 404 ? "missing" : "unsure");
    }
    return "completed";
  }
}

/** Where the orders are: the list of one's own, `/search?customer=` of clerks, `/{id}` of each. */
export const ordersPath = "/shop/v1/orders";
const firstOrder = 7_000_000;
const ordersEach = 6;
/** The first people of the population may search. */
const clerksMax = 40;
const ownFrom = 1_000;

/** Neighbours of a number are other people's. */
function ordersOf(index: number, { accounts }: Population): readonly number[] {
  return Array.from({ length: ordersEach }, (_, n) => firstOrder + n * accounts + ((index + n * 131) % accounts));
}

function customerOf(id: number, { accounts }: Population): number {
  const n = Math.floor((id - firstOrder) / accounts);
  return (((id - firstOrder - n * 131) % accounts) + accounts) % accounts;
}

function totalOf(id: number): number {
  return 1_000 + (id % 977);
}

function* visit(people: Population, index: number, startAt: number, source: Random): Script {
  const userAgent = userAgentOf(index);
  let answer = yield { dueAt: startAt, request: asks(people, index, "", userAgent) };
  const own = ordersOf(index, people);
  for (let n = 0; n < 1 + source.int(4); n += 1) answer = yield opens(people, index, own[source.int(own.length)] ?? 0, answer, source, userAgent);
  if (source.chance(1 / 40)) answer = yield opens(people, index, ordersOf(customerAt(source, people), people)[0] ?? 0, answer, source, userAgent);
  if (source.chance(1 / 60)) answer = yield { dueAt: answer.at + 8_000, request: asks(people, index, `/${9_000_000 + source.int(900_000)}`, userAgent) };
  return answer.status < 500 ? "completed" : "gave-up";
}

function* call(people: Population, clerk: number, startAt: number, source: Random): Script {
  const customer = customerAt(source, people);
  let answer = yield { dueAt: startAt, request: asks(people, clerk, `/search?customer=${customer}`, browserUserAgent) };
  for (const id of ordersOf(customer, people).slice(0, 1 + source.int(3))) answer = yield opens(people, clerk, id, answer, source, browserUserAgent);
  // Now and then a look at an order of the clerk's own.
  if (source.chance(0.05)) {
    answer = yield { dueAt: answer.at + 9_000, request: asks(people, clerk, "", browserUserAgent) };
    answer = yield opens(people, clerk, ordersOf(clerk, people)[0] ?? 0, answer, source, browserUserAgent);
  }
  return answer.status < 500 ? "completed" : "gave-up";
}

function opens(
  people: Population,
  index: number,
  id: number,
  before: TrafficAnswer,
  source: Random,
  userAgent: string,
): { readonly dueAt: number; readonly request: TrafficRequest } {
  return { dueAt: before.at + source.between(2_000, 30_000), request: { ...asks(people, index, `/${id}`, userAgent), lookup: { national: id, knownToExist: true } } };
}

function asks(people: Population, index: number, path: string, userAgent: string): TrafficRequest {
  return {
    method: "GET",
    path: `${ordersPath}${path}`,
    headers: [
      ["User-Agent", userAgent],
      ["Accept", "application/json"],
      ["Authorization", `Bearer ${deviceKeyOf(people.seed, people.deviceIdAt(index) ?? 0)}`],
    ],
  };
}

/** Somebody with a telephone that has a key. */
function customerAt(source: Random, people: Population): number {
  const index = source.int(people.accounts);
  return index % 10 === 9 ? index - 1 : index;
}

function callerOf(request: LatchkeyRequest, people: Population): number | undefined {
  const device = deviceOfKey(people.seed, (headerOf(request.headers, "authorization") ?? "").slice("Bearer ".length));
  const index = device === undefined ? -1 : device - (people.deviceIdAt(0) ?? 0);
  return index >= 0 && index < people.accounts ? index : undefined;
}

function userAgentOf(index: number): string {
  return appUserAgents[index % appUserAgents.length] ?? browserUserAgent;
}

function said(answer: LatchkeyResponse, status: number, json: object): LatchkeyResponse {
  return { ...answer, status, body: JSON.stringify(json) };
}
