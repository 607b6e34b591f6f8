import { isIP } from "node:net";
import { hostTextOf } from "./host-text.ts";
import type { AccessFailure, AccessRecord } from "./parse-access-line.ts";
import { parseRequestLine } from "./parse-request-line.ts";

/**
 * Makes a parser of HAProxy's `httplog` and `httpslog` lines, with or without a syslog prefix: client, times, status, size and request. One pass, no
 * regular expression, linear in the line.
 *
 * Captured headers have no names in the log. One of the request's captures is taken for the host when it alone reads as one (`api.example.com`,
 * `10.0.0.7:8080`); else the host is not known. Times have no zone and are read as UTC. The client is HAProxy's own neighbour.
 */
export function haproxyLineParser(): (line: string) => AccessRecord | AccessFailure {
  return (line) => {
    const time = findTime(line);
    if (time === undefined) return { column: 1, reason: "no `client [time] frontend backend/server` where HAProxy's httplog has it" };
    const { open, at } = time;
    const client = line.slice(line.lastIndexOf(" ", open - 2) + 1, open - 1);
    const address = addressOf(client);
    if (address === undefined) return { column: 1, reason: "no client address before the time" };

    // frontend backend/server timers status bytes cookies flags connections queues
    const words: string[] = [];
    let from = open + timeLength + 3;
    const begin = from;
    while (words.length < 10) {
      const end = line.indexOf(" ", from);
      if (end === -1) break;
      words.push(line.slice(from, end));
      from = end + 1;
    }
    const [frontend = "", , timers = "", statusText = "", sizeText = ""] = words;
    if (words.length < 10 || frontend === "")
      return { column: begin + 1, reason: "no HTTP request: a TCP session, or a handshake that failed", remedy: "Nothing to do when it is an error line; else `option httplog`." };
    const status = statusText === "-1" || statusText === "0" ? 0 : numberOf(statusText);
    const size = numberOf(sizeText.startsWith("+") ? sizeText.slice(1) : sizeText);
    if (!(status === 0 || (status >= 100 && status <= 599)))
      return { column: begin + 1, reason: "the status is not a number from 100 to 599", remedy: "Log with `option httplog`, or the same fields in the same order." };
    if (Number.isNaN(size)) return { column: begin + 1, reason: "the size is not a number", remedy: "Log with `option httplog`, or the same fields in the same order." };

    const start = line.indexOf('"', from - 1);
    if (start === -1) return { column: line.length + 1, reason: "the request is missing: the line was cut off", remedy: "Raise `len` of HAProxy's `log` line." };
    const closing = line.lastIndexOf('"');
    const cut = closing === start;
    const text = line.slice(start + 1, cut ? line.length : closing);
    if (text.startsWith("<BADREQ>"))
      return { column: start + 2, reason: "HAProxy got no valid request (<BADREQ>): a scanner, or a client that closed early", remedy: "Nothing to do." };
    // A request cut off within its query still names its path.
    if (cut && !text.includes("?")) return { column: start + 2, reason: "the request was cut off within its path", remedy: "Raise `len` of HAProxy's `log` line." };
    const escaped = text.replaceAll("\\", "\\\\").replaceAll(/#([0-9A-F]{2})/g, String.raw`\x$1`);
    const request = parseRequestLine(escaped, 0, escaped.length);
    if (typeof request === "string") return { column: start + 2, reason: request };

    return {
      host: hostOf(line.slice(from, start)),
      address,
      at,
      method: request.method,
      target: request.target,
      status,
      size,
      referer: undefined,
      userAgent: undefined,
      durationMs: lastTimer(timers),
      combined: false,
      secure: frontend.endsWith("~"),
    };
  };
}

/** `dd/Mon/yyyy:hh:mm:ss.mmm` */
const timeLength = 24;
/** A syslog prefix has a bracket of its own (`haproxy[14389]:`); what has more is something else. */
const bracketsMax = 4;

function findTime(line: string): { readonly open: number; readonly at: number } | undefined {
  let open = line.indexOf("[");
  for (let tries = 0; open !== -1 && tries < bracketsMax; tries++, open = line.indexOf("[", open + 1)) {
    if (line.charAt(open + timeLength + 1) !== "]" || line.charAt(open + timeLength + 2) !== " " || open < 2 || line.charAt(open - 1) !== " ") continue;
    const at = parseTime(line.slice(open + 1, open + 1 + timeLength));
    if (at !== undefined) return { open, at };
  }
  return undefined;
}

const timeForm = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2})\.(\d{3})$/;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function parseTime(text: string): number | undefined {
  const found = timeForm.exec(text);
  if (found === null) return undefined;
  const [, day, name = "", year, hour, minute, second, ms] = found;
  const month = months.indexOf(name);
  const midnight = Date.UTC(Number(year), month, Number(day));
  if (month === -1 || Number(year) < 1970 || new Date(midnight).getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  return midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1_000 + Number(ms);
}

/** `1.2.3.4:5`, `[::1]:5`, `2001:db8::1:443`: the port is what follows the last colon. `""` for a socket of the system's own. */
function addressOf(client: string): string | undefined {
  if (client.startsWith("unix:")) return "";
  const colon = client.lastIndexOf(":");
  if (colon < 1) return undefined;
  const bare = client.slice(0, colon);
  const address = bare.startsWith("[") && bare.endsWith("]") ? bare.slice(1, -1) : bare;
  return isIP(address) === 0 ? undefined : address;
}

/** The last of the timers is the whole time; -1 and a missing one are unknown. */
function lastTimer(timers: string): number | undefined {
  const text = timers.slice(timers.lastIndexOf("/") + 1);
  const ms = numberOf(text.startsWith("+") ? text.slice(1) : text);
  return Number.isNaN(ms) ? undefined : ms;
}

function numberOf(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

/** Of ` {request captures} {response captures} `: the one of the request's that reads as a host. */
function hostOf(captures: string): string | undefined {
  const open = captures.indexOf("{");
  const close = captures.indexOf("}", open);
  if (open === -1 || close === -1) return undefined;
  let host: string | undefined;
  for (const text of captures.slice(open + 1, close).split("|", capturesMax)) {
    const read = isIP(text) === 0 && !/^\d+(?:\.\d+)?$/.test(text) && /[.:]/.test(text) ? hostTextOf(text) : undefined;
    if (read === undefined) continue;
    if (host !== undefined && host !== read) return undefined;
    host = read;
  }
  return host;
}

const capturesMax = 64;
