import type { Actor } from "../../exchange/actor.ts";
import { DelayQuantile } from "../observe/delay-quantile.ts";
import { LearnedShare, type LearnedShareState } from "../observe/learned-share.ts";
import { poissonExcess } from "../observe/secret-buckets.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { DeliveryHealth } from "./delivery-health.ts";
import { Quiet } from "./quiet.ts";
import type { Emit } from "./tried.ts";

/**
 * `sms.pumping`. Sees: messages to one prefix (the number without its last four digits) that nobody verifies, one prefix by itself: a likelihood ratio over verified and not verified,
 * which 8 to 18 messages decide at up to one in three seconds (faster, what waits is weighed by how many would have been verified by now: 44 at one a second); and, before that, a surge of one prefix far beyond its usual share (told at `medium`). While delivery is down,
 * nothing counts.
 *
 * Misses: numbers it never saw (a send by an account's id alone, whose number no earlier request named); pumping that verifies its own codes; fewer than fifteen messages a prefix.
 * Mistakes: a campaign that sends to people who did not ask; on a quiet site an attack over many prefixes at once, each of which verified something before, is taken for an outage. Walked around by many prefixes with a dozen messages each.
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
  #waiting: Message[] = [];
  #head = 0;
  #verified = 0;
  /** Fading sums of all messages: of about ten minutes, of about three hours. */
  #fast = 0;
  #slow = 0;
  #at = 0;
  #firstAt = 0;

  constructor(emit: Emit, costs: MessageCosts = noCosts, state?: PumpingState) {
    this.#emit = emit;
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
    const state: Prefix = known ?? { evidence: 0, sent: 0, verified: 0, unverified: 0, recent: 0, recentAt: at, cost: 0, waiting: [] };
    if (known === undefined) this.#prefixes.set(prefix, state);
    state.sent++;
    const message: Message = { at, prefix, account, times: again, endpointId: send.endpointId, actor: send.actor, cost: costOf(this.#costs, prefix), done: false, late: false };
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
      state.recent = Math.max(0, state.recent - message.times);
      // What was held against the prefix for being late is taken back.
      if (late) {
        state.evidence -= Math.log(policy.unverifiedPumped / p0);
        state.unverified = Math.max(0, state.unverified - 1);
      }
      state.evidence = Math.max(0, state.evidence + Math.log((1 - policy.unverifiedPumped) / (1 - p0)));
    }
    if (!message.done) {
      this.#unverified.learn(false);
      if (state !== undefined) this.health.judged(prefix, true, at);
    }
    message.done = true;
    message.late = false;
  }

  advance(at: number): void {
    const waitMs = this.#waitMs();
    for (;;) {
      const first = this.#waiting[this.#head];
      if (first === undefined || at - first.at < waitMs) return;
      this.#overdue(at);
    }
  }

  exportState(): PumpingState {
    return { unverified: this.#unverified.exportState(), verified: this.#verified };
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
    state.evidence = Math.min(policy.pumpingAt * 2, state.evidence + Math.log(policy.unverifiedPumped / p0));
    state.unverified++;
    state.cost += message.cost ?? 0;
    if (state.evidence < policy.pumpingAt / 2) this.#unverified.learn(true);
    if (state.evidence >= policy.pumpingAt) this.#tell("unverified", "high", 0.9999, state, message, now);
  }

  /** What waits speaks, too, the more of it would have been verified by now: a prefix that gets a message a second is not given minutes. */
  #weigh(state: Prefix, message: Message): void {
    state.waiting = state.waiting.filter((one) => !one.done);
    state.waiting.push(message);
    if (state.waiting.length > policy.weighedMost) state.waiting.shift();
    if (state.waiting.length < 4 || this.#verified < verifiedMin || this.health.down(message.at)) return;
    const honest = 1 - this.#honestUnverified();
    const pumped = 1 - policy.unverifiedPumped;
    let weight = state.evidence;
    for (const { at } of state.waiting) {
      const due = this.#delays.share(message.at - at);
      if (due === undefined) return;
      weight += Math.log((1 - pumped * due) / (1 - honest * due));
    }
    if (weight >= policy.pumpingAt) this.#tell("unverified", "high", 0.9999, state, message, message.at);
  }

  #surge(state: Prefix, message: Message): void {
    const { at } = message;
    const gap = Math.max(0, at - this.#at);
    this.#fast = this.#fast * Math.exp(-gap / policy.fastMs) + 1;
    this.#slow = this.#slow * Math.exp(-gap / policy.slowMs) + 1;
    this.#at = Math.max(this.#at, at);
    state.recent = state.recent * Math.exp(-Math.max(0, at - state.recentAt) / policy.surgeWithinMs) + 1;
    state.recentAt = at;
    if (state.recent < policy.surgeMin || this.#verified < verifiedMin || this.health.down(at)) return;
    const share = Math.max(policy.prefixShareLeast, state.verified / this.#verified);
    const span = policy.slowMs * (1 - Math.exp(-Math.max(1, at - this.#firstAt) / policy.slowMs));
    // A crowd brings more to every prefix: the site's own last ten minutes count, without this prefix.
    const usual = Math.max((this.#slow / span) * policy.fastMs, this.#fast - state.recent);
    if (poissonExcess(state.recent, Math.max(0.3, usual * share)) >= policy.surgeAt) this.#tell("surge", "medium", 0.7, state, message, at);
  }

  #tell(test: "unverified" | "surge", level: "high" | "medium", confidence: number, state: Prefix, message: Message, at: number): void {
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
}

export interface PumpingState {
  readonly unverified: LearnedShareState;
  readonly verified: number;
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
  recentAt: number;
  /** Of those that nobody verified. */
  cost: number;
  /** Messages not verified yet. */
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
