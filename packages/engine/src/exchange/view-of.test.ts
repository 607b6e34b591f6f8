import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credentialFacts } from "./credential-facts.ts";
import { cookieCharactersMax, credentialCharactersMax } from "./credential-of.ts";
import type { Exchange, HeaderList } from "./exchange.ts";
import { carriesAll } from "./exchange.ts";
import { segmentCharactersMax, splitUrl } from "./split-target.ts";
import { jsonCharactersMax, pairsCharactersMax, splitTarget, userAgentCharactersMax, viewOf } from "./view-of.ts";
import { pairsMax, segmentsMax } from "./view.ts";
import { ports } from "../testing/ports.ts";

function exchange(url: string, headers: HeaderList = [], body?: string, responseBody?: string): Exchange {
  return {
    id: "t:1",
    at: 0,
    method: "GET",
    url,
    client: { address: "192.0.2.1" },
    request: { headers, ...(body === undefined ? {} : { body }) },
    response: { status: 200, headers: [["Content-Type", "application/json"]], ...(responseBody === undefined ? {} : { body: responseBody }) },
    carries: carriesAll,
  };
}
const credential = (headers: HeaderList, url = "/") => viewOf(exchange(url, headers), ports).credential;

describe("splitTarget", () => {
  test.each([
    ["/", [], ""],
    ["/a/b", ["a", "b"], ""],
    ["/a/b/?x=1#f", ["a", "b"], "x=1"],
    ["/a//b/./c/../d", ["a", "b", "d"], ""],
    ["/a/%2e%2e/b%20c", ["b c"], ""],
    ["/a/b%2Fc", ["a", "b/c"], ""],
    ["/../../etc", ["etc"], ""],
    ["/x%zz/%ff%41", ["x%zz", "%ffA"], ""],
    ["/a;v=1/b", ["a", "b"], "v=1"],
    ["/a%3Bv=1;w=2&x/b?y=3", ["a", "b"], "y=3&v=1&w=2%26x"],
    ["/a;1/;v=1/b;jsessionid", ["a;1", ";v=1", "b;jsessionid"], ""],
    ["/;/a/..;v=1/b", [";", "b"], "v=1"],
    ["*", ["*"], ""],
    ["example.com:443", [], ""],
    ["http://Example.com:80/A?q", ["A"], "q"],
    ["/?", [], ""],
    ["", [], ""],
  ])("%s is split into its decoded, resolved segments", (target, segments, query) => {
    const split = splitTarget(target);
    expect([split.segments, split.query]).toEqual([segments, query]);
  });

  test("the host of an absolute target is lower case, without user info and default port", () => {
    expect(splitUrl("https://u:p@API.Example.com:443/x").host).toBe("api.example.com");
    expect(splitUrl("http://api.example.com:8080").host).toBe("api.example.com:8080");
  });

  test("no text makes it throw or exceed its bounds", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom("/", "%", "2e", ".", "?", "#", "a", "\ud800", ":", "//"), { maxLength: 400 }).map((parts) => parts.join("")),
        ),
        (text) => {
          const { segments } = splitTarget(text);
          expect(segments.length).toBeLessThanOrEqual(segmentsMax);
          for (const segment of segments) expect(segment.length).toBeLessThanOrEqual(segmentCharactersMax);
        },
      ),
    );
    expect(splitTarget(`/${"a/".repeat(500)}`).segments).toHaveLength(segmentsMax);
    expect(splitTarget(`/${"a".repeat(5000)}`).segments[0]).toHaveLength(segmentCharactersMax);
  });
});

describe("splitTarget at its bounds", () => {
  test.each(["/", "/.", "/x/..", "/%2e"])("finds the path behind any number of pieces that the service drops: %s", (piece) => {
    expect(splitTarget(`${piece.repeat(5_000)}/users/7`).segments).toEqual(["users", "7"]);
  });

  test("keeps 32 segments of 256 characters, and counts those beyond when it climbs", () => {
    const deep = `/a${"/b".repeat(segmentsMax)}`;
    expect(splitTarget(deep).segments).toEqual(["a", ...Array.from({ length: segmentsMax - 1 }, () => "b")]);
    expect(splitTarget(`${deep}${"/..".repeat(segmentsMax)}/c`).segments).toEqual(["a", "c"]);
    for (const target of [`/${"x".repeat(segmentCharactersMax + 1)}`, `/./${"x".repeat(segmentCharactersMax + 1)}`])
      expect(splitTarget(target).segments[0]).toHaveLength(segmentCharactersMax);
  });
});

describe("viewOf", () => {
  test("query and form pairs are decoded, keep repeats and stop at the bound", () => {
    expect(viewOf(exchange("/?a=1&a=%2B2&b+c=d+e&flag"), ports).query).toEqual([
      ["a", "1"],
      ["a", "+2"],
      ["b c", "d e"],
      ["flag", ""],
    ]);
    expect(viewOf(exchange(`/?${"a=1&".repeat(1000)}`), ports).query).toHaveLength(pairsMax);
    const form = viewOf(exchange("/", [["content-type", "application/x-www-form-urlencoded"]], "phone=%2B999&x="), ports);
    expect(form.form).toEqual([
      ["phone", "+999"],
      ["x", ""],
    ]);
  });

  test("JSON is parsed within the bound and never throws", () => {
    const json: HeaderList = [["Content-Type", "application/problem+json; charset=utf-8"]];
    expect(viewOf(exchange("/", json, '{"a":[1]}', "[true]"), ports)).toMatchObject({ requestJson: { a: [1] }, responseJson: [true] });
    expect(viewOf(exchange("/", json, '{"a":'), ports).requestJson).toBeUndefined();
    expect(viewOf(exchange("/", json, `"${"a".repeat(jsonCharactersMax)}"`), ports).requestJson).toBeUndefined();
    expect(viewOf(exchange("/", json, `"${"a".repeat(jsonCharactersMax - 2)}"`), ports).requestJson).toBeDefined();
  });

  test("the host comes from the URL, else from the Host header, else is empty", () => {
    expect(viewOf(exchange("https://a.example/x", [["Host", "b.example"]]), ports).host).toBe("a.example");
    expect(viewOf(exchange("/x", [["HOST", "B.example:8443"]]), ports).host).toBe("b.example:8443");
    expect(viewOf(exchange("/x"), ports).host).toBe("");
  });
});

