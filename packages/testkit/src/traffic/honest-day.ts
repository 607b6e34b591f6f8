import { newcomersFrom, type Population } from "../population.ts";
import { random, type Random } from "../random.ts";
import { personAddress, sharedAddress } from "./address-book.ts";
import type { BookSizes } from "./contact-book.ts";
import type { Conversation } from "./conversation.ts";
import { crawl, dashboardSignIn, familyMax, monitor, partnerJob, type Person, signIn, signUp, syncBook, syncContacts, syncFamily, typoThenSignIn } from "./honest-flows.ts";
import { type HonestKind, mergeSessions, type Script, type Session } from "./session.ts";
import { appUserAgents, monitorUserAgent, partnerUserAgent } from "./user-agents.ts";

export interface HonestOptions {
  readonly population: Population;
  readonly seed: string;
  /** Visits a day, on average; roll-out, monitor and partner job come on top. */
  readonly sessionsPerDay: number;
  /** Event time, milliseconds since the epoch; sessions start in [from, to). */
  readonly from: number;
  readonly to: number;
  /** Three times as much at midday as at night (UTC). Default true. */
  readonly diurnal?: boolean;
  /** Telephones one office sets up within ten minutes, once a weekday. Default: a fortieth of `sessionsPerDay`, 4 to 500. 0 for none. */
  readonly rollOutDevices?: number;
  /** Carriers' exits that many people share. Default one for 400 visits a day. */
  readonly carrierGateways?: number;
  /** Address books are sent as people have them ({@link contactBook}): whole from a new telephone, which this share of those who sync have, else what was added. Default: 20 to 300 random numbers each time. */
  readonly newBooks?: number;
  /** How large they are; default `usual`. */
  readonly bookSizes?: BookSizes;
  /** Default true. */
  readonly withMonitor?: boolean;
  /** Sudden crowds, as after a news item: honest people who each sign in from home, on top of the rest. */
  readonly crowds?: readonly Crowd[];
  /** Telephones change their address with each visit: everybody on mobile data, an address each out of a pool of 100,000. */
  readonly addressesChange?: boolean;
  /** A flaky release or network: in this time nearly every request is sent three times. */
  readonly retryStorms?: readonly Span[];
  /** Times at which `factor` times as many come: a holiday, or the hour that a clock is put forward. */
  readonly tides?: readonly (Span & { readonly factor: number })[];
  /** A new version of the app: everybody who comes has it by the end of this time, evenly; its requests have other headers, in another order. */
  readonly release?: Span;
  /** Somebody's load test, not announced: one machine signs in with the same `accounts` test accounts over and over, `perMinute`. */
  readonly loadTests?: readonly (Span & { readonly accounts: number; readonly perMinute: number })[];
}

/** From event time `from` until before `to`. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** `sessions` sign-ins, evenly at random over `forMs` from event time `at`. */
export interface Crowd {
  readonly at: number;
  readonly forMs: number;
  readonly sessions: number;
}

/**
 * Honest visits, ordered by start, the same for the same seed. Nine lookups in ten belong to somebody who then signs
 * in; the rest are typing slips, families, a monitor, and people who only looked. A window shorter than a day still holds one
 * roll-out and one partner job.
 *
 * A crowd is asked for by `crowds`, an outage of the carrier by the service's `outages`. What it leaves out: travel.
 */
export function honestDay(options: HonestOptions): Iterable<Session> {
  return {
    [Symbol.iterator]: () => {
      const crowds = (options.crowds ?? []).map((one, number) => crowd(options, one, number));
      return mergeSessions(visits(options), rollOuts(options), partnerJobs(options), options.withMonitor === false ? [] : monitorHours(options), ...crowds, ...loadTests(options));
    },
  };
}

/** How often each kind of visit comes, in parts of the whole. */
export const honestMix: readonly (readonly [kind: HonestKind, share: number])[] = [
  ["returning", 0.42],
  ["carrier-nat", 0.2],
  ["new-device", 0.1],
  ["slow-network", 0.08],
  ["new-user", 0.05],
  ["typo", 0.04],
  ["contact-sync", 0.06],
  ["family-sync", 0.005],
  ["crawler", 0.025],
  ["dashboard", 0.02],
];

const dayMs = 86_400_000;
/** One visit in twenty ends after the lookup. */
const leaveChance = 0.05;

