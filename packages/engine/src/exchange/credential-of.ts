import { authSchemes } from "./auth-schemes.ts";
import type { HeaderList } from "./exchange.ts";
import type { Ports } from "./ports.ts";
import { rememberText } from "./remember-text.ts";
import type { CredentialKind, CredentialSeen } from "./view.ts";

/**
 * The credential a request carried, by location and shape, as a keyed hash; undefined when it carried none. Whether the
 * service ever checks it is another question (posture). Looked for in this order: `Authorization`, API-key and token
 * headers, key parameters in the query, session-like cookies, signatures of the request, a client certificate as a proxy names it; the first one found
 * stands for the request.
 *
 * A value that cannot be a secret (`Bearer`, `Bearer null`, empty) counts as none. A certificate's header is worth what the first hop is: one that passes on
 * what callers write there lets them claim any certificate. Misses: credentials in bodies, in headers of unusual name; short or low-entropy cookies. CSRF and
 * analytics values are left out.
 */
export function credentialOf(headers: HeaderList, query: readonly (readonly [name: string, value: string])[], ports: Ports): CredentialSeen | undefined {
  let keyHeader: readonly [string, string] | undefined;
  let authorization = "";
  let cookies = "";
  let proof: readonly [string, string] | undefined;
  for (const [rawName, value] of headers) {
    const name = carrierOf(rawName);
    if (name === "") continue;
    if (name === "authorization") authorization ||= value;
    else if (name === "cookie") cookies = cookies === "" ? value : `${cookies}; ${value}`;
    else if (isProof(name)) {
      if (proof === undefined || saysOnlyWhether(proof[0])) proof = [name, value];
    } else if (keyHeader === undefined && isSecret(value)) keyHeader = [name, value.trim()];
  }
  if (authorization !== "") {
    const seen = authorizationOf(ports)(authorization);
    if (seen !== "none") return seen;
  }
  if (keyHeader !== undefined) return secret(ports, "api-key", keyHeader[1], `header:${keyHeader[0]}`);
  for (const [name, value] of query) {
    const lower = name.toLowerCase();
    const charactersMin = keyParameters.get(lower);
    if (charactersMin !== undefined && value.length >= charactersMin && isSecret(value)) return secret(ports, "api-key", value, `query:${lower.slice(0, 64)}`);
  }
  const session = cookies === "" ? undefined : ofCookies(cookies.slice(0, cookieCharactersMax), ports);
  return session ?? (proof === undefined ? undefined : ofProof(proof[0], proof[1].trim(), ports));
}

/** Twice what the gate takes as a head: a session behind cookies that were not read would make an endpoint seem to answer without one. */
export const cookieCharactersMax = 65_536;

/** A secret longer than this is hashed by its first part: no real token is longer, and the hash must stay cheap. */
export const credentialCharactersMax = 8_192;

/** True for text of the shape of a compact JWS: three base64url parts, the first a JSON object. Linear. */
export function isJwtShaped(text: string): boolean {
  return text.length <= credentialCharactersMax && text.startsWith("eyJ") && /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(text);
}

/** True for text that looks drawn at random: at least 16 characters, letters and digits, many different ones. */
export function isHighEntropy(text: string): boolean {
  if (text.length < 16) return false;
  let digits = 0;
  let letters = 0;
  const distinct = new Set<number>();
  const end = Math.min(text.length, 128);
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    distinct.add(code);
    if (code >= 48 && code <= 57) digits++;
    else if ((code >= 65 && code <= 90) || (code >= 97 && code <= 122)) letters++;
    else if (code <= 32 || code > 126) return false;
  }
  return digits >= 2 && letters >= 2 && distinct.size >= 9;
}

/** Parameter names that carry keys, with the shortest value believed: `key=3` and `token=abc` are something else. */
const keyParameters: ReadonlyMap<string, number> = new Map([
  ["api_key", 6],
  ["apikey", 6],
  ["api-key", 6],
  ["access_token", 6],
  ["accesstoken", 6],
  ["auth_token", 6],
  ["x-api-key", 6],
  ["token", 8],
  ["key", 16],
  ["jwt", 16],
  ["session_token", 8],
]);

