import { abusePolicy as policy } from "../detect/abuse/abuse-policy.ts";
import { voucherOutcome } from "../detect/abuse/voucher-tries.ts";
import { labelOf, plainOutcome } from "../detect/kinds/outcome.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Ports } from "../exchange/ports.ts";
import { type ClassifiedAnswer, classifyResponse, parsed } from "../exchange/response-class.ts";
import type { CodeDoor } from "./gate-policy.ts";
import { GcraTable } from "./gcra.ts";
import { GuardMatcher } from "./guard-matcher.ts";

/**
 * Stops who guesses codes (one-time codes, coupons, gift cards) from one place: a caller whose tries are all wrong is refused before the service is asked, after {@link CodeDoor.wrongCodes} of them; then one
 * passes every half hour ({@link policy.wrongCodeBackMs}). Counted are its program at its address, its credential if it shows one, and its address as a whole, which may be wrong
 * {@link policy.wrongCodesOfNetwork} times as often. No account is ever locked: who is refused here tries from elsewhere.
 *
 * In two phases, as everywhere: a try is charged when it comes, so that a burst is no way around; a right one gives it back and two more, so that nobody of whose tries a third is right is ever refused; one
 * that the service did not judge (it failed, or too many requests) gives it back.
 *
 * Misses: a few tries each from many addresses; guesses among right codes of one's own, two for each; lists of codes in one request, which count as one; operations of GraphQL and JSON-RPC.
 * Mistakes: honest people behind an address from which somebody guesses all day under many programs' names. Bound: {@link sourcesMax} of each kind; {@link GcraTable} says what happens there.
 */
export class CodeLimits {
  readonly #ports: Ports;
  readonly #networks = new GcraTable(sourcesMax);
  /** Apart, for programs and credentials can be had for nothing: they push out no address. */
  readonly #callers = new GcraTable(sourcesMax);
  readonly #doors = new Map<string, CodeDoor>();
  #matcher: GuardMatcher | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** Replaces the endpoints; counts go on. */
  setDoors(doors: readonly CodeDoor[]): void {
    this.#doors.clear();
    for (const door of doors) this.#doors.set(door.id, door);
    this.#matcher = doors.length === 0 ? undefined : new GuardMatcher(doors, this.#ports);
  }

  find(method: string, host: string, segments: readonly string[]): CodeDoor | undefined {
    const found = this.#matcher?.find(method, host, segments);
    if (found === undefined) return undefined;
    // HEAD asks what GET asks; any other method that may change something may be the endpoint's own in disguise.
    const asked = found.method === method || (found.method === "GET" ? method === "HEAD" : !reading.includes(method));
    return asked ? this.#doors.get(found.id) : undefined;
  }

  /** Charges one try. A number: it is refused, for so many milliseconds. */
  take(door: CodeDoor, actor: Actor, at: number): CodeTry | number {
    const taken: Charge[] = [];
    for (const charge of chargesOf(door, actor)) {
      const wait = this.#table(charge).take(charge.key.hi, charge.key.lo, at, policy.wrongCodeBackMs, charge.most);
      if (wait > 0) {
        for (const other of taken) this.#table(other).giveBack(other.key.hi, other.key.lo, at, policy.wrongCodeBackMs, 1);
        return wait;
      }
      taken.push(charge);
    }
    return { doorId: door.id, taken };
  }

  /** It was answered like this; undefined: the service gave no answer. */
  settle({ doorId, taken }: CodeTry, answer: ClassifiedAnswer | undefined, at: number): void {
    const door = this.#doors.get(doorId);
    const outcome = door === undefined || answer === undefined ? "none" : outcomeOf(door, answer, this.#ports);
    if (outcome === "wrong") return;
    const back = outcome === "right" ? 1 + policy.rightCodeGives : 1;
    for (const charge of taken) this.#table(charge).giveBack(charge.key.hi, charge.key.lo, at, policy.wrongCodeBackMs, back);
  }

  #table(charge: Charge): GcraTable {
    return charge.wide ? this.#networks : this.#callers;
  }
}

/** A try that passed and is not judged yet. */
export interface CodeTry {
  readonly doorId: string;
  readonly taken: readonly Charge[];
}

interface Charge {
  readonly key: Key;
  readonly wide: boolean;
  readonly most: number;
}

function chargesOf(door: CodeDoor, { network, narrow, credential }: Actor): readonly Charge[] {
  const most = door.wrongCodes;
  const charges: Charge[] = [{ key: keyOf(network, 1), wide: true, most: most * policy.wrongCodesOfNetwork }];
  charges.push({ key: keyOf(narrow, 2), wide: false, most });
  if (credential !== undefined) charges.push({ key: keyOf(credential, 3), wide: false, most });
  return charges;
}

/** All doors together: who guesses at two has no second start. */
function keyOf(hash: string, sort: number): Key {
  return mixKey(keyOfHex(hash, { hi: 0, lo: 0 }), 0, sort);
}

function outcomeOf(door: CodeDoor, answer: ClassifiedAnswer, ports: Ports): "right" | "wrong" | "none" {
  const seen = classifyResponse(door.classes, answer, ports);
  if (door.voucher === true) {
    const outcome = voucherOutcome(seen, answer.json ?? parsed(answer.body));
    return outcome === "accepted" ? "right" : outcome === "refused" ? "wrong" : "none";
  }
  const label = labelOf(seen);
  const plain = plainOutcome(label);
  if (plain === "none") return "none";
  return plain === "refused" || plain === "missing" || door.refusals.includes(label) ? "wrong" : "right";
}

const reading: readonly string[] = ["GET", "HEAD", "OPTIONS"];
/** 1 MiB each. An attacker who has so many addresses needs no second start at one. */
export const sourcesMax = 65_536;
