import { describe, expect, test } from "vitest";
import type { Exchange } from "@postern/engine";
import type { AccessFormat, Rejected } from "../source.ts";
import { accessLogLineIn } from "./access-log.ts";

function read(format: AccessFormat, text: string): Exchange | Rejected | undefined {
  return accessLogLineIn(format, { name: "t" })(text, 1);
}

const head = "198.51.100.7:40000 [22/Nov/2026:05:45:34.388] fe_web";
const tail = "be_app/app1 0/0/0/47/47 200 1243 - - ---- 1/1/0/0/0 0/0";

describe("HAProxy's httplog", () => {
  test("gives client without port, time to the millisecond, whole duration, status, size and request", () => {
    expect(read("haproxy", `${head} ${tail} "GET /a/1?x=2 HTTP/1.1"`)).toEqual({
      id: "t:1",
      at: Date.UTC(2026, 10, 22, 5, 45, 34, 388),
      method: "GET",
      url: "/a/1?x=2",
      client: { address: "198.51.100.7" },
      request: { headers: [] },
      response: { status: 200, headers: [], size: 1_243 },
      durationMs: 47,
      carries: expect.objectContaining({ host: false, requestHeaders: false }),
    });
  });

  test.each([
    ["the one capture that reads as a host is the host", `${head} ${tail} {|api.example.com} {} "GET /a HTTP/1.1"`, "http://api.example.com/a"],
    ["with a port", `${head} ${tail} {203.0.113.9|127.0.0.1:8080} "GET /a HTTP/1.1"`, "http://127.0.0.1:8080/a"],
    ["over TLS", `${head}~ ${tail} {api.example.com} "GET /a HTTP/2.0"`, "https://api.example.com/a"],
    ["of two that do none is", `${head} ${tail} {a.example|b.example} "GET /a HTTP/1.1"`, "/a"],
    ["an address alone is a client's, not a host", `${head} ${tail} {203.0.113.9} "GET /a HTTP/1.1"`, "/a"],
    ["after a syslog prefix", `Feb  6 12:14:14 lb1 haproxy[14389]: ${head} ${tail} "GET /a HTTP/1.1"`, "/a"],
    ["an IPv6 client", `2001:db8::1:443 [22/Nov/2026:05:45:34.388] fe_web ${tail} "GET /a HTTP/1.1"`, "/a"],
    ["logged before the end", `${head} be_app/app1 0/0/0/47/+47 200 +1243 - - ---- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"`, "/a"],
    ["httpslog's further fields", `${head}~ ${tail} "GET /a HTTP/1.1" 0/0/0/0/0 api.example/TLSv1.3/X`, "/a"],
    ["HAProxy's own escapes are undone, and what a URL cannot hold is encoded", `${head} ${tail} "GET /a#22b#20c\\x41 HTTP/1.1"`, "/a%22b%20c%5Cx41"],
    ["a request cut off within its query still names its path", `${head} ${tail} "GET /a?long=aaaa`, "/a?long=aaaa"],
  ])("%s", (_, line, url) => expect(read("haproxy", line)).toMatchObject({ url }));

  test("its time is looked for at the first four brackets, and a host among the first 64 captures", () => {
    const bracketed = (brackets: number) => read("haproxy", `${"[x] ".repeat(brackets)}${head} ${tail} "GET /a HTTP/1.1"`);
    expect([bracketed(3), bracketed(4)].map((one) => one !== undefined && "reason" in one)).toEqual([false, true]);
    const captured = (place: number) => read("haproxy", `${head} ${tail} {${"1|".repeat(place - 1)}api.example.com} "GET /a HTTP/1.1"`);
    expect([captured(64), captured(65)]).toMatchObject([{ url: "http://api.example.com/a" }, { url: "/a" }]);
  });

  test("a request that was never answered has status 0", () =>
    expect(read("haproxy", `${head} fe_web/<NOSRV> -1/-1/-1/-1/3 -1 0 - - PR-- 1/1/0/0/0 0/0 "GET /a HTTP/1.1"`)).toMatchObject({ response: { status: 0 }, durationMs: 3 }));

  test.each([
    ["no request at all", `${head} fe_web/<NOSRV> -1/-1/-1/-1/0 400 187 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"`, "BADREQ"],
    ["a failed handshake", `${head}/1: SSL handshake failure`, "TCP session"],
    ["a cut path", `${head} ${tail} "GET /hunter2`, "cut off"],
    ["a cut line", `${head} be_app/app1 0/0/0/47/47 200`, "TCP session"],
    ["no time", `198.51.100.7:40000 [22/Nov/2026] x`, "httplog"],
    ["the 30th of February", `198.51.100.7:40000 [30/Feb/2026:05:45:34.388] fe_web ${tail} "GET /a HTTP/1.1"`, "httplog"],
  ])("%s is refused with a reason and a remedy that repeat nothing of it", (_, line, says) => {
    const refused = read("haproxy", line);
    expect(refused).toMatchObject({ line: 1, column: expect.any(Number), reason: expect.stringContaining(says), remedy: expect.any(String) });
    expect(JSON.stringify(refused)).not.toContain("hunter2");
  });
});

