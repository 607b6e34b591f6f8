import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import type { Actor } from "../exchange/actor.ts";

/**
 * From where people signed in: pairs of network (or credential) and account, for a month or two. A false yes comes once in ten thousand.
 *
 * Bound: {@link pairsMax} pairs a month; beyond it the oldest are forgotten, and who was is a stranger until he signs in again.
 */
export class UsualPlaces {
  readonly #pairsMax: number;
  /** Made with the first. */
  #pairs: BlockedBloom | undefined;
  /** How many accounts signed in from a network, in {@link slots} slots that networks share; 255 at most. */
  #people: Uint8Array | undefined;

  constructor(pairs = pairsMax) {
    this.#pairsMax = pairs;
  }

  add({ network, credential }: Pick<Actor, "network" | "credential">, accounts: readonly string[], at: number): void {
    const pairs = (this.#pairs ??= new BlockedBloom(this.#pairsMax, rememberMs));
    const people = (this.#people ??= new Uint8Array(slots));
    let fresh = false;
    for (const place of credential === undefined ? [network] : [network, credential]) {
      for (const account of [anybody, ...accounts]) {
        const { hi, lo } = pairOf(place, account);
        if (pairs.add(hi, lo, at) && place === network && account !== anybody) fresh = true;
      }
    }
    const slot = slotOf(network);
    if (fresh) people[slot] = Math.min(255, (people[slot] ?? 0) + 1);
  }

  /** Whether each of these accounts signed in from there; without any: whether somebody did. */
  knows({ network, credential }: Pick<Actor, "network" | "credential">, accounts: readonly string[]): boolean {
    const pairs = this.#pairs;
    if (pairs === undefined) return false;
    const at = (place: string): boolean =>
      (accounts.length === 0 ? [anybody] : accounts).every((account) => {
        const { hi, lo } = pairOf(place, account);
        return pairs.has(hi, lo);
      });
    return at(network) || (credential !== undefined && at(credential));
  }

  /** About how many accounts signed in from a network. */
  peopleAt(network: string): number {
    return this.#people?.[slotOf(network)] ?? 0;
  }
}

function pairOf(place: string, account: string): ReturnType<typeof mixKey> {
  const { hi, lo } = keyOfHex(account, { hi: 0, lo: 0 });
  return mixKey(keyOfHex(place, { hi: 0, lo: 0 }), hi, lo);
}

function slotOf(network: string): number {
  return keyOfHex(network, { hi: 0, lo: 0 }).lo & (slots - 1);
}

const anybody = "anybody";
const slots = 65_536;
/** 5 MB for this month and the last. */
const pairsMax = 1_000_000;
const rememberMs = 30 * 86_400_000;
