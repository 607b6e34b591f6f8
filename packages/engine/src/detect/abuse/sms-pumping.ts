import type { Actor } from "../../exchange/actor.ts";
import { DelayQuantile } from "../observe/delay-quantile.ts";
import { LearnedShare, type LearnedShareState } from "../observe/learned-share.ts";
import { poissonExcess } from "../observe/secret-buckets.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { DeliveryHealth } from "./delivery-health.ts";
import { heldPrefixesMax, type Hold, PrefixHolds, type PrefixHoldsState } from "./prefix-holds.ts";
import type { Ports } from "../../exchange/ports.ts";
import { Quiet } from "./quiet.ts";
import { StrangePrefixes } from "./strange-prefixes.ts";
import type { Emit } from "./tried.ts";

/**
 * `sms.pumping`. Sees: messages to one prefix (the number without its last four digits) that nobody verifies, one prefix by itself: a likelihood ratio over verified and not verified,
 * which 8 to 18 messages decide at up to one in three seconds; faster than codes can be typed, by how many they are: eighteen numbers of one prefix that had next to none, of which nobody answered; and, before
 * that, a surge of one prefix far beyond its usual share (told at `medium`). All of it is decided when a message goes out, by counts. While delivery is down, nothing counts.
 *
 * Misses: numbers it never saw (a send by an account's id alone, whose number no earlier request named); pumping that verifies its own codes; fewer than fifteen messages a prefix.
 * Mistakes: a campaign that sends to people who did not ask; eighteen colleagues with adjoining numbers who set up theirs in the same half minute; on a quiet site an attack over many prefixes at once, each of which verified something before, is taken for an outage. Walked around by many prefixes with a dozen messages each; four prefixes or more at once, a message a second each, look like a country where the service begins, and
 * are told at `medium` until some fifty messages each.
 *
 * Bounds: {@link prefixesMax} prefixes, {@link waitingMax} messages that wait; at the bound the oldest is judged early or forgotten. Prefixes stand in memory and in signals: ten thousand
 * people share one. Numbers stand nowhere.
 */
export class SmsPumping {
  readonly #emit: Emit;
  readonly #costs: MessageCosts;
  readonly #prefixes = new RotatingMap<Prefix>(prefixesMax);
  readonly #byAccount = new RotatingMap<Message>(waitingMax);
  readonly #delays = new DelayQuantile();
  readonly #unverified: LearnedShare;
  readonly #quiet = new Quiet();
  readonly health = new DeliveryHealth();
  readonly holds: PrefixHolds;
  /** Prefixes on which a hold stands, by themselves; after a restart from their first message on. */
  readonly #held = new Map<string, Prefix>();
  #heldUntil = Number.POSITIVE_INFINITY;
  #wasDown = false;
  #waiting: Message[] = [];
  #head = 0;
  #verified = 0;
  /** Of those whose prefix stands here: prefixes do not outlive a restart, and their shares are of this. */
  #verifiedHere = 0;
  readonly #strange = new StrangePrefixes();
  /** Fading sums of all messages: of about ten minutes, of about three hours. */
  #fast = 0;
  #slow = 0;
  #at = 0;
  #firstAt = 0;

  constructor(ports: Ports, emit: Emit, costs: MessageCosts = noCosts, state?: PumpingState) {
    this.#emit = emit;
    this.holds = new PrefixHolds(ports, state?.holds);
    this.#costs = costs;
    this.#unverified = new LearnedShare({ prior: 0.2, priorWeight: 50, memory: 2_000, least: 0.02, most: policy.unverifiedHonestMost }, state?.unverified);
    this.#verified = state?.verified ?? 0;
  }

