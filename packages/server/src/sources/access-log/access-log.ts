import type { Carries, Exchange, HeaderList } from "@postern/engine";
import { type ParseLine, readLines } from "../read-lines.ts";
import { recordId } from "../record-id.ts";
import type { AccessFormat, ReadOptions, ReadSource, Rejected } from "../source.ts";
import { parserOf } from "./access-formats.ts";
import { accessLineParser } from "./parse-access-line.ts";
import type { AccessFailure, AccessRecord } from "./parse-access-line.ts";

/** Servers cap a request line at 8 to 64 KiB; escaping makes at most four bytes of one. */
export const accessLineBytesMax = 1024 * 1024;

/**
 * Makes a reader of access logs in one format, one record a non-empty line:
 * - `combined`, `common`: Apache's and nginx's, also with a vhost before it; further fields at the end are tolerated, of which `rt=<seconds>`,
 *   `host="…"` and Traefik's closing `<n>ms` are read
 * - `json`: one JSON object a line, by the names of its members (see `json-line.ts`)
 * - `haproxy`: `httplog` and `httpslog`
 * - `alb`: AWS Application Load Balancer
 * - `envoy`: its own text format, also as Istio extends it
 * - `w3c`: W3C extended (CloudFront, IIS)
 *
 * What none of them can know: credentials (even a log of headers leaves them out or masks them, so that their absence proves nothing), bodies, response
 * headers, and mostly the scheme (http unless the host's port is 443 or the log says so). A client logged as a host name (`HostnameLookups On`) stays that name.
 */
export function accessLogReader(format: AccessFormat): ReadSource {
  return (input, options) => readLines(input, accessLineBytesMax, accessLogLineIn(format, options), options.linesBefore);
}

/** As {@link accessLogReader} for common and combined. */
export const readAccessLog: ReadSource = accessLogReader("combined");

/** The parser of one file's lines in this format. */
export function accessLogLineIn(format: AccessFormat, options: ReadOptions): ParseLine {
  const parse = parserOf(format, options.onMapping);
  return (text, line) => {
    const record = parse(text);
    return record === undefined ? undefined : toResult(record, line, options);
  };
}

/** The same for common and combined, where every line is meant to be a record. */
export function accessLogLine(options: ReadOptions): (text: string, line: number) => Exchange | Rejected {
  const parse = accessLineParser();
  return (text, line) => toResult(parse(text), line, options);
}

function toResult(record: AccessRecord | AccessFailure, line: number, { name }: ReadOptions): Exchange | Rejected {
  if ("reason" in record) return { line, column: record.column, reason: record.reason, remedy: record.remedy ?? usualRemedy };
  return toExchange(record, recordId(name, line));
}

const usualRemedy = "Nothing to do when it is a scanner's or a cut-off line; else see `postern import --help` for the formats that are read.";

/** What a line carries without and with a host. */
export const carriesPath: Carries = { host: false, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false };
export const carriesHost: Carries = { ...carriesPath, host: true };
const noHeaders: HeaderList = [];

function toExchange(record: AccessRecord, id: string): Exchange {
  const absolute = !record.target.startsWith("/");
  const exchange: Exchange = {
    id,
    at: record.at,
    method: record.method,
    url: record.host === undefined || absolute ? record.target : origin(record.host, record.secure === true) + record.target,
    client: { address: record.address },
    request: { headers: headersOf(record) },
    response: { status: record.status, headers: noHeaders, size: record.size },
    carries: record.host === undefined && !absolute ? carriesPath : carriesHost,
  };
  return record.durationMs === undefined ? exchange : { ...exchange, durationMs: record.durationMs };
}

function origin(host: string, secure: boolean): string {
  return secure || host.endsWith(":443") ? `https://${host}` : `http://${host}`;
}

function headersOf(record: AccessRecord): HeaderList {
  if (record.userAgent !== undefined)
    return record.referer === undefined
      ? [["User-Agent", record.userAgent]]
      : [
          ["Referer", record.referer],
          ["User-Agent", record.userAgent],
        ];
  return record.referer === undefined ? noHeaders : [["Referer", record.referer]];
}
