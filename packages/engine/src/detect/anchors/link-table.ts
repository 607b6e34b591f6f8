import type { Ports } from "../../exchange/ports.ts";
import { hash53 } from "../observe/hash53.ts";
import { OldestKey } from "../observe/oldest-key.ts";

/**
 * Remembers, for an hour, which subjects an id returned in an answer leads back to, as hashes of (network, value) under a seed made from the key.
 * A value that leads to more than {@link rootsPerValueMax} subjects is no id (a count, a flag) and leads nowhere from then on.
 *
 * Bound: {@link linksMax} values; at the bound the oldest is forgotten, which costs an anchor and never grants one.
 */
export class LinkTable {
  readonly #seed: number;
  readonly #links = new Map<number, Link>();
  readonly #oldest = new OldestKey(this.#links);

  constructor(ports: Ports) {
    this.#seed = Number.parseInt(ports.hash("link", "seed").slice(0, 8), 16);
  }

  get size(): number {
    return this.#links.size;
  }

  add(network: string, value: string, roots: readonly string[], at: number): void {
    const key = this.#key(network, value);
    const known = this.#links.get(key);
    if (known !== undefined && at - known.at <= linkForMs) {
      if (known.roots.length === 0) return;
      const merged = [...known.roots];
      for (const root of roots) if (!merged.includes(root)) merged.push(root);
      known.roots = merged.length > rootsPerValueMax ? [] : merged;
      known.at = at;
      return;
    }
    if (this.#links.size >= linksMax) {
      const oldest = this.#oldest.take();
      if (oldest !== undefined) this.#links.delete(oldest);
    }
    this.#links.delete(key);
    this.#links.set(key, { roots: roots.slice(0, rootsPerValueMax), at });
  }

  find(network: string, value: string, at: number): readonly string[] {
    if (this.#links.size === 0) return none;
    const link = this.#links.get(this.#key(network, value));
    return link === undefined || at - link.at > linkForMs ? none : link.roots;
  }

  /**
   * Fast, for an answer holds dozens of values: HMAC-SHA-256 of each was half of the cost of an exchange. The seed comes from the key, so nobody can aim
   * at another's value; by chance one lookup in 10^10 meets a foreign one. Never leaves this process.
   */
  #key(network: string, value: string): number {
    return hash53(`${network}\n${value}`, this.#seed);
  }
}

interface Link {
  roots: readonly string[];
  at: number;
}

const none: readonly string[] = [];
/** An id leads to one person, and by way of a retried question to the ids in between. */
const rootsPerValueMax = 4;
const linksMax = 131_072;
const linkForMs = 3_600_000;
