import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningService, startService } from "../gate/proxy/testbed.ts";
import { type Got, ProtectedService, send } from "./protected-service.ts";

let service: RunningService;
let postern: ProtectedService;
let operations: [method: string, path: string][];

beforeAll(async () => {
  service = await startService((_, res) => void res.writeHead(200, { "content-type": "application/json" }).end('{"ok":true,"marker":"from-the-service"}'));
  postern = await ProtectedService.start(`http://127.0.0.1:${service.port}`);
  for (let n = 0; n < 10; n++) await send(`${postern.gate}/orders/${n}`);
  await postern.read(10);
  const document = JSON.parse((await postern.api("/api/v1/openapi.json")).body.toString("utf8")) as { paths: Record<string, Record<string, unknown>> };
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method): [string, string] => [method.toUpperCase(), `/api/v1${path.replace("{id}", "0123456789abcdef")}`]),
  );
});
afterAll(async () => {
  await postern.stop();
  service.close();
  postern.remove();
});

const strangers: readonly [who: string, headers: Record<string, string>][] = [
  ["nobody", {}],
  ["a wrong token", { authorization: "Bearer an-api-token-of-a-test-00000002" }],
  ["an empty token", { authorization: "Bearer " }],
  ["a token cut short", { authorization: "Bearer an-api-token-of-a-test-0000000" }],
  ["a token as password", { authorization: `Basic ${Buffer.from("an-api-token-of-a-test-00000001:").toString("base64")}` }],
  ["an invented session", { cookie: "postern_session=0123456789abcdef0123456789abcdef" }],
  ["somebody who says he is near", { "x-forwarded-for": "127.0.0.1", "x-real-ip": "::1", forwarded: "for=127.0.0.1", host: "localhost" }],
  ["a browser of another site", { origin: "http://evil.example", "sec-fetch-site": "cross-site" }],
];

