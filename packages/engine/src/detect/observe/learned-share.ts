/**
 * The share of yes among events in calm times, forgetting: a fading mean over about `memory` events that starts from `prior`, worth `priorWeight` events. Never leaves
 * [`least`, `most`], so that an attacker who is there from the start teaches it no more than `most`. Who calls decides when times are calm.
 */
export class LearnedShare {
  readonly #options: LearnedShareOptions;
  #yes: number;
  #events: number;
  /** Events learned from, those forgotten included. */
  seen = 0;

  constructor(options: LearnedShareOptions, state?: LearnedShareState) {
    this.#options = options;
    this.#yes = state?.yes ?? options.prior * options.priorWeight;
    this.#events = state?.events ?? options.priorWeight;
    this.seen = state?.seen ?? 0;
  }

  learn(yes: boolean): void {
    const { memory } = this.#options;
    const keep = this.#events >= memory ? 1 - 1 / memory : 1;
    this.#yes = this.#yes * keep + (yes ? 1 : 0);
    this.#events = this.#events * keep + 1;
    this.seen++;
  }

  get value(): number {
    return Math.min(this.#options.most, Math.max(this.#options.least, this.#yes / this.#events));
  }

  exportState(): LearnedShareState {
    return { yes: this.#yes, events: this.#events, seen: this.seen };
  }
}

export interface LearnedShareOptions {
  readonly prior: number;
  readonly priorWeight: number;
  readonly memory: number;
  readonly least: number;
  readonly most: number;
}

export interface LearnedShareState {
  readonly yes: number;
  readonly events: number;
  readonly seen: number;
}
