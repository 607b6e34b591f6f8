import type { GuardedEndpoint } from "./gate-policy.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import { type LooksOf, NamedApart, type Side } from "./named-apart.ts";
import { CanaryTouches } from "./canary-watch.ts";
import { Allowance } from "./allowance.ts";
import { CohortLikelihood } from "./cohort-likelihood.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";
import { ObjectOwners } from "./object-owners.ts";
import { FanOut } from "./fan-out.ts";
import { HeldCrowd } from "./held-crowd.ts";
import { type FollowUpChange, FollowUpShare } from "./follow-up-share.ts";
import { NewcomerHours } from "./newcomer-hours.ts";
import { NewcomersSurplus } from "./newcomers-surplus.ts";
import { RightAnswers } from "./right-answers.ts";
import { ToldSources } from "./told-sources.ts";

/**
 * One guarded endpoint as a whole: learns how often new never-anchored sources come (baseline), raises D3 when they come three times
 * as often (Poisson CUSUM), lets the cohort's own anchors confirm or release (SPRT), and keeps the daily ceiling (D6).
 *
 * During an alarm newcomers share the learned rate, one or two questions each; a source known by its anchors notices nothing. Their third and
 * later questions share a small allowance at all times, so that a handful of addresses learn no more than one.
 *
 * Where nobody ever followed up ({@link anchorsSeen}), that a question stays unanchored tells nothing of its asker: the allowance and the cohort rest.
 *
 * Misses: an attack that stays below twice the learned rate for ever is D4's and the ceiling's. Mistakes: while thousands of fresh addresses press, honest
 * newcomers are answered uniformly too (measured: 5 % of an hour's lookups beside 10,000 questions from 5,000 addresses) until its clients are named ({@link NamedApart}); an outage of the anchors during a surge confirms it. The learned rate can be poisoned by an attacker who is
 * there from the first hour; the ceiling cannot: it grows with other people's anchors only, and stays at 1,000 a day where there are none.
 */
export class EndpointWatch {
  readonly index: number;
  readonly keyHi: number;
  readonly keyLo: number;
  endpoint: GuardedEndpoint;
  /** Watches before doors that this one took over, or was split from: what a source spent there it has spent here. */
  readonly before: EndpointWatch[] = [];
  /** D4. */
  share = new FollowUpShare();
  /** Of callers who show a credential, where one is needed. */
  fanOut = new FanOut();
  readonly owners = new ObjectOwners();
  readonly crowd = new HeldCrowd();
  /** What the detection floor is measured from. */
  readonly hours = new NewcomerHours();
  /** Questions about canaries. */
  readonly touches = new CanaryTouches();
  /** D4 of first questions alone: while only those who ask on are to blame, who asks for the first time is answered. */
  fresh = new FollowUpShare();
  /** D4 with a name. */
  readonly #apart = new NamedApart();
  #narrowedByDays = false;
  #freshMisled = false;
  /** D3 with a name: those it names count for it no more, and share the purse of named ones whatever D4 says. */
  #surgeNamed = false;
  /** What is asked here counts together with what is asked at other doors: not where the operator lets callers begin with more than usual, nor where a door is only watched. */
  common = false;
  retired = false;
  /** Which policy took it down. */
  retiredIn = 0;
  truthful = 0;
  uniform = 0;
  phase: "calm" | "provisional" | "closed" = "calm";
  cusum = 0;
  cohortLog = 0;
  readonly #cohort = new CohortLikelihood();
  #cohortAt = 0;
  /** Answers ahead of follow-ups, and during an outage. */
  #grants = new Allowance(policy.grantsTogether);
  #grantsFrom = 0;
  #outage = new Allowance(0);
  #hour = -1;
  #anchoredInHour = 0;
  #anchoredBusiestHour = 0;
  ratePerMs: number = policy.rateFloorPerMs;
  #firstAt = 0;
  #contacts = 0;
  #lastAt = 0;
  #phaseUntil = 0;
  #tokens = 1;
  #probe = 0;
  #tokensAt = 0;
  #bin = -1;
  #inBin = 0;
  #busiestBin = 0;
  #surgeFrom = 0;
  #sinceSurge = 0;
  /** A crowd that followed up as honest people do: its rate is taken for honest for a while. */
  #crowdPerMs = 0;
  #crowdUntil = 0;
  #pressure = 0;
  #pressedAt = 0;
  #confirmations = 0;
  readonly #surplus = new NewcomersSurplus();
  /** Of answers that only who knows the person gets. */
  #rights = new RightAnswers();
  #rightToday = 0;
  #day = -1;
  #today = 0;
  #busiestDay = 0;
  #days = 0;
  #begunAt = 0;
  #advancedTo = 0;
  #anchors = 0;
  #anchoredToday = 0;
  #anchoredBusiest = 0;
  /** What people were told of its sources. */
  readonly told = new ToldSources();

