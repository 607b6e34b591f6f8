import { cookieCharactersMax } from "./credential-of.ts";
import { decodeBase64 } from "./decode-base64.ts";
import type { Ports } from "./ports.ts";
import { rememberText } from "./remember-text.ts";
import { headerOf } from "./view-of.ts";
import type { CredentialSeen, ExchangeView } from "./view.ts";

/**
 * What a credential says about itself, read without any key: nothing here proves that it is genuine.
 *
 * `malformed` is said of what cannot be a credential of its scheme: Basic that is no base64 or names no user, text that begins like a JWT but is none, a client
 * certificate the hop calls failed. An opaque token is never malformed: nobody but its issuer knows its form. Reads at most 8,192 characters, once per credential.
 */
export function credentialFacts(view: ExchangeView, seen: CredentialSeen, ports: Ports): CredentialFacts {
  const text = credentialText(view, seen.location);
  switch (seen.kind) {
    case "basic":
      return isBasic(afterScheme(text), ports) ? wellFormed : broken;
    case "mtls":
      return text.toUpperCase().startsWith("FAILED") ? broken : wellFormed;
    case "jwt":
    case "bearer":
    case "dpop":
    case "custom":
      return ofToken(seen.location === "header:authorization" ? afterScheme(text) : text, ports);
    case "api-key":
    case "session-cookie":
    case "digest":
    case "hmac":
      return text.startsWith("eyJ") ? ofToken(text, ports) : wellFormed;
  }
}

export interface CredentialFacts {
  readonly malformed: boolean;
  /** Of a JWT with `exp`: milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  /** Of a JWT; nothing of it can be turned back into the token. */
  readonly jwt?: JwtFacts | undefined;
  /** Keyed hash of issuer and subject of a JWT: the same caller across renewals. */
  readonly subject?: string | undefined;
}

export interface JwtFacts {
  /** The host of `iss` where it is a name of letters with a dot, else `~` and a keyed hash; `""` without one. */
  readonly issuer: string;
  /** As named in the header when it is a registered one, else `other`. */
  readonly algorithm: string;
  /** `exp − iat` (or `nbf`) in whole seconds. */
  readonly lifetimeSeconds: number | undefined;
}

const wellFormed: CredentialFacts = { malformed: false };
const broken: CredentialFacts = { malformed: true };

/** RFC 7518 §3.1, RFC 8037, RFC 8812. `none` is one of them, which is worth knowing. */
const algorithms: ReadonlySet<string> = new Set("none HS256 HS384 HS512 RS256 RS384 RS512 ES256 ES384 ES512 ES256K PS256 PS384 PS512 EdDSA Ed25519 Ed448 dir".split(" "));

function ofToken(token: string, ports: Ports): CredentialFacts {
  if (!token.startsWith("eyJ")) return wellFormed;
  const parts = token.split(".", 6);
  // Five parts are an encrypted token, which only its reader opens.
  if (parts.length === 5) return jsonPart(parts[0], ports) === undefined ? broken : wellFormed;
  const header = jsonPart(parts[0], ports);
  const claims = jsonPart(parts[1], ports);
  const signed = parts[2] !== undefined && (parts[2] === "" ? header?.["alg"] === "none" : decodeBase64(parts[2]) !== undefined);
  if (header === undefined) return parts.length === 3 || token.startsWith("eyJhbGciOi") || token.startsWith("eyJ0eXAiOi") ? broken : wellFormed;
  // JSON in base64 without an algorithm is a signed cookie of one framework or another.
  if (typeof header["alg"] !== "string") return wellFormed;
  if (parts.length !== 3 || claims === undefined || !signed) return broken;
  const from = timeOf(claims["iat"]) ?? timeOf(claims["nbf"]);
  const to = timeOf(claims["exp"]);
  const { iss, sub } = claims;
  return {
    malformed: false,
    expiresAt: to === undefined ? undefined : to * 1_000,
    jwt: {
      issuer: typeof iss === "string" ? issuerOf(iss, ports) : "",
      algorithm: algorithms.has(header["alg"]) ? header["alg"] : "other",
      lifetimeSeconds: from === undefined || to === undefined || to <= from ? undefined : Math.round(to - from),
    },
    subject: typeof sub === "string" || typeof sub === "number" ? ports.hash("credential", `${typeof iss === "string" ? iss : ""}\n${sub}`) : undefined,
  };
}

function jsonPart(part: string | undefined, ports: Ports): Readonly<Record<string, unknown>> | undefined {
  if (part === undefined || part === "" || part.includes("=")) return undefined;
  const bytes = decodeBase64(part);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(ports.decodeUtf8(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Seconds since the epoch, in any century that matters. */
function timeOf(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 && value < 1e11 ? value : undefined;
}

function issuerOf(issuer: string, ports: Ports): string {
  const host = hostOfIssuer(issuer.slice(0, 256));
  return host !== "" ? host : `~${ports.hash("segment", `issuer ${issuer.slice(0, 256)}`).slice(0, 8)}`;
}

const hostOfIssuer = rememberText((issuer) => /^(?:https?:\/\/)?([a-z-]{1,63}(?:\.[a-z-]{2,63}){1,4})(?::\d{1,5})?(?:\/|$)/.exec(issuer.toLowerCase())?.[1] ?? "");

function isBasic(text: string, ports: Ports): boolean {
  const bytes = decodeBase64(text);
  return bytes !== undefined && ports.decodeUtf8(bytes).indexOf(":") >= 0;
}

function afterScheme(text: string): string {
  const trimmed = text.trim();
  const space = trimmed.indexOf(" ");
  return space < 0 ? trimmed : trimmed.slice(space + 1).trim();
}

/** The credential as it stood in the request, found again by its place. */
function credentialText(view: ExchangeView, location: string): string {
  const colon = location.indexOf(":");
  const name = location.slice(colon + 1);
  const { headers } = view.exchange.request;
  switch (location.slice(0, colon)) {
    case "header":
      return headerOf(headers, name).slice(0, textMax);
    case "query":
      return (view.query.find(([key]) => key.toLowerCase().slice(0, 64) === name)?.[1] ?? "").slice(0, textMax);
    case "body":
      return "";
    default: {
      const from = headerOf(headers, "cookie");
      for (const pair of from.slice(0, cookieCharactersMax).split(";")) {
        const equals = pair.indexOf("=");
        if (equals > 0 && pair.slice(0, equals).trim().slice(0, 64) === name)
          return pair
            .slice(equals + 1)
            .trim()
            .slice(0, textMax);
      }
      return "";
    }
  }
}

/** No real token is longer. */
const textMax = 8_192;
