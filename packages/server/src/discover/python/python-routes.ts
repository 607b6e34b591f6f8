import type { Collected } from "../collect-routes.ts";
import type { ParseProblem } from "../modules.ts";
import type { SourceTree } from "../source-tree.ts";
import type { Closure, Thing } from "../static/thing.ts";
import type { RouterModel } from "../value.ts";
import { callersFirst } from "../static/callers-first.ts";
import { PythonEvaluator } from "./python-evaluator.ts";
import { PythonModules } from "./python-modules.ts";
import { PythonRoutesWorld } from "./python-world.ts";

/** What was read of a language beside JavaScript. */
export interface LanguageRoutes {
  readonly routers: readonly RouterModel[];
  readonly problems: readonly ParseProblem[];
  readonly cutShort: ReadonlySet<string>;
}

/** The routers of a tree's Python files: every module is run, then functions that make or fill apps and that nobody in the tree calls. */
export function pythonRoutes(tree: SourceTree, files: readonly string[], found: Collected, onFile: (file: string) => void): LanguageRoutes {
  const modules = new PythonModules(tree, files);
  const world = new PythonRoutesWorld(modules, found);
  const evaluator = new PythonEvaluator(world);
  world.evaluator = evaluator;
  const closures: Closure[] = [];
  for (const file of files) {
    onFile(file);
    const module = modules.open(file, (source, frame) => evaluator.run(source, frame));
    if (module === undefined) continue;
    for (const value of module.entries.values()) closures.push(...functionsIn(value, file));
  }
  const makers = closures.filter((one) => makesApp(one, evaluator));
  const fillers = closures.filter(
    (one) => !makers.includes(one) && /Blueprint|APIRouter|\.route\(|add_url_rule|register_blueprint|include_router|add_api_route|add_resource/.test(textOf(one)),
  );
  for (const fn of [...callersFirst(makers, textOf), ...fillers]) if (!evaluator.called.has(fn.node)) evaluator.callBlind(fn);
  return { routers: world.routers, problems: modules.problems, cutShort: evaluator.budget.cutShort };
}

/** Whether a function constructs an app: by the framework's name, or by that of a class of the tree that stands on it. */
function makesApp(fn: Closure, evaluator: PythonEvaluator): boolean {
  return [...textOf(fn).matchAll(/\b([A-Za-z_]\w*)\s*\(/g)].some(([, name = ""]) => {
    if (/^(?:Flask|FastAPI|Quart)$/.test(name)) return true;
    const value = fn.frame.get(name);
    return value?.kind === "kind" && /\.(?:Flask|FastAPI|Quart)$/.test(evaluator.outsideBase(value) ?? "");
  });
}

/** Functions of a module and methods of its classes, those it imports left out. */
function functionsIn(value: Thing, file: string): Closure[] {
  if (value.kind === "closure") return value.source.file === file ? [value] : [];
  if (value.kind !== "kind" || value.source.file !== file) return [];
  const self: Thing = { kind: "instance", of: value, members: new Map() };
  return [...value.members.values()].flatMap((one) => (one.kind === "closure" ? [{ ...one, self }] : []));
}

function textOf(fn: Closure): string {
  return fn.source.text.slice(fn.node.from, fn.node.to);
}
