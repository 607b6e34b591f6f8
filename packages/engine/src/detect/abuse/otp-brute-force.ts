import { RotatingMap } from "../oracle/rotating-map.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import type { Emit, Tried } from "./tried.ts";

/**
 * `otp.brute-force`. Sees: wrong codes in a row on one challenge, or on one account over all its challenges: a new code does not begin a new count, only a right one does.
 *
 * Misses: the account, where a request names only the challenge and comes from another network than the one that began it. Tries spread over accounts: `otp.spray`.
 * Mistakes: somebody who types an old code ten times. Walked around by four tries and a pause for somebody else's success: a right code of the account's owner ends the count.
 * Bound: {@link countsMax} challenges and accounts; a flood of 32,768 others makes it forget, which `otp.spray` sees.
 */
export class OtpBruteForce {
  readonly #emit: Emit;
  readonly #counts = new RotatingMap<{ wrong: number }>(countsMax);

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  observe(tried: Tried): void {
    if (tried.outcome === "missing") return;
    const { account, challenge } = tried;
    const most = Math.max(this.#count(account, tried), account === challenge ? 0 : this.#count(challenge, tried));
    if (!this.#tells(most)) return;
    const hard = most >= policy.codesHard;
    this.#emit("otp.brute-force", {
      level: hard ? "high" : "medium",
      confidence: hard ? 0.99 : 0.6,
      endpointId: tried.endpointId,
      actor: tried.actor,
      evidence: { wrongCodesInARow: most, bound: hard ? policy.codesHard : policy.codesSoft, account },
    });
  }

  #count(key: string, { endpointId, outcome }: Tried): number {
    const id = `${endpointId}|${key}`;
    const known = this.#counts.get(id);
    if (outcome === "accepted") {
      if (known !== undefined) known.wrong = 0;
      return 0;
    }
    if (known === undefined) {
      this.#counts.set(id, { wrong: 1 });
      return 1;
    }
    return ++known.wrong;
  }

  /** At 5, 10, 20, 40 … */
  #tells(wrong: number): boolean {
    if (wrong < policy.codesSoft || wrong % policy.codesSoft !== 0) return false;
    const times = wrong / policy.codesSoft;
    return (times & (times - 1)) === 0;
  }
}

export const countsMax = 65_536;