describe("JSON access logs", () => {
  const nginx = {
    msec: "1795326334.469",
    remote_addr: "198.51.100.7",
    method: "POST",
    uri: "/a/1",
    args: "x=2",
    host: "api.example.com",
    status: 200,
    bytes: 848,
    request_time: 0.081,
  };
  test.each<[string, object, object]>([
    [
      "nginx with its times in seconds",
      nginx,
      { at: 1_795_326_334_388, url: "http://api.example.com/a/1?x=2", durationMs: 81, client: { address: "198.51.100.7" }, response: { size: 848 } },
    ],
    [
      "nginx's request line and local time",
      { time_local: "22/Nov/2026:05:45:34 +0000", request: "GET /a HTTP/2.0", status: "304" },
      { method: "GET", url: "/a", response: { status: 304 } },
    ],
    [
      "Caddy",
      {
        logger: "http.log.access",
        ts: 1795326334.435,
        request: { client_ip: "::1", method: "GET", host: "h:8080", uri: "/a?b", headers: { "User-Agent": ["curl/8"], Authorization: ["REDACTED"] } },
        duration: 0.045,
        status: 200,
        size: 1,
      },
      {
        url: "http://h:8080/a?b",
        at: 1_795_326_334_390,
        durationMs: 45,
        client: { address: "::1" },
        request: { headers: [["User-Agent", "curl/8"]] },
        carries: expect.objectContaining({ requestHeaders: false }),
      },
    ],
    [
      "Traefik in nanoseconds",
      {
        ClientHost: "192.0.2.1",
        DownstreamStatus: 200,
        Duration: 2_357_313,
        RequestHost: "h",
        RequestMethod: "GET",
        RequestPath: "/a",
        RequestScheme: "https",
        StartUTC: "2021-12-08T14:02:43.587782192Z",
      },
      { url: "https://h/a", durationMs: 2.357 },
    ],
    [
      "Envoy in milliseconds",
      {
        ":authority": "h",
        start_time: "2025-12-31T16:37:40.479Z",
        method: "GET",
        path: "/a",
        response_code: 0,
        response_flags: "DC",
        duration: 11,
        downstream_remote_address: "10.0.0.12:59292",
        bytes_sent: 0,
      },
      { url: "http://h/a", durationMs: 11, client: { address: "10.0.0.12" }, response: { status: 0 } },
    ],
    [
      "pino",
      { time: 1795326334435, req: { method: "GET", url: "/a", headers: { host: "h", "user-agent": "x" }, remoteAddress: "::1" }, res: { statusCode: 500 }, responseTime: 7 },
      { url: "http://h/a", durationMs: 7, response: { status: 500 } },
    ],
    ["a duration of which nobody knows the unit is left out", { time: 1795326334, method: "GET", path: "/a", status: 200, duration: 12 }, { at: 1_795_326_334_000 }],
  ])("%s", (_, object, expected) => {
    const read1 = read("json", JSON.stringify(object));
    expect(read1).toMatchObject(expected);
    if (!("durationMs" in expected)) expect(read1).not.toHaveProperty("durationMs");
  });

  test("text before the object, a container runtime's wrapping, and bytes that nginx escaped as \\xHH are read", () => {
    const line = JSON.stringify(nginx);
    expect(read("json", `2026-11-22T05:45:34Z stdout F ${line}`)).toMatchObject({ url: "http://api.example.com/a/1?x=2" });
    expect(read("json", JSON.stringify({ log: `${line}\n`, stream: "stdout", time: "2026-11-22T05:45:34Z" }))).toMatchObject({ url: "http://api.example.com/a/1?x=2" });
    expect(read("json", line.replace("/a/1", String.raw`/a\x22\xC3\xA9`))).toMatchObject({ url: "http://api.example.com/a%22%C3%A9?x=2" });
  });

  test("which members were taken for what is told once, by name and without values", () => {
    const told: string[] = [];
    const parse = accessLogLineIn("json", { name: "t", onMapping: (text) => told.push(text) });
    parse('{"msg":"started"}', 1);
    parse(JSON.stringify(nginx), 2);
    parse(JSON.stringify({ ...nginx, more: 1 }), 3);
    expect(told).toEqual(["time = msec, method = method, path = uri, query = args, host = host, status = status, size = bytes, duration (s) = request_time, client = remote_addr"]);
  });

  test.each([
    ["another message", '{"level":"info","msg":"hunter2"}', "method"],
    ["no path", '{"method":"GET","status":200}', "path"],
    ["no status", '{"method":"GET","uri":"/hunter2"}', "status"],
    ["a time without a zone", '{"method":"GET","uri":"/a","status":200,"time":"2026-11-22T05:45:34"}', "zone"],
    ["TLS sent to a plain port", String.raw`{"request":"\u0016\u0003","status":400,"msec":1795326334.1}`, "not HTTP"],
    ["a cut line", '{"method":"GET","uri":"/hunter2', "not JSON"],
    ["an odd status", '{"method":"GET","uri":"/a","status":"hunter2","msec":1795326334.1}', "status"],
    ["no path but a word", '{"method":"GET","uri":"hunter2","status":200,"msec":1795326334.1}', "not a path"],
  ])("%s is refused with a reason and a remedy that repeat nothing of it", (_, line, says) => {
    const refused = read("json", line);
    expect(refused).toMatchObject({ line: 1, column: expect.any(Number), reason: expect.stringContaining(says), remedy: expect.any(String) });
    expect(JSON.stringify(refused)).not.toContain("hunter2");
  });

  test("a line is read behind 511 characters of text and not behind more, and alike after 256 other shapes", () => {
    const line = JSON.stringify(nginx);
    expect(read("json", `${" ".repeat(511)}${line}`)).toMatchObject({ method: "POST" });
    expect(read("json", `${" ".repeat(512)}${line}`)).toHaveProperty("reason");
    const parse = accessLogLineIn("json", { name: "t" });
    for (let n = 0; n <= 256; n++) expect(parse(JSON.stringify({ ...nginx, [`more${n}`]: n }), n)).toMatchObject({ url: "http://api.example.com/a/1?x=2" });
    expect(parse(JSON.stringify({ ...nginx, more0: 0 }), 300)).toMatchObject({ url: "http://api.example.com/a/1?x=2" });
  });

  test("objects of very many members are read in bounded work, whatever their names", () => {
    const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, { a: { b: n } }]));
    expect(read("json", JSON.stringify(wide))).toHaveProperty("reason");
    expect(read("json", JSON.stringify({ ...nginx, ...wide }))).toMatchObject({ method: "POST" });
    expect(read("json", `{"__proto__":{"method":"GET"},"constructor":1}`)).toHaveProperty("reason");
  });
});

