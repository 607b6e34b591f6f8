import type { SyntaxNode } from "@lezer/common";
import type { Collected } from "../collect-routes.ts";
import { positionAt } from "../position.ts";
import { textOfThing, type SourceText, type Thing } from "../static/thing.ts";
import { byDefault, literal, unknown, type RouterModel } from "../value.ts";
import { argument, type Given, type PythonSite } from "./python-calls.ts";
import type { PythonWorld } from "./python-machine.ts";
import type { PythonEvaluator } from "./python-evaluator.ts";
import { callFastapi, createDepends, createFastapi } from "./fastapi.ts";
import { callFlask, createFlask, viewOf } from "./flask.ts";
import type { PythonModules } from "./python-modules.ts";

/** Modules, the frameworks and the few library calls that shape paths. */
export class PythonRoutesWorld implements PythonWorld {
  readonly routers: RouterModel[] = [];
  readonly #modules: PythonModules;
  readonly #found: Collected;
  evaluator: PythonEvaluator | undefined;

  constructor(modules: PythonModules, found: Collected) {
    this.#modules = modules;
    this.#found = found;
  }

  load(name: string, level: number, from: SourceText): Thing {
    return this.#modules.load(name, level, from, (source, frame) => this.evaluator?.run(source, frame));
  }

  within(module: Thing, name: string): Thing | undefined {
    if (module.kind !== "table") return undefined;
    return module.entries.get(name) ?? this.#modules.below(module, name, (source, frame) => this.evaluator?.run(source, frame));
  }

  callExternal(path: string, given: Given, site: PythonSite): Thing | undefined {
    const router = createFlask(path, given, site) ?? createFastapi(path, given, site);
    if (router !== undefined) {
      this.routers.push(router);
      return { kind: "router", router };
    }
    const depends = createDepends(path, given);
    if (depends !== undefined) return depends;
    const [first, second] = given.args;
    switch (path) {
      case "os.getenv":
      case "os.environ.get": {
        const why = `it is set by the environment variable ${textOfThing(first) ?? "?"}`;
        const fallback = second ?? given.named.get("default");
        return fallback?.kind === "literal" ? byDefault(fallback, why) : unknown(why);
      }
      case "str":
        return first?.kind === "literal" ? literal(String(first.value)) : first?.kind === "unknown" ? first : undefined;
      case "list":
      case "tuple":
      case "set":
      case "sorted":
        return first?.kind === "list" ? first : given.args.length === 0 ? { kind: "list", items: [] } : undefined;
      case "dict":
        return given.args.length === 0 ? { kind: "table", entries: new Map(given.named), open: false } : undefined;
      case "enumerate":
        return first?.kind === "list" ? { kind: "list", items: first.items.map((one, i) => ({ kind: "list", items: [literal(i), one] })) } : undefined;
      case "getattr": {
        const name = textOfThing(second);
        return first !== undefined && name !== undefined ? this.evaluator?.member(first, name) : undefined;
      }
      case "importlib.import_module": {
        const name = textOfThing(first);
        return name === undefined ? unknown("an import by a computed name") : this.#modules.loadAnywhere(name, (source, frame) => this.evaluator?.run(source, frame));
      }
      case "functools.wraps":
        return { kind: "made", what: "wraps", apply: ([fn]) => fn ?? unknown("nothing wrapped") };
      case "functools.partial":
        return first;
      default:
        return undefined;
    }
  }

  initRouter(router: RouterModel, path: string, given: Given, site: PythonSite): void {
    const made = createFlask(path, given, site) ?? createFastapi(path, given, site);
    if (made === undefined) return;
    router.steps.splice(0, router.steps.length, ...made.steps);
    router.prefix = made.prefix;
    for (const [name, value] of made.props) router.props.set(name, value);
  }

  callRouter(target: Thing, name: string, given: Given, site: PythonSite): Thing {
    if (target.kind === "kind") {
      const { evaluator } = this;
      return name === "as_view" && evaluator !== undefined ? viewOf(target, evaluator) : unknown("a call that is not read");
    }
    if (target.kind === "made" && target.router !== undefined) return this.callRouter({ kind: "router", router: target.router }, name, given, site);
    if (target.kind !== "router") return unknown("a call that is not read");
    const { evaluator } = this;
    if (evaluator === undefined) return unknown("nothing runs");
    return target.router.framework === "fastapi" ? callFastapi(target.router, name, given, site, this, evaluator) : callFlask(target.router, name, given, site, this, evaluator);
  }

  unknownDecorator(node: SyntaxNode, why: string, given: Given, source: SourceText): void {
    const path = textOfThing(argument(given, "path", 0) ?? given.named.get("rule"));
    const text = source.text.slice(node.from, node.to);
    const verb = /\.(route|get|post|put|patch|delete|head|options|api_route)\s*\($/.exec(text.slice(0, text.indexOf("(") + 1))?.[1];
    if (verb === undefined || path === undefined || !path.startsWith("/")) return;
    this.note({ at: positionAt(source, node.from), conditional: false }, `${verb.toUpperCase()} ${path}`, `what it is called on is not known (${why})`);
  }

  note(site: PythonSite, what: string, why: string): void {
    this.#found.unresolved.push({ ...site.at, what, why });
  }
}
