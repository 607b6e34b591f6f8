import type { ClientAttributes } from "./client-attributes.ts";

/**
 * Who asked an endpoint about whom in the last day or so: whole sources, chosen by their keyed hash. Distinct sampling (Gibbons 2001): a source stands in the sample when the last bits of its
 * hash are zero; at {@link rowsMax} rows one bit more must be, and half of the sources leave. Every source, honest or not, has the same chance, and as nobody outside can work the
 * hash out, nobody can push another's evidence out or keep his own from being looked at: a flood only makes the sample coarser. Counts scale by {@link ContactSample.scale}.
 *
 * Two generations of {@link generationMs}. At most {@link rowsOfSourceMax} rows of a source a generation: one gateway does not fill it. Holds addresses in clear, as disclosure rows do.
 */
export class ContactSample {
  #rows: Contact[] = [];
  #before: Contact[] = [];
  #byPair = new Map<string, Contact>();
  #beforeByPair = new Map<string, Contact>();
  #ofSource = new Map<string, number>();
  #level = 0;
  #levelBefore = 0;
  #begunAt = Number.NaN;
  readonly #rowsMax: number;

  /** `rows`: most of a generation. */
  constructor(rows = rowsMax, state?: ContactSampleState) {
    this.#rowsMax = rows;
    if (state === undefined) return;
    this.#begunAt = state.begunAt ?? Number.NaN;
    [this.#level, this.#levelBefore] = state.levels;
    this.#rows = state.rows.slice(0, rows).map(rowOf);
    this.#before = state.before.slice(0, rows).map(rowOf);
    this.#byPair = byPairOf(this.#rows);
    this.#beforeByPair = byPairOf(this.#before);
    for (const { source } of this.#rows) this.#ofSource.set(source, (this.#ofSource.get(source) ?? 0) + 1);
  }

  exportState(): ContactSampleState {
    return {
      begunAt: Number.isNaN(this.#begunAt) ? null : this.#begunAt,
      levels: [this.#level, this.#levelBefore],
      rows: this.#rows.map(tupleOf),
      before: this.#before.map(tupleOf),
    };
  }

  /** One question; asked again within a generation it is no new one. True when it was taken. */
  add(contact: Omit<Contact, "followed">): boolean {
    const bits = Number.parseInt(contact.source.slice(-8), 16);
    if ((bits & (2 ** this.#level - 1)) !== 0) return false;
    const key = `${contact.source}${contact.subject}`;
    if (this.#byPair.has(key) || this.#beforeByPair.has(key)) return false;
    const held = this.#ofSource.get(contact.source) ?? 0;
    if (held >= rowsOfSourceMax) return false;
    this.#ofSource.set(contact.source, held + 1);
    const { at, source, address, subject, truthful, attributes } = contact;
    const row: Contact = { at, source, address, subject, truthful, attributes, followed: false };
    this.#rows.push(row);
    this.#byPair.set(key, row);
    while (this.#rows.length > this.#rowsMax && this.#level < 30) this.#coarser();
    return true;
  }

  /** The source did what only an honest one does, about this person. True when its question stands in the sample. */
  followed(source: string, subject: string): boolean {
    const key = `${source}${subject}`;
    const row = this.#byPair.get(key) ?? this.#beforeByPair.get(key);
    if (row === undefined) return false;
    row.followed = true;
    return true;
  }

  /** Event time has reached `at`. Returns the generation that is over, when one is. */
  advance(at: number): { readonly rows: readonly Contact[]; readonly scale: number } | undefined {
    if (Number.isNaN(this.#begunAt)) this.#begunAt = at;
    if (at - this.#begunAt < generationMs) return undefined;
    const over = { rows: this.#rows, scale: 2 ** this.#level };
    this.#before = this.#rows;
    this.#beforeByPair = this.#byPair;
    this.#levelBefore = this.#level;
    this.#rows = [];
    this.#byPair = new Map();
    this.#ofSource = new Map();
    // It may fit again; if not it gets coarser within the first rows.
    this.#level = Math.max(0, this.#level - 1);
    this.#begunAt = at;
    return over;
  }

  /** Both generations at the coarser one's grain, oldest first; each row stands for {@link ContactSample.scale}. */
  rows(): readonly Contact[] {
    const level = Math.max(this.#level, this.#levelBefore);
    const mask = 2 ** level - 1;
    const fits = (row: Contact): boolean => (Number.parseInt(row.source.slice(-8), 16) & mask) === 0;
    return [...(this.#levelBefore < level ? this.#before.filter(fits) : this.#before), ...(this.#level < level ? this.#rows.filter(fits) : this.#rows)];
  }

  get scale(): number {
    return 2 ** Math.max(this.#level, this.#levelBefore);
  }

  #coarser(): void {
    this.#level++;
    const mask = 2 ** this.#level - 1;
    this.#rows = this.#rows.filter((row) => (Number.parseInt(row.source.slice(-8), 16) & mask) === 0);
    this.#byPair = byPairOf(this.#rows);
    for (const source of this.#ofSource.keys()) if ((Number.parseInt(source.slice(-8), 16) & mask) !== 0) this.#ofSource.delete(source);
  }
}

export interface Contact {
  readonly at: number;
  /** Keyed hash of the network. */
  readonly source: string;
  readonly address: string;
  /** Keyed hash of the person asked about. */
  readonly subject: string;
  /** The answer told the truth: who was told nothing cannot follow up. */
  readonly truthful: boolean;
  readonly attributes: ClientAttributes;
  followed: boolean;
}

/** Tuples instead of objects: a full one is half a megabyte. */
export interface ContactSampleState {
  readonly begunAt: number | null;
  readonly levels: readonly [now: number, before: number];
  readonly rows: readonly ContactTuple[];
  readonly before: readonly ContactTuple[];
}

type ContactTuple = readonly [at: number, source: string, address: string, subject: string, truthful: boolean, followed: boolean, attributes: ClientAttributes];

function tupleOf({ at, source, address, subject, truthful, followed, attributes }: Contact): ContactTuple {
  return [at, source, address, subject, truthful, followed, attributes];
}

function rowOf([at, source, address, subject, truthful, followed, attributes]: ContactTuple): Contact {
  return { at, source, address, subject, truthful, followed, attributes };
}

function byPairOf(rows: readonly Contact[]): Map<string, Contact> {
  return new Map(rows.map((row) => [`${row.source}${row.subject}`, row]));
}

/** Rows of a generation: shares are known to a few percent. About 2 MB. */
export const rowsMax = 2_048;
export const rowsOfSourceMax = 16;
/** Half a day: one to two of them are looked at. */
export const generationMs = 43_200_000;