describe("the credential seen", () => {
  const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl";
  test.each<[string, HeaderList, string, string | undefined, string | undefined]>([
    ["Basic", [["Authorization", "Basic dTpw"]], "/", "basic", "header:authorization"],
    ["an opaque bearer token", [["authorization", "bearer abcdef"]], "/", "bearer", "header:authorization"],
    ["a JWT", [["Authorization", `Bearer ${jwt}`]], "/", "jwt", "header:authorization"],
    ["DPoP", [["Authorization", `DPoP ${jwt}`]], "/", "dpop", "header:authorization"],
    ["Digest", [["Authorization", 'Digest username="u", realm="r", response="1"']], "/", "digest", "header:authorization"],
    ["a signed request", [["Authorization", "AWS4-HMAC-SHA256 Credential=AK/1, Signature=ab"]], "/", "hmac", "header:authorization"],
    ["an API key header", [["X-Latchkey-Api-Key", "k123"]], "/", "api-key", "header:x-latchkey-api-key"],
    ["an API key in the query", [], "/?api_key=secret99", "api-key", "query:api_key"],
    ["a session cookie", [["Cookie", "_ga=GA1.2.123456789.123456; sid=s%3Aabcdefghij0123456789"]], "/", "session-cookie", "cookie:sid"],
    ["a cookie of high entropy", [["Cookie", "theme=dark; q=f3A9k2LmZ0p8Qw7x"]], "/", "session-cookie", "cookie:q"],
    ["no secret: Bearer null", [["Authorization", "Bearer null"]], "/", undefined, undefined],
    ["no secret: a bare scheme", [["Authorization", "Bearer "]], "/", undefined, undefined],
    ["no secret: another bare scheme", [["Authorization", "ApiKey"]], "/", undefined, undefined],
    ["no secret: a CSRF header", [["X-CSRF-Token", "abcdefghij0123456789"]], "/", undefined, undefined],
    ["no secret: a short key parameter", [], "/?key=3&token=abc", undefined, undefined],
    ["no secret: preferences and analytics", [["Cookie", "lang=en; _ga=GA1.2.1234567890.1234567890"]], "/", undefined, undefined],
  ])("%s is told by location and shape", (_what, headers, url, kind, location) => {
    const seen = credential(headers, url);
    expect([seen?.kind, seen?.location]).toEqual([kind, location]);
  });

  test("only a keyed hash of the secret is kept, and the scheme's case does not change it", () => {
    const seen = credential([["Authorization", "Bearer abcdef"]]);
    expect(seen?.hash).toBe(ports.hash("credential", "abcdef"));
    expect(credential([["Authorization", "BEARER abcdef"]])?.hash).toBe(seen?.hash);
    expect(JSON.stringify(seen)).not.toContain("abcdef");
  });

  test("a digest caller keeps one hash although each response differs", () => {
    const of = (response: string) => credential([["Authorization", `Digest username="u", realm="r", response="${response}"`]])?.hash;
    expect(of("1")).toBe(of("2"));
  });
});

describe("what is read of a request", () => {
  const session = "sid=abcdefghij0123456789";
  const padded = (length: number): string => `${"p=1;".repeat(Math.floor((length - session.length) / 4))}${" ".repeat((length - session.length) % 4)}${session}`;

  test("a session is seen behind thousands of cookies, to the 65,536th character", () => {
    const inside = exchange("/", [["Cookie", padded(cookieCharactersMax)]]);
    const seen = viewOf(inside, ports);
    expect(seen.credential?.location).toBe("cookie:sid");
    const beyond = credential([["Cookie", `${" ".repeat(cookieCharactersMax - session.length + 6)}${session}`]]);
    expect(beyond).toBeUndefined();
  });

  test("of a secret its first 8,192 characters are hashed, of a User-Agent 512 kept, of a query 65,536 read", () => {
    const long = "k".repeat(credentialCharactersMax);
    expect(credential([["Authorization", `Bearer ${long}x`]])?.hash).toBe(ports.hash("credential", long));
    expect(viewOf(exchange("/", [["User-Agent", "u".repeat(userAgentCharactersMax + 1)]]), ports).userAgent).toHaveLength(userAgentCharactersMax);
    const query = (length: number): number => viewOf(exchange(`/?pad=${"x".repeat(length - "pad=&a=1".length)}&a=1`), ports).query.filter(([, value]) => value === "1").length;
    expect([query(pairsCharactersMax), query(pairsCharactersMax + 1)]).toEqual([1, 0]);
  });

  test("what a token says of itself is read from its first 8,192 characters", () => {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = (pad: number): string => `${part({ alg: "HS256" })}.${part({ sub: "7", pad: "x".repeat(pad) })}.c2ln`;
    const malformed = (pad: number): boolean | undefined => {
      const view = viewOf(exchange("/", [["Authorization", `Bearer ${token(pad)}`]]), ports);
      return view.credential === undefined ? undefined : credentialFacts(view, view.credential, ports).malformed;
    };
    expect([malformed(6_000), malformed(9_000)]).toEqual([false, true]);
  });
});
