import { BlockedBloom } from "../detect/observe/blocked-bloom.ts";
import { type Key, keyOfHex, mixKey } from "../detect/observe/key-pair.ts";
import type { Actor } from "../exchange/actor.ts";

/**
 * From where people proved who they are: pairs of network (or credential) and account, for a month or two. A false yes comes once in ten thousand.
 *
 * Bound: so many pairs a month as its maker says, 5 bytes each for this month and the last; beyond it the oldest are forgotten, and who was is a stranger until he proves it again. In memory: after a
 * restart everybody is one, unless he is told of again.
 */
export class UsualPlaces {
  readonly #pairsMax: number;
  /** Made with the first. */
  #pairs: BlockedBloom | undefined;
  /** How many accounts signed in from a network, in {@link slots} slots that networks share; 255 at most. */
  #people: Uint8Array | undefined;

  constructor(pairsMax: number) {
    this.#pairsMax = pairsMax;
  }

  /** Somebody proved there that each of these is his; without any: that something is. */
  add({ network, credential }: Place, accounts: readonly Key[], at: number): void {
    const pairs = (this.#pairs ??= new BlockedBloom(this.#pairsMax, rememberMs));
    let fresh = false;
    for (const place of credential === undefined ? [network] : [network, credential]) {
      for (const account of [anybody, ...accounts]) {
        const { hi, lo } = pairOf(place, account);
        if (pairs.add(hi, lo, at) && place === network && account !== anybody) fresh = true;
      }
    }
    if (!fresh) return;
    const people = (this.#people ??= new Uint8Array(slots));
    const slot = slotOf(network);
    people[slot] = Math.min(255, (people[slot] ?? 0) + 1);
  }

  /** Whether each of these accounts did from there; without any: whether somebody did. */
  knows({ network, credential }: Place, accounts: readonly Key[]): boolean {
    const pairs = this.#pairs;
    if (pairs === undefined) return false;
    const at = (place: string): boolean =>
      (accounts.length === 0 ? [anybody] : accounts).every((account) => {
        const { hi, lo } = pairOf(place, account);
        return pairs.has(hi, lo);
      });
    return at(network) || (credential !== undefined && at(credential));
  }

  /** About how many accounts did from a network. */
  peopleAt(network: string): number {
    return this.#people?.[slotOf(network)] ?? 0;
  }
}

/** Where somebody is: who asks is an `Actor`; whoever is only known by his network has no credential. */
type Place = Pick<Actor, "network" | "credential">;

function pairOf(place: string, { hi, lo }: Key): Key {
  return mixKey(keyOfHex(place, { hi: 0, lo: 0 }), hi, lo);
}

function slotOf(network: string): number {
  return keyOfHex(network, { hi: 0, lo: 0 }).lo & (slots - 1);
}

const anybody: Key = { hi: 0, lo: 6 };
const slots = 65_536;
const rememberMs = 30 * 86_400_000;
