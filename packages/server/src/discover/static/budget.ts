import { unknown } from "../value.ts";
import type { Thing } from "./thing.ts";

/** What one program may cost: steps for each file, nested calls, undecided branches. A program made to loop ends here, and its file is named. */
export class Budget {
  readonly cutShort = new Set<string>();
  readonly active: object[] = [];
  /** How many undecided branches the walk stands in. */
  depth = 0;
  #left = stepsEachMax;

  step(): boolean {
    return --this.#left > 0;
  }

  /** Runs a part of a file with steps of its own. */
  within(file: string, part: () => void): void {
    const [left, depth, active] = [this.#left, this.depth, this.active.length];
    this.#left = stepsEachMax;
    this.depth = 0;
    try {
      part();
    } catch (error) {
      // Nested deeper than the stack holds, as generated code can be: this file ends here, the others go on.
      if (!(error instanceof RangeError)) throw error;
      this.cutShort.add(file);
      this.active.length = active;
    }
    if (this.#left <= 0) this.cutShort.add(file);
    this.#left = left;
    this.depth = depth;
  }

  /** Walks a branch that may not be taken. */
  maybe<T>(walk: () => T): T {
    this.depth++;
    try {
      return walk();
    } finally {
      this.depth--;
    }
  }

  /** Runs a function's body; unknown where calls nest too deeply. */
  calling(node: object, body: () => Thing): Thing {
    if (this.active.length >= depthMax || this.#left <= 0 || this.active.filter((one) => one === node).length > 1) return unknown("a call nested too deeply");
    this.active.push(node);
    try {
      return body();
    } finally {
      this.active.pop();
    }
  }
}

/** For one file: a hundred times what a file of routes takes. */
const stepsEachMax = 300_000;
/** Nested calls; deeper is recursion. */
const depthMax = 48;
