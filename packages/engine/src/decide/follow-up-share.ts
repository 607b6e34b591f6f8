import { BernoulliCusum } from "../detect/observe/bernoulli-cusum.ts";
import { ConstantPart } from "../detect/observe/constant-part.ts";
import { CountCusum } from "../detect/observe/count-cusum.ts";
import { SeasonalShare } from "../detect/observe/seasonal-share.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";

/**
 * D4: newcomers' questions that stay without follow-up, of one endpoint, at any pace. Each truthful answer to a newcomer is one outcome, judged at the same age. Three tests:
 * their *share* among outcomes, by CUSUMs over outcomes and not over time, so that a slow attack costs as many records as a fast one where it is a large part of the
 * newcomers; their *number a day* against the past, for an attack that is a small part of many; and the part of them that comes *by the clock*, as many at night as at noon, for one that was
 * there before anything was learned: honest newcomers leave in proportion to those who stay. Crowds raise neither (they follow up), and a failing follow-up of
 * those who are known freezes both: an outage is no attack. Where the service says that it fails (5xx), who sets out to follow up is seen all the same, and the share is tested by that: an
 * attacker who waits for an outage must then set out as often, which costs a request a question; where messages are lost in silence nothing is tested.
 *
 * After an alarm newcomers share a trickle of answers, halved while its outcomes go on to say attack, until they say otherwise; after an alarm of the number for two days, doubled each time.
 *
 * Misses: an attack of less than about half a standard deviation of a day's number, or whose askers follow up. An attacker who is there from the first day and asks as many as the hour is busy
 * raises what is taken for honest, to {@link policy.shareHonestMax} at most. Where more than that stays unanchored from the start the share is not tested.
 * Mistakes: a release or campaign after which newcomers stop following up in a way that can be seen.
 */
export class FollowUpShare {
  /** Since when newcomers are held to the trickle; undefined while they are not. */
  narrowedAt: number | undefined;
  /** Newcomers' outcomes seen so far: whoever has more knows better. */
  outcomes = 0;
  /** What thresholds are cut to while canaries are asked about; 1 as a rule. */
  cut = 1;
  #outage = false;
  readonly #known = new BernoulliCusum(policy.outageAt);
  /** The same, where setting out counts: raised when nothing shows who would have followed up. */
  readonly #silent = new BernoulliCusum(policy.outageAt);
  #silence = false;
  #knownShare = 0.1;
  #knownSeen = 0;
  readonly #rises = policy.shareRises.map((rise) => ({ rise, cusum: new BernoulliCusum(policy.shareAlarmAt) }));
  /** What honest newcomers leave, by the hour of the week. */
  #season = new SeasonalShare(season);
  /** The most that honest newcomers leave without follow-up at this hour. */
  #honest: number = policy.shareHonestMax;
  #blind = false;
  readonly #days = new CountCusum(policy.unanchoredDays);
  #outcomesToday = 0;
  #unanchoredToday = 0;
  #outageToday = false;
  readonly #clock = new ConstantPart();
  /** The same of those who are known: what honest people leave by the clock. */
  readonly #knownClock = new ConstantPart();
  #holds = 0;
  /** Outcomes after a release that teach nothing: an attack that was only held off is measured against the days before it. */
  #probation = 0;
  #heldUntil = 0;
  #holding = false;
  #cohort = 0;
  #trickle = 0;
  #tokens = 0;
  #tokensAt = 0;
  #sinceHalved = 0;

  /** Outcomes of known sources fail together: nothing is concluded from anybody's missing follow-up. */
  get outage(): boolean {
    return this.#outage;
  }

  /** An outage in which known sources are seen to set out as usual: who does not is judged by that. */
  get speaks(): boolean {
    return this.#outage && !this.#silence;
  }

