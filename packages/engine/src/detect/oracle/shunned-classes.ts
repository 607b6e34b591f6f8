import { provenLogE } from "../observe/e-process.ts";

/**
 * A class that people who turned out to exist never got, though a good share of all others did: between two answers that are equally rich (two redirects, two sentences) it is the one said of
 * nobody. With `n` who followed up, `k` of them ever told this, and the share `p` of it among everybody else, the chance of so few by luck is at most exp(−n·KL(k/n ‖ p)); it must be
 * below that at which labels prove, e^−{@link provenLogE}. One in {@link followedPerMiss} at most may have got it at any time, before or after: a wrong password, a wrong code, too many questions or a
 * form that ran out happen to those who exist, too, and are no such class. And {@link bothNetworksMin} networks must have got it and another class about two people in one sitting, so that it
 * is not about who asks (a country, a robot).
 *
 * Suspects, never proves. What nobody can be called (no address, a number that no plan knows) takes no part, since what is said of it is about the spelling; so numbers written without their country
 * do not either. Misses: a service whose people do not follow up where it is seen, and one where nobody who asks honestly ever names somebody unknown. Walked around by having it said of one's own accounts before they are made, unseen: one for each {@link followedPerMiss} people who follow up.
 *
 * Bound: a count and a few networks for each class.
 */
export class ShunnedClasses {
  #followed = 0;
  /** By symbol: how many people were told it when they were first asked about. */
  #asked: number[];
  #all = 0;
  /** By symbol: how many who followed up ever got it. */
  #got: number[];
  /** By symbol: networks that got it and another. */
  readonly #both: Set<string>[];

  constructor(classes: number) {
    this.#got = Array.from({ length: classes }, () => 0);
    this.#asked = this.#got.map(() => 0);
    this.#both = this.#got.map(() => new Set<string>());
  }

  /** Somebody was asked about for the first time. */
  asked(symbol: number): void {
    const count = this.#asked[symbol];
    if (count === undefined) return;
    this.#asked[symbol] = count + 1;
    this.#all += 1;
    if (this.#all < askedMax) return;
    this.#all /= 2;
    this.#asked = this.#asked.map((one) => one / 2);
  }

  /** Somebody exists who got these classes so far, as bits by symbol. */
  followed(classes: number): void {
    this.#followed += 1;
    for (let symbol = 0; symbol < this.#got.length; symbol++) if ((classes & (1 << symbol)) !== 0) this.again(symbol);
    if (this.#followed < followedMax) return;
    // What is long past weighs half, so that a change of the service shows.
    this.#followed /= 2;
    this.#got = this.#got.map((count) => count / 2);
  }

  /** One who exists, and was counted, got another class for the first time. */
  again(symbol: number): void {
    const count = this.#got[symbol];
    if (count !== undefined) this.#got[symbol] = count + 1;
  }

  /** A network got both, about two people in one sitting. */
  both(symbol: number, other: number, network: string): void {
    for (const one of [symbol, other]) {
      const networks = this.#both[one];
      if (networks !== undefined && networks.size < bothNetworksMin) networks.add(network);
    }
  }

  /** Whether those who exist never get it. */
  has(symbol: number): boolean {
    const n = this.#followed;
    const k = this.#got[symbol] ?? 0;
    if ((k + 1) * followedPerMiss > n || (this.#both[symbol]?.size ?? 0) < bothNetworksMin) return false;
    const p = Math.min(0.999, ((this.#asked[symbol] ?? 0) - k) / Math.max(1, this.#all - n));
    return p > k / n && n * divergence(k / n, p) > provenLogE;
  }

  /** Classes have new places, several perhaps one. */
  coarsen(place: (symbol: number) => number): void {
    const got = this.#got.map(() => 0);
    const asked = this.#got.map(() => 0);
    const both = this.#both.map((networks) => [...networks]);
    for (const networks of this.#both) networks.clear();
    for (const [symbol, count] of this.#got.entries()) {
      const to = place(symbol);
      if (to < got.length) {
        got[to] = Math.min(this.#followed, (got[to] ?? 0) + count);
        asked[to] = (asked[to] ?? 0) + (this.#asked[symbol] ?? 0);
      }
      for (const network of both[symbol] ?? []) if ((this.#both[to]?.size ?? bothNetworksMin) < bothNetworksMin) this.#both[to]?.add(network);
    }
    this.#got = got;
    this.#asked = asked;
  }

  exportState(): unknown {
    return { asked: this.#asked, followed: this.#followed, got: this.#got, both: this.#both.map((networks) => [...networks]) };
  }

  /** Reads {@link exportState}, our own file; a state of before has none. */
  restore(state: unknown): void {
    if (typeof state !== "object" || state === null) return;
    const from = state as { readonly asked?: unknown; readonly followed?: unknown; readonly got?: unknown; readonly both?: unknown };
    this.#followed = Number(from.followed) || 0;
    for (const [symbol, count] of list(from.asked).slice(0, this.#asked.length).entries()) this.#asked[symbol] = Number(count) || 0;
    this.#all = this.#asked.reduce((sum, count) => sum + count, 0);
    for (const [symbol, count] of list(from.got).slice(0, this.#got.length).entries()) this.#got[symbol] = Number(count) || 0;
    for (const [symbol, networks] of list(from.both).entries()) for (const network of list(networks).slice(0, bothNetworksMin)) this.#both[symbol]?.add(String(network));
  }
}

/** Of so many who follow up at most one may ever have got the class. Where one in twenty mistypes a password, sixty who all did not are a chance of one in twenty, and 120 of whom one did one in sixty. */
export const followedPerMiss = 60;
/** Networks that must have got the class and another: as many as a poor and a rich one take. */
export const bothNetworksMin = 3;
/** At so many all counts are halved. */
export const followedMax = 2_048;
/** The same for those asked about. */
export const askedMax = 65_536;

/** Kullback–Leibler divergence of two coins, in nats. */
function divergence(a: number, b: number): number {
  return (a === 0 ? 0 : a * Math.log(a / b)) + (1 - a) * Math.log((1 - a) / (1 - b));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
