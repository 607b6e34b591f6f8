import {
  type Attack,
  attackList,
  type BackOffice,
  backOfficeDays,
  createLatchkey,
  enumeration,
  flaws,
  homeAddress,
  honestDay,
  type Latchkey,
  type LookupDoor,
  mergeSessions,
  numberSpace,
  orderDays,
  orderWalk,
  type Population,
  random,
  scriptUserAgent,
  type Session,
  sharedAddress,
  shuffle,
  strangersFrom,
  throughDoor,
  withBackOffice,
  withDoor,
  withOrders,
} from "@postern/testkit";
import type { Cell, CellAttack } from "./cell.ts";

/** A cell with a seed, ready to be played once: the service, everybody who comes, and the attack among them. */
export interface World {
  /** Event time: the first honest request, the attack's first, the end. */
  readonly from: number;
  readonly attackFrom: number;
  readonly to: number;
  /** To be closed after the run. */
  readonly latchkey: Latchkey;
  readonly attack: Attack | undefined;
  /** National numbers that the operator knows to be nobody's. */
  readonly canaries: readonly number[];
  /** Everybody, ordered by start. */
  readonly sessions: Iterable<Session>;
}

/** The same cell and seed give the same world, whoever stands before the service. */
export function worldOf(cell: Cell, seed: string): World {
  const from = Date.UTC(2026, 2, 2);
  const attackFrom = from + (cell.attack?.fromTheFirst === true ? 0 : cell.warmMs);
  const to = from + cell.warmMs + cell.horizonMs;
  const { honest } = cell;
  const service = createLatchkey({
    flaws: flaws(...(honest.flaws ?? ["F1", "F2", "F3"])),
    accounts: honest.accounts,
    seed,
    now: () => from,
    ...(honest.outages === undefined ? {} : { outages: honest.outages.map((outage) => ({ from: from + outage.from, to: from + outage.to })) }),
  });
  const shop = honest.orders === undefined ? service : withOrders(service);
  const staffed = honest.backOffice === undefined ? shop : withBackOffice(shop);
  const latchkey = honest.door === undefined ? staffed : withDoor(staffed, honest.door);
  const people = latchkey.population;
  const list = cell.attack === undefined ? [] : listOf(cell.attack, people, seed, new Set(ownNumbers(cell.attack, people)));
  const canaries = canariesOf(list, honest.canaries ?? 0, people, seed);
  const known = new Set(cell.attack?.knowsCanaries === true ? canaries : []);
  const asked = list.filter((national) => !known.has(national));
  const attack = cell.attack === undefined ? undefined : attackOf(cell.attack, asked, people, attackFrom, seed, honest.door);
  const days = honestDay({
    population: people,
    seed,
    sessionsPerDay: honest.sessionsPerDay,
    from,
    to,
    ...(honest.carrierGateways === undefined ? {} : { carrierGateways: honest.carrierGateways }),
    ...(honest.rollOutDevices === undefined ? {} : { rollOutDevices: honest.rollOutDevices }),
    ...(honest.monitor === undefined ? {} : { withMonitor: honest.monitor }),
    ...(honest.newBooks === undefined ? {} : { newBooks: honest.newBooks }),
    ...(honest.bookSizes === undefined ? {} : { bookSizes: honest.bookSizes }),
    ...(honest.addressesChange === undefined ? {} : { addressesChange: honest.addressesChange }),
    ...(honest.retryStorms === undefined ? {} : { retryStorms: honest.retryStorms.map((span) => since(from, span)) }),
    ...(honest.tides === undefined ? {} : { tides: honest.tides.map((span) => since(from, span)) }),
    ...(honest.release === undefined ? {} : { release: since(from, honest.release) }),
    ...(honest.loadTests === undefined ? {} : { loadTests: honest.loadTests.map((span) => since(from, span)) }),
    ...(honest.crowds === undefined ? {} : { crowds: honest.crowds.map((crowd) => ({ ...crowd, at: from + crowd.at })) }),
  });
  const office = honest.backOffice === undefined ? [] : backOfficeDays(officeSince(from, honest.backOffice), { population: people, seed, from, to });
  const orders = honest.orders === undefined ? [] : orderDays(honest.orders, { population: people, seed, from, to });
  const all = mergeSessions(days, office, orders);
  const sessions = honest.ja4 === true ? withFingerprints(all) : all;
  const everybody = attack === undefined ? sessions : mergeSessions(sessions, attack.sessions);
  return { from, attackFrom, to, latchkey, attack, canaries, sessions: honest.door === undefined ? everybody : throughDoor(everybody, honest.door) };
}

