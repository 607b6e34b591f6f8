import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { type AsnProblem, AsnRanges, type AsnTable, PosternError } from "@postern/engine";
import type { Config } from "./config-schema.ts";

/**
 * Reads the lists of networks that `network.asns` names; undefined where it names none. Takes, by line, what is published in plain text: `first last asn country name` (iptoasn.com),
 * `prefix length asn` (CAIDA and RouteViews pfx2as, of several origins the first), `prefix/length asn name` and `prefix/length,asn,"name"` (GeoLite2 ASN as CSV); each also as .gz.
 *
 * What is not understood is left out, counted and shown. Throws CONFIG_UNREADABLE, and CONFIG_INVALID for a file without a single line that can be used.
 */
export function readAsnLists(config: Pick<Config, "network">): AsnList | undefined {
  const files = config.network.asns ?? [];
  if (files.length === 0) return undefined;
  const ranges = new AsnRanges();
  const left: Left[] = [];
  let leftOut = 0;
  let unrouted = 0;
  for (const file of files) {
    const before = ranges.size;
    let first: Left | undefined;
    const text = textOf(file);
    let line = 0;
    for (let from = 0; from < text.length;) {
      const end = text.indexOf("\n", from);
      const to = end < 0 ? text.length : end;
      line++;
      const problem = to - from > lineCharactersMax ? "too long" : takeLine(text.slice(from, to), ranges);
      from = to + 1;
      if (problem === undefined) continue;
      if (problem === "unrouted") unrouted++;
      else {
        leftOut++;
        first ??= { file: basename(file), line, why: problem };
        if (left.length < leftShown) left.push({ file: basename(file), line, why: problem });
      }
    }
    if (ranges.size === before) throw unusable(file, first);
  }
  return { table: ranges.table(), ranges: ranges.size, networks: ranges.networks, unrouted, leftOut, left };
}

/** As {@link readAsnLists}, with what went wrong as a value: who only names attackers by it goes on without. */
export function tryAsnLists(config: Pick<Config, "network">): { readonly list: AsnList | undefined; readonly text: string | undefined } {
  try {
    const list = readAsnLists(config);
    return { list, text: list === undefined ? undefined : asnListText(list) };
  } catch (error) {
    if (!(error instanceof PosternError)) throw error;
    return { list: undefined, text: `The list of networks is not used: ${error.message} ${error.remedy}` };
  }
}

/** One line for people. */
export function asnListText({ ranges, networks, unrouted, leftOut, left }: Omit<AsnList, "table">): string {
  const [first] = left;
  const out = first === undefined ? "" : `; ${figure(leftOut)} ${leftOut === 1 ? "line was" : "lines were"} left out, the first in ${first.file}, line ${first.line}: ${first.why}`;
  return `${figure(ranges)} ranges of ${figure(networks)} networks${unrouted === 0 ? "" : `, ${figure(unrouted)} that nobody announces`}${out}.`;
}

export interface AsnList {
  readonly table: AsnTable;
  readonly ranges: number;
  readonly networks: number;
  /** Lines that say that nobody announces a range. */
  readonly unrouted: number;
  /** Lines that were not understood, or came after the last range that there is room for; the first of them. */
  readonly leftOut: number;
  readonly left: readonly Left[];
}

interface Left {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** All of the Internet as iptoasn.com writes it is about 40 MB; twice that is room to grow. */
export const asnBytesMax = 128 * 1024 * 1024;
/** Names of networks are shorter; what is longer is another kind of file. */
const lineCharactersMax = 1_024;
const leftShown = 5;

function textOf(file: string): string {
  let bytes: Buffer;
  try {
    if (statSync(file).size > asnBytesMax) throw new Error(`larger than ${asnBytesMax} bytes`);
    const raw = readFileSync(file);
    bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw, { maxOutputLength: asnBytesMax }) : raw;
  } catch (cause) {
    throw new PosternError("CONFIG_UNREADABLE", `The list of networks ${file} cannot be read.`, {
      cause,
      remedy: `Check \`network.asns\`: the path, its permissions, and that it is at most ${asnBytesMax / 1_048_576} MB.`,
    });
  }
  if (bytes.includes("MaxMind.com"))
    throw new PosternError("CONFIG_INVALID", `${file} is a MaxMind database (.mmdb), which is not read.`, {
      remedy: "Take the same list as CSV (GeoLite2-ASN-Blocks-IPv4.csv and -IPv6.csv), or ip2asn-combined.tsv.gz of iptoasn.com.",
    });
  return bytes.toString("utf8");
}

function unusable(file: string, first: Left | undefined): PosternError {
  return new PosternError(
    "CONFIG_INVALID",
    first === undefined ? `The list of networks ${file} is empty.` : `No line of the list of networks ${file} is understood; line ${first.line}: ${first.why}.`,
    {
      remedy: "Lines are `first last asn country name` (ip2asn-combined.tsv of iptoasn.com), `prefix length asn` (CAIDA pfx2as) or `prefix/length,asn,name` (GeoLite2 ASN as CSV).",
    },
  );
}

/** Says why it was left out, if it was. */
function takeLine(written: string, ranges: AsnRanges): string | undefined {
  const line = written.trim();
  if (line === "" || line.startsWith("#") || line.startsWith("network,")) return undefined;
  const comma = line.includes("\t") ? -1 : line.indexOf(",");
  const slash = line.indexOf("/");
  const fields = comma >= 0 && slash >= 0 && slash < comma ? csvOf(line) : line.split(line.includes("\t") ? "\t" : " ").filter((field) => field !== "");
  const [one = "", two = "", three = ""] = fields;
  if (one.includes("/")) {
    const cut = one.indexOf("/");
    return taken(numberOf(two), (asn) => ranges.addPrefix(one.slice(0, cut), integer(one.slice(cut + 1)), asn, nameOf(fields.slice(2).join(" "))));
  }
  if (two.length <= 3 && !two.includes(":")) return taken(numberOf(three), (asn) => ranges.addPrefix(one, integer(two), asn));
  return taken(numberOf(three), (asn) => ranges.add(one, two, asn, nameOf(fields.slice(4).join(" "))));
}

function taken(asn: number, add: (asn: number) => AsnProblem | undefined): string | undefined {
  return asn === 0 ? "unrouted" : add(asn);
}

/** `prefix,asn,"name"`: quotes stand only around the last. */
function csvOf(line: string): string[] {
  const first = line.indexOf(",");
  const second = line.indexOf(",", first + 1);
  if (second < 0) return [line.slice(0, first), line.slice(first + 1)];
  return [
    line.slice(0, first),
    line.slice(first + 1, second),
    line
      .slice(second + 1)
      .replace(/^"|"$/g, "")
      .replaceAll('""', '"'),
  ];
}

/** `64500`, `AS64500`; of `64500_64501` and `64500,64501` the first. NaN for anything else. */
function numberOf(text: string): number {
  const bare = /^AS\d/i.test(text) ? text.slice(2) : text;
  return integer(bare.split(/[_,]/, 1)[0] ?? "");
}

function integer(text: string): number {
  return /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
}

/** Shown to people: no control characters. */
function nameOf(text: string): string {
  return text.replaceAll(/\p{C}/gu, "").trim();
}

function figure(value: number): string {
  return value.toLocaleString("en");
}
