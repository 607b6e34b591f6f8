import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { discover, type Discovery } from "./discover.ts";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function found(files: Readonly<Record<string, string>>): Discovery {
  const root = mkdtempSync(join(tmpdir(), "postern-discover-"));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return discover(root);
}

const listed = (discovery: Discovery): string[] => discovery.routes.map((one) => `${one.method} ${one.path}`);

describe("Flask", () => {
  test("factories, nested blueprints, views as classes, decorators of the tree and its own static files", () => {
    const discovery = found({
      "shop/__init__.py": `from flask import Flask
from .api import api
from . import pages
def create_app(config=None):
    app = Flask(__name__, static_url_path="/assets")
    app.register_blueprint(api, url_prefix="/v2")
    pages.install(app)
    return app
`,
      "shop/api.py": `from flask import Blueprint
from flask.views import MethodView
from .auth import login_required
api = Blueprint("api", __name__, url_prefix="/v1")
orders = Blueprint("orders", __name__, url_prefix="/orders")
def endpoint(path, **options):
    def wrap(fn):
        orders.add_url_rule(f"/{path}.json", view_func=fn, **options)
        return fn
    return wrap
@endpoint("open", methods=["GET", "POST"])
def open_orders(): ...
class Order(MethodView):
    def get(self, id): ...
    def delete(self, id): ...
orders.add_url_rule("/<int:id>/", view_func=Order.as_view("order"))
@api.get("/me")
@login_required
def me(): ...
api.register_blueprint(orders)
`,
      "shop/auth.py": `from functools import wraps
def login_required(fn):
    @wraps(fn)
    def inner(*args, **kwargs):
        return fn(*args, **kwargs)
    return inner
`,
      "shop/pages.py": `def page(): ...
def install(app):
    for name, rule in [("home", "/"), ("help", "/help/<path:topic>")]:
        app.add_url_rule(rule, name, page)
        if "<" in rule:
            continue
        app.add_url_rule("/m" + rule, "m" + name, page)
`,
    });
    expect(listed(discovery)).toEqual([
      "GET /",
      "GET /assets/{filename*}",
      "GET /help/{topic*}",
      "GET /m",
      "GET /v2/me",
      "GET /v2/orders/open.json",
      "POST /v2/orders/open.json",
      "DELETE /v2/orders/{id}",
      "GET /v2/orders/{id}",
    ]);
    expect(discovery.routes.find((one) => one.path === "/v2/me")?.auth.names).toEqual(["login_required"]);
    expect(discovery.unresolved).toEqual([]);
  });

  test("what only a run can tell is listed or marked and never guessed", () => {
    const discovery = found({
      "app.py": `import os, flask
app = flask.Flask(__name__, static_folder=None)
base = os.environ.get("BASE", "/api")
late = os.getenv("LATE")
if not late:
    late = "/late"
@app.route(base + "/a")
def a(): ...
@app.route(late)
def b(): ...
@app.route(os.environ["ONLY"])
def c(): ...
def place(flag):
    if flag: return "/one"
    return "/two"
app.add_url_rule(place(os.getenv("FLAG")), view_func=a)
if os.getenv("DEBUG"):
    app.add_url_rule("/debug", view_func=a)
# @app.route("/comment")
text = '@app.route("/text")'
`,
    });
    expect(discovery.routes.map((one) => [one.path, one.conditional, one.assumes])).toEqual([
      ["/api/a", false, ['default "/api": it is set by the environment variable BASE']],
      ["/debug", true, []],
      ["/late", false, ['default "/late": it is set by the environment variable LATE']],
    ]);
    expect(discovery.unresolved.map((one) => [one.line, one.why])).toEqual([
      [11, "`os.environ[]` is not in the tree"],
      [16, "a choice made at run time"],
    ]);
  });
});

test("FastAPI: routers under prefixes, settings as defaults, dependencies as evidence, the routes of its own documents", () => {
  const discovery = found({
    "app/main.py": `from fastapi import FastAPI
from app.config import settings
from app.api import items
app = FastAPI(redoc_url=None)
app.include_router(items.router, prefix=settings.BASE)
sub = FastAPI(openapi_url=None)
@sub.websocket("/feed")
async def feed(socket): ...
app.mount("/sub", sub)
`,
    "app/config.py": `from pydantic import BaseSettings
class Settings(BaseSettings):
    BASE: str = "/api"
settings = Settings()
`,
    "app/api/__init__.py": "",
    "app/api/items.py": `from fastapi import APIRouter, Depends
from .deps import current_user
router = APIRouter(prefix="/items")
@router.get("/{id}")
async def one(id: int, user=Depends(current_user)): ...
@router.api_route("/files/{rest:path}", methods=["PUT", "DELETE"])
def files(rest): ...
`,
    "app/api/deps.py": "def current_user(): ...\n",
  });
  expect(listed(discovery)).toEqual([
    "DELETE /api/items/files/{rest*}",
    "PUT /api/items/files/{rest*}",
    "GET /api/items/{id}",
    "GET /docs",
    "GET /docs/oauth2-redirect",
    "GET /openapi.json",
    "GET /sub/feed",
  ]);
  expect(discovery.routes.find((one) => one.path === "/api/items/{id}")).toMatchObject({
    handler: "one",
    assumes: ['default "/api": it may be set by the environment variable BASE'],
  });
  expect(discovery.unresolved).toEqual([]);
});

