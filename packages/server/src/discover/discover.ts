import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Node } from "oxc-parser";
import { visitorKeys } from "oxc-parser";
import { PosternError } from "@postern/engine";
import { collectRoutes, type Collected, type SourceRoute, type Unresolved } from "./collect-routes.ts";
import { lookedFor } from "../sources/unreadable-file.ts";
import { Evaluator } from "./evaluate/evaluator.ts";
import { verbs } from "./frameworks/handlers.ts";
import { collectControllers, collectNest, isController } from "./frameworks/nest.ts";
import { nextRoutes } from "./frameworks/next.ts";
import { nameOfNode } from "./handler-name.ts";
import { Modules, type ParseProblem } from "./modules.ts";
import { mountsAnything } from "./go/chi.ts";
import { goRoutes } from "./go/go-routes.ts";
import { optionDefaults } from "./option-defaults.ts";
import { findOpenapi, type OpenapiFile } from "./openapi-files.ts";
import { pythonRoutes } from "./python/python-routes.ts";
import { readTree, type Skipped, type TreeBounds } from "./source-tree.ts";
import { StaticWorld } from "./static-world.ts";
import { callerUnknown, objectOf, stringOf, unknown, type ClassValue, type FunctionValue, type Value } from "./value.ts";
import { newRouter } from "./router-model.ts";
import { positionAt } from "./position.ts";
import type { RouterModel, SourceModule } from "./value.ts";

/** What a tree of source code says about its routes. Nothing of it is run. */
export interface Discovery {
  readonly routes: readonly SourceRoute[];
  /** What reads like a route and cannot be told: never guessed. */
  readonly unresolved: readonly Unresolved[];
  readonly problems: readonly ParseProblem[];
  readonly openapi: readonly OpenapiFile[];
  readonly files: number;
  readonly skipped: Skipped;
  /** A bound was reached and the answer is not whole. */
  readonly stoppedAt: string | null;
  /** Source files in languages that are not read. */
  readonly otherLanguages: Readonly<Record<string, number>>;
}

