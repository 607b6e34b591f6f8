import { isHostText } from "./host-text.ts";
import { parseRequestLine } from "./parse-request-line.ts";
import { quotedEnd, unescapeText } from "./quoted-field.ts";
import { clfTimeParser } from "./clf-time.ts";

/** What a line of an access log says. Texts are unescaped; a field logged as `-` is undefined. */
export interface AccessRecord {
  /** From the `vhost_combined` prefix or a trailing `host="…"`. */
  readonly host: string | undefined;
  readonly address: string;
  /** Milliseconds since the epoch; the log's own resolution is a second. */
  readonly at: number;
  readonly method: string;
  /** Origin-form or absolute; bytes a URL cannot hold are percent-encoded. */
  readonly target: string;
  /** 100–599; 0 when no answer was sent (nginx `000`, or `-`). */
  readonly status: number;
  /** As logged (`-` is 0): Apache's `%O` counts headers too, nginx's and Apache's `%b` do not. */
  readonly size: number;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  /** From a trailing `rt=<seconds>`. */
  readonly durationMs: number | undefined;
  /** True when the line has the two quoted fields of the combined format. */
  readonly combined: boolean;
  /** True when it says that the request came by TLS. */
  readonly secure?: boolean;
}

/** Why a line is no record: `column` is 1-based, nothing of the line is repeated. */
export interface AccessFailure {
  readonly column: number;
  readonly reason: string;
  readonly remedy?: string;
}

/**
 * Makes a parser for Apache and nginx common, combined and vhost-prefixed combined lines; further fields at the end are
 * tolerated. One pass, no regular expression, work linear in the line. The parser remembers the last second it
 * parsed, so use one parser a file.
 *
 * A user name with spaces, brackets or even a forged time and request cannot shift the fields: servers escape the
 * double quote, so the first `] "` is the real one.
 */
export function accessLineParser(): (line: string) => AccessRecord | AccessFailure {
  const parseTime = clfTimeParser();
  return (line) => {
    const timeEnd = line.indexOf('] "');
    const open = timeEnd - 27;
    if (open < 1 || line.charCodeAt(open) !== bracket || line.charCodeAt(open - 1) !== space)
      return { column: 1, reason: 'no `[time] "request"` where common and combined have it' };
    const at = parseTime(line, open + 1);
    if (at === undefined) return { column: open + 2, reason: "the time is not `dd/Mon/yyyy:hh:mm:ss ±zzzz`" };
    const client = readClient(line, open - 1);
    if (client === undefined) return { column: 1, reason: "the line does not begin with a client address" };

    const requestStart = timeEnd + 3;
    const requestEnd = quotedEnd(line, requestStart);
    if (requestEnd === -1) return { column: requestStart, reason: "the request's closing quote is missing" };
    const request = parseRequestLine(line, requestStart, requestEnd);
    if (typeof request === "string") return { column: requestStart + 1, reason: request };

    const statusStart = requestEnd + 2;
    if (line.charCodeAt(requestEnd + 1) !== space) return { column: requestEnd + 2, reason: "no status after the request" };
    const statusEnd = fieldEnd(line, statusStart);
    const status = readStatus(line, statusStart, statusEnd);
    if (status === -1) return { column: statusStart + 1, reason: "the status is not a number from 100 to 599" };
    const sizeStart = statusEnd + 1;
    const sizeEnd = fieldEnd(line, sizeStart);
    const size = readCount(line, sizeStart, sizeEnd);
    if (size === -1) return { column: sizeStart + 1, reason: "the size is not a number" };

    let referer: string | undefined;
    let userAgent: string | undefined;
    let combined = false;
    let rest = sizeEnd;
    if (line.charCodeAt(sizeEnd + 1) === quote) {
      const refererEnd = quotedEnd(line, sizeEnd + 2);
      const agentEnd = refererEnd !== -1 && line.charCodeAt(refererEnd + 2) === quote ? quotedEnd(line, refererEnd + 3) : -1;
      if (agentEnd === -1) return { column: sizeEnd + 2, reason: "the referer and user agent are not two quoted fields" };
      referer = quotedField(line, sizeEnd + 2, refererEnd);
      userAgent = quotedField(line, refererEnd + 3, agentEnd);
      combined = true;
      rest = agentEnd + 1;
    }
    const more = rest < line.length ? readMore(line, rest) : nothingMore;
    return {
      host: client.host ?? more.host,
      address: client.address,
      at,
      method: request.method,
      target: request.target,
      status,
      size,
      referer,
      userAgent,
      durationMs: more.durationMs,
      combined,
    };
  };
}

