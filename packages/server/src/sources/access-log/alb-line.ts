import { isIP } from "node:net";
import { parseIsoTime } from "../parse-time.ts";
import type { AccessFailure, AccessRecord } from "./parse-access-line.ts";
import { parseRequestLine } from "./parse-request-line.ts";
import { quotedEnd, unescapeText } from "./quoted-field.ts";

/**
 * Makes a parser of AWS Application Load Balancer access logs: `type time elb client:port target:port times status status received sent "request" "agent" …`.
 * Linear. The request's URL names the host. A time of -1 (the target did not answer) leaves the duration unknown.
 */
export function albLineParser(): (line: string) => AccessRecord | AccessFailure {
  return (line) => {
    const words: string[] = [];
    let from = 0;
    while (words.length < 12) {
      const end = line.indexOf(" ", from);
      if (end === -1) break;
      words.push(line.slice(from, end));
      from = end + 1;
    }
    const [type = "", time = "", , client = "", , first, second, third, statusText = "", , , sent = ""] = words;
    if (words.length < 12 || !types.has(type)) return { column: 1, reason: "no `type time elb client target …` where an Application Load Balancer's log has it" };
    const at = parseIsoTime(time);
    if (at === undefined) return { column: type.length + 2, reason: "the time is not ISO 8601 with a zone" };
    const colon = client.lastIndexOf(":");
    const address = client.slice(0, colon).replace(/^\[|\]$/g, "");
    if (isIP(address) === 0) return { column: 1, reason: "the client is not `address:port`" };
    const status = statusText === "-" ? 0 : Number(statusText);
    if (!(Number.isInteger(status) && (status === 0 || (status >= 100 && status <= 599)))) return { column: 1, reason: "the status is not a number from 100 to 599" };
    if (line.charAt(from) !== '"') return { column: from + 1, reason: "the quoted request is missing" };
    const end = quotedEnd(line, from + 1);
    if (end === -1) return { column: from + 1, reason: "the request's closing quote is missing" };
    // `- http://host:80- -` is what it logs for a request that was none.
    const request = parseRequestLine(line, from + 1, end);
    if (typeof request === "string") return { column: from + 2, reason: request };
    const agentEnd = line.charAt(end + 2) === '"' ? quotedEnd(line, end + 3) : -1;
    const agent = agentEnd === -1 ? "-" : line.slice(end + 3, agentEnd);
    const seconds = [first, second, third].map(Number);
    const known = seconds.every((one) => Number.isFinite(one) && one >= 0);
    return {
      host: undefined,
      address,
      at,
      method: request.method,
      target: request.target,
      status,
      size: /^\d{1,15}$/.test(sent) ? Number(sent) : 0,
      referer: undefined,
      userAgent: agent === "-" || agent === "" ? undefined : unescapeText(agent),
      durationMs: known ? Math.round(seconds.reduce((sum, one) => sum + one, 0) * 1_000) : undefined,
      combined: false,
    };
  };
}

const types: ReadonlySet<string> = new Set(["http", "https", "h2", "grpcs", "ws", "wss"]);
