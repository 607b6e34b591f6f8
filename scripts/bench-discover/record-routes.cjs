"use strict";
// Loaded before an app of somebody else (`node --require`): remembers where Express mounts what, and prints the routes that the running app holds,
// one JSON document on the last line. The frameworks are those the app brings along.
const Module = require("node:module");

const mountedAt = new WeakMap();
const children = new WeakMap();
const patched = new WeakSet();
const fastifyRoutes = [];
require("node:diagnostics_channel").subscribe("fastify.initialization", ({ fastify }) => {
  fastify.addHook("onRoute", ({ method, url }) => {
    const methods = [method].flat();
    for (const one of methods.length > 6 ? ["ANY"] : methods) fastifyRoutes.push(`${one} ${url}`);
  });
});

const load = Module._load;
Module._load = function (request, parent, isMain) {
  const exported = load.call(this, request, parent, isMain);
  if (exported === null || (typeof exported !== "function" && typeof exported !== "object") || patched.has(exported)) return exported;
  let file = "";
  try {
    file = Module._resolveFilename(request, parent).replaceAll("\\", "/");
  } catch {
    return exported;
  }
  if (file.endsWith("/express/lib/router/index.js")) patchRouter(exported, exported);
  if (file.endsWith("/node_modules/router/index.js")) patchRouter(exported, exported.prototype);
  if (file.endsWith("/express/lib/application.js")) patchApp(exported);
  return exported;
};

/** A layer keeps no text of the path it was mounted at: it is noted when `use` makes it. */
function patchRouter(exported, holder) {
  patched.add(exported);
  const use = holder.use;
  holder.use = function (...args) {
    const before = this.stack.length;
    const result = use.apply(this, args);
    const first = Array.isArray(args[0]) ? args[0].flat(9)[0] : args[0];
    const path = typeof first === "function" ? "/" : args[0];
    for (const layer of this.stack.slice(before)) mountedAt.set(layer, path);
    return result;
  };
}

/** An app mounted on an app is hidden in a function. */
function patchApp(exported) {
  patched.add(exported);
  const use = exported.use;
  exported.use = function (...args) {
    const first = Array.isArray(args[0]) ? args[0].flat(9)[0] : args[0];
    const path = typeof first === "function" ? "/" : args[0];
    for (const one of args.flat(9)) if (typeof one === "function" && one.handle && one.set) children.set(this, [...(children.get(this) ?? []), { path, app: one }]);
    return use.apply(this, args);
  };
}

function expressRoutes(app, prefix = "") {
  const stack = stackOf(app);
  return [...walk(stack, prefix), ...(children.get(app) ?? []).flatMap((one) => [one.path].flat(9).flatMap((path) => expressRoutes(one.app, join(prefix, path))))];
}

/** Express 4 throws where `app.router` is asked for. */
function stackOf(app) {
  try {
    return app.stack ?? app._router?.stack ?? app.router?.stack ?? [];
  } catch {
    return [];
  }
}

function walk(stack, prefix) {
  return stack.flatMap((layer) => {
    if (layer.route) {
      const methods = Object.keys(layer.route.methods).map((one) => one.toUpperCase());
      const any = methods.includes("_ALL") || methods.length > 20;
      return [layer.route.path].flat(9).flatMap((path) => (any ? ["ANY"] : methods).map((method) => `${method} ${join(prefix, path)}`));
    }
    const inner = layer.handle?.stack;
    return Array.isArray(inner) ? [mountedAt.get(layer) ?? "/"].flat(9).flatMap((path) => walk(inner, join(prefix, path))) : [];
  });
}

function join(prefix, path) {
  if (path instanceof RegExp) return `${prefix}/${path.source}/`;
  return path === "/" || path === "" ? prefix : `${prefix.replace(/\/$/, "")}${String(path).startsWith("/") ? "" : "/"}${path}`;
}

function koaRoutes(value, seen = new Set()) {
  if (value === null || value === undefined || seen.has(value)) return [];
  seen.add(value);
  const router = value.router ?? (Array.isArray(value.stack) ? value : undefined);
  if (router?.stack !== undefined)
    return router.stack.flatMap((layer) => {
      const kept = layer.methods.length > 20 ? ["ANY"] : layer.methods.filter((method) => method !== "HEAD" || !layer.methods.includes("GET"));
      return kept.map((method) => `${method} ${layer.path instanceof RegExp ? `/${layer.path.source}/` : layer.path}`);
    });
  return (value.middleware ?? []).flatMap((one) => koaRoutes(one, seen));
}

const print = (framework, routes) => {
  process.stdout.write(`\n${JSON.stringify({ framework, routes: [...new Set(routes.map((one) => (one.endsWith(" ") ? `${one}/` : one)))] })}\n`, () => process.exit(0));
};

/** What a start script calls with its app. */
globalThis.printRoutes = {
  express: (...apps) =>
    print(
      "express",
      apps.flatMap((app) => expressRoutes(app)),
    ),
  koa: (...apps) =>
    print(
      "koa",
      apps.flatMap((app) => koaRoutes(app)),
    ),
  // Fastify adds a HEAD beside each GET.
  fastify: () =>
    print(
      "fastify",
      fastifyRoutes.filter((one) => !one.startsWith("HEAD ") || !fastifyRoutes.includes(one.replace("HEAD", "GET"))),
    ),
  hono: (app) =>
    print(
      "hono",
      app.routes.filter((one) => !(one.method === "ALL" && one.handler.length > 1)).map((one) => `${one.method === "ALL" ? "ANY" : one.method} ${one.path}`),
    ),
};
