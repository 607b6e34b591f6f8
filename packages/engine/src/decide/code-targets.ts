import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import type { Actor } from "../exchange/actor.ts";
import { naturalKeyTypes, type Subject } from "../exchange/subject.ts";
import { type Draw, drawAll, giveBackAll } from "./draws.ts";
import { GcraTable } from "./gcra.ts";
import { UsualPlaces } from "./usual-places.ts";

/**
 * Wrong codes by whom they are tried on, whoever tries: strangers may be wrong {@link policy.wrongCodesOfTarget} times on one person together, then once every {@link policy.wrongCodeTargetBackMs}. A stranger
 * is who was never right there: an address or a credential that once brought this person's right code draws on its own allowances alone, so that whoever guesses at somebody cannot keep him from where he
 * was before. Somebody's right code, from anywhere, ends the count. A new code sent does not: a guesser can have one sent.
 *
 * The harm it does: who is being guessed at cannot be let in from a place where he never was, while it goes on and for at most as long as a code lives after (ten minutes).
 *
 * A target is a person named in the request; where none is, everything by which the request says what the code is for (one challenge), until it was right once. Bounds: {@link targetsMax} targets ({@link GcraTable} says what happens
 * there), {@link pairsMax} pairs of place and person a month ({@link UsualPlaces}).
 */
export class CodeTargets {
  readonly #table = new GcraTable(targetsMax);
  readonly #places = new UsualPlaces(pairsMax);

  /** The targets of a request; undefined where it names more people than anybody has codes of. Empty: it names nothing. */
  targets(subjects: readonly Subject[]): readonly Key[] | undefined {
    const keys: Key[] = [];
    const all: Key = { hi: 0, lo: 5 };
    for (const { type, hash } of subjects) {
      const key = keyOfHex(hash, { hi: 0, lo: 0 });
      mixKey(all, key.hi, key.lo);
      if (naturalKeyTypes.includes(type)) keys.push(mixKey(key, 0, 4));
    }
    if (keys.length > namedMax) return undefined;
    if (keys.length > 0 || subjects.length === 0) return keys;
    // A challenge is over once it was passed; what is passed again and again is nobody's own (a branch, a tenant), and must not be closed to all who are new there.
    return this.#places.knows(anywhere, [all]) ? [] : [all];
  }

  /** Whether this caller was right before: for all of these; without any: for anybody. */
  knows(actor: Actor, targets: readonly Key[]): boolean {
    return this.#places.knows(actor, targets);
  }

  /** Charges a stranger's try; milliseconds until one may pass, and nothing is taken, or 0. */
  take(targets: readonly Key[], most: number, at: number): number {
    return drawAll(this.#draws(targets, most), at);
  }

  giveBack(targets: readonly Key[], count: number, at: number): void {
    giveBackAll(this.#draws(targets, 1), at, count);
  }

  /** Strangers' wrong codes of late, of the target that had most. */
  wrongOf(targets: readonly Key[], at: number): number {
    let most = 0;
    for (const { hi, lo } of targets) most = Math.max(most, this.#table.taken(hi, lo, at, policy.wrongCodeTargetBackMs));
    return most;
  }

  /** Somebody brought the right code. */
  right(actor: Actor, targets: readonly Key[], at: number): void {
    this.#places.add(actor, targets, at);
    this.#places.add(anywhere, targets, at);
    this.giveBack(targets, Number.MAX_SAFE_INTEGER, at);
  }

  #draws(targets: readonly Key[], most: number): readonly Draw[] {
    return targets.map((key) => ({ table: this.#table, key, everyMs: policy.wrongCodeTargetBackMs, most }));
  }
}

/** The place of what was right somewhere. */
const anywhere = { network: "anywhere", credential: undefined };
/** A request that tries one code names its person by telephone number and mail address at most. */
export const namedMax = 4;
/** 1 MiB. */
export const targetsMax = 65_536;
/** 1 MiB for this month and the last. */
export const pairsMax = 200_000;
