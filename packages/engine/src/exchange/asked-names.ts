import { withoutIndexes } from "./field-index.ts";
import { hashedField } from "./plain-words.ts";
import type { Ports } from "./ports.ts";
import { decodePercent } from "./split-target.ts";

/** Compares names of a request with those of rules, which may stand there as their keyed hash. */
export class AskedNames {
  readonly #ports: Ports;
  readonly #found: { truncated: boolean };
  #left = hashedNamesMax;

  constructor(ports: Ports, found: { truncated: boolean }) {
    this.#ports = ports;
    this.#found = found;
  }

  /** `lower` is in lower case. */
  are(lower: string, wanted: string): boolean {
    if (lower === wanted) return true;
    if (wanted.charCodeAt(0) !== tilde) return false;
    if (this.#left-- <= 0) {
      this.#found.truncated = true;
      return false;
    }
    return hashedField(lower, this.#ports) === wanted;
  }
}

/** Hashed names compared in one request; with more the request counts as one that asks about too many. Honest requests have a handful. */
export const hashedNamesMax = 512;

const tilde = 126;

/** A rule's name stands there as its keyed hash. */
export function isHashedName(name: string): boolean {
  return name.charCodeAt(0) === tilde;
}

/** Calls back for every value of `name` in `a=1&b=2`; names match without case and without an index in brackets. Where `&` separates, `;` does so as well for some services. */
export function pairs(text: string, separator: string, name: string, names: AskedNames, each: (value: string) => void): void {
  let start = 0;
  while (start < text.length) {
    let end = text.indexOf(separator, start);
    if (end < 0) end = text.length;
    const equals = text.indexOf("=", start);
    if (equals >= 0 && equals < end) {
      const key = text.slice(start, equals);
      if (key === name || isNamed(decode(key), name, names)) each(decode(text.slice(equals + 1, end)));
      const inner = separator === "&" ? text.indexOf(";", start) : -1;
      if (inner >= 0 && inner < end) pairs(text.slice(inner + 1, end), ";", name, names, each);
    }
    start = end + 1;
  }
}

/** `name`, `name[3]`, and `name[key]`, which some services read as `name`; also with blanks around it, and what follows a NUL. */
export function isNamed(key: string, name: string, names: AskedNames): boolean {
  const nul = key.indexOf("\0");
  const lower = withoutIndexes((nul < 0 ? key : key.slice(0, nul)).trim().toLowerCase());
  if (names.are(lower, name)) return true;
  const open = lower.indexOf("[");
  return open > 0 && !name.includes("[") && names.are(lower.slice(0, open), name);
}

/** As a form or a query writes it: `+` is a space. */
function decode(text: string): string {
  return decodePercent(text.replaceAll("+", " "));
}
