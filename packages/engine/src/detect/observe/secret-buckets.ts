import type { Ports } from "../../exchange/ports.ts";
import { BlockedBloom } from "./blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "./key-pair.ts";

/**
 * Counts, for each secret tried today, how many different accounts it was tried on: one row of a count-min sketch over a keyed hash of (day, secret) cut to
 * {@link bucketBits} bits. That many secrets share a bucket that nobody, with the key either, can say which one it was; a new day begins with empty buckets and other ones.
 *
 * Memory only, never exported: 384 KiB, made with the first secret. Counts are exact but for secrets that share a bucket (too high) and for a Bloom filter's one pair in 10,000
 * taken as seen (too low). Bound: {@link pairsMax} pairs of secret and account a generation; beyond it the oldest pairs may count again.
 */
export class SecretBuckets {
  readonly #ports: Ports;
  #day = -1;
  #failed: Uint16Array | undefined;
  #passed: Uint16Array | undefined;
  #told: Uint8Array | undefined;
  #seen: BlockedBloom | undefined;
  #failures = 0;
  #passes = 0;
  readonly #key: Key = { hi: 0, lo: 0 };
  readonly #pair: Key = { hi: 0, lo: 0 };

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Counts a try of `secret` on `account` (16 hex digits); repeats of a pair on one day count once. */
  add(secret: string, account: string, passed: boolean, at: number): SecretCount {
    const day = Math.floor(at / dayMs);
    if (day > this.#day) this.#begin(day);
    const bucket = bucketOf(secret, this.#day, this.#ports);
    const failed = (this.#failed ??= new Uint16Array(buckets));
    const passing = (this.#passed ??= new Uint16Array(buckets));
    const told = (this.#told ??= new Uint8Array(buckets));
    const seen = (this.#seen ??= new BlockedBloom(pairsMax, 2 * dayMs));
    keyOfHex(account, this.#pair);
    mixKey(this.#pair, bucket, passed ? 1 : 0);
    this.#key.hi = this.#pair.hi;
    this.#key.lo = this.#pair.lo;
    const fresh = seen.add(this.#key.hi, this.#key.lo, at);
    if (fresh) {
      const row = passed ? passing : failed;
      row[bucket] = Math.min(65_535, (row[bucket] ?? 0) + 1);
      if (passed) this.#passes++;
      else this.#failures++;
    }
    return {
      bucket,
      day: this.#day,
      fresh,
      failed: failed[bucket] ?? 0,
      passed: passing[bucket] ?? 0,
      failures: this.#failures,
      passes: this.#passes,
      told: told[bucket] ?? 0,
      tell: () => {
        told[bucket] = Math.min(255, (told[bucket] ?? 0) + 1);
      },
    };
  }

  #begin(day: number): void {
    this.#day = day;
    this.#failed?.fill(0);
    this.#passed?.fill(0);
    this.#told?.fill(0);
    this.#seen = undefined;
    this.#failures = 0;
    this.#passes = 0;
  }
}

/** What is known of a secret's bucket today; accounts, each once. */
export interface SecretCount {
  readonly bucket: number;
  /** Since the epoch. */
  readonly day: number;
  /** This pair was not counted before today. */
  readonly fresh: boolean;
  readonly failed: number;
  readonly passed: number;
  /** Of all buckets together. */
  readonly failures: number;
  readonly passes: number;
  /** How often people were told of this bucket today. */
  readonly told: number;
  readonly tell: () => void;
}

/** In which bucket a secret is counted on a day (since the epoch). */
export function bucketOf(secret: string, day: number, ports: Ports): number {
  return Number.parseInt(ports.hash("credential", `tried ${day}\n${secret.slice(0, 256)}`).slice(0, 4), 16) % buckets;
}

/** ln of the likelihood of `seen` events being worth their own mean against a Poisson mean of `expected`; 0 where no more came than expected. */
export function poissonExcess(seen: number, expected: number): number {
  if (seen <= expected) return 0;
  return seen * Math.log(seen / expected) - (seen - expected);
}

export const bucketBits = 14;
export const buckets = 1 << bucketBits;
/** Pairs a day: 500,000 tries on different accounts. 1.25 MB a generation. */
export const pairsMax = 500_000;
const dayMs = 86_400_000;
