import { newRouter } from "../router-model.ts";
import { pathOf, textOfThing, type Kind, type Thing } from "../static/thing.ts";
import { literal, unknown, type RouterModel, type Value } from "../value.ts";
import { argument, writtenAs, type Given, type PythonSite } from "./python-calls.ts";
import type { PythonMachine } from "./python-machine.ts";

/** What a framework tells of what it could not read. */
export interface PythonNotes {
  readonly routers: RouterModel[];
  note(site: PythonSite, what: string, why: string): void;
}

/**
 * `Flask()`, `Blueprint()`, and `Api` and `Namespace` of Flask-RESTful and Flask-RESTX. A route takes GET where no method is named; HEAD and OPTIONS,
 * which Flask adds by itself, are not listed; its own `/static` is. Not read: hosts and subdomains, url processors, extensions that add routes.
 */
export function createFlask(path: string, given: Given, site: PythonSite): RouterModel | undefined {
  if (/^flask\.(?:app\.)?Flask$|^(?:quart|apiflask|flask_openapi3|connexion)\.(?:Quart|APIFlask|OpenAPI)$/.test(path)) {
    const app = newRouter("flask", "app", site.at);
    statics(app, given, site, "static");
    return app;
  }
  if (/^(?:flask|quart)\.(?:blueprints\.)?Blueprint$|^apiflask\.APIBlueprint$|^flask_smorest\.Blueprint$|^flask_openapi3\.APIBlueprint$/.test(path)) {
    const blueprint = newRouter("flask", "router", site.at);
    const prefix = argument(given, "url_prefix");
    if (prefix !== undefined) blueprint.props.set("url_prefix", pathOf(prefix));
    statics(blueprint, given, site);
    return blueprint;
  }
  if (/^flask_rest(?:ful|x|plus)\.Api$/.test(path)) {
    const api = newRouter("flask", "router", site.at, { prefix: given.named.has("prefix") ? pathOf(given.named.get("prefix")) : undefined });
    mountOn(argument(given, "app", 0), api, site, undefined);
    return api;
  }
  if (/^flask_rest(?:x|plus)\.Namespace$/.test(path)) {
    const name = textOfThing(argument(given, "name", 0));
    const own = argument(given, "path");
    return newRouter("flask", "router", site.at, { prefix: own !== undefined ? pathOf(own) : name === undefined ? unknown("its name is not static") : literal(`/${name}`) });
  }
  return undefined;
}

export function callFlask(router: RouterModel, name: string, given: Given, site: PythonSite, notes: PythonNotes, evaluator: PythonMachine): Thing {
  const self: Thing = { kind: "router", router };
  const { at, conditional } = site;
  const verb = verbs.has(name) ? name.toUpperCase() : undefined;
  if (verb !== undefined || name === "route") {
    const path = pathOf(argument(given, "rule", 0));
    const add = (target: Thing | undefined, written: string): Thing => {
      const view = readView(target, evaluator, written);
      const methods = verb === undefined ? (methodsOf(given.named.get("methods")) ?? view.methods) : [verb];
      const paths = given.args.length > 1 && name === "route" && given.args.every((one) => textOfThing(one) !== undefined) ? given.args.map(pathOf) : [path];
      for (const one of paths) router.steps.push({ do: "route", methods, path: one, handler: view.name, guards: view.guards, at, conditional });
      return target ?? self;
    };
    return { kind: "made", what: "route", router, apply: ([target], [written]) => add(target, written ?? "") };
  }
  switch (name) {
    case "add_url_rule": {
      const view = readView(argument(given, "view_func", 2), evaluator, writtenAs(given, "view_func", 2));
      const methods = methodsOf(given.named.get("methods")) ?? view.methods;
      router.steps.push({ do: "route", methods, path: pathOf(argument(given, "rule", 0)), handler: view.name, guards: view.guards, at, conditional });
      return self;
    }
    case "add_resource": {
      const view = readView(given.args[0], evaluator, given.written[0] ?? "");
      for (const url of given.args.slice(1)) router.steps.push({ do: "route", methods: view.methods, path: pathOf(url), handler: view.name, guards: view.guards, at, conditional });
      return self;
    }
    case "register_blueprint":
    case "register_api":
    case "add_namespace": {
      const child = argument(given, "blueprint", 0) ?? given.named.get("ns");
      const prefix = name === "add_namespace" ? argument(given, "path", 1) : argument(given, "url_prefix", 1);
      if (child?.kind !== "router") notes.note(site, "a blueprint", child?.kind === "unknown" ? child.why : "what is registered is not known");
      else if (name === "add_namespace" && prefix !== undefined) {
        child.router.prefix = pathOf(prefix);
        mountOn(self, child.router, site, undefined);
      } else
        mountOn(self, child.router, site, prefix === undefined || (prefix.kind === "literal" && prefix.value === null) ? child.router.props.get("url_prefix") : pathOf(prefix));
      return self;
    }
    case "init_app":
      mountOn(argument(given, "app", 0), router, site, undefined);
      return self;
    case "namespace": {
      const child = createFlask("flask_restx.Namespace", given, site);
      if (child === undefined) return unknown("a namespace");
      mountOn(self, child, site, undefined);
      return { kind: "router", router: child };
    }
    case "before_request":
    case "before_app_request":
      for (const one of given.args) if (one.kind === "closure") router.steps.push({ do: "guard", path: undefined, names: [one.name] });
      return given.args[0] ?? { kind: "made", what: "hook", apply: ([fn]) => fn ?? self };
    default:
      return { kind: "made", what: name, apply: ([fn]) => fn ?? self };
  }
}

