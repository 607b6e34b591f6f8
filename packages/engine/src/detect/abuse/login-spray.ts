import type { Ports } from "../../exchange/ports.ts";
import type { SprayedPasswords } from "../../decide/gate-policy.ts";
import { buckets, poissonExcess, SecretBuckets } from "../observe/secret-buckets.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import type { Emit, Tried } from "./tried.ts";

/**
 * `login.spray`. Sees: one password tried on many accounts, from however many places: of each password only 14 bits of a keyed hash that is another one each day, in memory only; the
 * accounts that failed with it are counted. Passwords that many people have succeed as well as fail: what fails in the usual proportion is taken for popular (after the binomial ladder of StopGuessing).
 *
 * Misses: fewer than eight accounts a password and day; a list with another password for each account: `login.stuffing`. Mistakes: a wrong default that a device sends for many accounts. Walked
 * around by more passwords than accounts per day, which is slow. It never locks an account.
 */
export class LoginSpray {
  readonly #emit: Emit;
  readonly #passwords: SecretBuckets;

  /** Goes up with each change of {@link LoginSpray.sprayed}. */
  version = 0;
  /** Those told today, for gates. Undefined: none yet. */
  sprayed: SprayedPasswords | undefined;

  constructor(ports: Ports, emit: Emit) {
    this.#emit = emit;
    this.#passwords = new SecretBuckets(ports);
  }

  observe({ endpointId, given, account, outcome, at }: Tried): void {
    const count = this.#passwords.add(given, account, outcome === "accepted", at);
    if (outcome === "accepted" || !count.fresh) return;
    // At eight, then at each doubling.
    const due = policy.sprayMin * 2 ** count.told;
    if (count.failed < due) return;
    const popular = count.passes === 0 ? 0 : (policy.popularFactor * count.passed * count.failures) / count.passes;
    const expected = Math.max(0.01, (count.failures - count.failed) / buckets, popular);
    if (poissonExcess(count.failed, expected) < policy.sprayAt) return;
    count.tell();
    const before = this.sprayed?.day === count.day ? this.sprayed.buckets : [];
    if (!before.includes(count.bucket)) {
      this.sprayed = { day: count.day, buckets: [...before.slice(1 - sprayedMax), count.bucket] };
      this.version++;
    }
    this.#emit("login.spray", {
      level: "high",
      confidence: 0.9999,
      endpointId,
      actor: undefined,
      evidence: { accounts: count.failed, expected: Math.round(expected * 100) / 100, succeeded: count.passed, failedToday: count.failures },
    });
  }
}

/** Passwords held at once; the one told first gives way. One in sixteen of all others is held with so many. */
export const sprayedMax = 1_024;
