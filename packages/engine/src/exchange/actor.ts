import type { Ports } from "./ports.ts";

/**
 * Who asks, as keys at several widths. Hashes are keyed, 16 hex digits. Nothing here trusts a header for *more* than
 * narrowing: a client that changes its User-Agent gets a new narrow key but still spends its address's credits.
 */
export interface Actor {
  /** Narrowest: the proven principal if there is one, else (address, ja4, User-Agent). The unit of a disclosure. */
  readonly narrow: string;
  /** IPv4 /32 or IPv6 /64. */
  readonly network: string;
  /** In clear, for search, blocking and display (90 days). */
  readonly address: string;
  /** Keyed hash of the credential, when one was seen. */
  readonly credential: string | undefined;
  /** True when `credential` was proven to be a real caller's own: accepted where others are refused, and not shared by many callers. */
  readonly principal: boolean;
}

/** The address as counted: IPv4 as is (also when mapped into IPv6), IPv6 cut to its /64. Text that is no address is returned as is. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const bare = address.split("%", 1)[0] ?? address;
  const [head = "", tail] = bare.toLowerCase().split("::", 2);
  const left = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const right = tail === "" ? 0 : tail.split(":").length;
    while (left.length + right < 8 && left.length < 4) left.push("0");
  }
  return `${left
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/** Builds the keys of one caller. `principal` is decided elsewhere, from how the service treats the credential. */
export function actorOf(
  ports: Ports,
  seen: { address: string; ja4?: string | undefined; userAgent?: string | undefined; credential?: string | undefined; principal?: boolean },
): Actor {
  const principal = seen.principal === true && seen.credential !== undefined;
  const hash = rememberedHash(ports);
  const network = networkOf(seen.address);
  const narrow = principal ? hash(`principal\n${seen.credential}`) : hash(`${network}\n${seen.ja4 ?? ""}\n${seen.userAgent ?? ""}`);
  return { narrow, network: hash(network), address: seen.address, credential: seen.credential, principal };
}

/**
 * Callers come back, and a keyed hash costs as much as all other counting of an exchange: the last ones are remembered, in memory only. Two generations
 * of {@link rememberedMax} texts; texts longer than {@link rememberedCharactersMax} are hashed each time.
 */
function rememberedHash(ports: Ports): (text: string) => string {
  let known = remembered.get(ports);
  if (known === undefined) {
    let young = new Map<string, string>();
    let old = new Map<string, string>();
    known = (text) => {
      let hash = young.get(text);
      if (hash !== undefined) return hash;
      hash = old.get(text) ?? ports.hash("client", text);
      if (text.length > rememberedCharactersMax) return hash;
      if (young.size >= rememberedMax) {
        old = young;
        young = new Map();
      }
      young.set(text, hash);
      return hash;
    };
    remembered.set(ports, known);
  }
  return known;
}

const remembered = new WeakMap<Ports, (text: string) => string>();
/** With its hash about 400 bytes each: 26 MB at the most in both generations. */
const rememberedMax = 32_768;
const rememberedCharactersMax = 640;
