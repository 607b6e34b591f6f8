import { normalForm } from "../../exchange/normal-form.ts";
import type { Ports } from "../../exchange/ports.ts";
import type { SubjectType } from "../../exchange/subject.ts";
import type { Json } from "../../exchange/view.ts";
import { hash53 } from "../observe/hash53.ts";
import { NumberTable } from "../observe/number-table.ts";
import { type FieldPlace, FieldPlaces } from "./field-places.ts";
import { provenancePolicy as policy } from "./provenance-policy.ts";

/**
 * Where callers' object ids come from. `GET /orders/{id}` behind a sign-in is honest when that id was handed to the same caller before, in a list or by creating it; an id that never was is
 * somebody else's, or a guess (BOLA, OWASP API1). Learns by caller which endpoints are read like that, and from which fields of which answers their ids come; from then on it says whom each
 * answer hands what, for the gate to let pass.
 *
 * Only fields from which several callers read on count: what a caller can have echoed back (a page size, a note) is no provenance. Nor is what the object's own endpoint says.
 *
 * Misses: ids handed by lists that themselves give away foreign ones; objects shared out of band (a link in a message) cost a credit at the gate; endpoints most of whose callers bring ids of
 * their own, as a partner's job does, are never held to be owned. Walked around by more accounts, each within its credits.
 *
 * Bound: {@link policy.endpointsMax} endpoints with {@link policy.callersMax} callers each, two generations of {@link policy.handedMax} handed values; in the flood of them honest ids are
 * forgotten while an endpoint is learned, which keeps it from being held, and never lets go of one that is. No clock.
 */
export class HandedObjects {
  readonly #ports: Ports;
  readonly #seed: number;
  readonly #endpoints = new Map<string, ObjectEndpoint>();
  /** Fields that hand out ids, with the endpoints these are read at; kinds of ids there are. */
  readonly #trusted = new Map<number, string[]>();
  readonly #types = new Set<SubjectType>();
  readonly #places: FieldPlaces;
  readonly #doors = new Map<string, number>();
  #young = new NumberTable();
  #old = new NumberTable();
  #youngSince = 0;

