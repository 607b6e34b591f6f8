import { hash32 } from "./distinct-counter.ts";

/**
 * What one endpoint gave to whom, object by object, as far as {@link objectsMax} places hold it: an object is a request target. Tells three things that no single
 * exchange shows: that a credential asks for what was another's, that strangers get a 404 for what is there, and that a credential makes no difference.
 *
 * In memory only, 32-bit hashes. A place is taken by whoever comes last, so what it tells is evidence where it is there, and nothing where it is not.
 */
export class PostureObjects {
  readonly #object = new Uint32Array(objectsMax);
  readonly #owner = new Uint32Array(objectsMax);
  readonly #hidden = new Uint8Array(objectsMax);
  readonly #noneBody = new Uint32Array(objectsMax);
  readonly #ownBody = new Uint32Array(objectsMax);
  #varies = 0;
  /** Same object, same bytes with and without a credential. */
  alike = 0;
  /** Same object, other bytes, where strangers among themselves got the same. */
  differs = 0;

  /** True when this object was given to another credential, and to no other and no stranger. */
  isAnothers(object: number, owner: number): boolean {
    const at = object & mask;
    const first = this.#owner[at] ?? 0;
    return this.#object[at] === object && first !== 0 && first !== common && first !== owner;
  }

  /** It was given to a credential. Gives the 404s that strangers got for it between two such answers: it was there all the time. */
  given(object: number, owner: number, body: number): number {
    const at = this.#take(object);
    const first = this.#owner[at] ?? 0;
    if (first === 0) this.#owner[at] = owner;
    else if (first !== owner) this.#owner[at] = common;
    const hidden = this.#hidden[at] ?? 0;
    this.#hidden[at] = 0;
    if (body !== 0) {
      this.#ownBody[at] = body;
      this.#compare(this.#noneBody[at] ?? 0, body);
    }
    return hidden;
  }

  /** It was given to somebody without a credential. */
  givenToNone(object: number, body: number): void {
    const at = this.#take(object);
    this.#owner[at] = common;
    if (body === 0) return;
    const before = this.#noneBody[at] ?? 0;
    if (before !== 0 && before !== body) this.#varies++;
    this.#noneBody[at] = body;
    this.#compare(this.#ownBody[at] ?? 0, body);
  }

  /** A stranger was told that it does not exist. */
  deniedToNone(object: number): void {
    const at = object & mask;
    if (this.#object[at] === object && this.#owner[at] !== 0) this.#hidden[at] = Math.min(255, (this.#hidden[at] ?? 0) + 1);
  }

  #compare(one: number, other: number): void {
    if (one === 0) return;
    if (one === other) this.alike++;
    else if (this.#varies === 0) this.differs++;
  }

  #take(object: number): number {
    const at = object & mask;
    if (this.#object[at] !== object) {
      this.#object[at] = object;
      this.#owner[at] = 0;
      this.#hidden[at] = 0;
      this.#noneBody[at] = 0;
      this.#ownBody[at] = 0;
    }
    return at;
  }
}

/** Places an endpoint, a power of two: 1 KB. Objects asked for often come back while their place is still theirs. */
export const objectsMax = 64;
const mask = objectsMax - 1;
/** Given to several, or to anyone. */
const common = 1;

/** Never 0, which stands for nothing known, nor 1. */
export function objectHash(seed: number, text: string): number {
  return Math.max(2, hash32(seed, text));
}

/** Length, beginning and end of a body; 0 where there is none to compare. */
export function bodyHash(body: string | Uint8Array | undefined): number {
  if (typeof body !== "string" || body.length === 0) return 0;
  return Math.max(2, hash32(hash32(body.length, body), body.slice(-256)));
}
