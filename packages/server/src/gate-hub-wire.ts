import type { Anchor, Disclosure, Exchange, GatePolicy, NewcomerHour, Signal } from "@postern/engine";

/**
 * What gate and hub say to each other over a local stream socket: frames one way ({@link frameSplitter}), one JSON object a line the other. The gate numbers what it sends;
 * the hub acknowledges a number only after everything up to it was handed to the operating system, and the gate keeps what is not yet
 * acknowledged, so that either may die in between.
 */
export type GateFrame =
  | {
      readonly t: "hello";
      /** Names this life of the gate. */
      readonly epoch: string;
      /** Earlier lives of this gate whose losses the hub has not confirmed yet, oldest first. */
      readonly previous: readonly PastLife[];
      readonly pid: number;
    }
  | {
      readonly t: "batch";
      readonly epoch: string;
      /** Number of the last exchange in `exchanges`; they are numbered without holes. A first number beyond the last one acknowledged and one says how many the gate had to drop. */
      readonly seq: number;
      readonly exchanges: readonly Exchange[];
      readonly signals: readonly Signal[];
      /** Number of the last signal in `signals`; counted apart from exchanges. */
      readonly signalSeq: number;
      /** Empty: nothing new. */
      readonly usage: readonly GateUsage[];
      readonly upstreamErrors: number;
      readonly lead?: GateLead;
    };

export type HubFrame =
  | { readonly t: "ack"; readonly epoch: string; readonly seq: number; readonly signals: number }
  /** What a past life lost is counted and kept: it need not be told again. */
  | { readonly t: "settled"; readonly epoch: string }
  | { readonly t: "policy"; readonly policy: GatePolicy }
  | { readonly t: "anchors"; readonly anchors: readonly Anchor[] };

/** How far a life of a gate came: it had finished `seq` exchanges, the last of them at `at` (event time). */
export interface PastLife {
  readonly epoch: string;
  readonly seq: number;
  readonly at: number;
}

export interface GateUsage {
  readonly endpointId: string;
  readonly truthful: number;
  readonly uniform: number;
  readonly ceiling: number;
  readonly provisional: boolean;
  /** Its newcomers in the last hours of this life, each time anew; absent when there were none. */
  readonly newcomers?: readonly NewcomerHour[];
}

/** Requests of this life of the gate that waited for the hub to read those before them, and those that went on although it had not. */
export interface GateLead {
  readonly waited: number;
  readonly overdue: number;
}

/** One line of the gate's own journal. `gate` names the life that wrote it: rows of the hub or of an import have none, and are not replayed. */
export type GateJournalRow = Disclosure & { readonly gate: string };

/** What stands before the records of a batch, as JSON: the batch without its exchanges. */
export type BatchHead = Omit<Extract<GateFrame, { t: "batch" }>, "exchanges"> & {
  /** `http://upstream:port`, before each target. */
  readonly origin: string;
};

/** A frame or line longer than this is refused and the connection closed: a record carries at most two 64 KiB bodies and two heads, a chunk of records little more. */
export const frameBytesMax = 32 * 1024 * 1024;

/** Kinds of frames from gate to hub: {@link GateFrame} `hello` as JSON, or a batch: length of its {@link BatchHead}, the head, records. */
export const FrameKind = { hello: 1, batch: 2 } as const;

/** The first bytes of a frame: length of what follows the kind, and the kind. For a batch also the length of its head, which the payload's length counts in. */
export function helloFrame(hello: Extract<GateFrame, { t: "hello" }>): Buffer {
  const text = Buffer.from(JSON.stringify(hello), "utf8");
  const frame = Buffer.allocUnsafe(5 + text.length);
  frame.writeUInt32LE(text.length, 0);
  frame[4] = FrameKind.hello;
  frame.set(text, 5);
  return frame;
}

/** All of a batch frame but its records, which must be `recordBytes` long and follow at once. `text`: its {@link BatchHead} as JSON. */
export function batchStart(text: string, recordBytes: number): Buffer {
  const headBytes = Buffer.byteLength(text);
  const start = Buffer.allocUnsafe(9 + headBytes);
  start.writeUInt32LE(4 + headBytes + recordBytes, 0);
  start[4] = FrameKind.batch;
  start.writeUInt32LE(headBytes, 5);
  start.write(text, 9, "utf8");
  return start;
}

/** Takes a batch's payload apart; `records` is a view of it. Throws RangeError or SyntaxError. */
export function readBatch(payload: Buffer): { readonly head: BatchHead; readonly records: Buffer } {
  const end = 4 + payload.readUInt32LE(0);
  if (end > payload.length) throw new RangeError("A batch of the gate is torn.");
  return { head: JSON.parse(payload.toString("utf8", 4, end)) as BatchHead, records: payload.subarray(end) };
}

/** Calls `each` for every complete frame; returns the way to feed it. The payload is a view that stands until `each` returns. Over-long frames and unknown kinds throw RangeError. */
export function frameSplitter(each: (kind: number, payload: Buffer) => void): (chunk: Buffer) => void {
  /** The frame being put together, its five bytes included; no more than `have` bytes of it are there. */
  let frame = Buffer.alloc(65_536);
  let have = 0;
  return (chunk) => {
    let from = 0;
    while (from < chunk.length) {
      if (have === 0 && chunk.length - from >= 5) {
        const end = from + 5 + lengthOf(chunk, from);
        if (end <= chunk.length) {
          each(chunk[from + 4] ?? 0, chunk.subarray(from + 5, end));
          from = end;
          continue;
        }
      }
      const wanted = have < 5 ? 5 : 5 + lengthOf(frame, 0);
      if (wanted > frame.length) {
        const larger = Buffer.allocUnsafeSlow(wanted);
        larger.set(frame.subarray(0, have));
        frame = larger;
      }
      const piece = chunk.subarray(from, from + wanted - have);
      frame.set(piece, have);
      have += piece.length;
      from += piece.length;
      if (have >= 5 && have === 5 + lengthOf(frame, 0)) {
        have = 0;
        each(frame[4] ?? 0, frame.subarray(5, 5 + lengthOf(frame, 0)));
        if (frame.length > keptFrameBytes) frame = Buffer.alloc(65_536);
      }
    }
  };
}

/** A larger frame is rare: its buffer is not kept for the next. */
const keptFrameBytes = 1024 * 1024;

function lengthOf(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32LE(at);
  const kind = bytes[at + 4];
  if (length > frameBytesMax) throw new RangeError("A frame between gate and hub is too long.");
  if (kind !== FrameKind.hello && kind !== FrameKind.batch) throw new RangeError("A frame between gate and hub is of no known kind.");
  return length;
}

/** Calls `each` for every complete line; returns the way to feed it. Over-long lines throw RangeError. */
export function lineSplitter(each: (line: string) => void): (chunk: Buffer) => void {
  let rest: Buffer[] = [];
  let bytes = 0;
  return (chunk) => {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(10, from);
      if (end < 0) break;
      const piece = chunk.subarray(from, end);
      const line = rest.length === 0 ? piece.toString("utf8") : Buffer.concat([...rest, piece]).toString("utf8");
      rest = [];
      bytes = 0;
      from = end + 1;
      if (line !== "") each(line);
    }
    if (from < chunk.length) {
      const tail = chunk.subarray(from);
      bytes += tail.length;
      if (bytes > frameBytesMax) throw new RangeError("A line between gate and hub is too long.");
      rest.push(Buffer.from(tail));
    }
  };
}
