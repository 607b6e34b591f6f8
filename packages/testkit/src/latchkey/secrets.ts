import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * The example world's secrets, all derived from its seed: what a person reads from their own telephone or a customer
 * from their own vault can so be computed by an honest generator in any process. Attackers' generators never import this.
 */

/** The key of a device, `lkd_<device id>_<mac>`. */
export function deviceKeyOf(seed: string, deviceId: number): string {
  return `lkd_${deviceId}_${derive(seed, `device-key/${deviceId}`, 32)}`;
}

/** The device a key belongs to, or undefined when the key was not made by this seed. */
export function deviceOfKey(seed: string, key: string): number | undefined {
  const match = /^lkd_(\d{1,12})_[0-9a-f]{32}$/.exec(key);
  if (match?.[1] === undefined) return undefined;
  const deviceId = Number(match[1]);
  return equal(key, deviceKeyOf(seed, deviceId)) ? deviceId : undefined;
}

/** A device's TOTP secret, 40 hex digits. */
export function secretSeedOf(seed: string, deviceId: number): string {
  return derive(seed, `totp/${deviceId}`, 40);
}

/** The six digits that go out by SMS or call for one registration. */
export function pinOf(seed: string, requestId: string): string {
  const number = Number.parseInt(derive(seed, `pin/${requestId}`, 8), 16) % 1_000_000;
  return String(number).padStart(6, "0");
}

/** The attestation token of one installation of the app, from the example's issuer: `<install id>.<mac>`. */
export function attestationOf(seed: string, installId: string): string {
  return `${installId}.${derive(seed, `attestation/${installId}`, 32)}`;
}

export function isAttestation(seed: string, token: string): boolean {
  if (token.length > 128) return false;
  const dot = token.lastIndexOf(".");
  return dot > 0 && equal(token, attestationOf(seed, token.slice(0, dot)));
}

/** The API key of the n-th customer. */
export function customerKeyOf(seed: string, customer: number): string {
  return `lkc_${derive(seed, `customer-key/${customer}`, 32)}`;
}

/** Dashboard sign-in of the n-th customer. */
export function customerLoginOf(seed: string, customer: number): { readonly email: string; readonly password: string } {
  return { email: `ops@customer-${customer}.example`, password: derive(seed, `customer-password/${customer}`, 20) };
}

/** Lower-case hex digits, at most 64, of a keyed hash of `label`. */
export function derive(seed: string, label: string, digits: number): string {
  return createHmac("sha256", seed).update(label).digest("hex").slice(0, digits);
}

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
