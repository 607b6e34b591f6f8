import type { Latchkey } from "../latchkey/latchkey.ts";
import { jsonObject, type LatchkeyRequest, type LatchkeyResponse, textOf } from "../latchkey/message.ts";
import type { Population } from "../population.ts";
import { strangersFrom } from "../population.ts";
import { random, type Random } from "../random.ts";
import { attackerAddress, personAddress, sharedAddress } from "./address-book.ts";
import type { Attack } from "./attack.ts";
import { type LookupAnswer, readLookup } from "./lookup-answer.ts";
import type { Script, Session, Step, TrafficAnswer, TrafficRequest } from "./session.ts";
import { appUserAgents, browserUserAgent, scriptUserAgent } from "./user-agents.ts";

/**
 * Latchkey with an insurer's portal beside it. Whoever gives a member number, a last name and a date of birth learns whether the member is covered; the sin: who has no
 * such number is told so in other words than who mistook the name. Nobody signs in. With the reference that a member's own details bring, an appointment can be made.
 */
export function withMembers(latchkey: Latchkey): Latchkey {
  const people = latchkey.population;
  return {
    ...latchkey,
    handle: (request) => {
      if (request.method !== "POST" || !request.url.startsWith(portal)) return latchkey.handle(request);
      const answer = latchkey.handle({ ...plain(request), method: "GET", url: "/healthz" });
      const fields = jsonObject(request.body);
      if (request.url === eligibilityPath) return said(answer, 200, eligibility(people, fields));
      if (request.url === appointmentPath) {
        const index = Number(textOf(fields["reference"]).slice(referenceStart.length)) / 7 - referenceFrom;
        return Number.isInteger(index) && index >= 0 && index < people.accounts
          ? said(answer, 201, { appointment: 1 + (index % 977), at: textOf(fields["slot"]) })
          : said(answer, 422, { error: "INVALID_REFERENCE" });
      }
      return said(answer, 404, { error: "NOT_FOUND" });
    },
  };
}

/** Who comes to the portal. */
export interface MemberDays {
  readonly visitsADay: number;
  /** Surgeries that ask about each patient of the day from one address, and how many each has. Half are asked to come again. */
  readonly surgeries?: { readonly count: number; readonly patientsADay: number };
}

/**
 * Their sessions in [from, to), ordered by start. One visit in five comes through a carrier's gateway, two in five ask about several of the household; one
 * question in twenty-five mistakes the number, one in sixteen the name or the date, and is asked again. Three in five of the covered make an appointment. The service must be {@link withMembers}.
 */
export function* memberDays(days: MemberDays, world: { readonly population: Population; readonly seed: string; readonly from: number; readonly to: number }): Generator<Session> {
  const { population: people, seed, from, to } = world;
  const source = random(`${seed}/members`);
  const gateways = Math.max(1, Math.round(days.visitsADay / 400));
  const { count: surgeries, patientsADay } = days.surgeries ?? { count: 0, patientsADay: 0 };
  const all = days.visitsADay + surgeries * patientsADay;
  for (let at = from, n = 0; ; n += 1) {
    at += (-Math.log(1 - source.float()) * dayMs) / all / peak;
    if (at >= to) return;
    if (source.float() * peak > daylight(at)) continue;
    const startAt = Math.round(at);
    const id = `members-${n}`;
    const own = random(`${seed}/${id}`);
    const index = source.int(people.accounts);
    if (source.float() * all >= days.visitsADay) {
      const surgery = source.int(surgeries);
      const run = (): Script => household(people, [index], startAt, own, browserUserAgent, 0.5);
      yield { id, kind: "dashboard", startAt, address: sharedAddress(130, surgery), run };
      continue;
    }
    const persons = own.chance(0.6) ? [index] : Array.from({ length: 2 + own.int(4) }, (_, place) => (index + place) % people.accounts);
    const mobile = own.chance(0.2);
    const address = mobile ? sharedAddress(10, own.int(gateways)) : personAddress(people, index);
    const userAgent = appUserAgents[index % appUserAgents.length] ?? browserUserAgent;
    yield { id, kind: mobile ? "carrier-nat" : "returning", startAt, address, run: () => household(people, persons, startAt, own, userAgent, 0.6) };
  }
}

/** One who asks for member numbers with a name and a date of birth of nobody, to see which exist. Its notes are by {@link Population.numberAt}. */
export function memberWalk(options: {
  readonly list: readonly number[];
  readonly from: number;
  readonly addresses: number;
  readonly ratePerSecond: number;
  readonly asApp?: boolean;
}): Attack {
  const { list, from, addresses, ratePerSecond, asApp = false } = options;
  const notes = new Map<number, LookupAnswer>();
  const due = (place: number): number => Math.round(from + (place * 1_000) / ratePerSecond);
  const used = Math.min(addresses, list.length);
  const sessions = Array.from({ length: used }, (_, n): Session => {
    const userAgent = asApp ? (appUserAgents[n % appUserAgents.length] ?? scriptUserAgent) : scriptUserAgent;
    return { id: `member-walk-${n}`, kind: "enumeration", startAt: due(n), address: attackerAddress(0, n), run: () => walk(n, userAgent) };
  });
  return { kind: "enumeration", sessions, notes };

  function* walk(n: number, userAgent: string): Script {
    for (let place = n; place < list.length; place += used) {
      const national = list[place] ?? 0;
      const request = { ...asks({ memberNumber: memberNumber(national), lastName: "Smith", birthDate: "1980-01-01" }, userAgent), lookup: { national, knownToExist: false } };
      notes.set(national, readLookup(yield { dueAt: due(place), request }));
    }
    return "completed";
  }
}

