import { createHash, randomBytes } from "node:crypto";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Proxy } from "./proxy.ts";
import { endToEnd, PathGate, startProxy, startService } from "./testbed.ts";

let origin: Awaited<ReturnType<typeof startService>>;
let direct = 0;
let proxy: Proxy;
const gate = new PathGate();
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

beforeAll(async () => {
  origin = await startService(answer);
  direct = origin.port;
  proxy = await startProxy(direct, gate);
});
afterAll(async () => {
  agent.destroy();
  await proxy.close(0);
  origin.close();
});

describe("through the proxy as without it", () => {
  it("gives 2,000 mixed requests the same status, reason, end-to-end headers, body and trailers, and shows the service the same request", async () => {
    const total = 2_000;
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < total) {
        const seed = next++;
        const [here, there] = await Promise.all([ask(direct, seed), ask(proxy.port, seed)]);
        expect(there, `request ${seed}`).toEqual(here);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    await gate.told(total);
    expect(gate.captures).toHaveLength(total);
  });

  it("carries 50 MB up and 50 MB down unchanged", () => big(50_000_000), 120_000);

  it("carries 200 MB up and 200 MB down unchanged, in bounded memory", async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
    await big(200_000_000);
    clearInterval(watch);
    // Client, proxy and service share this process; buffering any leg would add 200 MB.
    expect(peak - before).toBeLessThan(150_000_000);
  }, 120_000);
});

const block = randomBytes(100_000);

/** Echoes `bytes` through the proxy and compares digests. */
async function big(bytes: number): Promise<void> {
  const sent = createHash("sha256");
  const got = createHash("sha256");
  let received = 0;
  const source = Readable.from(
    (function* () {
      for (let at = 0; at < bytes; at += block.length) {
        sent.update(block);
        yield block;
      }
    })(),
    { objectMode: false },
  );
  await new Promise<void>((resolve, reject) => {
    const req = request({ port: proxy.port, host: "127.0.0.1", method: "PUT", path: "/echo-stream", headers: { "Content-Length": bytes } }, (res) => {
      res.on("data", (chunk: Buffer) => {
        received += chunk.length;
        got.update(chunk);
      });
      res.on("end", resolve).on("error", reject);
    });
    pipeline(source, req).catch(reject);
  });
  expect(received).toBe(bytes);
  expect(got.digest("hex")).toBe(sent.digest("hex"));
}

interface Seen {
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly headers: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
}

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "REPORT"] as const;

function ask(port: number, seed: number): Promise<Seen> {
  const method = methods[seed % methods.length] ?? "GET";
  const size = [0, 1, 100, 5_000, 70_000, 300_000][seed % 6] ?? 0;
  const chunked = seed % 5 === 0;
  const withBody = method !== "GET" && method !== "HEAD" && (size > 0 || chunked);
  const headers: string[] = ["X-Seed", String(seed), seed % 2 === 0 ? "HOST" : "Host", "api.test", "x-Repeat", "1", "X-Repeat", "2", "Cookie", `a=${seed}`, "X-Latin", "caf\u00e9"];
  if (withBody)
    headers.push(
      ...(chunked ? ["Transfer-Encoding", "chunked"] : ["content-Length", String(size)]),
      "Content-Type",
      seed % 3 === 0 ? "application/json" : "application/octet-stream",
    );
  return new Promise((resolve, reject) => {
    const req = request({ port, host: "127.0.0.1", method, path: `/${pathOf(seed)}?seed=${seed}&x=%2F..%2f`, headers, agent, setHost: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () =>
        resolve({ status: res.statusCode, reason: res.statusMessage, headers: endToEnd(res.rawHeaders), body: digest(Buffer.concat(chunks)), trailers: res.rawTrailers }),
      );
    });
    req.on("error", reject);
    if (withBody) {
      const body = Buffer.alloc(size, seed % 251);
      req.write(body.subarray(0, size / 2));
      req.end(body.subarray(size / 2));
    } else req.end();
  });
}

/** Some are held, some judged by their body, so that every path of the proxy takes part. */
function pathOf(seed: number): string {
  return ["plain", "held/a", "body/b", "a%20b//c/../d", "held", "%ff%00"][seed % 6] ?? "plain";
}

function digest(bytes: Buffer): string {
  return `${bytes.length}:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Answers by seed, and tells in a header what it saw of the request. */
function answer(req: IncomingMessage, res: ServerResponse): void {
  if (req.url === "/echo-stream") {
    res.writeHead(200, { "Content-Length": req.headers["content-length"] ?? "0" });
    req.pipe(res);
    return;
  }
  const hash = createHash("sha256");
  req.on("data", (chunk: Buffer) => hash.update(chunk));
  req.on("end", () => {
    const seed = Number(req.headers["x-seed"]);
    const witness = createHash("sha256")
      .update(JSON.stringify([req.method, req.url, endToEnd(req.rawHeaders), hash.digest("hex")]))
      .digest("hex");
    const headers = [
      "X-Witness",
      witness,
      "x-lower",
      "1",
      "X-Lower",
      "2",
      "Set-Cookie",
      "a=1",
      "Set-Cookie",
      "b=2",
      "Content-Type",
      seed % 4 === 0 ? "application/json" : "image/png",
    ];
    const status = [200, 201, 404, 500, 204, 304, 302, 418][seed % 8] ?? 200;
    const reason = seed % 9 === 0 ? "Its Own Words" : "";
    let body: Buffer = Buffer.alloc([0, 10, 1_000, 65_536, 65_537, 400_000][(seed * 7) % 6] ?? 0, seed % 253);
    if (seed % 7 === 0) {
      body = gzipSync(body);
      headers.push("Content-Encoding", "gzip");
    }
    if (status === 204 || status === 304) {
      res.writeHead(status, reason, headers);
      res.end();
      return;
    }
    if (seed % 3 === 0) {
      res.writeHead(status, reason, [...headers, "Trailer", "X-Sum"]);
      res.write(body.subarray(0, body.length / 2));
      res.write(body.subarray(body.length / 2));
      res.addTrailers({ "X-Sum": String(seed) });
      res.end();
    } else {
      res.writeHead(status, reason, [...headers, "content-length", String(body.length)]);
      res.end(req.method === "HEAD" ? undefined : body);
    }
  });
}