  /** `taken`: another watch has the key of this id already. */
  constructor(index: number, endpoint: GuardedEndpoint, taken = false) {
    this.index = index;
    this.endpoint = endpoint;
    const key: Key = keyOfHex(endpoint.id, { hi: 0, lo: 0 });
    if (taken) mixKey(key, index + 1, 0);
    this.keyHi = key.hi;
    this.keyLo = key.lo;
  }

  /** Goes on where another watch stands as well: neither the day's ceiling nor the newcomers' allowance begins anew, and what was learned of honest users holds. */
  goesOnFrom(other: EndpointWatch): void {
    if (other === this || this.before.includes(other) || this.before.length >= beforeMax) return;
    this.before.push(other);
    if (this.fanOut.size < other.fanOut.size) this.fanOut = other.fanOut;
    if (other.#day === this.#day || this.#day < 0) this.#today += other.#today;
    this.#day = Math.max(this.#day, other.#day);
    this.#days = Math.max(this.#days, other.#days);
    this.#busiestDay = Math.max(this.#busiestDay, other.#busiestDay);
    this.#anchors = Math.max(this.#anchors, other.#anchors);
    this.#anchoredBusiest = Math.max(this.#anchoredBusiest, other.#anchoredBusiest);
    this.#anchoredBusiestHour = Math.max(this.#anchoredBusiestHour, other.#anchoredBusiestHour);
    this.#grants = other.#grants;
    this.#grantsFrom = Math.max(this.#grantsFrom, other.#grantsFrom);
    this.#outage = other.#outage;
    this.#begunAt = this.#begunAt === 0 ? other.#begunAt : Math.min(this.#begunAt, other.#begunAt === 0 ? this.#begunAt : other.#begunAt);
    this.#surplus.goesOnFrom(other.#surplus);
    this.#rights = other.#rights;
    if (other.#day === this.#day) this.#rightToday += other.#rightToday;
    this.#advancedTo = Math.max(this.#advancedTo, other.#advancedTo);
    this.touches.goesOnFrom(other.touches);
    if (other.share.outcomes > this.share.outcomes) this.share = other.share;
    if (other.fresh.outcomes > this.fresh.outcomes) this.fresh = other.fresh;
    this.#freshMisled ||= other.#freshMisled;
  }

  /** Whether an answer that only who knows the person gets may pass as such. */
  hasRight(network: string, at: number): boolean {
    return this.#rights.has(network, at, policy.rateFactor * this.#rate(this.#lastAt));
  }

  /** Such an answer passed, to a `newcomer`; else, where they are known, it was another. */
  settled(right: boolean, network: string, newcomer: boolean, at: number): void {
    if (!right) {
      this.#rights.wrong(network, at);
      return;
    }
    if (newcomer) this.crowd.answered(at);
    this.#rights.take(network, at);
    if (Math.floor(at / dayMs) === this.#day) this.#rightToday++;
  }

  /** A first contact from a never-anchored source (already capped a source). */
  newcomer(at: number, side?: Side): "provisional" | "surge" | undefined {
    if (this.#firstAt === 0) this.#firstAt = at;
    this.#contacts++;
    if (side !== undefined && this.phase !== "calm") this.#surgeNamed = true;
    if (side === "named" && this.#surgeNamed) return undefined;
    const elapsed = this.#lastAt === 0 ? 0 : Math.max(0, at - this.#lastAt);
    this.#lastAt = Math.max(at, this.#lastAt);
    this.#rollBin(at);
    this.#inBin++;
    this.#pressure = Math.min(policy.pressureMax * this.#pressureLimit(), this.#pressureAt(at) + 1);
    this.#pressedAt = Math.max(at, this.#pressedAt);
    if (!this.#trained(at)) return undefined;
    const need = Math.min(this.endpoint.evidenceShare ?? 1, this.touches.endpointCut(at));
    const before = this.cusum;
    const drained = Math.max(0, this.cusum - (policy.rateFactor - 1) * this.#rate(at) * elapsed);
    if (drained === 0 && this.phase === "calm") {
      this.#surgeFrom = at;
      this.#sinceSurge = 0;
      this.#cohort.clear(at);
    }
    this.#sinceSurge++;
    this.cusum = Math.min(policy.rateStatisticMax, drained + Math.log(policy.rateFactor));
    if (this.phase === "calm" && this.cusum >= policy.surgeThreshold * need) {
      this.phase = "provisional";
      this.#phaseUntil = at + policy.provisionalForMs;
      this.cohortLog = 0;
      this.#cohort.begin(at);
      // Enough of them are answered at once to tell a crowd from an attack when their time is up, one question each.
      this.#probe = policy.surgeProbe;
      this.#tokens = 1;
      this.#tokensAt = at;
      return "provisional";
    }
    return this.phase === "provisional" && before < policy.rateThreshold * need && this.cusum >= policy.rateThreshold * need ? "surge" : undefined;
  }

  /** Why a never-anchored source that `asked` about so many before may not learn `cost` more now, `surplus` of them beyond its free ones, or undefined when it may. */
  refusesNewcomer(asked: number, surplus: number, cost: number, fresh: boolean, at: number, outage: boolean, side?: Side): string | undefined {
    const narrowed = this.#narrows(fresh);
    // Those who ask on pay double: they are few, and a trickle of their own would be the attacker's alone.
    if (side === "named" ? !this.#apart.takes(cost, at) : side === undefined && narrowed !== undefined && !narrowed.takes(fresh ? cost : 2 * cost, at)) return "newcomers-narrowed";
    if (this.phase !== "calm") {
      // Answer at the learned rate, uniform only the surplus: a flash crowd can then release itself by its own anchors.
      const pressed = this.#pressureAt(at) > this.#pressureLimit();
      // Without pressure, what comes at less than twice the rate is no surge at all and would pass on a calm day.
      const share = !pressed ? policy.rateFactor - 1 : this.phase === "closed" ? 0 : policy.pressedShare;
      this.#tokens = Math.min(policy.surgeBurst, this.#tokens + Math.max(0, at - this.#tokensAt) * this.#rate(at) * share);
      this.#tokensAt = Math.max(at, this.#tokensAt);
      if (this.phase === "provisional" && asked === 0 && surplus === 0 && this.#probe >= cost) this.#probe -= cost;
      else {
        if (surplus > 0 || asked >= policy.newcomerFree || share === 0 || this.#tokens < cost) return this.phase === "closed" ? "endpoint-closed" : "endpoint-surge";
        this.#tokens -= cost;
      }
    }
    if (surplus > 0 && this.anchorsSeen && this.#trained(at) && !this.#surplus.has(surplus, at)) return "newcomers-together";
    if (outage && this.#outageLeft(cost, at)) return undefined;
    return this.#today + cost > this.ceiling() ? "ceiling" : undefined;
  }

  /** D4: outcome of a newcomer's answer, `fresh` when it was among its source's first questions. Says what changed for anybody. */
  shareJudged(anchored: boolean, fresh: boolean, at: number, side?: Side): FollowUpChange | "name failed" | undefined {
    if (side === "others") return this.#apart.othersJudged(anchored, this.share.facts().honestShare, at) ? "name failed" : undefined;
    const first = fresh ? this.fresh.newcomer(anchored, at, this.endpoint.evidenceShare) : undefined;
    // While only those who ask on are held, first questions do not tell whether they have stopped.
    const heldApart = this.share.narrowedAt !== undefined && this.fresh.narrowedAt === undefined && !this.#together;
    const all = fresh && heldApart ? undefined : this.share.newcomer(anchored, at, this.endpoint.evidenceShare);
    if (this.share.narrowedAt === undefined) this.#narrowedByDays = false;
    const change = all ?? first;
    return change !== "released" || (this.share.narrowedAt === undefined && this.fresh.narrowedAt === undefined) ? change : undefined;
  }

  /** Where a newcomer stands while newcomers are narrowed, or a surge stands, and only those who were named are held off for it. */
  sideOf(client: LooksOf | undefined, at: number): Side | undefined {
    if (client === undefined || this.endpoint.named === undefined) return undefined;
    const stands = this.share.narrowedAt !== undefined || this.fresh.narrowedAt !== undefined || this.phase !== "calm" || this.#surgeNamed;
    return stands ? this.#apart.sideOf(client, at) : undefined;
  }

  get #together(): boolean {
    return this.#narrowedByDays || this.#freshMisled;
  }

  /** What holds a newcomer to a trickle: D4 of its kind, if anything. */
  #narrows(fresh: boolean): FollowUpShare | undefined {
    if (fresh && this.fresh.narrowedAt !== undefined) return this.fresh;
    return this.share.narrowedAt !== undefined && (!fresh || this.#together) ? this.share : undefined;
  }

  /** A newcomer takes `cost` answers: from the ceiling, or while `outage` from what is kept for that; and `surplus` of them from the common allowance. */
  takeNewcomer(surplus: number, cost: number, at: number, outage: boolean): void {
    this.crowd.answered(at);
    if (this.#begunAt === 0) this.#begunAt = at;
    if (outage && this.#outageLeft(cost, at)) this.#outage.take(cost);
    else this.#today += cost;
    if (surplus <= 0) return;
    this.#surplus.drain(at);
    this.#rollBin(at);
    this.#surplus.take(surplus);
  }

  /** Somebody followed up who had not done so here before: anchors can be seen, and honest people are about. */
  vouched(at: number): void {
    this.#anchors++;
    this.#anchoredToday++;
    const hour = Math.floor(at / 3_600_000);
    if (hour !== this.#hour) this.#anchoredInHour = 0;
    this.#hour = hour;
    this.#anchoredBusiestHour = Math.max(this.#anchoredBusiestHour, ++this.#anchoredInHour);
  }

  /** Whether a source that set out to follow up may be answered `cost` ahead of that. Not for a day after an attack was confirmed: it has own accounts to set out with, too. */
  grants(cost: number, at: number): boolean {
    return at >= this.#grantsFrom && this.#grants.has(cost, at, policy.grantsPerMs, policy.grantsTogether);
  }

  takeGrant(cost: number): void {
    this.#grants.take(cost);
  }

  giveBackGrant(amount: number): void {
    this.#grants.giveBack(amount, policy.grantsTogether);
  }

  #outageLeft(cost: number, at: number): boolean {
    const perMs = (policy.outagePerAnchor * this.#anchoredBusiestHour) / 3_600_000;
    return this.#outage.has(cost, at, perMs, perMs * policy.outageSavedMs);
  }

  /** Whether anybody ever followed up here, as far as that can be seen. Where not, an unanchored question tells nothing: credits, the surge test and a ceiling are left. */
  get anchorsSeen(): boolean {
    return this.endpoint.blind !== true && this.#anchors >= policy.anchorsSeenMin;
  }

  /** Gives back what told nothing or was explained. `takenAt` says when it was taken: another day's ceiling is not refunded. */
  giveBackNewcomer(amount: number, surplus: number, takenAt: number): void {
    if (Math.floor(takenAt / dayMs) === this.#day) this.#today = Math.max(0, this.#today - amount);
    this.#surplus.giveBack(surplus);
  }

  /** A newcomer was answered truthfully at `givenAt`, or followed that up. */
  cohortAsked(givenAt: number): void {
    this.#cohort.add(givenAt);
  }

  cohortFollowedUp(givenAt: number): void {
    this.#cohort.followedUp(givenAt);
  }

  /** Of the delays of follow-ups, also of calm days. */
  followedUpAfter(ms: number): void {
    this.#cohort.followedUpAfter(ms);
  }

  /** During an alarm: what the newcomers' follow-ups say by now. `frozen`: nothing, nobody can follow up. */
  cohort(at: number, frozen: boolean): "released" | "confirmed" | undefined {
    if (this.phase === "calm" || !this.anchorsSeen || at < this.#cohortAt) return undefined;
    this.#cohortAt = at + policy.cohortEveryMs;
    if (frozen) {
      this.#cohort.clear(at);
      return undefined;
    }
    this.cohortLog = this.#cohort.at(at, policy.confirmAt);
    // Too few to decide, and those that were answered follow up: some more are, lest a small service's rush wait for an hour.
    if (this.phase === "provisional" && this.#probe === 0 && this.cohortLog <= policy.probeMoreAt) this.#probe = policy.surgeProbe;
    if (this.cohortLog <= policy.releaseAt) {
      this.phase = "calm";
      this.cusum = 0;
      // The rate of a surge whose clients were named is no crowd's.
      if (this.#surgeNamed) return "released";
      this.#crowdPerMs = Math.max(this.#rate(at), (policy.trainMargin * this.#sinceSurge) / Math.max(1, at - this.#surgeFrom));
      this.#crowdUntil = at + policy.provisionalForMs;
      return "released";
    }
    if (this.cohortLog >= policy.confirmAt && this.phase === "provisional") {
      this.phase = "closed";
      this.#grantsFrom = at + policy.grantsRestMs;
      this.#phaseUntil = at + Math.min(policy.closedForMaxMs, policy.closedForMs * 2 ** Math.min(10, this.#confirmations++));
      return "confirmed";
    }
    return undefined;
  }

  /**
   * D6: truthful answers a day to never-anchored sources. Anchored ones give theirs back, so it counts what stayed unexplained. What is learned from traffic is bounded by
   * what an attacker cannot make: other people's anchors. None where follow-up cannot be seen at all (a log), unless it is configured.
   */
  ceiling(): number {
    const configured = this.endpoint.budget.unanchoredCeiling;
    if (configured > 0) return configured;
    if (!this.anchorsSeen && this.endpoint.blind === true) return noCeiling;
    const anchored = policy.ceilingFloor + policy.ceilingPerAnchor * Math.max(this.#anchoredToday, this.#anchoredBusiest);
    if (this.#busiestDay === 0) {
      const hours = this.#begunAt === 0 ? 0 : Math.max(0, this.#advancedTo - this.#begunAt) / 3_600_000;
      const open = Math.min(policy.ceilingUnprovenMax, policy.ceilingFloor + policy.ceilingPerHour * hours);
      return Math.ceil(this.anchorsSeen ? Math.max(open, anchored) : Math.min(open, this.#mistakes()));
    }
    const usual = Math.max(policy.ceilingFloor, policy.ceilingFactor * this.#busiestDay);
    if (!this.anchorsSeen) return Math.ceil(Math.min(usual, policy.ceilingUnprovenMax, this.#mistakes()));
    // A day on which more people follow up than ever leaves more unexplained than ever, too: a school's first day, a campaign.
    const crowd = policy.ceilingPerAnchor * Math.max(0, this.#anchoredToday - this.#anchoredBusiest);
    return Math.ceil(Math.min(usual + crowd, anchored));
  }

  /** Where right answers are known and nobody follows up, what is left are mistakes of those who get them, and questions of who does not. */
  #mistakes(): number {
    return this.endpoint.won === undefined ? Number.POSITIVE_INFINITY : policy.ceilingFloor + policy.ceilingPerRight * this.#rightToday;
  }

  /** Says whether the day that is over ends in an alarm of D4. */
  advance(at: number): FollowUpChange | undefined {
    let change: FollowUpChange | undefined;
    this.#advancedTo = Math.max(at, this.#advancedTo);
    if (this.endpoint.named === undefined) this.#surgeNamed = false;
    if (this.#apart.obey(this.endpoint.named, at) === "over" && (this.share.narrowedAt !== undefined || this.fresh.narrowedAt !== undefined)) {
      this.share.release();
      this.fresh.release();
      change = "released";
    }
    const day = Math.floor(at / dayMs);
    if (day !== this.#day) {
      this.told.newDay();
      // The first day may have begun before the guard stood, and says nothing of a whole one.
      if (this.#days > 0 && this.phase === "calm") this.#busiestDay = Math.max(this.#busiestDay, this.#today);
      if (this.#day >= 0) {
        this.#days++;
        this.#anchoredBusiest = Math.max(this.#anchoredBusiest, this.#anchoredToday);
      }
      this.share.cut = this.touches.endpointCut(at);
      this.fresh.cut = this.share.cut;
      if (this.#days > 1 && this.anchorsSeen) change = this.share.day(at) ?? change;
      // What days say does not tell who is to blame: everybody is held to the trickle.
      if (change !== undefined && change !== "released") this.#narrowedByDays = true;
      // There before anything was learned: then first questions taught the attack too, and are no measure any more.
      if (change === "narrowed by clock") this.#freshMisled = true;
      this.#day = day;
      this.#today = 0;
      this.#rightToday = 0;
      this.#anchoredToday = 0;
    }
    if (this.phase === "calm" || at < this.#phaseUntil) return change;
    // Closed while the surge lasts: newcomers are counted although they are refused.
    const left = this.cusum - (policy.rateFactor - 1) * this.#rate(at) * Math.max(0, at - this.#lastAt);
    if ((this.phase === "closed" || !this.anchorsSeen) && left > 0 && at < this.#phaseUntil + policy.closedForMaxMs) return change;
    this.phase = "calm";
    this.cusum = 0;
    return change;
  }

  #trained(at: number): boolean {
    return this.#firstAt > 0 && at - this.#firstAt >= policy.trainForMs && this.#contacts >= policy.trainContacts;
  }

  /** Newcomers' contacts of the last half minute or so, fading. */
  #pressureAt(at: number): number {
    return this.#pressure * Math.exp(-Math.max(0, at - this.#pressedAt) / policy.pressureMs);
  }

  #pressureLimit(): number {
    return policy.pressureFree + policy.rateFactor * this.#rate(this.#lastAt) * policy.pressureMs;
  }

  /** Newcomers' first contacts a millisecond that are taken for honest now. */
  #rate(at: number): number {
    return at < this.#crowdUntil ? Math.max(this.ratePerMs, this.#crowdPerMs) : this.ratePerMs;
  }

  #rollBin(at: number): void {
    const bin = Math.floor(at / policy.trainBinMs);
    if (bin === this.#bin) return;
    // The baseline is frozen while an alarm stands, so that an attack does not teach it.
    const learns = this.#bin >= 0 && this.phase === "calm";
    if (learns) {
      this.#busiestBin = Math.max(this.#busiestBin, this.#inBin);
      this.ratePerMs = Math.max(policy.rateFloorPerMs, (policy.trainMargin * this.#busiestBin) / policy.trainBinMs);
    }
    this.#bin = bin;
    this.#inBin = 0;
    this.#surplus.rollBin(learns);
  }
}

/** Of `cost` further answers to a newcomer that had `spent`, how many go beyond its free ones. */
export function surplusOf(spent: number, cost: number): number {
  return Math.min(cost, Math.max(0, Math.ceil(spent - 1e-3) + cost - policy.newcomerFree));
}

const dayMs = 86_400_000;
/** As many former names as a guard is told with. */
const beforeMax = 64;
/** More than anybody asks in a day. */
const noCeiling = 1_000_000_000;
