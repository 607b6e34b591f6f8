import { jsonObject } from "../latchkey/message.ts";
import { customerKeyOf, customerLoginOf } from "../latchkey/secrets.ts";
import { dashed, international, type Population, strangersFrom } from "../population.ts";
import { random, type Random, shuffle } from "../random.ts";
import { sharedAddress } from "./address-book.ts";
import { bulkPath, pagesLinked, pagesPath, searchPath } from "./back-office.ts";
import { lookupPath } from "./honest-flows.ts";
import { mergeSessions, type Script, type Session, type TrafficRequest } from "./session.ts";
import { browserUserAgent, crawlerUserAgent, monitorUserAgent, partnerUserAgent } from "./user-agents.ts";

/** Who works behind the app; see {@link backOfficeDays}. Times are event time. */
export interface BackOffice {
  /** How many people a partner's job asks about, night by night from the first; 0 for none. Three in five are customers of both. */
  readonly partnerNights?: readonly number[];
  /** The partner asks the public lookup, one request a person, its key sent along; else the bulk lookup, a hundred a request. */
  readonly partnerByOne?: boolean;
  /** Clerks who look up people that call them, Monday to Friday, from one office. */
  readonly desk?: { readonly clerks: number; readonly callsADay: number };
  /** A crawler that walks the help pages once a day, and people who read them. */
  readonly crawler?: { readonly perMinute: number; readonly readersADay: number };
  /** An uptime service: each minute another of its `addresses` asks about the next of the same few people. */
  readonly monitors?: { readonly addresses: number; readonly people: number };
  /** Load tests of the lookup alone: numbers of a list, as fast as it says, and nothing after. */
  readonly lookupTests?: readonly { readonly from: number; readonly to: number; readonly perSecond: number; readonly addresses: number }[];
}

/** Their sessions in [from, to), ordered by start, the same for the same seed. The service must be {@link withBackOffice}. */
export function backOfficeDays(
  office: BackOffice,
  world: { readonly population: Population; readonly seed: string; readonly from: number; readonly to: number },
): Iterable<Session> {
  return {
    [Symbol.iterator]: () =>
      mergeSessions(partner(office, world), desk(office, world), crawls(office, world), readers(office, world), monitors(office, world), ...lookupTests(office, world)),
  };
}

/** Where the declared ones come from: a partner's machines, and those of load tests. */
export const partnerAddress = sharedAddress(90, 0);
export const lookupTestAddress = (n: number): string => sharedAddress(100, n);

type World = Parameters<typeof backOfficeDays>[1];
const dayMs = 86_400_000;
const hourMs = 3_600_000;

function* partner({ partnerNights = [], partnerByOne = false }: BackOffice, { population: people, seed, from, to }: World): Generator<Session> {
  const own = shuffle(
    Array.from({ length: people.accounts }, (_, index) => index),
    random(`${seed}/partner`),
  );
  let next = 0;
  for (const [night, count] of partnerNights.entries()) {
    const startAt = from + night * dayMs + 2 * hourMs;
    if (startAt >= to || count === 0) continue;
    const source = random(`${seed}/partner/${night}`);
    const asked = Array.from({ length: count }, () => people.numberAt(source.chance(0.6) ? (own[(next += 1) % own.length] ?? 0) : strangersFrom - 1 - source.int(5_000_000)));
    yield {
      id: `partner-${night}`,
      kind: "partner-job",
      startAt,
      address: partnerAddress,
      run: () => (partnerByOne ? oneByOne(people, asked, startAt) : inBulk(people, asked, startAt)),
    };
  }
}

function* inBulk(people: Population, asked: readonly number[], startAt: number): Script {
  let at = startAt;
  for (let place = 0; place < asked.length; place += 100) {
    const part = asked.slice(place, place + 100);
    const request: TrafficRequest = {
      method: "POST",
      path: bulkPath,
      headers: partnerHeaders(people),
      body: JSON.stringify({ phones: part.map(international) }),
      contacts: part.filter((national) => people.holds(national)),
    };
    at = (yield { dueAt: at + 400, request }).at;
  }
  return "completed";
}

function* oneByOne(people: Population, asked: readonly number[], startAt: number): Script {
  let at = startAt;
  for (const national of asked) {
    at = (yield {
      dueAt: at + 200,
      request: { method: "GET", path: lookupPath(national), headers: partnerHeaders(people), lookup: { national, knownToExist: people.holds(national) } },
    }).at;
  }
  return "completed";
}

function partnerHeaders(people: Population): TrafficRequest["headers"] {
  return [
    ["User-Agent", partnerUserAgent],
    ["Accept", "application/json"],
    ["Content-Type", "application/json"],
    ["X-Latchkey-Api-Key", customerKeyOf(people.seed, 0)],
  ];
}

function* desk({ desk: staff }: BackOffice, { population: people, seed, from, to }: World): Generator<Session> {
  if (staff === undefined) return;
  for (let day = Math.floor(from / dayMs); day * dayMs < to; day += 1) {
    const weekday = (day + 4) % 7;
    if (weekday === 0 || weekday === 6) continue;
    const shifts = Array.from({ length: staff.clerks }, (_, clerk) => {
      const source = random(`${seed}/desk/${day}/${clerk}`);
      const startAt = day * dayMs + 8 * hourMs + source.int(1_800_000);
      return {
        id: `desk-${day}-${clerk}`,
        kind: "dashboard" as const,
        startAt,
        address: sharedAddress(110, 0),
        run: () => shift(people, clerk, staff.callsADay, startAt, random(`${seed}/desk/${day}/${clerk}/calls`)),
      };
    });
    yield* shifts.filter(({ startAt }) => startAt >= from && startAt < to).sort((a, b) => a.startAt - b.startAt);
  }
}

