import type { Field } from "../kinds/request-fields.ts";
import { RotatingMap } from "./rotating-map.ts";

/**
 * Questions about somebody that only who knows him gets answered: a member number with a name and a date of birth. A field beside the one that names him is such a *detail* when
 * everybody who is answered sends it, it is another with each person ({@link alikeIn}), the same again whenever the same person is asked about, and when people who are there were refused
 * for another value of that field alone: {@link known} of them, and one in a hundred of those who are answered, each from another network. Not by names, and only where refusals of people who
 * are there are known as such ({@link BetweenAnswers}). The classes of such answers tell who asks nothing he did not know; refusals still do, by their words.
 *
 * Taken back at once when somebody is answered without the field (for {@link bareForMs}), when one value serves several people, or people are answered with several values.
 * Misses: services where fewer mistake a detail, or always two at once; details that few values share (a year of birth); a field always sent in a spelling of its own.
 * To fake one where the service does not look at the field, a caller needs, where honest callers always send the same, accounts of his own for one in a hundred of those who are answered there, in as
 * many networks, whose refusal he can bring about by something else (closing them), where the service says that in other words than "no such person". To keep it from being learned he needs one
 * account: then all is as if this were not there. Who passes the service's own check with details that are wrong passes this one, too.
 *
 * Bounds: {@link peopleMax} people, {@link endpointsMax} endpoints, {@link namesMax} fields and {@link classesMax} classes each. Who is asked about on both sides of a restart counts as new.
 */
export class KnownDetails {
  readonly #people = new RotatingMap<Person>(peopleMax);
  readonly #endpoints = new Map<string, Details>();

  /** An answer about one person, `accepted` or refused as one who is there; others are not to be told. */
  observe({ endpointId, subject, classId, accepted, fields, network, at }: DetailsSeen): void {
    let details = this.#endpoints.get(endpointId);
    if (details === undefined) {
      if (this.#endpoints.size >= endpointsMax) return;
      details = unknownDetails();
      this.#endpoints.set(endpointId, details);
    }
    const values = valuesOf(details, fields, accepted, at);
    const key = `${endpointId} ${subject}`;
    let person = this.#people.get(key);
    if (person === undefined) {
      person = { accepted: undefined, classId: "", network: "", at: 0, refused: undefined, refusedBy: "", told: 0, weighed: false };
      this.#people.add(key, person);
    }
    if (accepted) {
      noteAccepted(details, subject, person, values, classId, network, at);
      person.accepted = values;
      person.classId = classId;
      person.network = network;
      person.at = at;
    } else {
      person.refused = values;
      person.refusedBy = network;
    }
    weighRefusal(details, person);
    details.won = wonOf(details, at);
  }

  /** Ids of the classes of answers that only who knows the person gets; the same array until it changes. */
  won(endpointId: string): readonly string[] {
    return this.#endpoints.get(endpointId)?.won ?? none;
  }

  /** Fields that may be details there, for who reads requests: padding is not to hide them. */
  names(endpointId: string): Iterable<string> {
    return this.#endpoints.get(endpointId)?.names ?? none;
  }

  /** The endpoint goes on under another name. */
  renamed(from: string, to: string): void {
    const details = this.#endpoints.get(from);
    if (details === undefined || from === to) return;
    this.#endpoints.delete(from);
    if (!this.#endpoints.has(to)) this.#endpoints.set(to, details);
  }

  /** JSON-able; keyed hashes only. */
  exportState(): KnownDetailsState {
    return [...this.#endpoints].map(([id, { people, explained, unexplained, names, fields, classes }]) => ({
      id,
      counts: [people, explained, unexplained],
      fields: fields.map((field, n) => [names[n] ?? "", Math.max(0, field.bareAt), field.same, field.differed, field.compared, field.alike, [...field.networks]]),
      classes: [...classes].map(([classId, { people: had, networks }]) => [classId, had, [...networks]]),
    }));
  }

