import { createServer, type IncomingMessage } from "node:http";
import { connect, Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPlainHead } from "./plain-request.ts";
import { readRequestHead } from "./request-head.ts";
import { listen } from "./testbed.ts";

const read = (text: string, known?: Parameters<typeof readPlainHead>[1]): ReturnType<typeof readPlainHead> => readPlainHead(Buffer.from(text, "latin1"), known, 32_768, 256);

describe("readPlainHead", () => {
  it("reads what one request line and plain headers say, and where the body starts", () => {
    const text = "POST /a?b=%2F HTTP/1.1\r\nHost: Api.Test:80\r\nX-a: 1\r\nX-a:\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    expect(read(text)).toEqual({
      method: "POST",
      target: "/a?b=%2F",
      end: text.length - 3,
      section: {
        text: "Host: Api.Test:80\r\nX-a: 1\r\nX-a:\r\nContent-Length: 3\r\nConnection: close\r\n",
        rawHeaders: ["Host", "Api.Test:80", "X-a", "1", "X-a", "", "Content-Length", "3", "Connection", "close"],
        host: "Api.Test:80",
        length: 3,
        close: true,
      },
    });
  });

  it("gives back what is known when the header lines are equal, and only then", () => {
    const first = read("GET /a HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n")?.section;
    expect(read("HEAD /b HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n", first)?.section).toBe(first);
    expect(read("GET /a HTTP/1.1\r\nHost: a\r\nX: 2\r\n\r\n", first)?.section.rawHeaders).toEqual(["Host", "a", "X", "2"]);
  });

  const others = {
    "half a head": "GET / HTTP/1.1\r\nHost: a\r\n",
    "another version": "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
    "another method": "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a lower-case method": "get / HTTP/1.1\r\nHost: a\r\n\r\n",
    "an absolute target": "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "two spaces": "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a space in the target": "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "bytes beyond ASCII in the target": "GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an empty line first": "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "no headers": "GET / HTTP/1.1\r\n\r\n",
    chunks: "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an expectation": "POST / HTTP/1.1\r\nHost: a\r\nEXPECT: 100-continue\r\nContent-Length: 1\r\n\r\n",
    "an upgrade": "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
    "connection options": "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, x\r\n\r\n",
    "trailers asked for": "GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n",
    "more blanks than one": "GET / HTTP/1.1\r\nHost: a\r\nX:  1\r\n\r\n",
    "a blank after a value": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\t\r\n\r\nbody",
    "h2c settings": "GET / HTTP/1.1\r\nHost: a\r\nHTTP2-Settings: x\r\n\r\n",
  };
  for (const [name, text] of Object.entries(others)) it(`leaves to Node: ${name}`, () => expect(read(text)).toBeUndefined());

  it("leaves heads beyond the bounds to Node", () => {
    const head = "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n";
    const bytes = Buffer.from(head, "latin1");
    expect(readPlainHead(bytes, undefined, head.length, 2)).toBeDefined();
    expect(readPlainHead(bytes, undefined, head.length - 1, 2)).toBeUndefined();
    expect(readPlainHead(bytes, undefined, head.length, 1)).toBeUndefined();
  });

  it("takes no request that Node and our own check would read differently, however it is bent", async () => {
    // By the client's port; what follows the first request of a connection is of no interest.
    const waiting = new Map<number, (req: IncomingMessage | undefined) => void>();
    const told = (port: number | undefined, req: IncomingMessage | undefined): void => {
      waiting.get(port ?? 0)?.(req);
      waiting.delete(port ?? 0);
    };
    const server = createServer({ requireHostHeader: false }, (req, res) => {
      told(req.socket.remotePort, req);
      res.end();
    }).on("clientError", (_error, socket) => {
      if (socket instanceof Socket) told(socket.remotePort, undefined);
      socket.destroy();
    });
    server.maxHeadersCount = 0;
    const port = await listen(server);
    const byNode = (bytes: Buffer): Promise<IncomingMessage | undefined> =>
      new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1", () => {
          waiting.set(socket.localPort ?? 0, (req) => {
            socket.destroy();
            resolve(req);
          });
          socket.write(bytes);
        });
        socket.on("error", () => undefined);
      });
    const whole = "POST /users/7?x=1 HTTP/1.1\r\nHost: api.test\r\nAccept: a/b\r\nX-Long: some value, or two\r\nContent-Length: 4\r\nCookie: a=b\r\n\r\nbody";
    const piece = fc.constantFrom(
      "\r",
      "\n",
      "\r\n",
      " ",
      "\t",
      ":",
      "\0",
      ",",
      "_",
      "#",
      "?",
      "%",
      "\x7f",
      "\x80",
      "é",
      "Host: b",
      "Content-Length: 5",
      "Transfer-Encoding: chunked",
      "/",
      "1",
      "+",
      "-",
      "@",
      "X",
    );
    const bend = fc.record({ at: fc.nat(whole.length - 1), cut: fc.nat(3), piece: fc.option(piece, { nil: "" }) });
    let taken = 0;
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(bend, { minLength: 1, maxLength: 3 }), async (bends) => {
          let text = whole;
          for (const { at, cut, piece: put } of bends) text = text.slice(0, at) + put + text.slice(at + cut);
          const bytes = Buffer.from(text, "latin1");
          const plain = readPlainHead(bytes, undefined, 32_768, 256);
          if (plain === undefined) return;
          taken++;
          const req = await byNode(bytes);
          if (req === undefined) throw new Error(`Node refuses ${JSON.stringify(text)}`);
          const checked = readRequestHead(req, 256);
          const { section } = plain;
          expect({ rawHeaders: req.rawHeaders, checked }).toEqual({
            rawHeaders: section.rawHeaders,
            checked: { ok: true, method: plain.method, target: plain.target, host: section.host, length: section.length, hasBody: section.length > 0, chunked: false },
          });
        }),
        { numRuns: 1_000 },
      );
    } finally {
      server.close();
      server.closeAllConnections();
    }
    expect(taken).toBeGreaterThan(50);
  });
});
