import { Agent, createServer, type IncomingMessage, request as ask, type Server } from "node:http";
import type { Front, Seen, Serve } from "./play-behind.ts";

/**
 * A real proxy as the front: each request goes to it over loopback from the session's own 127.x.y.z, one at a time; behind it an origin on loopback asks the
 * service. `before` is called with the time of each request, to set the proxy's clock.
 */
export class ProxyFront implements Front {
  readonly #before: (at: number) => void;
  readonly #origin: Server;
  readonly #seen = new Map<string, number>();
  readonly #kept = new Agent({ keepAlive: true, maxFreeSockets: 1 });
  #serve: Serve | undefined;
  #proxyPort = 0;

  constructor(before: (at: number) => void) {
    this.#before = before;
    this.#origin = createServer((request, response) => {
      request.resume();
      response.sendDate = false;
      const seen = this.#serve?.();
      if (seen === undefined) response.writeHead(503).end();
      else response.writeHead(seen.status, [...seen.headers.flat(), "content-length", String(Buffer.byteLength(seen.body))]).end(seen.body);
    });
    this.#origin.keepAliveTimeout = 0;
  }

  /** Opens the origin; its port goes into the proxy's configuration. */
  async open(): Promise<number> {
    await new Promise<void>((resolve, reject) => this.#origin.once("error", reject).listen(0, "127.0.0.1", resolve));
    const bound = this.#origin.address();
    return typeof bound === "object" && bound !== null ? bound.port : 0;
  }

  /** Where the proxy listens. */
  to(port: number): void {
    this.#proxyPort = port;
  }

  async answer({ session, request, at }: Parameters<Front["answer"]>[0], serve: Serve): Promise<Seen> {
    this.#before(at);
    this.#serve = serve;
    const seen = await this.send(session.address, request);
    this.#serve = undefined;
    return seen;
  }

  /** One request, its answer whole; status 0 when none came. */
  send(
    address: string,
    { method, path, headers, body }: { readonly method: string; readonly path: string; readonly headers: readonly (readonly [string, string])[]; readonly body?: string },
  ): Promise<Seen> {
    const times = (this.#seen.get(address) ?? 0) + 1;
    this.#seen.set(address, times);
    const length: [string, string][] = body === undefined ? [] : [["Content-Length", String(Buffer.byteLength(body))]];
    const fields = [["Host", "latchkey.example"], ...headers, ...length].flat();
    return new Promise((resolve) => {
      const none = (): void => resolve({ status: 0, headers: [], body: "" });
      const options = {
        host: "127.0.0.1",
        port: this.#proxyPort,
        localAddress: address,
        method,
        path,
        headers: fields,
        agent: times > keptFrom ? this.#kept : false,
        timeout: answerMs,
      };
      const asked = ask(options, (answer: IncomingMessage) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", none);
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: pairs(answer.rawHeaders), body: Buffer.concat(chunks).toString("utf8") }));
      });
      asked.on("timeout", () => asked.destroy());
      asked.on("error", none);
      asked.end(body);
    });
  }

  close(): void {
    this.#kept.destroy();
    this.#origin.close();
    this.#origin.closeAllConnections();
  }
}

/** An address that comes this often keeps its connection, or it would run out of ports; the others are too many to keep. */
const keptFrom = 20;
const answerMs = 20_000;

function pairs(raw: readonly string[]): [string, string][] {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) list.push([raw[index] ?? "", raw[index + 1] ?? ""]);
  return list;
}
