/**
 * Numbered lines, kept until the other side acknowledged them: those after the last one sent can be had at any time, and all of them again after a
 * reconnect. Every operation costs the same however much waits.
 *
 * Bounds: `countMax` lines and `charactersMax` characters. At either the oldest goes; the hole in the numbers tells the receiver how many.
 */
export class ResendQueue {
  readonly #countMax: number;
  readonly #charactersMax: number;
  #lines: string[] = [];
  /** Lines before this index are gone. */
  #head = 0;
  /** Number of the line at `#head`. */
  #first = 1;
  #characters = 0;

  constructor(countMax: number, charactersMax: number) {
    this.#countMax = countMax;
    this.#charactersMax = charactersMax;
  }

  /** Number of the last line pushed; 0 before the first. */
  get last(): number {
    return this.#first + this.size - 1;
  }

  get size(): number {
    return this.#lines.length - this.#head;
  }

  push(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length;
    while (this.size > this.#countMax || (this.#characters > this.#charactersMax && this.size > 0)) this.#drop();
  }

  /** Forgets every line up to this number. Numbers never pushed, or known already, change nothing. */
  acknowledge(upTo: number): void {
    while (this.#first <= upTo && this.size > 0) this.#drop();
  }

  /** The lines after number `sent`, at most `max`, and the number of the last of them (`sent` when there is none). */
  after(sent: number, max: number): { readonly lines: readonly string[]; readonly last: number } {
    const from = this.#head + Math.max(0, sent + 1 - this.#first);
    const lines = this.#lines.slice(from, from + max);
    return { lines, last: lines.length === 0 ? sent : this.#first + (from - this.#head) + lines.length - 1 };
  }

  #drop(): void {
    this.#characters -= this.#lines[this.#head]?.length ?? 0;
    this.#lines[this.#head] = "";
    this.#head++;
    this.#first++;
    if (this.#head >= 1_024 && this.#head * 2 >= this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head);
      this.#head = 0;
    }
  }
}
