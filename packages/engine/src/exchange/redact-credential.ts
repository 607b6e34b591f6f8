import { authSchemes } from "./auth-schemes.ts";
import type { Ports } from "./ports.ts";

/**
 * The value of `Authorization` and its kin: a scheme word we know, then a keyed hash of the rest. A first word we do not
 * know may be the secret itself, so then the whole value is hashed.
 */
export function redactCredential(value: string, ports: Ports): string {
  const trimmed = value.trim();
  const gap = trimmed.indexOf(" ");
  const word = gap === -1 ? "" : trimmed.slice(0, gap);
  if (!authSchemes.has(word.toLowerCase())) return authSchemes.has(trimmed.toLowerCase()) ? trimmed : `hash:${ports.hash("credential", trimmed)}`;
  return `${word} hash:${ports.hash("credential", trimmed.slice(gap + 1).trim())}`;
}

/** Most cookies of one field that are kept apart; the rest is one hash. */
export const cookiesMax = 64;

/** `Cookie` and `Set-Cookie`: names kept when they look like names, values hashed, of attributes only the flags kept. */
export function redactCookies(field: "cookie" | "set-cookie", value: string, ports: Ports): string {
  const parts = value.split(";", cookiesMax + 1);
  const out = parts.slice(0, field === "set-cookie" ? 1 : cookiesMax).map((part) => cookie(part.trim(), ports));
  if (field === "set-cookie") for (const part of parts.slice(1)) out.push(...(flags.get(part.trim().toLowerCase()) ?? []));
  else if (parts.length > cookiesMax) out.push(`hash:${ports.hash("credential", value)}`);
  return out.join("; ");
}

const flags: ReadonlyMap<string, readonly string[]> = new Map([
  ["secure", ["Secure"]],
  ["httponly", ["HttpOnly"]],
  ["partitioned", ["Partitioned"]],
  ["samesite=lax", ["SameSite=Lax"]],
  ["samesite=strict", ["SameSite=Strict"]],
  ["samesite=none", ["SameSite=None"]],
]);

function cookie(pair: string, ports: Ports): string {
  const equals = pair.indexOf("=");
  if (equals === -1) return pair === "" ? "" : `hash:${ports.hash("credential", pair)}`;
  const name = pair.slice(0, equals);
  const shown = /^[A-Za-z_][A-Za-z_.-]{0,40}$/.test(name) ? name : `name:${ports.hash("opaque", name)}`;
  return `${shown}=hash:${ports.hash("credential", pair.slice(equals + 1))}`;
}
