import type { SubjectRule } from "../decide/gate-policy.ts";
import { subjectsMax } from "../understood.ts";
import { darkRangeOf } from "./dark-identifier.ts";
import { international } from "./national-number.ts";
import { normalForm } from "./normal-form.ts";
import type { Ports } from "./ports.ts";
import type { ParameterLocation, Subject, SubjectType } from "./subject.ts";

/** Gathers whom one request asks about: by keyed hash, without repeats, at most {@link subjectsMax}, and says when there may be more. */
export class SubjectCollector {
  readonly subjects: Subject[] = [];
  truncated = false;
  first = "";
  /** The first identifier was written with its country beside. */
  firstNational = false;
  /** Dial codes of the countries that stand beside what is read next. */
  dials: readonly string[] = noDials;
  readonly #ports: Ports;
  readonly #seen = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #written: string[] = [];
  readonly #order: number[] = [];

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Of the place that holds most. */
  batch(): Batch | undefined {
    const count = new Map<ParameterLocation, number>();
    for (const { location } of this.subjects) count.set(location, (count.get(location) ?? 0) + 1);
    let place: ParameterLocation | undefined;
    for (const [location, held] of count) if ((held > 1 || location.name.includes("[]")) && (place === undefined || held > (count.get(place) ?? 0))) place = location;
    if (place === undefined) return undefined;
    const chosen: number[] = [];
    const at = new Map<number, number>();
    for (const [index, subject] of this.subjects.entries()) if (subject.location === place) at.set(index, chosen.push(index) - 1);
    const subjects = chosen.flatMap((index) => this.subjects[index] ?? []);
    return {
      type: subjects[0]?.type ?? "opaque",
      subjects,
      texts: chosen.map((index) => this.#texts[index] ?? ""),
      written: chosen.map((index) => this.#written[index] ?? ""),
      order: this.#order.length >= orderMax ? [] : this.#order.flatMap((index) => at.get(index) ?? []),
    };
  }

  /** One value, or several with commas between. */
  list(rule: SubjectRule, text: string): void {
    if (!text.includes(",")) return this.one(rule, text);
    const parts = text.split(",", subjectsMax + 1);
    // Empty and repeated parts count: a thousand commas in front would hide whoever stands behind them.
    if (parts.length > subjectsMax) this.truncated = true;
    for (const part of parts) this.one(rule, part);
  }

  /**
   * Somebody may stand in a text that cannot be read (JSON with comments, UTF-16): the text itself is who is asked about, so that another text is another question and the same one sent again is not.
   * One that may hold many counts as too many, as does one of other bytes: all those that are no UTF-8 look the same here.
   */
  unread({ location }: SubjectRule, text: string): void {
    if (text.length > unreadCharactersMax || text.includes("\ufffd")) {
      this.truncated = true;
      return;
    }
    const hash = this.#ports.hash("opaque", `unread ${text}`);
    if (this.#seen.has(hash) || this.subjects.length >= subjectsMax) return;
    this.#seen.set(hash, this.subjects.length);
    this.#texts.push("");
    this.#written.push("");
    this.subjects.push({ type: "opaque", hash, location });
  }

  one(rule: SubjectRule, text: string): void {
    let known = false;
    for (const dial of this.dials) {
      const number = rule.type === "phone" ? international(dial, text) : undefined;
      if (number === undefined) continue;
      known = true;
      this.#add(rule, text, number, number);
    }
    if (!known) this.#add(rule, text, normalForm(rule.type, text), "");
  }

  /** `written`: in full, where the text is not. */
  #add(rule: SubjectRule, text: string, normal: string, written: string): void {
    if (this.truncated && this.subjects.length >= subjectsMax) return;
    if (normal === "" || normal === "+") return;
    if (this.first === "") {
      this.first = text;
      this.firstNational = written !== "";
    }
    const hash = this.#ports.hash(rule.type, normal);
    const known = this.#seen.get(hash);
    if (known !== undefined) {
      if (this.#order.length < orderMax) this.#order.push(known);
      return;
    }
    if (this.subjects.length >= subjectsMax) {
      this.truncated = true;
      return;
    }
    this.#seen.set(hash, this.subjects.length);
    if (this.#order.length < orderMax) this.#order.push(this.subjects.length);
    this.#texts.push(text);
    this.#written.push(written);
    this.subjects.push(subjectOf(rule, normal, hash));
  }
}

/** Nothing stands beside. */
export const noDials: readonly string[] = [];

/** Longer bodies that cannot be read may hold a list. */
export const unreadCharactersMax = 512;

/** People asked about together at one place of a request. */
export interface Batch {
  readonly type: SubjectType;
  readonly subjects: readonly Subject[];
  /** As they stood: in memory for one call only. */
  readonly texts: readonly string[];
  /** The same with its country, where that stood beside; else `""`. */
  readonly written?: readonly string[];
  /** Places in `subjects` in the order in which they were asked, repeats among them; at most {@link orderMax}. */
  readonly order: readonly number[];
}

/** Repeats read of one list: beyond that an answer is not read by place. */
export const orderMax = 2_000;

/** The subject that a rule names by this normal form. */
export function subjectOf({ type, location }: SubjectRule, normal: string, hash: string): Subject {
  const dark = darkRangeOf(type, normal);
  return dark === undefined ? { type, hash, location } : { type, hash, location, dark };
}
