import { isAscii } from "node:buffer";

/** Receives each line of a stream, in order, with its 1-based number. */
export interface LineSink {
  /** A complete line without its end (`\n` or `\r\n`). Never empty: see {@link LineSplitter}. */
  line(text: string, number: number): void;
  /** A line longer than the bound; its bytes were dropped as they came. */
  tooLong(number: number): void;
}

/**
 * Cuts a byte stream into lines in bounded memory. Lines that are empty, or hold only spaces and tabs, are numbered but
 * not delivered: they are no records. Zero bytes at the start of a line are dropped. A last line without a newline is delivered by {@link end}. A byte order mark at
 * the start of the stream is dropped. Bytes that are not UTF-8 become U+FFFD.
 *
 * At most `lineBytesMax` bytes are held between pushes; a longer line is reported once and skipped to its end.
 */
export class LineSplitter {
  readonly #lineBytesMax: number;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #skipping = false;
  #number: number;

  /** `linesBefore`: lines of the file in front of what is pushed. */
  constructor(lineBytesMax: number, linesBefore = 0) {
    this.#lineBytesMax = lineBytesMax;
    this.#number = linesBefore;
  }

  push(chunk: Uint8Array, sink: LineSink): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const encoding = isAscii(bytes) ? "latin1" : "utf8";
    let from = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
      this.#number += 1;
      if (this.#skipping) this.#skipping = false;
      else if (this.#heldBytes > 0) {
        this.#hold(bytes.subarray(from, end), sink, this.#number);
        if (this.#skipping) this.#skipping = false;
        else this.#deliverHeld(sink);
      } else if (end - from > this.#lineBytesMax) sink.tooLong(this.#number);
      else deliver(bytes.toString(encoding, from, trimmedEnd(bytes, from, end)), this.#number, sink);
      from = end + 1;
    }
    if (from < bytes.length && !this.#skipping) this.#hold(bytes.subarray(from), sink, this.#number + 1);
  }

  /** The stream is over: delivers the last line when it had no newline. */
  end(sink: LineSink): void {
    this.#number += 1;
    if (!this.#skipping && this.#heldBytes > 0) this.#deliverHeld(sink);
    this.#skipping = false;
  }

  #hold(piece: Buffer, sink: LineSink, number: number): void {
    if (this.#heldBytes + piece.length > this.#lineBytesMax) {
      this.#held = [];
      this.#heldBytes = 0;
      this.#skipping = true;
      sink.tooLong(number);
      return;
    }
    // A copy: the stream may reuse its chunk once we return.
    this.#held.push(Buffer.from(piece));
    this.#heldBytes += piece.length;
  }

  #deliverHeld(sink: LineSink): void {
    const line = Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    deliver(line.toString("utf8", 0, trimmedEnd(line, 0, line.length)), this.#number, sink);
  }
}

function trimmedEnd(bytes: Buffer, from: number, end: number): number {
  return end > from && bytes[end - 1] === 13 ? end - 1 : end;
}

/** A log cut to nothing while its server had it open goes on after a hole of zero bytes: they are no part of the line. */
function firstWritten(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0) at += 1;
  return at;
}

function deliver(text: string, number: number, sink: LineSink): void {
  const from = number === 1 && text.startsWith("\uFEFF") ? 1 : 0;
  const line = text.charCodeAt(from) === 0 ? text.slice(firstWritten(text, from)) : from === 0 ? text : text.slice(from);
  for (let i = 0; i < line.length; i += 1) {
    const code = line.charCodeAt(i);
    if (code !== 32 && code !== 9) {
      sink.line(line, number);
      return;
    }
  }
}
