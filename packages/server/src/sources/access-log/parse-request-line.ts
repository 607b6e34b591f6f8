import { unescapeUrl } from "./quoted-field.ts";

/** Longest target accepted: eight times what servers take by default; longer is an attack on us, not traffic. */
export const targetCharactersMax = 65_536;

/**
 * Reads `METHOD target HTTP/x` between two places of a line. A missing protocol is accepted, as is a target with spaces:
 * method and path are there. Anything else (TLS bytes, an empty request, `*`, `host:port`) comes back as the reason in words.
 */
export function parseRequestLine(line: string, from: number, end: number): { method: string; target: string } | string {
  if (end === from || (end - from === 1 && line.charCodeAt(from) === 45)) return "the request is empty: the client closed or timed out before sending one";
  const gap = line.indexOf(" ", from);
  if (gap === -1 || gap >= end) return "the request is not HTTP: no method and path";
  if (!isMethod(line, from, gap)) return "the request does not begin with an HTTP method: perhaps TLS sent to a plain port";
  const last = line.lastIndexOf(" ", end - 1);
  const targetEnd = last > gap && line.startsWith("HTTP/", last + 1) ? last : end;
  if (targetEnd - gap - 1 > targetCharactersMax) return `the request's target is longer than ${targetCharactersMax} characters`;
  const raw = line.slice(gap + 1, targetEnd);
  if (!raw.startsWith("/") && !isAbsolute(raw)) return "the request's target is not a path";
  return { method: line.slice(from, gap), target: unescapeUrl(raw) };
}

/** `http://host…` or `https://host…`. */
export function isAbsolute(target: string): boolean {
  const scheme = target.startsWith("http://") ? 7 : target.startsWith("https://") ? 8 : 0;
  const first = target.charAt(scheme);
  return scheme > 0 && first !== "" && first !== "/" && first !== "?" && first !== "#";
}

/** As {@link parseRequestLine} wants a method, for formats that have it in a field of its own. */
export function isMethodText(text: string): boolean {
  return isMethod(text, 0, text.length);
}

/** A letter, then letters, digits, `-` and `_`, at most 32: every registered method and common inventions. */
function isMethod(line: string, from: number, end: number): boolean {
  const first = line.charCodeAt(from) | 32;
  if (end === from || end - from > 32 || first < 97 || first > 122) return false;
  for (let i = from; i < end; i += 1) {
    const c = line.charCodeAt(i);
    const fine = (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 45 || c === 95;
    if (!fine) return false;
  }
  return true;
}
