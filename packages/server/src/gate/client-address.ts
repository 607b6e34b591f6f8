import { isIP, isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * The caller's address, by explicitly trusted hops, read from right to left: each hop that is trusted may name the one before
 * it. The first address that no trusted hop vouches beyond is the caller. An entry that is no address ends the walk at the last
 * good one; so does a header with too few entries.
 *
 * Without trust it is the socket's own address whatever the headers say: the leftmost entry is the caller's free choice.
 * Wrong when the operator trusts a count of hops and one of them does not append; a CIDR list is the safer of the two.
 * The PROXY protocol is not read yet.
 */
export function clientAddress(socketAddress: string, rawHeaders: readonly string[], trust: Trust): string {
  let current = plain(socketAddress);
  if (trust.kind === "none") return current;
  const walker = new EntriesFromRight(rawHeaders, trust.header);
  for (let hop = 0; hop < hopsMax; hop += 1) {
    if (trust.kind === "count" ? hop >= trust.hops : !inRanges(current, trust.ranges)) return current;
    const entry = walker.next();
    if (entry === undefined) return current;
    const address = addressOf(entry, trust.header);
    if (address === undefined) return current;
    current = address;
  }
  return current;
}

/** Whom to believe. `none` is the default: an attacker on the loopback or a private network is still an attacker. */
export type Trust =
  | { readonly kind: "none" }
  | { readonly kind: "count"; readonly hops: number; readonly header: HopHeader }
  | { readonly kind: "ranges"; readonly ranges: readonly Range[]; readonly header: HopHeader };

/** Only one header is ever read: a hop that maintains one passes the other through as the caller wrote it. */
export type HopHeader = "x-forwarded-for" | "forwarded";
export type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** A longer chain is not a deployment; entries beyond it are not looked at. */
export const hopsMax = 32;

/**
 * Builds {@link Trust} from what an operator writes: a count of hops in front of Postern (`1` for one proxy), or their
 * addresses (`["10.0.0.0/8", "2001:db8::7"]`). Undefined when something of it is neither.
 */
export function trustOf(trusted: number | readonly string[], header: HopHeader = "x-forwarded-for"): Trust | undefined {
  if (typeof trusted === "number") {
    if (!Number.isInteger(trusted) || trusted < 0 || trusted > hopsMax) return undefined;
    return trusted === 0 ? { kind: "none" } : { kind: "count", hops: trusted, header };
  }
  const ranges: Range[] = [];
  for (const text of trusted) {
    const slash = text.indexOf("/");
    const address = slash === -1 ? text : text.slice(0, slash);
    if (isIP(address) === 0) return undefined;
    const parsed = ipaddr.process(address);
    const width = parsed.kind() === "ipv4" ? 32 : 128;
    const bits = slash === -1 ? width : Number(text.slice(slash + 1));
    if (!Number.isInteger(bits) || bits < 0 || bits > width || (slash !== -1 && text.length === slash + 1)) return undefined;
    ranges.push([parsed, bits]);
  }
  return ranges.length === 0 ? { kind: "none" } : { kind: "ranges", ranges, header };
}

/** True when the peer itself is a trusted hop, so that its `X-Forwarded-Proto` and `-Host` may stand. */
export function trustsPeer(socketAddress: string, trust: Trust): boolean {
  return trust.kind === "count" || (trust.kind === "ranges" && inRanges(plain(socketAddress), trust.ranges));
}

/** The list's entries, over all lines of the header, last one first, without building the list. */
class EntriesFromRight {
  private readonly rawHeaders: readonly string[];
  private readonly header: HopHeader;
  private line: number;
  private rest: string | undefined;

  constructor(rawHeaders: readonly string[], header: HopHeader) {
    this.rawHeaders = rawHeaders;
    this.header = header;
    this.line = rawHeaders.length - (rawHeaders.length % 2);
  }

  next(): string | undefined {
    while (this.rest === undefined) {
      this.line -= 2;
      if (this.line < 0) return undefined;
      const name = this.rawHeaders[this.line] ?? "";
      if (name.length === this.header.length && name.toLowerCase() === this.header) this.rest = this.rawHeaders[this.line + 1] ?? "";
    }
    const comma = this.rest.lastIndexOf(",");
    const entry = this.rest.slice(comma + 1).trim();
    this.rest = comma === -1 ? undefined : this.rest.slice(0, comma);
    return entry;
  }
}

/** `1.2.3.4`, `1.2.3.4:80`, `2001:db8::1`, `[2001:db8::1]:80`; in `Forwarded` the value of `for`, quoted or not. */
function addressOf(entry: string, header: HopHeader): string | undefined {
  let text = entry;
  if (header === "forwarded") {
    const value = entry.split(";").find((pair) => pair.trimStart().slice(0, 4).toLowerCase() === "for=");
    if (value === undefined) return undefined;
    text = value.trim().slice(4);
    if (text.length > 1 && text.startsWith('"') && text.endsWith('"')) text = text.slice(1, -1);
  }
  if (text.startsWith("[")) {
    const close = text.indexOf("]");
    const after = text.slice(close + 1);
    if (close === -1 || (after !== "" && !isPort(after))) return undefined;
    text = text.slice(1, close);
    return isIP(text) === 6 ? plain(text) : undefined;
  }
  const colon = text.indexOf(":");
  if (colon !== -1 && colon === text.lastIndexOf(":")) {
    if (!isPort(text.slice(colon))) return undefined;
    text = text.slice(0, colon);
  }
  return isIP(text) === 0 ? undefined : plain(text);
}

function isPort(text: string): boolean {
  if (text.length < 2 || text.length > 6 || !text.startsWith(":")) return false;
  for (let at = 1; at < text.length; at += 1) if (text.charCodeAt(at) < 48 || text.charCodeAt(at) > 57) return false;
  return true;
}

/** One spelling an address: IPv4 out of its IPv6 mapping, IPv6 compressed, in lower case and without zone. */
function plain(address: string): string {
  if (isIPv4(address)) return address;
  const zone = address.indexOf("%");
  const bare = zone === -1 ? address : address.slice(0, zone);
  if (isIP(bare) !== 6) return bare;
  return ipaddr.process(bare).toString();
}

function inRanges(address: string, ranges: readonly Range[]): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(address);
  for (const [base, bits] of ranges) {
    if (parsed.kind() === base.kind() && parsed.match(base, bits)) return true;
  }
  return false;
}
