import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { carriesAll, exchangeLine } from "@postern/engine";
import type { Exchange } from "@postern/engine";
import type { Rejected } from "../source.ts";
import { exchangeLineBytesMax, readNdjson } from "./ndjson.ts";
import { atMax, durationMsMax, headersMax, parseExchange, sizeMax, urlCharactersMax } from "./parse-exchange.ts";

async function read(text: string | Uint8Array): Promise<{ exchanges: Exchange[]; rejected: Rejected[] }> {
  const all = { exchanges: [] as Exchange[], rejected: [] as Rejected[] };
  async function* input(): AsyncIterable<Uint8Array> {
    yield Buffer.from(text);
  }
  for await (const batch of readNdjson(input(), { name: "t" })) {
    all.exchanges.push(...batch.exchanges);
    all.rejected.push(...batch.rejected);
  }
  return all;
}

const good = {
  at: "2026-11-22T05:45:34.379Z",
  method: "GET",
  url: "https://a.example/x?y=1",
  client: { address: "203.0.113.7" },
  request: { headers: [["Accept", "*/*"]] },
  response: { status: 200, headers: [] },
};

const schema: object = JSON.parse(readFileSync(new URL("../../../../../docs/reference/exchange.schema.json", import.meta.url), "utf8"));
const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const accepts = (value: unknown): boolean => "id" in parseExchange(value, () => "made");

