import { describe, expect, test } from "vitest";
import type { Exchange } from "@postern/engine";
import type { Rejected } from "../source.ts";
import { harBytesMax, readHar } from "./har.ts";

async function read(text: string | AsyncIterable<Uint8Array>): Promise<{ exchanges: Exchange[]; rejected: Rejected[] }> {
  const all = { exchanges: [] as Exchange[], rejected: [] as Rejected[] };
  async function* once(): AsyncIterable<Uint8Array> {
    yield Buffer.from(typeof text === "string" ? text : "");
  }
  for await (const batch of readHar(typeof text === "string" ? once() : text, { name: "h" })) {
    all.exchanges.push(...batch.exchanges);
    all.rejected.push(...batch.rejected);
  }
  return all;
}

const request = {
  method: "POST",
  url: "https://a.example/x y?q=1#frag",
  headers: [
    { name: ":authority", value: "a.example" },
    { name: "Accept", value: "*/*" },
  ],
};
const response = { status: 201, headers: [{ name: "Content-Type", value: "text/plain" }], content: { size: 5, text: "hello" } };
const entry = { startedDateTime: "2022-02-04T09:34:35.225+0530", time: 46.5, request, response };
const har = (...entries: unknown[]): string => JSON.stringify({ log: { version: "1.2", entries } });

test("an entry becomes an exchange: zone without colon, pseudo headers and fragment dropped, blanks encoded", async () => {
  const { exchanges } = await read(har(entry));
  expect(exchanges).toEqual([
    {
      id: "h:1",
      at: Date.UTC(2022, 1, 4, 4, 4, 35, 225),
      method: "POST",
      url: "https://a.example/x%20y?q=1",
      client: { address: "" },
      request: { headers: [["Accept", "*/*"]] },
      response: { status: 201, headers: [["Content-Type", "text/plain"]], body: "hello", size: 5 },
      durationMs: 46.5,
      carries: { host: true, query: true, requestHeaders: true, requestBody: true, responseHeaders: true, responseBody: true },
    },
  ]);
});

test("bodies: text, base64, urlencoded params; what the recorder left out is not carried", async () => {
  const posted = (postData: unknown): unknown => ({ ...entry, request: { ...request, postData, bodySize: 9 } });
  const answered = (content: unknown): unknown => ({ ...entry, response: { ...response, content } });
  const { exchanges } = await read(
    har(
      posted({ mimeType: "application/json", text: '{"a":1}' }),
      posted({ mimeType: "application/x-www-form-urlencoded; charset=utf-8", params: [{ name: "a b", value: "ü&" }, { name: "c" }] }),
      posted({ mimeType: "multipart/form-data", params: [{ name: "f", fileName: "x" }] }),
      posted(undefined),
      answered({ size: 2, text: "w7w=", encoding: "base64" }),
      answered({ size: 1, text: "/w==", encoding: "base64" }),
      answered({ size: 700 }),
      answered({ size: 0 }),
    ),
  );
  expect(exchanges.slice(0, 4).map((exchange) => [exchange.request.body, exchange.carries.requestBody])).toEqual([
    ['{"a":1}', true],
    ["a+b=%C3%BC%26&c=", true],
    [undefined, false],
    [undefined, false],
  ]);
  expect(exchanges.slice(4).map((exchange) => [exchange.response.body, exchange.carries.responseBody])).toEqual([
    ["ü", true],
    [new Uint8Array([255]), true],
    [undefined, false],
    [undefined, true],
  ]);
});

test("a bad entry is refused by its number, the others go on, nothing of it is repeated", async () => {
  const bad = [
    17,
    { ...entry, startedDateTime: "hunter2" },
    { ...entry, startedDateTime: "2022-02-04T09:34:35" },
    { ...entry, request: { ...request, url: "data:hunter2" } },
    { ...entry, request: { ...request, method: "hunter 2" } },
    { ...entry, response: { ...response, status: 77 } },
    { ...entry, response: { ...response, headers: [{ name: "hunter2" }] } },
    { ...entry, request: undefined },
  ];
  const { exchanges, rejected } = await read(har(entry, ...bad, entry));
  expect(exchanges.map(({ id }) => id)).toEqual(["h:1", `h:${bad.length + 2}`]);
  expect(rejected.map(({ line }) => line)).toEqual(bad.map((_, index) => index + 2));
  expect(JSON.stringify(rejected)).not.toContain("hunter2");
});

describe("a document that is no HAR is SOURCE_UNREADABLE", () => {
  test.each([
    ['{\n "log": hunter2', "line 2, column 9"],
    ['{"log": {"entries": [', "ends too early"],
    ['{"hunter2": 1}', "log.entries"],
    ['{"log": {"entries": {"hunter2": 1}}}', "log.entries"],
    ["null", "log.entries"],
  ])("%s", async (text, says) => {
    const error: unknown = await read(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "SOURCE_UNREADABLE", message: expect.stringContaining(says) });
    expect(error instanceof Error && `${error.message} ${String(error.cause)} ${error.stack}`).not.toContain("hunter2");
  });

  test("over its bound it is refused before it fills memory", async () => {
    let sent = 0;
    const mebibyte = Buffer.alloc(1024 * 1024, " ");
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) {
        sent += mebibyte.length;
        yield mebibyte;
      }
    }
    await expect(read(endless())).rejects.toMatchObject({ code: "SOURCE_UNREADABLE", message: expect.stringContaining("256 MiB") });
    expect(sent).toBe(harBytesMax + mebibyte.length);
  });
});
