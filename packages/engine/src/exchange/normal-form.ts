import { isIban } from "../inventory/checksums.ts";
import type { SubjectType } from "./subject.ts";

/**
 * The one spelling under which an identifier is counted; gate and ledger both use it, so they agree by construction.
 *
 * Total and linear: any text gives a text, in one pass without regular expressions. Two texts agree only when they differ
 * in what the type ignores: separators, digit alphabet and `00`/`+` for phones; case and outer blanks for names.
 * Everything else is kept, because a character dropped here would be a free second question.
 *
 * Not known: trunk zeros other than `(0)` after the country (`+44 020…` differs from `+4420…`), mailbox aliases (`a+b@x`). Such spellings count as
 * different subjects: an attacker who uses them pays more, never less.
 */
export function normalForm(type: SubjectType, raw: string): string {
  switch (type) {
    case "phone":
      return phone(raw);
    case "username":
      return userName(raw);
    case "email":
    case "uuid":
      return raw.trim().toLowerCase();
    case "integer":
      return raw.trim();
    case "opaque":
      return opaque(raw);
  }
}

/** From this length on an all-hex token is taken for hex, whose case carries nothing. */
const hexLengthMin = 16;

/** An account number that proves itself (an IBAN) is written with blanks or without. */
function userName(raw: string): string {
  const text = raw.trim().toLowerCase();
  if (!text.includes(" ") || text.length > 64) return text;
  const bare = text.replaceAll(" ", "");
  return isIban(bare.toUpperCase()) ? bare : text;
}

function phone(written: string): string {
  // `+44 (0)20…`: the zero is for callers inside the country, whoever reads the number drops it.
  const raw = written.includes("(0)") && /^\s{0,8}(?:\+|00)/.test(written) ? written.replace("(0)", "") : written;
  let out = "";
  for (let index = 0; index < raw.length; index += 1) {
    const code = raw.charCodeAt(index);
    if (code >= 48 && code <= 57) out += raw[index];
    else if (isSeparator(code)) continue;
    else if (code > 127 && digitOf(code) >= 0) out += String(digitOf(code));
    else out += raw.charAt(index).toLowerCase();
  }
  // `00` is the international prefix; a number in international form never starts with zero.
  let start = 0;
  while (out.startsWith("00", start)) start += 2;
  return `+${start === 0 ? out : out.slice(start)}`;
}

/** Blanks, `+ - . ( ) / _` and their Unicode look-alikes. Letters are no separators: some services read `1-800-FLOWERS`. */
function isSeparator(code: number): boolean {
  switch (code) {
    case 9: // tab
    case 10:
    case 13:
    case 32: // blank
    case 40: // (
    case 41: // )
    case 43: // +
    case 45: // -
    case 46: // .
    case 47: // /
    case 95: // _
    case 0xa0: // no-break space
    case 0x202f:
    case 0x2060: // word joiner
    case 0x2212: // minus sign
    case 0xfeff:
    case 0xff0b: // full-width plus
    case 0xff0d: // full-width minus
      return true;
    default:
      return code >= 0x2000 && code <= 0x2015; // Unicode blanks, zero-width characters, hyphens and dashes
  }
}

/** Value of a decimal digit of the alphabets phones are typed in: Arabic-Indic, Persian, Devanagari, full-width; else -1. */
function digitOf(code: number): number {
  if (code >= 0x660 && code <= 0x669) return code - 0x660;
  if (code >= 0x6f0 && code <= 0x6f9) return code - 0x6f0;
  if (code >= 0x966 && code <= 0x96f) return code - 0x966;
  if (code >= 0xff10 && code <= 0xff19) return code - 0xff10;
  return -1;
}

function opaque(raw: string): string {
  const text = raw.trim();
  if (text.length < hexLengthMin) return text;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const hex = (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102) || code === 45;
    if (!hex) return text;
  }
  return text.toLowerCase();
}