describe("the reader and the JSON Schema agree", () => {
  const broken: readonly unknown[] = [
    null,
    true,
    0,
    -1,
    1.5,
    99,
    600,
    1e300,
    "",
    " ",
    "x",
    "a b",
    "/",
    "http://",
    "https://h",
    "ftp://h/",
    "/a\u0001",
    "/a\u00e9",
    [],
    [[]],
    [["a"]],
    [["", "b"]],
    [["a", 1]],
    [["a", "b", "c"]],
    {},
    { base64: "" },
    { base64: "QQ" },
    { base64: "QQ==" },
    { base64: "Q=Q=" },
    { base64: 1 },
    "2026-11-22T05:45:34Z",
    "2026-02-30T00:00:00Z",
    "2024-02-29T00:00:00+05:30",
    "2023-02-29T00:00:00Z",
    "2026-11-22",
    "2026-11-22T05:45:34",
    "2026-11-22t05:45:34z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T23:59:60Z",
    "2026-11-22T05:45:34.1234567890Z",
    "2026-11-22T05:45:34+0530",
    "::1",
    "1.2.3.4",
    "01.2.3.4",
    "1.2.3",
    "fe80::1%eth0",
    "::ffff:1.2.3.4",
    "G\u00cbT",
    "x".repeat(33),
    "x".repeat(129),
    "\u{1F600}".repeat(128),
    "\u{1F600}".repeat(129),
    "/".repeat(65_536),
    "/".repeat(65_537),
    { address: "" },
    { address: "::1", ja4: "t13d" },
    { headers: [] },
    { host: true },
    { host: 1 },
    Array.from({ length: 1_000 }, () => ["a", "b"]),
    Array.from({ length: 1_001 }, () => ["a", "b"]),
  ];
  const paths: readonly (readonly string[])[] = [
    ["id"],
    ["at"],
    ["method"],
    ["url"],
    ["client"],
    ["client", "address"],
    ["client", "ja4"],
    ["request"],
    ["request", "headers"],
    ["request", "body"],
    ["request", "truncated"],
    ["response"],
    ["response", "status"],
    ["response", "size"],
    ["response", "headers"],
    ["response", "body"],
    ["durationMs"],
    ["carries"],
    ["carries", "host"],
    ["unknown"],
  ];

  test("on a good record with every member made wrong in every way, and left out", () => {
    let accepted = 0;
    let refused = 0;
    for (const path of paths) {
      for (const value of [...broken, undefined]) {
        const record = withMember(good, path, value);
        const shown = JSON.stringify(record);
        const parsed: unknown = JSON.parse(shown);
        const expected = validate(parsed);
        expect(accepts(parsed), `${path.join(".")} = ${JSON.stringify(value)?.slice(0, 60)}`).toBe(expected);
        if (expected) accepted += 1;
        else refused += 1;
      }
    }
    expect(accepted).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(500);
  });

  test("on generated records, good, nearly good and arbitrary", () => {
    // Mostly good members, so that a good share of whole records is good.
    const mostly = <G, B>(well: fc.Arbitrary<G>, ill: fc.Arbitrary<B>): fc.Arbitrary<G | B> => fc.oneof({ arbitrary: well, weight: 15 }, { arbitrary: ill, weight: 1 });
    const goodTime = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString());
    const time = mostly(
      goodTime,
      fc.oneof(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
        fc.double(),
        fc.string(),
        fc.stringMatching(/^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,3})?(Z|[+-][0-2][0-9]:?[0-5][0-9])$/),
      ),
    );
    const pair = mostly(fc.tuple(fc.string({ minLength: 1 }), fc.string()), fc.tuple(fc.string(), fc.string()));
    const body = mostly(
      fc.oneof(
        fc.string(),
        fc.base64String().map((base64) => ({ base64 })),
      ),
      fc.oneof(fc.record({ base64: fc.string() }), fc.jsonValue()),
    );
    const message = fc.record({ headers: fc.array(pair), body, truncated: fc.boolean() }, { requiredKeys: ["headers"] });
    const record = fc.record(
      {
        id: fc.string({ unit: "grapheme", minLength: 1 }),
        at: time,
        method: mostly(fc.constantFrom("GET", "POST"), fc.string()),
        url: mostly(
          fc.oneof(
            fc.webUrl({ withQueryParameters: true, withFragments: true }),
            fc.webPath().map((path) => `/${path}`),
          ),
          fc.string(),
        ),
        client: fc.record(
          { address: mostly(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("")), fc.string()), ja4: mostly(fc.constant("t13d"), fc.string()) },
          { requiredKeys: ["address"] },
        ),
        request: message,
        response: fc
          .tuple(message, mostly(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.integer({ min: 95, max: 605 }), fc.double())))
          .map(([rest, status]) => ({ ...rest, status })),
        durationMs: mostly(fc.nat(), fc.double()),
        extra: fc.jsonValue(),
      },
      { requiredKeys: ["at", "method", "url", "client", "request", "response"] },
    );
    let good = 0;
    fc.assert(
      fc.property(fc.oneof({ arbitrary: record, weight: 9 }, fc.jsonValue()), (value) => {
        const parsed: unknown = JSON.parse(JSON.stringify(value));
        const accepted = accepts(parsed);
        if (accepted) good += 1;
        return accepted === validate(parsed);
      }),
      { numRuns: 3_000 },
    );
    expect(good).toBeGreaterThan(500);
    expect(good).toBeLessThan(2_500);
  });
});

test.each<[string, (over: number) => object]>([
  ["a URL of 65,536 characters", (over) => ({ url: `/${"x".repeat(urlCharactersMax - 1 + over)}` })],
  ["1,000 headers", (over) => ({ request: { headers: Array.from({ length: headersMax + over }, () => ["a", "b"]) } })],
  ["the last millisecond of the year 9999", (over) => ({ at: atMax + over })],
  ["a year's duration", (over) => ({ durationMs: durationMsMax + over })],
  ["a size that is a whole number", (over) => ({ response: { status: 200, headers: [], size: sizeMax + over } })],
])("%s is read, one more is refused", (_, change) => {
  expect([accepts({ ...good, ...change(0) }), accepts({ ...good, ...change(1) })]).toEqual([true, false]);
});

