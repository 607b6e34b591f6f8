import type { MissingExchanges } from "./hub-state.ts";

/** Losses of exchanges on their way to the hub, oldest first. At {@link missingMax} entries the oldest two become one, so that their sum is never wrong. */
export class MissingCount {
  readonly #list: MissingExchanges[];

  constructor(saved: readonly MissingExchanges[] = []) {
    this.#list = [...saved];
  }

  get list(): readonly MissingExchanges[] {
    return this.#list;
  }

  /** `at`: when it was noticed; the loss is told with {@link lossSpanMs} before it. */
  add(count: number, at: number, reason: string): void {
    this.#list.push({ from: at - lossSpanMs, to: at, count, reason });
    while (this.#list.length > missingMax) {
      const [one, two] = this.#list.splice(0, 2);
      if (one !== undefined && two !== undefined)
        this.#list.unshift({ from: Math.min(one.from, two.from), to: Math.max(one.to, two.to), count: one.count + two.count, reason: two.reason });
    }
  }
}

/** When exactly they were lost died with the process. */
const lossSpanMs = 1_000;
export const missingMax = 1_000;
