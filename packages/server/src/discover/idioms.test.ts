import { join } from "node:path";
import { expect, test } from "vitest";
import { discover } from "./discover.ts";
import { listed, treeMaker } from "./testing/tree.ts";

// What code of other people writes that our own fixtures did not: each was missed, or invented, when such code was first read.
const tree = treeMaker();

test("Koa: a route's name is not taken for its path, even where the path cannot be told", () => {
  const found = discover(
    tree({
      "app.js": `const Koa = require("koa"); const Router = require("@koa/router");
const router = new Router();
router.get("authorization", config.routes.auth, check, handler);
router.get("user", "/users/:id", handler);
new Koa().use(router.routes());`,
    }),
  );
  expect(listed(found)).toEqual(["GET /users/{id}"]);
  expect(found.unresolved).toHaveLength(1);
});

test("Koa: a folder of routers loaded by require-directory from where the program is started", () => {
  const found = discover(
    tree({
      "package.json": `{"name":"shop","_moduleAliases":{"@mid":"./middlewares"}}`,
      "app.js": `const Koa = require("koa"); const { Setup } = require("./core/setup"); const app = new Koa(); Setup.start(app); app.listen(1);`,
      "core/setup.js": `const Router = require("koa-router"); const requireDirectory = require("require-directory");
class Setup {
  static start(app) { Setup.app = app; Setup.load(); }
  static load() { requireDirectory(module, \`\${process.cwd()}/api\`, { visit: add }); function add(one) { if (one instanceof Router) Setup.app.use(one.routes()); } }
}
module.exports = { Setup };`,
      "api/v1/orders.js": `const Router = require("koa-router"); const { paths } = require("@mid/paths");
const router = new Router({ prefix: paths.v1 }); router.post("/orders", (ctx) => {}); module.exports = router;`,
      "middlewares/paths.js": `module.exports = { paths: { v1: "/api/v1" } };`,
    }),
  );
  expect(found.routes.map((one) => [`${one.method} ${one.path}`, one.conditional])).toEqual([["POST /api/v1/orders", false]]);
});

test.each([
  [
    "TypeScript to CommonJS",
    `"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) { return target; };
const common_1 = require("@nestjs/common");
let OrdersController = class OrdersController { list() {} one(id) {} };
exports.OrdersController = OrdersController;
__decorate([(0, common_1.Get)(), (0, common_1.UseGuards)(JwtGuard)], OrdersController.prototype, "list", null);
__decorate([(0, common_1.Get)(":id"), __param(0, (0, common_1.Param)("id"))], OrdersController.prototype, "one", null);
exports.OrdersController = OrdersController = __decorate([(0, common_1.Controller)("orders")], OrdersController);`,
  ],
  [
    "SWC to modules",
    `function _ts_decorate(decorators, target, key, desc) { return target; }
import { Controller, Get, UseGuards } from "@nestjs/common";
export class OrdersController { list() {} one(id) {} }
_ts_decorate([Get(), UseGuards(JwtGuard)], OrdersController.prototype, "list", null);
_ts_decorate([Get(":id")], OrdersController.prototype, "one", null);
OrdersController = _ts_decorate([Controller("orders")], OrdersController);`,
  ],
])("Nest: decorators as a compiler leaves them (%s)", (_, controller) => {
  const found = discover(
    tree({
      "main.js": `import { NestFactory } from "@nestjs/core"; import { AppModule } from "./app.module.js";
async function bootstrap() { const app = await NestFactory.create(AppModule); app.setGlobalPrefix("api"); await app.listen(1); }
bootstrap();`,
      "app.module.js": `import { Module } from "@nestjs/common"; import { OrdersController } from "./orders.controller.js";
export class AppModule {}
AppModule = _ts_decorate([Module({ controllers: [OrdersController] })], AppModule);`,
      "orders.controller.js": controller,
    }),
  );
  expect(listed(found)).toEqual(["GET /api/orders", "GET /api/orders/{id}"]);
  expect(found.routes[0]?.auth.names).toEqual(["JwtGuard"]);
});

test("Nest: a prefix from the tree's own configuration rests on its default; the adapter's own routes and Swagger's document are listed", () => {
  const found = discover(
    tree({
      "main.ts": `import { NestFactory } from "@nestjs/core"; import { ConfigService } from "@nestjs/config"; import { SwaggerModule } from "@nestjs/swagger";
import { AppModule } from "./app.module";
async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  const config = app.get(ConfigService);
  app.setGlobalPrefix(config.getOrThrow("app.prefix", { infer: true }));
  const http = app.getHttpAdapter().getInstance();
  http.set("trust proxy", true);
  http.get("/.well-known/x", (_req, res) => res.json({}));
  SwaggerModule.setup("docs", app, document);
}
void bootstrap();`,
      "app.module.ts": `import { Module, Controller, Get } from "@nestjs/common"; import { ConfigModule } from "@nestjs/config"; import app from "./app.config";
@Controller("orders") class OrdersController { @Get() list() {} }
@Module({ imports: [ConfigModule.forRoot({ load: [app] })], controllers: [OrdersController] }) export class AppModule {}`,
      "app.config.ts": `import { registerAs } from "@nestjs/config"; export default registerAs("app", () => ({ prefix: process.env.API_PREFIX || "v0" }));`,
    }),
  );
  expect(listed(found)).toEqual(["GET /.well-known/x", "GET /docs", "GET /docs-json", "GET /v0/orders"]);
  expect(found.routes.find((one) => one.path === "/v0/orders")?.assumes).toEqual([expect.stringContaining("API_PREFIX")]);
});

