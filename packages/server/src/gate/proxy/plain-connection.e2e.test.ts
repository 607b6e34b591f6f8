import type { IncomingMessage, ServerResponse } from "node:http";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Proxy } from "./proxy.ts";
import { connectBoth, PathGate, raw, readUntil, startProxy, startService, until } from "./testbed.ts";

/** Makes a request one that is not plain and changes nothing else: the service never sees this header. */
const odd = "Proxy-Connection: keep-alive\r\n";

let origin: Awaited<ReturnType<typeof startService>>;
let proxy: Proxy;
let gate: PathGate;
let seen: { readonly url: string; readonly rawHeaders: readonly string[]; readonly body: string }[];

beforeAll(async () => {
  origin = await startService(answer);
});
afterAll(() => origin.close());
beforeEach(async () => {
  gate = new PathGate();
  seen = [];
  proxy = await startProxy(origin.port, gate, { now: () => 1_000 });
});
afterEach(() => proxy.close(0));

describe("a plain request and the same one read by Node", () => {
  const requests: Readonly<Record<string, readonly [head: string, body?: string]>> = {
    "an answer with its length": ["GET /length HTTP/1.1\r\nHost: Api.Test\r\nX-B: 1\r\nx-b: 2\r\n"],
    "an answer in chunks": ["GET /chunks HTTP/1.1\r\nHost: a\r\n"],
    "an empty answer in chunks": ["GET /empty HTTP/1.1\r\nHost: a\r\n"],
    trailers: ["GET /trailers HTTP/1.1\r\nHost: a\r\n"],
    HEAD: ["HEAD /length HTTP/1.1\r\nHost: a\r\n"],
    "HEAD of an answer without a length": ["HEAD /chunks HTTP/1.1\r\nHost: a\r\n"],
    204: ["GET /status/204 HTTP/1.1\r\nHost: a\r\n"],
    304: ["GET /status/304 HTTP/1.1\r\nHost: a\r\n"],
    "hints before the answer": ["GET /hints HTTP/1.1\r\nHost: a\r\n"],
    "an answer of 300 kB": ["GET /large HTTP/1.1\r\nHost: a\r\n"],
    "bytes that are no text": ["GET /binary HTTP/1.1\r\nHost: a\r\n"],
    "a body": ["POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n", "hello"],
    "an empty body": ["POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"],
    "a body that is judged": ["POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n", "hello"],
    "a body that came with a GET": ["GET /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n", "hi"],
    "a held answer": ["GET /held/length HTTP/1.1\r\nHost: a\r\n"],
    "a refusal": ["GET /denied HTTP/1.1\r\nHost: a\r\n"],
    "forwarding headers": ["GET /length HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n"],
    "the last one": ["GET /length HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"],
  };
  for (const [name, [head, body = ""]] of Object.entries(requests)) {
    it(`get the same answer, show the service the same and tell the judgement the same: ${name}`, async () => {
      const end = name === "the last one" ? "" : "GET /length HTTP/1.1\r\nHost: end\r\nConnection: close\r\n\r\n";
      const plain = await raw(proxy.port, `${head}\r\n${body}${end}`);
      const byNode = await raw(proxy.port, `${head}${odd}\r\n${body}${end}`);
      expect(plain.length).toBeGreaterThan(100);
      expect(byNode).toBe(plain);
      // Node reads the second request while the first is under way.
      const inOrder = (half: typeof seen): typeof seen => half.toSorted((a, b) => (a.url < b.url ? -1 : 1));
      expect(inOrder(seen.slice(seen.length / 2))).toEqual(inOrder(seen.slice(0, seen.length / 2)));
      await gate.told(seen.length);
      const told = gate.captures.map(({ head: { rawHeaders, ...rest }, ...capture }) => ({
        ...capture,
        requestSection: undefined,
        upstreamMs: undefined,
        head: { ...rest, rawHeaders: rawHeaders.filter((__, at) => rawHeaders[at - (at % 2)] !== "Proxy-Connection") },
      }));
      const byTarget = (half: typeof told): typeof told => half.toSorted((a, b) => (a.head.target < b.head.target ? -1 : 1));
      expect(byTarget(told.slice(told.length / 2))).toEqual(byTarget(told.slice(0, told.length / 2)));
    });
  }

  it("get the same uniform answer", async () => {
    gate.release = () => ({ kind: "replace", status: 404, headers: [["X-U", "1"]], body: "née", notBefore: 0 });
    const request = "GET /held/length HTTP/1.1\r\nHost: a\r\n";
    const plain = await raw(proxy.port, `${request}Connection: close\r\n\r\n`);
    expect(plain).toContain("HTTP/1.1 404 Not Found\r\nX-U: 1\r\n");
    expect(await raw(proxy.port, `${request}${odd}Connection: close\r\n\r\n`)).toBe(plain);
  });

  it("a header of a uniform answer that cannot stand in a head is never written", async () => {
    gate.release = () => ({ kind: "replace", status: 404, headers: [["X-U", "1\r\nX-Split: 1"]], body: "", notBefore: 0 });
    expect(await raw(proxy.port, "GET /held/length HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").catch(() => "")).not.toContain("X-Split");
  });
});

