import type { Expression } from "oxc-parser";
import type { Collected } from "../collect-routes.ts";
import { collectRoutes } from "../collect-routes.ts";
import type { Machine, Site } from "../evaluate/machine.ts";
import { nameOfNode } from "../handler-name.ts";
import { byDefault, literal, propOf, stringOf, unknown, type ClassValue, type Value } from "../value.ts";
import { Scope } from "../scope.ts";
import { decoratorsOf } from "./decorators.ts";
import { newRouter } from "../router-model.ts";
import { positionAt } from "../position.ts";
import type { RouterModel, Step } from "../value.ts";

/** `NestFactory.create(AppModule)`: the app whose modules hold the controllers. */
export function createNest(path: string, args: readonly Value[], site: Site): RouterModel | undefined {
  if (!/^@nestjs\/core\.NestFactory\.create$/.test(path)) return undefined;
  const router = newRouter("nestjs", "app", site.at);
  if (args[0] !== undefined) router.props.set("the root module", args[0]);
  return router;
}

export function callNest(router: RouterModel, name: string, args: readonly Value[]): Value {
  const [first, second] = args;
  // `app.get(ConfigService)`: what is asked of it is told by the tree's own `registerAs`.
  if (name === "get" && first?.kind === "external" && first.path === "@nestjs/config.ConfigService") return { kind: "external", path: configService };
  if (name === "setGlobalPrefix" && first !== undefined) {
    router.props.set("the global prefix", first);
    const excluded = propOf(second, "exclude");
    if (excluded !== undefined) router.props.set("without the global prefix", excluded);
  } else if (name === "enableVersioning") router.props.set("versioning", first ?? { kind: "object", props: new Map(), open: false });
  return unknown(`\`${name}\` of a Nest app`);
}

/** What `app.get(ConfigService)` gives. */
export const configService = "@nestjs/config.ConfigService()";

/** `configService.get("app.apiPrefix")`: from what the tree registers under `app`, else the default that is handed along, else the environment. */
export function configured(key: string, fallback: Value | undefined, groups: ReadonlyMap<string, Value>, machine: Machine): Value {
  const [group = "", ...rest] = key.split(".");
  const factory = groups.get(group);
  if (factory?.kind === "function" && rest.length > 0) return rest.reduce<Value>((value, name) => machine.member(value, name), machine.call(factory, []));
  const why = `it is set by the configuration value ${key}`;
  return fallback === undefined ? unknown(why) : byDefault(fallback, why);
}

/** `SwaggerModule.setup("docs", app, …)`: the page and its document, as every version of @nestjs/swagger serves them; later ones add more beside them. */
export function swaggerSteps(path: Value | undefined, options: Value | undefined, site: Site): readonly Step[] {
  const text = stringOf(path);
  if (text === undefined || propOf(options, "useGlobalPrefix") !== undefined) return [];
  const at = text.startsWith("/") ? text : `/${text}`;
  const document = stringOf(propOf(options, "jsonDocumentUrl")) ?? `${at}-json`;
  return [at, document.startsWith("/") ? document : `/${document}`].map((one) => ({
    do: "route",
    methods: ["GET"],
    path: literal(one),
    handler: "SwaggerModule",
    guards: [],
    at: site.at,
    conditional: site.conditional,
  }));
}

/**
 * The routes of a Nest app: controllers of the modules reached from its root module. Header and media-type versioning do not change a path; URI
 * versioning does. Not read: controllers made by functions at run time; modules of packages.
 */
export function collectNest(app: RouterModel, evaluator: Machine, into: Collected): void {
  const root = app.props.get("the root module");
  const seen = new Set<object>();
  const module = (value: Value | undefined): void => {
    if (value === undefined) return;
    if (value.kind === "wrapped") return module(value.inner);
    if (value.kind === "function") return module(evaluator.call(value, []));
    if (value.kind === "object") {
      module(propOf(value, "module"));
      contents(value);
    }
    if (value.kind === "array") {
      for (const one of value.items) module(one);
      return;
    }
    if (value.kind !== "class" || seen.has(value.node)) return;
    seen.add(value.node);
    for (const options of decoratorArgs(value, undefined, "Module", evaluator)) contents(options);
  };
  const contents = (options: Value | undefined): void => {
    module(propOf(options, "imports"));
    const controllers = propOf(options, "controllers");
    if (controllers?.kind === "array") for (const one of controllers.items) if (one.kind === "class") controller(one, app, evaluator, into);
  };
  module(root);
}

/** Controllers that no Nest app of the tree reaches: those of a tree without `NestFactory`. */
export function collectControllers(classes: readonly ClassValue[], app: RouterModel, evaluator: Machine, into: Collected): void {
  for (const one of classes) controller(one, app, evaluator, into);
}

/** Whether a class is a Nest controller. */
export function isController(value: ClassValue): boolean {
  return decoratorsOf(value).some((one) => nameOfDecorator(one) === "Controller");
}

