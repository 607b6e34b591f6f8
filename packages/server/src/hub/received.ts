import { keepLatest } from "../keep-latest.ts";

/**
 * How far each life of a gate was read: the number of its last exchange that was journaled or counted as missing. Numbers only grow.
 *
 * Bound: {@link livesMax} lives, the least recently heard of goes first. A gate tells of at most 64 past lives, so none that matters is forgotten.
 */
export class Received {
  readonly #lives = new Map<string, number>();

  constructor(state: Readonly<Record<string, number>> = {}) {
    for (const [epoch, seq] of Object.entries(state)) this.reach(epoch, seq);
  }

  /** 0 for a life never heard of. */
  of(epoch: string): number {
    return this.#lives.get(epoch) ?? 0;
  }

  reach(epoch: string, seq: number): void {
    keepLatest(this.#lives, epoch, Math.max(this.of(epoch), seq), livesMax);
  }

  /** Takes a journaled exchange's mark, `<epoch>:<seq>`. Anything else is no mark. */
  recall(mark: unknown): void {
    if (typeof mark !== "string") return;
    const colon = mark.lastIndexOf(":");
    const seq = Number(mark.slice(colon + 1));
    if (colon > 0 && Number.isSafeInteger(seq) && seq > 0) this.reach(mark.slice(0, colon), seq);
  }

  exportState(): Record<string, number> {
    return Object.fromEntries(this.#lives);
  }
}

export const livesMax = 4_096;
