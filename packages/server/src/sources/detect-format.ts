import { accessLineParser } from "./access-log/parse-access-line.ts";
import { parseExchange } from "./ndjson/parse-exchange.ts";
import type { Format } from "./source.ts";

/** What a file's beginning tells; `unknown` says why, for the operator. */
export type Detected = { readonly format: Format } | { readonly format: "unknown"; readonly reason: string };

/** No more than this much of a file is looked at. */
export const detectBytesMax = 64 * 1024;
/** A log may begin with scanners' garbage or a cut line; one good line among these decides. */
const linesMax = 200;

/**
 * Tells exchange NDJSON, HAR, and combined and common access logs apart by the first {@link detectBytesMax} bytes, already
 * decompressed. The first line that reads as a record decides. `complete` says that the bytes are the whole file.
 */
export function detectFormat(head: Uint8Array, complete = false): Detected {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, detectBytesMax))
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  const start = text.trimStart();
  if (start === "") return unknown("it begins with nothing but blanks");
  if (isHar(start)) return { format: "har" };
  const lines = text.split("\n", linesMax + 1);
  const cut = !complete && lines.length <= linesMax ? lines.pop() : undefined;
  const parse = accessLineParser();
  let json = 0;
  for (const line of lines.slice(0, linesMax)) {
    if (line.startsWith("{") || line.trimStart().startsWith("{")) {
      if (isExchangeLine(line)) return { format: "ndjson" };
      json += isJson(line) ? 1 : 0;
      continue;
    }
    const record = parse(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (!("reason" in record)) return { format: record.combined ? "combined" : "common" };
  }
  if (cut !== undefined && start.startsWith("{") && ['"at"', '"method"', '"url"', '"request"'].every((name) => cut.includes(name))) return { format: "ndjson" };
  if (json > 0) return unknown("its lines are JSON, but not exchanges: `at`, `method`, `url`, `client`, `request` and `response` are required");
  if (start.startsWith("{") || start.startsWith("[")) return unknown("it is JSON, but neither a HAR nor one exchange a line");
  return unknown("none of its first lines reads as a record");
}

function unknown(why: string): Detected {
  return { format: "unknown", reason: `${why}. Known formats: ndjson (exchange NDJSON), har (HAR 1.2), combined and common (Apache and nginx access logs, also gzipped).` };
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
