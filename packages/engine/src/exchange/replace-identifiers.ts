import { digitsOf, luhn } from "../inventory/checksums.ts";
import { decodeBase64 } from "./decode-base64.ts";
import type { Ports } from "./ports.ts";

/**
 * The text with every e-mail address, phone number, card number and JWT in it replaced by a typed marker such as
 * `[phone:9f86d081884c7d65]`. One pass a kind, linear. Also found: the same inside base64 of 16 characters and more.
 *
 * It errs towards masking: any run of nine digits and more goes (separated by up to two of `-./()` and spaces), so epoch times and long ids do
 * too; IPv4 addresses stay. It misses numbers of fewer digits without `+`, digits of other scripts, names, and anything
 * encoded twice or by another code; callers undo percent-encoding first.
 */
export function replaceIdentifiers(text: string, ports: Ports): string {
  return replaceIn(text, ports, 1);
}

/** `+` or at least nine digits: shorter bare numbers are counts and ids far more often than phones. */
export const bareDigitsMin = 9;
export const plusDigitsMin = 7;

interface Span {
  readonly start: number;
  readonly end: number;
  readonly marker: string;
}

function replaceIn(text: string, ports: Ports, base64Depth: number): string {
  if (text.length < plusDigitsMin && !text.includes("@")) return text;
  const spans = [...jwts(text, ports), ...emails(text, ports), ...numbers(text, ports), ...(base64Depth > 0 ? encoded(text, ports, base64Depth) : [])];
  if (spans.length === 0) return text;
  // Longer spans first at one start; what overlaps an earlier one is swallowed by it, to its end.
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  let out = "";
  let at = 0;
  for (const span of spans) {
    if (span.start >= at) out += text.slice(at, span.start) + span.marker;
    at = Math.max(at, span.end);
  }
  return out + text.slice(at);
}

function emails(text: string, ports: Ports): Span[] {
  const spans: Span[] = [];
  let floor = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    let start = at;
    while (start > floor && isLocal(text.charCodeAt(start - 1))) start -= 1;
    let end = at + 1;
    while (end < text.length && isDomain(text.charCodeAt(end))) end += 1;
    if (start < at && end > at + 1) spans.push({ start, end, marker: `[email:${ports.hash("email", text.slice(start, end).toLowerCase())}]` });
    floor = Math.max(at + 1, end);
  }
  return spans;
}

function numbers(text: string, ports: Ports): Span[] {
  const spans: Span[] = [];
  let i = 0;
  while (i < text.length) {
    if (!isDigit(text.charCodeAt(i))) {
      i += 1;
      continue;
    }
    let digits = "";
    let end = i;
    let separators = 0;
    for (let j = i; j < text.length; j += 1) {
      const c = text.charCodeAt(j);
      if (isDigit(c)) {
        digits += text.charAt(j);
        end = j + 1;
        separators = 0;
      } else if (separators < 2 && isSeparator(c)) separators += 1;
      else break;
    }
    const plus = i > 0 && text.charCodeAt(i - 1) === 43;
    if ((digits.length >= bareDigitsMin || (plus && digits.length >= plusDigitsMin)) && !isIpv4(text.slice(i, Math.min(end, i + 16)))) {
      spans.push({ start: plus ? i - 1 : i, end, marker: numberMarker(digits, ports) });
    }
    i = end;
  }
  return spans;
}

function numberMarker(digits: string, ports: Ports): string {
  if (digits.length >= 13 && digits.length <= 19 && luhn(digitsOf(digits))) return `[card:${ports.hash("credential", digits)}]`;
  if (digits.length <= 15) return `[phone:${ports.hash("phone", `+${digits.startsWith("00") ? digits.slice(2) : digits}`)}]`;
  return `[number:${ports.hash("opaque", digits)}]`;
}

/** `eyJ` is `{"` in base64: the beginning of every JWT's header. Header, claims and signature go together: claims name people. */
function jwts(text: string, ports: Ports): Span[] {
  const spans: Span[] = [];
  for (let start = text.indexOf("eyJ"); start !== -1;) {
    let end = start;
    let dots = 0;
    for (; end < text.length; end += 1) {
      const c = text.charCodeAt(end);
      if (c === 46) dots += 1;
      else if (!isBase64(c)) break;
    }
    if (dots > 0) spans.push({ start, end, marker: `[jwt:${ports.hash("credential", text.slice(start, end))}]` });
    start = text.indexOf("eyJ", end);
  }
  return spans;
}

/** Shorter base64 cannot hold an address or a number worth the search. */
const base64CharactersMin = 12;

function encoded(text: string, ports: Ports, depth: number): Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (let i = 0; i <= text.length; i += 1) {
    if (i < text.length && isBase64(text.charCodeAt(i))) continue;
    if (i - start >= base64CharactersMin) {
      const bytes = decodeBase64(text.slice(start, i));
      const plain = bytes === undefined ? "" : ports.decodeUtf8(bytes);
      if (isPrintable(plain) && replaceIn(plain, ports, depth - 1) !== plain) {
        const end = text.startsWith("==", i) ? i + 2 : text.startsWith("=", i) ? i + 1 : i;
        spans.push({ start, end, marker: `[base64:${ports.hash("opaque", plain)}]` });
      }
    }
    start = i + 1;
  }
  return spans;
}

function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if ((c < 32 && c !== 9 && c !== 10 && c !== 13) || c === 0xfffd) return false;
  }
  return text !== "";
}

/** Four groups of one to three digits: an address, kept because searching and blocking need it. */
function isIpv4(text: string): boolean {
  const groups = text.split(".");
  return groups.length === 4 && groups.every((group) => group !== "" && group.length <= 3 && Number(group) <= 255);
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

function isSeparator(c: number): boolean {
  return c === 32 || c === 45 || c === 46 || c === 47 || c === 40 || c === 41 || c === 0xa0 || c === 0x2011 || c === 0x2013;
}

function isLetterOrDigit(c: number): boolean {
  return isDigit(c) || (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c >= 0x80;
}

function isLocal(c: number): boolean {
  return isLetterOrDigit(c) || c === 46 || c === 95 || c === 37 || c === 43 || c === 45 || c === 39;
}

function isDomain(c: number): boolean {
  return isLetterOrDigit(c) || c === 46 || c === 45;
}

function isBase64(c: number): boolean {
  return isDigit(c) || (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 43 || c === 47 || c === 45 || c === 95;
}
