/**
 * The share of yes among events in calm times, by the hour of the week (UTC), with what is not yet known of each hour: people abandon more at night, and mistype more on Monday mornings, and
 * neither is an attack.
 *
 * Beta-binomial, in three levels: all events, the hour of the day, the hour of the week. Each level starts from the one above it, which counts as many events as hours are alike: that
 * number is learned from how far they lie apart (analysis of variance of unequal groups; Kleinman 1973, Searle 1971), one standard error to the careful side. What the shares of one and the same
 * hour vary from day to day beyond chance is learned too ({@link overdispersion}; method of moments). Old events fade: two weeks by the hour of the day, about four by the hour of the week.
 *
 * Who calls decides when times are calm; never leaves [`least`, `most`], so that an attacker who is there from the start, or at one hour of each day, teaches it no more than `most`.
 * Two of them that saw different events can be merged. 3 KB, O(1) an event, some 200 steps an hour. Time that goes back counts as the hour that was last.
 *
 * Misses: seasons longer than a week (a holiday is a new hour until it was seen), and the first {@link hoursSeenMin} hours, when an hour not seen yet may have almost any share.
 */
export class SeasonalShare {
  readonly #options: SeasonalShareOptions;
  /** 0: all; 1 to 24: hours of the day; then 168 hours of the week. */
  #yes: number[];
  #all: number[];
  #hour = -1;
  #hourYes = 0;
  #hourAll = 0;
  #excess = 0;
  #excessWeight = 0;
  /** How many events of the level above speak for an hour of the day, and of the week. */
  #hoursAlike: number;
  #weekAlike = weekAlikeFirst;
  /** Events learned from, those forgotten included. */
  seen = 0;

  constructor(options: SeasonalShareOptions, state?: SeasonalShareState) {
    this.#options = options;
    this.#hoursAlike = options.alike ?? hoursAlikeFirst;
    const kept = state?.yes?.length === places && state.all.length === places ? state : undefined;
    this.#yes = kept === undefined ? Array<number>(places).fill(0) : [...kept.yes];
    this.#all = kept === undefined ? Array<number>(places).fill(0) : [...kept.all];
    this.#excess = kept?.excess ?? excessPrior * excessPriorWeight;
    this.#excessWeight = kept?.excessWeight ?? excessPriorWeight;
    this.seen = kept?.seen ?? 0;
    if (kept === undefined) {
      this.#yes[0] = options.prior * options.priorWeight;
      this.#all[0] = options.priorWeight;
    } else this.#relearn();
  }

