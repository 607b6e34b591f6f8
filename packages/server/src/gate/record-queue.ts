import { type FinishedExchange, recordBytes, recordLength, writeRecord } from "../exchange-record.ts";

/**
 * Numbered records, kept as bytes outside the garbage collector's reach until the other side acknowledged them. {@link next} gives what was not given
 * yet, {@link rewind} starts over after a reconnect. Every operation costs the same however much waits.
 *
 * Bounds: `countMax` records and `bytesMax` bytes of chunks. At either the oldest go (at the second a whole chunk); the hole in the numbers tells the
 * receiver how many.
 */
export class RecordQueue {
  readonly #countMax: number;
  readonly #bytesMax: number;
  readonly #chunkBytes: number;
  /** Oldest first; the last one is being written. */
  readonly #chunks: Chunk[] = [];
  readonly #spare: Buffer[] = [];
  #bytes = 0;
  #last = 0;
  #size = 0;
  /** The chunk that {@link next} looks at. */
  #sending: Chunk | undefined;

  constructor(countMax: number, bytesMax: number, chunkBytes = chunkBytesDefault) {
    this.#countMax = countMax;
    this.#bytesMax = bytesMax;
    this.#chunkBytes = chunkBytes;
  }

  /** Number of the last record pushed; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  get size(): number {
    return this.#size;
  }

  /** True when this record filled a chunk up: time to send it. */
  push(finished: FinishedExchange): boolean {
    const bytes = recordBytes(finished);
    let chunk = this.#chunks.at(-1);
    let filled = false;
    if (chunk === undefined || chunk.count >= chunkRecordsMax || chunk.buffer.length - chunk.end < bytes) {
      filled = chunk !== undefined;
      chunk = this.#add(bytes);
    }
    chunk.end = writeRecord(chunk.buffer, chunk.end, finished);
    chunk.count++;
    this.#last++;
    this.#size++;
    if (this.#size > this.#countMax) this.#drop(false);
    return filled;
  }

  /** Forgets every record up to this number. Numbers never pushed, or known already, change nothing. */
  acknowledge(upTo: number): void {
    for (let chunk = this.#chunks[0]; chunk !== undefined && chunk.first <= upTo && this.#size > 0; chunk = this.#chunks[0]) {
      const here = chunk.first + chunk.count - 1;
      if (here <= upTo) this.#forget(chunk, true);
      else while (chunk.first <= upTo) this.#drop(true);
    }
  }

  /** What was not given yet, of one chunk, and the number of the last of it; undefined when there is nothing. The bytes stand until they are acknowledged. */
  next(): { readonly records: Buffer; readonly last: number } | undefined {
    let chunk = this.#sending ?? this.#chunks[0];
    while (chunk?.after !== undefined && chunk.given === chunk.end) chunk = chunk.after;
    this.#sending = chunk;
    if (chunk === undefined || chunk.given === chunk.end) return undefined;
    const records = chunk.buffer.subarray(chunk.given, chunk.end);
    chunk.given = chunk.end;
    return { records, last: chunk.first + chunk.count - 1 };
  }

  /** The next call of {@link next} begins with the oldest record kept. */
  rewind(): void {
    for (const chunk of this.#chunks) chunk.given = chunk.start;
    this.#sending = undefined;
  }

  #add(bytes: number): Chunk {
    const size = Math.max(bytes, this.#chunkBytes);
    while (this.#bytes + size > this.#bytesMax && this.#chunks[0] !== undefined) this.#forget(this.#chunks[0], false);
    const buffer = size === this.#chunkBytes ? (this.#spare.pop() ?? Buffer.allocUnsafeSlow(size)) : Buffer.allocUnsafeSlow(size);
    const chunk: Chunk = { buffer, first: this.#last + 1, count: 0, start: 0, given: 0, end: 0, after: undefined };
    const before = this.#chunks.at(-1);
    if (before !== undefined) before.after = chunk;
    this.#bytes += size;
    this.#chunks.push(chunk);
    return chunk;
  }

  /** Drops the oldest record. */
  #drop(acknowledged: boolean): void {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return;
    if (chunk.count === 1) {
      this.#forget(chunk, acknowledged);
      return;
    }
    chunk.start += recordLength(chunk.buffer, chunk.start);
    chunk.given = Math.max(chunk.given, chunk.start);
    chunk.first++;
    chunk.count--;
    this.#size--;
    if (!acknowledged) chunk.shared = true;
  }

  /** `acknowledged`: all of it was read at the other end, so no write still looks at its bytes and they may be written over. */
  #forget(chunk: Chunk, acknowledged: boolean): void {
    this.#chunks.shift();
    if (this.#sending === chunk) this.#sending = undefined;
    this.#size -= chunk.count;
    this.#bytes -= chunk.buffer.length;
    if (acknowledged && chunk.shared !== true && chunk.buffer.length === this.#chunkBytes && this.#spare.length < spareMax) this.#spare.push(chunk.buffer);
  }
}

interface Chunk {
  readonly buffer: Buffer;
  /** Number of the oldest record still kept of it. */
  first: number;
  count: number;
  /** Where that record starts. */
  start: number;
  /** Up to here it was given away. */
  given: number;
  end: number;
  after: Chunk | undefined;
  /** Some of it was dropped unread. */
  shared?: true;
}

/** One write to the socket, well under what its buffer takes. */
const chunkBytesDefault = 65_536;
/** What the hub takes in one piece: at 40 µs each five milliseconds. */
export const chunkRecordsMax = 128;
/** A quarter of a second at full load. */
const spareMax = 32;
