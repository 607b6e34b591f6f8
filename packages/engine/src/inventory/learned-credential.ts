import { DistinctCounter } from "./distinct-counter.ts";
import { addOutcomes, newOutcomes, type Outcome, type OutcomeCounts } from "./posture-outcome.ts";
import type { UnusualCarrier } from "./unusual-carriers.ts";

/**
 * Learns of one endpoint which place of a request carries the credential, from answers alone, where `credentialOf` knows of none. A place is one
 *
 * - *proven*: data comes with it only, at least {@link acceptedMin} times, and it separates: without it callers were refused, or some of its values were
 *   refused with 401 and others never;
 * - *possible*: nobody was refused, but all data went to callers with a header there whose values look drawn at random. Then nothing is known of the door.
 *
 * One value with nearly all accepted requests, from at least `sharedNetworksMin` networks, is a constant ({@link Learned.constant}).
 *
 * Mistakes: where strangers are refused for another reason (their address) and all others send a header of their own making, it takes that for the credential.
 * Misses: credentials in bodies, and of what needs two places together it tells one. A caller cannot turn it: data without the place, to anyone, ends it. Only hashes of 32 bits are kept,
 * at most {@link placesMax} places.
 */
export class LearnedCredential {
  readonly #places = new Map<number, Place>();

  observe(carriers: readonly UnusualCarrier[], outcome: Outcome, status: number, network: number): void {
    const got = outcome === "data" || outcome === "empty";
    for (const { place, value, header, drawn, wordy } of carriers) {
      let known = this.#places.get(place);
      if (known === undefined) {
        if (this.#places.size >= placesMax && !this.#makeRoom()) continue;
        known = new Place();
        this.#places.set(place, known);
      }
      known.outcomes[outcome]++;
      if (outcome === "refused" && status !== 403) known.challenged++;
      if (got) {
        known.values.add(value);
        if (drawn) known.drawn++;
        if (drawn && header) known.header++;
        if (wordy) known.wordy++;
        known.networks.add(network);
        // The value most have, by majority vote.
        if (known.majority === value) known.votes++;
        else if (known.votes === 0) [known.majority, known.votes] = [value, 1];
        else known.votes--;
      }
      if (got || outcome === "refused") known.note(value, got);
    }
  }

  /** The place that carries it, as far as the answers to all who had no known credential (`none`) show; undefined while they show nothing. */
  learned(none: OutcomeCounts, networksMin: number): Learned | undefined {
    let best: Learned | undefined;
    let most = 0;
    for (const place of this.#places.values()) {
      const { outcomes } = place;
      const accepted = outcomes.data + outcomes.empty;
      if (accepted < acceptedMin || accepted !== none.data + none.empty) continue;
      const believable = place.wordy * 2 >= accepted && (place.drawn > 0 || place.values.count > 1);
      const separates = none.refused > outcomes.refused || (place.challenged > 0 && place.separates);
      const proven = believable && separates;
      if (!proven && !(place.header === accepted && none.refused === outcomes.refused)) continue;
      const score = (proven ? 1e9 : 0) + place.values.count;
      if (score <= most) continue;
      most = score;
      const constant = place.votes >= accepted * constantShare && place.networks.count >= networksMin;
      best = { outcomes: { ...outcomes }, challenged: place.challenged, constant };
    }
    return best;
  }

  absorb(other: LearnedCredential): void {
    for (const [key, place] of other.#places) {
      const mine = this.#places.get(key);
      if (mine === undefined) {
        if (this.#places.size < placesMax) this.#places.set(key, place);
        continue;
      }
      mine.absorb(place);
    }
  }

  exportState(): readonly LearnedPlaceState[] {
    return [...this.#places].map(([place, it]) => it.exportState(place));
  }

  static restore(state: readonly LearnedPlaceState[]): LearnedCredential {
    const learned = new LearnedCredential();
    for (const saved of state.slice(0, placesMax)) learned.#places.set(saved.place, Place.restore(saved));
    return learned;
  }

  /** A place that never brought anything goes first: callers make those up. */
  #makeRoom(): boolean {
    for (const [key, { outcomes }] of this.#places) {
      if (outcomes.data + outcomes.empty === 0) {
        this.#places.delete(key);
        return true;
      }
    }
    return false;
  }
}

export interface Learned {
  /** What callers with it got. */
  readonly outcomes: OutcomeCounts;
  /** How many of them were refused with 401, or as 401 is. */
  readonly challenged: number;
  /** Every caller has the same. */
  readonly constant: boolean;
}

export interface LearnedPlaceState {
  readonly place: number;
  readonly outcomes: OutcomeCounts;
  readonly values: readonly number[];
  readonly networks: readonly number[];
  /** Challenged, drawn, header, wordy, majority, votes. */
  readonly tallies: readonly number[];
  readonly seen: readonly (readonly [value: number, got: number])[];
}

/** Places watched of one endpoint: clients of one service add few headers of their own. */
export const placesMax = 8;
/** Answers with the place before it is believed. */
export const acceptedMin = 2;
/** Values whose treatment is remembered, to see whether some are refused and others never. */
export const valuesMax = 32;
const constantShare = 0.8;
const gotBit = 1;
const refusedBit = 2;

class Place {
  readonly outcomes = newOutcomes();
  values = new DistinctCounter();
  networks = new DistinctCounter();
  challenged = 0;
  drawn = 0;
  /** Drawn, and in a header. */
  header = 0;
  wordy = 0;
  majority = 0;
  votes = 0;
  readonly #treated = new Map<number, number>();

  /** Some values are refused and never answered, others answered and never refused, none both. */
  get separates(): boolean {
    let all = 0;
    for (const treated of this.#treated.values()) {
      if (treated === (gotBit | refusedBit)) return false;
      all |= treated;
    }
    return all === (gotBit | refusedBit);
  }

  note(value: number, got: boolean): void {
    const before = this.#treated.get(value);
    if (before === undefined && this.#treated.size >= valuesMax) return;
    this.#treated.set(value, (before ?? 0) | (got ? gotBit : refusedBit));
  }

  absorb(other: Place): void {
    addOutcomes(this.outcomes, other.outcomes);
    this.values.absorb(other.values);
    this.networks.absorb(other.networks);
    this.challenged += other.challenged;
    this.drawn += other.drawn;
    this.header += other.header;
    this.wordy += other.wordy;
    if (this.majority === other.majority) this.votes += other.votes;
    else if (other.votes > this.votes) [this.majority, this.votes] = [other.majority, other.votes - this.votes];
    else this.votes -= other.votes;
    for (const [value, treated] of other.#treated) {
      if (treated & gotBit) this.note(value, true);
      if (treated & refusedBit) this.note(value, false);
    }
  }

  exportState(place: number): LearnedPlaceState {
    return {
      place,
      outcomes: { ...this.outcomes },
      values: this.values.exportState(),
      networks: this.networks.exportState(),
      tallies: [this.challenged, this.drawn, this.header, this.wordy, this.majority, this.votes],
      seen: [...this.#treated],
    };
  }

  static restore(state: LearnedPlaceState): Place {
    const place = new Place();
    addOutcomes(place.outcomes, state.outcomes);
    place.values = DistinctCounter.restore(state.values);
    place.networks = DistinctCounter.restore(state.networks);
    [place.challenged = 0, place.drawn = 0, place.header = 0, place.wordy = 0, place.majority = 0, place.votes = 0] = state.tallies;
    for (const [value, treated] of state.seen.slice(0, valuesMax)) place.#treated.set(value, treated);
    return place;
  }
}
