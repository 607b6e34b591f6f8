import type { Names, Value } from "./value.ts";

/** Names and what they hold, from the innermost block outwards. */
export class Scope implements Names {
  readonly #names = new Map<string, Value>();
  readonly #outer: Names | undefined;

  constructor(outer?: Names) {
    this.#outer = outer;
  }

  get(name: string): Value | undefined {
    return this.#names.get(name) ?? this.#outer?.get(name);
  }

  declare(name: string, value: Value): void {
    this.#names.set(name, value);
  }

  /** Gives a declared name another value; one that is nowhere declared is left alone. */
  assign(name: string, value: Value): void {
    if (this.#names.has(name)) this.#names.set(name, value);
    else this.#outer?.assign(name, value);
  }
}
