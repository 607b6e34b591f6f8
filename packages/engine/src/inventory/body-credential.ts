import type { Ports } from "../exchange/ports.ts";
import type { CredentialSeen, ExchangeView, Json } from "../exchange/view.ts";

/**
 * A key or access token that stands in the form or at the top of the JSON of a request (RFC 6750 §2.2 and its kin); undefined when there is none. Passwords and
 * codes are not meant: with those a credential is asked for. Only what a service needs with every call is named so.
 */
export function bodyCredential(view: ExchangeView, ports: Ports): CredentialSeen | undefined {
  for (const [name, value] of view.form) {
    const key = name.toLowerCase();
    if (names.has(key) && value.length >= charactersMin) return seen(key, value, ports);
  }
  const { requestJson } = view;
  if (typeof requestJson !== "object" || requestJson === null || isList(requestJson)) return undefined;
  for (const name of plausible) {
    const value = requestJson[name];
    if (typeof value === "string" && value.length >= charactersMin) return seen(name.toLowerCase(), value, ports);
  }
  return undefined;
}

function seen(name: string, value: string, ports: Ports): CredentialSeen {
  return { kind: "api-key", hash: ports.hash("credential", value.slice(0, 8_192)), location: `body:${name}` };
}

const plausible: readonly string[] = ["api_key", "apiKey", "apikey", "api-key", "access_token", "accessToken", "auth_token", "authToken", "session_token", "sessionToken"];
const names: ReadonlySet<string> = new Set(plausible.map((name) => name.toLowerCase()));
const charactersMin = 8;

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