function* visits(options: HonestOptions): Generator<Session> {
  const source = random(`${options.seed}/visits`);
  const gateways = options.carrierGateways ?? Math.max(1, Math.round(options.sessionsPerDay / 400));
  const peak = options.diurnal === false ? 1 : 1.5;
  const tide = Math.max(1, ...(options.tides ?? []).map(({ factor }) => factor));
  const meanMs = dayMs / options.sessionsPerDay / peak / tide;
  let newcomers = 0;
  let count = 0;
  for (let at = options.from; ;) {
    at += -Math.log(1 - source.float()) * meanMs;
    if (at >= options.to) return;
    if (options.diurnal !== false && source.float() * peak > daylight(at)) continue;
    if (options.tides !== undefined && source.float() * tide > (within(options.tides, at)?.factor ?? 1)) continue;
    count += 1;
    const kind = kindOf(source.float());
    const startAt = Math.round(at);
    // Newcomers are numbered by the day they come, so that two adjoining windows bring different people.
    const index = kind === "new-user" ? newcomersFrom + (Math.floor(startAt / dayMs) % 1_000) * 20_000 + ((newcomers += 1) % 20_000) : source.int(options.population.accounts);
    const person = { index, national: options.population.numberAt(index) };
    const moved =
      options.addressesChange === true && kind !== "crawler" && kind !== "dashboard"
        ? personAddress(options.population, options.population.accounts + source.int(100_000))
        : undefined;
    const address = moved ?? addressOf(options.population, kind, index, Math.floor(source.float() * source.float() * gateways), source);
    yield visit(options, kind, `${kind}-${Math.floor(options.from / 1_000)}-${count}`, startAt, address, person);
  }
}

function addressOf(people: Population, kind: HonestKind, index: number, gateway: number, source: Random): string {
  if (kind === "carrier-nat") return sharedAddress(10, gateway);
  if (kind === "crawler") return sharedAddress(50, source.int(20));
  if (kind === "dashboard") return sharedAddress(60, source.int(20));
  return personAddress(people, index);
}

function visit(options: HonestOptions, kind: HonestKind, id: string, startAt: number, address: string, person: Person): Session {
  return {
    id,
    kind,
    startAt,
    address,
    run: () =>
      scriptOf(options, kind, person, talkOf(options, id, startAt, person.index, within(options.retryStorms, startAt) !== undefined ? 0.9 : kind === "slow-network" ? 0.35 : 0.01)),
  };
}

function scriptOf(options: HonestOptions, kind: HonestKind, person: Person, talk: Conversation): Script {
  const people = options.population;
  switch (kind) {
    case "returning":
    case "carrier-nat":
    case "slow-network":
    case "roll-out":
    case "load-test":
      return signIn(talk, people, person, talk.source.chance(0.1) ? "call" : "sms", kind === "roll-out" || kind === "load-test" ? 0 : leaveChance);
    case "new-device":
      return signIn(talk, people, person, "push");
    case "typo":
      return typoThenSignIn(talk, people, person);
    case "new-user":
      return signUp(talk, people, person, talk.source.int(8));
    case "contact-sync":
      return options.newBooks === undefined ? syncContacts(talk, people, person) : syncBook(talk, people, person, talk.source.chance(options.newBooks), options.bookSizes);
    case "family-sync":
      return syncFamily(talk, familyOf(people, person, talk.source), (member) => member.index < people.accounts);
    case "partner-job":
      return partnerJob(talk, people, person.index % 8, 20 + talk.source.int(40));
    case "monitor":
      return monitor(talk, person, 60);
    case "crawler":
      return crawl(talk);
    case "dashboard":
      return dashboardSignIn(talk, people, talk.source.int(8));
  }
}

function familyOf(people: Population, person: Person, source: Random): Person[] {
  return Array.from({ length: 3 + source.int(familyMax - 2) }, (_, member) => {
    const index = member === 0 ? person.index : source.chance(0.7) ? source.int(people.accounts) : newcomersFrom - 1 - source.int(1_000_000);
    return { index, national: people.numberAt(index) };
  });
}

/** The office of the day sets up its telephones, all behind one address. */
function* rollOuts(options: HonestOptions): Generator<Session> {
  const devices = options.rollOutDevices ?? Math.min(500, Math.max(4, Math.round(options.sessionsPerDay / 40)));
  for (const { at, day } of dailyAt(options, 10, 0.3)) {
    const weekday = (day + 4) % 7;
    if (options.to - options.from >= 2 * dayMs && (weekday === 0 || weekday === 6)) continue;
    const source = random(`${options.seed}/roll-out/${day}`);
    const first = source.int(options.population.accounts);
    for (let device = 0; device < devices; device += 1) {
      const index = (first + device) % options.population.accounts;
      const person = { index, national: options.population.numberAt(index) };
      const startAt = Math.round(at + (device * 600_000) / devices);
      if (startAt < options.to) yield visit(options, "roll-out", `roll-out-${day}-${device}`, startAt, sharedAddress(20, day % 200), person);
    }
  }
}

