import { closeSync, constants, ftruncateSync, fstatSync, mkdirSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { PosternError } from "@postern/engine";
import { closedSuffix, formatSegmentName, openSuffix, thisOwner } from "./segment-name.ts";

/**
 * An append-only journal of one kind of row, as NDJSON segments in a directory. It is the source of truth: the store is
 * loaded from it and can be rebuilt from it.
 *
 * When `append` returns, the row was handed to the operating system: the death of this process, by any signal, no longer
 * loses it. Power loss can lose what the kernel had not written out yet (nothing is fsynced here; that would cost
 * milliseconds a row on the gate's thread).
 *
 * One journal is written by one process. Any number of processes may keep journals of the same kind in one directory.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #owner = thisOwner();
  #current: Current | undefined;
  #n = 0;
  #lastAt = 0;

  private constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Makes the directory (mode 0700) when it is missing. No file exists before the first row. Throws DATA_DIR_UNUSABLE. */
  static open(options: JournalOptions): Journal {
    if (!/^[a-z]{1,32}$/.test(options.kind)) throw new PosternError("INTERNAL", `A journal's kind is 1–32 lower-case letters, not ${JSON.stringify(options.kind)}`);
    try {
      mkdirSync(options.dir, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusable(options.dir, error);
    }
    return new Journal(options);
  }

  /** One row, one line, one write. Throws DATA_DIR_UNUSABLE when the disk refuses it; then nothing of it stands in the journal. */
  append(row: object): void {
    this.#write(lineOf(row));
  }

  /** All rows in one write: cheaper than one at a time; either all of them stand in the journal, or it throws and none does. */
  appendAll(rows: readonly object[]): void {
    if (rows.length === 0) return;
    let text = "";
    for (const row of rows) text += lineOf(row);
    this.#write(text);
  }

  /** Closes the current segment when it is old or big enough, so that the store can load it. Call it from a timer. */
  rotate(): void {
    const current = this.#current;
    if (current === undefined) return;
    const age = this.#options.now() - current.at;
    // A clock set back must not keep a segment open for ever.
    if (current.bytes >= this.#options.segmentBytesMax || age >= this.#options.segmentAgeMs || age < 0) this.#close(current);
  }

  /** Closes the current segment whatever its age. The journal may be used again; the next row opens a new segment. */
  close(): void {
    if (this.#current !== undefined) this.#close(this.#current);
  }

  #write(text: string): void {
    const bytes = encoded(text);
    const current = this.#current ?? this.#openSegment();
    let written = 0;
    try {
      // A disk that is nearly full takes a part and refuses the rest.
      while (written < bytes.length) written += writeSync(current.fd, bytes, written);
    } catch (error) {
      this.#undo(current);
      throw unusable(this.#options.dir, error);
    }
    current.bytes += bytes.length;
    if (current.bytes >= this.#options.segmentBytesMax) this.#close(current);
  }

  /** Takes back a half-written line, so that the next row does not grow onto it. */
  #undo(current: Current): void {
    try {
      ftruncateSync(current.fd, current.bytes);
    } catch {
      // The file cannot be mended now: leave it to recovery, which cuts the torn line, and go on in a new one.
      this.#current = undefined;
      closeQuietly(current.fd);
    }
  }

  #openSegment(): Current {
    const at = Math.max(this.#options.now(), this.#lastAt);
    this.#lastAt = at;
    const name = formatSegmentName({ kind: this.#options.kind, at, owner: this.#owner, n: nextNumber() });
    const path = join(this.#options.dir, name);
    try {
      const fd = openSync(path + openSuffix, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL, 0o600);
      this.#current = { fd, path, at, bytes: fstatSync(fd).size };
      this.#n += 1;
      return this.#current;
    } catch (error) {
      throw unusable(this.#options.dir, error);
    }
  }

  #close(current: Current): void {
    this.#current = undefined;
    try {
      closeSync(current.fd);
      // A failed first write leaves an empty file: nothing to load.
      if (current.bytes === 0) unlinkSync(current.path + openSuffix);
      else renameSync(current.path + openSuffix, current.path + closedSuffix);
    } catch (error) {
      // ENOENT: somebody removed or closed it under us; nothing of ours can be put right by going on.
      throw unusable(this.#options.dir, error);
    }
  }

  /** Segments opened so far by this journal. */
  get segments(): number {
    return this.#n;
  }
}

export interface JournalOptions {
  readonly dir: string;
  /** 1–32 lower-case letters: `exchanges`, `disclosures`, `signals`. */
  readonly kind: string;
  /** A segment is closed as soon as it holds this many bytes; it can pass the bound by one append. */
  readonly segmentBytesMax: number;
  /** `rotate` closes a segment this many milliseconds after its first row. */
  readonly segmentAgeMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** 8 MiB: about 30,000 rows, one INSERT and one part in the store, loaded in about a quarter of a second. */
export const segmentBytesMax = 8 * 1024 * 1024;
/** One second: what a live console can lag behind. */
export const segmentAgeMs = 1_000;
/** Rows are bounded where they are made; a longer line is a bug there, and the store would choke on it. */
export const rowBytesMax = 1024 * 1024;

interface Current {
  readonly fd: number;
  /** Without suffix. */
  readonly path: string;
  readonly at: number;
  bytes: number;
}

/** Numbers run over all journals of the process: two journals of one kind in one process must not take the same name in one millisecond. */
let number = 0;
function nextNumber(): number {
  number += 1;
  return number % 1_000_000_000;
}

/** Into the same memory each time, as long as it fits: writing is synchronous, and new memory for every batch keeps the garbage collector busy. */
function encoded(text: string): Uint8Array {
  // Three bytes of UTF-8 at most for each unit of the string.
  return text.length * 3 <= scratch.length ? scratch.subarray(0, scratch.write(text, "utf8")) : Buffer.from(text, "utf8");
}

/** A batch of a gate is about 30 KB. */
const scratch = Buffer.allocUnsafeSlow(256 * 1024);

function lineOf(row: object): string {
  const line = JSON.stringify(row);
  if (line.length > rowBytesMax) throw new PosternError("INTERNAL", `A journal row of ${line.length} characters is above the bound of ${rowBytesMax}`);
  return `${line}\n`;
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Already closed, or the disk is gone: nothing more to release.
  }
}

function unusable(dir: string, cause: unknown): PosternError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  return new PosternError("DATA_DIR_UNUSABLE", `The journal in ${dir} cannot be written: ${code}`, { cause });
}
