import { type AddressKey, addressKey } from "../detect/names/address-key.ts";

/**
 * Callers whom the operator expects, by the networks they come from: a partner's first big month, a load test. Until their date they are answered about so many people a day at every guarded
 * endpoint; it costs them nothing, and no test counts it. What is beyond that, or after, is judged as anybody's. All they were told is in the disclosures as everybody's.
 *
 * Misses: an attacker who asks from those networks has what is left of the day's number. IPv6 is told apart by its first 64 bits.
 *
 * Bound: {@link expectedMax} callers with {@link expectedNetworksMax} networks in all; further ones are not expected. What was asked today begins anew with a restart, but for what is replayed.
 */
export class ExpectedCallers {
  #callers: Caller[] = [];

  /** Replaces the list. A caller of the same name keeps what it asked today. */
  set(list: readonly ExpectedCaller[]): void {
    const before = this.#callers;
    let room = expectedNetworksMax;
    this.#callers = list.slice(0, expectedMax).map((one) => {
      const ranges = one.networks.slice(0, room).flatMap((network) => rangeOf(network));
      room -= ranges.length;
      const known = before.find(({ said }) => said.name === one.name);
      return { said: one, ranges, day: known?.day ?? 0, today: known?.today ?? 0 };
    });
  }

  /** Takes `cost` people of what the caller at this address may ask about today; false when it is not expected, or has not so many left. */
  takes(address: string, cost: number, at: number): boolean {
    const caller = this.#find(address, at);
    if (caller === undefined) return false;
    const day = Math.floor(at / 86_400_000);
    if (day > caller.day) {
      caller.day = day;
      caller.today = 0;
    }
    if (caller.today + cost > caller.said.peopleADay) return false;
    caller.today += cost;
    return true;
  }

  #find(address: string, at: number): Caller | undefined {
    if (this.#callers.length === 0 || !addressKey(address, scratch)) return undefined;
    const { v6, hi, lo } = scratch;
    return this.#callers.find(
      ({ said, ranges }) => at < said.until && ranges.some((range) => range.v6 === v6 && masked(hi, range.bits) === range.hi && masked(lo, range.bits - 32) === range.lo),
    );
  }
}

/** One of them, as the operator says. */
export interface ExpectedCaller {
  readonly name: string;
  /** `192.0.2.0/24`, `2001:db8::/48`. */
  readonly networks: readonly string[];
  readonly peopleADay: number;
  /** Milliseconds since the epoch: no longer expected from then on. */
  readonly until: number;
}

/** Each fresh question is held against all networks: a service has a few partners. */
export const expectedMax = 32;
export const expectedNetworksMax = 256;

interface Range {
  readonly v6: boolean;
  readonly bits: number;
  readonly hi: number;
  readonly lo: number;
}

interface Caller {
  readonly said: ExpectedCaller;
  readonly ranges: readonly Range[];
  day: number;
  today: number;
}

const scratch: AddressKey = { v6: false, hi: 0, lo: 0 };

function rangeOf(network: string): Range[] {
  const slash = network.lastIndexOf("/");
  if (!addressKey(slash < 0 ? network : network.slice(0, slash), scratch)) return [];
  const { v6, hi, lo } = scratch;
  const most = v6 ? 64 : 32;
  const bits = slash < 0 ? most : Math.min(most, Number(network.slice(slash + 1)));
  return Number.isInteger(bits) && bits >= 0 ? [{ v6, bits, hi: masked(hi, bits), lo: masked(lo, bits - 32) }] : [];
}

/** The first `bits` of 32. */
function masked(value: number, bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? value : Math.floor(value / 2 ** (32 - bits)) * 2 ** (32 - bits);
}
