import { describe, expect, test } from "vitest";
import type { Exchange, HeaderList } from "../exchange/exchange.ts";
import { carriesAll } from "../exchange/exchange.ts";
import { viewOf } from "../exchange/view-of.ts";
import { Inventory } from "./inventory.ts";
import { Posture, samplesMax } from "./posture.ts";
import { slotsMax } from "./shared-credentials.ts";
import { outcomeOf } from "./posture-outcome.ts";
import { ports } from "../testing/ports.ts";

const start = 1_760_000_000_000;

interface Call {
  method?: string;
  url?: string;
  status?: number;
  body?: unknown;
  type?: string;
  headers?: HeaderList;
  answer?: HeaderList;
  request?: unknown;
  from?: number;
  agent?: string;
}

let serial = 0;
function exchange({
  method = "GET",
  url = "/things/1",
  status = 200,
  body = { id: 1 },
  type = "application/json",
  headers = [],
  answer = [],
  request,
  from = 1,
  agent = "a",
}: Call): Exchange {
  serial++;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    id: `x${serial}`,
    at: start + serial,
    method,
    url,
    client: { address: `10.0.${from >> 8}.${from & 255}` },
    request: {
      headers: [["Host", "api.example"], ["User-Agent", agent], ...(request === undefined ? [] : ([["Content-Type", "application/json"]] as const)), ...headers],
      ...(request === undefined ? {} : { body: JSON.stringify(request) }),
    },
    response: { status, headers: [["Content-Type", type], ...answer], ...(text === "" ? {} : { body: text }) },
    carries: carriesAll,
  };
}
const bearer = (token: string): HeaderList => [["Authorization", `Bearer ${token}`]];
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (claims: object, header: object = { alg: "HS256", typ: "JWT" }) => `${part(header)}.${part(claims)}.c2lnbmF0dXJl`;
const seconds = start / 1_000;

function judged(...calls: readonly Call[]) {
  const inventory = new Inventory(ports);
  // Admitted first, so that refusals and 404s count.
  for (const call of calls) inventory.observe(viewOf(exchange(call), ports));
  const [endpoint] = inventory.endpoints();
  return endpoint?.posture() ?? expect.fail();
}
const times = (count: number, call: (n: number) => Call): Call[] => Array.from({ length: count }, (_, n) => call(n));

