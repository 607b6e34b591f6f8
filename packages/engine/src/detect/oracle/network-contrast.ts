import type { AnswerClasses } from "./answer-classes.ts";
import { RotatingMap } from "./rotating-map.ts";

/**
 * Two kinds of answers seen by one network, whatever clients it wears, or by a crowd of networks in which each asks once. Either alone makes a suspicion: that the answer depends on whom it is
 * about. What proves nothing (answers about the request, arms of a test drawn for every request, a door that shuts for whoever tries) is left out by what {@link Answers} says.
 *
 * Bound: {@link rememberedNetworksMax} networks, the ones that asked last; a crowd needs {@link crowdNetworksMin} of each class.
 */
export class NetworkContrast {
  readonly #networks = new RotatingMap<Sitting>(rememberedNetworksMax);
  /** Networks that got each class, as far as a crowd needs them. */
  readonly #crowd = new Map<number, Set<string>>();
  /** One network got both. */
  lonely = false;
  /** A poor and a rich class, each answered to a crowd. */
  crowded = false;

  /** True when the answer speaks for a dependence. What was found is looked for again where `again`, so that a suspicion lives as long as what raised it. */
  note(symbol: number, seen: NetworkAnswer, answers: Answers, again: boolean): boolean {
    const lonely = (!this.lonely || again) && this.#sitting(symbol, seen, answers);
    const crowded = (!this.crowded || again) && this.#joined(symbol, seen, answers);
    this.lonely ||= lonely;
    this.crowded ||= crowded;
    // The next crowd is to be of others.
    if (crowded) this.#crowd.clear();
    return lonely || crowded;
  }

  /** Takes over what was found under another name of the same endpoint; its networks are learned again. */
  absorb(other: NetworkContrast): void {
    this.lonely ||= other.lonely;
    this.crowded ||= other.crowded;
  }

  /** Classes have new places, several perhaps one. */
  coarsen(place: (symbol: number) => number): void {
    for (const [, sitting] of this.#networks.entries()) {
      const got = [...sitting.got];
      sitting.got.clear();
      for (const [symbol, last] of got) {
        const held = sitting.got.get(place(symbol));
        if (held === undefined) sitting.got.set(place(symbol), last);
        else held.count += last.count;
      }
    }
    const crowd = [...this.#crowd];
    this.#crowd.clear();
    for (const [symbol, networks] of crowd) {
      const held = this.#crowd.get(place(symbol));
      if (held === undefined) this.#crowd.set(place(symbol), networks);
      else for (const network of networks) if (held.size < crowdNetworksMin) held.add(network);
    }
  }

  /** Sittings of before a restart are forgotten. */
  exportState(): { readonly lonelyContrast: boolean; readonly crowded: boolean; readonly crowd: readonly (readonly unknown[])[] } {
    return { lonelyContrast: this.lonely, crowded: this.crowded, crowd: [...this.#crowd].map(([symbol, networks]) => [symbol, ...networks]) };
  }

  restore(from: Partial<Record<string, unknown>>): void {
    this.lonely = from["lonelyContrast"] === true;
    this.crowded = from["crowded"] === true;
    const crowd: readonly unknown[] = Array.isArray(from["crowd"]) ? from["crowd"] : [];
    for (const row of crowd) if (Array.isArray(row)) this.#crowd.set(Number(row[0]), new Set(row.slice(1, 1 + crowdNetworksMin).map(String)));
  }

  #sitting(symbol: number, { network, subject }: NetworkAnswer, answers: Answers): boolean {
    let sitting = this.#networks.get(network);
    if (sitting === undefined) {
      sitting = { questions: 0, last: "", lastSymbol: symbol, switches: 0, got: new Map() };
      this.#networks.add(network, sitting);
    }
    if (sitting.last === subject) return false;
    sitting.last = subject;
    const mine = sitting.got.get(symbol);
    if (mine === undefined) sitting.got.set(symbol, { count: 1, subject });
    else if (mine.subject !== subject) {
      mine.count += 1;
      mine.subject = subject;
    } else return false;
    sitting.questions += 1;
    if (sitting.lastSymbol !== symbol) sitting.switches += 1;
    sitting.lastSymbol = symbol;
    if (sitting.questions < lonelyQuestionsMin) return false;
    const { classes } = answers;
    const count = sitting.got.get(symbol)?.count ?? 0;
    for (const [other, got] of sitting.got) {
      if (other === symbol || classes.incomparable(symbol, other)) continue;
      const least = Math.min(count, got.count);
      if ((least >= lonelyAnswersMin || sitting.questions >= lonelyOnceQuestionsMin) && (classes.isPoor(symbol, other) || classes.isPoor(other, symbol))) return true;
      // Without a poor and a rich side it may be a test arm drawn for every request: repeats tell, so they are heard first.
      const split = least >= splitAnswersMin && sitting.questions >= splitQuestionsMin && answers.steadyBetween(symbol, other);
      // A door that shuts after so many tries gives another answer from then on: that is about the caller, and it does not go to and fro.
      if (split && (!classes.refusals || sitting.switches >= splitSwitchesMin) && classes.isFixed(symbol) && classes.isFixed(other)) return true;
    }
    return false;
  }

  #joined(symbol: number, { network }: NetworkAnswer, { classes }: Answers): boolean {
    if (classes.aboutTheRequest(symbol)) return false;
    let networks = this.#crowd.get(symbol);
    if (networks === undefined) {
      networks = new Set();
      this.#crowd.set(symbol, networks);
    }
    if (networks.size >= crowdNetworksMin) return false;
    networks.add(network);
    if (networks.size < crowdNetworksMin) return false;
    for (const [other, theirs] of this.#crowd) if (theirs.size >= crowdNetworksMin && (classes.isPoor(symbol, other) || classes.isPoor(other, symbol))) return true;
    return false;
  }
}

/** One answer: about whom, and to which network. */
export interface NetworkAnswer {
  readonly network: string;
  readonly subject: string;
}

/** What is known of an endpoint's answers. */
export interface Answers {
  readonly classes: AnswerClasses;
  /** Repeats leave room for the two to differ by person. */
  steadyBetween(symbol: number, other: number): boolean;
}

/** What one network was answered. */
interface Sitting {
  questions: number;
  last: string;
  /** The last class, and how often it was another than the one before. */
  lastSymbol: number;
  switches: number;
  /** By symbol: answers to changing subjects. */
  readonly got: Map<number, { count: number; subject: string }>;
}

/**
 * One network alone makes it with two of each among nine questions: below the eight every key may ask anyway a guard would stop nothing. Two, since one
 * alone may be a mishap, unless it is the one among sixteen. Its questions are counted as long as it is remembered, so that patience does not help.
 */
export const lonelyAnswersMin = 2;
export const lonelyQuestionsMin = 9;
export const lonelyOnceQuestionsMin = 16;
/** Without a poor and a rich answer (`code=0` beside `code=1007`) it takes five of each among sixteen, and fixed answers on both sides. */
export const splitAnswersMin = 5;
export const splitQuestionsMin = 16;
/** At a door that asks for a proof the two must also take turns this often. */
export const splitSwitchesMin = 6;
/** Twelve networks with a poor answer and twelve with a rich one make it, whoever they are: a crowd in which each asks once. */
export const crowdNetworksMin = 12;
export const rememberedNetworksMax = 4_000;
