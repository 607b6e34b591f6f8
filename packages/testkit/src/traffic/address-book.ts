import type { Population } from "../population.ts";
import { newcomersFrom } from "../population.ts";
import { random } from "../random.ts";

/**
 * Which loopback address everybody has. Honest people live in 127.1–127.127, attackers in 127.128–127.254, shared
 * exits (carriers, offices, partners) in 127.0; so no attacker ever borrows an honest address by chance.
 */
export function personAddress(people: Population, index: number): string {
  const place = index >= newcomersFrom ? people.accounts + ((index - newcomersFrom) % 1_000_000) : index;
  return loopback(honestFrom + (place % honestSpace));
}

/** The n-th address of the attacker `campaign` (0–31), which has 262,144 of its own. */
export function attackerAddress(campaign: number, n: number): string {
  return loopback(attackersFrom + (campaign % 31) * 262_144 + (n % 262_144));
}

/** An attacker's n-th rented home: among people's own addresses, in the networks they live in. Now and then it is one that a person has. */
export function homeAddress(people: Population, seed: string, n: number): string {
  return loopback(honestFrom + random(`${seed}/home/${n}`).int(people.accounts));
}

/** `kind` is the third byte: 10 carriers, 20 offices, 30 partners, 40 monitor, 50 crawlers, 60 dashboards. */
export function sharedAddress(kind: number, n: number): string {
  return `127.0.${kind + Math.floor(n / 250)}.${1 + (n % 250)}`;
}

function loopback(index: number): string {
  return `127.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}

const honestFrom = 1 << 16;
const honestSpace = 127 << 16;
const attackersFrom = 128 << 16;
