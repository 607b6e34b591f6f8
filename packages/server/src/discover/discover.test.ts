import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspectRoutes } from "hono/dev";
import { afterEach, describe, expect, test } from "vitest";
import { discover, type Discovery } from "./discover.ts";
import { templatesOf, joinPaths, templateOfRegExp } from "./path-template.ts";
import { expressRoutes, koaRoutes, type RunningRoutes } from "./testing/running-routes.ts";
import type { Framework } from "./value.ts";

const fixtures = new URL("testing/", import.meta.url).pathname;
const require = createRequire(import.meta.url);
const load = async (file: string): Promise<Record<string, unknown>> => (await import(/* @vite-ignore */ join(fixtures, file))) as Record<string, unknown>;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A tree of the files given. */
function tree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "postern-discover-"));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

const listed = (found: Discovery): string[] => [...new Set(found.routes.map((one) => `${one.method} ${one.path}`))].sort();

/** What the framework holds, in our form: the form has tests of its own below. */
function inOurForm(running: RunningRoutes, framework: Framework): string[] {
  const all = running.flatMap((line) => {
    const [method, path] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)];
    const pattern = /^(.*)\/(\^.*)\/$/.exec(path);
    const paths = pattern === null ? templatesOf(path, framework) : [joinPaths(pattern[1] ?? "", templateOfRegExp(pattern[2] ?? ""))];
    return paths.map((one) => `${method} ${joinPaths(one)}`);
  });
  return [...new Set(all)].sort();
}

describe("what is extracted is what the running framework holds", () => {
  test.each(["express-commonjs", "express-loader"])("%s", (name) => {
    const app: unknown = require(join(fixtures, name, "app.cjs"));
    const found = discover(join(fixtures, name));
    expect(listed(found)).toEqual(inOurForm(expressRoutes(app), "express"));
    expect(found.unresolved.filter((one) => !one.file.includes("_draft"))).toEqual([]);
  });

  test("express-modules: factories, sub-apps and lists of mount paths", async () => {
    const { createApp } = await load("express-modules/app.mjs");
    const app: unknown = typeof createApp === "function" ? createApp({}) : undefined;
    expect(listed(discover(join(fixtures, "express-modules")))).toEqual(inOurForm(expressRoutes(app), "express"));
  });

  test("express-classes: routes made by controllers that inherit", async () => {
    const { app } = await load("express-classes/app.mjs");
    expect(listed(discover(join(fixtures, "express-classes")))).toEqual(inOurForm(expressRoutes(app), "express"));
  });

  test("koa-nested: prefixes, nested routers, named and registered routes", async () => {
    const { app } = await load("koa-nested/app.mjs");
    expect(listed(discover(join(fixtures, "koa-nested")))).toEqual(inOurForm(koaRoutes(app), "koa"));
  });

  test("hono-chained: chains, base path and sub-apps", async () => {
    const { app } = await load("hono-chained/app.ts");
    const running = inspectRoutes(app as Parameters<typeof inspectRoutes>[0])
      .filter((one) => !one.isMiddleware)
      .map((one) => `${one.method === "ALL" ? "ANY" : one.method} ${one.path}`);
    expect(listed(discover(join(fixtures, "hono-chained")))).toEqual(inOurForm(running, "hono"));
  });

  test("fastify-plugins: prefixes, open plugins and imports on demand", async () => {
    const { build } = await load("fastify-plugins/app.mjs");
    const running: string[] = [];
    const app = await (build as (onRoute: (route: { method: string | string[]; url: string }) => void) => Promise<{ close(): Promise<void> }>)(({ method, url }) => {
      const methods = [method].flat();
      // HEAD of a GET route comes as a route of its own; only a handler's own HEAD counts.
      running.push(...(methods.length > 6 ? ["ANY"] : methods).map((one) => `${one} ${url}`));
    });
    const found = discover(join(fixtures, "fastify-plugins"));
    await app.close();
    expect(listed(found)).toEqual(withoutOwnHead(inOurForm(running, "fastify")));
  });
});

