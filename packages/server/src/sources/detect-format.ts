import { parserOf } from "./access-log/access-formats.ts";
import type { AccessFailure, AccessRecord } from "./access-log/parse-access-line.ts";
import { formatsInWords } from "./format-names.ts";
import { parseExchange } from "./ndjson/parse-exchange.ts";
import type { Format } from "./source.ts";

/** What a file's beginning tells; `unknown` says why, for the operator. */
export type Detected = { readonly format: Format } | { readonly format: "unknown"; readonly reason: string };

/** No more than this much of a file is looked at. */
export const detectBytesMax = 64 * 1024;
/** A log may begin with scanners' garbage or a cut line; one good line among these decides. */
export const linesMax = 200;

/**
 * Tells exchange NDJSON, HAR and the formats of access logs apart by the first {@link detectBytesMax} bytes, already
 * decompressed. The first line that reads as a record decides. `complete` says that the bytes are the whole file.
 */
export function detectFormat(head: Uint8Array, complete = false): Detected {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, detectBytesMax))
    .toString("utf8")
    .replace(/^\uFEFF?\0*/, "");
  const start = text.trimStart();
  if (start === "") return unknown("it begins with nothing but blanks");
  if (isHar(start)) return { format: "har" };
  const lines = text.split("\n", linesMax + 1);
  const cut = !complete && lines.length <= linesMax ? lines.pop() : undefined;
  const parsers = textFormats.map((format) => ({ format, parse: parserOf(format) }));
  const parseJson = parserOf("json");
  let json = 0;
  for (const given of lines.slice(0, linesMax)) {
    const line = given.endsWith("\r") ? given.slice(0, -1) : given;
    if (line.trimStart().startsWith("{")) {
      if (isExchangeLine(line)) return { format: "ndjson" };
      if (isRecord(parseJson(line))) return { format: "json" };
      json += isJson(line) ? 1 : 0;
      continue;
    }
    for (const { format, parse } of parsers) {
      const record = parse(line);
      if (isRecord(record)) return { format: format === "combined" && !record.combined ? "common" : format };
    }
    if (isRecord(parseJson(line))) return { format: "json" };
  }
  if (cut !== undefined && start.startsWith("{") && ['"at"', '"method"', '"url"', '"request"'].every((name) => cut.includes(name))) return { format: "ndjson" };
  if (json > 0)
    return unknown(
      "its lines are JSON, but neither exchanges (`at`, `method`, `url`, `client`, `request` and `response` are required) nor records of an access log (time, method, URI and status are)",
    );
  if (start.startsWith("{") || start.startsWith("[")) return unknown("it is JSON, but neither a HAR nor one exchange a line");
  return unknown("none of its first lines reads as a record");
}

function unknown(why: string): Detected {
  return { format: "unknown", reason: `${why}. Known formats: ${formatsInWords}.` };
}

/** Without JSON, told apart by the first line that reads as a record. */
const textFormats = ["combined", "haproxy", "alb", "envoy", "w3c"] as const;

function isRecord(read: AccessRecord | AccessFailure | undefined): read is AccessRecord {
  return read !== undefined && !("reason" in read);
}

/** `{"log": …` first, as every known writer puts it, or `"log"` and `"entries"` where the first line is no exchange. */
function isHar(start: string): boolean {
  if (!start.startsWith("{")) return false;
  if (start.slice(1).trimStart().startsWith('"log"')) {
    const after = start.slice(start.indexOf('"log"') + 5).trimStart();
    return after.startsWith(":") && after.slice(1).trimStart().startsWith("{");
  }
  return start.includes('"log"') && start.includes('"entries"') && !start.slice(0, start.indexOf('"log"')).includes("\n{");
}

function isExchangeLine(line: string): boolean {
  const value = json(line);
  return value !== undefined && "id" in parseExchange(value, () => "detect");
}

function isJson(line: string): boolean {
  return json(line) !== undefined;
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
