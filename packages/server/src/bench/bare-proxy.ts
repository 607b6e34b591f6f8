import { createServer, type Server, type ServerResponse } from "node:http";
import { type Dispatcher, Pool } from "undici";

/** The yardstick: the shortest honest reverse proxy in Node. `node:http` in front, undici `dispatch` behind, hop-by-hop headers dropped, no checks. */
export function bareProxy(upstream: string): Server {
  const pool = new Pool(upstream, { connections: connectionsMax, pipelining: 1 });
  return createServer((req, res) => {
    const headers: string[] = [];
    for (let i = 0; i < req.rawHeaders.length; i += 2) {
      if (req.rawHeaders[i]?.toLowerCase() !== "connection") headers.push(req.rawHeaders[i] ?? "", req.rawHeaders[i + 1] ?? "");
    }
    pool.dispatch({ method: "GET", path: req.url ?? "/", headers }, new Answering(res));
  });
}

/** As many as the gate's own pool opens. */
const connectionsMax = 1_024;

class Answering implements Dispatcher.DispatchHandler {
  readonly #res: ServerResponse;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  onConnect(): void {}

  onHeaders(status: number, headers: Buffer[]): boolean {
    const kept: string[] = [];
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]?.toString("latin1") ?? "";
      const lower = name.toLowerCase();
      if (lower !== "connection" && lower !== "keep-alive" && lower !== "transfer-encoding") kept.push(name, headers[i + 1]?.toString("latin1") ?? "");
    }
    this.#res.writeHead(status, kept);
    return true;
  }

  onData(chunk: Buffer): boolean {
    return this.#res.write(chunk);
  }

  onComplete(): void {
    this.#res.end();
  }

  onError(): void {
    this.#res.destroy();
  }
}