/** Signs in, one in three after yesterday's session was refused, then one call after another for eight hours: whoever rings, by the number he rings from or one he spells. */
function* shift(people: Population, clerk: number, calls: number, startAt: number, source: Random): Script {
  const headers: TrafficRequest["headers"] = [
    ["User-Agent", browserUserAgent],
    ["Accept", "application/json"],
  ];
  const stale = source.chance(0.33);
  if (stale) {
    const request: TrafficRequest = {
      method: "GET",
      path: `${searchPath}?phone=%2B${dashed(people.numberAt(clerk))}`,
      headers: [...headers, ["Authorization", `Bearer lks_${"0".repeat(30)}${clerk + 10_000_000_00}`]],
    };
    yield { dueAt: startAt, request };
  }
  const signIn = yield {
    dueAt: startAt + 30_000,
    request: { method: "POST", path: "/v1/login", headers: [...headers, ["Content-Type", "application/json"]], body: JSON.stringify(customerLoginOf(people.seed, clerk % 8)) },
  };
  const token = jsonObject(signIn.body)["session_token"];
  if (typeof token !== "string") return "gave-up";
  let at = signIn.at;
  for (let call = 0; call < calls; call += 1) {
    const national = people.numberAt(source.chance(0.85) ? source.int(people.accounts) : strangersFrom - 1 - source.int(5_000_000));
    const request: TrafficRequest = {
      method: "GET",
      path: `${searchPath}?phone=%2B${dashed(national)}`,
      headers: [...headers, ["Authorization", `Bearer ${token}`]],
      lookup: { national, knownToExist: people.holds(national) },
    };
    at = (yield { dueAt: at + source.between(0.4, 1.6) * ((8 * hourMs) / calls), request }).at;
  }
  return "completed";
}

function* crawls({ crawler }: BackOffice, { from, to }: World): Generator<Session> {
  if (crawler === undefined) return;
  for (let day = 0; from + day * dayMs + 4 * hourMs < to; day += 1) {
    const startAt = from + day * dayMs + 4 * hourMs;
    yield { id: `walk-${day}`, kind: "crawler", startAt, address: sharedAddress(50, 5), run: () => walk(startAt, 60_000 / crawler.perMinute) };
  }
}

/** From the list of pages along every link it finds, each once. */
function* walk(startAt: number, everyMs: number): Script {
  const headers: TrafficRequest["headers"] = [
    ["User-Agent", crawlerUserAgent],
    ["Accept", "*/*"],
  ];
  let at = (yield { dueAt: startAt, request: { method: "GET", path: pagesPath, headers } }).at;
  const waiting = [1];
  const seen = new Set(waiting);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const answer = yield { dueAt: at + everyMs, request: { method: "GET", path: `${pagesPath}/${next}`, headers } };
    at = answer.at;
    if (answer.status !== 200) continue;
    for (const to of pagesLinked(next)) {
      if (!seen.has(to)) waiting.push(to);
      seen.add(to);
    }
  }
  return "completed";
}

function* readers({ crawler }: BackOffice, { seed, from, to }: World): Generator<Session> {
  if (crawler === undefined) return;
  const source = random(`${seed}/readers`);
  for (let at = from, n = 0; ; n += 1) {
    at += (-Math.log(1 - source.float()) * dayMs) / crawler.readersADay;
    if (at >= to) return;
    const first = 1 + Math.floor(source.float() * source.float() * 60);
    const startAt = Math.round(at);
    yield { id: `reader-${n}`, kind: "crawler", startAt, address: sharedAddress(120, source.int(500)), run: () => reads(startAt, first) };
  }
}

function* reads(startAt: number, first: number): Script {
  const headers: TrafficRequest["headers"] = [
    ["User-Agent", browserUserAgent],
    ["Accept", "*/*"],
  ];
  let at = startAt;
  for (const number of [first, ...pagesLinked(first).slice(0, 1)]) at = (yield { dueAt: at + 9_000, request: { method: "GET", path: `${pagesPath}/${number}`, headers } }).at;
  return "completed";
}

function* monitors({ monitors: watch }: BackOffice, { population: people, from, to }: World): Generator<Session> {
  if (watch === undefined) return;
  for (let minute = 0; from + minute * 60_000 < to; minute += 1) {
    const startAt = from + minute * 60_000;
    const national = people.numberAt(1 + (minute % watch.people));
    yield {
      id: `uptime-${minute}`,
      kind: "monitor",
      startAt,
      address: sharedAddress(42, Math.floor(minute / watch.people) % watch.addresses),
      run: () => once(national, true, startAt, monitorUserAgent),
    };
  }
}

function* once(national: number, knownToExist: boolean, dueAt: number, userAgent: string): Script {
  yield {
    dueAt,
    request: {
      method: "GET",
      path: lookupPath(national),
      headers: [
        ["User-Agent", userAgent],
        ["Accept", "application/json"],
      ],
      lookup: { national, knownToExist },
    },
  };
  return "completed";
}

function lookupTests({ lookupTests: tests = [] }: BackOffice, { population: people, seed }: World): Session[][] {
  return tests.map((test, number) => {
    const source = random(`${seed}/lookup-test/${number}`);
    return Array.from({ length: Math.floor(((test.to - test.from) / 1_000) * test.perSecond) }, (_, place) => {
      const startAt = Math.round(test.from + (place * 1_000) / test.perSecond);
      const national = people.numberAt(source.int(people.accounts));
      return {
        id: `lookup-test-${number}-${place}`,
        kind: "load-test" as const,
        startAt,
        address: lookupTestAddress(place % test.addresses),
        run: () => once(national, true, startAt, "steady-load/0.9"),
      };
    });
  });
}
