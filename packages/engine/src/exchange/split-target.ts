import { segmentsMax } from "./view.ts";

/** What a request target names. `query` is raw, without `?`. */
export interface SplitTarget {
  readonly segments: readonly string[];
  readonly query: string;
}

/** A {@link SplitTarget} with the host the target itself carried: lower case, default port dropped, `""` when it carried none. */
export interface SplitUrl extends SplitTarget {
  readonly host: string;
}

/** A segment longer than this is cut: no route constant is close, and an attacker could otherwise grow every key made of it. */
export const segmentCharactersMax = 256;

/**
 * Splits a request target into decoded, normalised path segments and its raw query. Total: it returns for any text.
 *
 * Takes origin-form (`/a%20b?x=1`), absolute-form, authority-form (`host:443`, no segments) and `*` (one segment `*`).
 * Segments are cut at `/` first and decoded once afterwards, so `%2F` stays inside its segment and `%2e%2e` climbs as
 * `..` does. Invalid escapes and invalid UTF-8 are kept as written; empty segments and a trailing slash are dropped; a fragment
 * is cut off. At most {@link segmentsMax} segments: deeper ones are dropped.
 *
 * Parameters of a segment (`/users;v=1/ann`, RFC 3986 §3.3; services on Java drop them before they route) leave it and stand
 * behind the query, so that they neither hide a guarded path nor whom they name. `;text` without `=` stays: it may be part of an id.
 *
 * @example splitTarget("/a//b/../c%20d/?x=1") // { segments: ["a", "c d"], query: "x=1" }
 */
export function splitTarget(target: string): SplitTarget {
  return target.charCodeAt(0) === slash ? splitPath(target, 0, "") : splitUrl(target);
}

/** As {@link splitTarget}, and says which host an absolute or authority form named. The last answer is remembered: gate and ledger split the same URL in turn. */
export function splitUrl(url: string): SplitUrl {
  if (url === lastUrl) return lastSplit;
  lastSplit = splitAnew(url);
  lastUrl = url;
  return lastSplit;
}

let lastUrl = "";
let lastSplit: SplitUrl = { host: "", segments: [], query: "" };

/** A service has one origin or a few: the last scheme and host taken apart. */
let lastOrigin = "";
let lastHost = "";
const originCharactersMax = 300;

function splitAnew(url: string): SplitUrl {
  if (url.charCodeAt(0) === slash) return splitPath(url, 0, "");
  if (url === "*") return { host: "", segments: ["*"], query: "" };
  if (lastOrigin !== "" && url.charCodeAt(lastOrigin.length) === slash && url.startsWith(lastOrigin)) return splitPath(url, lastOrigin.length, lastHost);
  const scheme = url.indexOf("://");
  if (scheme > 0 && /^[a-z][a-z0-9+.-]{0,15}$/i.test(url.slice(0, Math.min(scheme, 17)))) {
    let end = scheme + 3;
    while (end < url.length && !"/?#\\".includes(url.charAt(end))) end++;
    const host = hostOf(url.slice(scheme + 3, end), url.slice(0, scheme).toLowerCase());
    if (end <= originCharactersMax) {
      lastOrigin = url.slice(0, end);
      lastHost = host;
    }
    return splitPath(url, end, host);
  }
  if (/^[\w.-]{1,253}:\d{1,5}$/.test(url.slice(0, 260)) && url.length <= 260) return { host: hostOf(url, "https"), segments: [], query: "" };
  return splitPath(url, 0, "");
}

/** Host and port as counted: lower case, user info and trailing dot dropped, port kept unless it is the scheme's own. */
export function hostOf(authority: string, scheme = ""): string {
  let host = authority
    .slice(authority.lastIndexOf("@") + 1)
    .trim()
    .toLowerCase()
    .slice(0, 262);
  if ((scheme === "http" || scheme === "ws" || scheme === "") && host.endsWith(":80")) host = host.slice(0, -3);
  if ((scheme === "https" || scheme === "wss" || scheme === "") && host.endsWith(":443")) host = host.slice(0, -4);
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

/** Percent-decoding that never throws: what is no valid escape, or no valid UTF-8, stays as it was written. */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
      try {
        return decodeURIComponent(run);
      } catch {
        return run.replace(/%[2-7][0-9a-fA-F]/g, (escape) => decodeURIComponent(escape));
      }
    });
  }
}

const slash = 47;

function splitPath(text: string, from: number, host: string): SplitUrl {
  let end = text.indexOf("#", from);
  if (end < 0) end = text.length;
  const mark = text.indexOf("?", from);
  const pathEnd = mark >= 0 && mark < end ? mark : end;
  const query = pathEnd < end ? text.slice(pathEnd + 1, end) : "";
  const path = text.slice(from, pathEnd);
  if (path.length <= 1) return { host, segments: path === "" || path === "/" ? [] : [path], query };
  if (path.includes(";") || (path.includes("%") && /%3b/i.test(path))) return withoutParameters(path, query, host);
  const plain = !path.includes("%") && !path.includes("//") && !path.includes("/.") && path.charCodeAt(0) === slash;
  return { host, segments: plain ? plainSegments(path) : resolvedSegments(path), query };
}

/** Segments without their parameters, which follow the query. A service that splits before it decodes and one that decodes first see the same here. */
function withoutParameters(path: string, query: string, host: string): SplitUrl {
  const parameters: string[] = [];
  const kept = path.split("/").map((raw) => {
    const pieces = raw.replace(/%3b/gi, ";").split(";");
    let segment = pieces[0] ?? "";
    for (const piece of pieces.slice(1)) {
      if (segment !== "" && piece.indexOf("=") > 0) parameters.push(piece.replaceAll("&", "%26"));
      else if (piece !== "" || segment === "") segment += `;${piece}`;
    }
    return segment;
  });
  return { host, segments: resolvedSegments(kept.join("/")), query: [query, ...parameters].filter((part) => part !== "").join("&") };
}

function plainSegments(path: string): string[] {
  const stop = path.charCodeAt(path.length - 1) === slash ? path.length - 1 : path.length;
  const segments = path.slice(1, stop).split("/", segmentsMax);
  if (path.length > segmentCharactersMax) {
    for (let i = 0; i < segments.length; i++) segments[i] = (segments[i] ?? "").slice(0, segmentCharactersMax);
  }
  return segments;
}

function resolvedSegments(path: string): string[] {
  const segments: string[] = [];
  // Every piece is read, however many: a hundred slashes in front would push the real ones out of our sight, and the service behind drops the slashes.
  for (const raw of path.split("/")) {
    const segment = decodePercent(raw.slice(0, segmentCharactersMax * 3));
    if (segment === "" || segment === ".") continue;
    if (segment === "..") segments.pop();
    else segments.push(segment.slice(0, segmentCharactersMax));
  }
  return segments.length > segmentsMax ? segments.slice(0, segmentsMax) : segments;
}