/** Some of those on the list whom nobody is: honest people ask about others. */
function canariesOf(list: readonly number[], share: number, people: Population, seed: string): readonly number[] {
  if (share === 0) return [];
  const source = random(`${seed}/canaries`);
  return shuffle(
    list.filter((national) => people.indexOf(national) >= strangersFrom),
    source,
  ).slice(0, Math.round(list.length * share));
}

function since<T extends { readonly from: number; readonly to: number }>(from: number, span: T): T {
  return { ...span, from: from + span.from, to: from + span.to };
}

function officeSince(from: number, office: BackOffice): BackOffice {
  return office.lookupTests === undefined ? office : { ...office, lookupTests: office.lookupTests.map((span) => since(from, span)) };
}

function attackOf(attack: CellAttack, list: readonly number[], people: Population, from: number, seed: string, door: LookupDoor | undefined): Attack {
  if (attack.walksOrders === true) return orderWalk({ people, seed: `${seed}/attack`, from, accounts: attack.addresses, size: attack.size, ratePerSecond: attack.ratePerSecond });
  const own = attack.ownAccounts;
  return enumeration({
    list,
    from,
    seed: `${seed}/attack`,
    addresses: attack.addresses,
    ratePerSecond: attack.ratePerSecond,
    ...(attack.asApp === false ? { userAgents: [scriptUserAgent] } : {}),
    ...(attack.turning === undefined ? {} : { turning: attack.turning }),
    ...(attack.gateways === undefined ? {} : { addressOf: (n: number) => sharedAddress(10, n % (attack.gateways ?? 1)) }),
    ...(attack.homes === true ? { addressOf: (n: number) => homeAddress(people, seed, n) } : {}),
    ...(attack.shape === undefined || attack.shape === "app" ? {} : { headersOf: turning(attack, attack.shape === "own" ? scriptHeaders : rotatingHeaders) }),
    ...(attack.ja4 === undefined ? {} : { ja4: attack.ja4 }),
    ...(own === undefined ? {} : { ownAccounts: { people, ...own } }),
    ...(attack.growthPerDay === undefined ? {} : { growthPerDay: attack.growthPerDay }),
    ...(attack.perRequest === undefined ? {} : { perRequest: attack.perRequest }),
    ...(attack.bookEveryMs === undefined ? {} : { bookEveryMs: attack.bookEveryMs }),
    ...(door === undefined ? {} : { door }),
  });
}

/** The attacker's own accounts are the first of the population. */
export function ownNumbers(attack: CellAttack | undefined, people: Population): number[] {
  return Array.from({ length: attack?.ownAccounts?.count ?? 0 }, (_, index) => people.numberAt(index));
}

function listOf(attack: CellAttack, people: Population, seed: string, excluding: ReadonlySet<number>): readonly number[] {
  const { size, validShare, order = "random", walksOrders } = attack;
  if (walksOrders === true) return [];
  if (order === "random" || order === "sorted") return attackList({ population: people }, { size, validShare, seed: `${seed}/list`, excluding, order });
  const source = random(`${seed}/list`);
  const step = order === "sequential" ? 1 : 97;
  const first = 10_000_000 + source.int(numberSpace);
  return Array.from({ length: size }, (_, place) => 10_000_000 + ((first - 10_000_000 + place * step) % numberSpace));
}

/** As a common HTTP library of scripts orders them. */
function scriptHeaders(userAgent: string): readonly (readonly [string, string])[] {
  return [
    ["Accept-Encoding", "gzip, deflate"],
    ["Accept", "application/json"],
    ["Connection", "keep-alive"],
    ["User-Agent", userAgent],
  ];
}

/** Another look from its n-th address on, or to and fro: addresses come in turn. */
function turning({ turnsAt, turnsBack }: CellAttack, headersOf: (userAgent: string, n: number) => readonly (readonly [string, string])[]): typeof headersOf {
  if (turnsAt === undefined) return headersOf;
  return (userAgent, n) =>
    (turnsBack === true ? Math.floor(n / turnsAt) % 2 === 1 : n >= turnsAt)
      ? [
          ["User-Agent", userAgent],
          ["Accept", "application/json"],
        ]
      : headersOf(userAgent, n);
}

/** Twelve orders and choices of headers, none the app's. */
function rotatingHeaders(userAgent: string, n: number): readonly (readonly [string, string])[] {
  const headers = scriptHeaders(userAgent);
  const turn = n % 4;
  const turned = [...headers.slice(turn), ...headers.slice(0, turn)];
  return n % 12 < 4 ? turned : [...turned, n % 12 < 8 ? ["Accept-Language", "en"] : ["Cache-Control", "no-cache"]];
}

/** Everybody's own app has the fingerprint of its version. */
function* withFingerprints(sessions: Iterable<Session>): Generator<Session> {
  for (const session of sessions) yield { ...session, ja4: session.kind === "partner-job" || session.kind === "monitor" ? "t13d1715h1_partner" : "t13d2014h2_app" };
}
