import { hash53 } from "../observe/hash53.ts";

/** A place in answers, by its path: `.orders[].id`. `number` is the seeded hash of the path. */
export interface FieldPlace {
  readonly path: string;
  readonly number: number;
  items: FieldPlace | undefined;
  names: Map<string, FieldPlace> | undefined;
}

/**
 * Places in answers as a tree, walked down along with the answer: the path of a place is written out and hashed when it is first met, and not once for each value.
 *
 * Bound: {@link placesMax} places of paths up to {@link pathCharactersMax} characters; longer ones are worked out each time, and when it is full it starts anew. Names of fields stand in it in
 * memory only.
 */
export class FieldPlaces {
  readonly #seed: number;
  #root: FieldPlace;
  #size = 1;

  constructor(seed: number) {
    this.#seed = seed;
    this.#root = this.#place("");
  }

  /** Where a walk begins. */
  get root(): FieldPlace {
    if (this.#size >= placesMax) {
      this.#root = this.#place("");
      this.#size = 1;
    }
    return this.#root;
  }

  get size(): number {
    return this.#size;
  }

  items(of: FieldPlace): FieldPlace {
    if (of.items !== undefined) return of.items;
    const place = this.#place(`${of.path}[]`);
    if (this.#keeps(place)) of.items = place;
    return place;
  }

  field(of: FieldPlace, name: string): FieldPlace {
    const known = of.names?.get(name);
    if (known !== undefined) return known;
    const place = this.#place(`${of.path}.${name}`);
    if (this.#keeps(place)) (of.names ??= new Map()).set(name, place);
    return place;
  }

  #keeps({ path }: FieldPlace): boolean {
    if (this.#size >= placesMax || path.length > pathCharactersMax) return false;
    this.#size++;
    return true;
  }

  #place(path: string): FieldPlace {
    return { path, number: hash53(path, this.#seed), items: undefined, names: undefined };
  }
}

/** The fields of all answers of a large service, and those of objects keyed by ids until it starts anew. About 300 bytes each. */
export const placesMax = 16_384;
export const pathCharactersMax = 256;