/** Fastify adds a HEAD beside each GET. */
function withoutOwnHead(running: RunningRoutes): RunningRoutes {
  return running.filter((line) => !line.startsWith("HEAD ") || !running.includes(line.replace("HEAD", "GET")));
}

describe("what cannot be told is listed and never invented", () => {
  test("a path known only at run time is not resolved, with its place", () => {
    const found = discover(
      tree({ "app.js": `const express = require("express");\nconst app = express();\napp.get(process.env.SECRET_PATH, show);\napp.get("/plain", show);\nfunction show() {}\n` }),
    );
    expect(listed(found)).toEqual(["GET /plain"]);
    expect(found.unresolved).toMatchObject([{ file: "app.js", line: 3, column: 5, why: "it is set by the environment variable SECRET_PATH" }]);
  });

  test("routes of a function that nobody calls with an app are listed, not found", () => {
    const found = discover(tree({ "a.js": `module.exports = (app) => { app.get("/maybe", () => {}); };` }));
    expect(found.routes).toEqual([]);
    expect(found.unresolved).toMatchObject([{ what: "GET /maybe" }]);
  });

  test("a router that nothing mounts is no route of the app", () => {
    const found = discover(
      tree({ "a.js": `const e = require("express"); const app = e(); app.get("/in", () => {}); const r = e.Router(); r.get("/out", () => {}); module.exports = r;` }),
    );
    expect(listed(found)).toEqual(["GET /in"]);
    expect(found.unresolved).toMatchObject([{ what: "GET /out", why: "nothing in the tree mounts its router on an app" }]);
  });

  test("calls that only look like routes are left alone: clients, caches, settings, comments, strings", () => {
    const found = discover(
      tree({
        "a.js": `import express from "express"; import axios from "axios";\n// app.get("/comment", f)\nconst text = 'app.get("/text", f)';\nconst app = express(); app.get("env"); axios.get("/client", {}); new Map().get("/map"); app.listen(1);`,
      }),
    );
    expect([found.routes, found.unresolved]).toEqual([[], []]);
  });

  test("a file that does not parse is reported with its place, and the rest is read", () => {
    const found = discover(tree({ "broken.ts": "const a = ;\n", "app.ts": `import { Hono } from "hono";\nexport const app = new Hono().get("/x", (c) => c.text(""));` }));
    expect(listed(found)).toEqual(["GET /x"]);
    expect(found.problems).toMatchObject([{ file: "broken.ts", line: 1 }]);
  });

  test("a route that rests on a default says so, however the default was written, and what is set for sure does not", () => {
    const found = discover(
      tree({
        "a.js": `const app = require("express")(); const { prefix = "/p" } = require("some-config"); const base = process.env.BASE || "/api"; let late = process.env.LATE; late ??= "/late";
const known = undefined ?? "/known"; const f = () => {};
app.get(base + "/a", f); app.get(\`\${prefix}/b\`, f); app.get(late.concat("/c"), f); app.get(known, f); app.get(process.env.X ? "/one" : process.env.Y, f);
const r = require("express").Router(); r.get("/d", f); app.use(base, r);`,
      }),
    );
    expect(found.routes.map((one) => [one.path, one.assumes])).toEqual([
      ["/api/a", ['default "/api": it is set by the environment variable BASE']],
      ["/api/d", ['default "/api": it is set by the environment variable BASE']],
      ["/known", []],
      ["/late/c", ['default "/late": it is set by the environment variable LATE']],
      ["/p/b", ['default "/p": `some-config.prefix` is not in the tree']],
    ]);
    expect(found.unresolved).toMatchObject([{ line: 3, why: "a choice made at run time" }]);
  });

  test("a path that a branch may have changed is no route with either answer; one name in two branches of its own is two", () => {
    const found = discover(
      tree({
        "a.js": `const app = require("express")(); const f = () => {}; let base = "/v1"; if (process.env.NEW) base = "/v2"; app.get(base, f);
if (process.env.A) { let own = "/a"; own += "/b"; app.get(own, f); }
function place() { if (process.env.X) return "/x"; return "/y"; } app.get(place(), f);`,
      }),
    );
    expect(listed(found)).toEqual(["GET /a/b"]);
    expect(found.unresolved.map((one) => [one.line, one.why])).toEqual([
      [1, "a choice made at run time"],
      [3, "a choice made at run time"],
    ]);
  });

  test("a branch that depends on the run is walked and marked", () => {
    const found = discover(
      tree({ "a.js": `const app = require("express")(); if (process.env.DEBUG) app.get("/debug", f); else app.get("/plain", f); app.get("/always", f); function f() {}` }),
    );
    expect(found.routes.map((one) => [one.path, one.conditional])).toEqual([
      ["/always", false],
      ["/debug", true],
      ["/plain", true],
    ]);
  });
});

