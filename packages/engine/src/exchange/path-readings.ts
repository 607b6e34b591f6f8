import { decodePercent, segmentCharactersMax } from "./split-target.ts";
import { segmentsMax } from "./view.ts";

/**
 * What else services read in the path of a request target, besides what `splitTarget` does: for finding a guard that a strict reading misses. None for a path that has one meaning only.
 *
 * - decoded before it is cut (`/users%2Fann` is `/users/ann` behind WSGI), up to {@link decodingsMax} times;
 * - with `\` for `/`, and what looks like a host behind two slashes left out (`new URL(req.url, base)`);
 * - without any parameters of a segment (`/users;x`), control characters, blanks around it, and what follows a NUL;
 * - without the suffix of its last segment (`/status.json`).
 *
 * Guards only: templates are learned from the strict reading, as honest ids hold `%2F`. Misses: what one service adds or takes away in front (`/v2`) or behind (`/index.php/x`): see `guard-variants.ts`.
 */
export function pathReadings(target: string): readonly (readonly string[])[] {
  const mark = target.search(/[?#]/);
  const whole = mark < 0 ? target : target.slice(0, mark);
  const scheme = whole.charCodeAt(0) === slash ? -1 : whole.indexOf("://");
  const path = scheme < 0 ? whole : whole.slice(Math.max(0, whole.indexOf("/", scheme + 3)));
  if (path.charCodeAt(0) !== slash || !odd.test(path)) return none;
  let text = path.slice(0, pathCharactersMax);
  for (let n = 0; n < decodingsMax; n++) {
    const decoded = decodePercent(text);
    if (decoded === text) break;
    text = decoded;
  }
  text = text.replaceAll("\\", "/");
  const readings: (readonly string[])[] = [];
  const segments = segmentsOf(text);
  add(readings, segments);
  if (text.startsWith("//")) add(readings, segmentsOf(text.replace(/^\/{2,}[^/]*/, "")));
  return readings;
}

/** The last {@link segmentsMax} segments of a path that has more, decoded, for finding what wildcards serve behind any number of segments; of a shorter one `segments`, as they were read. */
export function endOfPath(target: string, segments: readonly string[]): readonly string[] {
  if (segments.length < segmentsMax) return segments;
  const mark = target.search(/[?#]/);
  const path = (mark < 0 ? target : target.slice(0, mark)).slice(-pathCharactersMax);
  return segmentsOf(path).slice(-segmentsMax).map(decodePercent);
}

export const decodingsMax = 3;
/** As long as {@link segmentsMax} segments can be. */
const pathCharactersMax = segmentsMax * segmentCharactersMax;
const slash = 47;
const none: readonly (readonly string[])[] = [];
/** Two slashes in front, a backslash, a parameter, an escape of one of those, of `%`, `.`, a blank or a control character; or a suffix. */
const odd = /^\/[/\\]|[\\;]|%(?:25|2e|2f|5c|3b|20|[01][0-9a-f])|\.[A-Za-z]{1,5}\/?$/i;

function segmentsOf(text: string): readonly string[] {
  const segments: string[] = [];
  for (const raw of text.split("/")) {
    const segment = cleaned(raw);
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment.slice(0, segmentCharactersMax));
  }
  return segments;
}

function cleaned(raw: string): string {
  const semicolon = raw.indexOf(";");
  const named = semicolon < 0 ? raw : raw.slice(0, semicolon);
  const nul = named.indexOf("\0");
  // eslint-disable-next-line no-control-regex
  return (nul < 0 ? named : named.slice(0, nul)).replace(/[\u0001-\u001f]/g, "").trim();
}

function add(readings: (readonly string[])[], segments: readonly string[]): void {
  if (segments.length > segmentsMax) return;
  readings.push(segments);
  const last = segments.at(-1) ?? "";
  const bare = last.replace(/\.[A-Za-z]{1,5}$/, "");
  if (bare !== last && bare !== "") readings.push([...segments.slice(0, -1), bare]);
}