export interface DiscoverOptions {
  /** Read tests, too: their apps are rarely those that run. */
  readonly tests?: boolean;
  readonly bounds?: TreeBounds;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Reads the routes of the services below a folder. Throws SOURCE_UNREADABLE where there is none. */
export function discover(dir: string, options: DiscoverOptions = {}): Discovery {
  const root = resolve(dir);
  if (!existsSync(root) || !statSync(root).isDirectory())
    throw new PosternError("SOURCE_UNREADABLE", `${dir} is not a folder that can be read${lookedFor(dir)}`, { remedy: "Name the folder of a service's source code." });
  const tree = readTree(root, { tests: options.tests ?? false, ...(options.bounds === undefined ? {} : { bounds: options.bounds }) });
  const modules = new Modules(tree);
  const opened: SourceModule[] = [];
  const found: Collected = { routes: [], unresolved: [], defaultOf: optionDefaults(opened) };
  const world = new StaticWorld(modules, found);
  const evaluator = new Evaluator(world);
  world.evaluator = evaluator;
  let done = 0;
  const count = tree.sources.length + tree.python.length + tree.go.length;
  const told = (): void => options.onProgress?.(done++, count);
  tree.sources.forEach((file) => {
    told();
    const module = modules.open(file);
    if (module === undefined) return;
    opened.push(module);
    evaluator.run(module);
  });
  startedByCommand(modules, world, evaluator);
  // Exported and called by nobody here: a command in another tree, a test, a framework.
  const byFile = new Map(opened.map((module) => [module.file, module]));
  const inOrder = modules.fromEntries(tree.sources).flatMap((file) => byFile.get(file) ?? []);
  for (const module of inOrder)
    for (const fn of exportedFunctions(module))
      if (!evaluator.called.has(fn.node))
        evaluator.within(
          module,
          () =>
            void evaluator.call(
              fn,
              fn.node.params.map(() => unknown(callerUnknown)),
            ),
        );
  for (const module of inOrder) evaluator.within(module, () => makersIn(module, evaluator));
  collectAll(world.routers, opened, evaluator, found);
  const others = [pythonRoutes(tree, tree.python, found, told), goRoutes(tree, tree.go, found, told)];
  for (const one of others) collectAll(one.routers, [], evaluator, found);
  found.routes.push(...nextRoutes(tree.sources, modules));
  found.unresolved.push(...opened.flatMap((module) => neverWalked(module, evaluator)));
  const cutShort = [evaluator.cutShort, ...others.map((one) => one.cutShort)].flatMap((one) => [...one]);
  const resolved = new Set(found.routes.map((one) => `${one.file}:${one.line}:${one.column}`));
  return {
    routes: unique(found.routes, (one) => `${one.app} ${one.method} ${one.path} ${one.file}:${one.line}:${one.column}`).sort(byPath),
    unresolved: unique(
      found.unresolved.filter((one) => !resolved.has(`${one.file}:${one.line}:${one.column}`)),
      (one) => `${one.file}:${one.line}:${one.column} ${one.what}`,
    ),
    problems: [...modules.problems, ...others.flatMap((one) => one.problems)],
    openapi: findOpenapi(tree),
    files: count,
    skipped: { ...tree.skipped, built: tree.skipped.built + modules.minified },
    stoppedAt: tree.stoppedAt ?? (cutShort.length > 0 ? `the bound on steps, in ${cutShort.slice(0, 5).join(", ")}` : null),
    otherLanguages: tree.otherLanguages,
  };
}

function collectAll(routers: readonly RouterModel[], opened: readonly SourceModule[], evaluator: Evaluator, found: Collected): void {
  const apps = new Set(routers.filter((one) => one.role === "app").map((one) => one.framework));
  const anything = routers.flatMap((one) => withChildren(one)).filter((one) => one.props.has(mountsAnything));
  const mounting = anything.length > 0 ? anything : undefined;
  for (const router of routers) {
    if (router.mounted || router.parent !== undefined) continue;
    if (router.framework === "nestjs") collectNest(router, evaluator, found);
    else if (router.framework === "chi" && mounting !== undefined && !mounting.some((one) => holds(router, one)))
      collectRoutes(router, found, `a router of the tree mounts what it is handed, at ${stringOf(mounting[0]?.props.get(mountsAnything)) ?? "?"}, and this one may be it`);
    else if (router.role === "app" || !apps.has(router.framework)) collectRoutes(router, found);
    else {
      const loose: Collected = { ...found, routes: [], unresolved: [] };
      collectRoutes(router, loose);
      found.unresolved.push(...loose.unresolved);
      for (const one of loose.routes)
        found.unresolved.push({ file: one.file, line: one.line, column: one.column, what: `${one.method} ${one.pattern}`, why: "nothing in the tree mounts its router on an app" });
    }
  }
  if (apps.has("nestjs")) return;
  const controllers = opened.flatMap((module) => [...module.exports.props.values()]).filter((one): one is ClassValue => one.kind === "class" && isController(one));
  const [first] = controllers;
  if (first !== undefined) collectControllers(controllers, newRouter("nestjs", "app", positionAt(first.module, first.node.start)), evaluator, found);
}

function holds(router: RouterModel, other: RouterModel): boolean {
  return withChildren(router).includes(other);
}

/** A router and those mounted below it. */
function withChildren(router: RouterModel, seen: Set<RouterModel> = new Set()): readonly RouterModel[] {
  if (seen.has(router)) return [];
  seen.add(router);
  for (const step of router.steps) if (step.do === "mount") withChildren(step.child, seen);
  return [...seen];
}

/** `fastify start app.js` in package.json: the plugin that fastify-cli runs on an app of its own. */
function startedByCommand(modules: Modules, world: StaticWorld, evaluator: Evaluator): void {
  for (const { folder, manifest } of modules.packages) {
    const scripts = manifest["scripts"];
    if (typeof scripts !== "object" || scripts === null) continue;
    for (const script of Object.values(scripts)) {
      const words = typeof script === "string" && /\bfastify start\b/.test(script) ? script.slice(script.indexOf("fastify start")).split(/\s+|&&/) : [];
      const named = words.find((word) => /\.[cm]?[jt]s$/.test(word));
      if (named === undefined) continue;
      const file = join(folder, named);
      const source = [file, file.replace(/^(?:dist|build)\//, "src/"), file.replace(/(^|\/)(?:dist|build)\//, "$1")]
        .flatMap((one) => [one, one.replace(/js$/, "ts")])
        .find((one) => modules.open(one) !== undefined);
      const module = source === undefined ? undefined : modules.open(source);
      if (module === undefined || source === undefined) continue;
      const exported = world.valueOf(source);
      const plugin = exported.kind === "object" ? exported.props.get("default") : exported;
      const fn = plugin?.kind === "wrapped" ? plugin.inner : plugin;
      if (fn?.kind !== "function" || evaluator.called.has(fn.node)) continue;
      const prefix = words[words.findIndex((word) => word === "--prefix" || word === "-r") + 1];
      const app = newRouter(
        "fastify",
        "app",
        positionAt(module, fn.node.start),
        words.includes("--prefix") && prefix !== undefined ? { prefix: { kind: "literal", value: prefix } } : {},
      );
      world.routers.push(app);
      evaluator.call(fn, [
        { kind: "router", router: app },
        { kind: "object", props: new Map(), open: true },
      ]);
    }
  }
}

function exportedFunctions(module: SourceModule): FunctionValue[] {
  const exported = module.cjs.props.get("exports");
  const all: (Value | undefined)[] = [exported, ...(exported?.kind === "object" ? exported.props.values() : []), ...module.exports.props.values()];
  return all.flatMap((one) => (one?.kind === "function" ? [one] : one?.kind === "wrapped" && one.inner.kind === "function" ? [one.inner] : []));
}

/** Methods of exported classes that make an app and that nobody here calls: `class Server { static app(options) { const app = express(); … } }`. */
function makersIn(module: SourceModule, evaluator: Evaluator): void {
  const exported = module.cjs.props.get("exports");
  const classes = [exported, ...(exported?.kind === "object" ? exported.props.values() : []), ...module.exports.props.values()].filter((one) => one?.kind === "class");
  for (const cls of new Set(classes)) {
    const members = cls.node.body.body;
    const textOf = (node: Node): string => module.text.slice(node.start, node.end);
    // One that another asks for is made by that one: `start() { app.use(path, this.app) }` before `get app()`.
    const asked = new Set(members.filter((one) => "key" in one && members.some((other) => other !== one && textOf(other).includes(`.${nameOfNode(one.key)}`))));
    for (const member of [...members.filter((one) => !asked.has(one)), ...asked]) {
      if (member.type !== "MethodDefinition" || member.kind === "constructor" || evaluator.called.has(member.value)) continue;
      if (!/\b(?:express|fastify|Fastify|Koa|Hono|_express\.default|_fastify\.default)\)?\s*\(/.test(textOf(member))) continue;
      const self = member.static ? cls : { ...objectOf(), cls, open: true };
      const fn = evaluator.makeFunction(member.value, cls.scope, cls.module, "", self);
      evaluator.call(
        fn,
        member.value.params.map(() => unknown(callerUnknown)),
      );
    }
  }
}

/** Calls that read like a route of an app and were never reached: listed, since leaving them out in silence would look like completeness. */
function neverWalked(module: SourceModule, evaluator: Evaluator): Unresolved[] {
  const walked = evaluator.walked.get(module.file);
  const list: Unresolved[] = [];
  const look = (node: Node, depth: number): void => {
    if (depth > 400) return;
    if (node.type === "CallExpression" && node.callee.type === "MemberExpression" && !node.callee.computed && walked?.has(node.end) !== true) {
      const verb = nameOfNode(node.callee.property);
      const [path, ...rest] = node.arguments;
      const text = path?.type === "Literal" && typeof path.value === "string" ? path.value : undefined;
      const handled = rest.some((one) => one.type === "ArrowFunctionExpression" || one.type === "FunctionExpression");
      const on = nameOfNode(node.callee.object);
      if (verbs.has(verb) && text?.startsWith("/") === true && handled && /app|router|server|fastify|route|api/i.test(on))
        list.push({ ...positionAt(module, node.callee.property.start), what: `${verb.toUpperCase()} ${text}`, why: "nothing in the tree calls the function it stands in" });
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const child: unknown = Reflect.get(node, key);
      for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) look(one, depth + 1);
    }
  };
  look(module.program, 0);
  return list;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function unique<T>(list: readonly T[], keyOf: (one: T) => string): T[] {
  return [...new Map(list.map((one) => [keyOf(one), one])).values()];
}

function byPath(a: SourceRoute, b: SourceRoute): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : a.method < b.method ? -1 : 1;
}