describe("the verdict", () => {
  test.each<[string, string, Call[]]>([
    ["unproven", "always called with a token, which nobody was seen to check", times(200, (n) => ({ headers: bearer(`token-number-${n % 20}`), from: n % 50 }))],
    [
      "unproven",
      "a 403 to a caller with his own token may have any reason",
      times(40, (n) => ({ url: `/things/${n}`, headers: bearer(`token-number-${n % 20}`), status: n % 4 === 0 ? 403 : 200, from: n })),
    ],
    ["enforced", "some tokens get 401 and others data", times(40, (n) => ({ headers: bearer(`token-number-${n % 20}`), status: n % 20 === 3 ? 401 : 200, from: n % 50 }))],
    [
      "enforced",
      "an expired token is refused, others are not",
      times(9, (n) => ({ headers: bearer(jwt({ sub: n, exp: n === 4 ? seconds - 900 : seconds + 900 })), status: n === 4 ? 401 : 200 })),
    ],
    [
      "enforced",
      "a broken token is refused, others are not",
      times(9, (n) => ({ headers: bearer(n === 4 ? "eyJhbGciOiJIUzI1NiJ9.x.y" : jwt({ sub: n })), status: n === 4 ? 403 : 200 })),
    ],
    [
      "enforced",
      "another scheme is refused, the right one is not",
      times(9, (n) => ({ headers: n === 4 ? [["Authorization", "Basic YTpi"]] : bearer(`token-number-${n}`), status: n === 4 ? 403 : 200 })),
    ],
    ["enforced", "another's object is refused", times(9, (n) => ({ headers: bearer(n < 8 ? "token-of-anna" : "token-of-bert"), status: n < 8 ? 200 : 403 }))],
    [
      "enforced",
      "strangers are sent to sign in",
      times(9, (n) => (n % 2 === 0 ? { headers: [["Cookie", `sid=abcdefghijklmnop${n}`]] } : { status: 302, body: "", answer: [["Location", "/login?next=/things/1"]] })),
    ],
    [
      "enforced",
      "strangers get 200 with an error",
      times(9, (n) => (n % 2 === 0 ? { headers: bearer(`token-number-${n}`) } : { body: { success: false, error: { code: "UNAUTHENTICATED" } } })),
    ],
    [
      "enforced",
      "strangers get 404 for what is there before and after",
      times(9, (n) => (n % 2 === 0 ? { headers: bearer(`token-number-${n}`) } : { status: 404, body: { error: "not found" } })),
    ],
    [
      "enforced",
      "the door opens onto 404s",
      times(12, (n) => (n % 2 === 0 ? { headers: bearer(`token-number-${n}`), status: 409, body: { error: "taken" } } : { status: 401, body: { error: "no" } })),
    ],
    ["not enforced", "anyone gets data", times(5, (n) => ({ from: n }))],
    ["not enforced", "a token makes no difference: the same bytes with and without", times(20, (n) => ({ headers: n % 2 === 0 ? bearer(`token-number-${n}`) : [] }))],
    ["not enforced", "a change is made for anyone, answered with nothing", times(5, () => ({ method: "DELETE", status: 204, body: "" }))],
    [
      "not enforced",
      "a constant of the app opens the door and nothing else does",
      times(60, (n) => (n % 6 === 0 ? { status: 401, body: { error: "no" } } : { headers: [["X-Api-Key", "copied-from-the-app"]], from: n })),
    ],
    [
      "not enforced",
      "any malformed token opens it",
      times(20, (n) => (n % 4 === 0 ? { status: 401, body: { e: 1 } } : { headers: bearer(n % 4 === 1 ? `eyJhbGciOiJIUzI1NiJ9.${n}.?` : jwt({ sub: n })) })),
    ],
    [
      "not enforced",
      "signing in answers anyone who knows a password",
      times(20, (n) => ({ method: "POST", url: "/login", request: { user: "a", password: `p${n}` }, status: n % 3 === 0 ? 401 : 200 })),
    ],
    [
      "enforced",
      "changing a password refuses those without a session, whatever the body carries",
      times(20, (n) => ({ method: "POST", request: { password: `p${n}` }, ...(n % 3 === 0 ? { status: 401 } : { headers: bearer(`token-number-${n}`) }) })),
    ],
    [
      "optional",
      "a token makes a difference",
      times(20, (n) => (n % 2 === 0 ? { headers: bearer(`token-number-${n}`), body: { hello: `user ${n}` } } : { body: { hello: "stranger" } })),
    ],
    ["optional", "strangers are answered, bad tokens refused", times(20, (n) => (n % 5 === 0 ? { headers: bearer("eyJhbGciOiJIUzI1NiJ9.x.y"), status: 401 } : {}))],
    ["unproven", "strangers were only refused, and nobody let in", times(20, (n) => ({ status: 401, body: { error: n } }))],
    ["unproven", "strangers get empty lists, others full ones", times(20, (n) => (n % 2 === 0 ? { headers: bearer(`token-number-${n}`), body: [{ id: 1 }] } : { body: [] }))],
  ])("is %s where %s", (verdict, _, calls) => {
    expect(judged(...calls).verdict).toBe(verdict);
  });

  test("reading may be public while writing is not", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 20; n++) {
      inventory.observe(viewOf(exchange({ from: n }), ports));
      inventory.observe(viewOf(exchange({ method: "PUT", status: n % 2 === 0 ? 401 : 200, headers: n % 2 === 0 ? [] : bearer(`token-number-${n}`) }), ports));
    }
    expect(inventory.endpoints().map((one) => [one.method, one.posture().verdict])).toEqual([
      ["GET", "not enforced"],
      ["PUT", "enforced"],
    ]);
  });

  test("one token of one customer is his own, however many machines he has behind one address; an app's constant is seen by its devices", () => {
    const key: HeaderList = [["X-Api-Key", "a-key-of-somebody"]];
    expect(judged(...times(60, (n) => ({ headers: key, agent: `agent ${n % 4}` }))).sharedCredentials).toHaveLength(0);
    expect(judged(...times(60, (n) => ({ headers: key, agent: `agent ${n}` }))).sharedCredentials).toHaveLength(1);
  });
});

