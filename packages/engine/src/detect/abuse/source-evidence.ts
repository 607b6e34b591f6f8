import { BlockedBloom } from "../observe/blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "../observe/key-pair.ts";
import { secondsOf, SourceTable } from "../observe/source-table.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";

/**
 * Each source's evidence that it fails as an attacker does: a likelihood ratio over first failures on different targets and over successes, never below zero. Speed does not matter.
 *
 * Bounds: {@link slots} sources; a flood of fresh ones evicts the least evidenced first (see SourceTable). {@link pairsMax} pairs of source and target a generation.
 */
export class SourceEvidence {
  readonly #table = new SourceTable(slots);
  readonly #pairs = new BlockedBloom(pairsMax, 86_400_000);
  readonly #rates: EvidenceRates;
  readonly #key: Key = { hi: 0, lo: 0 };
  readonly #pair: Key = { hi: 0, lo: 0 };
  #day = -1;
  #told = 0;

  constructor(rates: EvidenceRates) {
    this.#rates = rates;
  }

  /** Counts a try of a source (16 hex digits) at an endpoint on a target (16 hex digits). `honestFails`: there, if it is known better; below `attackerFails`. */
  add(source: string, target: string, failed: boolean, at: number, honestFails = this.#rates.honestFails, attackerFails = this.#rates.attackerFails): SourceState {
    const { flagAt } = this.#rates;
    keyOfHex(source, this.#key);
    const slot = this.#table.claim(this.#key.hi, this.#key.lo, at, 0);
    const { evidence, flaggedAt, asked, refused, anchors, seenAt } = this.#table;
    seenAt[slot] = secondsOf(at);
    let flagged = false;
    if (failed) {
      keyOfHex(target, this.#pair);
      mixKey(this.#pair, this.#key.hi, this.#key.lo);
      if (this.#pairs.add(this.#pair.hi, this.#pair.lo, at)) {
        asked[slot] = (asked[slot] ?? 0) + 1;
        refused[slot] = (refused[slot] ?? 0) + 1;
        const before = Math.max(0, evidence[slot] ?? 0);
        // Held a little above the flag: a gateway that many honest people share comes back.
        evidence[slot] = Math.min(flagAt * 1.5, before + Math.log(attackerFails / honestFails));
        flagged = before < flagAt && (evidence[slot] ?? 0) >= flagAt;
        if (flagged) flaggedAt[slot] = secondsOf(at);
      }
    } else if (this.#rates.forgets !== true || this.#firstSuccess(target, slot, at)) {
      anchors[slot] = (anchors[slot] ?? 0) + 1;
      evidence[slot] = Math.max(0, Math.max(0, evidence[slot] ?? 0) + Math.log((1 - attackerFails) / (1 - honestFails)));
    }
    return { flagged, flaggedAt: 1_000 * (flaggedAt[slot] ?? 0), failures: refused[slot] ?? 0, successes: anchors[slot] ?? 0, stands: (evidence[slot] ?? 0) >= flagAt };
  }

  /**
   * Each account counts once a day: else whoever has one of his own signs in to it between tries. Its earlier failures are forgotten (NIST SP 800-63B): somebody who got his password right after all
   * is no stranger to the account.
   */
  #firstSuccess(target: string, slot: number, at: number): boolean {
    const { evidence, asked, refused } = this.#table;
    keyOfHex(target, this.#pair);
    mixKey(this.#pair, this.#key.hi, this.#key.lo);
    const failed = this.#pairs.has(this.#pair.hi, this.#pair.lo);
    mixKey(this.#pair, 0, 1);
    if (!this.#pairs.add(this.#pair.hi, this.#pair.lo, at)) return false;
    if (!failed) return true;
    evidence[slot] = Math.max(0, (evidence[slot] ?? 0) - Math.log(this.#rates.attackerFails / this.#rates.honestFails));
    asked[slot] = Math.max(0, (asked[slot] ?? 0) - 1);
    refused[slot] = Math.max(0, (refused[slot] ?? 0) - 1);
    return true;
  }

  /** True while less was told of sources today than people read. */
  mayTell(at: number): boolean {
    const day = Math.floor(at / 86_400_000);
    if (day !== this.#day) this.#told = 0;
    this.#day = day;
    return this.#told++ < policy.sourcesToldMax;
  }
}

export interface EvidenceRates {
  readonly honestFails: number;
  readonly attackerFails: number;
  /** Natural logarithm of the odds at which a source is flagged. */
  readonly flagAt: number;
  /** Targets are accounts: successes on one count once a day, and take back that it failed there. */
  readonly forgets?: boolean;
}

export interface SourceState {
  /** It was flagged by this very try. */
  readonly flagged: boolean;
  /** When it was flagged last, 0 for never. */
  readonly flaggedAt: number;
  /** Different targets it failed on, and its successes. */
  readonly failures: number;
  readonly successes: number;
  /** What speaks against it is still enough to flag it. */
  readonly stands: boolean;
}

export const slots = 32_768;
/** 500,000 tries a day: 1.25 MB a generation. */
const pairsMax = 500_000;