  /** Outcome of a known source's question, a few a source and hour at most: see {@link outage}. `tried`: it set out to follow up and was failed. */
  known(anchored: boolean, at: number, tried = false): void {
    this.#knownSeen++;
    if (!this.#outage) this.#knownClock.add(at, !anchored);
    if (!this.#outage) this.#knownShare += ((anchored ? 0 : 1) - this.#knownShare) / Math.min(policy.outageMemory, this.#knownSeen + 10);
    if (this.#knownSeen < policy.outageSeenMin) return;
    const usual = Math.min(0.6, Math.max(0.02, this.#knownShare));
    const worst = Math.max(0.9, usual + 0.3);
    if (this.#silent.add(!anchored && !tried, usual, worst)) this.#silence = true;
    else if (this.#silent.value === 0) this.#silence = false;
    if (this.#known.add(!anchored, usual, worst)) {
      this.#outage = true;
      this.#outageToday = true;
    } else if (this.#known.value === 0) this.#outage = false;
  }

  /** There was an outage today: the day's number teaches nothing. */
  frozen(): void {
    this.#outageToday = true;
  }

  /** Outcome of a newcomer's truthful answer. `need`: the part of the usual evidence that is enough. Says what changed. */
  newcomer(anchored: boolean, at: number, need = 1): FollowUpChange | undefined {
    if (this.#outage && this.#silence) return undefined;
    this.outcomes++;
    if (this.narrowedAt !== undefined) return this.#whileNarrowed(anchored, at);
    this.#outcomesToday++;
    if (!anchored) this.#unanchoredToday++;
    if (!this.#outage) this.#clock.add(at, !anchored);
    this.#learn(anchored, at);
    if (this.#blind) return undefined;
    let risen = 0;
    for (const { rise, cusum } of this.#rises) {
      cusum.add(!anchored, this.#honest, Math.min(0.98, this.#honest + rise * (1 - this.#honest)));
      if (cusum.value >= cusum.threshold * need) risen = rise;
      // What rests on canaries holds as a small rise does: it must not be released by the next few who follow up.
      else if (cusum.value >= cusum.threshold * this.cut) risen = Math.max(risen, policy.smallRise);
    }
    if (risen === 0) return undefined;
    return this.#narrow("narrowed by share", at, risen > policy.smallRise ? 0 : policy.heldForSmallMs * 2 ** Math.min(4, this.#holds++));
  }

  /** A day is over. */
  day(at: number): FollowUpChange | undefined {
    const outcomes = this.#outcomesToday;
    const unanchored = this.#unanchoredToday;
    const broken = this.#outageToday;
    this.#outcomesToday = 0;
    this.#unanchoredToday = 0;
    this.#outageToday = this.#outage;
    this.#knownClock.fade();
    if (this.narrowedAt !== undefined || broken) return undefined;
    if (this.#byTheClock(at)) return this.#narrow("narrowed by clock", at, policy.heldForMs * 2 ** Math.min(4, this.#holds++));
    this.#clock.fade();
    // More of them in proportion to more newcomers are a crowd.
    const crowd = this.#days.distance(unanchored) > 2 && unanchored <= this.#season.mean * outcomes;
    if (this.#days.add(unanchored, crowd) < policy.unanchoredDaysAlarmAt * this.cut) return undefined;
    this.#days.value = 0;
    return this.#narrow("narrowed by number", at, policy.heldForMs * 2 ** Math.min(4, this.#holds++));
  }

  /** Whether a newcomer may learn `cost` more while narrowed; takes it from the trickle. */
  takes(cost: number, at: number): boolean {
    this.#tokens = Math.min(policy.trickleBurst, this.#tokens + Math.max(0, at - this.#tokensAt) * this.#trickle);
    this.#tokensAt = Math.max(at, this.#tokensAt);
    if (this.#tokens < cost) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Whether today's numbers suffer from an outage. */
  get outageToday(): boolean {
    return this.#outageToday;
  }

  /** What held newcomers is over, as somebody who sees more than their outcomes knows. What it left is measured against the days before. */
  release(): void {
    this.narrowedAt = undefined;
    for (const { cusum } of this.#rises) cusum.value = 0;
    this.#probation = policy.shareProbation;
  }

  /** For the console and signals: the highest statistic, what honest newcomers leave at most, outcomes learned from. */
  facts(): { readonly statistic: number; readonly honestShare: number; readonly usualADay: number } {
    return { statistic: Math.max(...this.#rises.map(({ cusum }) => cusum.value)), honestShare: this.#honest, usualADay: this.#days.mean };
  }

  /** Whether most of what stays without follow-up comes by the clock. What is left is taken for honest from then on. */
  #byTheClock(at: number): boolean {
    const { constant, error, share, slope } = this.#clock.reading();
    const known = this.#knownClock.reading();
    const usual = known.constant > 2 * known.error ? known.share : 0;
    if (constant < policy.clockErrors * error || share < policy.clockShare + (1 - policy.clockShare) * usual) return false;
    const prior = slope / (1 + slope);
    // The rest came in proportion to those who stay: at all hours alike.
    this.#season = new SeasonalShare({ ...season, prior, priorWeight: policy.shareSeenMin, alike: policy.shareSeenMin });
    this.#season.seen = policy.shareSeenMin;
    this.#blind = false;
    this.#honest = this.#honestMost(at);
    this.#clock.forget();
    return true;
  }

  #narrow(change: FollowUpChange, at: number, holdMs: number): FollowUpChange {
    this.narrowedAt = at;
    this.#heldUntil = at + holdMs;
    this.#holding = holdMs > 0;
    this.#cohort = policy.confirmAt;
    this.#trickle = policy.tricklePerMs;
    this.#tokens = 1;
    this.#tokensAt = at;
    this.#sinceHalved = 0;
    return change;
  }

  #whileNarrowed(anchored: boolean, at: number): FollowUpChange | undefined {
    const honest = this.#honestMost(at);
    const enumerator = Math.max(policy.cohortEnumeratorUnanchored, honest + 0.6 * (1 - honest));
    this.#cohort = Math.min(policy.confirmAt, this.#cohort + (anchored ? Math.log((1 - enumerator) / (1 - honest)) : Math.log(enumerator / honest)));
    if (at >= this.#heldUntil && this.#cohort <= (this.#holding ? 0 : policy.releaseAt)) {
      this.release();
      return "released";
    }
    this.#sinceHalved++;
    if (this.#cohort === policy.confirmAt && this.#sinceHalved >= policy.trickleHalvedAfter) {
      this.#trickle = Math.max(policy.trickleMinPerMs, this.#trickle / 2);
      this.#sinceHalved = 0;
    }
    return undefined;
  }

  #learn(anchored: boolean, at: number): void {
    this.#honest = this.#honestMost(at);
    if (this.#outage) return;
    // While anything is raised nothing is learned: a slow attack would teach itself in.
    if (this.#taught && this.#rises.some(({ cusum }) => cusum.value > policy.shareFreezeAt)) return this.#season.dropHour();
    if (this.#probation > 0) {
      this.#probation--;
      return;
    }
    this.#season.learn(!anchored, at);
    if (this.#season.seen === policy.shareSeenMin) this.#blind = this.#season.mean > policy.shareHonestMax;
  }

  get #taught(): boolean {
    return this.#season.seen >= policy.shareSeenMin;
  }

  #honestMost(at: number): number {
    if (!this.#taught) return policy.shareHonestMax;
    return Math.min(policy.shareHonestMax, Math.max(policy.shareHonestMin, this.#season.atMost(at, policy.shareDeviations) + policy.shareMargin));
  }
}

const season = { prior: 0.2, priorWeight: 1, least: 0, most: policy.shareHonestMax };

export type FollowUpChange = "narrowed by share" | "narrowed by number" | "narrowed by clock" | "released";
