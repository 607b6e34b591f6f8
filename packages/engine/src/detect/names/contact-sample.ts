import type { ClientAttributes } from "./client-attributes.ts";

/**
 * Who asked an endpoint about whom in the last day or so: whole sources, chosen by their keyed hash. Distinct sampling (Gibbons 2001): a source stands in the sample when the last bits of its
 * hash are zero; at {@link rowsMax} rows one bit more must be, and half of the sources leave. Every source, honest or not, has the same chance, and as nobody outside can work the
 * hash out, nobody can push another's evidence out or keep his own from being looked at: a flood only makes the sample coarser. Counts scale by {@link ContactSample.scale}.
 *
 * Two generations of {@link generationMs}. At most {@link rowsOfSourceMax} rows of a source a generation: one gateway does not fill it. Holds addresses in clear, in memory only.
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
  constructor(rows = rowsMax) {
    this.#rowsMax = rows;
  }

  /** One question; asked again within a generation it is no new one. */
  add(contact: Omit<Contact, "followed">): void {
    const bits = Number.parseInt(contact.source.slice(-8), 16);
    if ((bits & (2 ** this.#level - 1)) !== 0) return;
    const key = `${contact.source}${contact.subject}`;
    if (this.#byPair.has(key) || this.#beforeByPair.has(key)) return;
    const held = this.#ofSource.get(contact.source) ?? 0;
    if (held >= rowsOfSourceMax) return;
    this.#ofSource.set(contact.source, held + 1);
    const row: Contact = { ...contact, followed: false };
    this.#rows.push(row);
    this.#byPair.set(key, row);
    while (this.#rows.length > this.#rowsMax && this.#level < 30) this.#coarser();
  }

  /** The source did what only an honest one does, about this person. */
  followed(source: string, subject: string): void {
    const key = `${source}${subject}`;
    const row = this.#byPair.get(key) ?? this.#beforeByPair.get(key);
    if (row !== undefined) row.followed = true;
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
    this.#byPair = new Map(this.#rows.map((row) => [`${row.source}${row.subject}`, row]));
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

/** Rows of a generation: shares are known to a few percent. About 2 MB. */
export const rowsMax = 2_048;
export const rowsOfSourceMax = 16;
/** Half a day: one to two of them are looked at. */
export const generationMs = 43_200_000;
