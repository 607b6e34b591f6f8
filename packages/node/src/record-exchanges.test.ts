import { once } from "node:events";
import { Agent, createServer, request as httpRequest, type IncomingMessage, type RequestListener } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { bodyBytesMax, exchangeLine, pendingMax, recordExchanges, type Exchange, type RecorderOptions } from "./index.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

describe("one exchange", () => {
  test("says all of it: target, headers in order and case, both bodies, status, size", async () => {
    const host = await start(async (request, response) => {
      const body = await text(request);
      response.setHeader("X-Set", ["a", "b"]);
      response.writeHead(201, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ got: body.length }));
    });
    const answer = await host.ask("/users/7?x=1", { method: "POST", headers: { "X-Odd-CASE": "1", "content-type": "application/json" }, body: '{"phone":"+99912345"}' });
    expect(answer).toMatchObject({ status: 201, body: '{"got":21}' });
    const [exchange] = await host.recorded(1);
    expect(exchange).toMatchObject({
      method: "POST",
      url: "/users/7?x=1",
      client: { address: "127.0.0.1" },
      request: { body: '{"phone":"+99912345"}' },
      response: { status: 201, size: 10, body: '{"got":21}' },
    });
    expect(exchange?.request.headers).toContainEqual(["X-Odd-CASE", "1"]);
    expect(exchange?.response.headers).toEqual([
      ["Content-Type", "application/json"],
      ["X-Set", "a"],
      ["X-Set", "b"],
    ]);
    expect(exchange?.carries).toEqual({ host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true });
    expect(exchange?.durationMs).toBeGreaterThan(0);
    expect(JSON.parse(exchangeLine(exchange ?? never()))).toMatchObject({ url: "/users/7?x=1", response: { status: 201 } });
  });

  test("is one for each request of a kept-alive connection, each with its own id and body", async () => {
    const host = await start((request, response) => void response.end(`for ${request.url ?? ""}`));
    const socket = connect(host.port, "127.0.0.1");
    closing.push(async () => socket.destroy());
    const answers = text(socket);
    for (const name of ["a", "b", "c"]) socket.write(`GET /${name} HTTP/1.1\r\nHost: h${name === "c" ? "\r\nConnection: close" : ""}\r\n\r\n`);
    expect((await answers).match(/for \/[abc]/g)).toEqual(["for /a", "for /b", "for /c"]);
    const exchanges = await host.recorded(3);
    expect(exchanges.map(({ url, response }) => [url, response.body])).toEqual([
      ["/a", "for /a"],
      ["/b", "for /b"],
      ["/c", "for /c"],
    ]);
    expect(new Set(exchanges.map(({ id }) => id)).size).toBe(3);
  });

  test("holds every piece of a streamed answer, in each form write and end take", async () => {
    const host = await start((_, response) => {
      // Ending twice is the host's own mistake; newer Nodes tell it so by an event.
      response.on("error", () => undefined);
      response.writeHead(200, "Fine", ["Content-Type", "text/plain", "X-A", "1"]);
      response.write("grüße ");
      response.write("6869", "hex");
      response.write(Buffer.from(" there"), () => {
        response.write("");
        response.end(" \u00ff", "latin1", () => response.end("after the end"));
      });
    });
    const answer = await host.ask("/");
    const sent = Buffer.concat([Buffer.from("grüße hi there "), Buffer.from([0xff])]);
    expect(Buffer.from(answer.bytes)).toEqual(sent);
    const [exchange] = await host.recorded(1);
    expect(exchange?.response).toEqual({
      status: 200,
      headers: [
        ["Content-Type", "text/plain"],
        ["X-A", "1"],
      ],
      body: new Uint8Array(sent),
      size: sent.length,
    });
  });

  test("sees the raw bytes of a request whose host set an encoding, and of one the host never read", async () => {
    const host = await start((request, response) => {
      if (request.url === "/read")
        request
          .setEncoding("base64")
          .on("data", () => undefined)
          .on("end", () => response.end("ok"));
      else setImmediate(() => response.end("ok"));
    });
    for (const path of ["/read", "/unread"]) await host.ask(path, { method: "POST", body: "name=grün" });
    expect((await host.recorded(2)).map(({ request }) => request.body)).toEqual(["name=grün", "name=grün"]);
  });
});