describe("the counts", () => {
  test("tell each sort of credential apart and name exchanges for it", () => {
    const token = (sub: string, more: object = {}) => bearer(jwt({ iss: "https://login.example.com/tenant", sub, iat: seconds - 60, exp: seconds + 840, ...more }));
    const report = judged(
      ...times(6, () => ({ headers: token("anna") })),
      { headers: token("bert"), status: 403 },
      { headers: token("anna", { exp: seconds - 500 }), status: 401 },
      { headers: bearer("eyJhbGciOiJIUzI1NiJ9.broken"), status: 401 },
      { status: 401 },
    );
    expect(report).toMatchObject({
      verdict: "enforced",
      kinds: ["bearer", "jwt"],
      valid: { data: 6, refused: 0 },
      otherPrincipal: { refused: 1 },
      expired: { refused: 1 },
      malformed: { refused: 1 },
      none: { refused: 1 },
      jwt: { issuers: ["login.example.com"], algorithms: ["HS256"], lifetimeSeconds: { min: 900, max: 900 } },
    });
    expect(Object.keys(report.samples)).toEqual(["expired refused", "malformed refused", "none refused", "otherPrincipal refused", "valid data"]);
    for (const ids of Object.values(report.samples)) expect(ids.length).toBeLessThanOrEqual(samplesMax);
  });

  test("a renewed token of the same person is not another's", () => {
    expect(judged(...times(20, (n) => ({ headers: bearer(jwt({ sub: "anna", jti: n })) }))).otherPrincipal.data).toBe(0);
  });

  test.each<[string, HeaderList]>([
    ["basic", [["Authorization", "Basic YTpi"]]],
    ["bearer", bearer("0123456789abcdef")],
    ["jwt", bearer(jwt({ sub: 1 }))],
    ["api-key", [["X-Api-Key", "0123456789"]]],
    ["session-cookie", [["Cookie", "sid=0123456789abcdef"]]],
    ["session-cookie", [["Cookie", `session=${part({ user: 7 })}.ZxY1Ag.c2lnbmF0dXJl`]]],
    ["mtls", [["X-Forwarded-Client-Cert", 'By=spiffe://a;Hash=468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688;Subject="CN=anna"']]],
    ["mtls", [["X-SSL-Client-Verify", "SUCCESS"]]],
    ["hmac", [["Authorization", "AWS4-HMAC-SHA256 Credential=AKIA/20260101/x, SignedHeaders=host, Signature=00"]]],
    ["hmac", [["Signature-Input", 'sig1=("@method");created=1;keyid="key-of-anna"']]],
    ["hmac", [["X-Signature", "sha256=0123"]]],
    ["dpop", [["Authorization", "DPoP 0123456789abcdef"]]],
  ])("know a credential of kind %s", (kind, headers) => {
    const report = judged(...times(4, () => ({ headers })));
    expect(report.kinds).toEqual([kind]);
    expect(report.valid.data).toBe(4);
  });

  test("a key in the body is a credential, a failed or absent certificate is none of worth", () => {
    expect(judged(...times(4, () => ({ method: "POST", request: { api_key: "0123456789", q: 1 } }))).valid.data).toBe(4);
    expect(judged(...times(4, () => ({ headers: [["X-SSL-Client-Verify", "NONE"]] }))).none.data).toBe(4);
    expect(judged(...times(4, () => ({ headers: [["X-SSL-Client-Verify", "FAILED:self signed"]], status: 403 }))).malformed.refused).toBe(4);
  });
});

