import { parsePhoneNumberFromString } from "libphonenumber-js/min";
import { isIban } from "./checksums.ts";
import type { SubjectType } from "../exchange/subject.ts";
import { isHighEntropy } from "../exchange/credential-of.ts";

/** What one value looks like by itself; a parameter's type is decided from many (see `parameters.ts`). */
export type ValueShape = "phone" | "digits" | "integer" | "email" | "uuid" | "token" | "word" | "boolean" | "time" | "text" | "iban" | "empty";

/**
 * The shape of a value. `phone`: `+` and 8–15 digits, or a compound `cc-number`; `digits`: 9–15 bare digits, which may be a
 * national number or an account number; `iban`: an account number whose check digits are right; `time`: ISO dates and Unix times of 2001–2036 at second, milli precision.
 */
export function valueShape(raw: string): ValueShape {
  const value = raw.length > 256 ? raw.slice(0, 256) : raw.trim();
  if (value === "") return "empty";
  const first = value.charCodeAt(0);
  if (first === 43 || (raw.charCodeAt(0) === 32 && first >= 48 && first <= 57)) {
    const digits = digitCount(value);
    if (digits >= 8 && digits <= 15 && /^\+?[\d ().-]+$/.test(value)) return "phone";
  }
  if (/^\d+$/.test(value)) {
    if (value.length >= 9 && value.length <= 15) return /^1[0-9]{9}$|^1[0-9]{12}$/.test(value) ? "time" : "digits";
    return "integer";
  }
  if (/^-\d+$/.test(value)) return "integer";
  if (/^\d{1,3}-\d{4,14}$/.test(value)) return "phone";
  if (value.includes("@")) return /^[^@\s]{1,64}@[^@\s]{1,190}\.[a-z]{2,24}$/i.test(value) ? "email" : "text";
  if (value.length === 36 && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)) return "uuid";
  if (value === "true" || value === "false") return "boolean";
  if (/^\d{4}-\d\d-\d\d/.test(value)) return "time";
  if (/^\(?\d{2,5}\)?[ .-]\d{2,5}[ .-]?\d{2,8}([ .-]\d{1,6})?$/.test(value) && digitCount(value) >= 8) return "phone";
  if (value.length >= 15 && value.length <= 64 && isIban(value.replaceAll(" ", "").toUpperCase())) return "iban";
  if (isHighEntropy(value)) return "token";
  return /^[\w.-]{1,64}$/.test(value) ? "word" : "text";
}

/** True when the number plan knows the digits as an international number. Slow (20 µs): ask for a few samples only. */
export function isKnownPhone(digits: string): boolean {
  try {
    return parsePhoneNumberFromString(`+${digits}`)?.isValid() === true;
  } catch {
    return false;
  }
}

/** Whether somebody could be called so: an address, a number that its plan knows with its country. For names nobody can tell, and it is true. For numbers as slow as {@link isKnownPhone}. */
export function isSpelt(type: SubjectType, raw: string): boolean {
  if (type === "email") return valueShape(raw) === "email";
  return type !== "phone" || (raw.length <= spelledMax && isKnownPhone(raw.replaceAll(/\D/g, "")));
}

/** No number is longer, however it is written. */
const spelledMax = 64;

function digitCount(text: string): number {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
  }
  return digits;
}