const space = 32;
const quote = 34;
const bracket = 91;

/** `address ident user` or `host address ident user`, ending at `end`. */
function readClient(line: string, end: number): { host: string | undefined; address: string } | undefined {
  const first = line.indexOf(" ");
  if (first < 1 || first > 255 || first >= end) return undefined;
  const one = line.slice(0, first);
  const second = line.indexOf(" ", first + 1);
  // A vhost prefix means a fourth field, and then the second is the client: `-` or a name is an ident.
  if (second !== -1 && second < end && second - first > 2 && second - first <= 256) {
    const two = line.slice(first + 1, second);
    if (isHostText(one) && (isNumericAddress(two) || (endsInPort(one) && isHostText(two)))) return { host: one.toLowerCase(), address: two };
  }
  if (one === "-" || one === "unix:") return { host: undefined, address: "" };
  return isHostText(one) ? { host: undefined, address: one } : undefined;
}

function isNumericAddress(text: string): boolean {
  let dots = 0;
  let colons = 0;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 46) dots += 1;
    else if (c === 58) colons += 1;
    else if (!((c >= 48 && c <= 57) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70))) return false;
  }
  return dots === 3 || colons >= 2;
}

function endsInPort(text: string): boolean {
  const colon = text.lastIndexOf(":");
  return colon > 0 && text.indexOf(":") === colon && text.length > colon + 1 && readCount(text, colon + 1, text.length) !== -1;
}

function fieldEnd(line: string, from: number): number {
  const end = line.indexOf(" ", from);
  return end === -1 ? line.length : end;
}

function readStatus(line: string, from: number, end: number): number {
  if (end - from === 1 && line.charCodeAt(from) === 45) return 0;
  if (end - from !== 3) return -1;
  const status = readCount(line, from, end);
  return status === 0 || (status >= 100 && status <= 599) ? status : -1;
}

/** A decimal number of at most 15 digits; `-` is 0; anything else -1. */
function readCount(line: string, from: number, end: number): number {
  if (end - from === 1 && line.charCodeAt(from) === 45) return 0;
  if (end <= from || end - from > 15) return -1;
  let value = 0;
  for (let i = from; i < end; i += 1) {
    const digit = line.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function quotedField(line: string, from: number, end: number): string | undefined {
  if (end === from || (end - from === 1 && line.charCodeAt(from) === 45)) return undefined;
  return unescapeText(line.slice(from, end));
}

interface More {
  readonly host: string | undefined;
  readonly durationMs: number | undefined;
}
const nothingMore: More = { host: undefined, durationMs: undefined };
/** Fields after the format's own are looked at no further than this. */
const moreCharactersMax = 4_096;

/** The trailing fields we know: `rt=<seconds>`, a closing `<n>ms`, and `host="…"`. */
function readMore(line: string, from: number): More {
  const text = line.length - from > moreCharactersMax ? line.slice(from, from + moreCharactersMax) : line.slice(from);
  let durationMs: number | undefined;
  let host: string | undefined;
  const rt = text.indexOf(" rt=");
  if (rt !== -1) {
    const seconds = Number(text.slice(rt + 4, fieldEnd(text, rt + 4)));
    if (Number.isFinite(seconds) && seconds >= 0 && seconds < 86_400) durationMs = Math.round(seconds * 1_000);
  }
  // Traefik closes with its duration.
  if (durationMs === undefined && text.endsWith("ms")) {
    const ms = readCount(text, text.lastIndexOf(" ") + 1, text.length - 2);
    if (ms >= 0 && ms < 86_400_000) durationMs = ms;
  }
  const at = text.indexOf(' host="');
  if (at !== -1) {
    const value = text.slice(at + 7, Math.max(at + 7, text.indexOf('"', at + 7)));
    if (value.length <= 255 && isHostText(value) && value !== "-") host = value.toLowerCase();
  }
  return durationMs === undefined && host === undefined ? nothingMore : { host, durationMs };
}
