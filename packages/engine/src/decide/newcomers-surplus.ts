import { enumerationPolicy as policy } from "./enumeration-policy.ts";

/** What newcomers of one endpoint draw beyond their free questions, all together: it drains at the rate of the busiest ten minutes seen, so that a handful of addresses learn no more than one. */
export class NewcomersSurplus {
  #level = 0;
  #levelAt = 0;
  #inBin = 0;
  #busiestBin = 0;
  #perMs: number = policy.surplusFloorPerMs;

  /** Whether so much more may be drawn at `at`. */
  has(amount: number, at: number): boolean {
    this.drain(at);
    return this.#level + amount <= policy.newcomerSurplus;
  }

  take(amount: number): void {
    this.#level += amount;
    this.#inBin += amount;
  }

  giveBack(amount: number): void {
    this.#level = Math.max(0, this.#level - amount);
    this.#inBin = Math.max(0, this.#inBin - amount);
  }

  drain(at: number): void {
    this.#level = Math.max(0, this.#level - Math.max(0, at - this.#levelAt) * this.#perMs);
    this.#levelAt = Math.max(at, this.#levelAt);
  }

  /** Ten minutes are over; `learns`: they were usual ones. */
  rollBin(learns: boolean): void {
    if (learns) {
      this.#busiestBin = Math.max(this.#busiestBin, this.#inBin);
      this.#perMs = Math.max(policy.surplusFloorPerMs, (policy.trainMargin * this.#busiestBin) / policy.trainBinMs);
    }
    this.#inBin = 0;
  }

  goesOnFrom(other: NewcomersSurplus): void {
    this.#level = Math.max(this.#level, other.#level);
    this.#levelAt = Math.max(this.#levelAt, other.#levelAt);
  }
}