  /** Takes up what {@link exportState} wrote, as of `at`. */
  restore(state: KnownDetailsState | undefined): void {
    for (const { id, counts, fields, classes } of (state ?? []).slice(0, endpointsMax)) {
      const details = unknownDetails();
      [details.people = 0, details.explained = 0, details.unexplained = 0] = counts;
      for (const [name, bareAt, same, differed, compared, alike, networks] of fields.slice(0, namesMax)) {
        details.names.push(name);
        details.fields.push({ bareAt, same, differed, compared, alike, networks: new Set(networks.slice(0, networksMax)) });
        details.lastAt = Math.max(details.lastAt, bareAt);
      }
      for (const [classId, people, networks] of classes.slice(0, classesMax)) details.classes.set(classId, { people, networks: new Set(networks.slice(0, known)) });
      details.won = wonOf(details, details.lastAt);
      this.#endpoints.set(id, details);
    }
  }
}

/** One answer; see {@link KnownDetails.observe}. */
export interface DetailsSeen {
  readonly endpointId: string;
  readonly subject: string;
  readonly classId: string;
  /** Else it was refused, as one who is there. */
  readonly accepted: boolean;
  /** What else the request says; values are keyed hashes. */
  readonly fields: readonly Field[];
  readonly network: string;
  readonly at: number;
}

/** See {@link KnownDetails.exportState}. */
export type KnownDetailsState = readonly {
  readonly id: string;
  readonly counts: readonly [people: number, explained: number, unexplained: number];
  readonly fields: readonly (readonly [name: string, bareAt: number, same: number, differed: number, compared: number, alike: number, networks: readonly string[]])[];
  readonly classes: readonly (readonly [id: string, people: number, networks: readonly string[]])[];
}[];

interface Details {
  readonly names: string[];
  readonly fields: FieldCounts[];
  readonly classes: Map<string, { people: number; readonly networks: Set<string> }>;
  /** Who was answered, each counted once while remembered. */
  people: number;
  /** Refusals of people who are there, with another value of some field; and with the same of all. */
  explained: number;
  unexplained: number;
  last: Int32Array | undefined;
  lastSubject: string;
  lastAt: number;
  won: readonly string[];
}

interface FieldCounts {
  /** When somebody was last answered without it; 0: nobody. */
  bareAt: number;
  /** People answered again, from elsewhere or hours later, with the same value; and with another at any time. */
  same: number;
  differed: number;
  /** People answered one after the other, and those with one value. */
  compared: number;
  alike: number;
  /** Of those who asked about people who were refused for this field alone. */
  readonly networks: Set<string>;
}

interface Person {
  /** Values by the place of the field; 0: it had none. */
  accepted: Int32Array | undefined;
  classId: string;
  network: string;
  at: number;
  refused: Int32Array | undefined;
  refusedBy: string;
  /** Bits by field: told as the same, and from bit 16 on as differing. */
  told: number;
  weighed: boolean;
}

function unknownDetails(): Details {
  return { names: [], fields: [], classes: new Map(), people: 0, explained: 0, unexplained: 0, last: undefined, lastSubject: "", lastAt: 0, won: none };
}

/** Values by place; fields that are new take one when they came with an answer. */
function valuesOf(details: Details, fields: readonly Field[], accepted: boolean, at: number): Int32Array {
  const values = new Int32Array(namesMax);
  for (const { name, value } of fields) {
    let place = details.names.indexOf(name);
    if (place < 0) {
      if (!accepted || details.names.length >= namesMax) continue;
      place = details.names.push(name) - 1;
      details.fields.push({ bareAt: details.people > 0 ? at : 0, same: 0, differed: 0, compared: 0, alike: 0, networks: new Set() });
    }
    values[place] = Number.parseInt(value.slice(0, 8), 16) | 0 || 1;
  }
  return values;
}

function noteAccepted(details: Details, subject: string, person: Person, values: Int32Array, classId: string, network: string, at: number): void {
  const before = person.accepted;
  const { last } = details;
  const next = before === undefined && last !== undefined && details.lastSubject !== subject;
  const apart = before !== undefined && (person.network !== network || at - person.at > apartMs);
  for (const [place, field] of details.fields.entries()) {
    const value = values[place] ?? 0;
    if (value === 0) {
      field.bareAt = at;
      continue;
    }
    if (next && last[place] !== 0) {
      field.compared++;
      if (last[place] === value) field.alike++;
    }
    const was = before?.[place] ?? 0;
    if (was !== 0) noteAgain(field, person, place, was === value, apart);
    if (field.compared >= comparedMax) [field.compared, field.alike] = [field.compared / 2, field.alike / 2];
    if (field.same + field.differed >= countsMax) [field.same, field.differed] = [field.same / 2, field.differed / 2];
  }
  if (before === undefined) {
    details.people++;
    countClass(details, classId);
    details.last = values;
    details.lastSubject = subject;
  }
  details.lastAt = Math.max(details.lastAt, at);
}

