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
  memberDays,
  memberWalk,
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
  withMembers,
  withOrders,
} from "@postern/testkit";
import type { Cell, CellAttack } from "./cell.ts";

/** A cell with a seed, ready to be played once: the service, everybody who comes, and the attack among them. */
export interface World extends HonestDays, AttackDays {
  /** Everybody, ordered by start. */
  readonly sessions: Iterable<Session>;
}

/** The service and everybody honest. */
export interface HonestDays {
  /** Event time: the first honest request, the attack's first, the end. */
  readonly from: number;
  readonly attackFrom: number;
  readonly to: number;
  /** To be closed after the run. */
  readonly latchkey: Latchkey;
  /** Honest people, ordered by start. */
  readonly sessions: Iterable<Session>;
}

/** What a cell brings to its honest days. */
export interface AttackDays {
  readonly attack: Attack | undefined;
  /** National numbers that the operator knows to be nobody's. */
  readonly canaries: readonly number[];
}

/** The same cell and seed give the same world, whoever stands before the service. */
export function worldOf(cell: Cell, seed: string): World {
  const honest = honestDaysOf(cell, seed);
  const days = attackDaysOf(cell, seed, honest);
  return { ...honest, ...days, sessions: days.attack === undefined ? honest.sessions : mergeSessions(honest.sessions, days.attack.sessions) };
}

/** Of a cell with this seed. Before their attack, cells that differ in nothing but the attack and the horizon have the same days. */
export function honestDaysOf(cell: Cell, seed: string): HonestDays {
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
  const insurer = honest.members === undefined ? shop : withMembers(shop);
  const staffed = honest.backOffice === undefined ? insurer : withBackOffice(insurer);
  const latchkey = honest.door === undefined ? staffed : withDoor(staffed, honest.door);
  const people = latchkey.population;
  // Whole days, so that who comes does not depend on when the run ends; whoever comes after that is not asked.
  const span = { from, to: from + Math.ceil((cell.warmMs + cell.horizonMs) / dayMs) * dayMs };
  const days = honestDay({
    population: people,
    seed,
    sessionsPerDay: honest.sessionsPerDay,
    ...span,
    ...(honest.carrierGateways === undefined ? {} : { carrierGateways: honest.carrierGateways }),
    ...(honest.rollOutDevices === undefined ? {} : { rollOutDevices: honest.rollOutDevices }),
    ...(honest.monitor === undefined ? {} : { withMonitor: honest.monitor }),
    ...(honest.newBooks === undefined ? {} : { newBooks: honest.newBooks }),
    ...(honest.bookSizes === undefined ? {} : { bookSizes: honest.bookSizes }),
    ...(honest.addressesChange === undefined ? {} : { addressesChange: honest.addressesChange }),
    ...(honest.retryStorms === undefined ? {} : { retryStorms: honest.retryStorms.map((storm) => since(from, storm)) }),
    ...(honest.tides === undefined ? {} : { tides: honest.tides.map((tide) => since(from, tide)) }),
    ...(honest.release === undefined ? {} : { release: since(from, honest.release) }),
    ...(honest.loadTests === undefined ? {} : { loadTests: honest.loadTests.map((test) => since(from, test)) }),
    ...(honest.crowds === undefined ? {} : { crowds: honest.crowds.map((crowd) => ({ ...crowd, at: from + crowd.at })) }),
  });
  const office = honest.backOffice === undefined ? [] : backOfficeDays(officeSince(from, honest.backOffice), { population: people, seed, ...span });
  const orders = honest.orders === undefined ? [] : orderDays(honest.orders, { population: people, seed, ...span });
  const members = honest.members === undefined ? [] : memberDays(honest.members, { population: people, seed, ...span });
  const all = mergeSessions(days, office, orders, members);
  const sessions = honest.ja4 === true ? withFingerprints(all) : all;
  return { from, attackFrom, to, latchkey, sessions: honest.door === undefined ? sessions : throughDoor(sessions, honest.door) };
}

/** The attack of a cell with this seed on these days. */
export function attackDaysOf(cell: Cell, seed: string, { latchkey, attackFrom }: HonestDays): AttackDays {
  const { attack, honest } = cell;
  if (attack === undefined) return { attack, canaries: [] };
  const people = latchkey.population;
  const list = listOf(attack, people, seed, new Set(ownNumbers(attack, people)));
  const canaries = canariesOf(list, honest.canaries ?? 0, people, seed);
  const known = new Set(attack.knowsCanaries === true ? canaries : []);
  const asked = list.filter((national) => !known.has(national));
  return { attack: attackOf(attack, asked, people, attackFrom, seed, honest.door), canaries };
}

const dayMs = 86_400_000;

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
  if (attack.asksMembers === true)
    return memberWalk({ list, from, addresses: attack.addresses, ratePerSecond: attack.ratePerSecond, ...(attack.asApp === true ? { asApp: true } : {}) });
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
