import type { Collected } from "./collect-routes.ts";
import type { Evaluator } from "./evaluate/evaluator.ts";
import type { Machine, Site, World } from "./evaluate/machine.ts";
import { callExpress, callExpressRoute, createExpress } from "./frameworks/express.ts";
import { callFastify, createFastify } from "./frameworks/fastify.ts";
import { autoloaded } from "./frameworks/fastify-autoload.ts";
import { verbs } from "./frameworks/handlers.ts";
import { callHono, createHono } from "./frameworks/hono.ts";
import { callKoa, createKoa } from "./frameworks/koa.ts";
import { readDispatcher } from "./frameworks/node-http.ts";
import { callNest, configService, configured, createNest, swaggerSteps } from "./frameworks/nest.ts";
import type { Modules } from "./modules.ts";
import { newRouter } from "./router-model.ts";
import { literal, nothing, propOf, stringOf, unknown, type ObjectValue, type Value } from "./value.ts";
import type { RouterModel, SourceModule } from "./value.ts";

/** Modules and frameworks for the evaluator: what it makes of `require`, `import`, and of calls on apps and routers. */
export class StaticWorld implements World {
  readonly routers: RouterModel[] = [];
  readonly #modules: Modules;
  readonly #found: Collected;
  /** What Nest's `registerAs` was handed, by name. */
  readonly #configurations = new Map<string, Value>();
  evaluator: Evaluator | undefined;

  constructor(modules: Modules, found: Collected) {
    this.#modules = modules;
    this.#found = found;
  }

  load(specifier: string, from: SourceModule): Value {
    const resolved = this.#modules.resolve(specifier, from);
    if ("external" in resolved) return { kind: "external", path: resolved.external };
    if ("value" in resolved) return resolved.value;
    return this.valueOf(resolved.file);
  }

  /** What a file exports. */
  valueOf(file: string): Value {
    const module = this.#modules.open(file);
    if (module === undefined) return unknown(`${file} does not parse`);
    this.evaluator?.run(module);
    return module.cjs.props.get("exports") ?? module.exports;
  }

