import type { Carries, Exchange, HeaderList } from "@postern/engine";
import { readLines } from "../read-lines.ts";
import { recordId } from "../record-id.ts";
import type { ReadOptions, ReadSource, Rejected } from "../source.ts";
import { accessLineParser } from "./parse-access-line.ts";
import type { AccessRecord } from "./parse-access-line.ts";

/** Servers cap a request line at 8 to 64 KiB; escaping makes at most four bytes of one. */
export const accessLineBytesMax = 1024 * 1024;

/**
 * Reads Apache and nginx access logs: common, combined, and combined with a vhost before it; further fields at the end
 * are tolerated, of which `rt=<seconds>` and `host="…"` are read. One record a non-empty line.
 *
 * What it cannot know: credentials, bodies, response headers, sub-second order, and the scheme (http unless the vhost's
 * port is 443). A client logged as a host name (`HostnameLookups On`) stays that name.
 */
export const readAccessLog: ReadSource = (input, options) => readLines(input, accessLineBytesMax, accessLogLine(options), options.linesBefore);

/** The parser of one file's lines. */
export function accessLogLine(options: ReadOptions): (text: string, line: number) => Exchange | Rejected {
  const parse = accessLineParser();
  return (text, line) => {
    const record = parse(text);
    if ("reason" in record)
      return { line, column: record.column, reason: record.reason, remedy: "Nothing to do when it is a scanner's or a cut-off line; else log in common or combined format." };
    return toExchange(record, recordId(options.name, line));
  };
}

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
    url: record.host === undefined || absolute ? record.target : origin(record.host) + record.target,
    client: { address: record.address },
    request: { headers: headersOf(record) },
    response: { status: record.status, headers: noHeaders, size: record.size },
    carries: record.host === undefined && !absolute ? carriesPath : carriesHost,
  };
  return record.durationMs === undefined ? exchange : { ...exchange, durationMs: record.durationMs };
}

function origin(host: string): string {
  return host.endsWith(":443") ? `https://${host}` : `http://${host}`;
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
