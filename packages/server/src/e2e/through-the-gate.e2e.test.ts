import { createHash } from "node:crypto";
import { Agent, type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endToEnd, readUntil, type RunningService, startService } from "../gate/proxy/testbed.ts";
import { ProtectedService, send } from "./protected-service.ts";

let service: RunningService;
let gatePort = 0;
let postern: ProtectedService;
let stream: ServerResponse | undefined;
let asked = 0;

beforeAll(async () => {
  service = await startService(answer);
  service.server
    .on("checkContinue", (req: IncomingMessage, res: ServerResponse) => {
      if (req.url === "/refuse") return void res.writeHead(413, { connection: "close" }).end();
      res.writeContinue();
      answer(req, res);
    })
    .on("upgrade", (req: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Path: ${req.url}\r\n\r\n`);
      if (head.length > 0) socket.write(head);
      socket.pipe(socket);
    });
  postern = await ProtectedService.start(`http://127.0.0.1:${service.port}`);
  gatePort = Number(new URL(postern.gate).port);
});
afterAll(async () => {
  await postern.stop();
  service.close();
  agent.destroy();
  postern.remove();
});

describe("a service behind `postern protect` answers as if it stood alone", () => {
  it("guards the lookups by then: in the path, gzipped, and in a JSON body", async () => {
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 40; n++) {
        await send(`${postern.gate}/client/v1/users/999-${4_071_550_000 + n * 13}/status`);
        await send(`${postern.gate}/export/users/999-${4_071_560_000 + n * 13}`);
        await send(`${postern.gate}/lookup`, { method: "POST", body: JSON.stringify({ phone: `+9994071${550_000 + n * 17}` }), headers: { "content-type": "application/json" } });
        asked += 3;
      }
    }
    await postern.read(asked);
    // What the ledger learned reaches the gate within a second.
    const guardedMin = ["/client/v1/users/{cc}-{phone}/status", "/export/users/{cc}-{phone}", "/lookup"];
    let endpoints = await known();
    while (!guardedMin.every((path) => endpoints.some((one) => one.path === path && one.guard !== null))) endpoints = await known();
    // Proof that gzipped JSON was understood: its data classes are known.
    expect(endpoints.find((one) => one.path.startsWith("/export/"))?.dataClasses).toContain("email");
  });

  it("passes 10,000 mixed requests, guarded ones among them, with the same status, reason, headers, body and trailers", async () => {
    const total = 10_000;
    const differences: string[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let seed = next++; seed < total; seed = next++) {
        const [direct, through] = await Promise.all([ask(service.port, seed), ask(gatePort, seed)]);
        if (JSON.stringify(direct) !== JSON.stringify(through))
          differences.push(`${seed}: ${JSON.stringify(direct).slice(0, 400)}\n      ${JSON.stringify(through).slice(0, 400)}`);
      }
    };
    await Promise.all(Array.from({ length: 16 }, lane));
    expect(differences.slice(0, 5)).toEqual([]);
  });

  it("passes 200 MB up and down, on a guarded endpoint too", async () => {
    for (const path of ["/echo-stream", "/client/v1/users/999-4071550013/status"]) await big(path, 200_000_000);
  });

  it("passes each event of a stream on before the next is written, on a guarded endpoint too", async () => {
    for (const path of ["/sse", "/client/v1/users/999-4071550013/status?as=sse"]) {
      const socket = connect(gatePort, "127.0.0.1");
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      expect(await readUntil(socket, "data: 0\n\n")).not.toContain("data: 1");
      for (let round = 1; round < 4; round++) {
        stream?.write(`data: ${round}\n\n`);
        await readUntil(socket, `data: ${round}\n\n`);
      }
      const gone = new Promise((resolve) => stream?.once("close", resolve));
      socket.destroy();
      await gone;
    }
  });

  it("tunnels a WebSocket both ways, on a guarded endpoint too", async () => {
    for (const path of ["/ws", "/client/v1/users/999-4071550013/status"]) {
      const socket = connect(gatePort, "127.0.0.1");
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\nearly`);
      expect(await readUntil(socket, "early")).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
      socket.write("later");
      expect(await readUntil(socket, "later")).toContain("later");
      socket.destroy();
    }
  });

  it("passes 100 Continue and a refusal without one, and asks for the body it must judge", async () => {
    const head = (path: string, length: number): string =>
      `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
    const body = '{"phone":"+9994071550017"}';
    for (const path of ["/plain", "/lookup"]) {
      const socket = connect(gatePort, "127.0.0.1");
      socket.write(head(path, body.length));
      expect(await readUntil(socket, "\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
      socket.write(body);
      expect(await readUntil(socket, "\r\n\r\n")).toMatch(/^HTTP\/1.1 (?:200|404) /);
      socket.destroy();
    }
    const socket = connect(gatePort, "127.0.0.1");
    socket.write(head("/refuse", 5));
    expect(await readUntil(socket, "\r\n\r\n")).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });

  it("passes trailers both ways", async () => {
    const socket = connect(gatePort, "127.0.0.1");
    socket.write("POST /trailers HTTP/1.1\r\nHost: a\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n");
    expect(await readUntil(socket)).toContain("0\r\nX-Answer-Sum: 7\r\n\r\n");
  });
});

interface Known {
  readonly path: string;
  readonly guard: { readonly state: string } | null;
  readonly dataClasses: readonly string[];
}

async function known(): Promise<readonly Known[]> {
  return (JSON.parse((await postern.api("/api/v1/endpoints?limit=500")).body.toString("utf8")) as { items: readonly Known[] }).items;
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "REPORT", "GET"] as const;

interface Seen {
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly headers: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
}

function ask(port: number, seed: number): Promise<Seen> {
  const path =
    ["/plain", `/client/v1/users/999-${4_071_550_000 + (seed % 500)}/status`, "/lookup", "/a%20b//c/../d", `/export/users/999-${4_071_560_000 + (seed % 500)}`, "/%ff%00"][
      seed % 6
    ] ?? "/plain";
  const method = path === "/lookup" ? "POST" : (methods[seed % methods.length] ?? "GET");
  const size = seed % 50 === 14 ? 70_000 : ([0, 1, 100, 5_000][seed % 4] ?? 0);
  const json = JSON.stringify({ phone: `+9994071${550_000 + (seed % 500)}`, padding: "x".repeat(size) });
  const body = path === "/lookup" ? Buffer.from(json) : Buffer.alloc(size, seed % 251);
  const withBody = method !== "GET" && method !== "HEAD" && body.length > 0;
  const chunked = seed % 5 === 2;
  const headers: string[] = ["X-Seed", String(seed), seed % 2 === 0 ? "HOST" : "Host", "api.test", "x-Repeat", "1", "X-Repeat", "2", "Cookie", `a=${seed}`, "X-Latin", "caf\u00e9"];
  if (withBody)
    headers.push(
      ...(chunked ? ["Transfer-Encoding", "chunked"] : ["content-Length", String(body.length)]),
      "Content-Type",
      path === "/lookup" || seed % 3 === 0 ? "application/json" : "application/octet-stream",
    );
  return new Promise((resolve, reject) => {
    const req = request({ port, host: "127.0.0.1", method, path: `${path}?seed=${seed}&x=%2F..%2f`, headers, agent, setHost: false }, (res) => {
      const hash = createHash("sha256");
      let length = 0;
      res.on("data", (chunk: Buffer) => {
        length += chunk.length;
        hash.update(chunk);
      });
      res.on("error", reject);
      res.on("end", () =>
        resolve({ status: res.statusCode, reason: res.statusMessage, headers: endToEnd(res.rawHeaders), body: `${length}:${hash.digest("hex")}`, trailers: res.rawTrailers }),
      );
    });
    req.on("error", reject);
    if (!withBody) return void req.end();
    req.write(body.subarray(0, body.length / 2));
    req.end(body.subarray(body.length / 2));
  });
}

/** Sends `bytes` that come back as they are, and compares digests. */
async function big(path: string, bytes: number): Promise<void> {
  const block = Buffer.alloc(65_536);
  for (let at = 0; at < block.length; at++) block[at] = (at * 31) % 251;
  const sent = createHash("sha256");
  const got = createHash("sha256");
  let received = 0;
  const source = Readable.from(
    (function* () {
      for (let at = 0; at < bytes; at += block.length) {
        const piece = block.subarray(0, Math.min(block.length, bytes - at));
        sent.update(piece);
        yield piece;
      }
    })(),
    { objectMode: false },
  );
  await new Promise<void>((resolve, reject) => {
    const req = request({ port: gatePort, host: "127.0.0.1", method: "PUT", path, headers: { "Content-Length": bytes, "X-Echo": "1" } }, (res) => {
      res.on("data", (chunk: Buffer) => {
        received += chunk.length;
        got.update(chunk);
      });
      res.on("end", resolve).on("error", reject);
    });
    pipeline(source, req).catch(reject);
  });
  expect([path, received, got.digest("hex")]).toEqual([path, bytes, sent.digest("hex")]);
}

/** Lookups tell who exists, everything else answers by seed and tells in a header what it saw of the request. */
function answer(req: IncomingMessage, res: ServerResponse): void {
  const url = req.url ?? "";
  if (url === "/echo-stream" || req.headers["x-echo"] === "1") {
    res.writeHead(200, { "Content-Length": req.headers["content-length"] ?? "0" });
    req.pipe(res);
    return;
  }
  if (url === "/sse" || url.endsWith("?as=sse")) {
    res.writeHead(200, { "content-type": "text/event-stream" }).write("data: 0\n\n");
    stream = res;
    return;
  }
  const chunks: Buffer[] = [];
  req
    .on("data", (chunk: Buffer) => chunks.push(chunk))
    .on("end", () => {
      const body = Buffer.concat(chunks);
      if (url === "/trailers") {
        res.writeHead(200, { trailer: "X-Answer-Sum" });
        res.write("ok");
        res.addTrailers({ "X-Answer-Sum": String(req.trailers["x-sum"]) });
        res.end();
        return;
      }
      const digits = Number((url.startsWith("/lookup") ? /"phone":"\+(\d+)"/.exec(body.toString("latin1"))?.[1] : /999-(\d+)/.exec(url)?.[1]) ?? Number.NaN);
      if (!Number.isNaN(digits)) return lookup(req, res, url, digits, witness(req, body));
      mixed(req, res, Number(req.headers["x-seed"]), witness(req, body));
    });
}

function lookup(req: IncomingMessage, res: ServerResponse, url: string, digits: number, seen: string): void {
  const exists = digits % 2 === 1;
  const seed = Number(req.headers["x-seed"] ?? "1");
  // Some answers of a guarded endpoint are longer than what is held.
  const padding = exists ? "p".repeat(seed % 40 === 7 ? 200_000 : seed % 40 === 9 ? 65_400 : seed % 4 === 1 ? 100 : 0) : "";
  let body: Buffer = Buffer.from(
    JSON.stringify(exists ? { success: true, account_id: digits, email: `u${digits}@mail.example`, padding } : { success: false, message: "User not found." }),
  );
  const headers = ["X-Witness", seen, "Content-Type", "application/json", "Set-Cookie", "a=1", "Set-Cookie", "b=2"];
  if (url.startsWith("/export/")) {
    body = gzipSync(body);
    headers.push("Content-Encoding", "gzip");
  }
  if (seed % 3 === 0) res.writeHead(exists ? 200 : 404, headers);
  else res.writeHead(exists ? 200 : 404, [...headers, "content-length", String(body.length)]);
  res.end(req.method === "HEAD" ? undefined : body);
}

function mixed(req: IncomingMessage, res: ServerResponse, seed: number, seen: string): void {
  const headers = ["X-Witness", seen, "x-lower", "1", "X-Lower", "2", "Set-Cookie", "a=1", "Set-Cookie", "b=2", "Content-Type", seed % 4 === 0 ? "application/json" : "image/png"];
  const status = [200, 201, 404, 500, 204, 304, 302, 418][seed % 8] ?? 200;
  const reason = seed % 9 === 0 ? "Its Own Words" : "";
  let body: Buffer = Buffer.alloc(seed % 40 === 8 ? 200_000 : seed % 20 === 3 ? 65_536 + (seed % 3) : ([0, 10, 1_000][seed % 3] ?? 0), seed % 253);
  if (seed % 7 === 0) {
    body = gzipSync(body);
    headers.push("Content-Encoding", "gzip");
  }
  if (status === 204 || status === 304) return void res.writeHead(status, reason, headers).end();
  if (seed % 3 === 0) {
    res.writeHead(status, reason, [...headers, "Trailer", "X-Sum"]);
    res.write(body.subarray(0, body.length / 2));
    res.write(body.subarray(body.length / 2));
    res.addTrailers({ "X-Sum": String(seed) });
    res.end();
    return;
  }
  res.writeHead(status, reason, [...headers, "content-length", String(body.length)]);
  res.end(req.method === "HEAD" ? undefined : body);
}

function witness(req: IncomingMessage, body: Buffer): string {
  return createHash("sha256")
    .update(JSON.stringify([req.method, req.url, endToEnd(req.rawHeaders), createHash("sha256").update(body).digest("hex")]))
    .digest("hex");
}