describe("an answer", () => {
  test.each<[string, Call]>([
    ["refused", { status: 401 }],
    ["refused", { status: 302, body: "", answer: [["Location", "https://idp.example/authorize?x=1"]] }],
    ["other", { status: 302, body: "", answer: [["Location", "/things/2"]] }],
    ["refused", { status: 400, body: { message: "Missing API key" } }],
    ["refused", { body: { errors: [{ message: "no", extensions: { code: "UNAUTHENTICATED" } }], data: null } }],
    ["refused", { body: { code: 401, msg: "x", data: null } }],
    ["refused", { body: "<html><form action=/session><input name=p type=password></form></html>", type: "text/html" }],
    ["data", { url: "/login", body: "<html><form><input name=p type=password></form></html>", type: "text/html" }],
    ["refused", { body: "Unauthorized", type: "text/plain" }],
    ["data", { body: { id: 7, status: "forbidden", title: "Forbidden Planet" } }],
    ["data", { body: { message: "welcome", user: { id: 1 } } }],
    ["data", { body: { code: 0, message: "ok", data: { id: 1 } } }],
    ["data", { body: { error: null, name: "x", total: 4 } }],
    ["empty", { body: [] }],
    ["empty", { status: 204, body: "" }],
    ["data", { method: "HEAD", body: "" }],
    ["other", { status: 404, body: { error: "no such thing" } }],
    ["other", { status: 503, body: { error: "unauthorized" } }],
  ])("is %s: %j", (outcome, call) => {
    expect(outcomeOf(viewOf(exchange(call), ports))).toBe(outcome);
  });
});

describe("what is written down", () => {
  test("goes on where it stopped, and holds no token, subject or unknown issuer", () => {
    const inventory = new Inventory(ports);
    const calls = times(80, (n) => ({ headers: n % 4 === 0 ? [] : bearer(jwt({ iss: "planted-issuer-99", sub: `planted${n}` })), status: n % 4 === 0 ? 401 : 200, from: n }));
    for (const call of calls) inventory.observe(viewOf(exchange(call), ports));
    const text = JSON.stringify(inventory.exportState());
    expect(text).not.toContain("planted");
    expect(text).not.toContain("eyJ");
    const restored = Inventory.restore(ports, JSON.parse(text));
    expect(restored.endpoints()[0]?.posture().verdict).toBe("enforced");
    expect(JSON.stringify(restored.exportState().hosts[0]?.endpoints[0]?.state.auth)).toBe(JSON.stringify(inventory.exportState().hosts[0]?.endpoints[0]?.state.auth));
  });

  test("of an earlier version is read as far as it goes", () => {
    const zero = { data: 0, empty: 0, refused: 0, other: 0 };
    const posture = Posture.restore({
      none: { ...zero, refused: 4 },
      credentialed: { ...zero, data: 9 },
      kinds: ["bearer"],
      callers: [],
      examples: [],
      slots: [{ hash: "0123456789abcdef", count: 9, outcomes: { ...zero, data: 9 }, networks: [], example: "x" }],
    });
    expect(posture.report()).toMatchObject({ verdict: "enforced", none: { refused: 4 }, valid: { data: 9 }, kinds: ["bearer"] });
    expect(posture.blind).toBe(false);
  });

  test("is bounded, whatever credentials, issuers and objects come", () => {
    const inventory = new Inventory(ports);
    for (let n = 0; n < 3_000; n++) {
      const headers = bearer(jwt({ iss: `https://a${n}.example`, sub: n }, { alg: n % 2 === 0 ? "RS256" : `x${n}` }));
      inventory.observe(viewOf(exchange({ url: `/things/${n}`, headers, from: n % 3 }), ports));
    }
    const [endpoint] = inventory.exportState().hosts[0]?.endpoints ?? [];
    const auth = endpoint?.state.auth ?? expect.fail();
    expect(auth.slots.length).toBe(slotsMax);
    expect(JSON.stringify(auth).length).toBeLessThan(12_000);
  });
});

test("a key in the query lets in to every call by name that the request holds", () => {
  const inventory = new Inventory(ports);
  for (let n = 0; n < 24; n++) {
    const stranger = n % 3 === 1;
    const url = `/jsonrpc?method=app.getVersion&id=1${stranger ? "" : `&params=${Buffer.from(`["token-of-${n % 3}-0123456789"]`).toString("base64url")}`}`;
    const body = stranger ? { jsonrpc: "2.0", id: "1", error: { code: 1, message: "Unauthorized" } } : { jsonrpc: "2.0", id: "1", result: { version: "1" } };
    inventory.observe(viewOf(exchange({ url, status: stranger ? 400 : 200, body, from: n % 3 }), ports));
  }
  const [endpoint] = inventory.endpoints();
  expect([...(endpoint?.operations?.byKey.values() ?? [])].map((one) => one.posture().verdict)).toEqual(["enforced"]);
});
