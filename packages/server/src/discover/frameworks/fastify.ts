import type { Machine, Site } from "../evaluate/machine.ts";
import { literal, nothing, propOf, stringOf, unknown, type ObjectValue, type Value } from "../value.ts";
import { handlerAndGuards, handlersOf, verbs } from "./handlers.ts";
import { newRouter } from "../router-model.ts";
import type { RouterModel } from "../value.ts";

/** What a plugin of the tree is loaded with: Fastify's autoload lists a folder. */
export interface FastifyWorld {
  /** Files to load below a folder, each with the prefix its folder gives. */
  autoload(dir: string, options: ObjectValue): readonly { readonly plugin: Value; readonly prefix: string }[] | undefined;
  note(site: Site, text: string): void;
}

/** `fastify()` and instances. A GET route's HEAD, which Fastify adds by itself, is not listed. */
export function createFastify(path: string, site: Site): RouterModel | undefined {
  return path === "fastify" || path === "fastify.fastify" || path === "fastify.default" ? newRouter("fastify", "app", site.at) : undefined;
}

export function callFastify(router: RouterModel, name: string, args: readonly Value[], site: Site, evaluator: Machine, world: FastifyWorld): Value {
  const self: Value = { kind: "router", router };
  const { at, conditional } = site;
  const [first, second] = args;
  if (verbs.has(name) || name === "all") {
    const options = args.length > 2 ? second : second?.kind === "object" ? second : undefined;
    const last = args.length > 1 && !(args.length === 2 && second?.kind === "object") ? handlersOf(args.slice(-1), site.names.slice(-1)) : handlerIn(options);
    router.steps.push({
      do: "route",
      methods: [name === "all" ? "ANY" : name.toUpperCase()],
      path: first ?? nothing,
      ...handlerAndGuards(last),
      guards: hooksIn(options),
      at,
      conditional,
    });
    return self;
  }
  switch (name) {
    case "route": {
      if (first?.kind !== "object") {
        router.steps.push({ do: "route", methods: ["ANY"], path: unknown("the route's options are not static"), handler: site.names[0] ?? "", guards: [], at, conditional });
        return self;
      }
      const method = propOf(first, "method");
      const methods = (method?.kind === "array" ? method.items : [method]).map((one) => stringOf(one)?.toUpperCase());
      const known = methods.every((one) => one !== undefined);
      router.steps.push({
        do: "route",
        methods: known ? methods.map((one) => (one === "*" ? "ANY" : one)) : ["?"],
        path: propOf(first, "url") ?? propOf(first, "path") ?? unknown("its `url` is not static"),
        ...handlerAndGuards(handlerIn(first)),
        guards: hooksIn(first),
        at,
        conditional,
      });
      return self;
    }
    case "register":
      register(router, first ?? nothing, second, site, evaluator, world);
      return self;
    case "addHook":
      if (["onRequest", "preParsing", "preValidation", "preHandler"].includes(stringOf(first) ?? ""))
        router.steps.push({ do: "guard", path: undefined, names: handlersOf(args.slice(1), site.names.slice(1)).map((one) => one.name) });
      return self;
    case "decorate":
      if (stringOf(first) !== undefined) router.props.set(stringOf(first) ?? "", second ?? nothing);
      return self;
    case "after":
    case "ready":
      evaluator.callAll(args);
      return self;
    case "auth":
      return unknown("a check");
    case "listen":
      return unknown("an address");
    case "withTypeProvider":
    case "decorateRequest":
    case "decorateReply":
    case "setErrorHandler":
    case "setNotFoundHandler":
    case "addSchema":
    case "setValidatorCompiler":
    case "setSerializerCompiler":
    case "addContentTypeParser":
    case "then":
      return self;
    default:
      return unknown(`\`${name}\` of a Fastify instance`);
  }
}

function register(router: RouterModel, given: Value, options: Value | undefined, site: Site, evaluator: Machine, world: FastifyWorld): void {
  const plugin = given.kind === "object" && given.props.has("default") ? (given.props.get("default") ?? given) : given;
  const open = plugin.kind === "wrapped";
  const fn = plugin.kind === "wrapped" ? plugin.inner : plugin;
  if (fn.kind === "external" && /^@fastify\/autoload|^fastify-autoload/.test(fn.path)) {
    const dir = stringOf(propOf(options, "dir"));
    const loaded = dir === undefined || options?.kind !== "object" ? undefined : world.autoload(dir, options);
    if (loaded === undefined) world.note(site, "a folder loaded by autoload that is not static");
    const inner = propOf(options, "options");
    const base = stringOf(propOf(inner, "prefix")) ?? "";
    for (const one of loaded ?? []) register(router, one.plugin, prefixed(inner, `${base}${one.prefix}`), site, evaluator, world);
    return;
  }
  if (fn.kind !== "function") {
    if (fn.kind === "external") {
      const known = /^@fastify\/(?:static|swagger-ui|websocket|oauth2|reply-from|http-proxy)|^fastify-(?:static|swagger|oauth2)|swagger/.test(fn.path);
      if (known) world.note(site, `the package ${fn.path} may add routes of its own`);
    } else world.note(site, `a plugin that is not known: ${fn.kind === "unknown" ? fn.why : fn.kind}`);
    return;
  }
  if (open || fn.props.has("@@skip-override")) {
    evaluator.call(fn, [{ kind: "router", router }, options ?? { kind: "object", props: new Map(), open: true }, nothing]);
    return;
  }
  const value = options?.kind === "function" ? evaluator.call(options, [{ kind: "router", router }]) : options;
  const child = newRouter("fastify", "router", site.at, { prefix: propOf(value, "prefix"), parent: router });
  child.mounted = true;
  if (value !== undefined && value.kind === "unknown") child.prefix = undefined;
  router.steps.push({ do: "mount", path: undefined, child, guards: [], at: site.at, conditional: site.conditional });
  evaluator.call(fn, [{ kind: "router", router: child }, value ?? { kind: "object", props: new Map(), open: true }, nothing]);
}

function prefixed(options: Value | undefined, prefix: string): Value {
  const props = new Map(options?.kind === "object" ? options.props : []);
  props.set("prefix", literal(prefix));
  return { kind: "object", props, open: true };
}

function handlerIn(options: Value | undefined): ReturnType<typeof handlersOf> {
  const value = propOf(options, "handler");
  const name = options?.kind === "object" ? options.names?.get("handler") : undefined;
  return value === undefined ? [] : handlersOf([value], [name ?? ""]);
}

function hooksIn(options: Value | undefined): readonly string[] {
  if (options?.kind !== "object") return [];
  return ["onRequest", "preParsing", "preValidation", "preHandler"].flatMap((hook) => {
    const value = options.props.get(hook);
    return value === undefined ? [] : handlersOf([value], [options.names?.get(hook) ?? ""]).map((one) => one.name);
  });
}
