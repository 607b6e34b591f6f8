import { parseIsoTime } from "../parse-time.ts";
import { addressOf } from "./address-text.ts";
import { hostTextOf } from "./host-text.ts";
import type { AccessFailure, AccessRecord } from "./parse-access-line.ts";
import { parseRequestLine } from "./parse-request-line.ts";
import { quotedEnd, unescapeText } from "./quoted-field.ts";

/**
 * Makes a parser of Envoy's own text format, also as Istio extends it: `[time] "request" status flags … received sent duration upstream-time "forwarded for"
 * "agent" "request id" "authority" "upstream" …`. Linear. Durations are milliseconds.
 *
 * The client is not in Envoy's format: `x-forwarded-for` is whatever the caller sent, so it is not taken for one. Istio's further fields name it.
 */
export function envoyLineParser(): (line: string) => AccessRecord | AccessFailure {
  return (line) => {
    const open = line.slice(0, prefixCharactersMax).indexOf("[");
    const close = line.indexOf('] "', open);
    const at = open === -1 || close === -1 || close - open > 40 ? undefined : parseIsoTime(line.slice(open + 1, close));
    if (at === undefined) return { column: 1, reason: 'no `[ISO time] "request"` where Envoy has it' };
    const end = quotedEnd(line, close + 3);
    if (end === -1) return { column: close + 3, reason: "the request's closing quote is missing" };
    const request = parseRequestLine(line, close + 3, end);
    if (typeof request === "string") return { column: close + 4, reason: request };
    const fields = fieldsFrom(line, end + 1);
    const status = countOf(fields[0]);
    // Istio puts reasons between the flags and the numbers.
    const numbers = fields.findIndex((_, n) => n >= 2 && [0, 1, 2].every((more) => !Number.isNaN(countOf(fields[n + more]))));
    if (!(status === 0 || (status >= 100 && status <= 599)) || numbers === -1) return { column: end + 2, reason: "no status and sizes after the request" };
    const [, size, took, , , agent, , authority, , , , , client] = fields.slice(numbers);
    return {
      host: hostTextOf(authority?.text ?? ""),
      address: client === undefined || client.quoted ? "" : addressOf(client.text),
      at,
      method: request.method,
      target: request.target,
      status,
      size: countOf(size),
      referer: undefined,
      userAgent: agent === undefined || !agent.quoted || agent.text === "-" || agent.text === "" ? undefined : unescapeText(agent.text),
      durationMs: countOf(took),
      combined: false,
    };
  };
}

/** A container runtime's prefix is shorter. */
const prefixCharactersMax = 256;
/** Istio has 22. */
const fieldsMax = 32;

interface Field {
  readonly text: string;
  readonly quoted: boolean;
}

/** Words and quoted texts. */
function fieldsFrom(line: string, from: number): Field[] {
  const fields: Field[] = [];
  let at = from;
  while (fields.length < fieldsMax) {
    while (line.charAt(at) === " ") at++;
    if (at >= line.length) break;
    const quoted = line.charAt(at) === '"';
    const end = quoted ? quotedEnd(line, at + 1) : line.indexOf(" ", at);
    const stop = end === -1 ? line.length : end;
    fields.push({ text: line.slice(quoted ? at + 1 : at, stop), quoted });
    at = stop + 1;
  }
  return fields;
}

/** NaN for anything but a number of at most 15 digits. */
function countOf(field: Field | undefined): number {
  return field !== undefined && !field.quoted && /^\d{1,15}$/.test(field.text) ? Number(field.text) : Number.NaN;
}
