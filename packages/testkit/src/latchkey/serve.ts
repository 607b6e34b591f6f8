import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Latchkey } from "./latchkey.ts";
import type { LatchkeyResponse } from "./message.ts";

export interface ServedLatchkey {
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly url: string;
  /** Ends all connections and resolves when the port is free. The service itself stays usable. */
  close(): Promise<void>;
}

/**
 * Latchkey over HTTP/1.1 on 127.0.0.1. The caller's address is the socket's, or the rightmost of `X-Forwarded-For` when
 * `behindProxy`. With F4 on, `durationMs` is really waited (wall milliseconds); else answers go out at once.
 */
export async function serveLatchkey(latchkey: Latchkey, options: { readonly port?: number; readonly behindProxy?: boolean } = {}): Promise<ServedLatchkey> {
  const waits = latchkey.flaws.F4;
  const server = createServer((request, response) => {
    collect(request, (body) => {
      if (body === undefined) {
        response.writeHead(413, { connection: "close" }).end();
        return;
      }
      const address = addressOf(request, options.behindProxy === true);
      const answer = latchkey.handle({ method: request.method ?? "GET", url: request.url ?? "/", headers: pairs(request.rawHeaders), body, address });
      if (waits) setTimeout(() => send(response, answer), answer.durationMs);
      else send(response, answer);
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** No request of the API is near it; a longer one is cut off and gets 413. */
const bodyBytesMax = 65_536;

function collect(request: IncomingMessage, done: (body: string | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= bodyBytesMax) chunks.push(chunk);
  });
  request.on("end", () => done(size > bodyBytesMax ? undefined : Buffer.concat(chunks).toString("utf8")));
}

function send(response: ServerResponse, answer: LatchkeyResponse): void {
  if (response.destroyed) return;
  const headers = answer.headers.flatMap(([name, value]) => [name, value]);
  response.writeHead(answer.status, [...headers, "content-length", String(Buffer.byteLength(answer.body))]);
  response.end(answer.body);
}

function addressOf(request: IncomingMessage, behindProxy: boolean): string {
  const own = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
  if (!behindProxy) return own;
  const forwarded = request.headers["x-forwarded-for"];
  const last = (Array.isArray(forwarded) ? forwarded.join(",") : (forwarded ?? "")).split(",").at(-1)?.trim() ?? "";
  return last === "" ? own : last;
}

function pairs(raw: readonly string[]): (readonly [string, string])[] {
  const list: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) list.push([raw[index] ?? "", raw[index + 1] ?? ""]);
  return list;
}
