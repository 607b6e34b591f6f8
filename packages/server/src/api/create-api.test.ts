import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { requestBodyBytesMax } from "./create-api.ts";
import { secretLengthMax } from "./guard.ts";
import { failuresMax } from "./memory-auth.ts";
import { openapiOf } from "./openapi.ts";
import { routesOf } from "./routes.ts";
import { searchLengthMax } from "./search-query.ts";
import { uploadBytesMax } from "./spec-routes.ts";
import { apiUnderTest, testToken } from "./testing/api-under-test.ts";
import { sampleAt } from "./testing/sample-data.ts";
import { createSampleViews } from "./testing/sample-views.ts";

const bearer = { authorization: `Bearer ${testToken}` };
const samples: Readonly<Record<string, string>> = {
  "/endpoints/{id}": "e-lookup",
  "/endpoints/{id}/shape": "e-lookup",
  "/endpoints/{id}/template": "e-lookup",
  "/specs/{id}/diff": "5a0b000000000001",
  "/specs/{id}": "5a0b000000000001",
  "/specs/{id}/status": "5a0b000000000003",
  "/incidents/{id}": "i-0007",
  "/incidents/{id}/status": "i-0007",
  "/findings/{id}/status": "f-oracle",
};
const routes = routesOf(createSampleViews("full"));
const urlOf = (path: string): string => `/api/v1${path.replace("{id}", samples[path] ?? "")}`;
const requests = [
  ...routes.map((route) => ({ name: `${route.method} ${route.path}`, url: urlOf(route.path), send: sendOf(route) })),
  ...["/api/v1/events", "/api/v1/openapi.json", "/metrics"].map((url) => ({ name: `get ${url}`, url, send: { method: "GET" } as Send })),
];

interface Send {
  readonly method: string;
  readonly body?: string;
  readonly type?: string;
}

/** A request this route answers with 200. */
function sendOf(route: (typeof routes)[number]): Send {
  const method = route.method.toUpperCase();
  if (route.upload !== undefined) return { method, body: '{"openapi":"3.1.0"}', type: "application/octet-stream" };
  if (route.statuses !== undefined) return { method, body: JSON.stringify({ status: route.statuses.at(-1) }) };
  if (route.path === "/number-changes") return { method, body: '{"phone":"+491701234567"}' };
  if (route.path === "/templates" && route.method === "patch") return { method, body: '{"kind":"merge","template":"/wiki/{page}"}' };
  return route.method === "patch" ? { method, body: '{"owner":"accounts"}' } : { method };
}

function asking({ method, body, type = "application/json" }: Send, headers: Record<string, string>): RequestInit {
  return body === undefined ? { method, headers } : { method, headers: { ...headers, "content-type": type }, body };
}

function init(post: string | undefined, headers: Record<string, string>): RequestInit {
  return post === undefined ? { headers } : { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify({ status: post }) };
}

