import { type ParseLine, readLines } from "../read-lines.ts";
import { recordId } from "../record-id.ts";
import type { ReadOptions, ReadSource } from "../source.ts";
import { jsonErrorOffset, jsonValueOffset } from "../json-position.ts";
import { parseExchange } from "./parse-exchange.ts";

/** Two bodies of a megabyte each fit, also as base64; a longer line is one rejected record. */
export const exchangeLineBytesMax = 4 * 1024 * 1024;

/** Reads exchange NDJSON: one JSON object a line, as `docs/reference/exchange.md` and its JSON Schema describe. */
export const readNdjson: ReadSource = (input, options) => readLines(input, exchangeLineBytesMax, lineParser(options), options.linesBefore);

function lineParser(options: ReadOptions): ParseLine {
  return (text, line) => {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      // The engine's own message quotes the text, which may hold a secret: only the place is told.
      return { line, column: (jsonErrorOffset(text) ?? 0) + 1, reason: "the line is not JSON", remedy: "Write one complete JSON object a line." };
    }
    const parsed = parseExchange(value, () => recordId(options.name, line));
    if ("id" in parsed) return parsed;
    return {
      line,
      column: jsonValueOffset(text, parsed.path) + 1,
      reason: `${parsed.path.length === 0 ? "the record" : parsed.path.join(".")} ${parsed.problem}`,
      remedy: parsed.remedy,
    };
  };
}
