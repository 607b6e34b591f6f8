import { connect, type Socket } from "node:net";
import type { Signal } from "@postern/engine";
import type { FinishedExchange } from "../exchange-record.ts";
import { type BatchHead, batchStart, type GateLead, type GateUsage, helloFrame, type HubFrame, lineSplitter, type PastLife } from "../gate-hub-wire.ts";
import { RecordQueue } from "./record-queue.ts";
import { ResendQueue } from "./resend-queue.ts";

/**
 * The gate's line to the hub: exchanges and signals, kept until acknowledged, sent again after a reconnect. Never blocks and never
 * throws into the gate: with the hub away it keeps {@link keptMax} exchanges and {@link signalsKeptMax} signals, then drops the oldest; the hub sees
 * the hole in the numbers and counts it.
 *
 * Signals leave at once, exchanges within {@link flushMs}: what was written to the socket survives this process.
 */
export class HubLink {
  readonly #options: HubLinkOptions;
  readonly #exchanges: RecordQueue;
  readonly #signals: ResendQueue;
  #socket: Socket | undefined;
  #connected = false;
  #closed = false;
  #sentSignal = 0;
  #usageAt = 0;
  #flushTimer: NodeJS.Timeout | undefined;
  #reconnectTimer: NodeJS.Timeout | undefined;

  constructor(options: HubLinkOptions) {
    this.#options = options;
    this.#exchanges = new RecordQueue(options.keptMax ?? keptMax, options.keptBytesMax ?? keptBytesMax);
    this.#signals = new ResendQueue(signalsKeptMax, signalsCharactersMax);
    this.#open();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Exchanges finished so far in this life of the gate. */
  get seq(): number {
    return this.#exchanges.last;
  }

  /** Exchanges not acknowledged yet. */
  get waiting(): number {
    return this.#exchanges.size;
  }

  push(finished: FinishedExchange): void {
    // A full chunk leaves at once: the rest of the delay would only make the next write larger than the socket takes.
    if (this.#exchanges.push(finished)) this.#flush();
    else this.#schedule();
  }

  /** Sends what waits now: somebody waits for the acknowledgement. */
  hasten(): void {
    this.#flush();
  }

  signal(signals: readonly Signal[]): void {
    if (signals.length === 0) return;
    for (const signal of signals) this.#signals.push(JSON.stringify(signal));
    this.#flush();
  }

  /** Sends what waits; resolves, with whether the hub acknowledged everything, when it did or `graceMs` is over. */
  async close(graceMs: number): Promise<boolean> {
    const until = Date.now() + graceMs;
    this.#flush();
    while (this.#connected && this.#waits() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#closed = true;
    clearTimeout(this.#flushTimer);
    clearTimeout(this.#reconnectTimer);
    this.#socket?.destroy();
    return !this.#waits();
  }

  #waits(): boolean {
    return this.#exchanges.size > 0 || this.#signals.size > 0;
  }

  #schedule(): void {
    // With the hub away there is nothing to do: connecting flushes.
    if (!this.#connected || this.#closed) return;
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = undefined;
      this.#flush();
    }, flushMs);
  }

  #flush(): void {
    const socket = this.#socket;
    if (!this.#connected || socket === undefined) return;
    for (let first = true; ; first = false) {
      // A hub that reads slowly must not grow this process: the rest waits in the bounded queue.
      if (socket.writableLength > (this.#options.socketBytesMax ?? socketBytesMax)) return this.#schedule();
      const exchanges = this.#exchanges.next();
      const signals = this.#signals.after(this.#sentSignal, batchMax);
      if (exchanges === undefined && signals.lines.length === 0) return;
      const rest: Omit<BatchHead, "signals"> = {
        t: "batch",
        epoch: this.#options.epoch,
        origin: this.#options.origin,
        // Nothing new to send: all up to the last one was sent on this connection.
        seq: exchanges?.last ?? this.#exchanges.last,
        signalSeq: signals.last,
        usage: first ? this.#usage() : [],
        upstreamErrors: this.#options.upstreamErrors(),
        ...(this.#options.lead === undefined ? {} : { lead: this.#options.lead() }),
      };
      const start = batchStart(`${JSON.stringify(rest).slice(0, -1)},"signals":[${signals.lines.join(",")}]}`, exchanges?.records.length ?? 0);
      this.#sentSignal = signals.last;
      if (exchanges === undefined) {
        socket.write(start);
        continue;
      }
      socket.cork();
      socket.write(start);
      socket.write(exchanges.records);
      socket.uncork();
    }
  }

  /** Four times a second is as often as anybody looks. */
  #usage(): readonly GateUsage[] {
    const now = performance.now();
    if (now - this.#usageAt < usageMs) return [];
    this.#usageAt = now;
    return this.#options.usage();
  }

  #open(): void {
    if (this.#closed) return;
    const socket = connect(this.#options.path);
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("connect", () => {
      this.#connected = true;
      this.#exchanges.rewind();
      this.#sentSignal = 0;
      this.#usageAt = 0;
      socket.write(helloFrame({ t: "hello", epoch: this.#options.epoch, previous: this.#options.previous(), pid: process.pid }));
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
      const was = this.#connected;
      this.#connected = false;
      if (was) this.#options.onState(false);
      if (!this.#closed) this.#reconnectTimer = setTimeout(() => this.#open(), reconnectMs);
    });
  }

  #receive(line: string): void {
    const frame = JSON.parse(line) as HubFrame;
    switch (frame.t) {
      case "ack":
        if (frame.epoch !== this.#options.epoch) return;
        this.#exchanges.acknowledge(frame.seq);
        this.#signals.acknowledge(frame.signals);
        this.#options.onAcknowledged?.(frame.seq);
        return;
      case "settled":
        this.#options.onSettled(frame.epoch);
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
  /** `http://upstream:port`, before each target. */
  readonly origin: string;
  /** Lives of this gate whose losses are not counted yet. */
  readonly previous: () => readonly PastLife[];
  readonly usage: () => readonly GateUsage[];
  readonly upstreamErrors: () => number;
  /** Of this life of the gate; absent where nothing waits for the hub. */
  readonly lead?: () => GateLead;
  readonly onFrame: (frame: Extract<HubFrame, { t: "policy" | "anchors" }>) => void;
  /** The hub has counted what that life lost. */
  readonly onSettled: (epoch: string) => void;
  readonly onState: (connected: boolean) => void;
  /** The hub has read everything up to this number; a policy that followed from it came before. */
  readonly onAcknowledged?: (seq: number) => void;
  /** Default {@link keptMax}. */
  readonly keptMax?: number;
  /** Default 64 MiB. */
  readonly keptBytesMax?: number;
  /** Default 16 MiB: given to the socket and not taken by the hub yet. */
  readonly socketBytesMax?: number;
}

/** What dies with the gate is at most what waits this long: well under the promised 50 ms. */
export const flushMs = 10;
const batchMax = 64;
/** With the hub away: about ten seconds at 10,000 requests a second, and never more than 64 MiB. */
export const keptMax = 100_000;
const keptBytesMax = 64 * 1024 * 1024;
const usageMs = 250;
/** The engine gives at most 2,000 between two drains; what is told twice about one source adds little. */
const signalsKeptMax = 10_000;
const signalsCharactersMax = 16 * 1024 * 1024;
const socketBytesMax = 16 * 1024 * 1024;
const reconnectMs = 100;
