import { type AddressKey, addressKey } from "./address-key.ts";

/**
 * Which network (autonomous system, RFC 1930) announces an address, from a list the operator gave. Ranges may lie in each other: the smallest that holds the address counts, of two that only cross the
 * one that begins later, of two that are the same the one given first. Says nothing of where anybody is.
 *
 * Held as disjoint stretches in sorted typed arrays, 12 bytes each and at most two a range; a look is a binary search, about 0.3 µs among a million. IPv6 is told apart down to a /64, as everywhere here;
 * what is longer in the list counts for its whole /64.
 *
 * Misses: who rents in a network is not known, and a proxy in somebody's home belongs to that home's network. Mistakes: a list is as old as it is; a prefix that has moved since counts for its former owner.
 */
export class AsnTable {
  readonly #v4: Stretches;
  readonly #v6: Stretches;
  readonly #names: ReadonlyMap<number, string>;

  constructor(v4: Stretches, v6: Stretches, names: ReadonlyMap<number, string>) {
    this.#v4 = v4;
    this.#v6 = v6;
    this.#names = names;
  }

  /** The number of its network; 0 where the list has none, or the text is no address. */
  of(address: string): number {
    if (!addressKey(address, scratch)) return 0;
    const { hi, lo, owner } = scratch.v6 ? this.#v6 : this.#v4;
    const { hi: wantedHi, lo: wantedLo } = scratch;
    let from = 0;
    let to = owner.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const here = hi[middle] ?? 0;
      if (here < wantedHi || (here === wantedHi && (lo[middle] ?? 0) <= wantedLo)) from = middle + 1;
      else to = middle;
    }
    return from === 0 ? 0 : (owner[from - 1] ?? 0);
  }

  /** `AS64500`, or `""` where the list has none. */
  textOf(address: string): string {
    const asn = this.of(address);
    return asn === 0 ? "" : `AS${asn}`;
  }

  /** First and last address of everything these networks (`AS64500`) announce, for who has no list; undefined where that is more than `max`. */
  rangesOf(networks: readonly string[], max: number): readonly AsnRange[] | undefined {
    const wanted = new Map(networks.map((text) => [Number(text.slice(2)), text]));
    const found: AsnRange[] = [];
    for (const { hi, lo, owner } of [this.#v4, this.#v6]) {
      const v6 = owner === this.#v6.owner;
      for (let at = 0; at < owner.length; at++) {
        const asn = wanted.get(owner[at] ?? 0);
        if (asn === undefined) continue;
        if (found.length >= max) return undefined;
        const nextHi = hi[at + 1] ?? 0x1_0000_0000;
        const nextLo = lo[at + 1] ?? 0;
        const [lastHi, lastLo] = nextLo > 0 ? [nextHi, nextLo - 1] : [nextHi - 1, 0xffff_ffff];
        found.push(v6 ? [asn, `${groups(hi[at] ?? 0, lo[at] ?? 0)}::`, `${groups(lastHi, lastLo)}:ffff:ffff:ffff:ffff`] : [asn, quads(hi[at] ?? 0), quads(lastHi)]);
      }
    }
    return found;
  }

  /** What the list calls this network (`AS64500`); undefined where it does not say. */
  nameOf(text: string): string | undefined {
    return this.#names.get(Number(text.slice(2)));
  }
}

/** Takes ranges in any order, then makes the table of them. */
export class AsnRanges {
  readonly #v4: Ranges = emptyRanges();
  readonly #v6: Ranges = emptyRanges();
  readonly #names = new Map<number, string>();
  readonly #seen = new Set<number>();
  readonly #rangesMax: number;
  readonly #namesMax: number;

  constructor(ranges = rangesMax, names = namesMax) {
    this.#rangesMax = ranges;
    this.#namesMax = names;
  }

  /** First and last address, the same for one. Says what is wrong with them, if anything; they are not taken then. */
  add(first: string, last: string, asn: number, name = ""): AsnProblem | undefined {
    if (!Number.isInteger(asn) || asn < 1 || asn > 0xffff_ffff) return "no network number";
    if (!addressKey(first, scratch)) return "no address";
    const { hi, lo, v6 } = scratch;
    if (!addressKey(last, scratch) || scratch.v6 !== v6) return "no address";
    return this.#put(hi, lo, scratch.hi, v6 ? scratch.lo : 0xffff_ffff, v6, asn, name);
  }

  /** `address` cut to its first `bits`. */
  addPrefix(address: string, bits: number, asn: number, name = ""): AsnProblem | undefined {
    if (!Number.isInteger(asn) || asn < 1 || asn > 0xffff_ffff) return "no network number";
    if (!addressKey(address, scratch)) return "no address";
    const { hi, lo, v6 } = scratch;
    if (!Number.isInteger(bits) || bits < 0 || bits > (v6 ? 128 : 32)) return "no prefix length";
    const hiMask = bits >= 32 ? 0xffff_ffff : bits === 0 ? 0 : (0xffff_ffff << (32 - bits)) >>> 0;
    const loBits = v6 ? Math.min(64, bits) - 32 : 0;
    const loMask = loBits >= 32 ? 0xffff_ffff : loBits <= 0 ? 0 : (0xffff_ffff << (32 - loBits)) >>> 0;
    return this.#put((hi & hiMask) >>> 0, (lo & loMask) >>> 0, (hi | ~hiMask) >>> 0, (lo | ~loMask) >>> 0, v6, asn, name);
  }

