import { isIP } from "node:net";
import { parseIsoTime } from "../parse-time.ts";
import { hostTextOf } from "./host-text.ts";
import type { AccessFailure, AccessRecord } from "./parse-access-line.ts";
import { isMethodText, targetCharactersMax } from "./parse-request-line.ts";
import { encodeUrl } from "./quoted-field.ts";

/**
 * Makes a parser of W3C extended logs, as CloudFront (standard logs) and IIS write them: the `#Fields:` line names the columns; where a line of tabs
 * comes without one, CloudFront's own order is taken. Linear. Dates and times are UTC, as the format says.
 *
 * `time-taken` is in seconds at CloudFront and in milliseconds at IIS. Values are percent-encoded text; a path that CloudFront encoded twice stays so.
 */
export function w3cLineParser(onMapping?: (mapping: string) => void): (line: string) => AccessRecord | AccessFailure | undefined {
  let fields: Fields | undefined;
  return (line) => {
    if (line.startsWith("#")) {
      if (line.startsWith("#Fields:")) {
        const first = fields === undefined;
        fields = fieldsOf(line.slice(8).trim().split(/[ \t]/, fieldsMax));
        if (first) onMapping?.(mappingOf(fields));
      }
      return undefined;
    }
    if (fields === undefined && line.includes("\t")) {
      fields = fieldsOf(cloudFront);
      onMapping?.(mappingOf(fields));
    }
    if (fields === undefined) return { column: 1, reason: "no `#Fields:` line names the columns", remedy: "Keep the header lines at the beginning of the log." };
    return record(line.split(line.includes("\t") ? "\t" : " ", fieldsMax), fields);
  };
}

/** Columns by what we want of them; -1 where a log has none. */
interface Fields {
  readonly names: readonly string[];
  readonly at: Readonly<Record<Wanted, number>>;
  /** One of `time-taken`, in milliseconds. */
  readonly unitMs: number;
}

type Wanted = keyof typeof columns;

const columns = {
  date: ["date"],
  time: ["time"],
  method: ["cs-method"],
  path: ["cs-uri-stem", "cs-uri"],
  query: ["cs-uri-query"],
  host: ["x-host-header", "cs-host", "cs(host)"],
  address: ["c-ip"],
  status: ["sc-status"],
  size: ["sc-bytes"],
  agent: ["cs(user-agent)"],
  referer: ["cs(referer)"],
  taken: ["time-taken"],
  scheme: ["cs-protocol"],
} as const;

const cloudFront = (
  "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type " +
  "x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version"
).split(" ");

/** Servers know some forty. */
const fieldsMax = 128;

function fieldsOf(names: readonly string[]): Fields {
  const lower = names.map((name) => name.toLowerCase());
  const at = Object.fromEntries(
    Object.entries(columns).map(([wanted, known]) => [wanted, known.map((name: string) => lower.indexOf(name)).find((place) => place !== -1) ?? -1]),
  ) as Record<Wanted, number>;
  return { names, at, unitMs: lower.includes("x-edge-location") ? 1_000 : 1 };
}

function mappingOf({ names, at }: Fields): string {
  const parts = Object.entries(at).flatMap(([wanted, place]) => (place === -1 ? [] : [`${wanted} = ${names[place] ?? ""}`]));
  return parts.join(", ").slice(0, 400);
}

function record(values: readonly string[], { at, unitMs }: Fields): AccessRecord | AccessFailure {
  const value = (wanted: Wanted): string => {
    const text = at[wanted] === -1 ? "" : (values[at[wanted]] ?? "");
    return text === "-" ? "" : text;
  };
  const time = parseIsoTime(`${value("date")}T${value("time")}Z`);
  if (time === undefined) return { column: 1, reason: "no date and time where the columns have them" };
  const method = value("method");
  if (!isMethodText(method)) return { column: 1, reason: "no HTTP method where the columns have it" };
  const path = value("path");
  if (!path.startsWith("/") || path.length > targetCharactersMax) return { column: 1, reason: "no path where the columns have it" };
  const status = Number(value("status") || 0);
  if (!(Number.isInteger(status) && status >= 0 && status <= 999)) return { column: 1, reason: "the status is not a number from 100 to 599" };
  const taken = value("taken") === "" ? Number.NaN : Number(value("taken"));
  const query = value("query");
  const address = value("address");
  const size = Number(value("size"));
  return {
    host: hostTextOf(value("host")),
    address: isIP(address) === 0 ? "" : address,
    at: time,
    method,
    target: encodeUrl(query === "" ? path : `${path}?${query}`),
    status: status >= 100 && status <= 599 ? status : 0,
    size: Number.isSafeInteger(size) && size >= 0 ? size : 0,
    referer: text(value("referer")),
    userAgent: text(value("agent")),
    durationMs: Number.isFinite(taken) && taken >= 0 && taken * unitMs < 86_400_000 ? Math.round(taken * unitMs) : undefined,
    combined: false,
    secure: /^(?:https|wss)$/.test(value("scheme")),
  };
}

/** CloudFront encodes twice, IIS writes `+` for a space; either way it is only to be told from others. */
function text(value: string): string | undefined {
  return value === "" ? undefined : value.replaceAll("+", " ").replaceAll("%2520", " ").replaceAll("%20", " ");
}
