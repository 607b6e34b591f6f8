import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { finishedOf } from "./bench/finished-of.ts";
import { type FinishedExchange, recordBytes, RecordReader, sectionCharactersMax, writeRecord } from "./exchange-record.ts";
import { plainCapture } from "./gate/finished-exchange.fixture.ts";
import type { Capture } from "./gate/gate-port.ts";

const origin = "http://api.test:80";

describe("a finished exchange as bytes", () => {
  test("comes back as the exchange it was, whatever it holds", () => {
    const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,60}$/);
    const value = fc.stringMatching(/^([!-~\u0080-\u00ff]([ -~\u0080-\u00ff]{0,80}[!-~\u0080-\u00ff])?)?$/);
    const headers = fc.array(fc.tuple(token, value), { maxLength: 12 }).map((list) => list.filter(([name]) => name.toLowerCase() !== "content-encoding"));
    const body = fc.option(fc.string({ unit: "grapheme", maxLength: 300 }), { nil: undefined });
    const side = fc.record({ headers, body, truncated: fc.boolean() });
    const action = fc.constantFrom("allow" as const, "throttle" as const, "uniform" as const, "challenge" as const, "block" as const);
    const gate = fc.option(
      fc.record(
        { action, would: action, reason: token, journaled: fc.boolean(), sent: fc.record({ headers, bytes: fc.nat(), ms: fc.double({ min: 0, noNaN: true }) }) },
        { requiredKeys: ["action", "would", "reason", "journaled"] },
      ),
      { nil: undefined },
    );
    const one = fc.record({ at: fc.double({ noNaN: true }), method: token, path: value, address: token, request: side, response: side, status: fc.nat(999), size: fc.nat(), gate });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 5 }), (list) => {
        const exchanges = list.map(({ at, method, path, address, request, response, status, size, gate: note }, n) => ({
          id: `e-${n.toString(36)}`,
          at,
          method,
          url: `${origin}/${path}`,
          client: { address },
          request: messageOf(request),
          response: { ...messageOf(response), status, size },
          durationMs: n,
          carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
          ...(note === undefined ? {} : { gate: note }),
        }));
        const records = bytesOf(exchanges.map((exchange, n) => finishedOf(exchange, n, origin)));
        expect(new RecordReader().readAll(records, "e", origin)).toEqual(exchanges);
      }),
      { numRuns: 300 },
    );
  });

  test("a header section handed over as text reads as its lines do, spaces around values left out", () => {
    const lines = { ...plainCapture(), responseRawHeaders: ["Content-Type", "text/html", "b", ""] };
    const section = { ...lines, responseSection: "Content-Type:  text/html \r\nb:\r\n" };
    const [one, two] = new RecordReader().readAll(bytesOf([finished(lines), finished(section)]), "e", origin);
    expect(two?.response).toEqual(one?.response);
  });

  test("a coded body is read as its text, one that is no text not at all", () => {
    const json = '{"registered":true}';
    const coded = { ...plainCapture(), responseRawHeaders: ["Content-Encoding", "GZIP"], responseBody: gzipSync(json) };
    const image = { ...plainCapture(), responseBody: Buffer.from([0xff, 0xd8, 0xff]) };
    const [text, none] = new RecordReader().readAll(bytesOf([finished(coded), finished(image)]), "e", origin);
    expect(text?.response.body).toBe(json);
    expect(none?.response).not.toHaveProperty("body");
  });

  test("equal sections of different requests are one list, over more of them than are remembered, and long ones are read all the same", () => {
    const reader = new RecordReader();
    const headersOf = (n: number, more = ""): readonly (readonly [string, string])[] => {
      const capture = { ...plainCapture(), head: { ...plainCapture().head, rawHeaders: ["n", `${n}${more}`] } };
      return reader.readAll(bytesOf([finished(capture)]), "e", origin)[0]?.request.headers ?? [];
    };
    expect(headersOf(1)).toBe(headersOf(1));
    for (let n = 0; n < 5_000; n++) expect(headersOf(n)).toEqual([["n", String(n)]]);
    const long = "x".repeat(sectionCharactersMax);
    expect(headersOf(1, long)).toEqual([["n", `1${long}`]]);
  });

  test("a method, an address or a reason of more than 255 characters is cut there, and nothing else is moved by it", () => {
    const long = "M".repeat(256);
    const { head } = plainCapture();
    const capture = plainCapture({ head: { ...head, method: long, address: long, target: "/t" }, responseRawHeaders: ["a", "b"] });
    const note = { action: "allow", would: "allow", reason: long, journaled: false } as const;
    const [read] = new RecordReader().readAll(bytesOf([{ number: 1, capture, note }]), "e", origin);
    expect([read?.method, read?.client.address, read?.gate?.reason].map((text) => text?.length)).toEqual([255, 255, 255]);
    expect([read?.url, read?.response.headers]).toEqual([`${origin}/t`, [["a", "b"]]]);
  });

  test("torn records are refused, at every length", () => {
    const whole = bytesOf([finished(plainCapture())]);
    for (let length = 1; length < whole.length; length++) expect(() => new RecordReader().readAll(whole.subarray(0, length), "e", origin)).toThrow(RangeError);
    const longer = Buffer.from(whole);
    longer.writeUInt32LE(1_000_000, 12);
    expect(() => new RecordReader().readAll(longer, "e", origin)).toThrow(RangeError);
  });
});

function bytesOf(list: readonly FinishedExchange[]): Buffer {
  const bytes = Buffer.alloc(list.reduce((sum, one) => sum + recordBytes(one), 0));
  expect(list.reduce((at, one) => writeRecord(bytes, at, one), 0)).toBe(bytes.length);
  return bytes;
}

function finished(capture: Capture): FinishedExchange {
  return { number: 1, capture, note: undefined };
}

function messageOf(side: { readonly headers: [string, string][]; readonly body: string | undefined; readonly truncated: boolean }): object & { headers: [string, string][] } {
  return { headers: side.headers, ...(side.body === undefined ? {} : { body: side.body }), ...(side.truncated ? { truncated: true } : {}) };
}
