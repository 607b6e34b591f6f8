import { random } from "./random.ts";

/**
 * Who lives in the example world: the phone numbers, ids and e-mail addresses that a seed and a number of accounts imply.
 * Everybody who needs them (the service, honest people, attackers' list builders, a test's truth) computes them from the
 * same two values, so none has to ask another process. All numbers are `+999` followed by eight digits: no real
 * telephone has one.
 */
export interface Population {
  readonly seed: string;
  /** People with an account on day one: indexes 0 … accounts − 1. */
  readonly accounts: number;
  /** The national number (eight digits) at an index of {@link numberSpace}; one to one. */
  numberAt(index: number): number;
  /** The index of a national number, the inverse of `numberAt`; −1 when the number is out of the space. */
  indexOf(national: number): number;
  /** Whether the number had an account on day one. */
  holds(national: number): boolean;
  /** Account ids run in order of index, on purpose: sequential ids are one of the example's sins. */
  accountIdAt(index: number): number;
  emailAt(index: number): string;
  /** The device a person has had since before day one; every tenth person has none and lives by SMS. */
  deviceIdAt(index: number): number | undefined;
}

/** Size of the space of numbers: 10000000 … 99999999. */
export const numberSpace = 90_000_000;
/** Most accounts a population may have, so that the zones below stay apart. */
export const accountsMax = 5_000_000;
/** Indexes from here on belong to people who sign up later. */
export const newcomersFrom = 30_000_000;
/** Indexes from here on never get an account. */
export const strangersFrom = 60_000_000;
export const countryCode = 999;

const firstNational = 10_000_000;
const firstAccountId = 1_000_001;
const firstDeviceId = 5_000_001;

/** Builds the population. Throws RangeError when `accounts` is no integer in 1 … {@link accountsMax}. */
export function population(options: { readonly seed: string; readonly accounts: number }): Population {
  const { seed, accounts } = options;
  if (!Number.isInteger(accounts) || accounts < 1 || accounts > accountsMax) {
    throw new RangeError(`accounts must be an integer from 1 to ${accountsMax}`);
  }
  const source = random(`${seed}/numbers`);
  let factor = 40_000_000 + source.int(40_000_000);
  while (factor % 2 === 0 || factor % 3 === 0 || factor % 5 === 0) factor += 1;
  const offset = source.int(numberSpace);
  const inverse = inverseModulo(factor, numberSpace);
  const indexOf = (national: number): number => {
    const place = national - firstNational;
    if (!Number.isInteger(place) || place < 0 || place >= numberSpace) return -1;
    return (((place - offset + numberSpace) % numberSpace) * inverse) % numberSpace;
  };
  return {
    seed,
    accounts,
    // Both factors are below 9·10⁷, so the product is exact in a double.
    numberAt: (index) => firstNational + (((((index % numberSpace) * factor) % numberSpace) + offset) % numberSpace),
    indexOf,
    holds: (national) => {
      const index = indexOf(national);
      return index >= 0 && index < accounts;
    },
    accountIdAt: (index) => firstAccountId + index,
    emailAt: (index) => `person-${index}@mail.example`,
    deviceIdAt: (index) => (index % 10 === 9 ? undefined : firstDeviceId + index),
  };
}

/** `999-15550100`, as the lookup's path has it. */
export function dashed(national: number): string {
  return `${countryCode}-${national}`;
}

/** `+99915550100`. */
export function international(national: number): string {
  return `+${countryCode}${national}`;
}

function inverseModulo(value: number, modulus: number): number {
  let [low, high] = [value, modulus];
  let [x, y] = [1, 0];
  while (low > 1) {
    const quotient = Math.floor(high / low);
    [low, high] = [high - quotient * low, low];
    [x, y] = [y - quotient * x, x];
  }
  return ((x % modulus) + modulus) % modulus;
}
