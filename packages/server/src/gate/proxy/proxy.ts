import { createServer, STATUS_CODES, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { PosternError } from "@postern/engine";
import { clientAddress, trustOf, type HopHeader } from "../client-address.ts";
import type { GatePort, RequestHead } from "../gate-port.ts";
import { sameName } from "./hop-by-hop.ts";
import { InFlight, type ProxyContext } from "./in-flight.ts";
import { GateRequest, GateResponse } from "./node-client.ts";
import { defaultLimits, type ProxyLimits } from "./limits.ts";
import type { ClientResponse } from "./client-side.ts";
import { PlainConnection, type PlainFront, type PlainRequest, type PlainResponse } from "./plain-connection.ts";
import { hopFacts, type HopSettings, PlainMemo } from "./plain-memo.ts";
import type { PlainHead } from "./plain-request.ts";
import { problem, rawProblem } from "./problem.ts";
import type { ProxyEvent } from "./proxy-event.ts";
import { readRequestHead, type ReadHead } from "./request-head.ts";
import { UpstreamPool } from "./upstream-pool.ts";

/**
 * Starts the reverse proxy: HTTP/1.1 on both sides, streaming both ways, every request past the {@link GatePort}. Resolves when
 * it listens. Throws UPSTREAM_INVALID, CONFIG_INVALID (trusted hops) or PORT_IN_USE.
 */
export async function createProxy(options: ProxyOptions): Promise<Proxy> {
  const running = new RunningProxy(options);
  await running.listen(options.host, options.port);
  return running;
}

export interface ProxyOptions {
  /** `http:` or `https:`, host and port only. */
  readonly upstream: URL;
  /** PEM of further authorities to trust for an `https:` upstream. */
  readonly upstreamCa?: string;
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly gate: GatePort;
  /** The product's clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Clock milliseconds per real millisecond, for waiting until an answer's `notBefore`; default 1. */
  readonly scaleMs?: number;
  /** A count of hops in front, or their addresses and CIDR ranges; default 0: nobody. */
  readonly trustedHops?: number | readonly string[];
  /** The one header the trusted hops maintain; default `x-forwarded-for`. */
  readonly hopHeader?: HopHeader;
  /** Send the upstream its own name as `Host` instead of the client's. */
  readonly rewriteHost?: boolean;
  readonly limits?: Partial<ProxyLimits>;
  readonly onEvent?: (event: ProxyEvent) => void;
}

/** What may change while it runs. Requests already begun end by what they began with. `limits` of listening sockets keep their first value. */
export type ProxyReload = Partial<Pick<ProxyOptions, "upstream" | "upstreamCa" | "gate" | "trustedHops" | "hopHeader" | "rewriteHost" | "limits">>;

export interface Proxy {
  readonly port: number;
  /** Requests being served now. */
  readonly inFlight: number;
  /** Swaps settings between two requests; throws like {@link createProxy} and then changes nothing. */
  reload(changes: ProxyReload): void;
  /** Stops accepting, lets requests and tunnels end for `graceMs`, then cuts them. Every request has had its `onComplete` when it resolves. */
  close(graceMs: number): Promise<void>;
}

/** How often bounds in time are checked. */
const sweepMs = 1_000;

class RunningProxy implements Proxy {
  port = 0;
  private options: ProxyOptions;
  private context: ProxyContext;
  private hops: HopSettings;
  private readonly server: Server<typeof GateRequest, typeof GateResponse>;
  private readonly timer: NodeJS.Timeout;
  private readonly pools = new Set<UpstreamPool>();
  private closing: Promise<void> | undefined;
  private onIdle: (() => void) | undefined;
  /** Connections whose requests were plain so far, with the bounds they share. */
  private readonly plain = new Set<PlainConnection>();
  private readonly front: PlainFront;
  /** Connections about to close after a refusal. */
  private readonly refused = new WeakSet<Socket>();

  constructor(options: ProxyOptions) {
    this.options = options;
    const settings = this.settings(options);
    this.hops = settings.hops;
    this.pools.add(settings.pool);
    this.context = {
      gate: options.gate,
      pool: settings.pool,
      limits: settings.limits,
      now: options.now,
      scale: options.scaleMs ?? 1,
      onEvent: options.onEvent ?? ignore,
      active: new Set(),
      tunnels: new Set(),
      clock: { realMs: performance.now() },
    };
    const { limits } = this.context;
    this.server = createServer({
      IncomingMessage: GateRequest,
      ServerResponse: GateResponse,
      insecureHTTPParser: false,
      // Ours answers with problem+json instead.
      requireHostHeader: false,
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: sweepMs,
      noDelay: true,
    });
    this.server.maxConnections = limits.connectionsMax;
    // Bounded by bytes and by our own count; Node's would hide headers from the judgement but not from the upstream.
    this.server.maxHeadersCount = 0;
    const toHttp = this.server.listeners("connection");
    const { plain, context } = this;
    this.front = {
      headerBytesMax: limits.headerBytesMax,
      headersMax: limits.headersMax,
      keepAliveLines: `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(limits.keepAliveMs / 1_000)}\r\n`,
      nowMs: () => context.clock.realMs,
      serve: (connection, head, req, res) => this.servePlain(connection, head, req, res),
      handOver: (socket) => {
        for (const listener of toHttp) Reflect.apply(listener, this.server, [socket]);
      },
      gone: (connection) => void plain.delete(connection),
    };
    this.server
      .removeAllListeners("connection")
      .on("connection", (socket: Socket) => plain.add(new PlainConnection(this.front, socket)))
      .on("request", (req, res) => this.serve(req, res, false, undefined))
      .on("checkContinue", (req, res) => this.serve(req, res, true, undefined))
      .on("checkExpectation", (_req, res) => this.refuse(res, 417, "an expectation other than 100-continue"))
      .on("upgrade", (req, socket, head) => this.upgrade(req, socket as Socket, head))
      .on("connect", (_req, socket) => this.refuseSocket(socket as Socket, 405, "CONNECT is for forward proxies"))
      .on("clientError", (error: NodeJS.ErrnoException, socket) => this.clientError(error, socket as Socket))
      .on("drop", () => this.context.onEvent({ type: "connection-dropped" }));
    this.timer = setInterval(() => this.sweep(), sweepMs);
    this.timer.unref();
  }

  get inFlight(): number {
    return this.context.active.size;
  }

  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (cause: NodeJS.ErrnoException): void => {
        clearInterval(this.timer);
        reject(
          cause.code === "EADDRINUSE"
            ? new PosternError("PORT_IN_USE", `Port ${port} is taken.`, { cause })
            : new PosternError("CONFIG_INVALID", `Cannot listen on ${host} port ${port}.`, { cause }),
        );
      };
      this.server.once("error", failed);
      this.server.listen({ host, port, backlog: 1_024 }, () => {
        this.server.off("error", failed);
        this.port = (this.server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  reload(changes: ProxyReload): void {
    const options: ProxyOptions = { ...this.options, ...changes, limits: { ...this.options.limits, ...changes.limits } };
    const settings = this.settings(options);
    const old = this.context.pool;
    this.options = options;
    this.hops = settings.hops;
    this.pools.add(settings.pool);
    this.context = { ...this.context, gate: options.gate, pool: settings.pool, limits: settings.limits };
    old.close();
  }

  close(graceMs: number): Promise<void> {
    return (this.closing ??= this.shutDown(graceMs));
  }

  private async shutDown(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.closeIdle();
    const { active, tunnels } = this.context;
    if (active.size > 0 || tunnels.size > 0) {
      await new Promise<void>((resolve) => {
        const patience = setTimeout(resolve, graceMs);
        const check = setInterval(() => {
          this.closeIdle();
          if (active.size === 0 && tunnels.size === 0) this.onIdle?.();
        }, 20);
        this.onIdle = () => {
          clearTimeout(patience);
          clearInterval(check);
          resolve();
        };
        patience.ref();
      });
      this.onIdle?.();
    }
    for (const inFlight of active) inFlight.cut();
    for (const socket of tunnels) socket.destroy();
    // Answers already ended may still be on their way out of the socket buffers: those connections close by themselves.
    this.closeIdle();
    const rest = setTimeout(() => {
      this.server.closeAllConnections();
      for (const connection of this.plain) connection.socket.destroy();
    }, flushMs);
    await closed;
    clearTimeout(rest);
    clearInterval(this.timer);
    for (const pool of this.pools) pool.close();
  }

  private serve(req: GateRequest, res: GateResponse, expecting: boolean, upgradeRest: Buffer | undefined): void {
    const { context } = this;
    // What follows a refused request on its connection may be its body in somebody's reading: never served.
    if (this.refused.has(req.socket)) return;
    if (this.closing !== undefined) res.shouldKeepAlive = false;
    if (context.active.size >= context.limits.inFlightMax) {
      this.refuse(res, 503, "too many requests at once");
      return;
    }
    const read = readRequestHead(req, context.limits.headersMax);
    if (!read.ok) {
      this.refuse(res, read.status, read.reason);
      return;
    }
    const { rawHeaders } = req;
    const peer = req.socket.remoteAddress ?? "";
    const head: RequestHead = {
      at: context.now(),
      method: read.method,
      host: read.host === undefined ? "" : read.host.toLowerCase(),
      target: read.target,
      rawHeaders,
      address: clientAddress(peer, rawHeaders, this.hops.trust),
    };
    const hop = hopFacts(peer, this.hops, upgradeRest !== undefined);
    new InFlight(context, req, res, { read, head, hop, expecting, upgradeRest, lines: undefined, section: undefined }).begin();
  }

  private servePlain(connection: PlainConnection, { method, target, section }: PlainHead, req: PlainRequest, res: PlainResponse): void {
    const { context } = this;
    if (this.closing !== undefined) res.shouldKeepAlive = false;
    if (context.active.size >= context.limits.inFlightMax) {
      this.refuse(res, 503, "too many requests at once");
      return;
    }
    // Equal headers of one connection mean the same each time, until a reload.
    const before = connection.memo instanceof PlainMemo ? connection.memo : undefined;
    const memo =
      before !== undefined && before.section === section && before.hops === this.hops ? before : new PlainMemo(connection.socket.remoteAddress ?? "", section, this.hops);
    connection.memo = connection.section === undefined ? undefined : memo;
    const { length } = section;
    const read: ReadHead = { ok: true, method, target, host: section.host, length, hasBody: length > 0, chunked: false };
    const head: RequestHead = { at: context.now(), method, host: memo.host, target, rawHeaders: section.rawHeaders, address: memo.address };
    new InFlight(context, req, res, { read, head, hop: memo.hop, expecting: false, upgradeRest: undefined, lines: memo.lines, section: section.text }).begin();
  }

  private upgrade(req: GateRequest, socket: Socket, rest: Buffer): void {
    socket.on("error", ignore);
    let protocol = "";
    let hasBody = false;
    for (let at = 0; at < req.rawHeaders.length; at += 2) {
      const name = req.rawHeaders[at] ?? "";
      if (sameName(name, "upgrade")) protocol += (req.rawHeaders[at + 1] ?? "").toLowerCase();
      else if (sameName(name, "transfer-encoding") || (sameName(name, "content-length") && req.rawHeaders[at + 1] !== "0")) hasBody = true;
    }
    if (protocol !== "websocket" || req.method !== "GET" || hasBody) {
      this.serveWithoutUpgrade(req, socket, rest);
      return;
    }
    const res = new GateResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket);
    res.on("finish", () => socket.end());
    // Outside a tunnel nobody reads: a closing client is noticed by reading. What arrives early waits for the handshake.
    socket.once("close", () => res.inFlight?.onClose());
    this.serve(req, res, false, rest);
  }

  /**
   * Only WebSocket is tunnelled: an `h2c` tunnel would carry any number of requests past the judgement. A server may ignore an
   * upgrade (RFC 9110 7.8), so the request goes back into the parser as if it had not asked.
   */
  private serveWithoutUpgrade(req: GateRequest, socket: Socket, rest: Buffer): void {
    let text = `${req.method} ${req.url} HTTP/1.${req.httpVersionMinor}\r\n`;
    for (let at = 0; at < req.rawHeaders.length; at += 2) {
      const name = req.rawHeaders[at] ?? "";
      let value = req.rawHeaders[at + 1] ?? "";
      if (sameName(name, "upgrade") || sameName(name, "http2-settings")) continue;
      if (sameName(name, "connection")) {
        value = value
          .split(",")
          .filter((part) => !upgradeTokens.has(part.trim().toLowerCase()))
          .join(",");
        if (value === "") continue;
      }
      text += `${name}: ${value}\r\n`;
    }
    socket.off("error", ignore);
    socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, "latin1"), rest]));
    this.front.handOver(socket);
  }

  private refuse(res: ClientResponse & { readonly socket: Socket | null }, status: number, reason: string): void {
    if (res.socket !== null) this.refused.add(res.socket);
    const { ref, body } = problem(status, `Refused: ${reason}.`);
    this.context.onEvent({ type: "refused", status, reason, ref });
    res.sendDate = false;
    res.shouldKeepAlive = false;
    res.writeHead(status, ["Content-Type", "application/problem+json", "Content-Length", String(Buffer.byteLength(body))]);
    res.end(body);
  }

  private refuseSocket(socket: Socket, status: number, reason: string): void {
    const { ref, text } = rawProblem(status, `Refused: ${reason}.`);
    this.context.onEvent({ type: "refused", status, reason, ref });
    socket.on("error", ignore);
    socket.end(text, () => socket.destroy());
  }

  private clientError(error: NodeJS.ErrnoException, socket: Socket): void {
    // Its one answer is on the way out.
    if (this.refused.has(socket)) return;
    let silent = true;
    // Rare, and the set is bounded: no map from socket to request is kept for this alone.
    for (const inFlight of this.context.active) {
      if (inFlight.belongsTo(socket)) silent = inFlight.abandon() && silent;
    }
    if (error.code === "ECONNRESET" || !socket.writable || !silent) {
      socket.destroy();
      return;
    }
    const status = error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
    this.refuseSocket(socket, status, status === 400 ? "not a well-formed HTTP request" : (STATUS_CODES[status] ?? ""));
  }

  private sweep(): void {
    const { context } = this;
    const nowMs = performance.now();
    context.clock.realMs = nowMs;
    for (const inFlight of context.active) inFlight.sweep(nowMs);
    for (const connection of this.plain) this.sweepPlain(connection, nowMs);
    for (const pool of this.pools) {
      pool.sweep(nowMs);
      if (pool !== context.pool && pool.size === 0) this.pools.delete(pool);
    }
  }

  private sweepPlain(connection: PlainConnection, nowMs: number): void {
    if (connection.serving) return;
    const { limits } = this.context;
    const idleMs = nowMs - connection.idleSinceMs;
    if (connection.collecting) {
      if (idleMs >= sweepMs) connection.stopCollecting();
    } else if (!connection.idle) {
      if (idleMs > limits.clientIdleMs) connection.socket.destroy();
    } else if (connection.fresh) {
      if (idleMs > limits.headersMs) this.refuseSocket(connection.socket, 408, STATUS_CODES[408] ?? "");
    } else if (idleMs > limits.keepAliveMs) connection.socket.destroy();
  }

  private closeIdle(): void {
    this.server.closeIdleConnections();
    for (const connection of this.plain) if (connection.idle) connection.socket.destroy();
  }

  private settings(options: ProxyOptions): { hops: HopSettings; pool: UpstreamPool; limits: ProxyLimits } {
    const { upstream } = options;
    const tls = upstream.protocol === "https:";
    if (
      (!tls && upstream.protocol !== "http:") ||
      upstream.hostname === "" ||
      upstream.username !== "" ||
      upstream.pathname !== "/" ||
      upstream.search !== "" ||
      upstream.hash !== ""
    ) {
      throw new PosternError("UPSTREAM_INVALID", "The service's address must be http or https with host and port only.");
    }
    const trust = trustOf(options.trustedHops ?? 0, options.hopHeader);
    if (trust === undefined) throw new PosternError("CONFIG_INVALID", "Trusted hops are a count from 0 to 32, or a list of addresses and CIDR ranges.");
    const limits: ProxyLimits = { ...defaultLimits, ...options.limits };
    const host = upstream.hostname.startsWith("[") ? upstream.hostname.slice(1, -1) : upstream.hostname;
    const port = upstream.port === "" ? (tls ? 443 : 80) : Number(upstream.port);
    const pool = new UpstreamPool({ host, port, tls, ca: options.upstreamCa }, limits.upstreamConnectionsMax, limits.upstreamIdleMs);
    return { hops: { trust, hostOverride: options.rewriteHost === true ? upstream.host : undefined, hostFallback: upstream.host }, pool, limits };
  }
}

/** How long a finished answer may take out of the socket buffers at shutdown. */
const flushMs = 2_000;
const upgradeTokens: ReadonlySet<string> = new Set(["upgrade", "http2-settings"]);

function ignore(): void {}