/** `K155501007`: what stands on the card of the person with this national number. */
export function memberNumber(national: number): string {
  return `K1${national}`;
}

const dayMs = 86_400_000;
const peak = 1.5;
const portal = "/portal/v2/";
const eligibilityPath = `${portal}eligibility`;
const appointmentPath = `${portal}appointments`;
const referenceStart = "elg-";
const referenceFrom = 60_000_000;
const surnames = ["Abel", "Berg", "Conrad", "Dietrich", "Engel", "Fuchs", "Graf", "Haas", "Jung", "Koch", "Lang", "Maier", "Neumann", "Otto", "Pohl", "Reuter"];

function eligibility(people: Population, fields: Readonly<Record<string, unknown>>): object {
  const number = textOf(fields["memberNumber"]);
  const index = /^K1\d{8}$/.test(number) ? people.indexOf(Number(number.slice(2))) : -1;
  if (index < 0 || index >= people.accounts) return { eligible: false, reason: "MEMBER_NOT_FOUND" };
  if (fields["lastName"] !== lastNameOf(index) || fields["birthDate"] !== birthDateOf(index)) return { eligible: false, reason: "DETAILS_DIFFER" };
  return { eligible: true, plan: index % 3 === 0 ? "plus" : "basic", reference: `${referenceStart}${(index + referenceFrom) * 7}` };
}

function* household(people: Population, persons: readonly number[], startAt: number, source: Random, userAgent: string, booking: number): Script {
  let at = startAt;
  let told = 0;
  for (const [place, index] of persons.entries()) {
    const right = people.numberAt(index);
    const details = { lastName: lastNameOf(index), birthDate: birthDateOf(index) };
    let answer: TrafficAnswer | undefined;
    if (source.chance(0.04)) {
      const wrong = people.numberAt(strangersFrom - 1 - source.int(5_000_000));
      answer = yield question(wrong, details, place === 0 ? at : at + source.between(8_000, 40_000), userAgent, false);
    } else if (source.chance(0.06)) {
      const mistaken = source.chance(0.5) ? { lastName: surnames[source.int(surnames.length)] ?? "" } : { birthDate: birthDateOf(source.int(people.accounts)) };
      answer = yield question(right, { ...details, ...mistaken }, at + (place === 0 ? 0 : 20_000), userAgent, true);
    }
    if (answer !== undefined) at = answer.at;
    answer = yield question(right, details, at + (place === 0 && answer === undefined ? 0 : source.between(8_000, 40_000)), userAgent, true);
    at = answer.at;
    if (readLookup(answer) === "missing") {
      answer = yield question(right, details, at + source.between(20_000, 60_000), userAgent, true);
      at = answer.at;
    }
    const { reference } = jsonObject(answer.body);
    if (typeof reference !== "string") continue;
    told += 1;
    if (!source.chance(booking)) continue;
    const body = { reference, slot: new Date(startAt + source.int(20) * dayMs).toISOString().slice(0, 10) };
    at = (yield { dueAt: at + source.between(15_000, 120_000), request: sends(appointmentPath, body, userAgent) }).at;
  }
  return told > 0 ? "completed" : "gave-up";
}

function question(national: number, details: object, dueAt: number, userAgent: string, knownToExist: boolean): Step {
  return { dueAt, request: { ...asks({ memberNumber: memberNumber(national), ...details }, userAgent), lookup: { national, knownToExist } } };
}

function asks(fields: object, userAgent: string): TrafficRequest {
  return sends(eligibilityPath, fields, userAgent);
}

function sends(path: string, fields: object, userAgent: string): TrafficRequest {
  return {
    method: "POST",
    path,
    headers: [
      ["User-Agent", userAgent],
      ["Accept", "application/json"],
      ["Content-Type", "application/json"],
    ],
    body: JSON.stringify(fields),
  };
}

function lastNameOf(index: number): string {
  return surnames[(index * 7 + (index >> 4)) % surnames.length] ?? "";
}

function birthDateOf(index: number): string {
  return new Date(Date.UTC(1940, 0, 1) + ((index * 7_919) % 25_000) * dayMs).toISOString().slice(0, 10);
}

function daylight(at: number): number {
  return 1 + 0.5 * Math.sin(((at / dayMs) % 1) * 2 * Math.PI - 0.75 * Math.PI);
}

function plain({ body: _body, ...rest }: LatchkeyRequest): LatchkeyRequest {
  return rest;
}

function said(answer: LatchkeyResponse, status: number, json: object): LatchkeyResponse {
  return { ...answer, status, body: JSON.stringify(json) };
}
