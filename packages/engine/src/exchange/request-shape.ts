import type { HeaderList } from "./exchange.ts";
import type { Ports } from "./ports.ts";
import type { Json } from "./view.ts";

/**
 * Which kit made a request: a keyed hash (32 bits, 8 hex digits) of what a program's HTTP library writes the same way each time. The order and case of header names, the values of
 * `accept`, `accept-encoding` and `connection`, the order of keys in a JSON body, and how the identifier is written (`+9 99` or `999-99`), never its digits. The User-Agent's value is not
 * in it: that is what an attacker changes first.
 *
 * `""` where the source shows no headers. Worked out behind the gate from what its record carries anyway, so that nobody waits for it; header lists that are one and the
 * same (as a gate's records give them) are read once. Bounds: {@link namesMax} headers, {@link keysMax} keys, {@link formMax} characters of the identifier.
 *
 * Misses: a tool built on the app's own library, or one that copies its requests byte by byte, has the app's shape. Headers that come and go with the
 * moment (cookies, credentials, conditions, what proxies add) are left out; a proxy that sorts headers makes all shapes one.
 */
export function requestShape(headers: HeaderList, json: Json | undefined, identifier: string, ports: Ports): string {
  if (headers.length === 0) return "";
  let head = heads.get(headers);
  if (head === undefined) heads.set(headers, (head = headText(headers)));
  return ports.hash("client", `shape\n${head}\n${keyText(json)}\n${writtenForm(identifier)}`).slice(0, 8);
}

/** A browser sends about twenty; what comes after these tells no more. */
export const namesMax = 48;
/** Keys of a JSON body read, over two levels. */
export const keysMax = 64;
/** Characters of an identifier whose form is read. */
export const formMax = 64;

const heads = new WeakMap<HeaderList, string>();

function headText(headers: HeaderList): string {
  let text = "";
  for (let i = 0; i < headers.length && i < namesMax; i++) {
    const [name, value] = headers[i] ?? ["", ""];
    const lower = name.toLowerCase();
    if (passing.has(lower) || lower.startsWith("x-forwarded-") || lower.startsWith("if-")) continue;
    text += `${name.slice(0, 64)}${telling.has(lower) ? `=${value.slice(0, 64).toLowerCase()}` : ""}\n`;
  }
  return text;
}

/** What comes and goes with the moment, or is written by somebody on the way. */
const passing: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "content-length",
  "forwarded",
  "range",
  "referer",
  "traceparent",
  "tracestate",
  "via",
  "x-correlation-id",
  "x-real-ip",
  "x-request-id",
]);
const telling: ReadonlySet<string> = new Set(["accept", "accept-encoding", "connection"]);

/** Names of keys in their order, two levels deep. */
function keyText(json: Json | undefined): string {
  if (!isObject(json)) return "";
  let text = "";
  let left = keysMax;
  for (const name of Object.keys(json)) {
    if (left-- <= 0) break;
    text += `${name.slice(0, 64)},`;
    const inner = json[name];
    if (!isObject(inner)) continue;
    text += "{";
    for (const under of Object.keys(inner)) {
      if (left-- <= 0) break;
      text += `${under.slice(0, 64)},`;
    }
    text += "}";
  }
  return text;
}

function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** Runs of digits become one `9`, runs of letters one `a`: which separators the writer uses, and where, remains. */
export function writtenForm(text: string): string {
  let form = "";
  let last = "";
  for (let i = 0; i < text.length && i < formMax; i++) {
    const code = text.charCodeAt(i);
    const kind = code >= 48 && code <= 57 ? "9" : (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 127 ? "a" : text.charAt(i);
    if (kind !== last || (kind !== "9" && kind !== "a")) form += kind;
    last = kind;
  }
  return form;
}
