import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accessLineBytesMax, accessLogLine, readAccessLog } from "./access-log.ts";
import { targetCharactersMax } from "./parse-request-line.ts";
import { accessLineParser } from "./parse-access-line.ts";

const time = "[10/Oct/2000:13:55:36 -0700]";
const read = (line: string): ReturnType<ReturnType<typeof accessLogLine>> => accessLogLine({ name: "a.log" })(line, 7);

describe("the formats", () => {
  test("common", () => {
    expect(read(`203.0.113.7 - frank ${time} "GET /a.gif?x=1 HTTP/1.0" 200 2326`)).toEqual({
      id: "a.log:7",
      at: Date.UTC(2000, 9, 10, 20, 55, 36),
      method: "GET",
      url: "/a.gif?x=1",
      client: { address: "203.0.113.7" },
      request: { headers: [] },
      response: { status: 200, headers: [], size: 2326 },
      carries: { host: false, query: true, requestHeaders: false, requestBody: false, responseHeaders: false, responseBody: false },
    });
  });

  test("combined, with escaped quotes and bytes", () => {
    const line = `::1 - - ${time} "GET / HTTP/1.1" 304 - "https://r.example/" "a \\"b\\" \\x63 \\xC3\\xBC \\\\ \\t|"`;
    expect(read(line)).toMatchObject({
      client: { address: "::1" },
      response: { status: 304, size: 0 },
      request: {
        headers: [
          ["Referer", "https://r.example/"],
          ["User-Agent", 'a "b" c ü \\ \t|'],
        ],
      },
    });
  });

  test.each([
    ["api.example.com:8443 203.0.113.7 - -", "http://api.example.com:8443/x", "203.0.113.7"],
    ["API.example.com:443 2001:db8::1 - joe", "https://api.example.com:443/x", "2001:db8::1"],
    ["api.example.com 203.0.113.7 - -", "http://api.example.com/x", "203.0.113.7"],
    ["api.example.com:80 client.example.net - -", "http://api.example.com:80/x", "client.example.net"],
    ["203.0.113.7 - user with blanks", "/x", "203.0.113.7"],
    ["- - -", "/x", ""],
  ])("before the time: %s", (head, url, address) => {
    expect(read(`${head} ${time} "GET /x HTTP/1.1" 200 5 "-" "-"`)).toMatchObject({ url, client: { address } });
  });

  test("fields after the format's own are tolerated, rt and host are read", () => {
    expect(read(`203.0.113.7 - - ${time} "GET /x HTTP/1.1" 200 5 "-" "-" "10.0.0.1" rt=0.081 urt="0.050" host="API.example.com" x`)).toMatchObject({
      url: "http://api.example.com/x",
      durationMs: 81,
    });
    expect(read(`203.0.113.7 - - ${time} "GET /x HTTP/1.1" 200 5 17 +`)).toMatchObject({ url: "/x", response: { size: 5 } });
  });

  test("nginx's 499 stays, its 000 and a missing status are no answer", () => {
    for (const [logged, status] of [
      ["499", 499],
      ["000", 0],
      ["-", 0],
    ] as const)
      expect(read(`203.0.113.7 - - ${time} "GET /x HTTP/1.1" ${logged} 0`)).toMatchObject({ response: { status } });
  });

  test("a request without protocol, or with blanks in its path, still has method and path", () => {
    expect(read(`203.0.113.7 - - ${time} "GET /x" 200 5`)).toMatchObject({ method: "GET", url: "/x" });
    expect(read(`203.0.113.7 - - ${time} "GET /a b\\x22\\xff HTTP/1.1" 200 5`)).toMatchObject({ url: "/a%20b%22%FF" });
    expect(read(`203.0.113.7 - - ${time} "GET http://h.example/x HTTP/1.1" 200 5`)).toMatchObject({ url: "http://h.example/x", carries: { host: true } });
  });
});

