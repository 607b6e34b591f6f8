import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import type { Actor } from "../exchange/actor.ts";
import { naturalKeyTypes, type Subject } from "../exchange/subject.ts";
import { GcraTable } from "./gcra.ts";

/**
 * Wrong codes by whom they are tried on, whoever tries: strangers may be wrong {@link policy.wrongCodesOfTarget} times on one person together, then once every {@link policy.wrongCodeTargetBackMs}. A stranger
 * is who was never right there: an address or a credential that once brought this person's right code draws on its own allowances alone, so that whoever guesses at somebody cannot keep him from where he
 * was before. Somebody's right code, from anywhere, ends the count. A new code sent does not: a guesser can have one sent.
 *
 * The harm it does: who is being guessed at cannot be let in from a place where he never was, while it goes on and for at most as long as a code lives after (ten minutes).
 *
 * A target is a person named in the request; where none is, everything by which the request says what the code is for (one challenge), until it was right once. Bounds: {@link targetsMax} targets ({@link GcraTable} says what happens
 * there), {@link pairsMax} pairs of place and person a month and the month before; what was forgotten is a stranger until he is right again. In memory: after a restart everybody is one.
 */
export class CodeTargets {
  readonly #table = new GcraTable(targetsMax);
  /** Of a place and a person; and of places alone. Made with the first right code. */
  #passed: BlockedBloom | undefined;

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
    const { hi, lo } = passedOf(all);
    return this.#passed?.has(hi, lo) === true ? [] : [all];
  }

  /** Whether this caller was right before: for all of these; without any: for anybody. */
  knows({ network, credential }: Actor, targets: readonly Key[]): boolean {
    const passed = this.#passed;
    if (passed === undefined) return false;
    const at = (hash: string): boolean =>
      (targets.length === 0 ? [anybody] : targets).every((target) => {
        const { hi, lo } = pairOf(hash, target);
        return passed.has(hi, lo);
      });
    return at(network) || (credential !== undefined && at(credential));
  }

  /** Charges a stranger's try; milliseconds until one may pass, and nothing is taken, or 0. */
  take(targets: readonly Key[], most: number, at: number): number {
    for (const [n, { hi, lo }] of targets.entries()) {
      const wait = this.#table.take(hi, lo, at, policy.wrongCodeTargetBackMs, most);
      if (wait === 0) continue;
      this.giveBack(targets.slice(0, n), 1, at);
      return wait;
    }
    return 0;
  }

  giveBack(targets: readonly Key[], count: number, at: number): void {
    for (const { hi, lo } of targets) this.#table.giveBack(hi, lo, at, policy.wrongCodeTargetBackMs, count);
  }

  /** Strangers' wrong codes of late, of the target that had most. */
  wrongOf(targets: readonly Key[], at: number): number {
    let most = 0;
    for (const { hi, lo } of targets) most = Math.max(most, this.#table.taken(hi, lo, at, policy.wrongCodeTargetBackMs));
    return most;
  }

  /** Somebody brought the right code. */
  right({ network, credential }: Actor, targets: readonly Key[], at: number): void {
    const passed = (this.#passed ??= new BlockedBloom(pairsMax, rememberMs));
    for (const hash of credential === undefined ? [network] : [network, credential]) {
      for (const target of [anybody, ...targets]) {
        const { hi, lo } = pairOf(hash, target);
        passed.add(hi, lo, at);
      }
    }
    for (const target of targets) {
      const { hi, lo } = passedOf(target);
      passed.add(hi, lo, at);
    }
    this.giveBack(targets, Number.MAX_SAFE_INTEGER, at);
  }
}

function pairOf(hash: string, target: Key): Key {
  return mixKey(keyOfHex(hash, { hi: 0, lo: 0 }), target.hi, target.lo);
}

function passedOf(target: Key): Key {
  return mixKey({ ...target }, 0, 7);
}

const anybody: Key = { hi: 0, lo: 6 };
/** A request that tries one code names its person by telephone number and mail address at most. */
export const namedMax = 4;
/** 1 MiB. */
export const targetsMax = 65_536;
/** 1 MiB for this month and the last. */
export const pairsMax = 200_000;
const rememberMs = 30 * 86_400_000;