  callExternal(path: string, args: readonly Value[], site: Site, machine: Machine): Value | undefined {
    const router = createExpress(path, site) ?? createFastify(path, site) ?? createKoa(path, args, site) ?? createHono(path, site) ?? createNest(path, args, site);
    if (router !== undefined) {
      this.routers.push(router);
      return { kind: "router", router };
    }
    const [first, second] = args;
    if (/^fastify-plugin(?:\.default|\.fastifyPlugin)?$/.test(path) && first !== undefined) return { kind: "wrapped", how: "fastify-plugin", inner: first };
    const key = stringOf(first);
    if (path === "@nestjs/config.registerAs" && key !== undefined && second !== undefined) {
      this.#configurations.set(key, second);
      return second;
    }
    if (key !== undefined && (path === `${configService}.get` || path === `${configService}.getOrThrow`))
      return configured(key, second?.kind === "literal" ? second : undefined, this.#configurations, machine);
    if (path === "@nestjs/swagger.SwaggerModule.setup" && second?.kind === "router" && second.router.framework === "nestjs") {
      this.#adapterOf(second.router).steps.push(...swaggerSteps(first, args[3], site));
      return nothing;
    }
    if (path === "process.cwd") return literal(this.#modules.startedIn(site.module.file));
    if (path === "require-directory") {
      const folder = stringOf(second);
      const visit = propOf(args[2], "visit");
      if (folder === undefined) return undefined;
      const loaded = this.#modules.below(folder).flatMap((file) => (file === site.module.file ? [] : [this.valueOf(file)]));
      if (visit?.kind === "function") for (const one of loaded) machine.call(visit, [one]);
      return unknown("a folder of modules");
    }
    if (path === "koa-mount") {
      const inner = second ?? first;
      return inner === undefined ? undefined : { kind: "wrapped", how: "koa", inner, ...(second === undefined || first === undefined ? {} : { prefix: first }) };
    }
    if (path === "koa-compose" || path === "koa-combine-routers") return first?.kind === "array" ? first : { kind: "array", items: [...args], names: [...site.names] };
    if (path === "@hono/zod-openapi.createRoute" && first !== undefined) return first;
    if (/^fs(?:\/promises|\.promises)?\.(?:readdirSync|readdir)$/.test(path)) {
      const folder = stringOf(first);
      const names = folder === undefined ? undefined : this.#modules.list(folder);
      return names === undefined || second?.kind === "function" || (second?.kind === "object" && second.props.size > 0)
        ? undefined
        : { kind: "array", items: names.map((name) => literal(name)) };
    }
    // An app handed to a package that is known to add routes of its own.
    for (const arg of args) if (arg.kind === "router" && addsRoutes.test(path)) this.note(site, `${path} may add routes of its own`);
    if (/^@hono\/node-server(?:\.serve|\/vercel)/.test(path)) return unknown("a server");
    // A listener of its own, and no app: routes are told by what it compares.
    if (/^(?:https?|http2)\.(?:default\.)?create(?:Secure)?Server$/.test(path) || (path === nodeServer + ".on" && key === "request")) {
      const listener = args.findLast((one) => one.kind === "function");
      if (listener?.kind === "function") readDispatcher(listener, site.at, this.#found);
      return { kind: "external", path: nodeServer };
    }
    return undefined;
  }

  callRouter(target: Value, name: string, args: readonly Value[], site: Site, evaluator: Machine): Value {
    if (target.kind === "route") return callExpressRoute(target, name, args, site);
    if (target.kind === "wrapped") return target;
    if (target.kind !== "router") return unknown("a call that is not read");
    const { router } = target;
    switch (router.framework) {
      case "express":
        return callExpress(router, name, args, site);
      case "fastify":
        return callFastify(router, name, args, site, evaluator, this);
      case "koa":
        return callKoa(router, name, args, site);
      case "hono":
        return callHono(router, name, args, site);
      case "nestjs":
        return name === "getHttpAdapter" ? { kind: "router", router: this.#adapterOf(router) } : callNest(router, name, args);
      case "nextjs":
      case "node:http":
      case "flask":
      case "fastapi":
      case "nethttp":
      case "chi":
      case "gin":
        return unknown("a framework of another language");
    }
  }

  /** The app of Express below a Nest app, which takes routes of its own. */
  #adapterOf(nest: RouterModel): RouterModel {
    const before = nest.props.get("the adapter");
    if (before?.kind === "router") return before.router;
    const router = newRouter("express", "app", nest.at);
    nest.props.set("the adapter", { kind: "router", router });
    this.routers.push(router);
    return router;
  }

  unknownCall(name: string, why: string, args: readonly Value[], site: Site): void {
    const verb = name.slice(name.lastIndexOf(".") + 1);
    const [first, ...rest] = args;
    const path = stringOf(first);
    if (!verbs.has(verb) || path === undefined || !path.startsWith("/") || path.includes("://") || !rest.some((one) => one.kind === "function")) return;
    this.#found.unresolved.push({ ...site.at, what: `${verb.toUpperCase()} ${path}`, why: `what it is called on is not known (${why})` });
  }

  autoload(dir: string, options: ObjectValue): readonly { readonly plugin: Value; readonly prefix: string }[] | undefined {
    return autoloaded(dir, options, this.#modules, (file) => this.valueOf(file));
  }

  note(site: Site, text: string): void {
    this.#found.unresolved.push({ ...site.at, what: "routes", why: text });
  }
}

/** What `http.createServer()` gives. */
const nodeServer = "http.Server()";

const addsRoutes = /^(?:swagger|express-ws|@trpc|graphql|apollo|express-graphql|next-auth|@adminjs|bull-board|json-server|http-proxy)/;
