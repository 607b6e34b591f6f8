import { DistinctCounter } from "../observe/distinct-counter.ts";
import { naturalKeyTypes, type Subject } from "../../exchange/subject.ts";
import { RotatingMap } from "./rotating-map.ts";

/**
 * Whom a question is about that holds several identifiers: a phone number beside the number of a device or of the request itself. What is somebody's by its kind goes before what is not, and of
 * several the one that varied most; unless what it is asked with decides the answer (the caller's own number, sent along with every question about an account), then that.
 *
 * Whoever adds made-up identifiers to hide his questions gains nothing: those that never come again contradict no answer, and those that do are not chosen. All of them are charged, but for *idle*
 * ones ({@link AskedPerson.idle}): places that hold nobody's number or address, and another value of which left the answer about the same person as it was, for {@link idlePeople} people in
 * {@link idleNetworks} networks and with one exception in {@link rareIn}. Else whoever polls under a new request number each time would pay each time.
 *
 * Of several at one place (`to=a&to=b`, a list of which the answer does not tell each) it is about the one that stood in fewest lists. Lists of more than {@link longMin} are learned from until callers of
 * {@link longNetworks} networks sent some: then they are what the endpoint is for, address books, which a budget for single questions would end.
 *
 * Misses: such long lists; who is neither among the first nor the last {@link endsMax} of a list; identifiers that decide only for some people. To make a place idle that is not, a caller needs so many people of whom he knows that they are
 * alike, and has some dozen answers then before it is none.
 *
 * Bounds: {@link endpointsMax} endpoints, {@link placesMax} places each, what is beyond is taken in the order in which it stands and never idle; {@link peopleMax} people.
 */
export class AskedPerson {
  readonly #endpoints = new RotatingMap<Asked>(endpointsMax);
  readonly #people = new RotatingMap<Answered>(peopleMax);

  /** Undefined: it is about nobody. */
  of(endpointId: string, named: readonly Subject[]): Subject | undefined {
    if (named.length < 2) return named[0];
    const asked = this.#of(endpointId);
    if (named.length > longMin && asked.long.size >= longNetworks) return undefined;
    const { places } = asked;
    const subjects = oneOfEachPlace(asked, named);
    for (const subject of subjects) notice(places, placeOf(subject), subject.hash);
    if (subjects.length < named.length) countListed(asked, named);
    const decides = subjects.filter((subject) => !isNatural(subject) && decidesAt(places.get(placeOf(subject))));
    return mostVaried(places, decides) ?? mostVaried(places, subjects.filter(isNatural)) ?? mostVaried(places, subjects);
  }

  /** A question was answered so. */
  answered(endpointId: string, named: readonly Subject[], classId: string, network: string): void {
    if (named.length < 2) return;
    const asked = this.#of(endpointId);
    if (named.length > longMin && asked.long.size < longNetworks) asked.long.add(network);
    const subjects = oneOfEachPlace(asked, named);
    const person = mostVaried(asked.places, subjects.filter(isNatural));
    if (person === undefined) return;
    const key = `${endpointId} ${person.hash}`;
    const values = new Map(subjects.filter((subject) => !isNatural(subject)).map((subject) => [placeOf(subject), subject.hash]));
    const before = this.#people.get(key);
    if (before === undefined) {
      this.#people.add(key, { classId, values, counted: false });
      return;
    }
    const same = before.classId === classId;
    let changed = false;
    for (const [place, hash] of values) {
      const counts = asked.places.get(place);
      const was = before.values.get(place);
      if (counts === undefined || was === undefined || was === hash) continue;
      changed = true;
      if (!same) counts.differed++;
      else if (!before.counted) {
        counts.same++;
        if (counts.networks.size < idleNetworks) counts.networks.add(network);
      }
      if (counts.same + counts.differed >= countsMax) [counts.same, counts.differed] = [counts.same / 2, counts.differed / 2];
    }
    this.#people.set(key, { classId, values, counted: before.counted || (changed && same) });
    if (changed) asked.idle = idleOf(asked);
  }

  /** Places whose values change no answer, as `query:requestId`; the same array until it changes. */
  idle(endpointId: string): readonly string[] {
    return this.#endpoints.get(endpointId)?.idle ?? none;
  }

