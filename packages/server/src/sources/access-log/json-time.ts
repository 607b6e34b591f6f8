import { parseIsoTime } from "../parse-time.ts";
import { clfTimeParser } from "./clf-time.ts";

/**
 * The time a member of a JSON log tells, in milliseconds since the epoch: ISO 8601 with a zone, `10/Oct/2000:13:55:36 -0700`, or a number of seconds,
 * milliseconds, microseconds or nanoseconds, told apart by size. Undefined for anything else, and for text without a zone: it is ambiguous.
 */
export function jsonTime(value: unknown): number | undefined {
  if (typeof value === "number") return epoch(value);
  if (typeof value !== "string" || value.length > 64) return undefined;
  if (/^\d{9,19}(?:\.\d{1,9})?$/.test(value)) return epoch(Number(value));
  return parseIsoTime(value.replace(" ", "T")) ?? clfTimeParser()(value.startsWith("[") ? value.slice(1) : value, 0);
}

/** Seconds reach 1e11 in the year 5138; in 1973 there were as many milliseconds. */
function epoch(value: number): number | undefined {
  if (!(value > 1e8)) return undefined;
  const ms = value < 1e11 ? value * 1e3 : value < 1e14 ? value : value < 1e17 ? value / 1e3 : value / 1e6;
  return ms < 4e12 ? Math.round(ms * 1_000) / 1_000 : undefined;
}
