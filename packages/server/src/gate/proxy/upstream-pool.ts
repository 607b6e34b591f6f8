import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { hasToken } from "./hop-by-hop.ts";
import { ResponseParser, type ResponseSink } from "./response-parser.ts";

/**
 * Connections to one upstream, reused last-in first-out, at most `connectionsMax`; further jobs wait in order. One request a
 * connection at a time (no pipelining: an answer can never be given to the wrong caller).
 */
export class UpstreamPool {
  readonly upstream: Upstream;
  private readonly idle: UpstreamConnection[] = [];
  private readonly all = new Set<UpstreamConnection>();
  private readonly waiting = new Set<UpstreamJob>();
  private readonly connectionsMax: number;
  private readonly idleMs: number;
  private closed = false;

  constructor(upstream: Upstream, connectionsMax: number, idleMs: number) {
    this.upstream = upstream;
    this.connectionsMax = connectionsMax;
    this.idleMs = idleMs;
  }

  /** Gives the job a connection now or later ({@link UpstreamJob.onConnection}), or fails it. `fresh` never reuses one. */
  request(job: UpstreamJob, fresh: boolean): void {
    const connection = fresh ? undefined : this.idle.pop();
    if (connection !== undefined) connection.run(job);
    else if (this.all.size < this.connectionsMax) this.open(job);
    else this.waiting.add(job);
  }

  /** The job gave up while it waited for a connection. */
  cancel(job: UpstreamJob): void {
    this.waiting.delete(job);
    for (const connection of this.all) {
      if (connection.job === job) connection.destroy();
    }
  }

  /** Closes connections unused since before `nowMs - idleMs`. */
  sweep(nowMs: number): void {
    for (let at = this.idle.length - 1; at >= 0; at -= 1) {
      const connection = this.idle[at];
      if (connection !== undefined && nowMs - connection.idleSinceMs > Math.min(this.idleMs, connection.hintMs)) {
        this.idle.splice(at, 1);
        connection.destroy();
      }
    }
  }

  /** No further reuse; running jobs go on to their end. */
  close(): void {
    this.closed = true;
    for (const connection of this.idle.splice(0)) connection.destroy();
  }

  get size(): number {
    return this.all.size;
  }

  released(connection: UpstreamConnection): void {
    if (this.closed && this.waiting.size === 0) {
      connection.destroy();
      return;
    }
    const next = this.takeWaiting();
    if (next !== undefined) connection.run(next);
    else {
      connection.idleSinceMs = performance.now();
      this.idle.push(connection);
    }
  }

  gone(connection: UpstreamConnection): void {
    // Both `error` and `close` of one socket arrive here: only the first may give its place away.
    if (!this.all.delete(connection)) return;
    const at = this.idle.indexOf(connection);
    if (at !== -1) this.idle.splice(at, 1);
    const next = this.takeWaiting();
    if (next !== undefined) this.open(next);
  }

  private takeWaiting(): UpstreamJob | undefined {
    for (const job of this.waiting) {
      this.waiting.delete(job);
      return job;
    }
    return undefined;
  }

  private open(job: UpstreamJob): void {
    this.all.add(new UpstreamConnection(this, job));
  }
}

export interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** PEM; further authorities to trust. */
  readonly ca: string | undefined;
}

/** `connect`: no connection. `timeout`: no answer in time. `reset`: it went away. `protocol`: it did not speak HTTP/1.1. */
export type UpstreamFailure = "connect" | "timeout" | "reset" | "protocol";

/** One request on its way through the upstream. */
export interface UpstreamJob extends ResponseSink {
  readonly method: string;
  readonly upgradable: boolean;
  /** True once, when the request can be sent again without having an effect twice. */
  takeRetry(): boolean;
  /** True when the whole request was written. */
  readonly sent: boolean;
  onConnection(connection: UpstreamConnection): void;
  /** What arrived so far was passed on, and the answer is not complete. */
  onFlush(): void;
  /** More of the request body may be written. */
  onRoom(): void;
  /** After `onUpgrade`: the connection is the job's own now. */
  onTunnel(socket: Socket, rest: Buffer): void;
  onFailure(failure: UpstreamFailure, reason: string): void;
}

/** One socket to the upstream. Whoever holds it as its job may write to it. */
export class UpstreamConnection {
  readonly socket: Socket;
  job: UpstreamJob | undefined;
  idleSinceMs = 0;
  /** What the upstream's `Keep-Alive: timeout` promised, less a second of flight. */
  hintMs = Number.POSITIVE_INFINITY;
  private readonly pool: UpstreamPool;
  private readonly parser = new ResponseParser();
  private connected = false;
  private reused = false;
  private ended = false;
  private unread: Buffer | undefined;

