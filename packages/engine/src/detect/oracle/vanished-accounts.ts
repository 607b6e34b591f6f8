/**
 * Accounts that seem gone: people whose answer went from "somebody" to "nobody". Enough of them, from enough networks, over more than a day take a suspicion by contrast back where
 * repeats as a whole speak against a dependence, too. An attacker would have to delete so many accounts of his own from so many places, and wait.
 *
 * Bound: {@link vanishedMin} subjects and as many networks.
 */
export class VanishedAccounts {
  readonly #subjects = new Set<string>();
  readonly #networks = new Set<string>();
  /** 0 while there is none. */
  #firstAt = 0;
  #lastAt = 0;

  note({ subject, network, at }: Vanished): void {
    if (this.#firstAt === 0) this.#firstAt = at;
    this.#lastAt = Math.max(this.#lastAt, at);
    if (this.#subjects.size < vanishedMin) this.#subjects.add(subject);
    if (this.#networks.size < vanishedMin) this.#networks.add(network);
  }

  /** They were no such accounts. */
  clear(): void {
    this.#subjects.clear();
    this.#networks.clear();
    this.#firstAt = 0;
  }

  get enough(): boolean {
    return this.#subjects.size >= vanishedMin && this.#networks.size >= vanishedMin && this.#lastAt - this.#firstAt >= vanishedForMs;
  }

  /** JSON-able; hashes only. */
  exportState(): unknown {
    return [this.#firstAt, this.#lastAt, [...this.#subjects], [...this.#networks]];
  }

  /** Takes up what {@link exportState} wrote. */
  restore(state: unknown): void {
    if (!Array.isArray(state)) return;
    const [firstAt, lastAt, subjects, networks] = state as readonly unknown[];
    this.#firstAt = Number(firstAt) || 0;
    this.#lastAt = Number(lastAt) || 0;
    if (Array.isArray(subjects)) for (const subject of subjects.slice(0, vanishedMin)) this.#subjects.add(String(subject));
    if (Array.isArray(networks)) for (const network of networks.slice(0, vanishedMin)) this.#networks.add(String(network));
  }
}

/** Somebody who was there gets the answer of nobody. */
export interface Vanished {
  readonly subject: string;
  readonly network: string;
  readonly at: number;
}

/** Accounts, and networks. */
export const vanishedMin = 20;
export const vanishedForMs = 86_400_000;