/** The name in lower case where the header may carry a credential, else `""`. */
const carrierOf = rememberText((rawName) => {
  const name = rawName.toLowerCase();
  return name === "authorization" || name === "cookie" || isProof(name) || isKeyHeader(name) ? name : "";
}, 1_024);

/** Headers that prove a caller by a signature over the request or by a client certificate that the hop before us has checked. */
const proofs: ReadonlyMap<string, "hmac" | "mtls"> = new Map([
  ["signature-input", "hmac"],
  ["x-signature", "hmac"],
  ["x-hmac", "hmac"],
  ["x-hmac-signature", "hmac"],
  ["x-request-signature", "hmac"],
  ["x-hub-signature", "hmac"],
  ["x-hub-signature-256", "hmac"],
  ["x-slack-signature", "hmac"],
  ["stripe-signature", "hmac"],
  ["client-cert", "mtls"],
  ["x-client-cert", "mtls"],
  ["x-ssl-cert", "mtls"],
  ["x-ssl-client-cert", "mtls"],
  ["x-ssl-client-verify", "mtls"],
  ["x-client-verify", "mtls"],
  ["x-ssl-client-s-dn", "mtls"],
  ["x-forwarded-client-cert", "mtls"],
  ["x-forwarded-tls-client-cert", "mtls"],
  ["x-arr-clientcert", "mtls"],
  ["x-amzn-mtls-clientcert", "mtls"],
]);

/** True for headers that say whether there was a certificate, and not whose: every caller has the same. */
export function saysOnlyWhether(name: string): boolean {
  return name === "x-ssl-client-verify" || name === "x-client-verify";
}

function isProof(name: string): boolean {
  return proofs.has(name);
}

/** A signature without a key's name differs with every request: as a credential it is nobody's constant. Certificates are told apart by fingerprint where the header has it. */
function ofProof(name: string, value: string, ports: Ports): CredentialSeen | undefined {
  const kind = proofs.get(name);
  if (kind === undefined || !isSecret(value)) return undefined;
  const location = `header:${name}`;
  if (kind === "hmac") return { kind, hash: ports.hash("credential", parameter(value.replaceAll(";", ","), "keyid") || value.slice(0, credentialCharactersMax)), location };
  const upper = value.slice(0, 16).toUpperCase();
  if (upper === "NONE" || upper === "(NULL)") return undefined;
  const fingerprint = parameter(value.replaceAll(";", ","), "hash");
  return { kind, hash: ports.hash("credential", fingerprint || value.slice(0, credentialCharactersMax)), location };
}

function isKeyHeader(name: string): boolean {
  if (name.endsWith("api-key") || name.endsWith("apikey") || name.endsWith("api_key")) return true;
  if (name === "x-auth" || name === "x-session-id" || name === "x-access-key") return true;
  return name.endsWith("-token") && !name.includes("csrf") && !name.includes("xsrf");
}

function isSecret(value: string): boolean {
  const text = value.trim().toLowerCase();
  return text !== "" && text !== "null" && text !== "undefined" && text !== "none" && text !== "[object object]";
}

function secret(ports: Ports, kind: CredentialKind, text: string, location: string): CredentialSeen {
  const seen = kind !== "basic" && isJwtShaped(text) ? "jwt" : kind;
  return { kind: seen, hash: ports.hash("credential", text.slice(0, credentialCharactersMax)), location };
}

/** Callers come back with the same header: what was made of the last ones is remembered with their texts, in memory only, as hashes are. */
function authorizationOf(ports: Ports): (value: string) => CredentialSeen | "none" {
  if (lastAuthorizations?.ports === ports) return lastAuthorizations.of;
  let of = authorizations.get(ports);
  if (of === undefined) {
    of = rememberText((value) => ofAuthorization(value, ports) ?? "none", authorizationsMax);
    authorizations.set(ports, of);
  }
  lastAuthorizations = { ports, of };
  return of;
}

