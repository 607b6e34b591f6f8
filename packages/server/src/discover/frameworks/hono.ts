import type { Site } from "../evaluate/machine.ts";
import { literal, nothing, propOf, stringOf, unknown, type Value } from "../value.ts";
import { handlerAndGuards, handlersOf, mayBePath, verbs } from "./handlers.ts";
import { newRouter } from "../router-model.ts";
import type { RouterModel } from "../value.ts";

/** `new Hono()`, also with zod-openapi. */
export function createHono(path: string, site: Site): RouterModel | undefined {
  return /^hono(?:\/tiny|\/quick)?\.Hono$|^@hono\/zod-openapi\.OpenAPIHono$/.test(path) ? newRouter("hono", "app", site.at) : undefined;
}

export function callHono(router: RouterModel, name: string, args: readonly Value[], site: Site): Value {
  const self: Value = { kind: "router", router };
  const { at, conditional } = site;
  const [first, second] = args;
  const last = router.props.get("path of the last route");
  const add = (methods: readonly string[], path: Value, from: number): void => {
    router.props.set("path of the last route", path);
    router.steps.push({ do: "route", methods, path, ...handlerAndGuards(handlersOf(args.slice(from), site.names.slice(from))), at, conditional });
  };
  if (["get", "post", "put", "patch", "delete", "options", "all"].includes(name) || (verbs.has(name) && mayBePath(first))) {
    const pathFirst = mayBePath(first) || (first?.kind === "unknown" && args.length > 1);
    if (args.length > (pathFirst ? 1 : 0)) add([name === "all" ? "ANY" : name.toUpperCase()], pathFirst ? (first ?? nothing) : (last ?? literal("*")), pathFirst ? 1 : 0);
    else if (pathFirst && first !== undefined) router.props.set("path of the last route", first);
    return self;
  }
  switch (name) {
    case "on": {
      const methods = (first?.kind === "array" ? first.items : [first]).map((one) => stringOf(one)?.toUpperCase() ?? "?");
      add(
        methods.map((one) => (one === "ALL" ? "ANY" : one)),
        second ?? nothing,
        2,
      );
      return self;
    }
    case "use": {
      const path = mayBePath(first) ? first : undefined;
      router.steps.push({
        do: "guard",
        path,
        names: handlersOf(path === undefined ? args : args.slice(1), path === undefined ? site.names : site.names.slice(1)).map((one) => one.name),
      });
      return self;
    }
    case "route": {
      if (second === undefined) return self;
      if (second.kind !== "router") {
        router.steps.push({
          do: "route",
          methods: ["?"],
          path: unknown(`what is mounted at ${stringOf(first) ?? "a path"} is not known`),
          handler: site.names[1] ?? "",
          guards: [],
          at,
          conditional,
        });
        return self;
      }
      let child = second.router;
      while (child.parent !== undefined) child = child.parent;
      child.mounted = true;
      router.steps.push({ do: "mount", path: first, child, guards: [], at, conditional });
      return self;
    }
    case "basePath": {
      const child = newRouter("hono", "router", at, { prefix: first, parent: router });
      child.mounted = true;
      router.steps.push({ do: "mount", path: undefined, child, guards: [], at, conditional });
      return { kind: "router", router: child };
    }
    case "openapi": {
      const method = stringOf(propOf(first, "method"));
      const guards = propOf(first, "middleware");
      const path = propOf(first, "path") ?? unknown("its `path` is not static");
      const { handler } = handlerAndGuards(handlersOf(args.slice(1, 2), site.names.slice(1, 2)));
      router.steps.push({
        do: "route",
        methods: [method?.toUpperCase() ?? "?"],
        path,
        handler,
        guards: guards === undefined ? [] : handlersOf([guards]).map((one) => one.name),
        at,
        conditional,
        style: "template",
      });
      return self;
    }
    case "mount":
      router.steps.push({
        do: "route",
        methods: ["?"],
        path: unknown(`another app is mounted at ${stringOf(first) ?? "a path"}`),
        handler: site.names[1] ?? "",
        guards: [],
        at,
        conditional,
      });
      return self;
    case "fetch":
    case "request":
    case "fire":
      return unknown(`\`${name}\` of a Hono app`);
    default:
      return self;
  }
}