/** `Users.as_view("users")`: its methods are those the class has. */
export function viewOf(kind: Kind, evaluator: PythonMachine): Thing {
  const list = methodsOf(evaluator.memberOfKind(kind, "methods"));
  return { kind: "made", what: "view", value: kind, names: list ?? verbsOfClass(kind, evaluator) };
}

interface View {
  readonly name: string;
  readonly methods: readonly string[];
  readonly guards: readonly string[];
}

function readView(target: Thing | undefined, evaluator: PythonMachine, written: string): View {
  if (target?.kind === "closure") {
    evaluator.called.add(target.node);
    return { name: target.name === "" ? "(inline)" : target.name, methods: ["GET"], guards: [...(target.guards ?? [])].toReversed() };
  }
  const view = target?.kind === "kind" ? viewOf(target, evaluator) : target;
  if (view?.kind === "made" && view.what === "view" && view.value?.kind === "kind") {
    const decorators = evaluator.memberOfKind(view.value, "decorators") ?? evaluator.memberOfKind(view.value, "method_decorators");
    const guards = decorators?.kind === "list" ? decorators.items.flatMap((one) => (one.kind === "closure" ? [one.name] : one.kind === "external" ? [one.path] : [])) : [];
    return { name: view.value.name, methods: view.names ?? ["GET"], guards };
  }
  return { name: written === "" ? "(inline)" : written, methods: ["GET"], guards: [] };
}

function verbsOfClass(kind: Kind, evaluator: PythonMachine): string[] {
  const found = [...verbs].filter((verb) => evaluator.memberOfKind(kind, verb) !== undefined).map((verb) => verb.toUpperCase());
  const kept = found.includes("GET") ? found.filter((one) => one !== "HEAD") : found;
  return kept.length === 0 ? ["GET"] : kept;
}

/** `methods=["GET", "POST"]`; `?` where one is not static. HEAD beside GET and OPTIONS are the framework's own. */
function methodsOf(value: Thing | undefined): string[] | undefined {
  if (value === undefined || (value.kind === "literal" && value.value === null)) return undefined;
  if (value.kind !== "list") return ["?"];
  const all = value.items.map((one) => textOfThing(one)?.toUpperCase() ?? "?");
  const kept = all.filter((one) => one !== "OPTIONS" && !(one === "HEAD" && all.includes("GET")));
  return kept.length === 0 ? all : kept;
}

function mountOn(parent: Thing | undefined, child: RouterModel, site: PythonSite, path: Value | undefined): void {
  if (parent?.kind !== "router" || parent.router === child) return;
  child.mounted = true;
  parent.router.steps.push({ do: "mount", path, child, guards: [], at: site.at, conditional: site.conditional });
}

/** The route for files that Flask adds by itself. */
function statics(router: RouterModel, given: Given, site: PythonSite, usual?: string): void {
  const folder = argument(given, "static_folder") ?? (usual === undefined ? undefined : literal(usual));
  const url = argument(given, "static_url_path");
  if (folder === undefined || (folder.kind === "literal" && folder.value === null)) return;
  const name = textOfThing(folder);
  const base =
    url !== undefined && !(url.kind === "literal" && url.value === null)
      ? pathOf(url)
      : name === undefined
        ? unknown("where static files lie is not static")
        : literal(`/${name.replace(/\/$/, "").split("/").at(-1) ?? ""}`);
  const path: Value = base.kind === "literal" ? { ...base, value: `${String(base.value).replace(/\/$/, "")}/<path:filename>` } : base;
  router.steps.push({ do: "route", methods: ["GET"], path, handler: "static", guards: [], at: site.at, conditional: site.conditional });
}

const verbs: ReadonlySet<string> = new Set(["get", "post", "put", "patch", "delete", "head", "trace"]);
