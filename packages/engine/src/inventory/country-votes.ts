import { international } from "../exchange/national-number.ts";
import { isKnownPhone } from "./value-shape.ts";

/**
 * Whether the values of one parameter are numbers of telephones with the country that stands beside them, by each parameter that may be that country. The number plan is asked for the first
 * {@link checksMax} values of each, and for fewer once those agree or {@link eagerMax} were seen; old answers fade, so that whoever sends nonsense first only delays what is learned.
 *
 * Mistakes: plans of Germany, India, China or Brazil know nearly every number of eight to eleven digits; who reads this asks the names, too (`countryBeside`). Misses: numbers of less than
 * {@link CountryVotes.digitsMin} digits.
 */
export class CountryVotes {
  /** Of a national number as it is sent: shorter ones are as often post codes. */
  static readonly digitsMin = 7;
  readonly #countries = new Map<string, Votes>();

  /** This value stood beside a country of this key and dial code; `doubtful`: that may be something else as well. True when the number plan was asked, which costs 20 µs. */
  add(country: string, doubtful: boolean, dial: string, value: string): boolean {
    let counts = this.#countries.get(country);
    if (counts === undefined) {
      if (!this.#makeRoom(doubtful)) return false;
      this.#countries.set(country, (counts = { seen: 0, checked: 0, known: 0, doubtful }));
    }
    if (counts.checked >= checksMax) {
      if (agrees(counts)) return false;
      counts.checked /= 2;
      counts.known /= 2;
    }
    if (++counts.seen > eagerMax && counts.seen % 16 !== 0) return false;
    const number = international(dial, value);
    counts.checked++;
    if (number === undefined) return false;
    if (number.startsWith(nobodys) || isKnownPhone(number.slice(1))) counts.known++;
    return true;
  }

  /** Keys of those with which most of the values are numbers. */
  *agreed(): IterableIterator<string> {
    for (const [country, counts] of this.#countries) if (counts.checked >= checksMin && agrees(counts)) yield country;
  }

  absorb(other: CountryVotes): void {
    for (const [country, { seen, checked, known, doubtful }] of other.#countries) {
      const mine = this.#countries.get(country);
      if (mine === undefined) {
        if (this.#makeRoom(doubtful)) this.#countries.set(country, { seen, checked, known, doubtful });
        continue;
      }
      mine.seen += seen;
      mine.checked += checked;
      mine.known += known;
    }
  }

  /** JSON-able: keys of parameters and counts. */
  exportState(): CountryVotesState {
    return Array.from(this.#countries, ([country, { seen, checked, known, doubtful }]) => [country, seen, checked, known, doubtful]);
  }

  static restore(state: CountryVotesState): CountryVotes {
    const votes = new CountryVotes();
    for (const [country, seen, checked, known, doubtful] of state.slice(0, countriesMax)) votes.#countries.set(country, { seen, checked, known, doubtful });
    return votes;
  }

  /** What nothing speaks for gives way: else whoever writes other names beside his questions each time would fill all places. Doubtful ones get half of them, and give way to others. */
  #makeRoom(doubtful: boolean): boolean {
    const held = [...this.#countries];
    const doubted = held.filter(([, votes]) => votes.doubtful);
    const crowded = doubtful && doubted.length >= countriesMax / 2;
    if (!crowded && held.length < countriesMax) return true;
    const weak = (crowded ? doubted : held).find(([, { known }]) => known < 1) ?? (doubtful ? undefined : doubted[0]);
    if (weak === undefined) return false;
    this.#countries.delete(weak[0]);
    return true;
  }
}

/** See {@link CountryVotes.exportState}. */
export type CountryVotesState = readonly (readonly [country: string, seen: number, checked: number, known: number, doubtful: boolean])[];

interface Votes {
  seen: number;
  checked: number;
  known: number;
  readonly doubtful: boolean;
}

function agrees({ checked, known }: Votes): boolean {
  return known >= agreeShare * checked;
}

/** Numbers of films and tests, which no plan knows. */
const nobodys = "+999";
/** A request has a country, and with it a language, a page, an amount. */
export const countriesMax = 4;
export const checksMin = 8;
export const checksMax = 16;
/** Afterwards one value in sixteen is looked at. */
export const eagerMax = 64;
/** Of numbers that people type some are wrong. */
const agreeShare = 0.6;
