import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Some of those who asked, named by address or range: a report of what one thief was told, beside all that honest people were told meanwhile.
 *
 * Where an address expired and only its network is kept, a narrower name holds a part of it: {@link NamedSources.holds} says so, and the report counts all of that network, as "at most".
 */
export class NamedSources {
  /** As written. */
  readonly names: readonly string[];
  readonly #ranges: readonly Range[];

  private constructor(names: readonly string[], ranges: readonly Range[]) {
    this.names = names;
    this.#ranges = ranges;
  }

  /** Undefined when one of them is neither an address nor a range such as 198.51.100.0/24, or they are more than {@link namedSourcesMax}. */
  static of(names: readonly string[]): NamedSources | undefined {
    if (names.length > namedSourcesMax) return undefined;
    const ranges: Range[] = [];
    for (const name of names) {
      const range = rangeOf(name);
      if (range === undefined) return undefined;
      ranges.push(range);
    }
    return new NamedSources(names, ranges);
  }

  /** Whether the address, or the network that is left of one, is theirs. */
  holds(address: string): "all" | "part" | "none" {
    const asked = rangeOf(address);
    if (asked === undefined) return "none";
    let part = false;
    for (const named of this.#ranges) {
      if (named[0].kind() !== asked[0].kind()) continue;
      if (named[1] <= asked[1]) {
        if (asked[0].match(named[0], named[1])) return "all";
      } else part ||= named[0].match(asked[0], asked[1]);
    }
    return part ? "part" : "none";
  }
}

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Each row of a report is held against each: a person names a handful, a script the sources of an incident. */
export const namedSourcesMax = 1_000;

function rangeOf(text: string): Range | undefined {
  const [address = "", bits, ...more] = text.split("/");
  if (more.length > 0 || isIP(address) === 0 || address.includes("%")) return undefined;
  const parsed = ipaddr.process(address);
  const width = parsed.kind() === "ipv4" ? 32 : 128;
  if (bits === undefined) return [parsed, width];
  // A mapped range counts its bits in IPv6, as what it stands for does not.
  const long = address.includes(":") && width === 32 ? Number(bits) - 96 : Number(bits);
  return /^\d{1,3}$/.test(bits) && long >= 0 && long <= width ? [parsed, long] : undefined;
}
