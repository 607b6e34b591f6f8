import { PosternError } from "@postern/engine";
import type { Exchange } from "@postern/engine";
import { LineSplitter } from "./lines.ts";
import type { Batch, Rejected } from "./source.ts";

/** About this many records a batch: enough to amortise the hand-over, small enough to show progress. */
export const batchRecordsMax = 1_000;
/** A batch is also closed after this much text, so that a thousand lines of 4 MiB do not become 4 GiB. */
export const batchBytesMax = 8 * 1024 * 1024;
/** Input is cut into pieces of this size first, so that one huge chunk cannot become one huge batch. */
const pieceBytes = 64 * 1024;

/** Turns one line into an exchange, or says why not; undefined for a line that is not meant to be a record. Never throws. */
export type ParseLine = (text: string, line: number) => Exchange | Rejected | undefined;

/**
 * Reads a line-based source to its end: one record a line, empty lines apart. A line over `lineBytesMax` is one rejected
 * record. Throws SOURCE_UNREADABLE when the input itself fails. `linesBefore` lines of the file are not in `input`.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>, lineBytesMax: number, parse: ParseLine, linesBefore = 0): AsyncIterable<Batch> {
  const splitter = new LineSplitter(lineBytesMax, linesBefore);
  let batch = new OpenBatch();
  const sink = {
    line(text: string, number: number): void {
      const record = parse(text, number);
      if (record !== undefined) batch.add(record, text.length);
    },
    tooLong(number: number): void {
      batch.add(tooLong(number, lineBytesMax), 0);
    },
  };
  for await (const chunk of readable(input)) {
    for (let from = 0; from < chunk.length; from += pieceBytes) {
      splitter.push(chunk.subarray(from, from + pieceBytes), sink);
      if (batch.full) {
        yield batch;
        batch = new OpenBatch();
      }
    }
  }
  splitter.end(sink);
  if (!batch.empty) yield batch;
}

export function tooLong(line: number, lineBytesMax: number): Rejected {
  return { line, reason: `the line is longer than ${lineBytesMax / (1024 * 1024)} MiB`, remedy: "Record bodies cut to a bounded prefix, or split the record." };
}

/** The same input; its failure becomes SOURCE_UNREADABLE. */
export async function* readable(input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* input;
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : "";
    if (code.startsWith("SOURCE_")) throw cause;
    throw new PosternError("SOURCE_UNREADABLE", `The input stopped before its end${code === "" ? "" : ` (${code})`}.`, { cause });
  }
}

/** A batch being filled. */
export class OpenBatch implements Batch {
  readonly exchanges: Exchange[] = [];
  readonly rejected: Rejected[] = [];
  #bytes = 0;

  add(record: Exchange | Rejected, bytes: number): void {
    if ("reason" in record) this.rejected.push(record);
    else this.exchanges.push(record);
    this.#bytes += bytes;
  }

  get full(): boolean {
    return this.exchanges.length + this.rejected.length >= batchRecordsMax || this.#bytes >= batchBytesMax;
  }

  get empty(): boolean {
    return this.exchanges.length + this.rejected.length === 0;
  }
}
