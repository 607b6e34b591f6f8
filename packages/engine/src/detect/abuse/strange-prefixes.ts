import { abusePolicy as policy } from "./abuse-policy.ts";

/**
 * Prefixes in which nobody verified a code until lately and which have messages now, and how many: where a service begins in another country many of them fill at once, and one among them says nothing.
 *
 * Bound: {@link strangersMax}; the one that stands longest without a message goes first. Whoever sends to so many prefixes at once is not told by this, and pays for each.
 */
export class StrangePrefixes {
  readonly #recent = new Map<string, { readonly recent: number; readonly at: number }>();

  /** `recent`: messages of about the last ten minutes, fading. */
  set(prefix: string, recent: number, at: number): void {
    this.#recent.delete(prefix);
    if (this.#recent.size >= strangersMax) {
      const [oldest] = this.#recent.keys();
      if (oldest !== undefined) this.#recent.delete(oldest);
    }
    this.#recent.set(prefix, { recent, at });
  }

  /** What at least {@link policy.strangersMin} of the others had, each; undefined where fewer are about. */
  usualBeside(prefix: string, at: number): number | undefined {
    const others: number[] = [];
    for (const [other, { recent, at: since }] of this.#recent) {
      if (other === prefix) continue;
      others.push(recent * Math.exp(-Math.max(0, at - since) / policy.surgeWithinMs));
    }
    if (others.length < policy.strangersMin) return undefined;
    others.sort((a, b) => b - a);
    return others[policy.strangersMin - 1];
  }
}

/** A country's prefixes that fill within ten minutes; a look goes through them, once a message that is suspect already. */
export const strangersMax = 256;