describe("frameworks that are read by their conventions", () => {
  test("NestJS: modules from the root, versions, global prefix with exclusions, guards", () => {
    const found = discover(
      tree({
        "main.ts": `import { NestFactory } from "@nestjs/core"; import { VersioningType } from "@nestjs/common"; import { AppModule } from "./app.module";
async function bootstrap() { const app = await NestFactory.create(AppModule); app.setGlobalPrefix("api", { exclude: ["health"] }); app.enableVersioning({ type: VersioningType.URI }); await app.listen(3000); }
bootstrap();`,
        "app.module.ts": `import { Module } from "@nestjs/common"; import { CatsController, HealthController } from "./cats.controller";
@Module({ controllers: [CatsController, HealthController] }) export class AppModule {}`,
        "cats.controller.ts": `import { Controller, Get, Post, UseGuards, Version } from "@nestjs/common"; import { AuthGuard } from "@nestjs/passport";
const base = "cats";
@Controller({ path: base, version: "1" }) @UseGuards(AuthGuard("jwt"))
export class CatsController { @Get() all() {} @Get(":id") one() {} @Version("2") @Post([":id/toys", "toys"]) toy() {} helper() {} }
@Controller("health") export class HealthController { @Get() check() {} }
@Controller("unused") export class UnusedController { @Get() never() {} }`,
      }),
    );
    expect(listed(found)).toEqual(["GET /api/v1/cats", "GET /api/v1/cats/{id}", "GET /health", "POST /api/v2/cats/toys", "POST /api/v2/cats/{id}/toys"]);
    expect(found.routes.find((one) => one.path === "/api/v1/cats")).toMatchObject({ handler: "CatsController.all", auth: { names: ["AuthGuard()"], verdict: "unproven" } });
  });

  test("Next.js: app and pages, groups, catch-alls, optional ones; private folders are none", () => {
    const found = discover(
      tree({
        "package.json": `{"dependencies":{"next":"15.0.0"}}`,
        "src/app/(shop)/api/items/[id]/route.ts": `export async function GET() {} export const DELETE = withAuth(remove); const POST = 1;`,
        "src/app/api/[...rest]/route.js": `async function handle() {} export { handle as PATCH };`,
        "src/app/_private/route.ts": `export function GET() {}`,
        "app/api/again/route.ts": `export * from "../../(shop)/shared"; export * from "./route";`,
        "app/(shop)/shared.ts": `export async function PUT() {} export * from "../api/again/route";`,
        "pages/api/index.ts": `export default function all() {}`,
        "pages/api/users/[[...path]].ts": `export default function handler() {}`,
        "app/page.tsx": `export default function Page() { return <p>no route</p>; }`,
      }),
    );
    expect(listed(found)).toEqual([
      "ANY /api",
      "ANY /api/users",
      "ANY /api/users/{path*}",
      "DELETE /api/items/{id}",
      "GET /api/items/{id}",
      "PATCH /api/{rest*}",
      "PUT /api/again",
    ]);
  });

  test("Fastify's autoload gives folders as prefixes", () => {
    const plugin = `module.exports = async (app) => { app.get("/", async () => ({})); };`;
    const found = discover(
      tree({
        "package.json": `{"scripts":{"start":"fastify start -l info app.js"}}`,
        "app.js": `const path = require("path"); const AutoLoad = require("@fastify/autoload");
module.exports = async function (fastify, opts) { fastify.register(AutoLoad, { dir: path.join(__dirname, "routes"), options: Object.assign({}, opts) }); };`,
        "routes/root.js": plugin,
        "routes/users/index.js": plugin,
        "routes/users/cards/index.js": plugin,
      }),
    );
    expect(listed(found)).toEqual(["GET /", "GET /users", "GET /users/cards"]);
  });
});

