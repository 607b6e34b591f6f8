import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { PosternError } from "@postern/engine";
import { isAccessFormat } from "./access-log/access-formats.ts";
import { accessLogReader } from "./access-log/access-log.ts";
import { accessLogReaderAhead } from "./access-log/read-ahead.ts";
import { detectBytesMax, detectFormat } from "./detect-format.ts";
import { readHar } from "./har/har.ts";
import { readNdjson } from "./ndjson/ndjson.ts";
import { readable } from "./read-lines.ts";
import { formatNames } from "./format-names.ts";
import { unreadableFile } from "./unreadable-file.ts";
import type { Batch, Format, ReadOptions, ReadSource } from "./source.ts";

/** What {@link readInput} tells while it reads: after the format is known and after every batch. */
export interface ReadProgress {
  readonly format: Format;
  /** Which members or columns were taken for what, once a record was read; formats with names of their own only. */
  readonly mapping: string | undefined;
  /** Bytes taken from the file so far, compressed ones when it is gzipped. */
  readonly bytesRead: number;
  /** The file's size; undefined for standard input and pipes. */
  readonly bytesTotal: number | undefined;
  readonly accepted: number;
  readonly rejected: number;
}

export interface ReadInputOptions {
  /** Prefix of made ids; the file's base name (`stdin` for `-`) when absent. */
  readonly name?: string;
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Plain bytes at the front that are not read as records, and the lines in them; line formats only. */
  readonly skip?: { readonly bytes: number; readonly lines: number };
  /** As in {@link ReadOptions}. */
  readonly keyed?: ReadOptions["keyed"];
  /** Every plain byte of the input, those skipped too, in order. */
  readonly onPlain?: (chunk: Uint8Array) => void;
  /** Reads this format in place of the usual reader; undefined: the usual one. `bytes`: the file's size. */
  readonly reader?: (format: Format, bytes: number) => ReadSource | undefined;
  /** What `-` reads; the process's own standard input when absent. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/**
 * Reads one input in batches: a path, or `-` for standard input; gzip is recognised by its first bytes in any format.
 * `auto` looks at the beginning. An empty input has no records and is no error.
 *
 * Throws SOURCE_UNREADABLE when the input cannot be opened or breaks off, SOURCE_UNKNOWN_FORMAT when nothing reads it.
 */
export async function* readInput(path: string, format: Format | "auto" = "auto", options: ReadInputOptions = {}): AsyncIterable<Batch> {
  const counter = { bytes: 0 };
  const bytesTotal = path === "-" ? undefined : await sizeOf(path);
  const raw = path === "-" ? (options.stdin ?? process.stdin) : createReadStream(path, { highWaterMark: chunkBytes });
  const plain = await begin(await gunzipped(await begin(counted(raw, counter, path), 2), path), detectBytesMax);
  if (plain.head.length === 0) return;
  const known = format === "auto" ? detected(plain, path) : format;
  const totals = { accepted: 0, rejected: 0 };
  let mapping: string | undefined;
  const tell = (): void => options.onProgress?.({ format: known, mapping, bytesRead: counter.bytes, bytesTotal, ...totals });
  tell();
  const readOptions = {
    name: options.name ?? (path === "-" ? "stdin" : basename(path)),
    linesBefore: options.skip?.lines ?? 0,
    keyed: options.keyed,
    onMapping: (text: string) => (mapping = text),
  };
  const reader = options.reader?.(known, bytesTotal ?? 0) ?? readerOf(known, bytesTotal ?? 0);
  for await (const batch of reader(rest(plain.whole, options), readOptions)) {
    totals.accepted += batch.rows?.length ?? batch.exchanges.length;
    totals.rejected += batch.rejected.length;
    tell();
    yield batch;
  }
}

/** Large enough that a read is not the cost, small enough to hold many inputs open. */
const chunkBytes = 256 * 1024;

/** Smaller logs, and pipes whose end nobody knows, are read before another thread has started. Compressed ones are some times larger than they look. */
export const aheadBytesMin = 4 * 1024 * 1024;

function readerOf(format: Format, bytes: number): ReadSource {
  if (isAccessFormat(format)) return bytes >= aheadBytesMin ? accessLogReaderAhead(format) : accessLogReader(format);
  return format === "har" ? readHar : readNdjson;
}

function detected(plain: Begun, path: string): Format {
  const found = detectFormat(plain.head, plain.complete);
  if (found.format !== "unknown") return found.format;
  throw new PosternError("SOURCE_UNKNOWN_FORMAT", `${shown(path)} is in no known format: ${found.reason}`, {
    remedy: `Name the format with --format ${formatNames.join(", ")}.`,
  });
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const about = await stat(path);
    if (about.isDirectory()) throw new PosternError("SOURCE_UNREADABLE", `${shown(path)} is a directory.`, { remedy: "Name the files in it." });
    return about.isFile() ? about.size : undefined;
  } catch (cause) {
    throw unreadableFile(path, cause);
  }
}