test("Next.js: a folder called test or e2e is a segment of a path where a route stands in it", () => {
  const found = discover(
    tree({
      "package.json": `{"dependencies":{"next":"15"}}`,
      "app/api/e2e/users/route.ts": "export async function GET() {}",
      "app/api/e2e/users/helper.ts": "export const x = 1;",
      "pages/api/test/ping.ts": "export default function handler() {}",
      "test/app/api/other/route.ts": "export async function GET() {}",
    }),
  );
  expect(listed(found)).toEqual(["ANY /api/test/ping", "GET /api/e2e/users"]);
});

test("FastAPI: a router class of the tree, and the folder that was named is itself the package", () => {
  const root = tree({
    "shop/__init__.py": "",
    "shop/routing.py": `from fastapi import APIRouter
class Base(APIRouter):
    def __init__(self, **kwargs):
        kwargs.setdefault("route_class", object)
        super().__init__(**kwargs)
class Router(Base):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
class Plain(APIRouter):
    pass
`,
    "shop/orders.py": `from shop.routing import Router, Plain
router = Router(prefix="/orders")
plain = Plain(prefix="/plain")
@router.post("/")
async def create(): pass
@plain.get("/x")
async def x(): pass
`,
    "shop/server.py": `from fastapi import FastAPI
from shop.orders import router, plain
def create_api():
    api = FastAPI(openapi_url=None)
    api.include_router(router)
    api.include_router(plain)
    return api
def create_app():
    app = FastAPI(openapi_url=None)
    app.mount("/api", create_api())
    return app
`,
  });
  const found = discover(join(root, "shop"));
  expect(listed(found)).toEqual(["GET /api/plain/x", "POST /api/orders"]);
  expect(found.unresolved).toEqual([]);
});

test("FastAPI: a router included only where a setting says so is conditional, not missing", () => {
  const found = discover(
    tree({
      "main.py": `from fastapi import APIRouter, FastAPI
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    STAGE: str | None = None
settings = Settings()
private = APIRouter(prefix="/private")
@private.post("/users")
def add(): pass
app = FastAPI(openapi_url=None)
if settings.STAGE == "development":
    app.include_router(private)
`,
    }),
  );
  expect(found.routes.map((one) => [`${one.method} ${one.path}`, one.conditional])).toEqual([["POST /private/users", true]]);
});

test("routes below a path that is not known are listed with what is known of them, and are not counted as found", () => {
  const found = discover(
    tree({
      "server.js": `const express = require("express");
class Server {
  get app() { const api = express(); api.use(authenticate); api.get("/classes/:name", list); return api; }
  start(options) { const app = express(); app.use(options.mountPath, this.app); app.listen(1); }
}
module.exports = Server;`,
    }),
  );
  expect(found.routes).toEqual([]);
  expect(found.unresolved).toEqual([
    expect.objectContaining({
      what: "GET ?/classes/{name}",
      below: expect.objectContaining({ method: "GET", path: "/classes/{name}", auth: expect.objectContaining({ names: ["authenticate"] }) }),
    }),
  ]);
});

test.each([
  ["a table of definitions", `module.exports.Options = { mountPath: { env: "MOUNT_PATH", help: "where", default: "/parse" } };`],
  ["yargs", `require("yargs").option("mountPath", { describe: "where", default: "/parse" });`],
  ["commander", `program.option("-m, --mount-path <path>", "where", "/parse");`],
])("an option's default that the tree declares is taken and marked as one (%s)", (_, options) => {
  const root = {
    "server.js": `const express = require("express"); module.exports = (options) => { const app = express(); const api = express(); api.get("/x", h); app.use(options.mountPath, api); return app; };`,
  };
  const found = discover(tree({ ...root, "options.js": options }));
  expect(listed(found)).toEqual(["GET /parse/x"]);
  expect(found.routes[0]?.assumes).toEqual([expect.stringContaining("option mountPath, declared at options.js:1")]);
  const two = discover(tree({ ...root, "options.js": options, "other.js": `exports.o = { mountPath: { help: "elsewhere", default: "/other" } };` }));
  expect(two.routes).toEqual([]);
});

test("chi: where a router mounts whatever it is handed, routers nobody is seen to mount are listed below a path that is not known", () => {
  const found = discover(
    tree({
      "go.mod": "module example.org/shop\n\ngo 1.22\n",
      "server.go": `package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

type Server struct{ router chi.Router }

func New() *Server {
	r := chi.NewRouter()
	r.Get("/ping", ping)
	return &Server{router: r}
}

func (s *Server) MountRouter(path string, sub http.Handler) {
	s.router.Mount(path, sub)
}

func orders() http.Handler {
	r := chi.NewRouter()
	r.Get("/orders/{id}", one)
	return r
}
`,
    }),
  );
  expect(listed(found)).toEqual(["GET /ping"]);
  expect(found.unresolved.filter((one) => one.below !== undefined).map((one) => one.what)).toEqual(["GET ?/orders/{id}"]);
});

test("a bare yield of Python and Go's for over a number are no parse problems; what is broken still is", () => {
  const found = discover(
    tree({
      "a.py": "def f():\n    yield\n",
      "b.py": "def f(:\n    pass\n",
      "go.mod": "module example.org/x\n",
      "a.go": "package x\n\nfunc f() {\n\tfor range 2 {\n\t\tg()\n\t}\n}\n",
      "b.go": "package x\n\nfunc f( {\n",
    }),
  );
  expect(found.problems.map((one) => one.file)).toEqual(["b.py", "b.go"]);
});
