import { byDefault, unknown, type Names, type Value } from "./value.ts";

/** Names and what they hold, from the innermost block outwards. Knows how deep in undecided branches it was made. */
export class Scope implements Names {
  readonly #names = new Map<string, Value>();
  readonly #outer: Names | undefined;
  readonly depth: number;

  constructor(outer?: Names, depth = outer?.depth ?? 0) {
    this.#outer = outer;
    this.depth = depth;
  }

  get(name: string): Value | undefined {
    return this.#names.get(name) ?? this.#outer?.get(name);
  }

  declare(name: string, value: Value): void {
    this.#names.set(name, value);
  }

  /** Gives a declared name another value; one that is nowhere declared is left alone. In a branch that may not be taken, what was there counts, too. */
  assign(name: string, value: Value, depth: number): void {
    const before = this.#names.get(name);
    if (before !== undefined) this.#names.set(name, depth > this.depth ? eitherOf(before, value) : value);
    else this.#outer?.assign(name, value, depth);
  }
}

/** `if (!base) base = "/api"` makes a default; two texts are anyone's guess. */
function eitherOf(before: Value, after: Value): Value {
  if (after.kind !== "literal" || (before.kind === "literal" && before.value === after.value)) return after;
  if (before.kind === "unknown") return byDefault(after, before.why);
  const absent = before.kind !== "literal" || before.value === undefined || before.value === null || before.value === "";
  return absent ? after : unknown("a choice made at run time");
}