describe("a body", () => {
  test("is kept to 64 KiB each way, whole characters only, marked as a prefix, and passes whole", async () => {
    const long = "ü".repeat(bodyBytesMax);
    const host = await start(async (request, response) => void response.end(`x${await text(request)}`));
    const answer = await host.ask("/", { method: "POST", body: `y${long}` });
    expect(answer.body.length).toBe(2 + long.length);
    const [exchange] = await host.recorded(1);
    expect(exchange?.request).toMatchObject({ body: `y${"ü".repeat(bodyBytesMax / 2 - 1)}`, truncated: true });
    expect(exchange?.response).toMatchObject({ body: `xy${"ü".repeat(bodyBytesMax / 2 - 1)}`, truncated: true, size: 2 + 2 * long.length });
  });

  test("of exactly 64 KiB is whole", async () => {
    const host = await start(async (request, response) => void response.end(await text(request)));
    await host.ask("/", { method: "POST", body: "z".repeat(bodyBytesMax) });
    const [exchange] = await host.recorded(1);
    expect([exchange?.request.truncated, exchange?.response.truncated, exchange?.response.body?.length]).toEqual([undefined, undefined, bodyBytesMax]);
  });

  test("that is an image, or still compressed, is not kept, and the exchange says it was not carried", async () => {
    const host = await start((request, response) => {
      if (request.url === "/image") response.setHeader("Content-Type", "image/png").end("text all the same");
      else response.setHeader("Content-Type", "text/plain").setHeader("Content-Encoding", "gzip").end(gzipSync("hidden"));
    });
    for (const path of ["/image", "/gzip"]) await host.ask(path);
    for (const { response, carries } of await host.recorded(2)) expect([response.body, carries.responseBody]).toEqual([undefined, false]);
  });

  test("of a HEAD answer is not counted as sent", async () => {
    const host = await start((_, response) => void response.end("never sent"));
    await host.ask("/", { method: "HEAD" });
    const [exchange] = await host.recorded(1);
    expect([exchange?.response.body, exchange?.response.size]).toEqual([undefined, 0]);
  });
});

