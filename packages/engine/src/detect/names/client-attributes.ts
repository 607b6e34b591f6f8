import { networkOf } from "../../exchange/actor.ts";
import { rememberText } from "../../exchange/remember-text.ts";

/** By what the clients of an attack may differ from honest ones, in the order of {@link ClientAttributes}. */
export const attributeKinds = ["network", "wide network", "TLS fingerprint", "request shape", "program", "program and version", "block of identifiers", "ASN"] as const;
export type AttributeKind = (typeof attributeKinds)[number];

/** One text a kind; `""` where the source does not show it. Holds no identifier: blocks and shapes are keyed hashes, networks are cut. */
export type ClientAttributes = readonly string[];

export function clientAttributes(seen: {
  readonly address: string;
  readonly ja4: string | undefined;
  readonly shape: string;
  readonly userAgent: string;
  /** Keyed hash, or `""`. */
  readonly block: string;
  /** `AS64500`, from the operator's list; `""` where there is none. */
  readonly asn?: string;
}): ClientAttributes {
  const { near, wide } = networksOf(seen.address);
  const { program, version } = programOf(seen.userAgent);
  return [near, wide, (seen.ja4 ?? "").slice(0, 64), seen.shape, program, version, seen.block === "" ? "" : seen.block.slice(0, 8), seen.asn ?? ""];
}

/** /24 and /16 of IPv4, /64 and /48 of IPv6. */
const networksOf = rememberText((address: string): { readonly near: string; readonly wide: string } => {
  const network = networkOf(address);
  if (network.endsWith("::/64")) {
    const groups = network.slice(0, -"::/64".length).split(":");
    return { near: network, wide: `${groups.slice(0, 3).join(":")}::/48` };
  }
  const parts = network.split(".");
  if (parts.length !== 4) return { near: "", wide: "" };
  return { near: `${parts[0]}.${parts[1]}.${parts[2]}.0/24`, wide: `${parts[0]}.${parts[1]}.0.0/16` };
}, 4_096);

/**
 * The first product of a User-Agent, and that with its version; of a browser the one that is not there for compatibility. What could name a person (long runs of digits, mail addresses,
 * strange letters) is called `other`.
 */
export const programOf = rememberText((userAgent: string): { readonly program: string; readonly version: string } => {
  if (userAgent === "") return { program: "", version: "" };
  let token = userAgent.slice(0, 64).split(" ", 1)[0] ?? "";
  if (token.startsWith("Mozilla/")) for (const browser of browsers) token = productAt(userAgent, browser) ?? token;
  const slash = token.indexOf("/");
  const name = slash < 0 ? token : token.slice(0, slash);
  if (!/^[A-Za-z][A-Za-z._-]{0,31}\d{0,4}$/.test(name)) return { program: "other", version: "other" };
  const version = /^\d{1,4}(?:\.\d{1,4}){0,3}/.exec(slash < 0 ? "" : token.slice(slash + 1, slash + 21))?.[0] ?? "";
  return { program: name, version: version === "" ? name : `${name}/${version}` };
}, 1_024);

/** Later ones stand above earlier ones: Edge says that it is Chrome, too, and Chrome that it is Safari. */
const browsers: readonly string[] = ["Safari/", "Firefox/", "Chrome/", "OPR/", "Edg/"];

function productAt(userAgent: string, name: string): string | undefined {
  const at = userAgent.slice(0, 512).indexOf(name);
  if (at < 0) return undefined;
  const rest = userAgent.slice(at, at + 32);
  const end = rest.indexOf(" ");
  return end < 0 ? rest : rest.slice(0, end);
}
