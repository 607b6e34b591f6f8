import { connect, type Socket } from "node:net";
import type { Exchange, Signal } from "@postern/engine";
import { type GateFrame, type GateUsage, type HubFrame, lineSplitter } from "../hub/wire.ts";

/**
 * The gate's line to the hub: batches of exchanges, kept until acknowledged, sent again after a reconnect. Never blocks and never
 * throws into the gate: with the hub away it keeps {@link keptMax} exchanges, then drops the oldest and counts them.
 */
export class HubLink {
  readonly #options: HubLinkOptions;
  #socket: Socket | undefined;
  #connected = false;
  #closed = false;
  #kept: Kept[] = [];
  #keptBytes = 0;
  #sentUpTo = 0;
  #seq = 0;
  #signals: Signal[] = [];
  #dropped = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;

  constructor(options: HubLinkOptions) {
    this.#options = options;
    this.#open();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Exchanges finished so far in this life of the gate. */
  get seq(): number {
    return this.#seq;
  }

  push(exchange: Exchange): void {
    this.#seq++;
    const line = JSON.stringify(exchange);
    this.#kept.push({ seq: this.#seq, line });
    this.#keptBytes += line.length;
    while (this.#kept.length > keptMax || this.#keptBytes > keptBytesMax) {
      const oldest = this.#kept.shift();
      if (oldest === undefined) break;
      this.#keptBytes -= oldest.line.length;
      this.#dropped++;
    }
    this.#schedule();
  }

  signal(signals: readonly Signal[]): void {
    for (const signal of signals) if (this.#signals.length < signalsKeptMax) this.#signals.push(signal);
    if (signals.length > 0) this.#schedule();
  }

  /** Sends what waits; resolves when the hub has acknowledged everything or `graceMs` is over. */
  async close(graceMs: number): Promise<void> {
    const until = Date.now() + graceMs;
    this.#flush();
    while (this.#connected && this.#kept.length > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#closed = true;
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#reconnectTimer);
    this.#socket?.destroy();
  }

  #schedule(): void {
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      this.#flush();
    }, flushMs);
  }

  #flush(): void {
    const socket = this.#socket;
    if (!this.#connected || socket === undefined || socket.writableLength > socketBytesMax) {
      if (!this.#closed) this.#schedule();
      return;
    }
    let index = 0;
    while (index < this.#kept.length && (this.#kept[index]?.seq ?? 0) <= this.#sentUpTo) index++;
    do {
      const part = this.#kept.slice(index, index + batchMax);
      if (part.length === 0 && this.#signals.length === 0 && this.#dropped === 0) return;
      const last = part.at(-1)?.seq ?? this.#sentUpTo;
      const rest: Omit<Extract<GateFrame, { t: "batch" }>, "exchanges"> = {
        t: "batch",
        epoch: this.#options.epoch,
        seq: last,
        signals: this.#signals,
        usage: this.#options.usage(),
        dropped: this.#dropped,
        upstreamErrors: this.#options.upstreamErrors(),
      };
      const head = JSON.stringify(rest);
      socket.write(`${head.slice(0, -1)},"exchanges":[${part.map((kept) => kept.line).join(",")}]}\n`);
      this.#signals = [];
      this.#dropped = 0;
      this.#sentUpTo = Math.max(this.#sentUpTo, last);
      index += part.length;
    } while (index < this.#kept.length);
  }

  #open(): void {
    if (this.#closed) return;
    const socket = connect(this.#options.path);
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("connect", () => {
      this.#connected = true;
      this.#sentUpTo = 0;
      const hello: GateFrame = { t: "hello", epoch: this.#options.epoch, previous: this.#options.previous, pid: process.pid };
      socket.write(`${JSON.stringify(hello)}\n`);
      this.#options.onState(true);
      this.#flush();
    });
    const feed = lineSplitter((line) => this.#receive(line));
    socket.on("data", (chunk) => {
      try {
        feed(chunk);
      } catch {
        socket.destroy();
      }
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (this.#connected) this.#options.onState(false);
      this.#connected = false;
      if (!this.#closed) this.#reconnectTimer = setTimeout(() => this.#open(), reconnectMs);
    });
  }

  #receive(line: string): void {
    const frame = JSON.parse(line) as HubFrame;
    switch (frame.t) {
      case "ack":
        if (frame.epoch !== this.#options.epoch) return;
        while (this.#kept.length > 0 && (this.#kept[0]?.seq ?? Number.POSITIVE_INFINITY) <= frame.seq) {
          this.#keptBytes -= this.#kept.shift()?.line.length ?? 0;
        }
        return;
      case "policy":
      case "anchors":
        this.#options.onFrame(frame);
    }
  }
}

export interface HubLinkOptions {
  /** Path of the hub's local socket. */
  readonly path: string;
  readonly epoch: string;
  readonly previous: { readonly epoch: string; readonly seq: number; readonly at: number } | null;
  readonly usage: () => readonly GateUsage[];
  readonly upstreamErrors: () => number;
  readonly onFrame: (frame: Extract<HubFrame, { t: "policy" | "anchors" }>) => void;
  readonly onState: (connected: boolean) => void;
}

interface Kept {
  readonly seq: number;
  readonly line: string;
}

/** What dies with the gate is at most what waits this long: well under the promised 50 ms. */
const flushMs = 10;
const batchMax = 64;
/** With the hub away: about ten seconds at 5,000 requests a second, and never more than 64 MiB. */
const keptMax = 50_000;
const keptBytesMax = 64 * 1024 * 1024;
const signalsKeptMax = 10_000;
const socketBytesMax = 16 * 1024 * 1024;
const reconnectMs = 100;