function* crowd(options: HonestOptions, { at, forMs, sessions }: Crowd, number: number): Generator<Session> {
  const source = random(`${options.seed}/crowd/${number}`);
  const starts = Array.from({ length: sessions }, () => Math.round(at + source.float() * forMs)).sort((a, b) => a - b);
  for (const [place, startAt] of starts.entries()) {
    if (startAt < options.from || startAt >= options.to) continue;
    const index = source.int(options.population.accounts);
    const person = { index, national: options.population.numberAt(index) };
    yield visit(options, "returning", `crowd-${number}-${Math.floor(at / 1_000)}-${place}`, startAt, personAddress(options.population, index), person);
  }
}

function loadTests(options: HonestOptions): Session[][] {
  return (options.loadTests ?? []).map(({ from, to, accounts, perMinute }, number) => {
    const count = Math.floor(((to - from) / 60_000) * perMinute);
    return Array.from({ length: count }, (_, place) => {
      const index = place % Math.min(accounts, options.population.accounts);
      const person = { index, national: options.population.numberAt(index) };
      return visit(options, "load-test", `load-test-${number}-${place}`, Math.round(from + (place * 60_000) / perMinute), sharedAddress(70, number), person);
    });
  });
}

function within<T extends Span>(spans: readonly T[] | undefined, at: number): T | undefined {
  return spans?.find((span) => at >= span.from && at < span.to);
}

function* partnerJobs(options: HonestOptions): Generator<Session> {
  for (const { at, day } of dailyAt(options, 2, 0.6)) {
    yield visit(options, "partner-job", `partner-job-${day}`, Math.round(at), sharedAddress(30, day % 8), { index: day % 8, national: 0 });
  }
}

/** One session an hour, sixty probes each, always about the same person. */
function* monitorHours(options: HonestOptions): Generator<Session> {
  const national = options.population.numberAt(0);
  for (let startAt = options.from; startAt < options.to; startAt += 3_600_000) {
    const probes = Math.max(1, Math.min(60, Math.floor((options.to - startAt) / 60_000)));
    const id = `monitor-${Math.floor(startAt / 1_000)}`;
    yield {
      id,
      kind: "monitor",
      startAt,
      address: sharedAddress(40, 0),
      run: () => monitor({ ...talkOf(options, id, startAt, 0, 0), userAgent: monitorUserAgent, installId: "monitor" }, { index: 0, national }, probes),
    };
  }
}

/** The moments of a daily event within the window; where the window misses the hour, the moment at `share` of it. */
function* dailyAt(options: HonestOptions, hour: number, share: number): Generator<{ readonly at: number; readonly day: number }> {
  let any = false;
  for (let day = Math.floor(options.from / dayMs); day * dayMs < options.to; day += 1) {
    const at = day * dayMs + hour * 3_600_000;
    if (at < options.from || at >= options.to) continue;
    any = true;
    yield { at, day };
  }
  if (!any && options.to > options.from) yield { at: options.from + (options.to - options.from) * share, day: Math.floor(options.from / dayMs) };
}

function talkOf(options: HonestOptions, id: string, startAt: number, index: number, repeatChance: number): Conversation {
  const userAgent = id.startsWith("partner") ? partnerUserAgent : (appUserAgents[(index * 7 + (index >> 5)) % appUserAgents.length] ?? partnerUserAgent);
  const { release } = options;
  // Each telephone has its own moment of the update.
  const updated = release !== undefined && startAt >= release.from + (((index * 2_654_435_761) % 1_000) / 1_000) * (release.to - release.from);
  return {
    at: startAt,
    seed: options.population.seed,
    userAgent: updated ? userAgent.replace(/\/[\d.]+/, "/5.0.0") : userAgent,
    source: random(`${options.seed}/${id}`),
    attestation: undefined,
    installId: `install-${index}`,
    repeatChance,
    ...(updated ? { updated } : {}),
  };
}

function kindOf(drawn: number): HonestKind {
  let left = drawn;
  for (const [kind, share] of honestMix) {
    if (left < share) return kind;
    left -= share;
  }
  return "returning";
}

/** Mean 1 over the day, lowest at 3 h, highest at 15 h (UTC). */
function daylight(at: number): number {
  return 1 + 0.5 * Math.sin(((at / dayMs) % 1) * 2 * Math.PI - 0.75 * Math.PI);
}
