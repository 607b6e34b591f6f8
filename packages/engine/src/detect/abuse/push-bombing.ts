import type { Actor } from "../../exchange/actor.ts";
import { RotatingMap } from "../oracle/rotating-map.ts";
import { abusePolicy as policy } from "./abuse-policy.ts";
import type { Emit } from "./tried.ts";

/**
 * `push.bombing`. Sees: prompts on one person's device since the last he agreed to: three are told, five within ten minutes page. That he refused them, or did not look, makes no difference.
 * The sixth is stopped at the gate, by `PromptLimits`.
 *
 * Misses: a person who gives in to the first or second; prompts decided where traffic is not seen; endpoints not known to prompt (three people must have been seen to decide).
 * Mistakes: somebody who tries again and again with a device that is switched off. Walked around by four prompts in ten minutes.
 * Bound: {@link accountsMax} people asked; at the bound the oldest half is forgotten.
 */
export class PushBombing {
  readonly #emit: Emit;
  readonly #asked = new RotatingMap<number[]>(accountsMax);

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  prompted(account: string, endpointId: string, actor: Actor, at: number): void {
    const times = this.#asked.get(account) ?? [];
    times.push(at);
    // As many as decide anything.
    if (times.length > policy.promptsHard) times.shift();
    this.#asked.set(account, times);
    const first = times[0] ?? at;
    const hard = times.length >= policy.promptsHard && at - first <= policy.promptsWithinMs;
    if (!hard && times.length !== policy.promptsSoft) return;
    this.#emit("push.bombing", {
      level: hard ? "high" : "low",
      confidence: hard ? 0.95 : 0.4,
      endpointId,
      actor,
      evidence: { promptsWithoutYes: times.length, withinSeconds: Math.round((at - first) / 1_000), bound: hard ? policy.promptsHard : policy.promptsSoft, account },
    });
    if (hard) this.#asked.set(account, []);
  }

  agreed(account: string): void {
    if (this.#asked.get(account) !== undefined) this.#asked.set(account, []);
  }
}

export const accountsMax = 32_768;
