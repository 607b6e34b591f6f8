import { meaningOfKey } from "./masked-keys.ts";
import type { KeyMeaning } from "./masked-keys.ts";

/** Replaces the value of a key: gets what the key means and the value without its quotes. */
export type ReplaceValue = (meaning: Exclude<KeyMeaning, undefined>, value: string) => string;

/**
 * Free text with the values of telling keys replaced: `password=…`, `"token": "…"`, `\"pin\":1234`, `Authorization: Bearer …`. For text that is no
 * (longer) JSON: a cut body, a log line, a message. Linear.
 *
 * A value in quotes ends at its closing quote, or with the text when that is missing; one without ends at a blank, `&`,
 * `;`, `,`, quote or closing bracket, so of an unquoted pass phrase only the first word goes. The rest of the line goes for
 * `authorization`, `cookie` and `set-cookie`.
 */
export function maskPairs(text: string, replace: ReplaceValue, moreKeys?: ReadonlySet<string>): string {
  let out = "";
  let done = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c !== 61 && c !== 58) continue;
    const key = keyBefore(text, i, done);
    if (key === "") continue;
    const meaning = meaningOfKey(key, moreKeys);
    if (meaning === undefined) continue;
    const value = valueAfter(text, i + 1, wholeLine.has(key.toLowerCase()));
    if (value.end === value.start) continue;
    out += text.slice(done, value.start) + replace(meaning, text.slice(value.start, value.end));
    done = value.end;
    i = value.end - 1;
  }
  return out + text.slice(done);
}

const wholeLine: ReadonlySet<string> = new Set(["authorization", "proxy-authorization", "cookie", "set-cookie"]);
/** Keys are looked for this far back; the meaning of a longer one is not asked. */
const keyReach = 64;

function keyBefore(text: string, separator: number, floor: number): string {
  let end = separator;
  while (end > floor && separator - end < 8 && isSoft(text.charCodeAt(end - 1))) end -= 1;
  let start = end;
  while (start > floor && end - start < keyReach && isKey(text.charCodeAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

function valueAfter(text: string, from: number, toLineEnd: boolean): { start: number; end: number } {
  let start = from;
  while (start < text.length && isBlank(text.charCodeAt(start))) start += 1;
  let escaped = false;
  while (text.charCodeAt(start) === backslash) {
    escaped = true;
    start += 1;
  }
  const opening = text.charCodeAt(start);
  if (opening === 34 || opening === 39) {
    start += 1;
    let end = start;
    while (end < text.length) {
      const c = text.charCodeAt(end);
      if (c === opening) break;
      if (c === backslash && !escaped) end += 1;
      end += 1;
    }
    end = Math.min(end, text.length);
    if (escaped) while (end > start && text.charCodeAt(end - 1) === backslash) end -= 1;
    return { start, end };
  }
  let end = start;
  while (end < text.length && !(toLineEnd ? isLineEnd(text.charCodeAt(end)) : endsValue(text.charCodeAt(end)))) end += 1;
  return { start, end };
}

const backslash = 92;

/** Between a key and its separator: blanks, quotes, backslashes, `]`. */
function isSoft(c: number): boolean {
  return c === 32 || c === 9 || c === 34 || c === 39 || c === backslash || c === 93;
}

function isKey(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 45 || c === 46 || c >= 0x80;
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9 || c === 10 || c === 13;
}

function isLineEnd(c: number): boolean {
  return c === 10 || c === 13;
}

function endsValue(c: number): boolean {
  return isBlank(c) || c === 38 || c === 59 || c === 44 || c === 34 || c === 39 || c === 125 || c === 93 || c === backslash;
}
