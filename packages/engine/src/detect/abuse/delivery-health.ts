import { abusePolicy as policy } from "./abuse-policy.ts";

/**
 * Whether messages reach people, as far as traffic shows: sends that fail, and verifications that stop coming everywhere at once. While they do not, nothing that rests on
 * missing verifications is concluded, nor a quarter of an hour after.
 *
 * Misses: an outage of one carrier among many. Mistakes: on a site with few verifications an attack over many prefixes at once, each of which
 * verified something before, looks like an outage; where four or more are expected in ten minutes, verifications that go on tell it apart.
 */
export class DeliveryHealth {
  readonly #sends: boolean[] = [];
  readonly #judged: { readonly prefix: string; readonly verified: boolean }[] = [];
  #fast = 0;
  #slow = 0;
  #at = 0;
  #firstAt = 0;
  #downAt = Number.NEGATIVE_INFINITY;

  sent(failed: boolean, at: number): void {
    this.#sends.push(failed);
    if (this.#sends.length > policy.sendsLooked) this.#sends.shift();
    const failures = this.#sends.filter(Boolean).length;
    if (failures >= 3 && failures >= policy.sendFailedShare * this.#sends.length) this.#downAt = Math.max(this.#downAt, at);
  }

  verified(at: number): void {
    if (this.#firstAt === 0) this.#firstAt = at;
    this.#fade(at);
    this.#fast++;
    this.#slow++;
  }

  /** A message of a prefix that verified something before was verified, or waited long enough. One prefix fills a fifth of what is looked at. */
  judged(prefix: string, verified: boolean, at: number): void {
    const own = this.#judged.filter((one) => one.prefix === prefix).length;
    const first = own >= policy.perPrefixLooked ? this.#judged.findIndex((one) => one.prefix === prefix) : this.#judged.length >= policy.sendsLooked ? 0 : -1;
    if (first >= 0) this.#judged.splice(first, 1);
    this.#judged.push({ prefix, verified });
    if (this.#collapsed(at)) this.#downAt = Math.max(this.#downAt, at);
  }

  down(at: number): boolean {
    return at - this.#downAt < policy.outageAfterMs;
  }

  #collapsed(at: number): boolean {
    if (this.#firstAt === 0) return false;
    this.#fade(at);
    const age = at - this.#firstAt;
    // A fading sum of the last while, over that while: short at the start.
    const span = policy.slowMs * (1 - Math.exp(-Math.max(1, age) / policy.slowMs));
    const expected = (this.#slow / span) * policy.fastMs;
    if (age > policy.fastMs * 3 && expected >= policy.collapseExpected && this.#fast < policy.collapseShare * expected) return true;
    const missed = this.#judged.filter((one) => !one.verified);
    if (this.#judged.length < 8 || missed.length < policy.missedShare * this.#judged.length) return false;
    return new Set(missed.map((one) => one.prefix)).size >= 2 && (expected < policy.collapseExpected || this.#fast < 0.75 * expected);
  }

  #fade(at: number): void {
    const gap = Math.max(0, at - this.#at);
    this.#fast *= Math.exp(-gap / policy.fastMs);
    this.#slow *= Math.exp(-gap / policy.slowMs);
    this.#at = Math.max(this.#at, at);
  }
}