const authorizations = new WeakMap<Ports, (value: string) => CredentialSeen | "none">();
let lastAuthorizations: { readonly ports: Ports; readonly of: (value: string) => CredentialSeen | "none" } | undefined;
/** Of at most 512 characters each: four megabytes at the most. */
const authorizationsMax = 4_096;

function ofAuthorization(value: string, ports: Ports): CredentialSeen | undefined {
  const text = value.trim();
  const space = text.indexOf(" ");
  const scheme = (space < 0 ? text : text.slice(0, space)).toLowerCase();
  const rest = space < 0 ? "" : text.slice(space + 1).trim();
  const location = "header:authorization";
  if (rest === "") return authSchemes.has(scheme) || !isSecret(text) ? undefined : secret(ports, "custom", text, location);
  if (!isSecret(rest)) return undefined;
  switch (scheme) {
    case "basic":
      return secret(ports, "basic", rest, location);
    case "bearer":
    case "token":
    case "jwt":
      return secret(ports, "bearer", rest, location);
    case "dpop":
      return { kind: "dpop", hash: ports.hash("credential", rest.slice(0, credentialCharactersMax)), location };
    case "digest":
      // The response value changes with every nonce; the user name and realm are what stays.
      return secret(ports, "digest", `${parameter(rest, "username")}\n${parameter(rest, "realm")}`, location);
    default:
      if (scheme.includes("hmac") || scheme === "signature" || scheme === "hawk") {
        const id = parameter(rest, "credential") || parameter(rest, "keyid") || parameter(rest, "id") || rest;
        return secret(ports, "hmac", id, location);
      }
      return secret(ports, "custom", rest, location);
  }
}

/** The value of `name=…` or `name="…"` in a list of authorization parameters; `""` when absent. */
function parameter(text: string, name: string): string {
  const lower = text.slice(0, 4_096).toLowerCase();
  let at = lower.indexOf(`${name}=`);
  while (at > 0 && !" ,".includes(lower.charAt(at - 1))) at = lower.indexOf(`${name}=`, at + 1);
  if (at < 0) return "";
  const from = at + name.length + 1;
  if (text.charAt(from) === '"') {
    const close = text.indexOf('"', from + 1);
    return close < 0 ? "" : text.slice(from + 1, close);
  }
  let end = from;
  while (end < text.length && !" ,".includes(text.charAt(end))) end++;
  return text.slice(from, end);
}

function ofCookies(cookies: string, ports: Ports): CredentialSeen | undefined {
  let best: { name: string; value: string } | undefined;
  for (const pair of cookies.split(";")) {
    const equals = pair.indexOf("=");
    if (equals < 0) continue;
    const name = pair.slice(0, equals).trim();
    const value = pair.slice(equals + 1).trim();
    const lower = name.toLowerCase();
    if (value.length < 16 || notCredentials.some((part) => lower.includes(part))) continue;
    if (sessionNames.some((part) => lower.includes(part)) || isJwtShaped(value)) return secret(ports, "session-cookie", value, `cookie:${name.slice(0, 64)}`);
    if (best === undefined && isHighEntropy(value)) best = { name, value };
  }
  return best === undefined ? undefined : secret(ports, "session-cookie", best.value, `cookie:${best.name.slice(0, 64)}`);
}

/** False for cookies known to be something else: protection against forged requests, analytics, load balancers. */
export function mayBeSessionCookie(name: string): boolean {
  const lower = name.toLowerCase();
  return !notCredentials.some((part) => lower.includes(part));
}

const sessionNames: readonly string[] = ["sess", "sid", "auth", "token", "jwt", "login", "remember"];
const notCredentials: readonly string[] = [
  "csrf",
  "xsrf",
  "_ga",
  "_gid",
  "_fbp",
  "_gcl",
  "ajs_",
  "amp_",
  "mp_",
  "_hj",
  "awsalb",
  "__cf",
  "cf_clearance",
  "consent",
  "optimizely",
  "intercom",
  "_pk_",
  "visitor",
  "language",
];