  constructor(pool: UpstreamPool, job: UpstreamJob) {
    this.pool = pool;
    this.job = job;
    const { host, port, tls, ca } = pool.upstream;
    const address = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 };
    this.socket = tls
      ? connectTls({ ...address, ALPNProtocols: ["http/1.1"], ...(isIP(host) === 0 ? { servername: host } : {}), ...(ca === undefined ? {} : { ca }) })
      : connectTcp(address);
    this.socket
      .once(tls ? "secureConnect" : "connect", () => {
        this.connected = true;
        const waiting = this.job;
        if (waiting !== undefined) this.run(waiting);
        else this.destroy();
      })
      .on("data", (chunk: Buffer) => this.take(chunk))
      .on("drain", () => this.job?.onRoom())
      .on("end", () => this.finished())
      .on("error", (error: Error) => this.lost(error.message))
      .on("close", () => this.lost("closed"));
  }

  run(job: UpstreamJob): void {
    this.job = job;
    this.parser.start(job, job.method, job.upgradable);
    job.onConnection(this);
  }

  /** The job takes answer bytes again. */
  resume(): void {
    const rest = this.unread;
    this.unread = undefined;
    if (rest !== undefined) this.take(rest);
    if (this.unread === undefined) {
      if (this.ended) this.finished();
      else this.socket.resume();
    }
  }

  /** Cuts the connection; the job hears nothing more. */
  destroy(): void {
    this.job = undefined;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    const { job } = this;
    if (this.unread !== undefined) {
      // Paused with a read already on its way.
      this.unread = Buffer.concat([this.unread, chunk]);
      return;
    }
    if (job === undefined) {
      // An answer to nobody: a poisoned connection, or one we gave up.
      this.socket.destroy();
      return;
    }
    const result = this.parser.push(chunk);
    if (this.job !== job) return;
    switch (result) {
      case "more":
        job.onFlush();
        return;
      case "paused":
        this.unread = chunk.subarray(this.parser.position);
        this.socket.pause();
        return;
      case "done":
        this.release(job, this.parser.position < chunk.length);
        return;
      case "upgraded":
        this.handOver(job, chunk.subarray(this.parser.position));
        return;
      case "fault":
        this.job = undefined;
        this.socket.destroy();
        job.onFailure("protocol", this.parser.fault);
    }
  }

  private release(job: UpstreamJob, surplus: boolean): void {
    this.job = undefined;
    const head = this.parser.head;
    const kept =
      head !== undefined &&
      job.sent &&
      !surplus &&
      !this.ended &&
      (head.minorVersion === 1 ? !hasToken(head.rawHeaders, "connection", "close") : hasToken(head.rawHeaders, "connection", "keep-alive"));
    if (!kept) {
      this.socket.destroy();
      return;
    }
    if (!this.reused) this.readHint(head.rawHeaders);
    this.reused = true;
    this.pool.released(this);
  }

  private readHint(rawHeaders: readonly string[]): void {
    for (let at = 0; at < rawHeaders.length; at += 2) {
      if (rawHeaders[at]?.toLowerCase() !== "keep-alive") continue;
      const value = (rawHeaders[at + 1] ?? "").toLowerCase();
      const seconds = Number.parseInt(value.slice(value.indexOf("timeout=") + 8), 10);
      if (value.includes("timeout=") && seconds >= 0) this.hintMs = Math.max(0, seconds * 1_000 - 1_000);
    }
  }

  private handOver(job: UpstreamJob, rest: Buffer): void {
    this.job = undefined;
    this.socket.removeAllListeners();
    this.socket.pause();
    this.pool.gone(this);
    job.onTunnel(this.socket, rest);
  }

  private finished(): void {
    this.ended = true;
    if (this.unread !== undefined) return;
    const { job } = this;
    if (job !== undefined && this.parser.end()) {
      this.job = undefined;
      this.socket.destroy();
      return;
    }
    this.lost("closed");
  }

  private lost(reason: string): void {
    this.socket.destroy();
    this.pool.gone(this);
    const { job } = this;
    this.job = undefined;
    if (job === undefined) return;
    // A kept connection may close just as a request is written; nothing was answered, so a harmless request is sent once more.
    if (this.reused && !this.parser.started && job.takeRetry()) this.pool.request(job, true);
    else job.onFailure(this.connected ? "reset" : "connect", reason);
  }
}