  #put(hi: number, lo: number, lastHi: number, lastLo: number, v6: boolean, asn: number, name: string): AsnProblem | undefined {
    if (lastHi < hi || (lastHi === hi && lastLo < lo)) return "ends before it begins";
    if (this.size >= this.#rangesMax) return "too many";
    const into = v6 ? this.#v6 : this.#v4;
    into.hi.push(hi);
    into.lo.push(lo);
    into.lastHi.push(lastHi);
    into.lastLo.push(lastLo);
    into.owner.push(asn);
    this.#seen.add(asn);
    if (name !== "" && this.#names.size < this.#namesMax && !this.#names.has(asn)) this.#names.set(asn, name.slice(0, nameCharactersMax));
    return undefined;
  }

  get size(): number {
    return this.#v4.owner.length + this.#v6.owner.length;
  }

  /** Different networks. */
  get networks(): number {
    return this.#seen.size;
  }

  table(): AsnTable {
    return new AsnTable(flat(this.#v4), flat(this.#v6), this.#names);
  }
}

/** `AS64500`, first and last address. */
export type AsnRange = readonly [asn: string, first: string, last: string];

/** The table of what {@link AsnTable.rangesOf} told. */
export function asnTableOf(told: readonly AsnRange[]): AsnTable {
  const ranges = new AsnRanges(told.length);
  for (const [asn, first, last] of told) ranges.add(first, last, Number(asn.slice(2)));
  return ranges.table();
}

export type AsnProblem = "no network number" | "no address" | "no prefix length" | "ends before it begins" | "too many";

/** Twice what is routed in the whole Internet (about a million prefixes of IPv4 and a quarter of IPv6). 48 MB as a table at the most. */
export const rangesMax = 2_000_000;
/** There are about 120,000 networks. */
export const namesMax = 200_000;
export const nameCharactersMax = 64;

/** Each begins where it says and ends before the next; owner 0: nobody's. */
interface Stretches {
  readonly hi: Uint32Array;
  readonly lo: Uint32Array;
  readonly owner: Uint32Array;
}

interface Ranges {
  readonly hi: number[];
  readonly lo: number[];
  readonly lastHi: number[];
  readonly lastLo: number[];
  readonly owner: number[];
}

function emptyRanges(): Ranges {
  return { hi: [], lo: [], lastHi: [], lastLo: [], owner: [] };
}

/** By beginning, the wider first: a sweep with the open ranges on a stack. */
function flat(ranges: Ranges): Stretches {
  const { owner } = ranges;
  const out = { hi: new Uint32Array(2 * owner.length), lo: new Uint32Array(2 * owner.length), owner: new Uint32Array(2 * owner.length) };
  let length = 0;
  const begin = (hi: number, lo: number, whose: number): void => {
    const before = length - 1;
    if (before >= 0 && out.hi[before] === hi && out.lo[before] === lo) length--;
    if (length > 0 && out.owner[length - 1] === whose) return;
    out.hi[length] = hi;
    out.lo[length] = lo;
    out.owner[length] = whose;
    length++;
  };
  const open: number[] = [];
  /** Ends every open range that is over before this place. */
  const close = (hi: number, lo: number): void => {
    for (;;) {
      const top = open.at(-1);
      if (top === undefined) return;
      const endHi = ranges.lastHi[top] ?? 0;
      const endLo = ranges.lastLo[top] ?? 0;
      if (endHi > hi || (endHi === hi && endLo >= lo)) return;
      for (let under = open.pop(); under !== undefined; under = open.pop()) {
        const lastHi = ranges.lastHi[under] ?? 0;
        if (lastHi > endHi || (lastHi === endHi && (ranges.lastLo[under] ?? 0) > endLo)) {
          open.push(under);
          break;
        }
      }
      const left = open.at(-1);
      const whose = left === undefined ? 0 : (owner[left] ?? 0);
      if (endLo < 0xffff_ffff) begin(endHi, endLo + 1, whose);
      else if (endHi < 0xffff_ffff) begin(endHi + 1, 0, whose);
    }
  };
  for (const at of inOrder(ranges)) {
    close(ranges.hi[at] ?? 0, ranges.lo[at] ?? 0);
    const top = open.at(-1);
    // The same range again.
    if (top !== undefined && compare(ranges, top, at) === 0) continue;
    open.push(at);
    begin(ranges.hi[at] ?? 0, ranges.lo[at] ?? 0, owner[at] ?? 0);
  }
  close(0xffff_ffff, 0x1_0000_0000);
  return { hi: out.hi.slice(0, length), lo: out.lo.slice(0, length), owner: out.owner.slice(0, length) };
}

/** Published lists are in order already. */
function inOrder(ranges: Ranges): Uint32Array {
  const order = Uint32Array.from(ranges.owner, (_, at) => at);
  for (let at = 1; at < order.length; at++) if (compare(ranges, at - 1, at) > 0) return order.sort((a, b) => compare(ranges, a, b) || a - b);
  return order;
}

function compare(ranges: Ranges, a: number, b: number): number {
  return (
    (ranges.hi[a] ?? 0) - (ranges.hi[b] ?? 0) ||
    (ranges.lo[a] ?? 0) - (ranges.lo[b] ?? 0) ||
    (ranges.lastHi[b] ?? 0) - (ranges.lastHi[a] ?? 0) ||
    (ranges.lastLo[b] ?? 0) - (ranges.lastLo[a] ?? 0)
  );
}

function quads(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}

function groups(hi: number, lo: number): string {
  return [hi >>> 16, hi & 65_535, lo >>> 16, lo & 65_535].map((group) => group.toString(16)).join(":");
}

const scratch: AddressKey = { v6: false, hi: 0, lo: 0 };