describe("an AWS load balancer's log", () => {
  const line = (request: string, status = "200"): string =>
    `https 2023-04-26T12:23:00.186641Z app/x/1 [2001:db8::1]:44740 10.0.0.1:80 0.086 0.048 0.037 ${status} 200 0 57 "${request}" "curl/7.46.0" ECDHE TLSv1.2 arn "Root=1" "-" "-" 1`;
  test("gives client, URL with host, status and the sum of its times", () =>
    expect(read("alb", line("GET https://h.example:443/a?b HTTP/1.1"))).toMatchObject({
      at: Date.UTC(2023, 3, 26, 12, 23, 0, 186),
      url: "https://h.example:443/a?b",
      client: { address: "2001:db8::1" },
      durationMs: 171,
      request: { headers: [["User-Agent", "curl/7.46.0"]] },
      response: { status: 200, size: 57 },
      carries: expect.objectContaining({ host: true }),
    }));
  test("without an answer the status is 0; what was no request is refused", () => {
    expect(read("alb", line("GET https://h/a HTTP/1.1", "-"))).toMatchObject({ response: { status: 0 } });
    expect(read("alb", line("- https://h:443- -"))).toHaveProperty("reason");
  });
});

describe("Envoy's text format", () => {
  const numbers = '"POST /a?b HTTP/2" 204 - 154 7 226 100 "10.0.35.28" "agent/1" "cc21" "api.example.com" "tcp://10.0.2.1:80"';
  test("finds its time behind 255 characters of text and not behind more", () => {
    const behind = (characters: number) => read("envoy", `${" ".repeat(characters)}[2016-04-15T20:17:00.310Z] ${numbers}`);
    expect([behind(255), behind(256)].map((one) => one !== undefined && "reason" in one)).toEqual([false, true]);
  });
  test("gives host, status, size and milliseconds, and does not take a forwarded address for the client", () =>
    expect(read("envoy", `[2016-04-15T20:17:00.310Z] ${numbers}`)).toMatchObject({
      url: "http://api.example.com/a?b",
      client: { address: "" },
      durationMs: 226,
      request: { headers: [["User-Agent", "agent/1"]] },
      response: { status: 204, size: 7 },
    }));
  test("with Istio's fields the client is known", () =>
    expect(
      read(
        "envoy",
        '[2020-11-25T21:26:18.409Z] "GET /a HTTP/1.1" 418 - via_upstream - "-" 0 135 3 1 "-" "curl/7" "84" "web:8000" "10.44.1.27:80" outbound|8000||web 10.44.1.23:37652 10.0.45.184:8000 10.44.1.23:46520 - default',
      ),
    ).toMatchObject({ url: "http://web:8000/a", client: { address: "10.44.1.23" }, durationMs: 3, response: { status: 418, size: 135 } }));
  test("what it never got a whole request of is refused", () =>
    expect(read("envoy", '[2016-04-15T20:17:00.310Z] "- - HTTP/1.1" 400 DPE 0 11 0 - "-" "-" "-" "-" "-"')).toHaveProperty("reason"));
});

