import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Server as TcpServer, Socket } from "node:net";
import type { Answer, BodyRuling, Capture, FinalRuling, GatePort, HoldRuling, Release, RequestHead, Ruling } from "../gate-port.ts";
import { createProxy, type Proxy, type ProxyOptions } from "./proxy.ts";

/** A small real judgement for the proxy's tests and its bench: it rules by path and remembers what it was told. */
export class PathGate implements GatePort {
  readonly captures: Capture[] = [];
  readonly answers: Answer[] = [];
  readonly bodies: { body: string; complete: boolean }[] = [];
  aborts = 0;
  /** What a held answer becomes. */
  release: (answer: Answer) => Release = () => ({ kind: "pass" });
  /** What a judged body leads to. */
  afterBody: FinalRuling = { kind: "pass" };
  /** Of each request below `/waits`, in their order: lets it go on to what `/body` or `/held` after it says, or `/`. */
  readonly paused: (() => void)[] = [];
  private readonly waiting: (() => void)[] = [];

  onRequest(head: RequestHead): Ruling {
    if (head.target.startsWith("/waits")) {
      const rest = head.target.slice("/waits".length);
      const next: FinalRuling | BodyRuling = rest.startsWith("/held") ? { kind: "hold", token: rest } : rest.startsWith("/body") ? { kind: "body", token: rest } : { kind: "pass" };
      return { kind: "wait", start: (go) => void this.paused.push(() => go(next)) };
    }
    if (head.target.startsWith("/held")) return { kind: "hold", token: head.target };
    if (head.target.startsWith("/body")) return { kind: "body", token: head.target };
    if (head.target.startsWith("/broken")) throw new Error("the judgement broke");
    if (head.target.startsWith("/denied")) {
      return {
        kind: "deny",
        status: 429,
        headers: [
          ["Retry-After", "7"],
          ["Content-Type", "text/plain"],
        ],
        body: "slow down",
        reason: "test",
      };
    }
    return { kind: "pass" };
  }

  onRequestBody(_ruling: BodyRuling, body: Uint8Array, complete: boolean): FinalRuling {
    this.bodies.push({ body: Buffer.from(body).toString("latin1"), complete });
    return this.afterBody;
  }

  onAnswer(_ruling: HoldRuling, answer: Answer): Release {
    this.answers.push(answer);
    return this.release(answer);
  }

  onAbort(): void {
    this.aborts += 1;
  }

  onComplete(capture: Capture): void {
    this.captures.push(capture);
    for (const go of this.waiting.splice(0)) go();
  }

  /** Resolves when the gate has been told of `count` requests. */
  async told(count: number): Promise<void> {
    while (this.captures.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}

/** Listens on a free loopback port. */
export async function listen(server: Server | TcpServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

export interface RunningService {
  readonly server: Server;
  readonly port: number;
  /** At once, kept connections included. */
  close(): void;
}

/** A service on a free loopback port that keeps its connections. */
export async function startService(answer: RequestListener): Promise<RunningService> {
  const server = createServer(answer);
  server.keepAliveTimeout = 60_000;
  const port = await listen(server);
  return {
    server,
    port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The proxy on a free loopback port before a service on this machine, on the real clock unless told otherwise. */
export function startProxy(servicePort: number, gate: GatePort, options: Partial<ProxyOptions> = {}): Promise<Proxy> {
  return createProxy({ upstream: new URL(`http://127.0.0.1:${servicePort}`), host: "127.0.0.1", port: 0, gate, now: Date.now, ...options });
}

/** Resolves when `holds` does, looking once a turn of the event loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Connects to a server of this process and gives both ends: `far` is what the server accepted, and tells how much it has read. */
export async function connectBoth(port: number): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const accepted: Socket[] = [];
  const take = (message: unknown): void => {
    if (typeof message === "object" && message !== null && "socket" in message && message.socket instanceof Socket) accepted.push(message.socket);
  };
  subscribe("net.server.socket", take);
  try {
    const near = connect(port, "127.0.0.1");
    near.setNoDelay(true);
    await once(near, "connect");
    for (;;) {
      const far = accepted.find((socket) => socket.remotePort === near.localPort);
      if (far !== undefined) return { near, far };
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    unsubscribe("net.server.socket", take);
  }
}

/** Sends bytes as they are and returns everything that came back, until the other side closes or `until` is in it. */
export async function raw(port: number, bytes: string | Buffer, until?: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  try {
    return await readUntil(socket, until);
  } finally {
    socket.destroy();
  }
}

export function readUntil(socket: Socket, until?: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const done = (): void => {
      socket.off("data", take);
      resolve(text);
    };
    const take = (chunk: Buffer): void => {
      text += chunk.toString("latin1");
      if (until !== undefined && text.includes(until)) done();
    };
    socket.on("data", take).on("end", done).on("error", done).on("close", done);
  });
}

/** What of a message's headers is the same at both ends: the moment and the connection are not the message. */
export function endToEnd(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    if (ofTheHop.has(name.toLowerCase())) continue;
    kept.push(name, rawHeaders[at + 1] ?? "");
  }
  return kept;
}

const ofTheHop: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding", "date", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"]);