  constructor(ports: Ports, state?: HandedObjectsState) {
    this.#ports = ports;
    // From the key, so that nobody can aim at another field.
    this.#seed = Number.parseInt(ports.hash("link", "handed").slice(0, 8), 16) | 0;
    this.#places = new FieldPlaces(this.#seed);
    for (const { id, type, owned, fields } of (state ?? []).slice(0, policy.endpointsMax)) {
      const known = fields.slice(0, policy.fieldsMax);
      this.#endpoints.set(id, {
        type,
        owned,
        callers: new Map(),
        often: noTally(policy.readsMin),
        ever: noTally(1),
        fields: new Map(known.map((field) => [field, policy.fieldCallers])),
      });
      this.#types.add(type);
      for (const field of known) this.#trust(field, id);
    }
  }

  /** True once nearly every caller was seen to read only what it had been handed; stays. */
  owned(endpointId: string): boolean {
    return this.#endpoints.get(endpointId)?.owned === true;
  }

  /** A caller with a credential was answered, status 2xx. `object`: the one id in the path, where that is what the endpoint takes. */
  observe(seen: SeenAnswer): readonly Handed[] {
    const { endpointId, caller, object, json, at } = seen;
    if (this.#young.size >= policy.handedMax || at - this.#youngSince >= policy.handedAgainMs) {
      this.#old = this.#young;
      this.#young = new NumberTable();
      this.#youngSince = at;
    }
    if (object !== undefined) this.#read(endpointId, caller, object);
    if (json === undefined || this.#endpoints.size === 0) return none;
    const answer: Answer = { endpointId, door: this.#door(endpointId), caller, seed: seedOf(caller), left: policy.valuesMax, handed: undefined };
    this.#walk(json, this.#places.root, 0, answer);
    return answer.handed ?? none;
  }

  /** Which endpoints are owned, and from where their ids come. */
  exportState(): HandedObjectsState {
    return [...this.#endpoints].flatMap(([id, { type, owned, fields }]) =>
      owned ? [{ id, type, owned, fields: [...fields].flatMap(([field, callers]) => (callers >= policy.fieldCallers ? [field] : [])) }] : [],
    );
  }

  #walk(value: Json, place: FieldPlace, depth: number, answer: Answer): void {
    if (answer.left <= 0) return;
    if (typeof value === "string") {
      if (value.length > 0 && value.length <= policy.charactersMax) this.#hand(value, place, answer);
    } else if (typeof value === "number") {
      if (Number.isSafeInteger(value)) this.#hand(String(value), place, answer);
    } else if (typeof value === "object" && value !== null && depth < policy.depthMax) {
      if (isList(value)) {
        const items = value.length === 0 ? place : this.#places.items(place);
        for (const one of value) this.#walk(one, items, depth + 1, answer);
      } else for (const name in value) this.#walk(value[name] ?? null, this.#places.field(place, name), depth + 1, answer);
    }
  }

  #read(endpointId: string, caller: string, { type, value }: ReadObject): void {
    let endpoint = this.#endpoints.get(endpointId);
    if (endpoint === undefined) {
      if (this.#endpoints.size >= policy.endpointsMax) return;
      endpoint = { type, owned: false, callers: new Map(), often: noTally(policy.readsMin), ever: noTally(1), fields: new Map() };
      this.#endpoints.set(endpointId, endpoint);
      this.#types.add(type);
    }
    let known = endpoint.callers.get(caller);
    if (known === undefined) {
      if (endpoint.callers.size >= policy.callersMax) return;
      known = { reads: 0, handed: 0, fields: new Set() };
      endpoint.callers.set(caller, known);
    }
    // So many say how a caller reads: one who walks must not speak for all.
    if (known.reads >= policy.readsOfACaller) return;
    const key = keyOf(value, seedOf(caller));
    const kept = this.#young.get(key) || this.#old.get(key);
    for (const tally of [endpoint.often, endpoint.ever]) count(tally, known, -1);
    known.reads++;
    // What the object itself says is no provenance: else each one read would hand out the next.
    if (kept !== 0 && Math.floor((Math.abs(kept) - 1) / pathsMax) * pathsMax !== this.#door(endpointId)) {
      const field = Math.abs(kept);
      known.handed++;
      if (!known.fields.has(field) && (endpoint.fields.has(field) || endpoint.fields.size < policy.fieldsMax)) {
        known.fields.add(field);
        const callers = (endpoint.fields.get(field) ?? 0) + 1;
        endpoint.fields.set(field, callers);
        if (callers >= policy.fieldCallers) this.#trust(field, endpointId);
      }
    }
    for (const tally of [endpoint.often, endpoint.ever]) count(tally, known, 1);
    if (endpoint.callers.size < policy.callersMin) return;
    // Those who read more than once say more; where tokens live for one read, there are only others.
    endpoint.owned ||= readByOwners(endpoint.often) || readByOwners(endpoint.ever);
  }

  /** In the table a field that was told to the gate is negative: the same list, looked at all day, is told once. */
  #hand(value: string, place: FieldPlace, answer: Answer): void {
    answer.left--;
    if (!this.#looksLikeAny(value)) return;
    const key = keyOf(value, answer.seed);
    const field = answer.door + (place.number % pathsMax) + 1;
    const before = this.#young.get(key);
    let told = false;
    for (const endpointId of this.#trusted.get(field) ?? nowhere) {
      const type = this.#endpoints.get(endpointId)?.type;
      if (type === undefined || endpointId === answer.endpointId || !looksLike(type, value)) continue;
      told = true;
      if (before !== -field) (answer.handed ??= []).push({ endpointId, caller: answer.caller, subject: this.#ports.hash(type, normalForm(type, value)) });
    }
    if (told) this.#young.set(key, -field);
    else if (before >= 0) this.#young.set(key, field);
  }

  /** The high 32 bits of a field say whose answer it stands in. */
  #door(endpointId: string): number {
    let door = this.#doors.get(endpointId);
    if (door === undefined) {
      door = (hash53(endpointId, this.#seed) >>> 0) * pathsMax;
      if (this.#doors.size >= doorsMax) this.#doors.clear();
      this.#doors.set(endpointId, door);
    }
    return door;
  }

  #looksLikeAny(value: string): boolean {
    for (const type of this.#types) if (looksLike(type, value)) return true;
    return false;
  }

  #trust(field: number, endpointId: string): void {
    const known = this.#trusted.get(field);
    if (known === undefined) this.#trusted.set(field, [endpointId]);
    else if (!known.includes(endpointId)) known.push(endpointId);
  }
}

/** One id of one caller's that it may read; keyed hashes. */
export interface Handed {
  readonly endpointId: string;
  /** Of its credential. */
  readonly caller: string;
  readonly subject: string;
}

export interface SeenAnswer {
  readonly endpointId: string;
  readonly caller: string;
  readonly object: ReadObject | undefined;
  readonly json: Json | undefined;
  /** Event time, milliseconds. */
  readonly at: number;
}

export interface ReadObject {
  readonly type: SubjectType;
  /** As it stood in the path; kept in memory as a hash only. */
  readonly value: string;
}

export type HandedObjectsState = readonly { readonly id: string; readonly type: SubjectType; readonly owned: boolean; readonly fields: readonly number[] }[];

interface ObjectEndpoint {
  readonly type: SubjectType;
  owned: boolean;
  readonly callers: Map<string, Reader>;
  /** Callers with more reads than one, and all. */
  readonly often: Tally;
  readonly ever: Tally;
  /** Callers who read on from an id that stood there. */
  readonly fields: Map<number, number>;
}

interface Reader {
  reads: number;
  handed: number;
  readonly fields: Set<number>;
}

/** Of the callers with so many reads or more: how many there are, what they read, and how many read nearly only what was their own. */
interface Tally {
  readonly readsMin: number;
  callers: number;
  reads: number;
  owners: number;
}

/** One answer while it is read. */
interface Answer {
  readonly endpointId: string;
  readonly door: number;
  readonly caller: string;
  readonly seed: number;
  /** Values that may still be looked at. */
  left: number;
  handed: Handed[] | undefined;
}

const none: readonly Handed[] = [];
const nowhere: readonly string[] = [];

function noTally(readsMin: number): Tally {
  return { readsMin, callers: 0, reads: 0, owners: 0 };
}

/** Takes a caller out of a tally (-1), or puts it in. */
function count(tally: Tally, { reads, handed }: Reader, sign: 1 | -1): void {
  if (reads < tally.readsMin) return;
  tally.callers += sign;
  tally.reads += sign * reads;
  if (handed >= policy.handedShare * reads) tally.owners += sign;
}

/** Whether nearly all of these callers read what was their own, and there are enough of both. */
function readByOwners({ callers, reads, owners }: Tally): boolean {
  return callers >= policy.callersMin && reads >= policy.callersMin * policy.readsMin && owners >= policy.callersShare * callers;
}

function looksLike(type: SubjectType, value: string): boolean {
  if (type === "integer") return value.length <= 19 && isDigits(value);
  return type === "uuid" ? value.length === 36 : value.length >= opaqueMin;
}

/** Of a field's number, the part that says which field of an answer it is: 20 bits. */
const pathsMax = 1 << 20;
/** Shorter texts are words and flags. */
const opaqueMin = 4;

/** Endpoints answer again and again: how many numbers of them are remembered. At the bound all are forgotten, and made anew as they were. */
export const doorsMax = 1_024;

function isDigits(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return text.length > 0;
}

function isList(json: readonly Json[] | { readonly [key: string]: Json }): json is readonly Json[] {
  return Array.isArray(json);
}

/** Credentials are keyed hashes already, so nobody can aim at another's value. */
function seedOf(caller: string): number {
  return Number.parseInt(caller.slice(0, 8), 16) | 0;
}

function keyOf(value: string, seed: number): number {
  return hash53(value.toLowerCase(), seed);
}