describe("bounds", () => {
  test("installed packages, build output, hidden folders, tests and links are left out and counted", () => {
    const app = `const app = require("express")(); app.get("/x", () => {});`;
    const root = tree({ "app.js": app, "node_modules/p/i.js": app, "dist/app.js": app, ".git/x.js": app, "test/app.js": app, "b.test.js": app });
    symlinkSync("/", join(root, "everything"));
    const found = discover(root);
    expect(found.routes).toHaveLength(1);
    expect(found.skipped).toEqual({ installed: 1, built: 1, hidden: 1, links: 1, tests: 2, tooLarge: 0, unreadable: 0 });
  });

  test("a tree beyond the bounds on files or depth says that it was not read to its end", () => {
    const files = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`f${i}.js`, ""]));
    const bounds = { filesMax: 3, bytesMax: 1_000, fileBytesMax: 1_000, depthMax: 2 };
    expect(discover(tree(files), { bounds }).stoppedAt).toBe("f3.js: more than 3 files");
    expect(discover(tree({ "a/b/c/d.js": "" }), { bounds }).stoppedAt).toBe("a/b/c: deeper than 2 folders");
    expect(discover(tree({ "a.js": "1;".repeat(600), "b.js": "" }), { bounds }).skipped.tooLarge).toBe(1);
  });

  test("a program made to loop or to nest ends at the bound and says so", () => {
    const found = discover(
      tree({
        "loop.js": `function f(n) { f(n + 1); f(n + 2); g(n); } function g(n) { f(n); g(n); } for (let i = 0; i < 1e9; i++) { for (let j = 0; j < 1e9; j++) { f(j); } }`,
        "app.js": `const app = require("express")(); app.use("/a", app); app.get("/x", () => {});`,
        "z.js": `${"(".repeat(2_000)}1${")".repeat(2_000)}`,
      }),
    );
    expect(found.stoppedAt).toContain("loop.js");
    expect(found.routes.length + found.unresolved.length).toBeLessThan(5);
  });
});

describe("paths in Postern's form", () => {
  test.each<[Framework, string, readonly string[]]>([
    ["express", "/users/:id(\\d+)", ["/users/{id}"]],
    ["express", "/a/:b?", ["/a", "/a/{b}"]],
    ["express", "/a{/:b}", ["/a", "/a/{b}"]],
    ["express", "/files/*path", ["/files/{path*}"]],
    ["fastify", "/:file.:ext", ["/{file}.{ext}"]],
    ["fastify", "/name::verb", ["/name:verb"]],
    ["hono", "/x/:id{[0-9]+}/*", ["/x/{id}/{path*}"]],
    ["koa", "/:from-:to", ["/{from}-{to}"]],
  ])("%s %s", (framework, pattern, expected) => {
    expect(templatesOf(pattern, framework)).toEqual(expected);
  });

  test("regular expressions keep what is plain", () => {
    expect(templateOfRegExp("^\\/user\\/(\\d+)$")).toBe("/user/{1}");
    expect(templateOfRegExp("^\\/(?<kind>[a-z]+)\\/?$")).toBe("/{kind}");
    expect(templateOfRegExp(".*fly$")).toBe("/{pattern*}");
  });
});
