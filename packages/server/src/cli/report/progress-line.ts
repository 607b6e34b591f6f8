import type { ReadProgress } from "../../sources/read-file.ts";
import { count, plain } from "./text-layout.ts";

/**
 * Says on standard error how far reading is: one line that is rewritten where a person watches, else a line every few seconds. Wall time only for
 * the pace of telling; judging never sees it.
 */
export class ProgressLine {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #toldAt: number;
  #shown = false;
  #before = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#startedAt = options.now();
    this.#toldAt = this.#startedAt;
  }

  /** `doing`: what is done with the input, in a word or two. */
  update(name: string, progress: Pick<ReadProgress, "accepted" | "rejected" | "bytesRead" | "bytesTotal">, doing = "Reading"): void {
    const { mode, now } = this.#options;
    if (mode === "silent") return;
    const at = now();
    if (at - this.#toldAt < (mode === "line" ? rewriteMs : repeatMs)) return;
    this.#toldAt = at;
    const records = this.#before + progress.accepted + progress.rejected;
    const perSecond = records / Math.max(0.001, (at - this.#startedAt) / 1_000);
    const share = progress.bytesTotal === undefined || progress.bytesTotal === 0 ? "" : ` ${Math.floor((100 * progress.bytesRead) / progress.bytesTotal)} %`;
    const sofar = records === 0 ? "" : `, ${count(records)} records, ${count(perSecond)} a second`;
    const text = `${doing} ${plain(name)}${share}${sofar}`;
    this.#options.write(mode === "line" ? `\r${text.slice(0, 78).padEnd(78)}` : `${text}\n`);
    this.#shown = true;
  }

  /** One input is read; its records count for the next. */
  next(records: number): void {
    this.#before += records;
  }

  /** Takes the rewritten line away. */
  end(): void {
    if (this.#options.mode === "line" && this.#shown) this.#options.write(`\r${" ".repeat(78)}\r`);
  }
}

export interface ProgressOptions {
  /** `line`: rewritten in place; `lines`: one every few seconds; `silent`. */
  readonly mode: "line" | "lines" | "silent";
  readonly write: (text: string) => void;
  /** Milliseconds, any origin. */
  readonly now: () => number;
}

const rewriteMs = 200;
const repeatMs = 3_000;