describe("who gets in", () => {
  test.each(requests)("$name: 401 without and with a wrong token, 200 with the token and with a session", async ({ url, send }) => {
    const { api, signIn } = apiUnderTest();
    const cookie = await signIn();
    for (const headers of [
      { accept: "*/*" },
      { authorization: "Bearer wrong" },
      { authorization: `Basic ${btoa("a:b")}` },
      { cookie: "postern_session=wrong" },
      { cookie, authorization: "Bearer wrong" },
    ]) {
      const answer = await api.request(url, asking(send, headers));
      expect(answer.status).toBe(401);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(await answer.json()).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
    }
    for (const headers of [bearer, { cookie, "x-postern": "1" }]) {
      const answer = await api.request(url, asking(send, headers));
      // What the first took away, or put back, is not there for the second.
      const once = send.method === "DELETE" || url.includes("/specs/5a0b000000000003/");
      expect(answer.status).toBe(once && headers !== bearer ? 404 : 200);
      await answer.body?.cancel();
    }
  });

  test("health is open and says nothing but status and version", async () => {
    const answer = await apiUnderTest("failing").api.request("/api/v1/health");
    expect(await answer.json()).toEqual({ status: "degraded", version: "0.1.0" });
  });

  test.each(["/api", "/api/", "/api/v1", "/api/v1/nothing", "/api/v2/endpoints", "/api/v1/endpoints/", "/api/v1/health/x"])(
    "%s does not exist, and only a caller with a token is told so",
    async (url) => {
      const { api } = apiUnderTest();
      const outside = await api.request(url);
      expect(outside.status).toBe(401);
      expect(await outside.text()).toBe(await (await api.request("/api/v1/endpoints")).text());
      expect((await api.request(url, { method: "DELETE" })).status).toBe(401);
      expect((await api.request(url, { headers: bearer })).status).toBe(404);
    },
  );

  test("wrong tokens are counted: after the bound even the right one waits, sessions go on", async () => {
    const { api, signIn, advance, events } = apiUnderTest();
    const cookie = await signIn();
    for (let i = 0; i < failuresMax; i += 1) expect((await api.request("/api/v1/overview", { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    const limited = await api.request("/api/v1/overview", { headers: bearer });
    expect(limited.status).toBe(429);
    expect(limited.headers.get("retry-after")).toBe("60");
    expect((await api.request("/api/v1/overview", { headers: { cookie } })).status).toBe(200);
    advance(60_000);
    expect((await api.request("/api/v1/overview", { headers: bearer })).status).toBe(200);
    expect(events.join()).not.toContain("wrong");
  });

  test("a session ends after its time and by signing out", async () => {
    const { api, signIn, advance } = apiUnderTest();
    const first = await signIn();
    expect((await api.request("/logout", { method: "POST", headers: { cookie: first } })).status).toBe(403);
    expect((await api.request("/logout", { method: "POST", headers: { cookie: first, "x-postern": "1" } })).status).toBe(204);
    expect((await api.request("/api/v1/overview", { headers: { cookie: first } })).status).toBe(401);
    const second = await signIn();
    advance(12 * 3_600_000);
    expect((await api.request("/api/v1/overview", { headers: { cookie: second } })).status).toBe(401);
  });
});

describe("the login link", () => {
  test("looking at it burns nothing; pressing the button works once", async () => {
    const { api, auth } = apiUnderTest();
    const code = auth.issueLogin(sampleAt);
    for (let i = 0; i < 3; i += 1) expect((await api.request(`/login?code=${code}`)).status).toBe(200);
    const post = () => api.request("/login", { method: "POST", body: new URLSearchParams({ code }).toString() });
    const answers = await Promise.all([post(), post()]);
    expect(answers.map((it) => it.status).toSorted((a, b) => a - b)).toEqual([303, 410]);
    const cookie = answers.find((it) => it.status === 303)?.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^postern_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(await (await post()).text()).toContain("works once");
  });

  test("an old code and an invented one get the same answer", async () => {
    const { api, auth, advance } = apiUnderTest();
    const code = auth.issueLogin(sampleAt);
    advance(15 * 60_000);
    const texts = await Promise.all([code, "invented"].map(async (it) => (await api.request("/login", { method: "POST", body: `code=${it}` })).text()));
    expect(texts[0]).toBe(texts[1]);
  });

  test("a code is never written into the page as markup", async () => {
    const answer = await apiUnderTest().api.request(`/login?code=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(await answer.text()).not.toContain("<script");
  });
});

describe("pages of others cannot use a browser that is signed in", () => {
  test.each([
    ["without the header", {}],
    ["with a foreign Origin", { "x-postern": "1", origin: "http://evil.example" }],
    ["with an opaque Origin", { "x-postern": "1", origin: "null" }],
    ["from another site", { "x-postern": "1", "sec-fetch-site": "cross-site" }],
    ["from another port of the same host", { "x-postern": "1", "sec-fetch-site": "same-site", origin: "http://localhost:3000" }],
  ])("a write %s is refused and changes nothing", async (_, headers) => {
    const { api, signIn, views } = apiUnderTest();
    const answer = await api.request("/api/v1/incidents/i-0007/status", init("closed", { cookie: await signIn(), ...(headers as Record<string, string>) }));
    expect(answer.status).toBe(403);
    expect(views.marked).toEqual([]);
  });

  test.each([
    ["localhost:4800", 401],
    ["127.0.0.1:4800", 401],
    ["[::1]:4800", 401],
    ["192.168.1.9", 401],
    ["postern.localhost:4800", 401],
    ["evil.example", 421],
    ["127.0.0.1.evil.example:4800", 421],
    ["localhost.evil.example", 421],
    ["[::1].evil.example", 421],
    ["", 421],
  ])("Host %s gets %i", async (host, status) => {
    expect((await apiUnderTest().api.request("/api/v1/overview", { headers: { host } })).status).toBe(status);
  });

  test("every answer carries the strict headers, errors too", async () => {
    const { api } = apiUnderTest();
    for (const url of ["/", "/login", "/api/v1/health", "/api/v1/overview", "/nothing"]) {
      const { headers } = await api.request(url);
      expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/);
      expect(headers.get("content-security-policy")).not.toContain("unsafe");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("access-control-allow-origin")).toBeNull();
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });
});

describe("a document is sent as it is", () => {
  const upload = (api: ReturnType<typeof apiUnderTest>["api"], body: string, type = "application/octet-stream", query = "?name=Mine&as=spec"): Promise<Response> =>
    Promise.resolve(api.request(`/api/v1/specs${query}`, { method: "POST", headers: { ...bearer, "content-type": type }, body }));

  test("it is kept under its name, and who sent it is told", async () => {
    const { api, views } = apiUnderTest();
    expect(await (await upload(api, "openapi: 3.1.0")).json()).toMatchObject({ name: "Mine", kind: "spec" });
    expect(views.marked[0]).toMatch(/^spec Mine added by /);
    expect(views.specs().map((it) => it.name)).toContain("Mine");
  });

  test("what cannot be read is refused with the place and what to do", async () => {
    const answer = await upload(apiUnderTest().api, "{,}");
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code: "INVALID_REQUEST",
      detail: "The document stops being JSON at line 3, column 7.",
      remedy: "Mend it there, or export it again.",
    });
  });

  test("a form of another site cannot send one, and more than the bound is not read", async () => {
    const { api, views } = apiUnderTest();
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) expect((await upload(api, "openapi", type)).status).toBe(400);
    const large = await upload(api, "openapi".padEnd(uploadBytesMax + 1));
    expect(large.status).toBe(413);
    // Commands begin as they are typed where this runs.
    expect(await large.json()).toMatchObject({ remedy: expect.stringContaining("`npm start -- spec add`") as string });
    expect((await upload(api, "openapi", "application/json", "?as=guess")).status).toBe(400);
    expect(views.marked).toEqual([]);
  });
});

describe("requests are read strictly", () => {
  test.each([
    ["/endpoints?limit=0", "#/query/limit"],
    ["/endpoints?limit=1001", "#/query/limit"],
    ["/endpoints?limit=1e3", "#/query/limit"],
    ["/endpoints?statsu=open", "#/query/statsu"],
    ["/incidents?status=open&status=closed", "#/query/status"],
    ["/findings?severity=worst", "#/query/severity"],
    ["/endpoints?cursor=zzz", "#/query/cursor"],
    ["/disclosures?from=yesterday", "#/query/from"],
    ["/overview?x=1", "#/query/x"],
    ["/search?q=colour:red", "#/query/q"],
    ["/search?q=words", "#/query/q"],
    [`/search?q=${"a".repeat(1_025)}`, "#/query/q"],
  ])("%s is refused, pointing at %s", async (url, pointer) => {
    const answer = await apiUnderTest().api.request(`/api/v1${url}`, { headers: bearer });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "INVALID_REQUEST", errors: [{ pointer }] });
  });

  test.each([
    ["not JSON", "status=closed"],
    ["another key", '{"status":"closed","by":"me"}'],
    ["a number", '{"status":1}'],
    ["null", "null"],
    ["4,097 bytes", JSON.stringify({ status: "x".repeat(4_084) })],
  ])("a body that is %s is refused", async (_, body) => {
    const { api, views } = apiUnderTest();
    const answer = await api.request("/api/v1/incidents/i-0007/status", { method: "POST", headers: { ...bearer, "content-type": "application/json" }, body });
    expect(answer.status).toBe(400);
    expect(views.marked).toEqual([]);
  });

  test("bodies, searches and secrets at their bound are read; of many mistakes eight are told", async () => {
    const { api } = apiUnderTest();
    const post = (bytes: number) =>
      api.request("/api/v1/incidents/i-0007/status", { method: "POST", headers: { ...bearer, "content-type": "application/json" }, body: '{"status":"closed"}'.padEnd(bytes) });
    expect([(await post(requestBodyBytesMax)).status, (await post(requestBodyBytesMax + 1)).status]).toEqual([200, 400]);
    const search = async (characters: number): Promise<number> =>
      (await api.request(`/api/v1/search?q=${encodeURIComponent("status:404".padEnd(characters))}`, { headers: bearer })).status;
    expect([await search(searchLengthMax), await search(searchLengthMax + 1)]).toEqual([200, 400]);
    const mistaken = await api.request(`/api/v1/endpoints?${Array.from({ length: 20 }, (_, n) => `x${n}=1`).join("&")}`, { headers: bearer });
    expect(((await mistaken.json()) as { errors: unknown[] }).errors).toHaveLength(8);
    const padded = async (secret: string, blanks: number): Promise<number> =>
      (await api.request("/api/v1/endpoints?limit=1", { headers: { authorization: `Bearer${" ".repeat(blanks)}${secret}` } })).status;
    const room = secretLengthMax + 16 - "Bearer".length - testToken.length;
    expect([await padded(testToken, room), await padded(testToken, room + 1)]).toEqual([200, 401]);
  });

  test("a status nobody knows is refused with what is allowed; an unknown id is 404", async () => {
    const { api } = apiUnderTest();
    const wrong = await api.request("/api/v1/incidents/i-0007/status", init("gone", bearer));
    expect(await wrong.json()).toMatchObject({ errors: [{ pointer: "#/body/status", detail: "must be one of: open, acknowledged, closed" }] });
    expect((await api.request("/api/v1/incidents/nope/status", init("closed", bearer))).status).toBe(404);
    expect((await api.request("/api/v1/endpoints/nope", { headers: bearer })).status).toBe(404);
  });

  test.each([
    ["method=PUT", ["e-backup"]],
    ["path=/healthz&host=latchkey.example", ["e-health"]],
    ["dataClass=phone&method=POST", ["e-users"]],
    ["knownBy=source", []],
    ["host=elsewhere.example", []],
  ])("endpoints are narrowed by %s", async (query, ids) => {
    const answer = await apiUnderTest().api.request(`/api/v1/endpoints?${query}`, { headers: bearer });
    expect(((await answer.json()) as { items: { id: string }[] }).items.map((it) => it.id)).toEqual(ids);
  });

  test.each(["path", "concern"] as const)("a page of one, followed by its cursor, shows every endpoint once, by %s", async (sort) => {
    const { api, views } = apiUnderTest();
    const seen: string[] = [];
    const concerns: number[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const answer = await api.request(`/api/v1/endpoints?limit=1&sort=${sort}${cursor === "" ? "" : `&cursor=${cursor}`}`, { headers: bearer });
      const page = (await answer.json()) as { items: { id: string; concern: number }[]; next: string | null };
      seen.push(...page.items.map((it) => it.id));
      concerns.push(...page.items.map((it) => it.concern));
      cursor = page.next;
    }
    expect(seen.toSorted()).toEqual(
      views
        .endpoints()
        .map((it) => it.id)
        .toSorted(),
    );
    if (sort === "concern") expect(concerns).toEqual(concerns.toSorted((a, b) => b - a));
  });
});

describe("what is answered", () => {
  test("the document names every route of the server, and the server serves every route of the document", () => {
    const { api, views } = apiUnderTest();
    const served = new Set(
      api.routes.filter((it) => it.method !== "ALL" && it.path.startsWith("/api/v1/")).map((it) => `${it.method.toLowerCase()} ${it.path.slice(7).replace(":id", "{id}")}`),
    );
    const { paths } = openapiOf(routesOf(views), "0") as { paths: Record<string, Record<string, unknown>> };
    const described = Object.entries(paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
    expect(described.toSorted()).toEqual([...served].toSorted());
  });

  test.each(["full", "empty"] as const)("every answer over %s views is valid by the document", async (kind) => {
    const { api } = apiUnderTest(kind);
    const document = (await (await api.request("/api/v1/openapi.json", { headers: bearer })).json()) as {
      paths: Record<string, Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>>;
      components: object;
    };
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    let checked = 0;
    for (const route of routes) {
      const answer = await api.request(urlOf(route.path), asking(sendOf(route), bearer));
      const schema = document.paths[route.path]?.[route.method]?.responses[answer.status]?.content[answer.ok ? "application/json" : "application/problem+json"]?.schema;
      expect(schema, `${route.path} ${answer.status}`).toBeDefined();
      const validate = ajv.compile({ ...schema, components: document.components });
      expect(validate(await answer.json()), `${route.path}: ${ajv.errorsText(validate.errors)}`).toBe(true);
      checked += 1;
    }
    expect(checked).toBe(routes.length);
  });

  test("keyed hashes of actors and credentials do not leave", async () => {
    const { api } = apiUnderTest();
    const texts = await Promise.all(["/signals", "/disclosures"].map(async (path) => (await api.request(`/api/v1${path}`, { headers: bearer })).text()));
    expect(texts[0]).toContain("enumeration.ceiling");
    expect(texts[1]).toContain("9f8e7d6c5b4a3921");
    for (const hash of ["5f5e1000aaaabbbb", "0badc0de12345678", "feedface00000001"]) expect(texts.join()).not.toContain(hash);
  });

  test("a store that is away costs those answers a 503 with a reference; the rest go on", async () => {
    const { api, events } = apiUnderTest("failing");
    const answer = await api.request("/api/v1/exchanges", { headers: bearer });
    expect(answer.status).toBe(503);
    const text = await answer.text();
    expect(text).toContain('"code":"UNAVAILABLE"');
    expect(text).not.toContain("store.sock");
    const reference = /reference (\w+)/.exec(text)?.[1] ?? "none";
    expect(events.some((it) => it.includes(reference))).toBe(true);
    expect((await api.request("/api/v1/overview", { headers: bearer })).status).toBe(200);
  });

  test("a triage is told to the views with who did it, and shown in the answer", async () => {
    const { api, views, signIn } = apiUnderTest();
    const answer = await api.request("/api/v1/incidents/i-0007/status", init("acknowledged", { cookie: await signIn(), "x-postern": "1" }));
    expect(await answer.json()).toMatchObject({ id: "i-0007", status: "acknowledged" });
    expect(views.marked[0]).toMatch(/^incident i-0007 acknowledged by session:/);
  });

  test("search words narrow the answer", async () => {
    const { api } = apiUnderTest();
    const items = async (q: string): Promise<number> => {
      const page = (await (await api.request(`/api/v1/search?q=${encodeURIComponent(q)}`, { headers: bearer })).json()) as { items: unknown[] };
      return page.items.length;
    };
    expect(await items('status:200 address:"127.66.0.14"')).toBe(1);
    expect(await items("status:404")).toBe(0);
  });
});
