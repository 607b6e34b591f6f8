import { isJwtShaped } from "../exchange/credential-of.ts";
import type { Json } from "../exchange/view.ts";
import { isSecretName } from "./parameters.ts";

/**
 * The classes of data a JSON value holds, by key and shape together, sorted. Reads at most {@link fieldsMax} values,
 * {@link depthMax} deep.
 *
 * Numbers count as a card or an IBAN only when their checksum holds; as a phone number only with `+` or a name that says so.
 * Misses: free text, names under unusual keys, national ids. Takes a masked value (`***55`) for what its key says only
 * when the shape still fits.
 */
export function dataClassesOf(json: Json): readonly DataClass[] {
  const found = new Set<DataClass>();
  let read = 0;
  const walk = (value: Json, key: string, depth: number): void => {
    if (depth > depthMax || read >= fieldsMax || value === null || typeof value === "boolean") return;
    if (typeof value === "object") {
      if (Array.isArray(value)) for (const item of (value as readonly Json[]).slice(0, 8)) walk(item, key, depth + 1);
      else
        for (const [name, item] of Object.entries(value)) {
          if (read >= fieldsMax) return;
          walk(item, name, depth + 1);
        }
      return;
    }
    read++;
    const seen = dataClassOf(key, value);
    if (seen !== undefined) found.add(seen);
  };
  walk(json, "", 0);
  return [...found].sort();
}

export type DataClass = "card" | "email" | "geo" | "iban" | "ip" | "jwt" | "name" | "phone" | "secret";

/** Classes that say something about a person; `jwt` and `secret` are dangerous for another reason. */
export const personalDataClasses: ReadonlySet<string> = new Set<DataClass>(["card", "email", "geo", "iban", "name", "phone"]);

/** Values read of one answer: enough for any record, and a list repeats its first element's classes. */
export const fieldsMax = 256;
export const depthMax = 8;

/** The class of one field, or undefined. */
export function dataClassOf(key: string, value: string | number): DataClass | undefined {
  const name = key.toLowerCase();
  if (typeof value === "number") {
    if (/^(lat|latitude|lng|lon|long|longitude)$/.test(name)) return Math.abs(value) <= 180 && !Number.isInteger(value) ? "geo" : undefined;
    return phoneKey.test(name) && value >= 1e8 && value < 1e15 ? "phone" : undefined;
  }
  const text = value.length > 512 ? value.slice(0, 8_192) : value.trim();
  if (text === "") return undefined;
  if (isJwtShaped(text)) return "jwt";
  if (text.length > 512) return undefined;
  if (text.includes("@") && /^[^@\s<>"]{1,64}@[^@\s<>"]{1,190}\.[a-z]{2,24}$/i.test(text)) return "email";
  const digits = text.replace(/\D/g, "");
  if (/^\+[\d ().-]{8,24}$/.test(text) && digits.length >= 8 && digits.length <= 15) return "phone";
  if (phoneKey.test(name) && /^[\d ().+-]{7,24}$/.test(text) && digits.length >= 7 && digits.length <= 15) return "phone";
  if (/^[\d -]{13,23}$/.test(text) && digits.length >= 13 && digits.length <= 19 && isCard(digits, /card|pan$|^cc/.test(name) || /[ -]/.test(text))) return "card";
  if (/^[A-Z]{2}\d{2}[A-Z0-9 ]{11,38}$/.test(text) && isIban(text.replaceAll(" ", ""))) return "iban";
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(text) && !/version|build/.test(name) && text.split(".").every((part) => Number(part) <= 255)) return "ip";
  if (isSecretName(name) && !/^(code|key|answer|.*_code|challenge|verification.*)$/.test(name) && text.length >= 6 && !/^\*+$/.test(text)) return "secret";
  if (/^(lat|latitude|lng|lon|long|longitude)$/.test(name) && /^-?\d{1,3}\.\d{2,12}$/.test(text)) return "geo";
  if (/^(first|last|full|given|family|sur|display|middle|legal|real)_?name$|^surname$/.test(name) && /^[\p{L}][\p{L}\p{M}'’. -]{0,79}$/u.test(text)) return "name";
  return undefined;
}

const phoneKey = /phone|msisdn|mobile|^cell|^tel$|telephone|whatsapp/;

/** Luhn, and a known first digit; without a hint in key or grouping the issuer range must be one of the big ones. */
function isCard(digits: string, hinted: boolean): boolean {
  if (!(hinted ? /^[2-6]/ : /^(4\d{15}|5[1-5]\d{14}|3[47]\d{13}|6011\d{12})$/).test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 1) {
      digit *= 2;
      if (digit > 9) digit -= 9;
    }
    sum += digit;
  }
  return sum % 10 === 0;
}

/** ISO 13616: moved, letters as numbers, modulo 97 is 1. */
function isIban(text: string): boolean {
  if (text.length < 15 || text.length > 34) return false;
  let rest = 0;
  for (const character of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
