import { newRouter } from "../router-model.ts";
import { childOf, childrenOf } from "../static/syntax.ts";
import { pathOf, textOfThing, type Thing } from "../static/thing.ts";
import { literal, unknown, type RouterModel } from "../value.ts";
import { argument, nameOfPython, writtenAs, type Given, type PythonSite } from "./python-calls.ts";
import type { PythonMachine } from "./python-machine.ts";
import type { PythonNotes } from "./flask.ts";

/**
 * `FastAPI()` and `APIRouter()`. The routes of its own documents (`/openapi.json`, `/docs`, `/docs/oauth2-redirect`, `/redoc`) are listed, as the running
 * app lists them; a WebSocket is a GET. `Depends(…)` before a handler is noted as what runs before it. Not read: routes put into `app.routes` by hand.
 */
export function createFastapi(path: string, given: Given, site: PythonSite): RouterModel | undefined {
  if (!/^fastapi\.(?:applications\.)?FastAPI$|^fastapi\.(?:routing\.)?APIRouter$/.test(path)) return undefined;
  const app = path.endsWith("FastAPI");
  const prefix = argument(given, "prefix");
  const router = newRouter("fastapi", app ? "app" : "router", site.at, { prefix: app || prefix === undefined ? undefined : pathOf(prefix) });
  const guards = dependencies(given.named.get("dependencies"));
  if (guards.length > 0) router.steps.push({ do: "guard", path: undefined, names: guards });
  if (!app) return router;
  const own = (name: string, usual: string): Thing | undefined => {
    const value = given.named.get(name) ?? literal(usual);
    return value.kind === "literal" && value.value === null ? undefined : value;
  };
  const add = (value: Thing | undefined, handler: string): void => {
    if (value !== undefined) router.steps.push({ do: "route", methods: ["GET"], path: pathOf(value), handler, guards: [], at: site.at, conditional: site.conditional });
  };
  const document = own("openapi_url", "/openapi.json");
  if (document === undefined) return router;
  add(document, "openapi");
  const docs = own("docs_url", "/docs");
  add(docs, "swagger_ui_html");
  if (docs !== undefined) add(own("swagger_ui_oauth2_redirect_url", "/docs/oauth2-redirect"), "swagger_ui_redirect");
  add(own("redoc_url", "/redoc"), "redoc_html");
  return router;
}

export function callFastapi(router: RouterModel, name: string, given: Given, site: PythonSite, notes: PythonNotes, evaluator: PythonMachine): Thing {
  const self: Thing = { kind: "router", router };
  const { at, conditional } = site;
  const add = (methods: readonly string[], target: Thing | undefined, written: string): void => {
    const handler = target?.kind === "closure" ? target.name || "(inline)" : target?.kind === "kind" ? target.name : written === "" ? "(inline)" : written;
    if (target?.kind === "closure") evaluator.called.add(target.node);
    const guards = [...dependencies(given.named.get("dependencies")), ...dependsOf(target), ...(target?.kind === "closure" ? (target.guards ?? []).toReversed() : [])];
    router.steps.push({ do: "route", methods, path: pathOf(argument(given, "path", 0)), handler, guards, at, conditional });
  };
  if (verbs.has(name) || name === "api_route" || name === "route" || name === "websocket" || name === "websocket_route") {
    const methods = name.startsWith("websocket") ? ["GET"] : verbs.has(name) ? [name.toUpperCase()] : methodsOf(given.named.get("methods"));
    return {
      kind: "made",
      what: "route",
      router,
      apply: ([target], [written]) => {
        add(methods, target, written ?? "");
        return target ?? self;
      },
    };
  }
  switch (name) {
    case "add_api_route":
    case "add_route":
      add(methodsOf(given.named.get("methods") ?? (name === "add_route" ? given.args[2] : undefined)), argument(given, "endpoint", 1), writtenAs(given, "endpoint", 1));
      return self;
    case "add_api_websocket_route":
    case "add_websocket_route":
      add(["GET"], argument(given, "endpoint", 1), writtenAs(given, "endpoint", 1));
      return self;
    case "include_router": {
      const child = argument(given, "router", 0);
      const prefix = given.named.get("prefix");
      if (child?.kind === "router" && child.router !== router) {
        child.router.mounted = true;
        router.steps.push({
          do: "mount",
          path: prefix === undefined ? undefined : pathOf(prefix),
          child: child.router,
          guards: dependencies(given.named.get("dependencies")),
          at,
          conditional,
        });
      } else notes.note(site, "a router", child?.kind === "unknown" ? child.why : `\`${writtenAs(given, "router", 0)}\` is not in the tree`);
      return self;
    }
    case "mount": {
      const child = argument(given, "app", 1);
      const path = argument(given, "path", 0);
      if (child?.kind === "router" && child.router !== router) {
        child.router.mounted = true;
        router.steps.push({ do: "mount", path: pathOf(path), child: child.router, guards: [], at, conditional });
      } else notes.note(site, `what is mounted at ${textOfThing(path) ?? "a path"}`, "it is no app of the tree: files or another kind of app");
      return self;
    }
    default:
      return { kind: "made", what: name, apply: ([fn]) => fn ?? self };
  }
}

function methodsOf(value: Thing | undefined): string[] {
  if (value === undefined || (value.kind === "literal" && value.value === null)) return ["GET"];
  return value.kind === "list" ? value.items.map((one) => textOfThing(one)?.toUpperCase() ?? "?") : ["?"];
}

/** `dependencies=[Depends(current_user)]`. */
function dependencies(value: Thing | undefined): string[] {
  return value?.kind === "list" ? value.items.flatMap((one) => (one.kind === "made" && one.what === "depends" ? (one.names ?? []) : [])) : [];
}

/** `user = Depends(current_user)` among a handler's parameters. */
function dependsOf(target: Thing | undefined): string[] {
  const params = target?.kind === "closure" ? childOf(target.node, "ParamList") : undefined;
  if (target?.kind !== "closure" || params === undefined) return [];
  const { text } = target.source;
  return childrenOf(params).flatMap((one) => {
    const list = one.name === "CallExpression" ? childOf(one, "ArgList") : undefined;
    const callee = one.firstChild;
    if (list === undefined || callee === null || !/(?:^|\.)(?:Depends|Security)$/.test(nameOfPython(callee, text))) return [];
    const named = childrenOf(list).find((inner) => inner.name === "VariableName" || inner.name === "MemberExpression" || inner.name === "CallExpression");
    return named === undefined ? [] : [nameOfPython(named, text)];
  });
}

/** `Depends(f)` as a value. */
export function createDepends(path: string, given: Given): Thing | undefined {
  if (!/^fastapi\.(?:params\.)?(?:Depends|Security)$/.test(path)) return undefined;
  const [name] = given.written;
  return { kind: "made", what: "depends", names: name === undefined || name === "" ? [] : [name], value: given.args[0] ?? unknown("nothing") };
}

const verbs: ReadonlySet<string> = new Set(["get", "post", "put", "patch", "delete", "head", "options", "trace"]);