  /** The endpoint goes on under another name. */
  renamed(from: string, to: string): void {
    const asked = this.#endpoints.get(from);
    if (asked !== undefined && from !== to && this.#endpoints.get(to) === undefined) this.#endpoints.add(to, asked);
  }

  /** JSON-able; hashes of networks only. How much a place varied begins anew. */
  exportState(): AskedPersonState {
    return [...this.#endpoints.entries()]
      .map(
        ([id, { places, long }]) =>
          [id, [...places].filter(([, { same }]) => same > 0).map(([place, { same, differed, networks }]) => [place, same, differed, [...networks]] as const), [...long]] as const,
      )
      .filter(([, places, long]) => places.length > 0 || long.length > 0);
  }

  /** Takes up what {@link exportState} wrote. */
  restore(state: AskedPersonState | undefined): void {
    for (const [id, places, long] of (state ?? []).slice(0, endpointsMax)) {
      const asked = this.#of(id);
      for (const network of (long ?? none).slice(0, longNetworks)) asked.long.add(network);
      for (const [place, same, differed, networks] of places.slice(0, placesMax))
        asked.places.set(place, { varied: new DistinctCounter(), same, differed, networks: new Set(networks.slice(0, idleNetworks)) });
      asked.idle = idleOf(asked);
    }
  }

  #of(endpointId: string): Asked {
    let asked = this.#endpoints.get(endpointId);
    if (asked === undefined) this.#endpoints.add(endpointId, (asked = { places: new Map(), listed: undefined, long: new Set(), idle: none }));
    return asked;
  }
}

/** See {@link AskedPerson.exportState}. */
export type AskedPersonState = readonly (readonly [
  id: string,
  places: readonly (readonly [place: string, same: number, differed: number, networks: readonly string[]])[],
  long?: readonly string[],
])[];

/** Those that say whom a question is about: without what stands at idle places, where anything else does. */
export function withoutIdle(subjects: readonly Subject[], idle: readonly string[] | undefined): readonly Subject[] {
  if (idle === undefined || subjects.length < 2 || !subjects.some(isNatural)) return subjects;
  return subjects.filter((subject) => isNatural(subject) || !idle.includes(placeOf(subject)));
}

interface Asked {
  readonly places: Map<string, Place>;
  /** Who stood beside others at one place, and how often. */
  listed: RotatingMap<number> | undefined;
  /** Networks from which long lists came, at most {@link longNetworks}. */
  readonly long: Set<string>;
  idle: readonly string[];
}

interface Place {
  readonly varied: DistinctCounter;
  /** People whose answer stayed as it was under another value, and answers that did not. */
  same: number;
  differed: number;
  readonly networks: Set<string>;
}

/** The last answer about somebody. */
interface Answered {
  readonly classId: string;
  readonly values: ReadonlyMap<string, string>;
  readonly counted: boolean;
}

function isNatural({ type }: Subject): boolean {
  return naturalKeyTypes.includes(type);
}

function placeOf({ location }: Subject): string {
  return `${location.in}:${location.name}`;
}

/** Of several at one place the one who stood in fewest lists so far, the first of those: whoever fills lists up does so with the same ones, or with ones that never come again. */
function oneOfEachPlace({ listed }: Asked, named: readonly Subject[]): readonly Subject[] {
  const chosen = new Map<string, { readonly subject: Subject; readonly times: number }>();
  for (const subject of endsOf(named)) {
    const place = placeOf(subject);
    const times = listed?.get(subject.hash) ?? 0;
    const before = chosen.get(place);
    if (before === undefined || times < before.times) chosen.set(place, { subject, times });
  }
  return chosen.size === named.length ? named : Array.from(chosen.values(), ({ subject }) => subject);
}

/** Counts a request that names several at one place. */
function countListed(asked: Asked, named: readonly Subject[]): void {
  const counts = (asked.listed ??= new RotatingMap(listedMax));
  for (const { hash } of endsOf(named)) counts.set(hash, (counts.get(hash) ?? 0) + 1);
}

/** Services that take one of a list take the first or the last. */
function endsOf(named: readonly Subject[]): readonly Subject[] {
  return named.length <= 2 * endsMax ? named : [...named.slice(0, endsMax), ...named.slice(-endsMax)];
}

/** Counts another value at this place. */
function notice(places: Map<string, Place>, place: string, hash: string): void {
  let counts = places.get(place);
  if (counts === undefined) {
    if (places.size >= placesMax) return;
    places.set(place, (counts = { varied: new DistinctCounter(), same: 0, differed: 0, networks: new Set() }));
  }
  counts.varied.add(Number.parseInt(hash.slice(0, 13), 16));
}

/** The first of those whose place had most different values so far. */
function mostVaried(places: ReadonlyMap<string, Place>, subjects: readonly Subject[]): Subject | undefined {
  let best: Subject | undefined;
  let most = -1;
  for (const subject of subjects) {
    const varied = places.get(placeOf(subject))?.varied.value() ?? 0;
    if (varied > most) [best, most] = [subject, varied];
  }
  return best;
}

/** Answers about the same person go with it. */
function decidesAt(counts: Place | undefined): boolean {
  return counts !== undefined && counts.differed >= decidesMin && counts.differed * decidesIn >= counts.same;
}

function idleOf({ places, idle }: Asked): readonly string[] {
  const now: string[] = [];
  for (const [place, { same, differed, networks }] of places) if (same >= idlePeople && networks.size >= idleNetworks && differed * rareIn <= same) now.push(place);
  return now.length === idle.length && now.every((place) => idle.includes(place)) ? idle : now;
}

const none: readonly string[] = [];
/** Where answers about one person differ so often by what is sent along, and for one change in so many, that is what is asked about. */
export const decidesMin = 3;
const decidesIn = 4;
/** Accidents do not come a dozen times the same way. */
export const idlePeople = 12;
export const idleNetworks = 3;
/** People come into being between two questions. */
export const rareIn = 20;
/** Then counts are halved: a dozen exceptions are the most there can be room for. */
export const countsMax = 256;
/** Some 10 KB each at most. */
export const endpointsMax = 256;
export const placesMax = 8;
/** Of an endpoint: some 20 KB. One request makes up a quarter at most, so that none pushes out its own. */
export const listedMax = 256;
export const endsMax = listedMax / 8;
/** As many as a newcomer may ask about at all. */
export const longMin = 8;
export const longNetworks = 3;
/** About 300 bytes each. */
export const peopleMax = 16_384;
