import { type Disclosure, type DisclosedCounts, type IncidentSource, type Key, keyOfHex } from "@postern/engine";

/**
 * Who was told what, exactly: one entry for each disclosure, so that a count over any set of endpoints and sources can be taken afterwards, when
 * it is known which class of answer confirms and which denies.
 *
 * Bound: {@link rowsMax} entries of 20 bytes and {@link subjectsMax} subjects of 12; what comes later is counted in {@link DisclosureLog.dropped}, and
 * whoever reads the counts must then say "at least". Holds keyed hashes and addresses, nothing else.
 */
export class DisclosureLog {
  /** Disclosures that found no room. */
  dropped = 0;
  #count = 0;
  #subject = new Uint32Array(1024);
  #source = new Uint32Array(1024);
  #endpointClass = new Uint32Array(1024);
  #at = new Float64Array(1024);
  readonly #subjects = new SubjectIds();
  readonly #addresses = new Interned<string>();
  readonly #kinds = new Interned<string>();
  readonly #kindList: Kind[] = [];
  /** The same numbers by endpoint, answer and class, without putting a name together each time. As many as there are kinds. */
  readonly #kindIds = new Map<string, readonly [truthful: Map<string, number>, uniform: Map<string, number>]>();

  add(row: Disclosure): void {
    if (row.answer === "none") return;
    const subject = this.#count >= rowsMax ? -1 : this.#subjects.idOf(row.subject);
    const source = this.#addresses.idOf(row.address);
    const kind = this.#kindOf(row);
    if (subject < 0 || source < 0 || kind < 0) {
      this.dropped++;
      return;
    }
    const at = this.#count++;
    if (at === this.#subject.length) this.#grow();
    this.#subject[at] = subject;
    this.#source[at] = source;
    this.#endpointClass[at] = kind;
    this.#at[at] = row.at;
  }

  get size(): number {
    return this.#count;
  }

  /** Endpoints somebody asked, by the ids they had then. */
  endpointIds(): readonly string[] {
    return [...new Set(this.#kindList.map((kind) => kind.endpointId))];
  }

  /**
   * Distinct subjects by what they were told, over the endpoints and addresses given. Somebody confirmed once is confirmed, whatever else was
   * said; `uniform` and `unknown` count those who were told nothing stronger.
   */
  totals(filter: DisclosureFilter, meaning: MeaningOf): LoggedTotals {
    const strongest = new Uint8Array(this.#subjects.size);
    const rank = this.#kindList.map((kind) => (filter.endpoint(kind.endpointId) ? rankOf(kind, meaning) : 0));
    const wanted = filter.address === undefined ? undefined : this.#wanted(filter.address);
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#count; i++) {
      const value = rank[this.#endpointClass[i] ?? 0] ?? 0;
      if (value === 0 || (wanted !== undefined && wanted[this.#source[i] ?? 0] !== 1)) continue;
      const subject = this.#subject[i] ?? 0;
      if (value > (strongest[subject] ?? 0)) strongest[subject] = value;
      const at = this.#at[i] ?? 0;
      if (at < from) from = at;
      if (at > to) to = at;
    }
    const counts = [0, 0, 0, 0, 0];
    for (const value of strongest) counts[value] = (counts[value] ?? 0) + 1;
    return { confirmed: counts[4] ?? 0, denied: counts[3] ?? 0, unknown: counts[2] ?? 0, uniform: counts[1] ?? 0, from: from <= to ? from : null, to: from <= to ? to : null };
  }

  /** What each of these addresses asked there: distinct subjects, first and last time. Those who asked most come first. */
  sources(filter: DisclosureFilter): readonly IncidentSource[] {
    const wanted = filter.address === undefined ? undefined : this.#wanted(filter.address);
    const kinds = this.#kindList.map((kind) => filter.endpoint(kind.endpointId));
    const found = new Map<number, { asked: Set<number>; firstAt: number; lastAt: number }>();
    for (let i = 0; i < this.#count; i++) {
      const source = this.#source[i] ?? 0;
      if (kinds[this.#endpointClass[i] ?? 0] !== true || (wanted !== undefined && wanted[source] !== 1)) continue;
      const at = this.#at[i] ?? 0;
      let one = found.get(source);
      if (one === undefined) {
        one = { asked: new Set(), firstAt: at, lastAt: at };
        found.set(source, one);
      }
      one.asked.add(this.#subject[i] ?? 0);
      one.firstAt = Math.min(one.firstAt, at);
      one.lastAt = Math.max(one.lastAt, at);
    }
    return [...found]
      .map(([source, { asked, firstAt, lastAt }]) => ({ address: this.#addresses.list[source] ?? "", asked: asked.size, firstAt, lastAt }))
      .sort((a, b) => b.asked - a.asked || (a.address < b.address ? -1 : 1));
  }

  #wanted(address: (address: string) => boolean): Uint8Array {
    return Uint8Array.from(this.#addresses.list, (one) => (address(one) ? 1 : 0));
  }

  #kindOf(row: Disclosure): number {
    const uniform = row.answer === "uniform";
    let classes = this.#kindIds.get(row.endpointId);
    if (classes === undefined) {
      classes = [new Map(), new Map()];
      this.#kindIds.set(row.endpointId, classes);
    }
    const ids = classes[uniform ? 1 : 0];
    const known = ids.get(row.responseClass);
    if (known !== undefined) return known;
    const id = this.#kinds.idOf(`${uniform ? "u" : "t"} ${row.endpointId} ${row.responseClass}`);
    if (id >= 0) ids.set(row.responseClass, id);
    if (id === this.#kindList.length) this.#kindList.push({ endpointId: row.endpointId, classId: row.responseClass, uniform });
    return id;
  }

  #grow(): void {
    const length = this.#subject.length * 2;
    this.#subject = grown(this.#subject, new Uint32Array(length));
    this.#source = grown(this.#source, new Uint32Array(length));
    this.#endpointClass = grown(this.#endpointClass, new Uint32Array(length));
    this.#at = grown(this.#at, new Float64Array(length));
  }
}

export interface DisclosureFilter {
  readonly endpoint: (endpointId: string) => boolean;
  /** Absent: every address. */
  readonly address?: (address: string) => boolean;
}

export interface LoggedTotals extends DisclosedCounts {
  readonly unknown: number;
  readonly from: number | null;
  readonly to: number | null;
}

export type MeaningOf = (endpointId: string, classId: string) => "confirmed" | "denied" | "nothing" | "unknown";

/** 160 MB at the most. */
export const rowsMax = 8_000_000;
/** 200 MB at the most. */
export const subjectsMax = 8_000_000;
const internedMax = 2_000_000;

interface Kind {
  readonly endpointId: string;
  readonly classId: string;
  readonly uniform: boolean;
}

function rankOf(kind: Kind, meaning: MeaningOf): number {
  if (kind.uniform) return 1;
  switch (meaning(kind.endpointId, kind.classId)) {
    case "confirmed":
      return 4;
    case "denied":
      return 3;
    case "unknown":
      return 2;
    case "nothing":
      return 0;
  }
}

/** A small number for each different value, in order of first sight; -1 at the bound. */
class Interned<T> {
  readonly list: T[] = [];
  readonly #ids = new Map<T, number>();

  idOf(value: T): number {
    const known = this.#ids.get(value);
    if (known !== undefined) return known;
    if (this.list.length >= internedMax) return -1;
    this.#ids.set(value, this.list.length);
    this.list.push(value);
    return this.list.length - 1;
  }
}

/** As {@link Interned} for hashes of 16 hex digits, in 24 bytes each or less. Linear probing, at most two thirds full. */
class SubjectIds {
  size = 0;
  readonly #key: Key = { hi: 0, lo: 0 };
  #high = new Uint32Array(4096);
  #low = new Uint32Array(4096);
  #ids = new Int32Array(4096).fill(-1);

  idOf(hash: string): number {
    const { hi: high, lo: low } = keyOfHex(hash, this.#key);
    if (this.size * 3 >= this.#ids.length * 2) this.#double();
    const slot = this.#slotOf(high, low);
    const known = this.#ids[slot] ?? -1;
    if (known >= 0) return known;
    if (this.size >= subjectsMax) return -1;
    this.#high[slot] = high;
    this.#low[slot] = low;
    this.#ids[slot] = this.size;
    return this.size++;
  }

  #slotOf(high: number, low: number): number {
    const mask = this.#ids.length - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while ((this.#ids[slot] ?? -1) >= 0 && (this.#high[slot] !== high || this.#low[slot] !== low)) slot = (slot + 1) & mask;
    return slot;
  }

  #double(): void {
    const [high, low, ids] = [this.#high, this.#low, this.#ids];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(high.length * 2);
    this.#ids = new Int32Array(high.length * 2).fill(-1);
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] ?? -1;
      if (id < 0) continue;
      const slot = this.#slotOf(high[i] ?? 0, low[i] ?? 0);
      this.#high[slot] = high[i] ?? 0;
      this.#low[slot] = low[i] ?? 0;
      this.#ids[slot] = id;
    }
  }
}

function grown<T extends Uint32Array | Float64Array>(from: T, into: T): T {
  into.set(from);
  return into;
}
