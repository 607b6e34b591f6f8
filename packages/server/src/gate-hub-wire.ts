import type { Anchor, Disclosure, Exchange, GatePolicy, Signal } from "@postern/engine";

/**
 * What gate and hub say to each other over a local stream socket: one JSON object a line. The gate numbers what it sends;
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
}

/** One line of the gate's own journal. `gate` names the life that wrote it: rows of the hub or of an import have none, and are not replayed. */
export type GateJournalRow = Disclosure & { readonly gate: string };

/** A line longer than this is refused and the connection closed: exchanges carry at most two 64 KiB bodies, a batch at most 64 of them. */
export const frameBytesMax = 32 * 1024 * 1024;

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
