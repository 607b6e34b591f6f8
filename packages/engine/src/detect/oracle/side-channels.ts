import { type Capacity, capacityOf } from "../observe/capacity.ts";
import { supportHoldsMs } from "./endpoint-oracle.ts";
import { Lockout, type Try } from "./lockout.ts";
import { type SideLabel, type SideOutcome, SideProof } from "./side-proof.ts";

/** What beside the answer itself tells. */
export type SideChannelName = "lockout" | "follow-up" | "sign-up";

/**
 * Channels of one endpoint beside the class of its answer: whether tries shut an account ({@link Lockout}); what a later request shows that carries an id which an earlier answer about
 * somebody handed out (`follow-up`: a ticket that stays empty for nobody); whether a sign-up makes an account or says that there is one (`sign-up`).
 */
export class SideChannels {
  lockout: Lockout | undefined;
  readonly #proofs = new Map<SideChannelName, SideProof>();
  #lastAt = 0;

  tried(seen: Try): void {
    this.#lastAt = Math.max(this.#lastAt, seen.at);
    (this.lockout ??= new Lockout()).tried(seen);
  }

  saw(channel: "follow-up" | "sign-up", seen: SideOutcome): void {
    const proof = this.#of(channel);
    // Who made an account, or put something on a list of his, is told that it is there because it is his.
    if (channel === "sign-up" && proof.lastAsker(seen.subject) === seen.asker) return;
    this.#lastAt = Math.max(this.#lastAt, seen.at);
    proof.observe(seen);
  }

  /** An account was ever made here: only then a refusal may mean that there is one. */
  get makesAccounts(): boolean {
    return this.#proofs.has("sign-up");
  }

  label(label: SideLabel, only?: SideChannelName): void {
    if (only === undefined || only === "lockout") this.lockout?.side.label(label);
    for (const [name, proof] of this.#proofs) if (only === undefined || only === name) proof.label(label);
  }

  /** The channel that tells most surely, if one does. */
  get told(): { readonly channel: SideChannelName; readonly verdict: "suspected" | "proven"; readonly proof: SideProof } | undefined {
    for (const [channel, proof] of this.#proofs) if (proof.proven) return { channel, verdict: "proven", proof };
    const { lockout } = this;
    if (lockout?.side.proven === true) return { channel: "lockout", verdict: "proven", proof: lockout.side };
    if (lockout?.suspected === true && this.#lastAt - lockout.supportedAt <= supportHoldsMs) return { channel: "lockout", verdict: "suspected", proof: lockout.side };
    return undefined;
  }

  /**
   * For the guard: a suspicion stays. Lockouts alone, whose tries it can count: a sign-up that is answered as if somebody were known would keep people out, and what follows a question is
   * held off where the question is asked.
   */
  get guarded(): boolean {
    return this.lockout !== undefined && (this.lockout.suspected || this.lockout.side.proven);
  }

  exportState(): unknown {
    return { lastAt: this.#lastAt, lockout: this.lockout?.exportState() ?? null, proofs: [...this.#proofs].map(([name, proof]) => [name, proof.exportState()]) };
  }

  static restore(state: unknown): SideChannels {
    const side = new SideChannels();
    if (typeof state !== "object" || state === null) return side;
    const from = state as { readonly lastAt?: unknown; readonly lockout?: unknown; readonly proofs?: unknown };
    side.#lastAt = Number(from.lastAt) || 0;
    if (from.lockout !== null && from.lockout !== undefined) side.lockout = Lockout.restore(from.lockout);
    for (const row of Array.isArray(from.proofs) ? from.proofs : []) {
      if (!Array.isArray(row)) continue;
      const name = row[0] === "sign-up" ? "sign-up" : "follow-up";
      side.#proofs.set(name, SideProof.restore(row[1]));
    }
    return side;
  }

  #of(channel: SideChannelName): SideProof {
    let proof = this.#proofs.get(channel);
    if (proof === undefined) {
      proof = new SideProof();
      this.#proofs.set(channel, proof);
    }
    return proof;
  }
}

/** What a channel tells, in bits. */
export function bitsOf(proof: SideProof): Capacity {
  return capacityOf(proof.proof.counts());
}