describe("a connection that breaks", () => {
  test("before an answer gives status 0 and the part of the body that came", async () => {
    const host = await start(() => undefined);
    const reached = host.reached();
    const socket = connect(host.port, "127.0.0.1", () => socket.write("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf"));
    await reached;
    socket.destroy();
    const [exchange] = await host.recorded(1);
    expect(exchange?.response).toMatchObject({ status: 0, headers: [], size: 0 });
    expect(exchange?.request).toMatchObject({ body: "half", truncated: true });
  });

  test("in the middle of an answer keeps its status and what was sent, because that was learned", async () => {
    const host = await start((_, response) => void response.write("first half"));
    const socket = connect(host.port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
    socket.once("data", () => socket.destroy());
    const [exchange] = await host.recorded(1);
    expect(exchange?.response).toMatchObject({ status: 200, body: "first half", truncated: true });
  });
});

describe("the host", () => {
  test("never hears of a sink that throws or rejects; both are counted", async () => {
    const sinks = [
      () => {
        throw new Error("sink");
      },
      () => Promise.reject(new Error("sink")),
    ];
    for (const sink of sinks) {
      const host = await start((_, response) => void response.end("fine"), { sink });
      expect(await host.ask("/")).toMatchObject({ status: 200, body: "fine" });
      await host.recorded(1);
      expect(host.recorder.counts()).toEqual({ recorded: 1, dropped: 0, sinkErrors: 1, observeErrors: 0 });
    }
  });

  test(`loses exchanges, not memory, while ${pendingMax} of them are held by a sink that never settles`, async () => {
    const host = await start((_, response) => void response.end(), { sink: () => new Promise(() => undefined) });
    const asked = pendingMax + 3;
    for (let at = 0; at < asked; at += 1) await host.ask("/");
    await host.recorded(asked);
    expect(host.recorder.counts()).toEqual({ recorded: pendingMax, dropped: 3, sinkErrors: 0, observeErrors: 0 });
  });

  test("gets its own exceptions back, what write and end return, and what its listener returns", async () => {
    const host = await start((_, response) => {
      expect(() => response.write(JSON.parse("7"))).toThrow(TypeError);
      expect(() => response.setHeader("a b", "")).toThrow(TypeError);
      expect(response.write("a")).toBe(true);
      expect(response.end("b")).toBe(response);
    });
    expect(await host.ask("/")).toMatchObject({ body: "ab" });
    expect((await host.recorded(1))[0]?.response.body).toBe("ab");
    let returned = 0;
    const other = await start((request, response) => {
      returned = host.recorder.wrap(() => (response.end(), 7))(request, response);
    });
    await other.ask("/");
    expect(returned).toBe(7);
  });

  test("goes on in connect's manner: next is called once, mounted paths are recorded whole, two mounts record once", async () => {
    let nexts = 0;
    const host = await start(
      (request, response) => {
        Object.assign(request, { originalUrl: request.url, url: "/inner" });
        host.recorder(request, response, () => {
          nexts += 1;
          response.end("ok");
        });
      },
      { wrap: false },
    );
    await host.ask("/outer/inner");
    const twice = await start((request, response) => host.recorder(request, response, () => host.recorder(request, response, () => response.end())), { wrap: false });
    await twice.ask("/twice");
    expect((await host.recorded(2)).map(({ url }) => url)).toEqual(["/outer/inner", "/twice"]);
    expect([nexts, host.recorder.counts().recorded]).toEqual([1, 2]);
  });
});

test("the caller's address is the socket's, unless the host names a better one that is an address", async () => {
  const forwarded = (request: IncomingMessage): string => {
    if (request.url === "/throws") throw new Error("no");
    return String(request.headers["x-mine"] ?? "");
  };
  const host = await start((_, response) => void response.end(), { clientAddress: forwarded });
  for (const value of ["::FFFF:203.0.113.7", "2001:DB8::1", "nonsense", ""]) await host.ask("/", { headers: { "X-Mine": value, "X-Forwarded-For": "6.6.6.6" } });
  await host.ask("/throws");
  expect((await host.recorded(5)).map(({ client }) => client.address)).toEqual(["203.0.113.7", "2001:db8::1", "127.0.0.1", "127.0.0.1", "127.0.0.1"]);
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A real server on a free port, watched by a recorder; `recorded(n)` waits for n exchanges. */
async function start(listener: (...args: Parameters<RequestListener>) => unknown, given: Partial<RecorderOptions> & { readonly wrap?: boolean } = {}) {
  const exchanges: Exchange[] = [];
  const recorder = recordExchanges({
    ...given,
    sink: (exchange) => {
      exchanges.push(exchange);
      return given.sink?.(exchange);
    },
  });
  let closed = 0;
  const server = createServer();
  const watched = given.wrap === false ? listener : recorder.wrap(listener);
  server.on("request", (request, response) => {
    response.once("close", () => setImmediate(() => server.emit("done", (closed += 1))));
    watched(request, response);
    server.emit("reached");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(async () => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true });
  return {
    port,
    recorder,
    async recorded(count: number): Promise<readonly Exchange[]> {
      while (Math.max(closed, exchanges.length) < count) await once(server, "done");
      await new Promise((resolve) => setImmediate(resolve));
      return exchanges;
    },
    /** Resolves when the next request reached the listener. Ask before sending it. */
    reached: () => once(server, "reached"),
    async ask(path: string, { method = "GET", headers = {}, body }: Asked = {}) {
      const sent = httpRequest({ port, host: "127.0.0.1", path, method, headers, agent });
      sent.end(body);
      const [response]: IncomingMessage[] = await once(sent, "response");
      if (response === undefined) throw new Error("no answer");
      const pieces: Buffer[] = [];
      for await (const piece of response) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      return { status: response.statusCode, bytes, body: bytes.toString() };
    },
  };
}

function never(): never {
  throw new Error("no exchange");
}
