import type { Ports } from "../../exchange/ports.ts";
import { poissonExcess, buckets, SecretBuckets } from "../observe/secret-buckets.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import { FailureWatches, watchesMax, type WatchesState } from "./failure-watches.ts";
import { Quiet } from "./quiet.ts";
import { SourceEvidence } from "./source-evidence.ts";
import type { Emit, Tried } from "./tried.ts";

/**
 * `otp.spray`. Sees: codes guessed on many accounts, a few tries on each, which limits an account has not. Three tests, each enough: one source whose first codes are wrong on
 * challenge after challenge (seven at any speed); all sources together, by the share of challenges that begin wrong, and by that of those that stay wrong; and one code tried on
 * several accounts in a day.
 *
 * Misses: guesses far fewer than honest people's lasting failures; codes checked where traffic is not seen; endpoints whose kind is unproven. A guesser who changes codes,
 * sources and accounts and stays under a twentieth of honest traffic is not told from it.
 * Mistakes: codes that arrive late and are typed anyway, while no outage is seen; a release that breaks the code's form. Walked around by patience, and by own accounts that verify between guesses.
 */
export class OtpSpray {
  readonly #emit: Emit;
  readonly #sources = new SourceEvidence({ honestFails: 1 - policy.codeHonest, attackerFails: 1 - policy.codeGuesser, flagAt: policy.codeSourceAt });
  readonly #watches: FailureWatches;
  readonly #codes: SecretBuckets;
  readonly #quiet = new Quiet();
  /** When guessing on many accounts was proven last, by endpoint; as many as have a watch. */
  readonly #proven = new Map<string, number>();

  constructor(ports: Ports, emit: Emit, state?: WatchesState) {
    this.#emit = emit;
    this.#codes = new SecretBuckets(ports);
    this.#watches = new FailureWatches(options, state);
  }

  observe(tried: Tried, frozen: boolean): void {
    if (tried.outcome === "missing") return;
    const { endpointId, actor, account, challenge, given, at } = tried;
    const failed = tried.outcome === "refused";
    const source = this.#sources.add(actor.network, challenge, failed, at);
    if (source.flagged && this.#sources.mayTell(at)) {
      this.#emit("otp.spray", {
        level: "high",
        confidence: 0.99999,
        endpointId,
        actor,
        evidence: { test: "source", challengesFailed: source.failures, challengesPassed: source.successes, odds: "100000 to 1" },
      });
    }
    const watch = this.#watches.of(endpointId);
    watch?.add(account, actor.network, failed, at, frozen);
    const alarm = watch?.alarm();
    if (alarm !== undefined) this.#prove(endpointId, at);
    if (alarm !== undefined && this.#quiet.may(`site|${endpointId}`, at)) {
      this.#emit("otp.spray", { level: "high", confidence: 0.9999, endpointId, actor: undefined, evidence: { ...alarm } });
    }
    this.#repeated(tried, this.#codes.add(given, account, !failed, at), failed);
  }

  renamed(from: string, to: string): void {
    this.#watches.renamed(from, to);
    const proven = this.#proven.get(from);
    if (proven !== undefined && this.#proven.delete(from)) this.#proven.set(to, proven);
  }

  exportState(): WatchesState {
    return this.#watches.exportState();
  }

  /** When codes guessed on many accounts were seen last at this endpoint, whoever guessed; undefined for never. */
  provenAt(endpointId: string): number | undefined {
    return this.#proven.get(endpointId);
  }

  #prove(endpointId: string, at: number): void {
    if (this.#proven.size < watchesMax || this.#proven.has(endpointId)) this.#proven.set(endpointId, at);
  }

  #repeated({ endpointId, given, at }: Tried, count: ReturnType<SecretBuckets["add"]>, failed: boolean): void {
    // At four, then at each doubling.
    if (!failed || !count.fresh || count.failed < policy.repeatMin * 2 ** count.told) return;
    const space = Math.min(buckets, 10 ** Math.min(10, given.length));
    const expected = Math.max(0.01, count.failures / space);
    if (poissonExcess(count.failed, expected) < policy.repeatAt) return;
    count.tell();
    this.#prove(endpointId, at);
    this.#emit("otp.spray", {
      level: "high",
      confidence: 0.9999,
      endpointId,
      actor: undefined,
      evidence: { test: "same-code", accounts: count.failed, expected: Math.round(expected * 1_000) / 1_000, failedToday: count.failures },
    });
  }
}

const options = { wrong: policy.codeWrong, unresolved: policy.codeUnresolved };
