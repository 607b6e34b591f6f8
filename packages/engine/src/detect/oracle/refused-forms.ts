import { RotatingMap } from "./rotating-map.ts";

/**
 * Whether a refusal that sounds as if the question could not be read (400, 422) is about its form: an error of form comes to forms to which nobody gets another answer. One that comes to a
 * form that others are answered in, "yes" or "nobody", was not about the form but about what stood in it: a birth date that is not the member's. Where nobody is said to be there with another
 * answer, such a refusal says that somebody is.
 *
 * It is one of content while more networks got it to forms that are answered than to others; and for good once {@link peopleMin} people in as many networks, one in {@link apartMs} at most, got
 * it to such a form and were confirmed as well. Those people are what an attacker cannot take away; the other count he can tip with people of whom he knows that they exist, asked about in a form
 * nobody else uses, until somebody honest mistyped a detail {@link peopleMin} times. That he can make an error of form cost a credit (a date that does not exist, from so many networks) is worth nothing to him.
 *
 * Mistakes for content what is well written and refused whoever is meant: a wrong check digit, the 31st of February. Bounds: {@link formsMax} forms, {@link networksMax} networks each for a class.
 */
export class RefusedForms {
  readonly #forms = new RotatingMap<Form>(formsMax);
  readonly #people = new Map<number, People>();
  /** Classes that are about content, and of those the ones that people got who exist, as bits by symbol. */
  content = 0;
  confirming = 0;

  /** A question of this form was answered about the person. */
  answered(form: string): void {
    const held = this.#of(form);
    if (held.answered) return;
    held.answered = true;
    if (held.refused.size > 0) this.#weigh();
  }

  /** One was refused. Whether others are answered in that form. */
  refused(symbol: number, form: string, network: string): boolean {
    const held = this.#of(form);
    let networks = held.refused.get(symbol);
    if (networks === undefined) {
      networks = new Set();
      held.refused.set(symbol, networks);
    }
    if (networks.size < networksMax && !networks.has(network)) {
      networks.add(network);
      this.#weigh();
    }
    return held.answered;
  }

  /** Somebody got the class to a form in which others are answered, and is there. */
  confirmed(symbol: number, subject: string, network: string, at: number): void {
    let people = this.#people.get(symbol);
    if (people === undefined) {
      people = { subjects: new Set(), networks: new Set(), at: Number.NEGATIVE_INFINITY };
      this.#people.set(symbol, people);
    }
    if (people.subjects.size >= peopleMin || at - people.at < apartMs || people.subjects.has(subject) || people.networks.has(network)) return;
    people.subjects.add(subject);
    people.networks.add(network);
    people.at = at;
    if (people.subjects.size >= peopleMin) this.#weigh();
  }

  #of(form: string): Form {
    let held = this.#forms.get(form);
    if (held === undefined) {
      held = { answered: false, refused: new Map() };
      this.#forms.add(form, held);
    }
    return held;
  }

  #weigh(): void {
    const balance = new Map<number, number>();
    for (const [, { answered, refused }] of this.#forms.entries())
      for (const [symbol, networks] of refused) balance.set(symbol, (balance.get(symbol) ?? 0) + (answered ? networks.size : -networks.size));
    let content = 0;
    let confirming = 0;
    for (const [symbol, more] of balance) if (more > 0) content |= 1 << symbol;
    for (const [symbol, { subjects }] of this.#people) if (subjects.size >= peopleMin) confirming |= 1 << symbol;
    // A class that comes to any form says less than that somebody is there.
    this.confirming = confirming & content;
    this.content = content | confirming;
  }

  /** Classes have new places, several perhaps one. */
  coarsen(place: (symbol: number) => number): void {
    for (const [, { refused }] of this.#forms.entries()) {
      const before = [...refused];
      refused.clear();
      for (const [symbol, networks] of before) {
        const held = refused.get(place(symbol));
        if (held === undefined) refused.set(place(symbol), networks);
        else for (const network of networks) if (held.size < networksMax) held.add(network);
      }
    }
    const people = [...this.#people];
    this.#people.clear();
    for (const [symbol, one] of people) if ((this.#people.get(place(symbol))?.subjects.size ?? -1) < one.subjects.size) this.#people.set(place(symbol), one);
    this.#weigh();
  }

  /** JSON-able; hashes only. */
  exportState(): unknown {
    return {
      forms: [...this.#forms.entries()].map(([form, { answered, refused }]) => [form, answered ? 1 : 0, [...refused].map(([symbol, networks]) => [symbol, ...networks])]),
      people: [...this.#people].map(([symbol, { subjects, networks, at }]) => [symbol, at, [...subjects], [...networks]]),
    };
  }

  /** Reads {@link exportState}, our own file, of at most so many classes; a state of before has none. */
  restore(state: unknown, classes: number): void {
    if (typeof state !== "object" || state === null) return;
    const from = state as { readonly forms?: unknown; readonly people?: unknown };
    for (const row of list(from.forms).slice(-formsMax)) {
      if (!Array.isArray(row)) continue;
      const held = this.#of(String(row[0]));
      held.answered = row[1] === 1;
      for (const of of list(row[2]).slice(0, classes)) if (Array.isArray(of)) held.refused.set(Number(of[0]), new Set(of.slice(1, 1 + networksMax).map(String)));
    }
    for (const row of list(from.people).slice(0, classes)) {
      if (!Array.isArray(row)) continue;
      const [subjects, networks] = [list(row[2]), list(row[3])].map((all) => new Set(all.slice(0, peopleMin).map(String)));
      if (subjects !== undefined && networks !== undefined)
        this.#people.set(Number(row[0]), { subjects, networks, at: typeof row[1] === "number" ? row[1] : Number.NEGATIVE_INFINITY });
    }
    this.#weigh();
  }
}

/** A form of question. */
interface Form {
  /** Somebody was answered about the person. */
  answered: boolean;
  /** By class: the networks that were refused so. */
  readonly refused: Map<number, Set<string>>;
}

interface People {
  readonly subjects: Set<string>;
  readonly networks: Set<string>;
  /** When one was last taken. */
  at: number;
}

/** A lookup has a few; those not asked in for long make room. */
export const formsMax = 64;
/** More from one form say no more. */
export const networksMax = 8;
/** One who mistypes and then gets it right may be a mishap of the service. */
export const peopleMin = 3;
/** A mishap comes to all at once. */
export const apartMs = 600_000;

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
