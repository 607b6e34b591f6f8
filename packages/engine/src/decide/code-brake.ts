import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";

/**
 * While somebody is proven to guess codes on many accounts, what all strangers together may be wrong at one endpoint: as much as their honest slips are, or so few a day that no account is taken by chance,
 * whichever is more. Strangers are callers who never were right; nothing tells an honest one from the guesser before he is.
 *
 * The harm it does: while the guessing is faster than that, most newcomers are asked to come back later. So it stands only while an attack is proven. What is usual is learned while none stands.
 * Constant memory: one for each endpoint that checks codes.
 */
export class CodeBrake {
  /** Strangers' wrong codes of about the last day. */
  #usual = 0;
  #usualAt = 0;
  #wholeAt = 0;

  /** Charges a stranger's try; milliseconds until one may pass, or 0. `harmless`: wrong codes a day that do no harm. */
  take(harmless: number, at: number): number {
    const every = this.#every(harmless);
    const from = Math.max(this.#wholeAt, at);
    const early = from - at - (this.#burst() - 1) * every;
    if (early > 0) return early;
    this.#wholeAt = from + every;
    return 0;
  }

  giveBack(harmless: number, at: number): void {
    this.#wholeAt = Math.max(Math.min(this.#wholeAt, at), this.#wholeAt - this.#every(harmless));
  }

  /** A stranger was wrong while nobody is proven to guess. */
  learn(at: number): void {
    this.#usual = this.#usual * Math.exp(-Math.max(0, at - this.#usualAt) / dayMs) + 1;
    this.#usualAt = Math.max(this.#usualAt, at);
  }

  #every(harmless: number): number {
    return dayMs / Math.max(1, harmless, policy.brakeUsual * this.#usual);
  }

  #burst(): number {
    return Math.max(policy.brakeBurst, (policy.brakeUsual * this.#usual) / 24);
  }
}

/** A brake for each endpoint that needs one: as many as the policy has doors, see {@link CodeBrakes.keep}. */
export class CodeBrakes {
  readonly #brakes = new Map<string, CodeBrake>();

  /** Forgets those of doors that are no more. */
  keep(doors: ReadonlyMap<string, unknown>): void {
    for (const id of this.#brakes.keys()) if (!doors.has(id)) this.#brakes.delete(id);
  }

  of(doorId: string): CodeBrake {
    let brake = this.#brakes.get(doorId);
    if (brake === undefined) this.#brakes.set(doorId, (brake = new CodeBrake()));
    return brake;
  }
}

const dayMs = 86_400_000;
