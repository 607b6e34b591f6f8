import { maskEcho } from "./echo-forms.ts";
import { isPlainWords } from "./plain-words.ts";
import type { Ports } from "./ports.ts";
import { refusalSense } from "./refusal-sense.ts";

/** The value of a scalar as class keys write it: booleans and numbers of at most three digits in clear, text per the vocabulary; all else hashed, with what it says of whom it is about where that is plain (`#1a2b3c~missing`). */
export function scalarText(value: string | number | boolean, ports: Ports): string {
  if (typeof value === "boolean") return String(value);
  // Four digits can be somebody's PIN.
  if (typeof value === "number") return Math.abs(value) < 1_000 ? String(value) : `#${ports.hash("segment", String(value)).slice(0, 6)}`;
  if (value === "") return '""';
  const word = value.trim().toLowerCase();
  if (vocabulary.has(word) || isCode(value)) return visible(value.slice(0, 32));
  const sense = refusalSense(value);
  return `#${ports.hash("segment", value).slice(0, 6)}${sense === undefined ? "" : `~${sense}`}`;
}

/** True for text that may name a person, thing or moment: five or more digits, an at sign, a UUID or long hex, or long text. */
export function looksIdentifying(text: string): boolean {
  if (text.length > 64) return true;
  let digits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 48 && code <= 57) digits += 1;
    else if (code === 64) return true;
  }
  return digits >= 5;
}

/**
 * A sentence of a service without what it names: whom was asked about (`forms`), numbers, addresses, masked hints (`a***@x.org`), ids. Undefined for what is no sentence: fewer than three words, or
 * more than {@link sentenceCharactersMax} characters. One with nothing to take out stays as it is.
 */
export function sentenceOf(text: string, forms: readonly string[]): string | undefined {
  if (text.length > sentenceCharactersMax) return undefined;
  const words = text.trim().split(/\s+/);
  if (words.length < 3) return undefined;
  let plain = true;
  const lower = text.toLowerCase();
  for (const form of forms) if (lower.includes(form)) plain = false;
  if (plain && !/[\d@*•]/.test(text)) return text;
  return maskEcho(text, forms)
    .trim()
    .split(/\s+/)
    .map((word) => (word.includes("{}") || /[@*•]/.test(word) || looksIdentifying(word) ? "{}" : word.replaceAll(/\d+/g, "0")))
    .join(" ");
}

/** What services say of an outcome fits in; longer text is a page or a contract. */
export const sentenceCharactersMax = 256;

/** Blanks would end a token of the key. */
export function visible(text: string): string {
  const short = text.length > 64 ? text.slice(0, 64) : text;
  return short.includes(" ") ? short.replaceAll(" ", "_") : short;
}

/** `USER_NOT_FOUND`: an upper-case code, which names no one. */
function isCode(text: string): boolean {
  return isPlainWords(text.toLowerCase()) && text.length <= 32 && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text);
}

/** Words that say how an answer went and name nobody; only these are written in clear. */
export const vocabulary: ReadonlySet<string> = new Set(
  (
    "true false yes no ok error fail failed failure success successful 0 1 active inactive enabled disabled pending blocked locked suspended deleted verified unverified " +
    "registered unregistered known unknown found missing not_found notfound not-found exists taken available unavailable invalid valid denied forbidden unauthorized expired " +
    "none null sms voice call push email phone totp otp mfa password login signin sign-in register signup sign-up reset verify verified sent home account accounts users user " +
    "api auth oauth v1 v2 v3 app web welcome error errors status challenge new existing confirmed accepted rejected open closed user_not_found no_such_user"
  ).split(" "),
);
