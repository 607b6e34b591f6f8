import type { Action, Decision } from "@postern/engine";

/**
 * Puts decisions, which come in order of time, back into the order of input and writes each as one line of NDJSON. `write` gets whole lines,
 * some thousand at a time.
 *
 * Bound: {@link waitingMax} lines wait for an earlier one. Beyond it the oldest gap is left open and told in {@link DecisionLines.outOfOrder}: the late line
 * comes when it comes, and its `id` says which it is.
 */
export class DecisionLines {
  /** Lines written after later ones. */
  outOfOrder = 0;
  readonly #write: (text: string) => void;
  readonly #waiting = new Map<number, string>();
  #next = 0;
  #text = "";

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(index: number, decision: Decision): void {
    if (index < this.#next) {
      this.outOfOrder++;
      this.#put(lineOf(decision));
      return;
    }
    if (index !== this.#next) {
      this.#waiting.set(index, lineOf(decision));
      if (this.#waiting.size > waitingMax) this.#skip();
      return;
    }
    this.#put(lineOf(decision));
    this.#next++;
    this.#follow();
  }

  /** Writes what is left. Call once, after the last decision. */
  end(): void {
    while (this.#waiting.size > 0) this.#skip();
    this.#write(this.#text);
    this.#text = "";
  }

  #skip(): void {
    let least = Number.POSITIVE_INFINITY;
    for (const index of this.#waiting.keys()) if (index < least) least = index;
    this.#next = least;
    this.#follow();
  }

  #follow(): void {
    for (let line = this.#waiting.get(this.#next); line !== undefined; line = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.#next++;
      this.#put(line);
    }
  }

  #put(line: string): void {
    this.#text += line;
    if (this.#text.length < writeAtOnce) return;
    this.#write(this.#text);
    this.#text = "";
  }
}

/** One line of `--decisions`. */
export interface DecisionLine {
  readonly id: string;
  readonly at: string;
  readonly action: Action;
  readonly would: Action;
  readonly reason: string;
  readonly ref: string;
}

/** About 200 MB of lines: far beyond what a log written in order needs. */
export const waitingMax = 1_000_000;
const writeAtOnce = 1 << 18;

function lineOf({ id, at, action, would, reason, ref }: Decision): string {
  const line: DecisionLine = { id, at: new Date(at).toISOString(), action, would, reason, ref };
  return `${JSON.stringify(line)}\n`;
}