async function* counted(input: AsyncIterable<Uint8Array>, counter: { bytes: number }, path: string): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of input) {
      counter.bytes += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw unreadableFile(path, cause);
  }
}

interface Begun {
  readonly head: Uint8Array;
  /** True when `head` is everything. */
  readonly complete: boolean;
  /** The input from its first byte. */
  readonly whole: AsyncIterable<Uint8Array>;
}

/** Takes at least `bytes` from the front of an input, as far as it goes, without losing them. */
async function begin(input: AsyncIterable<Uint8Array>, bytes: number): Promise<Begun> {
  const iterator = input[Symbol.asyncIterator]();
  const taken: Uint8Array[] = [];
  let length = 0;
  let complete = false;
  while (length < bytes && !complete) {
    const next = await iterator.next();
    complete = next.done === true;
    if (next.done !== true) {
      taken.push(Buffer.from(next.value));
      length += next.value.length;
    }
  }
  const head = taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken);
  return { head, complete, whole: resumed(head, iterator) };
}

async function* resumed(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

/** The plain bytes of one input, as {@link readInput} reads them. */
export async function* plainBytes(path: string): AsyncIterable<Uint8Array> {
  const raw = createReadStream(path, { highWaterMark: chunkBytes });
  yield* await gunzipped(await begin(counted(raw, { bytes: 0 }, path), 2), path);
}

/** What comes after the bytes to be skipped; all of it is shown to `onPlain`. */
async function* rest(plain: AsyncIterable<Uint8Array>, { skip, onPlain }: ReadInputOptions): AsyncIterable<Uint8Array> {
  let left = skip?.bytes ?? 0;
  for await (const chunk of plain) {
    onPlain?.(chunk);
    if (left < chunk.length) yield left === 0 ? chunk : chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

/** The plain bytes. Decompression is streamed, so a bomb costs time and never memory. */
async function gunzipped(raw: Begun, path: string): Promise<AsyncIterable<Uint8Array>> {
  if (raw.head[0] !== 0x1f || raw.head[1] !== 0x8b) return raw.whole;
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // The error is told by the stream itself to whoever reads it.
  pipeline(raw.whole, gunzip, () => undefined);
  return guarded(gunzip, path);
}

async function* guarded(input: AsyncIterable<Uint8Array>, path: string): AsyncIterable<Uint8Array> {
  try {
    yield* readable(input);
  } catch (cause) {
    if (cause instanceof PosternError && cause.cause !== undefined)
      throw new PosternError("SOURCE_UNREADABLE", `${shown(path)} is damaged or cut off: it does not decompress to its end.`, {
        cause: cause.cause,
        remedy: "Copy it again; `gzip -t` shows whether it is whole.",
      });
    throw cause;
  }
}

function shown(path: string): string {
  return path === "-" ? "Standard input" : path;
}
