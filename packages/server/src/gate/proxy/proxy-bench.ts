/**
 * Measures the proxy (every request past a gate that passes all) against a bare `node:http` → undici `dispatch` proxy, the same service and the
 * same load, turn by turn in one run; prints one JSON line. After `tsc -b`: `node packages/server/dist/gate/proxy/proxy-bench.js [seconds a turn] [turns]`.
 *
 * Each role is its own process. On a busy machine only the ratio means something.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { Pool, type Dispatcher } from "undici";
import { createProxy } from "./proxy.ts";
import { listen, PathGate } from "./testbed.ts";

const connections = 32;

const role = process.env["POSTERN_BENCH_ROLE"];
if (role === undefined) await compare(Number(process.argv[2] ?? 2), Number(process.argv[3] ?? 5));
else process.send?.(await serve(role, Number(process.env["POSTERN_BENCH_PORT"])));

async function compare(seconds: number, turns: number): Promise<void> {
  const children: ChildProcess[] = [];
  const start = async (name: string, port = 0): Promise<number> => {
    const child = fork(fileURLToPath(import.meta.url), [], { env: { ...process.env, POSTERN_BENCH_ROLE: name, POSTERN_BENCH_PORT: String(port) } });
    children.push(child);
    const [message] = (await once(child, "message")) as [unknown];
    return Number(message);
  };
  const origin = await start("origin");
  const bare = await start("bare", origin);
  const gate = await start("gate", origin);
  for (const port of [bare, gate]) await load(port, 1);
  const ratios: number[] = [];
  const rates: { bare: number[]; gate: number[] } = { bare: [], gate: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    const a = await load(bare, seconds);
    const b = await load(gate, seconds);
    rates.bare.push(Math.round(a));
    rates.gate.push(Math.round(b));
    ratios.push(b / a);
  }
  ratios.sort((x, y) => x - y);
  process.stdout.write(`${JSON.stringify({ bench: "gate.proxy", connections, ratio: Number((ratios[ratios.length >> 1] ?? 0).toFixed(3)), requestsPerSecond: rates })}\n`);
  for (const child of children) child.kill();
}

/** Requests answered a second, over keep-alive connections that each ask again when answered. */
async function load(port: number, seconds: number): Promise<number> {
  const question = Buffer.from("GET /v1/users/999-15550100/status HTTP/1.1\r\nHost: api.test\r\nUser-Agent: bench\r\nAccept: application/json\r\nAuthorization: Bearer abcdefghijklmnopqrstuvwxyz\r\n\r\n");
  let answered = 0;
  let open = true;
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.write(question);
    socket.on("data", (chunk) => {
      if (chunk[chunk.length - 1] !== 125) return;
      answered += 1;
      if (open) socket.write(question);
    });
    return socket;
  });
  const startedAt = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  open = false;
  const rate = answered / ((performance.now() - startedAt) / 1_000);
  for (const socket of sockets) socket.destroy();
  return rate;
}

async function serve(name: string, upstream: number): Promise<number> {
  if (name === "origin") {
    return listen(
      createServer((_req, res) => {
        res.writeHead(200, { "Content-Type": "application/json", "Content-Length": 27 });
        res.end('{"active":true,"devices":1}');
      }),
    );
  }
  if (name === "gate") {
    const gate = new PathGate();
    // The gate's memory is for tests; a bench would fill it.
    gate.onComplete = () => undefined;
    return (await createProxy({ upstream: new URL(`http://127.0.0.1:${upstream}`), host: "127.0.0.1", port: 0, gate, now: Date.now })).port;
  }
  const pool = new Pool(`http://127.0.0.1:${upstream}`, { connections: 1_024, pipelining: 1 });
  return listen(
    createServer((req, res) => {
      const headers: string[] = [];
      for (let at = 0; at < req.rawHeaders.length; at += 2) {
        if (req.rawHeaders[at]?.toLowerCase() !== "connection") headers.push(req.rawHeaders[at] ?? "", req.rawHeaders[at + 1] ?? "");
      }
      pool.dispatch({ method: "GET", path: req.url ?? "/", headers }, new BareHandler(res));
    }),
  );
}

class BareHandler implements Dispatcher.DispatchHandler {
  private readonly res: ServerResponse;
  constructor(res: ServerResponse) {
    this.res = res;
  }
  onConnect(): void {}
  onHeaders(status: number, headers: Buffer[]): boolean {
    const kept: string[] = [];
    for (let at = 0; at < headers.length; at += 2) {
      const header = headers[at]?.toString("latin1") ?? "";
      const lower = header.toLowerCase();
      if (lower !== "connection" && lower !== "keep-alive" && lower !== "transfer-encoding") kept.push(header, headers[at + 1]?.toString("latin1") ?? "");
    }
    this.res.writeHead(status, kept);
    return true;
  }
  onData(chunk: Buffer): boolean {
    return this.res.write(chunk);
  }
  onComplete(): void {
    this.res.end();
  }
  onError(): void {
    this.res.destroy();
  }
}
