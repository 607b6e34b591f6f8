import type { UsualValue } from "../../decide/gate-policy.ts";

/**
 * Finds, in the answers of one endpoint to questions about people, the value that stands again and again in a field that otherwise hardly repeats: the `""`, `0`, "Unknown" or
 * `1970-01-01T00:00:00Z` where others have an id, an amount, a greeting. The first such value divides the answers in two; among those that have it the next is looked for, so that a field which
 * many people leave empty (a middle name) does not hide the one that is empty for nobody else; at most {@link usualValuesMax}.
 *
 * It says that answers differ, not what the difference means: see `differsByUsual` of `class-structure.ts`. Most of what it finds is somebody's zero balance, so labels alone make it evidence,
 * unless the value is all there is to the answer and is empty or says "unknown". A value counts once for each other person in turn, and stands out where it came
 * {@link usualSeenMin} times or more, beside as many others, each at most a quarter as often; after {@link usualSettledAfter} answers two thirds as often.
 *
 * Misses: refusals (only 2xx are read), pages, answers about several; `0` or `-1` where nobody was seen to follow up; a value rarer than one in {@link usualCountsMax} answers; two values that both repeat; a field in which an answer repeats for those who exist before it does for nobody (an
 * attacker can make it so with some accounts of his own that say the same, on an endpoint hardly anybody has asked yet).
 *
 * Bound: {@link usualFieldsMax} fields of {@link usualCountsMax} values, as keyed hashes; counts are halved at {@link usualAnswersMax} answers.
 */
export class UsualValues {
  found: readonly UsualValue[] = [];
  #answers = 0;
  #asked = 0;
  readonly #fields = new Map<string, Counted>();
  /** The answer that is being read. */
  readonly #said = new Map<string, string | undefined>();

  /** No more is looked for. */
  get full(): boolean {
    return this.found.length >= usualValuesMax;
  }

  /** Whether to read the next answer: hashing its fields costs, so of later answers one in {@link usualReadEvery}. */
  next(): boolean {
    if (this.full) return false;
    this.#asked += 1;
    return this.#asked <= usualAnswersMax || this.#asked % usualReadEvery === 0;
  }

  /** One scalar of the answer that is being read: the hash of its value, undefined where that holds whom was asked about. */
  saw(path: string, value: string | undefined): void {
    if (this.#said.size < usualFieldsMax) this.#said.set(path, value);
  }

  /** The answer has been read. `asked` is whom it is about, `told` whether a field's values are told apart already. True when another value was found. */
  end(asked: string, told: (path: string) => boolean): boolean {
    const matches = this.found.every(({ path, hash }) => this.#said.get(path) === hash);
    if (matches && !this.full) {
      this.#answers += 1;
      for (const [path, value] of this.#said) this.#count(path, value, asked);
    }
    this.#said.clear();
    if (!matches || this.full) return false;
    const [path, hash] = this.#standsOut(told) ?? [];
    if (path !== undefined && hash !== undefined) {
      this.found = [...this.found, { path, hash }];
      this.#answers = 0;
      this.#fields.clear();
      return true;
    }
    if (this.#answers >= usualAnswersMax) this.#halve();
    return false;
  }

  /** JSON-able; values only as keyed hashes. */
  exportState(): unknown {
    return [
      this.#answers,
      this.found.map(({ path, hash }) => [path, hash]),
      [...this.#fields].map(([path, field]) => [path, field.samples, [...field.values].map(([hash, { count }]) => [hash, count])]),
      this.#asked,
    ];
  }

  /** Reads {@link exportState}, our own file; a state of before has none. */
  static restore(state: unknown): UsualValues {
    const usual = new UsualValues();
    if (!Array.isArray(state)) return usual;
    usual.#answers = Number(state[0]) || 0;
    usual.#asked = Number(state[3]) || 0;
    usual.found = list(state[1])
      .slice(0, usualValuesMax)
      .flatMap((row) => (Array.isArray(row) ? [{ path: String(row[0]), hash: String(row[1]) }] : []));
    for (const row of list(state[2]).slice(0, usualFieldsMax)) {
      if (!Array.isArray(row)) continue;
      const values = new Map<string, Times>();
      for (const value of list(row[2]).slice(0, usualCountsMax)) if (Array.isArray(value)) values.set(String(value[0]), { count: Number(value[1]) || 0, asked: "" });
      usual.#fields.set(String(row[0]), { samples: Number(row[1]) || 0, values });
    }
    return usual;
  }

  #count(path: string, value: string | undefined, asked: string): void {
    let field = this.#fields.get(path);
    if (field === undefined) {
      if (this.#fields.size >= usualFieldsMax) return;
      field = { samples: 0, values: new Map() };
      this.#fields.set(path, field);
    }
    const times = value === undefined ? undefined : field.values.get(value);
    if (times !== undefined) {
      if (times.asked === asked) return;
      times.count += 1;
      times.asked = asked;
    } else if (value !== undefined && (field.values.size < usualCountsMax || makeRoom(field.values))) field.values.set(value, { count: 1, asked });
    field.samples += 1;
  }

  /** Of several the one whose others repeat least. */
  #standsOut(told: (path: string) => boolean): readonly [string, string] | undefined {
    let best: readonly [string, string] | undefined;
    let least = Infinity;
    for (const [path, { samples, values }] of this.#fields) {
      let most = 0;
      let second = 0;
      let hash = "";
      for (const [value, { count }] of values) {
        if (count > most) [second, most, hash] = [most, count, value];
        else if (count > second) second = count;
      }
      if (most < usualSeenMin || samples - most < usualSeenMin || second / most >= least) continue;
      const stands = this.#answers < usualSettledAfter ? second * 4 <= most : second * 1.5 + 3 <= most;
      if (!stands || told(path)) continue;
      least = second / most;
      best = [path, hash];
    }
    return best;
  }

  /** What is long past weighs half. */
  #halve(): void {
    this.#answers /= 2;
    for (const field of this.#fields.values()) {
      field.samples /= 2;
      for (const [value, times] of field.values) {
        times.count /= 2;
        if (times.count < 1) field.values.delete(value);
      }
    }
  }
}

/** Values of one endpoint that are told apart: each makes the rest fewer. */
export const usualValuesMax = 3;
/** A value, and others in its place, that often: of ids all but never, of first names in hundreds. */
export const usualSeenMin = 5;
/** Answers after which a value may also stand out from others that repeat, too. */
export const usualSettledAfter = 256;
export const usualAnswersMax = 1_024;
/** Of a list of a hundred that is asked for late, a dozen are read. */
export const usualReadEvery = 8;
/** Scalars of an answer that are looked at, the first. */
export const usualFieldsMax = 24;
/** Values of a field that are counted; the oldest that came once makes room. */
export const usualCountsMax = 64;

interface Counted {
  samples: number;
  readonly values: Map<string, Times>;
}

interface Times {
  count: number;
  /** Whom the last one was about; not written into the state. */
  asked: string;
}

function makeRoom(values: Map<string, Times>): boolean {
  for (const [value, { count }] of values)
    if (count <= 1) {
      values.delete(value);
      return true;
    }
  return false;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
