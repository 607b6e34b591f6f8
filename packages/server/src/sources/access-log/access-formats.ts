import type { AccessFormat } from "../source.ts";
import { albLineParser } from "./alb-line.ts";
import { envoyLineParser } from "./envoy-line.ts";
import { haproxyLineParser } from "./haproxy-line.ts";
import { jsonLineParser } from "./json-line.ts";
import type { AccessFailure, AccessRecord } from "./parse-access-line.ts";
import { accessLineParser } from "./parse-access-line.ts";
import { w3cLineParser } from "./w3c-line.ts";

/** Reads one line: a record, why it is none, or undefined for a line that is not meant to be one (a comment, a directive). Linear in the line. */
export type AccessLineParser = (line: string) => AccessRecord | AccessFailure | undefined;

/** A parser for one file in this format; parsers remember (the last second, a list of fields), so take a new one for each file. `onMapping` as in `ReadOptions`. */
export function parserOf(format: AccessFormat, onMapping?: (mapping: string) => void): AccessLineParser {
  return parsers[format](onMapping);
}

/** True for the formats of access logs. */
export function isAccessFormat(format: string): format is AccessFormat {
  return format in parsers;
}

const parsers: Readonly<Record<AccessFormat, (onMapping?: (mapping: string) => void) => AccessLineParser>> = {
  combined: accessLineParser,
  common: accessLineParser,
  haproxy: haproxyLineParser,
  alb: albLineParser,
  envoy: envoyLineParser,
  w3c: w3cLineParser,
  json: jsonLineParser,
};