describe("a W3C extended log", () => {
  test("names its columns; comments are no records", () => {
    const told: string[] = [];
    const parse = accessLogLineIn("w3c", { name: "t", onMapping: (text) => told.push(text) });
    expect(parse("#Software: Microsoft Internet Information Services 10.0", 1)).toBeUndefined();
    expect(parse("#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status time-taken", 2)).toBeUndefined();
    expect(parse("2026-11-22 05:45:34 GET /a x=1 198.51.100.7 curl/8+x 404 15", 3)).toMatchObject({
      url: "/a?x=1",
      durationMs: 15,
      response: { status: 404 },
      carries: { host: false },
    });
    expect(parse("2026-11-22 05:45:34 GET", 4)).toHaveProperty("reason");
    expect(told).toHaveLength(1);
  });
  test("of CloudFront needs no header, and its time taken is in seconds", () =>
    expect(
      read(
        "w3c",
        "2024-03-12\t15:22:28\tCDG50-P2\t703\t192.0.2.4\tGET\td.cloudfront.net\t/a\t200\t-\tcurl/7.81.0\tq=42\t-\tMiss\tid==\tapi.example.com\thttps\t62\t0.113\t-\tTLSv1.3\tX\tMiss\tHTTP/2.0",
      ),
    ).toMatchObject({ url: "https://api.example.com/a?q=42", durationMs: 113, response: { size: 703 } }));
});
