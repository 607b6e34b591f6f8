import { clientAddress, trustsPeer, type Trust } from "../client-address.ts";
import type { PlainSection } from "./plain-request.ts";
import { forwardedLines, type HopFacts } from "./request-head.ts";

/** What the operator says of the hops before and after us. Replaced as a whole on reload. */
export interface HopSettings {
  readonly trust: Trust;
  readonly hostOverride: string | undefined;
  readonly hostFallback: string;
}

/** The same for one connection. */
export function hopFacts(peer: string, hops: HopSettings, upgrade: boolean): HopFacts {
  return {
    peer: peer.startsWith("::ffff:") ? peer.slice(7) : peer,
    peerTrusted: hops.trust.kind !== "none" && trustsPeer(peer, hops.trust),
    proto: "http",
    hostOverride: hops.hostOverride,
    hostFallback: hops.hostFallback,
    upgrade,
  };
}

/** What follows from the header lines and the peer of a connection alone: it holds for every request with equal lines, until a reload. */
export class PlainMemo {
  readonly section: PlainSection;
  readonly hops: HopSettings;
  readonly hop: HopFacts;
  readonly host: string;
  readonly address: string;
  readonly lines: string;

  constructor(peer: string, section: PlainSection, hops: HopSettings) {
    this.section = section;
    this.hops = hops;
    this.hop = hopFacts(peer, hops, false);
    this.host = section.host.toLowerCase();
    this.address = clientAddress(peer, section.rawHeaders, hops.trust);
    this.lines = forwardedLines(section.host, section.rawHeaders, this.hop, false);
  }
}
