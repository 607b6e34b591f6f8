import type { Site } from "../evaluate/machine.ts";
import { literal, nothing, unknown, type Value } from "../value.ts";
import { handlerAndGuards, handlersOf, mayBePath, verbs } from "./handlers.ts";
import { newRouter } from "../router-model.ts";
import type { RouterModel } from "../value.ts";

/** `express()`, `express.Router()`, and what is called on them. Not read: `router.param`, which adds no route, and files served by `express.static`. */
export function createExpress(path: string, site: Site): RouterModel | undefined {
  if (path === "express" || path === "express.application") return newRouter("express", "app", site.at);
  if (path === "express.Router" || path === "router" || path === "express-promise-router" || path === "express-promise-router.Router")
    return newRouter("express", "router", site.at);
  return undefined;
}

export function callExpress(router: RouterModel, name: string, args: readonly Value[], site: Site): Value {
  const self: Value = { kind: "router", router };
  const { at, conditional } = site;
  const [first] = args;
  if ((verbs.has(name) || name === "all" || name === "del") && args.length > 1) {
    const handlers = handlersOf(args.slice(1), site.names.slice(1));
    const method = name === "del" ? "DELETE" : name === "all" ? "ANY" : name.toUpperCase();
    router.steps.push({ do: "route", methods: [method], path: first ?? nothing, ...handlerAndGuards(handlers), at, conditional });
    return self;
  }
  switch (name) {
    case "route":
      return { kind: "route", router, paths: [first ?? nothing], guards: [] };
    case "use": {
      const pathFirst = mayBePath(first) || (first?.kind === "unknown" && args.length > 1 && (args[1]?.kind === "router" || args[1]?.kind === "function"));
      const path = pathFirst ? first : undefined;
      const handlers = handlersOf(pathFirst ? args.slice(1) : args, pathFirst ? site.names.slice(1) : site.names);
      const guards: string[] = [];
      for (const one of handlers) {
        if (one.value.kind === "router") {
          one.value.router.mounted = true;
          router.steps.push({ do: "mount", path, child: one.value.router, guards: [...guards], at, conditional });
        } else guards.push(one.name);
      }
      if (guards.length > 0) router.steps.push({ do: "guard", path, names: guards });
      return self;
    }
    case "get":
      return unknown("a setting of the app");
    case "listen":
      return unknown("a server");
    // Of the adapter below a Nest app: `app.getHttpAdapter().getInstance()`.
    case "getInstance":
    case "set":
    case "param":
    case "engine":
    case "enable":
    case "disable":
    case "on":
      return self;
    default:
      return unknown(`\`${name}\` of an Express app`);
  }
}

/** `app.route("/x").get(…).post(…)`. */
export function callExpressRoute(route: Value & { kind: "route" }, name: string, args: readonly Value[], site: Site): Value {
  if (!verbs.has(name) && name !== "all") return route;
  const handlers = handlersOf(args, site.names);
  const { handler, guards } = handlerAndGuards(handlers);
  if (
    name === "all" &&
    handlers.length > 0 &&
    !handlers.some((one) => one.name === "(inline)") &&
    route.guards.length === 0 &&
    handlers.every((one) => one.value.kind !== "function")
  )
    route.guards.push(...handlers.map((one) => one.name));
  const [path = literal("/")] = route.paths;
  route.router.steps.push({
    do: "route",
    methods: [name === "all" ? "ANY" : name.toUpperCase()],
    path,
    handler,
    guards: [...route.guards, ...guards],
    at: site.at,
    conditional: site.conditional,
  });
  return route;
}
