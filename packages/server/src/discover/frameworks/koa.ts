import type { Site } from "../evaluate/machine.ts";
import { nothing, propOf, stringOf, unknown, type Value } from "../value.ts";
import { handlerAndGuards, handlersOf, mayBePath, verbs } from "./handlers.ts";
import { newRouter } from "../router-model.ts";
import type { RouterModel } from "../value.ts";

/** `new Koa()` with `@koa/router` or `koa-router`; `koa-mount` and `koa-compose`. A GET route's HEAD is not listed. */
export function createKoa(path: string, args: readonly Value[], site: Site): RouterModel | undefined {
  if (path === "koa" || path === "koa.default") return newRouter("koa", "app", site.at);
  if (/^(?:@koa\/router|koa-router)(?:\.Router|\.default)?$/.test(path)) {
    const [options] = args;
    const prefix = options?.kind === "unknown" ? options : propOf(options, "prefix");
    return newRouter("koa", "router", site.at, { prefix });
  }
  return undefined;
}

export function callKoa(router: RouterModel, name: string, args: readonly Value[], site: Site): Value {
  const self: Value = { kind: "router", router };
  const { at, conditional } = site;
  const [first, second] = args;
  if (router.role === "router" && (verbs.has(name) || name === "all" || name === "del")) {
    // `get(name, path, …)`: the name is no path, even where the path cannot be told.
    const title = stringOf(first);
    const named = args.length > 2 && (mayBePath(second) || (title !== undefined && !title.startsWith("/") && (second?.kind === "unknown" || second?.kind === "external")));
    const bare = !named && !mayBePath(first) && first?.kind !== "unknown" && first?.kind !== "external";
    const from = bare ? 0 : named ? 2 : 1;
    const path = bare ? { kind: "literal" as const, value: "/" } : named ? second : first;
    const method = name === "all" ? "ANY" : name === "del" ? "DELETE" : name.toUpperCase();
    router.steps.push({ do: "route", methods: [method], path: path ?? nothing, ...handlerAndGuards(handlersOf(args.slice(from), site.names.slice(from))), at, conditional });
    return self;
  }
  switch (name) {
    case "register": {
      const methods = second?.kind === "array" ? second.items.map((one) => stringOf(one)?.toUpperCase() ?? "?") : ["?"];
      router.steps.push({
        do: "route",
        methods: methods.includes("GET") ? methods.filter((one) => one !== "HEAD") : methods,
        path: first ?? nothing,
        ...handlerAndGuards(handlersOf(args.slice(2), site.names.slice(2))),
        at,
        conditional,
      });
      return self;
    }
    case "redirect":
      router.steps.push({ do: "route", methods: ["ANY"], path: first ?? nothing, handler: "redirect", guards: [], at, conditional });
      return self;
    case "prefix":
      router.prefix = router.prefix === undefined ? first : { kind: "wrapped", how: "joined", inner: first ?? nothing, prefix: router.prefix };
      return self;
    case "routes":
    case "middleware":
      return router.role === "router" ? { kind: "wrapped", how: "koa", inner: self } : unknown("the middleware of a Koa app");
    case "allowedMethods":
    case "callback":
    case "listen":
    case "url":
      return unknown(`\`${name}\` of Koa`);
    case "use": {
      const pathFirst = router.role === "router" && mayBePath(first);
      const path = pathFirst ? first : undefined;
      const guards: string[] = [];
      for (const one of handlersOf(pathFirst ? args.slice(1) : args, pathFirst ? site.names.slice(1) : site.names)) {
        const inner = unwrapped(one.value);
        if (inner === undefined) guards.push(one.name);
        else {
          inner.router.mounted = true;
          const paths = [path, inner.prefix].filter((part) => part !== undefined);
          router.steps.push({
            do: "mount",
            path: paths.length === 2 ? { kind: "wrapped", how: "joined", inner: paths[0] ?? nothing, prefix: paths[1] ?? nothing } : paths[0],
            child: inner.router,
            guards: [...guards],
            at,
            conditional,
          });
        }
      }
      if (guards.length > 0) router.steps.push({ do: "guard", path, names: guards });
      return self;
    }
    default:
      return self;
  }
}

function unwrapped(value: Value): { readonly router: RouterModel; readonly prefix: Value | undefined } | undefined {
  if (value.kind === "router") return { router: value.router, prefix: undefined };
  if (value.kind !== "wrapped" || value.how !== "koa") return undefined;
  const inner = unwrapped(value.inner);
  return inner === undefined ? undefined : { router: inner.router, prefix: value.prefix ?? inner.prefix };
}
