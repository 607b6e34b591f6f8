import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Proxy } from "./proxy.ts";
import { PathGate, raw, readUntil, startProxy, startService, until } from "./testbed.ts";

let origin: Awaited<ReturnType<typeof startService>>;
let proxy: Proxy;
let gate: PathGate;
let asked: string[];

beforeAll(async () => {
  origin = await startService((req, res) => {
    let body = "";
    req.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
    req.on("end", () => {
      asked.push(`${req.method} ${req.url} ${body.length}`);
      res.end("told");
    });
  });
});
afterAll(() => origin.close());
beforeEach(async () => {
  gate = new PathGate();
  asked = [];
  proxy = await startProxy(origin.port, gate);
});
afterEach(() => proxy.close(0));

describe("a request that the judgement lets wait", () => {
  it("reaches the service when it is let go, not before, and is told of once", async () => {
    const answer = raw(proxy.port, "GET /waits/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await until(() => gate.paused.length === 1);
    // What came later on another connection is past it.
    expect(await raw(proxy.port, "GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toContain("told");
    expect(asked).toEqual(["GET /b 0"]);
    gate.paused[0]?.();
    expect(await answer).toMatch(/^HTTP\/1.1 200 OK\r\n.*told$/s);
    expect([asked, gate.captures.length]).toEqual([["GET /b 0", "GET /waits/a 0"], 2]);
  });

  it.each([
    ["small, read whole", "POST /waits/body HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", 5, "hello"],
    ["large, streamed", `POST /waits/body HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\nConnection: close\r\n\r\n${"x".repeat(200_000)}`, 200_000, "x".repeat(65_536)],
    ["chunked", "POST /waits/body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 5, "hello"],
  ])("is judged by its body after that, and the service gets all of it: %s", async (_, text, length, judged) => {
    const answer = raw(proxy.port, text);
    await until(() => gate.paused.length === 1);
    expect(gate.bodies).toEqual([]);
    gate.paused[0]?.();
    expect(await answer).toContain("told");
    expect(asked).toEqual([`POST /waits/body ${length}`]);
    expect(gate.bodies.map(({ body }) => body)).toEqual([judged]);
  });

  it("may have its answer held after that", async () => {
    gate.release = () => ({ kind: "replace", status: 404, headers: [], body: "nobody", notBefore: 0 });
    const answer = raw(proxy.port, "GET /waits/held HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await until(() => gate.paused.length === 1);
    gate.paused[0]?.();
    expect(await answer).toMatch(/^HTTP\/1.1 404 .*nobody$/s);
  });

  it("is answered before the next one on its connection", async () => {
    const socket = connect(proxy.port, "127.0.0.1");
    socket.write("GET /waits/a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    await until(() => gate.paused.length === 1);
    gate.paused[0]?.();
    expect(await readUntil(socket)).toMatch(/told.*told/s);
    expect(asked).toEqual(["GET /waits/a 0", "GET /b 0"]);
    socket.destroy();
  });

  it.each(["GET /waits/a HTTP/1.1\r\nHost: a\r\n\r\n", "POST /waits/a HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\nx"])(
    "never reaches the service when its client leaves meanwhile: %j",
    async (text) => {
      const socket = connect(proxy.port, "127.0.0.1");
      socket.write(text);
      await until(() => gate.paused.length === 1);
      socket.destroy();
      await gate.told(1);
      gate.paused[0]?.();
      expect(await raw(proxy.port, "GET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toContain("told");
      expect([asked, gate.captures[0]?.status, proxy.inFlight]).toEqual([["GET /b 0"], 0, 0]);
    },
  );

  it("does not keep the proxy from closing", async () => {
    const answer = raw(proxy.port, "GET /waits/a HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => gate.paused.length === 1);
    await proxy.close(0);
    await answer;
    expect([asked, gate.captures.length]).toEqual([[], 1]);
  });
});