  /** One event of a calm time. It counts once its hour is over, so that no hour is measured against itself; the very first hundred at once. */
  learn(yes: boolean, at: number): void {
    this.#turn(at);
    this.seen++;
    this.#hourAll++;
    if (yes) this.#hourYes++;
    if (this.#hourAll >= firstEvents && (this.#all[0] ?? 0) <= this.#options.priorWeight) this.#close();
  }

  /** This hour was not calm after all: what it taught so far is dropped. */
  dropHour(): void {
    this.seen -= this.#hourAll;
    this.#hourYes = 0;
    this.#hourAll = 0;
  }

  /** Share of all events. */
  get mean(): number {
    return this.#all[0] === 0 ? this.#options.prior : (this.#yes[0] ?? 0) / (this.#all[0] ?? 1);
  }

  /** The share to be expected at this hour. */
  expected(at: number): number {
    return this.#bounded(this.#reading(at).share);
  }

  /** The share that this hour has at most, `deviations` of what is not known and of what varies from day to day above the expected one. */
  atMost(at: number, deviations: number): number {
    const { share, events } = this.#reading(at);
    return this.#bounded(share + deviations * Math.sqrt(share * (1 - share) * (this.overdispersion + 1 / (events + 1))));
  }

  /** Variance of one hour's share from day to day beyond chance, as a part of p(1 − p): 0 where events are independent, 1 where all of an hour are alike. */
  get overdispersion(): number {
    return Math.min(excessMost, Math.max(0, this.#excess / this.#excessWeight));
  }

  /** Adds what another learned from other events. */
  merge(other: SeasonalShare): void {
    for (let place = 0; place < places; place++) {
      // The prior stands in both.
      const own = place === 0 ? this.#options.priorWeight : 0;
      this.#yes[place] = (this.#yes[place] ?? 0) + (other.#yes[place] ?? 0) - own * this.#options.prior;
      this.#all[place] = (this.#all[place] ?? 0) + (other.#all[place] ?? 0) - own;
    }
    this.#excess += other.#excess - excessPrior * excessPriorWeight;
    this.#excessWeight += other.#excessWeight - excessPriorWeight;
    this.seen += other.seen;
    this.#relearn();
  }

  exportState(): SeasonalShareState {
    return { yes: [...this.#yes], all: [...this.#all], excess: this.#excess, excessWeight: this.#excessWeight, seen: this.seen };
  }

  /** Which hour it is; closes the one before. */
  #turn(at: number): void {
    const hour = Math.floor(at / 3_600_000);
    if (hour <= this.#hour) return;
    if (this.#hourAll > 0) this.#close();
    this.#hour = hour;
  }

  /** The hour that is over: how far it is from what was expected of it says how much hours vary; then it is learned. */
  #close(): void {
    const [yes, all] = [this.#hourYes, this.#hourAll];
    this.#hourYes = 0;
    this.#hourAll = 0;
    if (all >= eventsToCompare) {
      const share = Math.min(0.99, Math.max(0.01, this.#levels(this.#hour).share));
      const excess = ((yes - all * share) ** 2 / (all * share * (1 - share)) - 1) / (all - 1);
      const weight = Math.min(all - 1, excessWeightMost);
      this.#excess = this.#excess * keepExcess + weight * Math.min(excessMost, excess);
      this.#excessWeight = this.#excessWeight * keepExcess + weight;
    }
    const [day, week] = placesOf(this.#hour);
    this.#add(0, keepHour, yes, all);
    this.#add(day, keepDay, yes, all);
    this.#add(week, keepWeek, yes, all);
    this.#relearn();
  }

  #add(place: number, keep: number, yes: number, all: number): void {
    this.#yes[place] = (this.#yes[place] ?? 0) * keep + yes;
    this.#all[place] = (this.#all[place] ?? 0) * keep + all;
  }

  #reading(at: number): { readonly share: number; readonly events: number } {
    return this.#levels(Math.max(this.#hour, Math.floor(at / 3_600_000)));
  }

  #levels(hour: number): { readonly share: number; readonly events: number } {
    const [day, week] = placesOf(hour);
    const first = this.#level(day, this.#hoursAlike, this.mean, this.#all[0] ?? 0);
    return this.#level(week, this.#weekAlike, first.share, first.events);
  }

  /** A group's share, of its own events and of as many of the level above as groups are alike. */
  #level(place: number, alike: number, above: number, eventsAbove: number): { readonly share: number; readonly events: number } {
    const before = Math.min(alike, eventsAbove);
    const events = (this.#all[place] ?? 0) + before;
    return { share: events === 0 ? above : ((this.#yes[place] ?? 0) + before * above) / events, events };
  }

  /** Learns how alike hours are. */
  #relearn(): void {
    this.#hoursAlike = this.#alike(1, 25, hoursSeenMin, () => this.mean) ?? this.#options.alike ?? hoursAlikeFirst;
    this.#weekAlike = this.#alike(25, places, weekHoursSeenMin, (place) => this.#shareOf(1 + ((place - 25) % 24))) ?? weekAlikeFirst;
  }

  #shareOf(place: number): number {
    const all = this.#all[place] ?? 0;
    return all === 0 ? this.mean : (this.#yes[place] ?? 0) / all;
  }

  /** Events that one group's share is worth to another: p(1 − p) over the variance between groups, less 1; undefined where too few groups were seen. */
  #alike(from: number, to: number, seenMin: number, above: (place: number) => number): number | undefined {
    let [groups, events, squares, apart, chance] = [0, 0, 0, 0, 0];
    for (let place = from; place < to; place++) {
      const all = this.#all[place] ?? 0;
      if (all < 1) continue;
      const expected = Math.min(0.99, Math.max(0.01, above(place)));
      groups++;
      events += all;
      squares += all * all;
      apart += all * ((this.#yes[place] ?? 0) / all - expected) ** 2;
      chance += expected * (1 - expected);
    }
    if (groups < seenMin) return undefined;
    const within = chance / groups;
    const size = (events - squares / events) / (groups - 1);
    const between = (apart / (groups - 1) - within) / size;
    const error = (within * Math.sqrt(2 / (groups - 1))) / size;
    return Math.min(alikeMost, Math.max(alikeLeast, within / (Math.max(0, between) + error) - 1));
  }

  #bounded(share: number): number {
    return Math.min(this.#options.most, Math.max(this.#options.least, share));
  }
}

function placesOf(hour: number): readonly [number, number] {
  return [1 + (hour % 24), 25 + (hour % 168)];
}

export interface SeasonalShareOptions {
  readonly prior: number;
  /** Events the prior is worth. */
  readonly priorWeight: number;
  readonly least: number;
  readonly most: number;
  /** How many events of other hours speak for one that was not seen yet; default 8. */
  readonly alike?: number;
}

export interface SeasonalShareState {
  readonly yes: readonly number[];
  readonly all: readonly number[];
  readonly excess: number;
  readonly excessWeight: number;
  readonly seen: number;
}

const places = 1 + 24 + 168;
const firstEvents = 100;
/** Hours of the day that must have been seen before they are called alike; until then an hour not seen is known as if eight events of it were. */
export const hoursSeenMin = 20;
const hoursAlikeFirst = 8;
/** Weekdays are taken to be much alike until most of a week was seen. */
const weekHoursSeenMin = 140;
const weekAlikeFirst = 600;
const alikeLeast = 4;
const alikeMost = 2_000;
const keepHour = 1 - 1 / (14 * 24);
const keepDay = 1 - 1 / 14;
const keepWeek = 0.75;
/** Fewer events of an hour say nothing of how it varies; one hour weighs as fifty events at most, and the last hundred hours count. */
const eventsToCompare = 5;
const excessWeightMost = 50;
const keepExcess = 0.99;
const excessPrior = 0.01;
const excessPriorWeight = 100;
const excessMost = 0.2;
