import { BernoulliCusum } from "../detect/observe/bernoulli-cusum.ts";
import { LogQuantiles } from "../detect/observe/log-quantiles.ts";
import { fanOutPolicy as policy } from "./fan-out-policy.ts";

/**
 * Whether far more first books than before are long. One long book is a person who knows many; a dozen of them within a day, where one in a hundred was so long, are one list in parts, however far
 * apart they come and whoever sends them. A CUSUM over books (Page 1954) at each of several lengths: the share of longer ones against what calm days showed, taken two standard errors and one book
 * too high, since few books say little about how rare the longest are. Between two false alarms at one length lie e^{@link policy.longAlarmAt} books at least.
 *
 * Misses: parts as short as most people's books: a list then takes as many accounts as it has books' worth of people. A list in fewer parts than the test needs: six where none was ever so long, a dozen where one in fifty was. While the
 * first day and its {@link policy.startCallersMin} books are learned, nothing is said. Mistakes: a campaign among people who know many. It tells, and holds nobody.
 * Bound: as many counts as there are lengths, and 128 bins. No clock, no randomness.
 */
export class LongBooks {
  /** Of books that ended while nothing was suspected. */
  readonly #calm = new LogQuantiles();
  #levels: readonly Level[] = [];
  #day = -1;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** A book under way has grown; says so when it is the one too many. */
  grew(from: number, to: number, at: number): LongBooksAlarm | undefined {
    let alarm: LongBooksAlarm | undefined;
    for (const level of this.#levels) {
      if (from > level.length || to <= level.length) continue;
      if (level.cusum.add(true, level.share, policy.longShare))
        alarm = { length: Math.round(level.length), longer: level.cusum.yes, of: level.cusum.events, statistic: level.cusum.value };
    }
    if (alarm === undefined || at - this.#toldAt < dayMs) return undefined;
    this.#toldAt = at;
    return alarm;
  }

  /** A book is over. */
  ended(size: number, at: number): void {
    for (const { length, share, cusum } of this.#levels) if (size <= length) cusum.add(false, share, policy.longShare);
    const day = Math.floor(at / dayMs);
    if (this.#day < 0) this.#day = day;
    const suspected = this.#levels.some(({ cusum }) => cusum.value >= policy.longAlarmAt / 2);
    if (day > this.#day && !suspected) {
      this.#day = day;
      if (this.#calm.size >= policy.startCallersMin) this.#learn();
    }
    if (!suspected) this.#calm.add(size);
  }

  #learn(): void {
    const { size } = this.#calm;
    this.#levels = policy.longShares.map((below, n) => {
      // The upper edge of a bin: at most the rest of all books is longer.
      const rest = 1 - below;
      const share = Math.min(policy.longShare / 2, rest + 2 * Math.sqrt((rest * below) / size) + 1 / size);
      return { length: this.#calm.quantile(below), share, cusum: this.#levels[n]?.cusum ?? new BernoulliCusum(policy.longAlarmAt) };
    });
  }
}

export interface LongBooksAlarm {
  /** People in a book, and how many of the last ones were longer. */
  readonly length: number;
  readonly longer: number;
  readonly of: number;
  readonly statistic: number;
}

interface Level {
  readonly length: number;
  readonly share: number;
  readonly cusum: BernoulliCusum;
}

const dayMs = 86_400_000;
