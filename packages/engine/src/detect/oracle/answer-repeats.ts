import type { AnswerClasses } from "./answer-classes.ts";
import { classesMax } from "./answer-classes.ts";
import { determinismFloorNats, repeatEvidence, suspectedNats } from "./determinism.ts";

/**
 * Questions asked again about the same people: whether the answer depends on the person ({@link repeatEvidence}, with its errors), and which two classes take turns. Who may
 * contribute how much is for the caller to see to.
 *
 * Bound: one count for each two classes.
 */
export class AnswerRepeats {
  /** Evidence for a dependence; never below {@link determinismFloorNats}. */
  nats = 0;
  count = 0;
  /** It was suspected once, by two identifiers at least. Stays. */
  determined = false;
  /** Repeats that got another class. */
  #changes = 0;
  /** The same of each two classes, by {@link pairOf}. */
  readonly #flips = new Map<number, number>();
  readonly #agreeing = new Set<string>();

  /** True when the repeat speaks for a dependence. */
  note({ subject, before, now, own }: Repeat, classes: AnswerClasses): boolean {
    this.count += 1;
    const same = before === now;
    if (!same) {
      this.#changes += 1;
      const pair = pairOf(before, now);
      this.#flips.set(pair, (this.#flips.get(pair) ?? 0) + 1);
    }
    const evidence = repeatEvidence({ same, fromPoor: classes.isPoorest(before), toRich: classes.isPoor(before, now), chance: chanceOf(now, own, classes) });
    this.nats = Math.max(determinismFloorNats, this.nats + evidence);
    if (same && this.#agreeing.size < agreeingMin) this.#agreeing.add(subject);
    if (this.nats >= suspectedNats && this.#agreeing.size >= agreeingMin) this.determined = true;
    return same && evidence > 0;
  }

  /** Repeats as a whole speak against a dependence. */
  get against(): boolean {
    return this.nats <= againstNats;
  }

  /**
   * Whether repeats leave room for these two to differ by person: not where a test arm is drawn for every request. Where repeats as a whole may be such a lot, these two must never have taken
   * turns: the answer depends on something else that is sent along, too (a name beside an account number), and not between "wrong name" and "no such account".
   */
  steadyBetween(symbol: number, other: number): boolean {
    if (!this.against && this.#changes * 4 <= this.count) return true;
    return this.count >= apartRepeatsMin && (this.#flips.get(pairOf(symbol, other)) ?? 0) * apartRepeatsMin <= this.count;
  }

  /** Classes have new places, several perhaps one. */
  coarsen(place: (symbol: number) => number): void {
    const flips = [...this.#flips];
    this.#flips.clear();
    for (const [pair, count] of flips) {
      const [a, b] = [place(Math.floor(pair / pairBase)), place(pair % pairBase)];
      if (a !== b) this.#flips.set(pairOf(a, b), (this.#flips.get(pairOf(a, b)) ?? 0) + count);
    }
  }

  /** JSON-able; hashes only. */
  exportState(): Readonly<Record<string, unknown>> {
    return { nats: this.nats, repeats: this.count, agreeing: [...this.#agreeing], determined: this.determined, changes: this.#changes, flips: [...this.#flips] };
  }

  /** Takes up what {@link exportState} wrote. */
  restore(from: Partial<Record<string, unknown>>): void {
    const { nats, repeats, agreeing, determined, changes, flips } = from;
    this.nats = Number(nats) || 0;
    this.count = Number(repeats) || 0;
    if (Array.isArray(agreeing)) for (const subject of agreeing.slice(0, agreeingMin)) this.#agreeing.add(String(subject));
    this.determined = determined === true;
    this.#changes = Number(changes) || 0;
    if (Array.isArray(flips)) for (const row of flips.slice(0, classesMax * classesMax)) if (Array.isArray(row)) this.#flips.set(Number(row[0]), Number(row[1]));
    // A state of before does not say between which: between all of them, then.
    if (flips === undefined && this.#changes > 0) for (let a = 0; a < classesMax; a++) for (let b = 0; b < a; b++) this.#flips.set(pairOf(a, b), this.#changes);
  }
}

/** Somebody was asked about again. */
export interface Repeat {
  readonly subject: string;
  /** Symbols of the last answer about the subject and of this one. */
  readonly before: number;
  readonly now: number;
  /** By symbol, how many answers this caller got about changing subjects. */
  readonly own: ReadonlyMap<number, { readonly count: number }>;
}

/** Chance of the class were the identifier of no account: its share among identifiers, or in this caller's own answers if larger. */
function chanceOf(symbol: number, own: Repeat["own"], classes: AnswerClasses): number {
  const { records } = classes;
  let ids = 0;
  for (const record of records) ids += record.ids;
  let mine = records[symbol]?.ids ?? 0;
  let ownMine = own.get(symbol)?.count ?? 0;
  let kin = 1;
  for (let other = 0; other < records.length; other++) {
    if (!classes.isKin(symbol, other)) continue;
    kin += 1;
    mine += records[other]?.ids ?? 0;
    ownMine += own.get(other)?.count ?? 0;
  }
  const share = (mine + 0.5 * kin) / (ids + 0.5 * records.length);
  let all = 0;
  for (const got of own.values()) all += got.count;
  const ownShare = (ownMine + 2 * share) / (all + 2);
  return Math.min(1, Math.max(share, ownShare));
}

/** Two classes, whichever comes first. */
function pairOf(a: number, b: number): number {
  return Math.min(a, b) * pairBase + Math.max(a, b);
}

const pairBase = 256;
/** One that is special (a canary, a cached page) decides nothing. */
const agreeingMin = 2;
/** Twenty to one. */
const againstNats = -3;
/** So many repeats, of which at most one in so many went from one of the two to the other: of three arms drawn by lot two would come through in 2 % of cases. */
const apartRepeatsMin = 24;