const verbsOf: Readonly<Record<string, string>> = {
  Get: "GET",
  Post: "POST",
  Put: "PUT",
  Patch: "PATCH",
  Delete: "DELETE",
  Options: "OPTIONS",
  Head: "HEAD",
  All: "ANY",
  Search: "SEARCH",
  Sse: "GET",
};

function controller(cls: ClassValue, app: RouterModel, evaluator: Machine, into: Collected): void {
  const [options] = decoratorArgs(cls, undefined, "Controller", evaluator);
  if (options === undefined && !isController(cls)) return;
  const base = options?.kind === "object" ? (propOf(options, "path") ?? literal("")) : (options ?? literal(""));
  const versioning = app.props.get("versioning");
  const type = propOf(versioning, "type");
  const byUri = versioning !== undefined && (type === undefined || (type.kind === "external" && type.path.endsWith("VersioningType.URI")));
  const prefixMark = propOf(versioning, "prefix");
  const mark = prefixMark?.kind === "literal" && prefixMark.value === false ? "" : (stringOf(prefixMark) ?? "v");
  const classVersion = decoratorArgs(cls, undefined, "Version", evaluator)[0] ?? propOf(options, "version") ?? propOf(versioning, "defaultVersion");
  const guards = guardsOf(decoratorsOf(cls));
  const router = newRouter("nestjs", "app", app.at);
  for (const member of cls.node.body.body) {
    if (member.type !== "MethodDefinition") continue;
    const name = nameOfNode(member.key);
    const decorators = decoratorsOf(cls, name);
    for (const decorator of decorators) {
      const method = verbsOf[nameOfDecorator(decorator)];
      if (method === undefined) continue;
      const [given] = argsOf(decorator, cls, evaluator);
      const handler = name === "" ? cls.name : `${cls.name}.${name}`;
      const version = decoratorArgs(cls, name, "Version", evaluator)[0] ?? classVersion;
      const own = given?.kind === "object" ? (propOf(given, "path") ?? literal("")) : (given ?? literal(""));
      const versions =
        byUri && version !== undefined
          ? listOf(version).map((one) => (one.kind === "external" ? literal("") : one.kind === "literal" ? literal(`/${mark}${String(one.value)}`) : one))
          : [literal("")];
      const global = app.props.get("the global prefix");
      const path = joined([global ?? literal(""), { kind: "array", items: versions }, base, own]);
      const excluded = app.props.get("without the global prefix");
      const bare = excluded !== undefined && isExcluded(excluded, base, own);
      router.steps.push({
        do: "route",
        methods: [method],
        path: bare ? joined([{ kind: "array", items: versions }, base, own]) : path,
        handler,
        guards: [...guards, ...guardsOf(decorators)],
        at: positionAt(cls.module, member.key.start),
        conditional: false,
      });
    }
  }
  collectRoutes(router, into);
}

function isExcluded(excluded: Value, base: Value, own: Value): boolean {
  const path = `/${stringOf(base) ?? ""}/${stringOf(own) ?? ""}`.replaceAll(/\/+/g, "/").replace(/\/$/, "");
  return listOf(excluded).some((one) => `/${stringOf(one) ?? stringOf(propOf(one, "path")) ?? "\u0000"}`.replaceAll(/\/+/g, "/").replace(/\/$/, "") === path);
}

function joined(parts: readonly Value[]): Value {
  return parts.reduce((before, part) => ({ kind: "wrapped", how: "joined", inner: before, prefix: slashed(part) }));
}

/** Nest takes `users` for `/users`. */
function slashed(value: Value): Value {
  if (value.kind === "array") return { kind: "array", items: value.items.map(slashed) };
  const text = stringOf(value);
  return text === undefined || text === "" || text.startsWith("/") ? value : literal(`/${text}`);
}

function listOf(value: Value): readonly Value[] {
  return value.kind === "array" ? value.items : [value];
}

function nameOfDecorator(one: Expression): string {
  const name = nameOfNode(one.type === "CallExpression" ? one.callee : one);
  return name.slice(name.lastIndexOf(".") + 1);
}

function argsOf(one: Expression, cls: ClassValue, evaluator: Machine): readonly Value[] {
  if (one.type !== "CallExpression") return [];
  return one.arguments.map((arg) => (arg.type === "SpreadElement" ? unknown("spread arguments") : evaluator.expr(arg, new Scope(cls.scope), cls.module)));
}

function decoratorArgs(cls: ClassValue, member: string | undefined, name: string, evaluator: Machine): readonly Value[] {
  return decoratorsOf(cls, member)
    .filter((one) => nameOfDecorator(one) === name)
    .flatMap((one) => argsOf(one, cls, evaluator));
}

/** `@UseGuards(AuthGuard("jwt"))`, and decorators whose name reads like a check. */
function guardsOf(decorators: readonly Expression[]): string[] {
  return decorators.flatMap((one) => {
    const name = nameOfDecorator(one);
    if (name === "UseGuards" && one.type === "CallExpression") return one.arguments.map((arg) => nameOfNode(arg));
    return /auth|roles|permission|guard|scope/i.test(name) && !name.startsWith("Api") ? [`@${name}`] : [];
  });
}
