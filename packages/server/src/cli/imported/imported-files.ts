import { createHash } from "node:crypto";
import type { Exchange } from "@postern/engine";
import { formatNames } from "../../sources/format-names.ts";
import { plainBytes } from "../../sources/read-file.ts";
import { headBytes, type ImportedFile, type ImportedFilesStore } from "../../state/imported-files-store.ts";
import { ContentDigest } from "./content-digest.ts";

/**
 * Tells whether a file was imported into this data directory before, by what stands in it, whatever it is called now and whether or not it is
 * gzipped; and of a log that has grown since, how much. Reads a file ahead only when one that began alike is known.
 *
 * Misses: standard input, which cannot be read twice and is always taken as new; a file that was cut at its front, put together from others or
 * exported anew in another order; and what an import that was broken off had written.
 */
export class ImportedFiles {
  readonly #store: ImportedFilesStore;
  readonly #again: boolean;
  readonly #read: ImportedFile[] = [];
  /** The earliest moment from which a known log goes on, event time in milliseconds; Infinity when none does. */
  resumedAt = Number.POSITIVE_INFINITY;

  /** `again`: nothing counts as known, but everything read is remembered. */
  constructor(store: ImportedFilesStore, options: { readonly again: boolean }) {
    this.#store = store;
    this.#again = options.again;
  }

  /** Set apart what this import names from what earlier ones did; `""` for the first, and for one that is to repeat them. */
  async suffix(): Promise<string> {
    const before = this.#again ? 0 : await this.#store.count();
    return before === 0 ? "" : `-${before.toString(36)}`;
  }

  /** What of this file is known. Throws SOURCE_UNREADABLE. */
  async look(path: string): Promise<Already> {
    if (path === "-" || this.#again) return nothing;
    const head = await headOf(path);
    if (head.length === 0) return nothing;
    const hash = sha256(head);
    const known = [...(await this.#store.beginningWith(hash)), ...this.#read.filter((file) => file.head === hash || file.bytes < headBytes)];
    const already = known.length === 0 ? nothing : await compare(path, known);
    if (!already.whole && already.lastAt !== null) this.resumedAt = Math.min(this.resumedAt, already.lastAt);
    return already;
  }

  /** Follows the reading of one file: show it every plain byte and every exchange, then call `end`. What was read is remembered by {@link ImportedFiles.keep}. */
  follow(already: Already): Following {
    const digest = new ContentDigest(headBytes);
    let lastAt = already.lastAt ?? Number.NEGATIVE_INFINITY;
    return {
      bytes: (chunk) => digest.update(chunk),
      exchange: ({ at }) => {
        if (at > lastAt) lastAt = at;
      },
      end: ({ format, records }) => {
        if (digest.bytes === 0) return;
        this.#read.push({
          sha256: digest.sha256(),
          head: digest.head(),
          bytes: digest.bytes,
          lineSha256: digest.lineSha256(),
          lineBytes: digest.lineBytes,
          lines: digest.lines,
          records: already.records + records,
          format,
          lastAt: Number.isFinite(lastAt) ? lastAt : null,
        });
      },
    };
  }

  /** Call when everything read is safely kept. */
  async keep(at: number): Promise<void> {
    if (this.#read.length > 0) await this.#store.remember(this.#read, at);
  }
}

/** How much of a file was imported before: nothing, its beginning, or all of it. */
export interface Already {
  readonly whole: boolean;
  /** The beginning that was read before. */
  readonly bytes: number;
  readonly lines: number;
  /** Records in it. */
  readonly records: number;
  /** Event time up to which it was read; null when nothing was or it is not known. */
  readonly lastAt: number | null;
  readonly format: string;
}

export interface Following {
  bytes(chunk: Uint8Array): void;
  exchange(exchange: Pick<Exchange, "at">): void;
  end(read: { readonly format: string; readonly records: number }): void;
}

const nothing: Already = { whole: false, bytes: 0, lines: 0, records: 0, lastAt: null, format: "" };

/** A HAR is one document: it does not grow at its end. What a W3C log's columns are stands at its beginning, so it is read whole. */
const growing: ReadonlySet<string> = new Set(formatNames.filter((format) => format !== "har" && format !== "w3c"));

async function compare(path: string, known: readonly ImportedFile[]): Promise<Already> {
  // Where a known file ended, and its hash there.
  const ends = new Map<number, { readonly sha256: string; readonly file: ImportedFile }[]>();
  const note = (bytes: number, hash: string, file: ImportedFile): void => {
    if (bytes > 0) ends.set(bytes, [...(ends.get(bytes) ?? []), { sha256: hash, file }]);
  };
  for (const file of known) {
    note(file.bytes, file.sha256, file);
    if (growing.has(file.format) && file.lineBytes < file.bytes) note(file.lineBytes, file.lineSha256, file);
  }
  const places = [...ends.keys()].sort((a, b) => a - b);
  const hash = createHash("sha256");
  let bytes = 0;
  let next = 0;
  /** Found to be its beginning; it counts if more follows, and a last line without an end only if that end is what follows. */
  let begun: { readonly at: number; readonly file: ImportedFile } | undefined;
  let best: { readonly at: number; readonly file: ImportedFile } | undefined;
  for await (const chunk of plainBytes(path)) {
    let from = 0;
    if (begun !== undefined && chunk.length > 0) {
      if (lineEnds(chunk, 0)) best = begun;
      begun = undefined;
    }
    for (let place = places[next]; place !== undefined && place <= bytes + chunk.length; place = places[++next]) {
      const to = place - bytes;
      hash.update(chunk.subarray(from, to));
      from = to;
      const digest = hash.copy().digest("hex");
      const found = ends.get(place)?.find((end) => end.sha256 === digest)?.file;
      if (found === undefined) continue;
      if (place === found.lineBytes) best = { at: place, file: found };
      else if (to === chunk.length) begun = { at: place, file: found };
      else if (lineEnds(chunk, to)) best = { at: place, file: found };
    }
    hash.update(chunk.subarray(from));
    bytes += chunk.length;
  }
  const digest = hash.digest("hex");
  const same = known.find((file) => file.bytes === bytes && file.sha256 === digest);
  if (same !== undefined) return { whole: true, bytes, lines: same.lines, records: same.records, lastAt: same.lastAt, format: same.format };
  if (best === undefined || !growing.has(best.file.format)) return nothing;
  const { at, file } = best;
  // Of a last line that was not complete then, its record is read again.
  const torn = at < file.bytes ? 1 : 0;
  return { whole: false, bytes: at, lines: file.lines, records: Math.max(0, file.records - torn), lastAt: file.lastAt, format: file.format };
}

function lineEnds(chunk: Uint8Array, at: number): boolean {
  return chunk[at] === 10 || (chunk[at] === 13 && (chunk[at + 1] ?? 10) === 10);
}

async function headOf(path: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of plainBytes(path)) {
    parts.push(chunk.subarray(0, headBytes - length));
    length += parts.at(-1)?.length ?? 0;
    if (length >= headBytes) break;
  }
  return Buffer.concat(parts);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
