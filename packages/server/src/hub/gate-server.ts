import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Anchor, GatePolicy } from "@postern/engine";
import { type GateFrame, type HubFrame, lineSplitter } from "./wire.ts";

/**
 * The hub's end of the line: takes batches from gates, acknowledges what was journaled, sends policies and anchors to all of them. Listens on a
 * Unix socket in a folder only this user can enter.
 */
export class GateServer {
  readonly #options: GateServerOptions;
  readonly #server: Server;
  readonly #gates = new Set<Socket>();

  constructor(options: GateServerOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(): Promise<void> {
    mkdirSync(dirname(this.#options.path), { recursive: true, mode: 0o700 });
    rmSync(this.#options.path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.path, resolve);
    });
    chmodSync(this.#options.path, 0o600);
  }

  get gates(): number {
    return this.#gates.size;
  }

  sendPolicy(policy: GatePolicy): void {
    this.#broadcast({ t: "policy", policy });
  }

  sendAnchors(anchors: readonly Anchor[]): void {
    if (anchors.length > 0) this.#broadcast({ t: "anchors", anchors });
  }

  async close(): Promise<void> {
    for (const gate of this.#gates) gate.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #broadcast(frame: HubFrame): void {
    const line = `${JSON.stringify(frame)}\n`;
    for (const gate of this.#gates) gate.write(line);
  }

  #accept(socket: Socket): void {
    if (this.#gates.size >= gatesMax) {
      socket.destroy();
      return;
    }
    this.#gates.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#gates.delete(socket);
      this.#options.onGates(this.#gates.size);
    });
    this.#options.onGates(this.#gates.size);
    const policy: HubFrame = { t: "policy", policy: this.#options.policy() };
    socket.write(`${JSON.stringify(policy)}\n`);
    const feed = lineSplitter((line) => {
      const frame = JSON.parse(line) as GateFrame;
      this.#options.onFrame(frame);
      if (frame.t === "batch") {
        const ack: HubFrame = { t: "ack", epoch: frame.epoch, seq: frame.seq };
        socket.write(`${JSON.stringify(ack)}\n`);
      }
    });
    socket.on("data", (chunk: Buffer) => {
      try {
        feed(chunk);
      } catch (error) {
        this.#options.onError(error);
        socket.destroy();
      }
    });
  }
}

export interface GateServerOptions {
  readonly path: string;
  readonly policy: () => GatePolicy;
  /** Returns only when what the frame brought was handed to the operating system: the acknowledgement follows. */
  readonly onFrame: (frame: GateFrame) => void;
  readonly onGates: (count: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Gates on one hub's machine; more gates belong to more hubs. */
const gatesMax = 64;
