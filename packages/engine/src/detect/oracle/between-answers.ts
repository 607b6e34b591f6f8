/**
 * Refusals of people who are there: "these details differ", beside "no such member", where both look like a no. People got the one between two answers that
 * confirmed them, so it was not their being there that it denied; the other they did not get there. By what is seen, not by words, which an answer may lack.
 *
 * Learned from {@link betweenMin} people in as many networks, one every {@link apartMs} at most: an outage answered with a flag, or with "none" for everybody, comes to all at once. Takes for such a refusal one that depends on
 * who asks; it is given to people who are there, too. Misses services at which fewer people mistake a detail; to fake it a caller needs as many accounts in as many networks,
 * each taken away and made again, and gets no more than that his questions count as answered.
 *
 * Bound: a class keeps {@link betweenMin} people and networks; classes are bounded by `EndpointOracle`.
 */
export class BetweenAnswers {
  readonly #seen = new Map<number, Between>();

  /** Somebody got the class between two that confirmed him. True when that is now enough to know what it means. */
  note(symbol: number, subject: string, network: string, at: number): boolean {
    let between = this.#seen.get(symbol);
    if (between === undefined) {
      between = { subjects: new Set(), networks: new Set(), at: Number.NEGATIVE_INFINITY };
      this.#seen.set(symbol, between);
    }
    if (this.shows(symbol) || at - between.at < apartMs || between.subjects.has(subject) || between.networks.has(network)) return false;
    between.subjects.add(subject);
    between.networks.add(network);
    between.at = at;
    return this.shows(symbol);
  }

  /** So many people got it so. */
  shows(symbol: number): boolean {
    return (this.#seen.get(symbol)?.subjects.size ?? 0) >= betweenMin;
  }

  /** After classes were folded together. */
  coarsen(place: (symbol: number) => number): void {
    const seen = [...this.#seen];
    this.#seen.clear();
    for (const [symbol, between] of seen) {
      const held = this.#seen.get(place(symbol));
      if (held === undefined || held.subjects.size < between.subjects.size) this.#seen.set(place(symbol), between);
    }
  }

  /** JSON-able; hashes only. */
  exportState(): unknown {
    return [...this.#seen].map(([symbol, { subjects, networks, at }]) => [symbol, at, [...subjects], [...networks]]);
  }

  /** Takes up what {@link exportState} wrote, of at most so many classes. */
  restore(state: unknown, classes: number): void {
    if (!Array.isArray(state)) return;
    for (const row of state.slice(0, classes)) {
      if (!Array.isArray(row) || !Array.isArray(row[2]) || !Array.isArray(row[3])) continue;
      this.#seen.set(Number(row[0]), {
        at: typeof row[1] === "number" ? row[1] : Number.NEGATIVE_INFINITY,
        subjects: new Set(row[2].slice(0, betweenMin).map(String)),
        networks: new Set(row[3].slice(0, betweenMin).map(String)),
      });
    }
  }
}

interface Between {
  readonly subjects: Set<string>;
  readonly networks: Set<string>;
  /** When one was last taken. */
  at: number;
}

/** Accidents do not come a dozen times the same way. */
export const betweenMin = 12;
/** Shorter, and one mishap of the service could make them all; a dozen take eleven hours at least. */
export const apartMs = 3_600_000;
