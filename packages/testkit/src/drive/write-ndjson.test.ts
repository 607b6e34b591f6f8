import { carriesAll, type Exchange } from "@postern/engine";
import { expect, test } from "vitest";
import { writeNdjson } from "./write-ndjson.ts";

const exchange: Exchange = {
  id: "x1",
  at: Date.UTC(2026, 2, 2, 9, 0, 0, 7),
  method: "POST",
  url: "https://latchkey.example/v1/login",
  client: { address: "127.1.2.3" },
  request: { headers: [["Accept", "a"], ["Accept", "b"]], body: "line\nbreak" },
  response: { status: 200, headers: [["X", "y"]], body: new Uint8Array([0, 255]) },
  durationMs: 3.25,
  carries: carriesAll,
};

test("one exchange is one line, with time in milliseconds, repeated headers, and bytes as base64", () => {
  const line = writeNdjson(exchange);
  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({
    id: "x1",
    at: "2026-03-02T09:00:00.007Z",
    method: "POST",
    url: "https://latchkey.example/v1/login",
    client: { address: "127.1.2.3" },
    request: { headers: [["Accept", "a"], ["Accept", "b"]], body: "line\nbreak" },
    response: { status: 200, headers: [["X", "y"]], body: { base64: "AP8=" } },
    durationMs: 3.25,
  });
});

test("what is absent stays absent", () => {
  const { durationMs: _, ...timeless } = exchange;
  const written: Record<string, unknown> = JSON.parse(writeNdjson({ ...timeless, request: { headers: [] } }));
  expect("durationMs" in written).toBe(false);
  expect(written["request"]).toEqual({ headers: [] });
});
