import { chmodSync, lstatSync, mkdirSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Anchor, GatePolicy } from "@postern/engine";
import { RecordReader } from "../exchange-record.ts";
import { FrameKind, frameSplitter, type GateFrame, type HubFrame, type PastLife, readBatch } from "../gate-hub-wire.ts";

/**
 * The hub's end of the line: takes batches from gates, acknowledges what was journaled, sends policies and anchors to all of them. Listens on a
 * Unix socket in a folder only this user can enter.
 */
export class GateServer {
  readonly #options: GateServerOptions;
  readonly #server: Server;
  /** Every connection, with the life of the gate behind it once it has said hello. */
  readonly #gates = new Map<Socket, string>();
  /** Past lives whose last connection may still hold unread frames: what they lost is counted when it has ended. */
  readonly #unread = new Map<string, Unread>();
  readonly #reader = new RecordReader();
  #inode: number | undefined;

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
    this.#inode = inodeOf(this.#options.path);
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
    for (const gate of this.#gates.keys()) gate.destroy();
    // Closing removes the socket by its name. When a later hub listens there by now, its socket must stay: ours then goes with the process.
    if (inodeOf(this.#options.path) !== this.#inode) {
      this.#server.unref();
      return;
    }
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #broadcast(frame: HubFrame): void {
    const line = `${JSON.stringify(frame)}\n`;
    for (const gate of this.#gates.keys()) gate.write(line);
  }

  #accept(socket: Socket): void {
    if (this.#gates.size >= gatesMax) {
      socket.destroy();
      return;
    }
    this.#gates.set(socket, "");
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      const epoch = this.#gates.get(socket) ?? "";
      this.#gates.delete(socket);
      this.#ended(epoch);
      this.#options.onGates(this.#gates.size);
    });
    this.#options.onGates(this.#gates.size);
    send(socket, { t: "policy", policy: this.#options.policy() });
    const feed = frameSplitter((kind, payload) => {
      if (kind === FrameKind.hello) return this.#hello(socket, JSON.parse(payload.toString("utf8")) as Extract<GateFrame, { t: "hello" }>);
      const { head, records } = readBatch(payload);
      const { origin, ...batch } = head;
      this.#options.onFrame({ exchanges: this.#reader.readAll(records, batch.epoch, origin), ...batch });
      send(socket, { t: "ack", epoch: batch.epoch, seq: batch.seq, signals: batch.signalSeq });
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

  #hello(socket: Socket, frame: Extract<GateFrame, { t: "hello" }>): void {
    this.#gates.set(socket, frame.epoch);
    const connected = new Set(this.#gates.values());
    for (const life of frame.previous.slice(-livesMax)) {
      // What that life wrote before it died may still be on its way: counted as lost now, it would be refused when it comes.
      if (connected.has(life.epoch)) this.#unread.set(life.epoch, { life, socket });
      else this.#settle(life, socket);
    }
  }

  #ended(epoch: string): void {
    const unread = this.#unread.get(epoch);
    if (unread === undefined || [...this.#gates.values()].includes(epoch)) return;
    this.#unread.delete(epoch);
    this.#settle(unread.life, unread.socket);
  }

  #settle(life: PastLife, socket: Socket): void {
    try {
      this.#options.onPastLife(life);
      send(socket, { t: "settled", epoch: life.epoch });
    } catch (error) {
      // Not kept, not confirmed: it is told again at the next connection.
      this.#options.onError(error);
    }
  }
}

export interface GateServerOptions {
  readonly path: string;
  readonly policy: () => GatePolicy;
  /** Returns only when what the frame brought was handed to the operating system: the acknowledgement follows. */
  readonly onFrame: (frame: Extract<GateFrame, { t: "batch" }>) => void;
  /** A life of a gate is over and everything it sent was read. Returns only when what it lost is kept. May be called again for the same life. */
  readonly onPastLife: (life: PastLife) => void;
  readonly onGates: (count: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Gates on one hub's machine; more gates belong to more hubs. */
const gatesMax = 64;
/** Past lives one hello may tell of; a gate keeps no more. */
const livesMax = 64;

interface Unread {
  readonly life: PastLife;
  /** Who told of it and is to be told that it is counted. */
  readonly socket: Socket;
}

function send(socket: Socket, frame: HubFrame): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(frame)}\n`);
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}