describe("Go", () => {
  test("net/http: patterns with methods, parameters and hosts, a mux below a mux", () => {
    const discovery = found({
      "go.mod": "module example.com/shop\n",
      "main.go": `package main
import ("net/http"; "example.com/shop/items")
const base = "/api"
func main() {
	http.HandleFunc("/health", health)
	http.Handle(base+"/", http.StripPrefix(base, items.Routes()))
	http.HandleFunc("GET shop.example/hosts/{name}", func(w http.ResponseWriter, r *http.Request) {})
	http.ListenAndServe(":80", nil)
}
func health(w http.ResponseWriter, r *http.Request) {}
`,
      "items/items.go": `package items
import "net/http"
type server struct { mux *http.ServeMux }
func Routes() http.Handler {
	s := &server{mux: http.NewServeMux()}
	s.routes()
	return s.mux
}
func (s *server) routes() {
	for _, one := range []struct{ pattern string; h http.HandlerFunc }{{"POST /items", s.add}, {"GET /items/{id}/{$}", s.one}} {
		s.mux.HandleFunc(one.pattern, one.h)
	}
	s.mux.HandleFunc("GET /files/{rest...}", s.one)
}
func (s *server) add(w http.ResponseWriter, r *http.Request) {}
func (s *server) one(w http.ResponseWriter, r *http.Request) {}
`,
    });
    expect(listed(discovery)).toEqual(["GET /api/files/{rest*}", "POST /api/items", "GET /api/items/{id}", "ANY /health", "GET /hosts/{name}"]);
  });

  test("chi: nested routes, groups, mounts and middleware of one route", () => {
    const discovery = found({
      "main.go": `package main
import ("net/http"; "os"; "github.com/go-chi/chi/v5")
func main() {
	r := chi.NewRouter()
	r.Use(logger)
	r.Route("/articles", func(r chi.Router) {
		r.With(requireUser).Post("/", create)
		r.Get("/{slug:[a-z-]+}", get)
	})
	r.Group(func(r chi.Router) { r.Method(http.MethodPut, "/x", h) })
	r.Mount("/admin", admin())
	r.Get(os.Getenv("P"), get)
	if os.Getenv("DEBUG") != "" { r.Handle("/debug/*", h) }
	http.ListenAndServe(":1", r)
}
func admin() chi.Router { r := chi.NewRouter(); r.Delete("/users/{id}", del); return r }
`,
    });
    expect(listed(discovery)).toEqual(["DELETE /admin/users/{id}", "POST /articles", "GET /articles/{slug}", "ANY /debug/{path*}", "PUT /x"]);
    expect(discovery.routes.find((one) => one.path === "/articles")?.auth.names).toEqual(["requireUser"]);
    expect(discovery.routes.find((one) => one.path.startsWith("/debug"))?.conditional).toBe(true);
    expect(discovery.unresolved).toMatchObject([{ line: 12, why: "it is set by the environment variable P" }]);
  });

  test("gin: groups, methods of a type, tables of routes, files; a router that only a caller elsewhere fills is no route", () => {
    const discovery = found({
      "app.go": `package app
import ("fmt"; "github.com/gin-gonic/gin")
type API struct { engine *gin.Engine; version int }
func New() *API {
	a := &API{engine: gin.Default()}
	a.users(a.engine.Group(fmt.Sprintf("/v%d", 1), auth))
	a.engine.Static("/assets", "./public")
	return a
}
func (a *API) users(g *gin.RouterGroup) {
	g.GET("/users/:id", a.get)
	g.Match([]string{"PUT", "PATCH"}, "/users/:id", a.put)
	g.Any("/proxy/*rest", a.get)
}
func Lonely(g *gin.RouterGroup) { g.GET("/lonely", nil) }
`,
    });
    expect(listed(discovery)).toEqual(["GET /assets/{filepath*}", "ANY /v1/proxy/{rest*}", "GET /v1/users/{id}", "PATCH /v1/users/{id}", "PUT /v1/users/{id}"]);
    expect(discovery.unresolved).toMatchObject([{ what: "GET /lonely", why: "nothing in the tree mounts its router on an app" }]);
  });
});

test("programs made to loop or to nest end at the bound, and the rest is read", () => {
  const discovery = found({
    "loop.py": `def f(n):\n    f(n + 1)\n    g(n)\ndef g(n):\n    f(n)\n    f(n)\nfor a in range(9):\n    f(a)\n${"x = [".repeat(3_000)}\n`,
    "app.py": `from flask import Flask\napp = Flask(__name__, static_folder=None)\napp.register_blueprint(app)\napp.add_url_rule("/x", view_func=None)\n`,
    "loop.go": `package main\nfunc main() { f(1); f(2) }\nfunc f(n int) { f(n + 1); g(n) }\nfunc g(n int) { f(n); f(n) }\nvar a = b\nvar b = a\n`,
  });
  expect(listed(discovery)).toEqual(["GET /x"]);
});
