import type { DarkRange } from "../exchange/dark-range.ts";
import type { Subject } from "../exchange/subject.ts";
import type { Key } from "../detect/observe/key-pair.ts";
import type { CanaryKind, CanarySet } from "./canaries.ts";
import { canaryPolicy as policy } from "./canary-policy.ts";

/**
 * Which subjects are canaries or lie in the dark. A canary that somebody follows up (it signed in) is in use after all, and is none from then on.
 *
 * Misses: an attacker who knows the list, or who skips dark ranges: for him everything is as without canaries. Canaries tell of who scans or bought an old list, not of who got a fresh one.
 */
export class CanaryWatch {
  #canaries: CanarySet = new Map();
  #dark = false;
  readonly #inUse = new Set<string>();

  /** Replaces the list. */
  set(canaries: CanarySet | undefined, dark: boolean): void {
    this.#canaries = canaries ?? new Map();
    this.#dark = dark;
    for (const hash of this.#inUse) if (!this.#canaries.has(hash)) this.#inUse.delete(hash);
  }

  /** Whether dark ranges count. */
  get dark(): boolean {
    return this.#dark;
  }

  /** A lookup in a map, and in most services in an empty one. */
  look(subject: Subject): CanaryKind | DarkRange | undefined {
    if (this.#canaries.size > 0) {
      const kind = this.#canaries.get(subject.hash);
      if (kind !== undefined && !this.#inUse.has(subject.hash)) return kind;
    }
    return this.#dark ? subject.dark : undefined;
  }

  /** Somebody followed up on this subject. True when it was a canary until now. Grows no larger than the list. */
  followedUp(hash: string): boolean {
    if (!this.#canaries.has(hash) || this.#inUse.has(hash)) return false;
    this.#inUse.add(hash);
    return true;
  }
}

/**
 * The questions about canaries and dark ranges at one endpoint: evidence, never a verdict. Cuts the thresholds of the detectors: for the source that asked, and for the endpoint when several
 * networks did. A source that ever anchored is not cut by its caller: honest people share its address.
 *
 * Not saved: a gate that starts again is told of it by its journal, as of all that was asked, and says next what it would have said.
 * Bounded: {@link touchedMax} sources; the one that touched longest ago goes. Who wants it forgotten must touch canaries from as many others, which cuts the endpoint's thresholds to the least.
 */
export class CanaryTouches {
  readonly #sources = new Map<number, Touched>();
  readonly #lived = new Map<DarkRange, number>();
  #known = 0;
  #networks = 0;
  #networksAt = 0;

  /** A known caller asked about somebody for the first time; `range` when in the dark. Teaches which ranges are lived in. */
  known(range: DarkRange | undefined): void {
    this.#known++;
    if (range !== undefined) this.#lived.set(range, (this.#lived.get(range) ?? 0) + 1);
  }

  /**
   * A first contact with a canary or the dark. `network` counts for the endpoint when `counts` (a newcomer). Says what it adds up to when it is worth telling: at a source's first, second, fourth …
   * canary's worth.
   */
  touch(what: CanaryKind | DarkRange, narrow: number, network: number, counts: boolean, at: number): CanaryNews | undefined {
    const isCanary = what === "registered" || what === "unregistered";
    if (!isCanary && !this.#isDark(what)) return undefined;
    const source = this.#source(narrow);
    const before = worth(source);
    if (isCanary) source.canaries++;
    else source.dark++;
    const after = worth(source);
    if (after >= 1 && counts) this.#count(network, at);
    if (Math.floor(Math.log2(after)) === Math.floor(Math.log2(before)) || after < 1) return undefined;
    const networks = this.#networksNow(at);
    return {
      canaries: source.canaries,
      dark: source.dark,
      networks,
      pages: isCanary && (source.canaries >= policy.pagesAtCanaries || (counts && networks >= policy.pagesAtNetworks)),
    };
  }

  /** What thresholds for this source are cut to; 1 for nearly all. */
  sourceCut(source: number): number {
    if (this.#sources.size === 0) return 1;
    const touched = this.#sources.get(source);
    const units = touched === undefined ? 0 : worth(touched);
    return units < 1 ? 1 : (policy.sourceCuts[Math.min(units, policy.sourceCuts.length) - 1] ?? 1);
  }

  /** What the endpoint's own thresholds are cut to. */
  endpointCut(at: number): number {
    if (this.#networks === 0) return 1;
    const networks = this.#networksNow(at);
    let cut = 1;
    // Two of yesterday have faded a little by now and are two.
    for (const [least, to] of policy.endpointCuts) if (networks >= least * fadedShare) cut = to;
    return cut;
  }

  /** Takes over what was seen under another name of the same door. */
  goesOnFrom(other: CanaryTouches): void {
    for (const [key, touched] of other.#sources) if (this.#sources.size < touchedMax && !this.#sources.has(key)) this.#sources.set(key, touched);
    for (const [range, count] of other.#lived) this.#lived.set(range, Math.max(count, this.#lived.get(range) ?? 0));
    this.#known = Math.max(this.#known, other.#known);
    this.#networks = Math.max(this.#networks, other.#networks);
    this.#networksAt = Math.max(this.#networksAt, other.#networksAt);
  }

  #isDark(range: DarkRange): boolean {
    return this.#known >= policy.knownContactsMin && (this.#lived.get(range) ?? 0) < policy.livedInAt;
  }

  #source(key: number): Touched {
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    if (this.#sources.size >= touchedMax) {
      for (const oldest of this.#sources.keys()) {
        this.#sources.delete(oldest);
        break;
      }
    }
    const fresh: Touched = { canaries: 0, dark: 0, countedDay: -1 };
    this.#sources.set(key, fresh);
    return fresh;
  }

  #count(network: number, at: number): void {
    const source = this.#source(network);
    const day = Math.floor(at / dayMs);
    if (source.countedDay === day) return;
    source.countedDay = day;
    this.#networks = this.#networksNow(at) + 1;
    this.#networksAt = Math.max(at, this.#networksAt);
  }

  #networksNow(at: number): number {
    return this.#networks * Math.exp(-Math.max(0, at - this.#networksAt) / policy.fadesOverMs);
  }
}

/** What a touch adds up to. */
export interface CanaryNews {
  readonly canaries: number;
  readonly dark: number;
  /** Different networks of newcomers lately. */
  readonly networks: number;
  readonly pages: boolean;
}

/** As a number of 53 bits, which is what a Map compares fastest. */
export function touchKey({ hi, lo }: Key): number {
  return hi * 2_097_152 + (lo >>> 11);
}

export const touchedMax = 4_096;

interface Touched {
  canaries: number;
  dark: number;
  countedDay: number;
}

function worth({ canaries, dark }: Touched): number {
  return canaries + Math.floor(dark / policy.darkPerCanary);
}

const dayMs = 86_400_000;
const fadedShare = 0.9;