describe("what is refused, with a reason and nothing of the line", () => {
  test.each([
    ["", "time"],
    ["hunter2 garbage", "time"],
    [`203.0.113.7 - - [10/Okt/2000:13:55:36 -0700] "GET /hunter2 HTTP/1.1" 200 5`, "dd/Mon/yyyy"],
    [`203.0.113.7 - - [31/Feb/2000:13:55:36 -0700] "GET /hunter2 HTTP/1.1" 200 5`, "dd/Mon/yyyy"],
    [`203.0.113.7 - - ${time} "\\x16\\x03\\x01hunter2 \\x02" 400 226 "-" "-"`, "TLS"],
    [`203.0.113.7 - - ${time} "" 400 0 "-" "-"`, "empty"],
    [`203.0.113.7 - - ${time} "-" 408 0 "-" "-"`, "empty"],
    [`203.0.113.7 - - ${time} "GET" 400 0 "-" "-"`, "no method and path"],
    [`203.0.113.7 - - ${time} "CONNECT hunter2:443 HTTP/1.1" 400 0 "-" "-"`, "not a path"],
    [`203.0.113.7 - - ${time} "OPTIONS * HTTP/1.1" 200 0 "-" "-"`, "not a path"],
    [`203.0.113.7 - - ${time} "GET /hunter2 HTTP/1.1`, "closing quote"],
    [`203.0.113.7 - - ${time} "GET /hunter2\\" 200 5`, "closing quote"],
    [`203.0.113.7 - - ${time} "GET /hunter2 HTTP/1.1" 20 5`, "status"],
    [`203.0.113.7 - - ${time} "GET /hunter2 HTTP/1.1" 999 5`, "status"],
    [`203.0.113.7 - - ${time} "GET /hunter2 HTTP/1.1" 200`, "size"],
    [`203.0.113.7 - - ${time} "GET /hunter2 HTTP/1.1" 200 5 "-" "hunter2`, "quoted"],
    [`<hunter2> - - ${time} "GET /x HTTP/1.1" 200 5`, "client address"],
    [`203.0.113.7 - - ${time} "GET /${"hunter2".repeat(10_000)} HTTP/1.1" 200 5`, "longer than"],
  ])("%s", (line, reason) => {
    const rejected = read(line);
    expect(rejected).toMatchObject({ line: 7, reason: expect.stringContaining(reason) });
    expect(JSON.stringify(rejected)).not.toContain("hunter2");
  });
});

test("a target of 65,536 characters is read, and fields after the format's own to their 4,096th character", () => {
  const of = (target: string, more = "") => read(`203.0.113.7 - - ${time} "GET ${target} HTTP/1.1" 200 5${more}`);
  expect(of(`/${"x".repeat(targetCharactersMax - 1)}`)).toMatchObject({ method: "GET" });
  expect(of(`/${"x".repeat(targetCharactersMax)}`)).toMatchObject({ reason: expect.stringContaining("longer than") });
  const timed = (padding: number) => of("/", ` "-" "-" ${"p".repeat(padding)} rt=0.250`);
  expect([timed(4_000), timed(4_200)].map((one) => "durationMs" in one)).toEqual([true, false]);
});

test("a user name that forges a time and a request does not shift the fields", () => {
  for (const quote of ['\\"', "\\x22"]) {
    expect(read(`203.0.113.7 - x [01/Jan/2001:00:00:00 +0000] ${quote}GET /forged HTTP/1.1${quote} 200 5 ${time} "GET /true HTTP/1.1" 401 9`)).toMatchObject({
      url: "/true",
      response: { status: 401 },
      at: Date.UTC(2000, 9, 10, 20, 55, 36),
    });
  }
});

test("the remembered second never answers for another", () => {
  const parse = accessLineParser();
  const at = (text: string): unknown => {
    const record = parse(`1.2.3.4 - - [${text}] "GET / HTTP/1.1" 200 1`);
    return "at" in record ? record.at : record.reason;
  };
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4e9 }), fc.constantFrom("+0000", "-0700", "+0530")), { minLength: 1, maxLength: 5 }), (times) => {
      for (const [seconds, zone] of times) {
        const offset = (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(3)) * 60);
        const local = new Date((seconds + 86_400 + offset) * 1_000);
        const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(local.toUTCString()) ?? [];
        expect(at(`${day}/${month}/${year}:${clock} ${zone}`)).toBe((seconds + 86_400) * 1_000);
      }
    }),
  );
});

test("any line is read or refused, never thrown at, and what is read is bounded and printable as a URL", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('"', "\\", "\\x", "\\x2", '] "', time, "GET /x HTTP/1.1", " ", "200", "-", "1.2.3.4"));
  const line = fc.oneof(
    fc.array(piece).map((all) => all.join("")),
    fc.tuple(piece, piece, piece).map(([a, b, c]) => `1.2.3.4 - - ${time} "GET /${a} HTTP/1.1" 200 5 "${b}" "${c}"`),
  );
  fc.assert(
    fc.property(line, (text) => {
      const record = read(text);
      if ("reason" in record) return;
      expect(record.url).toMatch(/^(?:\/|https?:\/\/)[!-~]*$/);
      expect(record.response.status).toBeLessThan(600);
    }),
    { numRuns: 3_000 },
  );
});

test("a line of backslashes and quotes costs linear time, and one over 1 MiB is refused", async () => {
  const started = performance.now();
  for (const fill of ["\\", '"', '\\"', '] "', "[", " "]) read(`1.2.3.4 - - ${time} "GET /${fill.repeat(500_000 / fill.length)}`);
  expect(performance.now() - started).toBeLessThan(2_000);
  async function* input(): AsyncIterable<Uint8Array> {
    yield Buffer.from(`${"x".repeat(accessLineBytesMax + 1)}\n1.2.3.4 - - ${time} "GET / HTTP/1.1" 200 1\n`);
  }
  for await (const batch of readAccessLog(input(), { name: "a" })) {
    expect(batch.rejected).toMatchObject([{ line: 1, reason: "the line is longer than 1 MiB" }]);
    expect(batch.exchanges.map(({ id }) => id)).toEqual(["a:2"]);
  }
});
