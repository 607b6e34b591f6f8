import type { IncomingMessage } from "node:http";
import { decimal, isFieldValue } from "./response-parser.ts";
import { hasToken, isHopByHop, listedByConnection, sameName } from "./hop-by-hop.ts";

/**
 * What must be true of a request before anything looks at it, beyond what Node's strict parser already refused: one meaning,
 * the same for us, for the upstream and for whatever the upstream is built of. Each refusal names the attack.
 */
export function readRequestHead(req: IncomingMessage, headersMax: number): ReadHead | RefusedHead {
  const { rawHeaders } = req;
  const method = req.method ?? "";
  const url = req.url ?? "";
  if (rawHeaders.length > headersMax * 2) return refused(431, "too many header lines");
  // Node's parser also lets 0.9 and 2.0 by.
  if (req.httpVersionMajor !== 1 || req.httpVersionMinor > 1) return refused(400, "an unsupported HTTP version");
  let host: string | undefined;
  let length = -1;
  let chunked = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const value = rawHeaders[at + 1] ?? "";
    switch (name.length) {
      case 4:
        if (!sameName(name, "host")) break;
        // Two hosts: the gate would judge one and the service answer for the other.
        if (host !== undefined) return refused(400, "more than one Host");
        host = value;
        break;
      case 14:
        if (!sameName(name, "content-length")) break;
        if (length !== -1 || decimal(value) < 0) return refused(400, "an ambiguous Content-Length");
        length = decimal(value);
        break;
      case 17:
        if (!sameName(name, "transfer-encoding")) break;
        // A coding we do not undo would be lost when the body is framed anew; HTTP/1.0 peers may not know it at all.
        if (chunked || value.toLowerCase() !== "chunked" || req.httpVersionMinor === 0) return refused(400, "an unusable Transfer-Encoding");
        chunked = true;
        break;
      default:
        break;
    }
    if (imitatesFraming(name)) return refused(400, "a header name that imitates another");
  }
  if (chunked && length !== -1) return refused(400, "both Content-Length and Transfer-Encoding");
  if (host === undefined && req.httpVersionMinor === 1) return refused(400, "no Host");
  if (host !== undefined && !isAuthority(host)) return refused(400, "a malformed Host");

  let target = url;
  let authority = host;
  if (!url.startsWith("/")) {
    if (url === "*" && method === "OPTIONS") target = "*";
    else {
      const rest = afterScheme(url);
      if (rest === undefined) return refused(400, "a malformed request target");
      const end = firstOf(rest, "/", "?");
      // RFC 9112 3.2.2: the target's authority wins, and is what we pass on.
      authority = rest.slice(0, end);
      target = end === rest.length ? "/" : rest.startsWith("?", end) ? `/${rest.slice(end)}` : rest.slice(end);
      if (authority === "" || !isAuthority(authority)) return refused(400, "a malformed request target");
    }
  }
  // A fragment never travels; services disagree whether it is part of the path. A control character ends the line for some.
  if (target.includes("#") || !isFieldValue(target) || target.includes(" ") || target.includes("\t")) return refused(400, "a malformed request target");
  return { ok: true, method, target, host: authority, length: chunked ? -1 : length, hasBody: chunked || length > 0, chunked };
}

/** CGI-style services read `Content_Length` and `X_Forwarded_For` as the real ones. */
export function imitatesFraming(name: string): boolean {
  return name.includes("_") && framing.has(name.toLowerCase().replaceAll("_", "-"));
}

export interface ReadHead {
  readonly ok: true;
  readonly method: string;
  /** Origin-form, or `*`. */
  readonly target: string;
  /** As sent (or of the absolute-form target); undefined only for HTTP/1.0 without one. */
  readonly host: string | undefined;
  /** -1: not told. */
  readonly length: number;
  readonly hasBody: boolean;
  readonly chunked: boolean;
}

export interface RefusedHead {
  readonly ok: false;
  readonly status: 400 | 431;
  readonly reason: string;
}

/** What of the connection goes into the forwarded head. */
export interface HopFacts {
  /** The socket's own address, appended to `X-Forwarded-For`. */
  readonly peer: string;
  /** True: the peer is a trusted hop and its `X-Forwarded-Proto` and `-Host` stand. */
  readonly peerTrusted: boolean;
  readonly proto: "http" | "https";
  /** Replaces the host when set. */
  readonly hostOverride: string | undefined;
  /** Sent when the request has no host at all. */
  readonly hostFallback: string;
  readonly upgrade: boolean;
}

