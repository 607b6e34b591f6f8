import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkLineMax, decimal, headBytesMax, informationalMax, ResponseParser, type PushResult, type ResponseHead, type ResponseSink } from "./response-parser.ts";

class Recorder implements ResponseSink {
  heads: ResponseHead[] = [];
  early: number[] = [];
  body = "";
  trailers: readonly string[] | undefined;
  pauseEvery = 0;
  private pieces = 0;

  onInformational(head: ResponseHead): void {
    this.early.push(head.status);
  }
  onHead(head: ResponseHead): void {
    this.heads.push(head);
  }
  onBody(chunk: Buffer): boolean {
    this.body += chunk.toString("latin1");
    this.pieces += 1;
    return this.pauseEvery === 0 || this.pieces % this.pauseEvery !== 0;
  }
  onEnd(trailers: readonly string[]): void {
    this.trailers = trailers;
  }
  onUpgrade(head: ResponseHead): void {
    this.heads.push(head);
  }
}

/** Feeds the text in the given cuts; returns the last result, pausing and resuming as asked. */
function feed(parser: ResponseParser, text: string, cuts: readonly number[] = []): PushResult {
  const bytes = Buffer.from(text, "latin1");
  const bounds = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
  let from = 0;
  let result: PushResult = "more";
  for (const to of bounds) {
    const chunk = bytes.subarray(from, to);
    from = to;
    result = parser.push(chunk);
    while (result === "paused") result = parser.push(chunk, parser.position);
    if (result === "fault" || result === "upgraded") return result;
  }
  return result;
}

function read(text: string, cuts: readonly number[] = [], method = "GET"): { result: PushResult; seen: Recorder; parser: ResponseParser } {
  const parser = new ResponseParser();
  const seen = new Recorder();
  parser.start(seen, method, false);
  return { result: feed(parser, text, cuts), seen, parser };
}

const samples: readonly (readonly [string, string, readonly string[]])[] = [
  ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", []],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\n\r\n", "abc0123456789", []],
  ["HTTP/1.1 200 \r\ntransfer-encoding: Chunked\r\nX: \t1 \r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\nx-t: 2\r\n\r\n", "a", ["X-T", "1", "x-t", "2"]],
  ["HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", "", []],
  ["HTTP/1.1 304\r\nContent-Length: 9\r\n\r\n", "", []],
];

describe("ResponseParser", () => {
  it("reads the same answer however its bytes are cut, and however often the reader pauses", () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.array(fc.nat(200)), fc.nat(3), ([text, body, trailers], cuts, pauseEvery) => {
        const parser = new ResponseParser();
        const seen = new Recorder();
        seen.pauseEvery = pauseEvery;
        parser.start(seen, "GET", false);
        expect(feed(parser, text, cuts)).toBe("done");
        expect(seen.body).toBe(body);
        expect(seen.trailers).toEqual(trailers);
        expect(seen.heads).toHaveLength(1);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never throws and never ends an answer twice, whatever the bytes", () => {
    const pieces = fc.constantFrom(
      "HTTP/1.1 200 OK",
      "\r\n",
      "\n",
      "\r",
      ":",
      " ",
      "Content-Length",
      "Transfer-Encoding",
      "chunked",
      "5",
      "0",
      "ffffffffffffff",
      "\0",
      "a",
      ";",
      "HTTP/1.1 100 C\r\n\r\n",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), fc.array(fc.nat(100)), (parts, cuts) => {
        const { seen } = read(parts.join(""), cuts);
        expect(seen.heads.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps names, order and repeats", () => {
    const { seen } = read("HTTP/1.1 200 Fine\r\nb: 1\r\nA:2\r\nb:\r\nContent-Length: 0\r\n\r\n");
    expect(seen.heads[0]).toEqual({
      status: 200,
      reason: "Fine",
      minorVersion: 1,
      rawHeaders: ["b", "1", "A", "2", "b", "", "Content-Length", "0"],
      section: "b: 1\r\nA:2\r\nb:\r\nContent-Length: 0\r\n",
    });
  });

  it("takes no body after HEAD, whatever the length says", () => {
    const { result, seen } = read("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", [], "HEAD");
    expect(result).toBe("done");
    expect(seen.body).toBe("");
  });

  it("ends an answer without a length with its connection, and only such a one", () => {
    const open = read("HTTP/1.1 200 OK\r\n\r\nabc");
    expect(open.parser.end()).toBe(true);
    expect(open.seen).toMatchObject({ body: "abc", trailers: [] });
    expect(read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").parser.end()).toBe(false);
    expect(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n").parser.end()).toBe(false);
  });

  it("says where the answer ended when more follows", () => {
    const { result, parser } = read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n");
    expect(result).toBe("done");
    expect(parser.position).toBe("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na".length);
  });

  const faults: Readonly<Record<string, string>> = {
    "length and chunks": "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "two lengths": "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a list of lengths": "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n",
    "a signed length": "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n",
    "another coding": "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "chunks in HTTP/1.0": "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a folded header": "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
    "a space before the colon": "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
    "a bare LF": "HTTP/1.1 200 OK\r\nA: b\nB: c\r\n\r\n",
    "a NUL": "HTTP/1.1 200 OK\r\nA: \0\r\n\r\n",
    "a line without a colon": "HTTP/1.1 200 OK\r\nabc\r\n\r\n",
    "a bad status": "HTTP/1.1 2x0 OK\r\n\r\n",
    "a status below 100": "HTTP/1.1 099 OK\r\n\r\n",
    "101 unasked": "HTTP/1.1 101 Switching\r\n\r\n",
    "a bad chunk size": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n",
    "a huge chunk size": `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"f".repeat(14)}\r\n`,
    "a chunk beyond its size": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
    "a chunk size ended by LF": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\na\r\n",
    "an endless chunk line": `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${"a".repeat(2_000)}`,
    "an endless head": `HTTP/1.1 200 OK\r\nA: ${"b".repeat(headBytesMax)}`,
    "endless hints": "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(informationalMax + 1),
  };
  for (const [name, text] of Object.entries(faults)) {
    it(`calls a fault: ${name}`, () => {
      expect(read(text).result).toBe("fault");
      expect(
        read(
          text,
          Array.from({ length: text.length > 2_000 ? 0 : text.length }, (_, at) => at),
        ).result,
      ).toBe("fault");
    });
  }

  it("knows a decimal from what only looks like one", () => {
    expect(["0", "007", "123456789012345"].map(decimal)).toEqual([0, 7, 123_456_789_012_345]);
    for (const bad of ["", " 1", "1 ", "+1", "-1", "1.0", "0x1", "1234567890123456", "١"]) expect(decimal(bad)).toBe(-1);
  });
});

it("takes a chunk line of 1,024 bytes and not one of more, wherever it is cut", () => {
  const answer = (lineBytes: number) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${"a".repeat(lineBytes - 2)}\r\nx\r\n0\r\n\r\n`;
  const at = answer(chunkLineMax);
  const over = answer(chunkLineMax + 1);
  expect([read(at).result, read(over).result]).toEqual(["done", "fault"]);
  for (let cut = at.length - 20; cut < at.length; cut++) {
    expect(read(at, [cut]).result).toBe("done");
    expect(read(over, [cut]).result).toBe("fault");
  }
});
