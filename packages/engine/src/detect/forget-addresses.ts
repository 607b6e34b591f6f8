import { networkOf } from "../exchange/actor.ts";
import type { IncidentSource } from "./incident.ts";
import type { Signal } from "./signal.ts";

/** What stays of a client address when it may not be kept any longer: /24 of IPv4 (also when mapped into IPv6), /64 of IPv6. Applied again it changes nothing; text that is no address becomes `""`. */
export function blurredAddress(address: string): string {
  if (address.endsWith("/24") || address.endsWith("/64")) return address;
  const network = networkOf(address);
  if (network.endsWith("/64")) return network;
  const cut = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(network)?.[1];
  return cut === undefined ? "" : `${cut}.0/24`;
}

/** The signal with its address cut, in its actor and wherever its evidence repeats it (a trigger keyed by address). */
export function blurredSignal(signal: Signal): Signal {
  const address = signal.actor?.address;
  if (signal.actor === undefined || address === undefined) return signal;
  const evidence = Object.fromEntries(Object.entries(signal.evidence).map(([name, value]) => [name, typeof value === "string" ? blurredText(value, [address]) : value]));
  return { ...signal, actor: { ...signal.actor, address: blurredAddress(address) }, evidence };
}

/** Sources cut to their networks; those of one network become one. */
export function blurredSources(sources: readonly IncidentSource[]): readonly IncidentSource[] {
  const byNetwork = new Map<string, IncidentSource>();
  for (const source of sources) {
    const address = blurredAddress(source.address);
    const known = byNetwork.get(address);
    byNetwork.set(
      address,
      known === undefined
        ? { ...source, address }
        : { address, asked: known.asked + source.asked, firstAt: Math.min(known.firstAt, source.firstAt), lastAt: Math.max(known.lastAt, source.lastAt) },
    );
  }
  return [...byNetwork.values()];
}

/** A text in which an address stands as a word of its own, with the address cut. */
export function blurredText(text: string, addresses: Iterable<string>): string {
  let blurred = text;
  for (const address of addresses) if (blurred.includes(address)) blurred = blurred.replaceAll(address, blurredAddress(address));
  return blurred;
}