describe("a bad line", () => {
  test.each([
    ['{"at": 1, "method": "hunter2"', 30, "not JSON"],
    ["hunter2", 1, "not JSON"],
    ['{"at": nope hunter2}', 8, "not JSON"],
    [JSON.stringify({ ...good, response: { status: "hunter2", headers: [] } }), -1, "response.status"],
    [JSON.stringify({ ...good, at: "hunter2" }), 7, "at"],
    ['"hunter2"', 1, "the record"],
  ])("%s is refused at its place, in words that repeat nothing of it", async (line, column, reason) => {
    const { exchanges, rejected } = await read(`${JSON.stringify(good)}\n${line}\n${JSON.stringify(good)}`);
    expect(exchanges.map(({ id }) => id)).toEqual(["t:1", "t:3"]);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]).toMatchObject({ line: 2, column: column === -1 ? line.indexOf('"hunter2"') + 1 : column });
    expect(rejected[0]?.reason).toContain(reason);
    expect(JSON.stringify(rejected)).not.toContain("hunter2");
  });

  test("of 4 MiB is read, of one byte more refused, and the next line is unharmed", async () => {
    const fill = (bytes: number): string => {
      const line = JSON.stringify({ ...good, request: { headers: [], body: "" } });
      return line.replace('"body":""', `"body":"${"a".repeat(bytes - line.length)}"`);
    };
    const at = fill(exchangeLineBytesMax);
    const over = fill(exchangeLineBytesMax + 1);
    const { exchanges, rejected } = await read(`${at}\n${over}\n${JSON.stringify(good)}`);
    expect(exchanges.map(({ id }) => id)).toEqual(["t:1", "t:3"]);
    expect(rejected).toMatchObject([{ line: 2, reason: "the line is longer than 4 MiB" }]);
  });
});

test("empty lines count as neither accepted nor rejected, a last line without newline counts", async () => {
  const { exchanges, rejected } = await read(`\uFEFF${JSON.stringify(good)}\r\n\r\n  \n\t\n${JSON.stringify(good)}`);
  expect(exchanges.map(({ id }) => id)).toEqual(["t:1", "t:5"]);
  expect(rejected).toEqual([]);
});

test("what is written is read back equal", async () => {
  const headers = fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { maxLength: 5 });
  const body = fc.oneof(fc.string({ unit: "grapheme" }), fc.constant(new Uint8Array([0xff, 0, 0xfe])));
  await fc.assert(
    fc.asyncProperty(
      fc.record({ headers, body, status: fc.integer({ min: 100, max: 599 }), size: fc.nat(), at: fc.integer({ min: 0, max: 4e12 }), durationMs: fc.nat(), carried: fc.boolean() }),
      async (parts) => {
        const exchange: Exchange = {
          id: "x1",
          at: parts.at,
          method: "POST",
          url: "https://a.example/x",
          client: { address: "::1", ja4: "t13d" },
          request: { headers: parts.headers, body: parts.body, truncated: true },
          response: { status: parts.status, headers: parts.headers, body: parts.body, size: parts.size },
          durationMs: parts.durationMs,
          carries: { ...carriesAll, responseBody: parts.carried, host: parts.carried },
        };
        const line = exchangeLine(exchange);
        expect(validate(JSON.parse(line))).toBe(true);
        expect((await read(line)).exchanges).toEqual([exchange]);
      },
    ),
    { numRuns: 200 },
  );
});

test("base64 that is UTF-8 becomes text, else stays bytes; a path without Host does not carry the host", async () => {
  const line = JSON.stringify({
    ...good,
    url: "/x",
    request: { headers: [], body: { base64: Buffer.from("grüß").toString("base64") } },
    response: { status: 0, headers: [], body: { base64: "/w==" } },
  });
  const { exchanges } = await read(line);
  expect(exchanges[0]?.request.body).toBe("grüß");
  expect(exchanges[0]?.response.body).toEqual(new Uint8Array([255]));
  expect(exchanges[0]?.carries.host).toBe(false);
});

function withMember(record: object, path: readonly string[], value: unknown): object {
  const [first = "", ...rest] = path;
  const old: unknown = Object.entries(record).find(([key]) => key === first)?.[1];
  return { ...record, [first]: rest.length === 0 ? value : withMember(typeof old === "object" && old !== null ? old : {}, rest, value) };
}
