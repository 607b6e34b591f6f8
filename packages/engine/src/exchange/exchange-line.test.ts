import fc from "fast-check";
import { expect, test } from "vitest";
import { carriesAll, type Exchange } from "./exchange.ts";
import { encodeBase64 } from "./encode-base64.ts";
import { exchangeLine } from "./exchange-line.ts";

const exchange: Exchange = {
  id: "x1",
  at: Date.UTC(2026, 2, 2, 9, 0, 0, 7),
  method: "POST",
  url: "https://latchkey.example/v1/login",
  client: { address: "127.1.2.3" },
  request: {
    headers: [
      ["Accept", "a"],
      ["Accept", "b"],
    ],
    body: "line\nbreak",
  },
  response: { status: 200, headers: [["X", "y"]], body: new Uint8Array([0, 255]) },
  durationMs: 3.25,
  carries: carriesAll,
};

test("one exchange is one line, with time in milliseconds, repeated headers, and bytes as base64", () => {
  const line = exchangeLine(exchange);
  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({
    id: "x1",
    at: "2026-03-02T09:00:00.007Z",
    method: "POST",
    url: "https://latchkey.example/v1/login",
    client: { address: "127.1.2.3" },
    request: {
      headers: [
        ["Accept", "a"],
        ["Accept", "b"],
      ],
      body: "line\nbreak",
    },
    response: { status: 200, headers: [["X", "y"]], body: { base64: "AP8=" } },
    durationMs: 3.25,
  });
});

test("what is absent stays absent", () => {
  const { durationMs: _, ...timeless } = exchange;
  const written: Record<string, unknown> = JSON.parse(exchangeLine({ ...timeless, request: { headers: [] } }));
  expect("durationMs" in written).toBe(false);
  expect(written["request"]).toEqual({ headers: [] });
});

test("a time without a date of four digits, or with parts of a millisecond, is written as the number it is", () => {
  for (const at of [0.5, -1, 253_402_300_800_000]) expect(JSON.parse(exchangeLine({ ...exchange, at }))).toHaveProperty("at", at);
});

test("only what was not carried is named", () => {
  expect(JSON.parse(exchangeLine({ ...exchange, carries: { ...carriesAll, requestBody: false } }))).toHaveProperty("carries", { requestBody: false });
});

test("bytes come out as the base64 every other writer makes of them", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => encodeBase64(bytes) === Buffer.from(bytes).toString("base64")));
});
