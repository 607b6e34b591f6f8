import { type AgedEntry, AgedMap } from "../observe/aged-map.ts";

/**
 * Pairs of questions of which the first was a typing slip of the second: one character changed, two swapped, within two minutes from
 * one network. When the second turns out to be somebody's own (an anchor), the first very likely named nobody: the one label
 * for "does not exist" that needs neither the service's database nor its answers. About nine in ten are right.
 *
 * Bounds: {@link networksMax} networks, {@link askedMax} questions each; the identifiers themselves stay in memory for as long
 * and nowhere else. An attacker can make such labels only for numbers beside one he owns.
 */
export class TypingSlips {
  readonly #networks = new AgedMap<string, Network>();

  asked(question: Asked & { readonly network: string }): void {
    const { network: key, endpointId, subject, raw, at } = question;
    let network = this.#networks.get(key);
    if (network !== undefined) this.#networks.touch(network);
    else {
      const { oldest } = this.#networks;
      if (this.#networks.size >= networksMax && oldest !== undefined) this.#networks.remove(oldest);
      network = { key, asked: none, older: undefined, newer: undefined };
      this.#networks.add(network);
    }
    if (raw.length > rawCharactersMax) return;
    // Written out: leaving a field out by spreading the others costs more than all else here.
    const now = { endpointId, subject, raw, at };
    // Most networks of a crowd ask once: pushing makes room for seventeen.
    if (network.asked.length === 0) network.asked = [now];
    else network.asked.push(now);
    if (network.asked.length > askedMax) network.asked.shift();
  }

  /** Slips before the question about `subject`, each told once. */
  before(network: string, subject: string): Asked[] {
    const known = this.#networks.get(network);
    if (known === undefined) return [];
    const list = known.asked;
    const right = list.findLast((asked) => asked.subject === subject);
    if (right === undefined) return [];
    const slips = list.filter((asked) => asked.at <= right.at && right.at - asked.at <= withinMs && asked.endpointId === right.endpointId && oneSlip(asked.raw, right.raw));
    if (slips.length > 0) known.asked = list.filter((asked) => !slips.includes(asked));
    return slips;
  }
}

interface Network extends AgedEntry<string, Network> {
  asked: Asked[];
}

interface Asked {
  readonly endpointId: string;
  /** Hash. */
  readonly subject: string;
  /** As it stood in the request. */
  readonly raw: string;
  readonly at: number;
}

/** Equal length, and one character differs or two neighbours are swapped. */
export function oneSlip(a: string, b: string): boolean {
  if (a.length !== b.length || a === b || a.length < 5) return false;
  let first = 0;
  while (a.charCodeAt(first) === b.charCodeAt(first)) first++;
  let last = a.length - 1;
  while (a.charCodeAt(last) === b.charCodeAt(last)) last--;
  return first === last || (last === first + 1 && a.charCodeAt(first) === b.charCodeAt(last) && a.charCodeAt(last) === b.charCodeAt(first));
}

/** Never pushed to. */
const none: Asked[] = [];
const networksMax = 8_192;
const askedMax = 8;
const rawCharactersMax = 128;
const withinMs = 120_000;
