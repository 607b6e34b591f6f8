import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Draw } from "./draws.ts";
import { GcraTable } from "./gcra.ts";

/**
 * What callers may be wrong with codes: a program at its address and a credential so many times, an address as a whole {@link policy.wrongCodesOfNetwork} times as often, then one every
 * {@link policy.wrongCodeBackMs}. All doors together: who guesses at two has no second start.
 *
 * Bound: {@link sourcesMax} of each kind; {@link GcraTable} says what happens there.
 */
export class CodeAllowances {
  readonly #networks = new GcraTable(sourcesMax);
  /** Apart, for programs and credentials can be had for nothing: they push out no address. */
  readonly #callers = new GcraTable(sourcesMax);

  /** By address, program and credential; the address comes first. */
  of(actor: Actor, most: number): readonly [address: Draw, ...callers: Draw[]] {
    return [this.#draw(this.#networks, actor.network, 1, most * policy.wrongCodesOfNetwork), this.#draw(this.#callers, actor.narrow, 2, most), ...this.ofCredential(actor, most)];
  }

  /** None without a credential. */
  ofCredential({ credential }: Actor, most: number): readonly Draw[] {
    return credential === undefined ? [] : [this.#draw(this.#callers, credential, 3, most)];
  }

  /** What is left for others at an address that a guesser used up. */
  kept({ network }: Actor): Draw {
    return this.#draw(this.#networks, network, 4, policy.wrongCodesKept);
  }

  #draw(table: GcraTable, hash: string, sort: number, most: number): Draw {
    const key: Key = mixKey(keyOfHex(hash, { hi: 0, lo: 0 }), 0, sort);
    return { table, key, everyMs: policy.wrongCodeBackMs, most };
  }
}

/** 1 MiB each. An attacker who has so many addresses needs no second start at one. */
export const sourcesMax = 65_536;