function noteAgain(field: FieldCounts, person: Person, place: number, same: boolean, apart: boolean): void {
  const bit = same ? 1 << place : 1 << (place + namesMax);
  if ((person.told & bit) !== 0 || (same && !apart)) return;
  person.told |= bit;
  if (same) field.same++;
  else field.differed++;
}

function countClass(details: Details, classId: string): void {
  const { classes } = details;
  let counts = classes.get(classId);
  if (counts === undefined) {
    if (classes.size >= classesMax) classes.delete(rarest(classes));
    counts = { people: 0, networks: new Set() };
    classes.set(classId, counts);
  }
  counts.people++;
  if (details.people < peopleCountedMax) return;
  details.people /= 2;
  for (const one of classes.values()) one.people /= 2;
}

function rarest(classes: Details["classes"]): string {
  let least = "";
  let fewest = Number.POSITIVE_INFINITY;
  for (const [id, { people }] of classes) {
    if (people >= fewest) continue;
    fewest = people;
    least = id;
  }
  return least;
}

/** Somebody was answered and refused: by which field do the two differ? Once a person. */
function weighRefusal(details: Details, person: Person): void {
  const { accepted, refused, refusedBy } = person;
  if (accepted === undefined || refused === undefined) return;
  person.refused = undefined;
  if (person.weighed) return;
  let only = -1;
  let differing = 0;
  for (let place = 0; place < details.fields.length; place++) {
    const [was, is] = [accepted[place] ?? 0, refused[place] ?? 0];
    if (was === is) continue;
    // What was left out is no other value.
    if (was === 0 || is === 0) return;
    differing++;
    only = place;
  }
  person.weighed = true;
  if (differing === 0) details.unexplained++;
  else details.explained++;
  if (details.explained + details.unexplained >= countsMax) [details.explained, details.unexplained] = [details.explained / 2, details.unexplained / 2];
  const field = details.fields[only];
  if (differing !== 1 || field === undefined || field.networks.has(refusedBy) || field.networks.size >= networksMax) return;
  field.networks.add(refusedBy);
  const counts = details.classes.get(person.classId);
  if (counts !== undefined && counts.networks.size < known) counts.networks.add(refusedBy);
}

function wonOf(details: Details, at: number): readonly string[] {
  const { people, explained, unexplained, fields, classes, won } = details;
  if (unexplained * rareIn > explained + unexplained || !fields.some((field) => isDetail(field, people, at))) return none;
  const ids: string[] = [];
  for (const [id, counts] of classes) if (counts.networks.size >= known && counts.people * classShareIn >= people) ids.push(id);
  return ids.length === won.length && ids.every((id) => won.includes(id)) ? won : ids;
}

function isDetail({ bareAt, same, differed, compared, alike, networks }: FieldCounts, people: number, at: number): boolean {
  const refusals = Math.min(networksMax, Math.max(known, people / 100));
  return (
    (bareAt === 0 || at - bareAt >= bareForMs) &&
    same >= known &&
    differed * rareIn <= same + differed &&
    networks.size >= refusals &&
    compared >= comparedMin &&
    alike * alikeIn <= compared
  );
}

const none: readonly string[] = [];
/** Accidents do not come a dozen times the same way. */
export const known = 12;
/** Two people share a value in one case of so many at most: who guesses the most usual one is right for a twentieth of them in the worst case. */
export const alikeIn = 400;
const comparedMin = 400;
/** Exceptions are at most one in so many: names change, people are answered by mistake. */
const rareIn = 20;
/** What fewer than one in so many get may be another way in. */
const classShareIn = 10;
const apartMs = 6 * 3_600_000;
export const bareForMs = 30 * 86_400_000;
/** About 300 bytes each. */
export const peopleMax = 32_768;
export const endpointsMax = 64;
/** Half the bits of a number. */
export const namesMax = 16;
export const classesMax = 12;
const networksMax = 64;
/** Then counts are halved: what changes at the service is to show within so many. */
const countsMax = 4_096;
const comparedMax = 16_384;
const peopleCountedMax = 16_384;