describe("nothing of the console or the API is open", () => {
  it("answers 401 on every route of the API but health, to whoever has no token of ours, also on the same machine", async () => {
    expect(operations.length).toBeGreaterThan(15);
    const open: string[] = [];
    for (const [n, [method, path]] of operations.filter(([, path]) => path !== "/api/v1/health").entries()) {
      for (const [who, headers] of strangers) {
        // Wrong tokens are counted by address, and ten of them are answered 429 whatever they ask: every route has strangers of its own.
        const got = await postern.api(path, headers, method, `127.0.1.${n + 1}`);
        if (got.status !== 401) open.push(`${method} ${path} answers ${got.status} to ${who}`);
        if (got.body.includes("orders")) open.push(`${method} ${path} shows data to ${who}`);
      }
    }
    expect(open).toEqual([]);
  });

  it("answers 401 on routes that do not exist, in other spellings and by other methods, so that nobody learns which do", async () => {
    for (const path of [
      "/api/v1/nothing",
      "/api/v2/overview",
      "/api",
      "/api/",
      "/api/v1/",
      "/api/v1/overview/",
      "/api/v1//overview",
      "/api/v1/health/x",
      "/api/v1/%6fverview",
      "/api/v1/overview?token=an-api-token-of-a-test-00000001",
      "/metrics",
      "/metrics?x=1",
    ]) {
      const { status, body } = await postern.api(path, {});
      expect([path, status], body.toString().slice(0, 100)).toEqual([path, 401]);
    }
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) expect((await postern.api("/api/v1/overview", {}, method)).status, method).toBe(401);
    // `fetch` and Node resolve dot segments themselves; a raw path does not.
    expect((await postern.api("/api/v1/health/../overview", {})).status).toBe(401);
  });

  it("answers 429, and never data, to an address that tries token after token", async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 30; n++) statuses.push((await postern.api("/api/v1/overview", { authorization: `Bearer guess-number-${n}-of-a-token-0001` }, "GET", "127.0.3.1")).status);
    expect([statuses[0], statuses.at(-1), statuses.every((status) => status === 401 || status === 429)]).toEqual([401, 429, true]);
    expect((await postern.api("/api/v1/overview")).status).toBe(200);
  });

  it("answers 401 on /metrics to strangers and the numbers to whoever has the token", async () => {
    for (const [who, headers] of strangers) expect([who, (await postern.api("/metrics", headers, "GET", "127.0.2.1")).status]).toEqual([who, 401]);
    const got = await postern.api("/metrics");
    expect([got.status, got.body.includes("postern_requests_total")]).toEqual([200, true]);
  });

  it("tells health to all, and nothing else with it", async () => {
    const { status, body } = await postern.api("/api/v1/health", {});
    expect(status).toBe(200);
    expect(Object.keys(JSON.parse(body.toString("utf8")) as object).sort()).toEqual(["status", "version"]);
  });

  it("shows no data in the console's page without a login", async () => {
    for (const path of ["/", "/endpoints", "/incidents/1", "/index.html", "/nothing"]) {
      const { body } = await postern.api(path, {});
      for (const word of ["orders", "from-the-service", postern.token, postern.dataDir]) expect(body.includes(word), `${path} ${word}`).toBe(false);
    }
  });

  it("lets the login link in once, by a cookie scripts and other sites cannot use, and never again", async () => {
    const code = new URL(postern.login).searchParams.get("code") ?? "";
    expect(code.length).toBeGreaterThanOrEqual(22);
    const redeem = (): Promise<Got> =>
      send(`${postern.console}/login`, { method: "POST", body: `code=${encodeURIComponent(code)}`, headers: { "content-type": "application/x-www-form-urlencoded" } });
    // A mail scanner that opens the link does not use it up.
    expect((await postern.api(`/login?code=${code}`, {})).status).toBe(200);
    const [first, ...others] = await Promise.all([redeem(), redeem(), redeem()]);
    const ways = [first, ...others].filter((got): got is Got => got?.status === 303);
    expect(ways).toHaveLength(1);
    expect((await redeem()).status).toBe(410);
    const cookie = headerOf(ways[0], "set-cookie");
    expect(cookie).toMatch(/^postern_session=[^;]{22,};/);
    for (const flag of ["HttpOnly", "SameSite=Strict", "Path=/"]) expect(cookie).toContain(flag);
    expect(headerOf(ways[0], "location")).toBe("/");
    const session = { cookie: cookie.split(";")[0] ?? "" };
    expect((await postern.api("/api/v1/overview", session)).status).toBe(200);
    // Another site that makes the browser write does not get through.
    expect((await postern.api("/api/v1/incidents/x/status", { ...session, origin: "http://evil.example", "sec-fetch-site": "cross-site" }, "POST")).status).toBe(403);
    expect((await send(`${postern.console}/logout`, { method: "POST", headers: { ...session, "x-postern": "1" } })).status).toBe(204);
    expect((await postern.api("/api/v1/overview", session)).status).toBe(401);
  });

  it("refuses names it was not started under, so that another site's name cannot be pointed at it", async () => {
    const got = await postern.api("/api/v1/overview", { host: "evil.example", authorization: `Bearer ${postern.token}` });
    expect(got.status).toBeGreaterThanOrEqual(400);
    expect(got.body.includes("requests")).toBe(false);
  });

  it("keeps neither the token, nor the login code, nor a session in a file", async () => {
    const code = new URL(postern.login).searchParams.get("code") ?? "";
    await postern.stop();
    for (const entry of readdirSync(postern.dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      for (const secret of [postern.token, code]) expect(bytes.includes(secret), entry.name).toBe(false);
    }
  });
});

function headerOf(got: Got | undefined, name: string): string {
  const at = got?.rawHeaders.findIndex((one, index) => index % 2 === 0 && one.toLowerCase() === name) ?? -1;
  return got?.rawHeaders[at + 1] ?? "";
}
