import type { IncomingMessage, ServerResponse } from "node:http";
import { connect, createServer as createTcp, type Socket } from "node:net";
import { once } from "node:events";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Proxy } from "./proxy.ts";
import type { ProxyEvent } from "./proxy-event.ts";
import { listen, PathGate, raw, readUntil, startProxy, startService, until } from "./testbed.ts";

let origin: Awaited<ReturnType<typeof startService>>;
let proxy: Proxy;
let gate: PathGate;
let events: ProxyEvent[];
let seen: { rawHeaders: string[]; url: string; aborted: Promise<void> }[];

beforeAll(async () => {
  origin = await startService(answer);
  origin.server.on("checkContinue", answerExpecting).on("upgrade", answerUpgrade);
});
afterAll(() => origin.close());
beforeEach(async () => {
  gate = new PathGate();
  events = [];
  seen = [];
  proxy = await startProxy(origin.port, gate, { onEvent: (event) => events.push(event) });
});
afterEach(() => proxy.close(0));

const get = (path: string, extra = ""): string => `GET ${path} HTTP/1.1\r\nHost: api.test\r\n${extra}Connection: close\r\n\r\n`;

describe("what passes", () => {
  it("keeps the case, order and repeats of an answer's headers, and its reason", async () => {
    const text = await raw(proxy.port, get("/odd-headers"));
    expect(text).toContain("HTTP/1.1 299 Odd But Fine\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n");
    expect(text).not.toContain("X-Hop");
  });

  it("keeps the case, order and repeats of a request's headers, drops hop-by-hop ones and appends the forwarding ones", async () => {
    await raw(
      proxy.port,
      `GET /echo HTTP/1.1\r\nx-Z: 1\r\nHOST: Api.Test\r\nAccept: a\r\nX-Hop: 1\r\naccept: b\r\nX-Forwarded-For: 9.9.9.9\r\nKeep-Alive: 5\r\nConnection: close, X-Hop, X-Forwarded-For\r\n\r\n`,
    );
    expect(seen[0]?.rawHeaders).toEqual([
      "x-Z",
      "1",
      "HOST",
      "Api.Test",
      "Accept",
      "a",
      "accept",
      "b",
      "X-Forwarded-For",
      "9.9.9.9, 127.0.0.1",
      "X-Forwarded-Proto",
      "http",
      "X-Forwarded-Host",
      "Api.Test",
    ]);
    expect(gate.captures[0]?.head).toMatchObject({ host: "api.test", address: "127.0.0.1", target: "/echo" });
  });

  it("answers HEAD, 204 and 304 without a body and with the headers the service gave", async () => {
    expect(await raw(proxy.port, `HEAD /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).toMatch(/Content-Length: \d+\r\n.*\r\n\r\n$/s);
    expect(await raw(proxy.port, get("/status/204"))).toMatch(/^HTTP\/1.1 204 No Content\r\nX-S: 1\r\n.*\r\n\r\n$/s);
    expect(await raw(proxy.port, get("/status/304"))).toMatch(/^HTTP\/1.1 304 Not Modified\r\nX-S: 1\r\n.*\r\n\r\n$/s);
  });

  it("passes trailers both ways", async () => {
    const text = await raw(
      proxy.port,
      "POST /trailers HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\nX-Forwarded-For: 9.9.9.9\r\n\r\n",
    );
    expect(text).toContain("0\r\nX-Answer-Sum: 7\r\n\r\n");
  });

  it("passes 100 Continue on, and a final answer without one", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write("POST /continue HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    expect(await readUntil(socket, "\r\n\r\n")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write("hello");
    expect(await readUntil(socket, "hello")).toMatch(/^HTTP\/1.1 200 OK/);
    socket.destroy();
    const refused = await raw(proxy.port, "POST /refuse HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    expect(refused).toMatch(/^HTTP\/1.1 413 /);
    expect(refused.toLowerCase()).toContain("connection: close");
  });

  it("passes each event of a stream on before the next one is written", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write(get("/sse"));
    expect(await readUntil(socket, "data: 0\n\n")).not.toContain("data: 1");
    for (let round = 1; round < 5; round += 1) {
      sse?.write(`data: ${round}\n\n`);
      await readUntil(socket, `data: ${round}\n\n`);
    }
    const gone = seen[0]?.aborted;
    socket.destroy();
    await gone;
    await gate.told(1);
    expect(gate.captures[0]).toMatchObject({ status: 200, responseBodyTruncated: true });
  });

  it("tunnels a WebSocket handshake and every byte after it, both ways, and says so once", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write("GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\nearly");
    const text = await readUntil(socket, "echo:early");
    expect(text).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
    socket.write("later");
    await readUntil(socket, "later");
    await gate.told(1);
    expect(gate.captures).toHaveLength(1);
    expect(gate.captures[0]?.status).toBe(101);
    socket.destroy();
  });

  it("passes a refused WebSocket handshake as an ordinary answer and tunnels nothing", async () => {
    const text = await raw(proxy.port, "GET /ws-refused HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(text).toMatch(/^HTTP\/1.1 426 /);
    expect(seen.some((request) => request.url === "/smuggled")).toBe(false);
  });

  it("serves a request that offers h2c as the plain request it also is, body included", async () => {
    const text = await raw(
      proxy.port,
      "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nContent-Length: 4\r\n\r\nbodyGET /echo HTTP/1.1\r\nHost: b\r\nConnection: close\r\n\r\n",
    );
    expect(text.split("HTTP/1.1 200 OK")).toHaveLength(3);
    expect(seen[0]?.rawHeaders.join().toLowerCase()).not.toContain("h2c");
  });

  it("takes an absolute-form target's authority for the host", async () => {
    await raw(proxy.port, "GET http://Other.test:81?x=1 HTTP/1.1\r\nHost: liar.test\r\nConnection: close\r\n\r\n");
    expect(seen[0]?.url).toBe("/?x=1");
    expect(gate.captures[0]?.head.host).toBe("other.test:81");
    expect(seen[0]?.rawHeaders.slice(0, 2)).toEqual(["Host", "Other.test:81"]);
  });

  it("serves HTTP/1.0 clients without chunks", async () => {
    const text = await raw(proxy.port, "GET /chunked HTTP/1.0\r\n\r\n");
    expect(text).toMatch(/\r\n\r\nonetwo$/);
    expect(text.toLowerCase()).not.toContain("transfer-encoding");
  });
});

describe("what the judgement decides", () => {
  it("releases a held answer untouched, and shows it decoded", async () => {
    for (const [coding, bytes] of [
      ["gzip", gzipSync('{"a":1}')],
      ["deflate", deflateSync('{"a":1}')],
      ["br", brotliCompressSync('{"a":1}')],
    ] as const) {
      encoded = bytes;
      const text = await raw(proxy.port, get(`/held/${coding}`));
      expect(text.endsWith(bytes.toString("latin1"))).toBe(true);
      const answer = gate.answers.at(-1);
      expect(Buffer.from(answer?.body ?? []).toString()).toBe('{"a":1}');
      expect(answer?.complete).toBe(true);
    }
  });

  it("judges a long held answer by its first 64 KiB and then passes all of it", async () => {
    const text = await raw(proxy.port, get("/held/big"));
    expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe("b".repeat(300_000));
    expect(gate.answers[0]?.body.length).toBe(65_536);
    expect(gate.answers[0]?.complete).toBe(false);
  });

  it("replaces a held answer, not before its time, with the right length; HEAD gets no body", async () => {
    const startedAt = Date.now();
    gate.release = () => ({
      kind: "replace",
      status: 404,
      headers: [
        ["X-First", "1"],
        ["content-length", "999"],
        ["X-Last", "2"],
      ],
      body: "ünknown",
      notBefore: startedAt + 60,
    });
    const text = await raw(proxy.port, get("/held/x"));
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(59);
    expect(text).toMatch(/^HTTP\/1.1 404 Not Found\r\nX-First: 1\r\ncontent-length: 8\r\nX-Last: 2\r\n/);
    expect(Buffer.from(text, "latin1").toString().endsWith("\r\n\r\nünknown")).toBe(true);
    expect(gate.captures[0]).toMatchObject({ replaced: true, status: 200 });
    const head = await raw(proxy.port, get("/held/x").replace("GET", "HEAD"));
    expect(head).toMatch(/content-length: 8\r\n.*\r\n\r\n$/s);
  });

  it("discards the rest of a replaced long answer", async () => {
    gate.release = () => ({ kind: "replace", status: 404, headers: [], body: "no", notBefore: 0 });
    expect(await raw(proxy.port, get("/held/big"))).toMatch(/\r\n\r\nno$/);
    await gate.told(1);
  });

  it("replaces an answer that the service broke off, too: whom it breaks off for may tell who exists", async () => {
    gate.release = ({ status }) => (status === 502 ? { kind: "replace", status: 404, headers: [], body: "no", notBefore: 0 } : { kind: "pass" });
    for (const broken of ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"]) {
      const odd = createTcp((socket) => socket.on("error", () => undefined).once("data", () => socket.end(broken)));
      proxy.reload({ upstream: new URL(`http://127.0.0.1:${await listen(odd)}`) });
      expect(await raw(proxy.port, get("/held/x").replace("GET", "POST"))).toMatch(/^HTTP\/1.1 404 [^]*\r\n\r\nno$/);
      odd.close();
    }
  });

  it("scales the wait for `notBefore` by the clock's factor", async () => {
    await proxy.close(0);
    proxy = await startProxy(origin.port, gate, { now: () => 1_000, scaleMs: 100_000 });
    gate.release = () => ({ kind: "replace", status: 404, headers: [], body: "no", notBefore: 3_001_000 });
    const startedAt = Date.now();
    await raw(proxy.port, get("/held/x"));
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  it("denies without asking the service, also while a body is on its way", async () => {
    const text = await raw(proxy.port, `POST /denied HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n${"x".repeat(1_000)}`, "slow down");
    expect(text).toMatch(/^HTTP\/1.1 429 Too Many Requests\r\nRetry-After: 7\r\n/);
    expect(seen).toHaveLength(0);
    expect(gate.captures[0]).toMatchObject({ status: 0, replaced: false });
  });

  it("collects a body for judgement and sends it on unchanged", async () => {
    for (const size of [0, 10, 65_536, 65_537, 500_000]) {
      const body = "abcdefghij".repeat(50_000).slice(0, size);
      const text = await raw(proxy.port, `POST /body/echo HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\nConnection: close\r\n\r\n${body}`);
      expect(text.slice(text.indexOf("\r\n\r\n") + 4) === body, `size ${size}`).toBe(true);
      expect(gate.bodies.at(-1)?.body === body.slice(0, 65_536)).toBe(true);
      expect(gate.bodies.at(-1)?.complete).toBe(size < 65_536);
    }
  });

  it("asks an expecting client for the body it must judge", async () => {
    gate.afterBody = { kind: "hold", token: 1 };
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write("POST /body/echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
    await readUntil(socket, "100 Continue\r\n\r\n");
    socket.write("hello");
    expect(await readUntil(socket, "hello")).toMatch(/^HTTP\/1.1 200 OK/);
    expect(seen[0]?.rawHeaders).not.toContain("Expect");
    socket.destroy();
  });

  it("answers 500 when the judgement throws, so that breaking it is no way around it", async () => {
    expect(await raw(proxy.port, get("/broken"))).toMatch(/^HTTP\/1.1 500 /);
    expect(seen).toHaveLength(0);
    expect(events[0]?.type).toBe("gate-failed");
  });

  it("tells the judgement when a client leaves a held answer, once, and stops the service's work", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write(get("/held/never"));
    await until(() => seen.length > 0);
    socket.destroy();
    await gate.told(1);
    await seen[0]?.aborted;
    expect(gate.aborts).toBe(1);
    expect(gate.captures).toHaveLength(1);
  });

  it("remembers 64 KiB of text each way, and nothing of other types but their size", async () => {
    await raw(proxy.port, `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n${"x".repeat(100_000)}`);
    await raw(proxy.port, get("/binary"));
    expect(gate.captures[0]?.requestBody?.length).toBe(65_536);
    expect(gate.captures[0]).toMatchObject({ requestBodyTruncated: true, responseBytes: 100_000 });
    expect(gate.captures[1]).toMatchObject({ responseBody: undefined, responseBytes: 5_000 });
  });
});

describe("what goes wrong", () => {
  it("answers 502 with a reference when the service is down, also to a held request, and says so", async () => {
    const dead = createTcp();
    const port = await listen(dead);
    await new Promise((resolve) => dead.close(resolve));
    proxy.reload({ upstream: new URL(`http://127.0.0.1:${port}`) });
    const text = await raw(proxy.port, get("/held/x"));
    expect(text).toMatch(/^HTTP\/1.1 502 Bad Gateway\r\nContent-Type: application\/problem\+json/);
    const [event] = events;
    expect(event).toMatchObject({ type: "upstream-failed", failure: "connect" });
    expect(text).toContain(event !== undefined && "ref" in event ? event.ref : "missing");
    expect(gate.aborts).toBe(1);
    expect(gate.captures[0]).toMatchObject({ status: 0, upstreamError: "connect" });
  });

  it("answers 504 when the service does not answer in time", async () => {
    proxy.reload({ limits: { answerHeadMs: 10 } });
    expect(await raw(proxy.port, get("/held/never"))).toMatch(/^HTTP\/1.1 504 /);
    expect(gate.captures[0]?.upstreamError).toBe("timeout");
  });

  it("refuses with 502 what no one could read the same way twice", async () => {
    for (const answerText of [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
      "HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n",
      "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
      "SSH-2.0-x\r\n\r\n\r\n",
    ]) {
      const odd = createTcp((socket) => socket.on("error", () => undefined).once("data", () => socket.end(answerText)));
      proxy.reload({ upstream: new URL(`http://127.0.0.1:${await listen(odd)}`) });
      expect(await raw(proxy.port, get("/")), answerText).toMatch(/^HTTP\/1.1 502 /);
      odd.close();
    }
  });

  it("cuts the client off when an answer breaks in the middle, so that half is never taken for whole", async () => {
    const odd = createTcp((socket) => socket.on("error", () => undefined).once("data", () => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")));
    proxy.reload({ upstream: new URL(`http://127.0.0.1:${await listen(odd)}`) });
    const text = await raw(proxy.port, get("/"));
    expect(text).toContain("3\r\nabc\r\n");
    expect(text).not.toContain("0\r\n\r\n");
    odd.close();
  });

  it("asks again when a kept connection closed under a harmless request, and never for a POST", async () => {
    let connections = 0;
    const closing = createTcp((socket) => {
      connections += 1;
      let asked = 0;
      socket
        .on("error", () => undefined)
        .on("data", () => {
          asked += 1;
          if (asked === 1) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          else socket.destroy();
        });
    });
    proxy.reload({ upstream: new URL(`http://127.0.0.1:${await listen(closing)}`) });
    expect(await raw(proxy.port, get("/"))).toMatch(/ok$/);
    expect(await raw(proxy.port, get("/"))).toMatch(/ok$/);
    expect(connections).toBe(2);
    expect(await raw(proxy.port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")).toMatch(/^HTTP\/1.1 502/);
    closing.close();
  });

  it("refuses requests beyond the bound with 503", async () => {
    proxy.reload({ limits: { inFlightMax: 1 } });
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write(get("/held/never"));
    await until(() => seen.length > 0);
    expect(await raw(proxy.port, get("/echo"))).toMatch(/^HTTP\/1.1 503 /);
    socket.destroy();
  });

  it("cuts clients that drip their headers, with 408, or their body, also with 408", async () => {
    await proxy.close(0);
    const limits = { headersMs: 50, clientIdleMs: 50 };
    proxy = await startProxy(origin.port, gate, { limits });
    expect(await raw(proxy.port, "GET / HTTP/1.1\r\nHost: a\r\n")).toMatch(/^HTTP\/1.1 408 /);
    expect(await raw(proxy.port, "POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx")).toMatch(/^HTTP\/1.1 408 /);
    expect(gate.captures).toHaveLength(1);
  });

  it("drops connections beyond the bound and says so", async () => {
    await proxy.close(0);
    const limits = { connectionsMax: 1 };
    proxy = await startProxy(origin.port, gate, { limits, onEvent: (event) => events.push(event) });
    const first = connect(proxy.port, "127.0.0.1");
    first.write("GET /sse HTTP/1.1\r\nHost: a\r\n\r\n");
    await readUntil(first, "data: 0");
    expect(await raw(proxy.port, get("/echo"))).toBe("");
    expect(events).toEqual([{ type: "connection-dropped" }]);
    first.destroy();
  });

  it("lets requests wait in order for one of the upstream connections, and serves them all", async () => {
    proxy.reload({ limits: { upstreamConnectionsMax: 1 } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => raw(proxy.port, get("/echo"))));
    expect(answers.every((text) => text.endsWith("pong"))).toBe(true);
  });

  it("changes nothing when a reload is wrong", async () => {
    expect(() => proxy.reload({ upstream: new URL("ftp://a") })).toThrow(expect.objectContaining({ code: "UPSTREAM_INVALID" }));
    expect(() => proxy.reload({ trustedHops: ["x"] })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(await raw(proxy.port, get("/echo"))).toMatch(/pong$/);
  });

  it("lets requests end at a graceful close and refuses new connections", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write("GET /sse HTTP/1.1\r\nHost: a\r\n\r\n");
    await readUntil(socket, "data: 0\n\n");
    const closed = proxy.close(10_000);
    sse?.end("data: last\n\n");
    expect(await readUntil(socket)).toContain("data: last");
    await closed;
    expect(await raw(proxy.port, get("/echo"))).toBe("");
    expect(gate.captures).toHaveLength(1);
  });

  it("cuts what does not end in the time of grace", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write(get("/held/never"));
    await until(() => seen.length > 0);
    const ended = readUntil(socket);
    await proxy.close(30);
    expect(await ended).toBe("");
    expect(gate.captures).toHaveLength(1);
    expect(gate.aborts).toBe(1);
  });
});

describe("smuggling", () => {
  const body = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  const probes: Readonly<Record<string, string>> = {
    "CL and TE": `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    "TE and CL": `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    "two lengths": `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    "two equal lengths": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    "a list of lengths": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx",
    "a signed length": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
    "a bad chunk size": "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
    "a chunk longer than told": "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
    "a bare LF after a chunk size": "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
    "another coding": `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n${body}`,
    "stacked codings": `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n${body}`,
    "two codings": `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${body}`,
    "TE in HTTP/1.0": `POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${body}`,
    "a folded header": "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n Transfer-Encoding: chunked\r\n\r\n",
    "a bare LF": "GET / HTTP/1.1\nHost: a\n\n",
    "a bare LF in headers": "GET / HTTP/1.1\r\nHost: a\r\nX: 1\nY: 2\r\n\r\n",
    "a bare CR in headers": "GET / HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n",
    "a space before the colon": `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n${body}`,
    "a tab in a name": "GET / HTTP/1.1\r\nHost: a\r\nX\tY: 1\r\n\r\n",
    "an empty name": "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n",
    "an imitated length": "POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 5\r\n\r\n",
    "an imitated coding": "POST / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\n\r\n",
    "an imitated address": "GET / HTTP/1.1\r\nHost: a\r\nX_Forwarded_For: 1.1.1.1\r\n\r\n",
    NUL: "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
    "NUL in the target": "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
    "no host": "GET / HTTP/1.1\r\n\r\n",
    "two hosts": "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "userinfo in the host": "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
    "a fragment": "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n",
    "a relative target": "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
    "another scheme": "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a later version": "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "no version": "GET /\r\n\r\n",
    garbage: "\x16\x03\x01\x02\0\x01",
  };
  for (const [name, bytes] of Object.entries(probes)) {
    it(`answers 400 as problem+json, or drops: ${name}`, async () => {
      const text = await raw(proxy.port, bytes);
      expect(text).toMatch(/^HTTP\/1.1 400 Bad Request\r\nContent-Type: application\/problem\+json/);
      expect(text.split("HTTP/1.1 ")).toHaveLength(2);
      expect(seen.some((request) => request.url === "/smuggled")).toBe(false);
    });
  }

  it("answers 431 to headers that are too long or too many", async () => {
    expect(await raw(proxy.port, get("/", `X: ${"a".repeat(40_000)}\r\n`))).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw(proxy.port, get("/", "X: a\r\n".repeat(300)))).toMatch(/^HTTP\/1.1 431 /);
    expect(await raw(proxy.port, get("/echo", "X: a\r\n".repeat(200)))).toMatch(/^HTTP\/1.1 200 /);
  });

  it("refuses CONNECT", async () => {
    expect(await raw(proxy.port, "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n")).toMatch(/^HTTP\/1.1 405 /);
  });

  it("tells the service of a request whose chunks broke by cutting it, never by ending it", async () => {
    const text = await raw(proxy.port, "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n");
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    await gate.told(1);
    expect(gate.captures).toHaveLength(1);
  });
});

// ——— the service behind the proxy ———

let sse: ServerResponse | undefined;
let encoded: Buffer = Buffer.alloc(0);

function answer(req: IncomingMessage, res: ServerResponse): void {
  const url = req.url ?? "";
  seen.push({
    rawHeaders: req.rawHeaders.filter((_, at) => req.rawHeaders[at - (at % 2)]?.toLowerCase() !== "connection"),
    url,
    aborted: once(res, "close").then(() => undefined),
  });
  res.on("error", () => undefined);
  if (url === "/odd-headers") {
    res.sendDate = false;
    res.writeHead(299, "Odd But Fine", ["X-B", "1", "x-a", "2", "X-B", "3", "Set-Cookie", "a=1", "Set-Cookie", "b=2", "X-Hop", "1", "Connection", "X-Hop"]);
    res.end("odd");
  } else if (url.startsWith("/status/")) {
    res.writeHead(Number(url.slice(8)), { "X-S": "1" });
    res.end();
  } else if (url === "/trailers") {
    req.resume().on("end", () => {
      res.writeHead(200, { Trailer: "X-Answer-Sum" });
      res.write("x");
      res.addTrailers({ "X-Answer-Sum": req.trailers["x-sum"] ?? "none" });
      res.end();
    });
  } else if (url === "/sse") {
    sse = res;
    res.writeHead(200, { "Content-Type": "text/event-stream" });
    res.write("data: 0\n\n");
  } else if (url === "/chunked") {
    res.write("one");
    res.end("two");
  } else if (url === "/binary") {
    res.writeHead(200, { "Content-Type": "image/png" });
    res.end(Buffer.alloc(5_000));
  } else if (url === "/held/never") {
    req.resume();
  } else if (url === "/held/big") {
    res.end("b".repeat(300_000));
  } else if (url.startsWith("/held/") && encoded.length > 0 && url !== "/held/x") {
    res.writeHead(200, { "Content-Encoding": url.slice(6), "Content-Type": "application/json", "Content-Length": encoded.length });
    res.end(encoded);
  } else if (url === "/ws-refused") {
    res.writeHead(426);
    res.end("no");
  } else if (req.method === "POST" || req.method === "PUT") {
    res.writeHead(200, req.headers["content-length"] === undefined ? {} : { "Content-Length": req.headers["content-length"] });
    req.pipe(res);
  } else {
    res.writeHead(200, { "Content-Length": 4, "Content-Type": "text/plain" });
    res.end(req.method === "HEAD" ? undefined : "pong");
  }
}

function answerExpecting(req: IncomingMessage, res: ServerResponse): void {
  if (req.url === "/refuse") {
    res.writeHead(413);
    res.end();
    return;
  }
  res.writeContinue();
  answer(req, res);
}

function answerUpgrade(req: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on("error", () => undefined);
  if (req.url === "/ws-refused") {
    socket.end("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
  if (head.length > 0) socket.write(`echo:${head.toString()}`);
  socket.on("data", (chunk) => socket.write(`echo:${chunk.toString()}`));
}
