import type { HeldSource } from "../../decide/gate-policy.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { FailureWatches, type WatchesState } from "./failure-watches.ts";
import { Quiet } from "./quiet.ts";
import { SourceEvidence } from "./source-evidence.ts";
import type { Emit, Tried } from "./tried.ts";

/**
 * `login.stuffing`. Sees: leaked pairs of name and password tried one after another: a source that fails on ten different accounts with hardly a success, at any speed; and all
 * sources together, by the share of accounts whose first try fails or stays failed. What a flagged source then gets into is told as taken, by its keyed hash.
 *
 * Misses: lists so fresh that a quarter succeeds; one try each from fresh sources at less than about a twelfth of honest sign-ins. Mistakes: a gateway whose people all lost
 * their saved passwords at once (a forced reset): declare it before. Walked around by own accounts that sign in between tries. It never locks an account: that would be the attacker's second weapon.
 */
export class LoginStuffing {
  readonly #emit: Emit;
  readonly #sources = new SourceEvidence({ honestFails: policy.loginHonestFails, attackerFails: policy.loginStuffedFails, flagAt: policy.loginSourceAt, forgets: true });
  readonly #watches: FailureWatches;
  readonly #quiet = new Quiet();
  readonly #held = new Map<string, number>();
  /** Goes up with each change of {@link LoginStuffing.held}. */
  version = 0;
  /** Fading counts of failures, and of those about accounts that do not exist. */
  #failures = 0;
  #unknown = 0;

  constructor(emit: Emit, state?: WatchesState) {
    this.#emit = emit;
    this.#watches = new FailureWatches(options, state);
  }

  /** Networks to be slowed, for gates. */
  held(): readonly HeldSource[] {
    return [...this.#held].map(([network, until]) => ({ network, until }));
  }

  /** `usual`: the gate says that this account signed in from there before. */
  observe(tried: Tried, usual = false): void {
    const { endpointId, actor, account, at } = tried;
    const failed = tried.outcome !== "accepted";
    if (failed) {
      this.#failures = this.#failures * 0.99 + 1;
      this.#unknown = this.#unknown * 0.99 + (tried.unknownAccount ? 1 : 0);
    }
    const source = this.#sources.add(actor.network, account, failed, at);
    this.#hold(actor.network, failed, source.stands, at);
    if (source.flagged && this.#sources.mayTell(at)) {
      this.#emit("login.stuffing", {
        level: "high",
        confidence: 0.999999,
        endpointId,
        actor,
        evidence: { test: "source", accountsFailed: source.failures, successes: source.successes, unknownAccountShare: this.#unknownShare(), odds: "1000000 to 1" },
      });
    }
    if (!failed && !usual && source.flaggedAt > 0 && at > source.flaggedAt && at - source.flaggedAt < policy.takenWithinMs && this.#quiet.may(`taken|${account}`, at)) {
      this.#emit("login.stuffing", {
        level: "high",
        confidence: 0.9,
        endpointId,
        actor,
        evidence: { test: "taken", takenAccount: account, accountsFailed: source.failures },
      });
    }
    const watch = this.#watches.of(endpointId);
    watch?.add(account, actor.network, failed, at, false);
    const alarm = watch?.alarm();
    if (alarm !== undefined && this.#quiet.may(`site|${endpointId}`, at)) {
      this.#emit("login.stuffing", { level: "high", confidence: 0.9999, endpointId, actor: undefined, evidence: { ...alarm, unknownAccountShare: this.#unknownShare() } });
    }
  }

  #hold(network: string, failed: boolean, stands: boolean, at: number): void {
    const until = this.#held.get(network);
    if (!stands) {
      // People who are let in there speak for it.
      if (until === undefined || !this.#held.delete(network)) return;
    } else {
      // Each renewal is a new policy.
      if (!failed || (until !== undefined && until - at > policy.heldSourceMs / 2)) return;
      this.#held.delete(network);
      const [oldest] = this.#held.keys();
      if (this.#held.size >= heldSourcesMax && oldest !== undefined) this.#held.delete(oldest);
      this.#held.set(network, at + policy.heldSourceMs);
    }
    this.version++;
  }

  renamed(from: string, to: string): void {
    this.#watches.renamed(from, to);
  }

  exportState(): WatchesState {
    return this.#watches.exportState();
  }

  #unknownShare(): number {
    return this.#failures === 0 ? 0 : Math.round((this.#unknown / this.#failures) * 100) / 100;
  }
}

/** Five times as many sources as people are told of in a day; the one renewed longest ago gives way. 50 KiB of policy. */
export const heldSourcesMax = 1_024;

const options = { wrong: policy.loginWrong, unresolved: policy.loginUnresolved };
