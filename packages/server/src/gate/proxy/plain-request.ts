import { decimal, isFieldValue, isToken } from "./response-parser.ts";
import { sameName } from "./hop-by-hop.ts";
import { imitatesFraming, isAuthority } from "./request-head.ts";

/**
 * Reads a request head only when nothing about it can be read in two ways: one of the common methods, a path of visible ASCII, HTTP/1.1, proper lines,
 * one host, at most one length, nothing about the connection, codings, upgrades, trailers or expectations. Undefined for everything else, which
 * Node's parser and {@link readRequestHead} then rule on: this reader refuses nothing and lets nothing by that they would refuse.
 *
 * `known`: what this connection sent last. A client repeats its headers from request to request; equal lines are not taken apart again.
 */
export function readPlainHead(chunk: Buffer, known: PlainSection | undefined, bytesMax: number, headersMax: number): PlainHead | undefined {
  const blank = chunk.indexOf(blankLine);
  if (blank < 0 || blank + 4 > bytesMax) return undefined;
  const text = chunk.toString("latin1", 0, blank + 2);
  const lineEnd = text.indexOf("\r\n");
  const space = text.indexOf(" ");
  const method = text.slice(0, space);
  const targetEnd = lineEnd - version.length;
  if (!methods.has(method) || targetEnd <= space + 1 || !text.startsWith(version, targetEnd)) return undefined;
  const target = text.slice(space + 1, targetEnd);
  if (!isPlainTarget(target)) return undefined;
  const lines = text.slice(lineEnd + 2);
  const section = known !== undefined && known.text === lines ? known : readSection(lines, headersMax);
  return section === undefined ? undefined : { method, target, section, end: blank + 4 };
}

export interface PlainHead {
  readonly method: string;
  /** Origin-form. */
  readonly target: string;
  readonly section: PlainSection;
  /** Where the body starts. */
  readonly end: number;
}

export interface PlainSection {
  /** The header lines as on the wire, each with its CRLF. */
  readonly text: string;
  readonly rawHeaders: readonly string[];
  readonly host: string;
  /** -1: not told. */
  readonly length: number;
  /** The client's last request on this connection. */
  readonly close: boolean;
}

function readSection(text: string, headersMax: number): PlainSection | undefined {
  const rawHeaders: string[] = [];
  let host: string | undefined;
  let length = -1;
  let close = false;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    if (end < 0 || colon <= at || colon > end) return undefined;
    const name = text.slice(at, colon);
    const value = text.slice(text.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1, end);
    // More than one blank, or one at the end, is allowed for some headers and not for others.
    if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1)) || !isToken(name) || !isFieldValue(value)) return undefined;
    switch (name.length) {
      case 2:
      case 6:
      case 7:
      case 16:
      case 17:
        if (special.has(name.toLowerCase())) return undefined;
        break;
      case 4:
        if (!sameName(name, "host")) break;
        if (host !== undefined || !isAuthority(value)) return undefined;
        host = value;
        break;
      case 10:
        if (sameName(name, "keep-alive")) return undefined;
        if (!sameName(name, "connection")) break;
        if (value === "close") close = true;
        else if (value !== "keep-alive" && value !== "Keep-Alive") return undefined;
        break;
      case 14:
        if (sameName(name, "http2-settings")) return undefined;
        if (!sameName(name, "content-length")) break;
        if (length !== -1 || decimal(value) < 0) return undefined;
        length = decimal(value);
        break;
      default:
        break;
    }
    if (imitatesFraming(name) || rawHeaders.length >= headersMax * 2) return undefined;
    rawHeaders.push(name, value);
    at = end + 2;
  }
  return host === undefined ? undefined : { text, rawHeaders, host, length, close };
}

const blankLine = Buffer.from("\r\n\r\n", "latin1");
const version = " HTTP/1.1";
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** Headers after which a request is no longer a head and a counted body. */
const special: ReadonlySet<string> = new Set(["te", "expect", "upgrade", "trailer", "proxy-connection", "transfer-encoding"]);

/** Visible ASCII from a slash on, without a fragment. */
function isPlainTarget(target: string): boolean {
  if (target.charCodeAt(0) !== 47) return false;
  for (let at = 1; at < target.length; at += 1) {
    const code = target.charCodeAt(at);
    if (code < 33 || code > 126 || code === 35) return false;
  }
  return true;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}
