import { plainHash } from "../../exchange/plain-hash.ts";
import { keyWithoutScalar } from "../../exchange/response-class.ts";
import type { ResponseClass } from "../../understood.ts";
import { symbolsMax } from "../observe/e-process.ts";
import { differsByUsual, isAboutTheForm, isAboutTheRequest, isPoorBeside, isPoorRefusal, senseOf } from "./class-structure.ts";

/** One class of answers, and to how many it was given. */
export interface ClassRecord extends ResponseClass {
  /** Distinct subjects that got it (while remembered). */
  ids: number;
  answers: number;
}

/**
 * The classes of one endpoint's answers by small numbers ("symbols", in the order they came), and how two of them stand to each other by their structure alone
 * (`class-structure.ts`, whose priors and errors hold here).
 *
 * Bound: {@link classesMax} classes; what comes after shares the symbol {@link classesMax}, which has no record and stands to no other. Names of classes that were folded
 * together go on being understood, {@link aliasesMax} of them.
 */
export class AnswerClasses {
  readonly records: ClassRecord[] = [];
  readonly #symbols = new Map<string, number>();
  /** By pair, whether the one is poor beside the other: 0 not asked yet, 1 no, 2 yes. */
  readonly #poor = new Uint8Array(classesMax * classesMax);
  #refusals = false;

  /** Answers are those of a door that asks for a proof. */
  get refusals(): boolean {
    return this.#refusals;
  }

  set refusals(refusals: boolean) {
    if (refusals === this.#refusals) return;
    this.#refusals = refusals;
    this.#poor.fill(0);
  }

  /** The symbol of an answer; a class that is new gets one, while there are some left. */
  symbolOf(answer: ResponseClass): number {
    const symbol = this.#symbols.get(answer.id);
    if (symbol !== undefined) return symbol;
    if (this.records.length >= classesMax) return classesMax;
    const next = this.records.push({ id: answer.id, key: answer.key, status: answer.status, fields: answer.fields, ids: 0, answers: 0 }) - 1;
    this.#symbols.set(answer.id, next);
    return next;
  }

  /** The symbol of a class that was seen, by its id or an id of before it was folded into another. */
  find(classId: string): number | undefined {
    return this.#symbols.get(classId);
  }

  /** {@link isPoorBeside} of two classes, remembered: it is asked on every answer and never changes. */
  isPoor(poor: number, rich: number): boolean {
    const a = this.records[poor];
    const b = this.records[rich];
    if (a === undefined || b === undefined || poor === rich) return false;
    const place = poor * classesMax + rich;
    const held = this.#poor[place];
    if (held !== undefined && held !== 0) return held === 2;
    const answer = this.#refusals ? isPoorRefusal(a, b) : isPoorBeside(a, b);
    this.#poor[place] = answer ? 2 : 1;
    return answer;
  }

  /** Poor beside any other. */
  isPoorest(symbol: number): boolean {
    return this.records.some((_, other) => this.isPoor(symbol, other));
  }

  /** Any other is poor beside it. */
  isRich(symbol: number): boolean {
    return this.records.some((_, other) => this.isPoor(other, symbol));
  }

  /** One class but for what many people may have in common. */
  isKin(symbol: number, other: number): boolean {
    const a = this.records[symbol];
    const b = this.records[other];
    return a !== undefined && b !== undefined && differsByUsual(a.key, b.key) && !this.isPoor(symbol, other) && !this.isPoor(other, symbol);
  }

  /** Whether the class speaks of the request or its sender rather than of the person. At a door that asks for a proof only what is wrong with the form does. */
  aboutTheRequest(symbol: number): boolean {
    const record = this.records[symbol];
    const status = record?.status ?? 0;
    // "No such member" is about the member, whatever status it has.
    return (this.#refusals ? isAboutTheForm(status) : isAboutTheRequest(status)) && (record === undefined || senseOf(record.key) === undefined);
  }

  /** Two answers that cannot be held against each other: one is about the request. Two of one status at a door may both be about the person, whatever status was chosen. */
  incomparable(symbol: number, other: number): boolean {
    if (this.#refusals && this.records[symbol]?.status === this.records[other]?.status) return false;
    return this.aboutTheRequest(symbol) || this.aboutTheRequest(other);
  }

  /** A class whose members are equal word for word as far as they were read: JSON with its flags, or a short text; not "about so long". */
  isFixed(symbol: number): boolean {
    const key = this.records[symbol]?.key ?? "";
    return !key.includes("length~") && !key.includes("size~") && !key.endsWith("…");
  }

  /** It looks like "nobody" beside another, and none looks so beside it. */
  isDenial(symbol: number): boolean {
    return !this.aboutTheRequest(symbol) && this.isPoorest(symbol) && !this.isRich(symbol);
  }

  /** Of all the people asked about, the share that got the class last, in [0, 1]. */
  share(symbol: number): number {
    let ids = 0;
    for (const record of this.records) ids += record.ids;
    return (this.records[symbol]?.ids ?? 0) / Math.max(1, ids);
  }

  /** All answers counted. */
  get answers(): number {
    let answers = 0;
    for (const record of this.records) answers += record.answers;
    return answers;
  }

  /** Folds classes together after fields left the scheme. Gives the new symbol of each old one. */
  coarsen(removed: readonly string[]): (symbol: number) => number {
    const merged: ClassRecord[] = [];
    const to = new Map<number, number>();
    const symbols = new Map<string, number>();
    for (const [symbol, record] of this.records.entries()) {
      let key: string | undefined = record.key;
      for (const path of removed) key = key === undefined ? undefined : keyWithoutScalar(key, path);
      const id = key === undefined ? record.id : plainHash(key);
      let target = merged.findIndex((other) => other.id === id);
      if (target < 0) target = merged.push({ id, key: key ?? record.key, status: record.status, fields: record.fields, ids: 0, answers: 0 }) - 1;
      const into = merged[target];
      if (into !== undefined) {
        into.ids += record.ids;
        into.answers += record.answers;
      }
      to.set(symbol, target);
      symbols.set(id, target);
    }
    for (const [id, symbol] of this.#symbols) {
      if (symbols.size < classesMax + aliasesMax && !symbols.has(id)) symbols.set(id, to.get(symbol) ?? classesMax);
    }
    this.#poor.fill(0);
    this.records.splice(0, this.records.length, ...merged);
    this.#symbols.clear();
    for (const [id, symbol] of symbols) this.#symbols.set(id, symbol);
    return (symbol) => to.get(symbol) ?? classesMax;
  }

  /** JSON-able; classes hold names of fields and flags, no values of people. */
  exportState(): { readonly classes: readonly ClassRecord[]; readonly aliases: readonly (readonly [string, number])[]; readonly refusals: boolean } {
    return { classes: this.records, aliases: [...this.#symbols], refusals: this.#refusals };
  }

  /** Takes up what {@link exportState} wrote. */
  restore(from: Partial<Record<string, unknown>>): void {
    const { classes, aliases, refusals } = from;
    if (Array.isArray(classes)) for (const record of classes.slice(0, classesMax)) this.records.push({ ...(record as ClassRecord) });
    if (Array.isArray(aliases)) for (const row of aliases) if (Array.isArray(row)) this.#symbols.set(String(row[0]), Number(row[1]));
    this.#refusals = refusals === true;
  }
}

/** Classes told apart on an endpoint: one symbol of the e-process is left for all that come after. */
export const classesMax = symbolsMax - 1;
/** Some 60 bytes each; a service that changes its fields often loses the meaning of ids older than that, and learns them again. */
const aliasesMax = 64;
