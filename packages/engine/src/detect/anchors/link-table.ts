import type { Ports } from "../../exchange/ports.ts";
import { hash53 } from "../observe/hash53.ts";

/**
 * Remembers, for an hour, which subjects an id returned in an answer leads back to, as hashes of (network, value) under a seed made from the key.
 * A value that leads to more than {@link rootsPerValueMax} subjects is no id (a count, a flag) and leads nowhere from then on.
 *
 * Bound: {@link linksMax} values; at the bound the oldest is forgotten, which costs an anchor and never grants one. Kept in typed arrays: an answer brings
 * dozens of values, and as objects they cost more in garbage than in work. 48 bytes a value.
 */
export class LinkTable {
  readonly #seed: number;
  #capacity = capacityMin;
  #size = 0;
  #keys = new Float64Array(capacityMin);
  #at = new Float64Array(capacityMin);
  readonly #roots: (readonly string[])[] = [];
  /** Places of one bucket, and places in order of age: numbers of places from 1, 0 for none. */
  #buckets = new Int32Array(capacityMin * 2);
  #next = new Int32Array(capacityMin + 1);
  #older = new Int32Array(capacityMin + 1);
  #younger = new Int32Array(capacityMin + 1);
  #oldest = 0;
  #youngest = 0;
  /** The values of one answer share their network. */
  #network = "";
  #networkHash: number;
  /** The last two lists that were merged, and what came of it. */
  #mergedHeld: readonly string[] = none;
  #mergedRoots: readonly string[] = none;
  #mergedTo: readonly string[] = none;

  constructor(ports: Ports) {
    this.#seed = Number.parseInt(ports.hash("link", "seed").slice(0, 8), 16);
    this.#networkHash = hash53("", this.#seed);
  }

  get size(): number {
    return this.#size;
  }

  add(network: string, value: string, roots: readonly string[], at: number): void {
    const key = this.#key(network, value);
    const known = this.#find(key);
    if (known === 0) {
      this.#insert(key, first(roots), at);
      return;
    }
    const held = this.#roots[known - 1] ?? none;
    if (at - (this.#at[known - 1] ?? 0) <= linkForMs) {
      if (held.length === 0) return;
      this.#at[known - 1] = at;
      this.#roots[known - 1] = this.#merged(held, roots);
      return;
    }
    this.#roots[known - 1] = first(roots);
    this.#at[known - 1] = at;
    this.#unlink(known);
    this.#append(known);
  }

  find(network: string, value: string, at: number): readonly string[] {
    if (this.#size === 0) return none;
    const known = this.#find(this.#key(network, value));
    return known === 0 || at - (this.#at[known - 1] ?? 0) > linkForMs ? none : (this.#roots[known - 1] ?? none);
  }

  /** The values of one answer mostly come from one earlier answer, too: what they led to and what they lead to now are the same lists, and the list made of both is theirs together. */
  #merged(held: readonly string[], roots: readonly string[]): readonly string[] {
    if (held === this.#mergedHeld && roots === this.#mergedRoots) return this.#mergedTo;
    let merged: string[] | undefined;
    for (const root of roots) if (!(merged ?? held).includes(root)) (merged ??= [...held]).push(root);
    this.#mergedHeld = held;
    this.#mergedRoots = roots;
    this.#mergedTo = merged === undefined ? held : merged.length > rootsPerValueMax ? none : merged;
    return this.#mergedTo;
  }

  /**
   * Fast, for an answer holds dozens of values: HMAC-SHA-256 of each was half of the cost of an exchange. The seed comes from the key, so nobody can aim
   * at another's value; by chance one lookup in 10^10 meets a foreign one. Never leaves this process.
   */
  #key(network: string, value: string): number {
    if (network !== this.#network) {
      this.#network = network;
      this.#networkHash = hash53(network, this.#seed);
    }
    // All 53 bits of both: networks whose seeds agree by chance still have keys of their own.
    const key = hash53(value, this.#networkHash | 0) - this.#networkHash;
    return key < 0 ? key + 0x20_0000_0000_0000 : key;
  }

  #find(key: number): number {
    let place = this.#buckets[this.#bucket(key)] ?? 0;
    while (place !== 0 && this.#keys[place - 1] !== key) place = this.#next[place] ?? 0;
    return place;
  }

  /** By the key's low half: two buckets a place. */
  #bucket(key: number): number {
    return (key | 0) & (this.#capacity * 2 - 1);
  }

  #insert(key: number, roots: readonly string[], at: number): void {
    let place: number;
    if (this.#size < linksMax) {
      if (this.#size === this.#capacity) this.#grow();
      place = ++this.#size;
    } else {
      place = this.#oldest;
      this.#unlink(place);
      this.#forget(place);
    }
    this.#keys[place - 1] = key;
    this.#at[place - 1] = at;
    this.#roots[place - 1] = roots;
    this.#chain(place, key);
    this.#append(place);
  }

  #chain(place: number, key: number): void {
    const bucket = this.#bucket(key);
    this.#next[place] = this.#buckets[bucket] ?? 0;
    this.#buckets[bucket] = place;
  }

  /** Takes a place out of its bucket. */
  #forget(place: number): void {
    const bucket = this.#bucket(this.#keys[place - 1] ?? 0);
    let before = this.#buckets[bucket] ?? 0;
    if (before === place) {
      this.#buckets[bucket] = this.#next[place] ?? 0;
      return;
    }
    while (before !== 0 && this.#next[before] !== place) before = this.#next[before] ?? 0;
    if (before !== 0) this.#next[before] = this.#next[place] ?? 0;
  }

  #append(place: number): void {
    this.#older[place] = this.#youngest;
    this.#younger[place] = 0;
    if (this.#youngest === 0) this.#oldest = place;
    else this.#younger[this.#youngest] = place;
    this.#youngest = place;
  }

  #unlink(place: number): void {
    const older = this.#older[place] ?? 0;
    const younger = this.#younger[place] ?? 0;
    if (older === 0) this.#oldest = younger;
    else this.#younger[older] = younger;
    if (younger === 0) this.#youngest = older;
    else this.#older[younger] = older;
  }

  #grow(): void {
    this.#capacity *= 2;
    const floats = (from: Float64Array) => {
      const to = new Float64Array(this.#capacity);
      to.set(from);
      return to;
    };
    const places = (from: Int32Array) => {
      const to = new Int32Array(this.#capacity + 1);
      to.set(from);
      return to;
    };
    this.#keys = floats(this.#keys);
    this.#at = floats(this.#at);
    this.#next = places(this.#next);
    this.#older = places(this.#older);
    this.#younger = places(this.#younger);
    this.#buckets = new Int32Array(this.#capacity * 2);
    for (let place = 1; place <= this.#size; place++) this.#chain(place, this.#keys[place - 1] ?? 0);
  }
}

/** One list for all values of an answer, when it is short enough. */
function first(roots: readonly string[]): readonly string[] {
  return roots.length <= rootsPerValueMax ? roots : roots.slice(0, rootsPerValueMax);
}

const none: readonly string[] = [];
/** An id leads to one person, and by way of a retried question to the ids in between. */
const rootsPerValueMax = 4;
/** A power of two times {@link capacityMin}. */
const linksMax = 131_072;
const capacityMin = 256;
const linkForMs = 3_600_000;
