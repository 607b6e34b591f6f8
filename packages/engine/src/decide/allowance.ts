/**
 * A purse that fills by time and empties by answers: what honest people may be given although nothing speaks for them yet, and therefore the most an attacker can take in
 * their place. Never above its limit, never below zero; time that runs backwards fills nothing.
 */
export class Allowance {
  #left: number;
  #at = 0;

  constructor(start: number) {
    this.#left = start;
  }

  /** Whether `cost` is there at `at`, when it fills by `perMs` up to `most`. Takes nothing. */
  has(cost: number, at: number, perMs: number, most: number): boolean {
    if (this.#at > 0) this.#left = Math.min(most, this.#left + Math.max(0, at - this.#at) * perMs);
    this.#at = Math.max(at, this.#at);
    return this.#left >= cost;
  }

  take(cost: number): void {
    this.#left = Math.max(0, this.#left - cost);
  }

  /** What was explained after all, or told nothing. */
  giveBack(amount: number, most: number): void {
    this.#left = Math.min(most, this.#left + amount);
  }
}
