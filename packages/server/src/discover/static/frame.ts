import { byDefault, unknown } from "../value.ts";
import type { Names, Thing } from "./thing.ts";

/** Names of a function or block, from the innermost outwards. Knows how deep in undecided branches it was made. */
export class Frame implements Names {
  readonly names = new Map<string, Thing>();
  readonly outer: Names | undefined;
  readonly depth: number;

  constructor(outer?: Names, depth = outer?.depth ?? 0) {
    this.outer = outer;
    this.depth = depth;
  }

  get(name: string): Thing | undefined {
    return this.names.get(name) ?? this.outer?.get(name);
  }

  /** Declares a name here; where it is there already and the branch may not be taken, both answers are kept in mind. */
  declare(name: string, value: Thing, depth = this.depth): void {
    const before = this.names.get(name);
    this.names.set(name, depth > this.depth && before !== undefined ? eitherOf(before, value) : value);
  }

  /** Gives a name another value where it was declared; false where it was nowhere. */
  assign(name: string, value: Thing, depth: number): boolean {
    if (!this.names.has(name)) return this.outer?.assign(name, value, depth) ?? false;
    this.declare(name, value, depth);
    return true;
  }
}

/** What a name holds after a branch that may have been taken: `if base == "": base = "/api"` makes a default. */
export function eitherOf(before: Thing, after: Thing): Thing {
  if (after.kind !== "literal" || (before.kind === "literal" && before.value === after.value)) return after;
  if (before.kind === "unknown") return byDefault(after, before.why);
  const absent = before.kind === "literal" && (before.value === undefined || before.value === null || before.value === "");
  return absent ? after : unknown("a choice made at run time");
}