  /** A send was asked for. `account`: keyed hash of whom it goes to; `prefix` undefined where the number is not known. */
  sent(send: Send): void {
    const { at, status, account, prefix } = send;
    this.advance(at);
    if (status === 0 || status === 429) return;
    this.health.sent(status >= 500, at);
    if (status >= 400 || prefix === undefined) return;
    const last = this.#byAccount.get(account);
    const again = last !== undefined && at - last.at < 3_600_000 ? last.times + 1 : 1;
    if (again > policy.perNumberHour) return;
    if (this.#firstAt === 0) this.#firstAt = at;
    const known = this.#prefixes.get(prefix);
    const state: Prefix = known ?? { evidence: 0, sent: 0, verified: 0, unverified: 0, recent: 0, recentVerified: 0, recentAt: at, knownAt: 0, cost: 0, waiting: [] };
    if (known === undefined) {
      this.#prefixes.set(prefix, state);
      // One of an earlier life.
      const hold = this.holds.of(prefix, at);
      if (hold !== undefined) this.#isHeld(prefix, state, hold);
    }
    state.sent++;
    const message: Message = {
      at,
      prefix,
      account,
      times: again,
      endpointId: send.endpointId,
      actor: send.actor,
      cost: costOf(this.#costs, prefix),
      done: false,
      late: false,
      counted: 0,
      known: send.known === true,
    };
    this.#byAccount.set(account, message);
    this.#waiting.push(message);
    this.#weigh(state, message);
    this.#surge(state, message);
    if (this.#waiting.length - this.#head > waitingMax) this.#overdue();
  }

  /** A code was accepted for this account. */
  verified(account: string, at: number): void {
    this.advance(at);
    const message = this.#byAccount.get(account);
    if (message === undefined || message.times === 0) return;
    const { prefix, late } = message;
    if (message.done && !late) return;
    this.#delays.add(at - message.at);
    this.#verified++;
    this.health.verified(at);
    const state = this.#prefixes.get(prefix);
    const p0 = this.#honestUnverified();
    if (state !== undefined) {
      state.verified++;
      this.#verifiedHere++;
      if (state.verified === 1) state.knownAt = at;
      fade(state, at);
      state.recentVerified++;
      state.recent = Math.max(0, state.recent - message.times);
      if (late) state.unverified = Math.max(0, state.unverified - 1);
      if (!(message.known && this.#held.has(prefix))) {
        // What was held against the prefix for being late is taken back.
        if (late) state.evidence -= Math.log(policy.unverifiedPumped / p0);
        const before = state.evidence;
        state.evidence = Math.max(0, before + Math.log((1 - policy.unverifiedPumped) / (1 - p0)));
        message.counted = state.evidence - before;
        if (state.evidence === 0 && this.#held.has(prefix)) this.#release(state, message, at);
      }
    }
    if (!message.done) {
      this.#unverified.learn(false);
      if (state !== undefined) this.health.judged(prefix, true, at);
    }
    message.done = true;
    message.late = false;
  }

  advance(at: number): void {
    const down = this.health.down(at);
    if (down && !this.#wasDown && this.#held.size > 0) this.#takeBack(at);
    this.#wasDown = down;
    if (at >= this.#heldUntil && !down) this.#ended(at);
    const waitMs = this.#waitMs();
    for (;;) {
      const first = this.#waiting[this.#head];
      if (first === undefined || at - first.at < waitMs) return;
      this.#overdue(at);
    }
  }

  exportState(): PumpingState {
    return { unverified: this.#unverified.exportState(), verified: this.#verified, holds: this.holds.exportState() };
  }

  /** The oldest message is judged: nobody verified it in time. */
  #overdue(at?: number): void {
    const message = this.#waiting[this.#head];
    this.#head++;
    if (this.#head >= 1_024 && this.#head * 2 >= this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    if (message === undefined || message.done) return;
    message.done = true;
    const now = Math.max(at ?? 0, message.at);
    const state = this.#prefixes.get(message.prefix);
    // What never verified anything says nothing of an outage.
    if (state !== undefined && state.verified > 0) this.health.judged(message.prefix, false, now);
    // Nobody ever verified: then that nobody does tells nothing.
    if (this.health.down(now) || this.#verified < verifiedMin) return;
    message.late = true;
    if (state === undefined) return;
    const p0 = this.#honestUnverified();
    state.unverified++;
    state.cost += message.cost ?? 0;
    const hold = this.#held.has(message.prefix) ? this.holds.of(message.prefix, now) : undefined;
    // Of a number that confirmed before, that it does not now says nothing of strangers.
    if (hold !== undefined && message.known) return;
    if (hold !== undefined && message.at >= hold.since) hold.judged++;
    // While it is held, as many confirmations end it as it took messages to begin it.
    state.evidence = Math.min(hold === undefined ? policy.pumpingAt * 2 : policy.pumpingAt, state.evidence + Math.log(policy.unverifiedPumped / p0));
    if (state.evidence < policy.pumpingAt / 2) this.#unverified.learn(true);
    if (state.evidence >= policy.pumpingAt) this.#prove("unverified", 0.9999, state, message, now);
  }

  /** Pumping is told, and the prefix held. */
  #prove(test: "unverified" | "rush", confidence: number, state: Prefix, message: Message, at: number): void {
    const { prefix } = message;
    let hold = this.holds.of(prefix, at);
    if (hold === undefined) this.#isHeld(prefix, state, (hold = this.holds.hold(prefix, usualPerDay(state, at), at)));
    this.#tell(test, "high", confidence, state, message, at, { heldUntil: new Date(hold.until).toISOString() });
  }

  #isHeld(prefix: string, state: Prefix, { until }: Hold): void {
    state.evidence = policy.pumpingAt;
    this.#held.set(prefix, state);
    this.#heldUntil = Math.min(this.#heldUntil, until);
    if (this.#held.size <= heldPrefixesMax) return;
    const [oldest] = this.#held.keys();
    if (oldest !== undefined) this.#held.delete(oldest);
  }

  /** Strangers who were let through confirm as people do. */
  #release(state: Prefix, message: Message, at: number): void {
    this.#held.delete(message.prefix);
    this.holds.release(message.prefix, at);
    this.#tell("released", "info", 0.99, state, message, at);
  }

  /** Holds whose time is over: renewed where strangers let through still did not confirm, else the next few messages decide. */
  #ended(at: number): void {
    this.#heldUntil = Number.POSITIVE_INFINITY;
    for (const [prefix, state] of this.#held) {
      let hold = this.holds.last(prefix);
      if (hold !== undefined && at >= hold.until) {
        const goesOn = hold.judged >= policy.holdRenewAt && state.evidence >= policy.pumpingAt;
        if (goesOn) hold = this.holds.hold(prefix, usualPerDay(state, at), at);
        else {
          this.#held.delete(prefix);
          state.evidence = policy.pumpingAt / 2;
          continue;
        }
      }
      this.#heldUntil = Math.min(this.#heldUntil, hold?.until ?? Number.POSITIVE_INFINITY);
    }
  }

  /** Delivery is down: what was not verified shortly before says nothing. */
  #takeBack(at: number): void {
    const since = at - policy.holdBeforeOutageMs;
    for (const [prefix, state] of this.#held) {
      if ((this.holds.last(prefix)?.since ?? 0) < since) continue;
      this.#held.delete(prefix);
      state.evidence = 0;
    }
    this.holds.takeBack(since, at);
  }

  /**
   * What waits speaks, too, the more of it would have been verified by now: a prefix that gets a message a second is not given minutes. Of the messages since the oldest that waits, those verified speak
   * against it in full: what evidence counts of them ends at nothing.
   */
  #weigh(state: Prefix, message: Message): void {
    state.waiting.push(message);
    const oldest = state.waiting.findIndex((one) => !one.done);
    state.waiting.splice(0, Math.max(oldest, state.waiting.length - policy.weighedMost));
    if (state.waiting.length < 4 || this.#verified < verifiedMin || this.health.down(message.at)) return;
    const honest = 1 - this.#honestUnverified();
    const pumped = 1 - policy.unverifiedPumped;
    let weight = state.evidence;
    for (const { at, done, late, counted } of state.waiting) {
      if (done) {
        if (!late) weight += Math.log(pumped / honest) - counted;
        continue;
      }
      const due = this.#delays.share((message.at - at) / policy.weighedSlack);
      if (due === undefined) return;
      weight += Math.log((1 - pumped * due) / (1 - honest * due));
    }
    if (weight >= policy.pumpingAt) this.#prove("unverified", 0.9999, state, message, message.at);
  }

  #surge(state: Prefix, message: Message): void {
    const { at } = message;
    const gap = Math.max(0, at - this.#at);
    this.#fast = this.#fast * Math.exp(-gap / policy.fastMs) + 1;
    this.#slow = this.#slow * Math.exp(-gap / policy.slowMs) + 1;
    this.#at = Math.max(this.#at, at);
    fade(state, at);
    state.recent++;
    if (state.verified === 0 || at - state.knownAt < policy.strangeMs) this.#strange.set(message.prefix, state.recent, at);
    if (state.recent < policy.surgeMin || this.#verifiedHere < verifiedMin || this.health.down(at)) return;
    // One more than were seen: a prefix that had none so far is not one that has none.
    const share = Math.min(policy.prefixShareMost, Math.max(policy.prefixShareLeast, (state.verified + 1) / (this.#verifiedHere + 1)));
    const span = policy.slowMs * (1 - Math.exp(-Math.max(1, at - this.#firstAt) / policy.slowMs));
    // A crowd brings more to every prefix: what the others had in the site's own last ten minutes says how much more.
    const usual = Math.max(0.3, (this.#slow / span) * policy.fastMs * share, ((this.#fast - state.recent) * share) / (1 - share));
    if (poissonExcess(state.recent, usual) < policy.surgeAt) return;
    this.#tell("surge", "medium", 0.7, state, message, at);
    if (this.#rushed(state, message, usual)) this.#prove("rush", 0.99, state, message, at);
  }

  /** As many different numbers at once as honest people never are, and nobody answered; not where a new country brings as many to other prefixes that had nobody. */
  #rushed(state: Prefix, { prefix, at }: Message, usual: number): boolean {
    if (state.recentVerified >= 0.5) return false;
    let numbers = 0;
    for (const one of state.waiting) if (!one.done && one.times === 1) numbers++;
    if (numbers < policy.rushMin || poissonExcess(numbers, usual) < policy.surgeAt) return false;
    const others = this.#strange.usualBeside(prefix, at);
    return others === undefined || poissonExcess(numbers, others) >= policy.surgeAt;
  }

  #tell(
    test: "unverified" | "surge" | "rush" | "released",
    level: "high" | "medium" | "info",
    confidence: number,
    state: Prefix,
    message: Message,
    at: number,
    held: { readonly heldUntil?: string } = {},
  ): void {
    const { prefix, endpointId, actor } = message;
    if (!this.#quiet.may(`${test}|${prefix}`, at)) return;
    this.#emit("sms.pumping", {
      level,
      confidence,
      endpointId,
      actor,
      evidence: {
        test,
        prefix: `${prefix}xxxx`,
        sent: state.sent,
        verified: state.verified,
        notVerified: state.unverified,
        stillWaiting: state.waiting.filter((one) => !one.done).length,
        usuallyNotVerified: Math.round(this.#unverified.value * 100) / 100,
        ...held,
        ...(message.cost === undefined ? {} : { costSoFar: Math.round(state.cost * 100) / 100, costEach: message.cost, currency: this.#costs.currency }),
      },
    });
  }

  #honestUnverified(): number {
    return Math.min(policy.unverifiedHonestMost, Math.max(policy.unverifiedHonestLeast, 1.5 * this.#unverified.value));
  }

  #waitMs(): number {
    const usual = this.#delays.at(policy.verifyShare);
    return usual === undefined ? policy.verifyUnlearnedMs : Math.min(policy.verifyMostMs, Math.max(policy.verifyLeastMs, usual * policy.verifySlack));
  }
}

/** What a message costs, by the prefix of its number (`+44`); the longest that fits counts. */
export interface MessageCosts {
  readonly currency: string;
  /** `""` for all others. */
  readonly byPrefix: ReadonlyMap<string, number>;
}

export interface Send {
  readonly at: number;
  readonly status: number;
  readonly account: string;
  readonly prefix: string | undefined;
  readonly endpointId: string;
  readonly actor: Actor;
  /** The gate says that this number confirmed a code before. */
  readonly known?: boolean;
}

export interface PumpingState {
  readonly unverified: LearnedShareState;
  readonly verified: number;
  /** Absent in older states. */
  readonly holds?: PrefixHoldsState;
}

/** A number without its last four digits, from its normal form (`+` and digits); undefined for what is no whole number. */
export function prefixOf(normal: string): string | undefined {
  if (normal.length < 9 || normal.length > 20) return undefined;
  for (let i = 1; i < normal.length; i++) {
    const code = normal.charCodeAt(i);
    if (code < 48 || code > 57) return undefined;
  }
  return normal.slice(0, -4);
}

interface Prefix {
  evidence: number;
  sent: number;
  verified: number;
  unverified: number;
  /** Messages of about the last ten minutes, fading; those verified are taken away. */
  recent: number;
  /** Those verified in about the last ten minutes, fading. */
  recentVerified: number;
  recentAt: number;
  /** When somebody verified first. */
  knownAt: number;
  /** Of those that nobody verified. */
  cost: number;
  /** The last messages from the oldest on that is not verified yet; {@link policy.weighedMost} at most. */
  waiting: Message[];
}

interface Message {
  readonly at: number;
  readonly prefix: string;
  readonly account: string;
  /** Which one to this number within the hour. */
  readonly times: number;
  readonly endpointId: string;
  readonly actor: Actor;
  readonly cost: number | undefined;
  done: boolean;
  /** It was judged as not verified. */
  late: boolean;
  /** What its verification changed in the evidence. */
  counted: number;
  /** Its number confirmed before: while its prefix is held it says nothing of strangers. */
  readonly known: boolean;
}

function usualPerDay({ verified, knownAt }: Prefix, at: number): number {
  return verified === 0 ? 0 : (verified * 86_400_000) / Math.max(86_400_000, at - knownAt);
}

function fade(state: Prefix, at: number): void {
  const left = Math.exp(-Math.max(0, at - state.recentAt) / policy.surgeWithinMs);
  state.recent *= left;
  state.recentVerified *= left;
  state.recentAt = Math.max(state.recentAt, at);
}

function costOf(costs: MessageCosts, prefix: string): number | undefined {
  for (let length = prefix.length; length >= 0; length--) {
    const cost = costs.byPrefix.get(prefix.slice(0, length));
    if (cost !== undefined) return cost;
  }
  return undefined;
}

const noCosts: MessageCosts = { currency: "", byPrefix: new Map() };
/** Verifications seen before their absence means anything. */
const verifiedMin = 20;
export const prefixesMax = 16_384;
export const waitingMax = 32_768;