describe("a plain connection", () => {
  it("answers requests that came at once in their order, each after the one before", async () => {
    const paths = ["/slow", "/length", "/chunks", "/held/length", "/denied", "/length"];
    const text = await raw(proxy.port, paths.map((path, at) => `GET ${path}?${at} HTTP/1.1\r\nHost: a\r\n${at === 5 ? "Connection: close\r\n" : ""}\r\n`).join(""));
    expect([...text.matchAll(/HTTP\/1.1 (\d+)/g)].map((match) => match[1])).toEqual(["200", "200", "200", "200", "429", "200"]);
    expect(seen.map((request) => request.url)).toEqual(["/slow?0", "/length?1", "/chunks?2", "/held/length?3", "/length?5"]);
  });

  it.each([
    "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n Y: 2\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\nHost: a\n\n",
  ])("is as strict with its later requests as with the first: %j", async (probe) => {
    const text = await raw(proxy.port, `GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${probe}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect([...text.matchAll(/HTTP\/1.1 (\d+)/g)].map((match) => match[1])).toEqual(["200", "400"]);
    expect(seen.map((request) => request.url)).toEqual(["/slow"]);
  });

  it("serves a request that comes in two pieces, cut at any place, whether it waits for the rest or becomes Node's", async () => {
    const request = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    const whole = await raw(proxy.port, request);
    for (let at = 1; at < request.length; at += at < request.length - 9 ? 3 : 1) {
      const { near: socket, far } = await connectBoth(proxy.port);
      socket.write("GET /length HTTP/1.1\r\nHost: a\r\n\r\n");
      await readUntil(socket, "pong");
      const before = far.bytesRead;
      socket.write(request.slice(0, at));
      await until(() => far.bytesRead === before + at);
      const answered = readUntil(socket);
      socket.write(request.slice(at));
      expect(await answered).toBe(whole);
      socket.destroy();
    }
  });

  it.each([60_000, 70_000])("serves a body of %i bytes that comes in many pieces, and what was asked right after it", async (length) => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.setNoDelay(true);
    const body = "b".repeat(length);
    const request = `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}GET /length HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;
    const answered = readUntil(socket);
    for (let at = 0; at < request.length; at += 9_000) {
      socket.write(request.slice(at, at + 9_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const text = await answered;
    expect(text.split("HTTP/1.1 200")).toHaveLength(3);
    expect(text).toContain(`\r\n\r\n${body}`);
    expect(seen.map((one) => one.body.length)).toEqual([length, 0]);
  });

  it("hands a body over that takes its time, and nothing of it is lost", async () => {
    const streamed = new Promise<void>((resolve) => (onAsked = resolve));
    const socket = connect(proxy.port, "127.0.0.1");
    socket.setNoDelay(true);
    socket.write("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nConnection: close\r\n\r\nslow");
    const answered = readUntil(socket);
    // The service is asked before the body is complete.
    await streamed;
    socket.write("ly");
    expect(await answered).toMatch(/\r\n\r\nslowly$/);
  });

  it("is cut at a close when its body never came", async () => {
    const { near: socket, far } = await connectBoth(proxy.port);
    const half = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nhalf";
    socket.write(half);
    const ended = readUntil(socket);
    await until(() => far.bytesRead === half.length);
    await proxy.close(10);
    expect(await ended).not.toContain("200");
  });

  it("serves a client that asks without reading no faster than it reads", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.pause();
    for (let n = 0; n < 100; n++) socket.write(`GET /large?${n} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await gate.told(2);
    // Loopback buffers hold a few megabytes; a hundred answers are thirty. If it did not hold back, more of them would be served while other callers are.
    let others = 0;
    const large = (): number => seen.length - others;
    for (let before = -1; before !== large();) {
      before = large();
      for (let n = 0; n < 20; n++, others++) await raw(proxy.port, "GET /length HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    }
    expect(large()).toBeLessThan(80);
    let bytes = 0;
    const read = new Promise<void>((resolve) => {
      socket.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes >= 100 * 300_000) resolve();
      });
    });
    socket.resume();
    await read;
    await gate.told(100 + others);
    expect(large()).toBe(100);
    socket.destroy();
  });

  it("tells the service and the judgement when the client leaves in the middle", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write("GET /held/never HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => seen.length > 0);
    socket.destroy();
    await gate.told(1);
    expect([gate.aborts, gate.captures.length]).toEqual([1, 1]);
  });

  it("is cut when it says nothing in time, with 408, and when it stays silent after an answer", async () => {
    await proxy.close(0);
    proxy = await startProxy(origin.port, gate, { limits: { headersMs: 10, keepAliveMs: 10 } });
    const silent = connect(proxy.port, "127.0.0.1");
    expect(await readUntil(silent)).toMatch(/^HTTP\/1.1 408 /);
    const kept = connect(proxy.port, "127.0.0.1");
    kept.write("GET /length HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(await readUntil(kept)).toContain("pong");
  });

  it("obeys a reload between two requests, although its headers are the same", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    const ask = async (): Promise<void> => {
      socket.write("GET /length HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n");
      await readUntil(socket, "pong");
    };
    await ask();
    await ask();
    proxy.reload({ trustedHops: 1, rewriteHost: true });
    await ask();
    socket.destroy();
    expect(gate.captures.map((capture) => capture.head.address)).toEqual(["127.0.0.1", "127.0.0.1", "9.9.9.9"]);
    expect(seen.map((request) => request.rawHeaders[1])).toEqual(["a", "a", `127.0.0.1:${origin.port}`]);
  });

  it("ends at a graceful close: at once when idle, after its answer else, and says so", async () => {
    const idle = connect(proxy.port, "127.0.0.1");
    idle.write("GET /length HTTP/1.1\r\nHost: a\r\n\r\n");
    await readUntil(idle, "pong");
    const busy = connect(proxy.port, "127.0.0.1");
    busy.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => seen.some((request) => request.url === "/slow"));
    const ended = Promise.all([readUntil(idle), readUntil(busy)]);
    await proxy.close(5_000);
    const [none, last] = await ended;
    expect(none).toBe("");
    expect(last).toMatch(/slow/);
  });
});

/** Called with each request whose head the service has seen. */
let onAsked: () => void = () => undefined;

function answer(req: IncomingMessage, res: ServerResponse): void {
  onAsked();
  const url = req.url ?? "";
  let body = "";
  req.on("data", (chunk: Buffer) => {
    body += chunk.toString("latin1");
  });
  req.on("end", () => {
    seen.push({ url, rawHeaders: req.rawHeaders, body });
    const path = url.split("?")[0] ?? "";
    res.sendDate = false;
    res.on("error", () => undefined);
    if (path === "/chunks") {
      res.write("one");
      setImmediate(() => res.end("two"));
    } else if (path === "/empty") {
      res.flushHeaders();
      setImmediate(() => res.end());
    } else if (path === "/trailers") {
      res.writeHead(200, { Trailer: "X-Sum" });
      res.write("x");
      res.addTrailers({ "X-Sum": "7" });
      res.end();
    } else if (path.startsWith("/status/")) {
      res.writeHead(Number(path.slice(8)), { "X-S": "1" });
      res.end();
    } else if (path === "/hints") {
      res.writeProcessing();
      res.writeEarlyHints({ link: ["</a.css>; rel=preload"] });
      res.end("after hints");
    } else if (path === "/large") {
      res.end("l".repeat(300_000));
    } else if (path === "/binary") {
      res.writeHead(200, { "Content-Type": "image/png", "Content-Length": 512 });
      res.end(Buffer.from(Array.from({ length: 512 }, (_, n) => n % 256)));
    } else if (path === "/slow") {
      setTimeout(() => res.end("slow"), 50);
    } else if (path === "/held/never") {
      // No answer.
    } else if (req.method === "POST" || body !== "") {
      res.writeHead(200, { "Content-Length": body.length, "Content-Type": "text/plain" });
      res.end(body, "latin1");
    } else {
      res.writeHead(200, "Fine", ["Content-Length", "4", "X-B", "1", "x-b", "2", "Content-Type", "text/plain"]);
      res.end(req.method === "HEAD" ? undefined : "pong");
    }
  });
}