/**
 * The head as written to the upstream. End-to-end headers keep their case, order and repeats. Changed are only: hop-by-hop
 * headers go; the caller's socket address is appended to the last `X-Forwarded-For` line (or a new one at the end);
 * `X-Forwarded-Proto` and `X-Forwarded-Host` are set unless a trusted hop set them; `Host` where the operator or an absolute-form target says so.
 */
export function forwardedHead(head: ReadHead, rawHeaders: readonly string[], hop: HopFacts, expecting: boolean): string {
  return `${head.method} ${head.target} HTTP/1.1\r\n${forwardedLines(head.host, rawHeaders, hop, expecting)}`;
}

/** All of {@link forwardedHead} after its first line, the blank line included. `host`: of the request's head. */
export function forwardedLines(requestHost: string | undefined, rawHeaders: readonly string[], hop: HopFacts, expecting: boolean): string {
  const listed = listedByConnection(rawHeaders);
  const host = hop.hostOverride ?? requestHost ?? hop.hostFallback;
  let forwardedFor = -1;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (name.length === 15 && sameName(name, "x-forwarded-for")) forwardedFor = at;
  }
  let text = "";
  let hostSent = false;
  let proto = false;
  let forwardedHost = false;
  let te = false;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    let value = rawHeaders[at + 1] ?? "";
    if (name.length === 4 && sameName(name, "host")) {
      value = host;
      hostSent = true;
    } else if (isHopByHop(name)) {
      if (name.length === 17) {
        text += `${name}: chunked\r\n`;
        continue;
      }
      if (hop.upgrade && (name.length === 7 || sameName(name, "connection"))) value = name.length === 7 ? "websocket" : "Upgrade";
      else {
        if (name.length === 2) te = true;
        continue;
      }
    } else if (at === forwardedFor) {
      value = value === "" ? hop.peer : `${value}, ${hop.peer}`;
    } else if (name.length === 17 && sameName(name, "x-forwarded-proto")) {
      if (!hop.peerTrusted) continue;
      proto = true;
    } else if (name.length === 16 && sameName(name, "x-forwarded-host")) {
      if (!hop.peerTrusted) continue;
      forwardedHost = true;
    } else if (!expecting && name.length === 6 && sameName(name, "expect")) continue;
    else if (listed?.includes(name.toLowerCase())) continue;
    text += `${name}: ${value}\r\n`;
  }
  if (!hostSent) text += `Host: ${host}\r\n`;
  if (te && hasToken(rawHeaders, "te", "trailers")) text += "TE: trailers\r\nConnection: TE\r\n";
  if (forwardedFor === -1) text += `X-Forwarded-For: ${hop.peer}\r\n`;
  if (!proto) text += `X-Forwarded-Proto: ${hop.proto}\r\n`;
  if (!forwardedHost && requestHost !== undefined) text += `X-Forwarded-Host: ${requestHost}\r\n`;
  return `${text}\r\n`;
}

/** Trailers that may pass: those that neither frame, route nor speak of the connection (RFC 9110 6.5.1). */
export function forwardedTrailers(rawTrailers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < rawTrailers.length; at += 2) {
    const name = rawTrailers[at] ?? "";
    if (isHopByHop(name) || framing.has(name.toLowerCase()) || sameName(name, "trailer")) continue;
    kept.push(name, rawTrailers[at + 1] ?? "");
  }
  return kept;
}

const framing: ReadonlySet<string> = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "upgrade",
  "expect",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
]);

function refused(status: 400 | 431, reason: string): RefusedHead {
  return { ok: false, status, reason };
}

function afterScheme(url: string): string | undefined {
  const start = url.slice(0, 8).toLowerCase();
  if (start.startsWith("http://")) return url.slice(7);
  return start === "https://" ? url.slice(8) : undefined;
}

function firstOf(text: string, a: string, b: string): number {
  const first = text.indexOf(a);
  const second = text.indexOf(b);
  return Math.min(first === -1 ? text.length : first, second === -1 ? text.length : second);
}

/** Host and port characters only: no userinfo, path, space or list. */
export function isAuthority(text: string): boolean {
  if (text.length > 261) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const letter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 58);
    // - . _ ~ % [ ]
    if (!letter && code !== 45 && code !== 46 && code !== 95 && code !== 126 && code !== 37 && code !== 91 && code !== 93) return false;
  }
  return true;
}
