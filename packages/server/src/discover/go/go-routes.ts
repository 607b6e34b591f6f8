import type { Collected } from "../collect-routes.ts";
import type { LanguageRoutes } from "../python/python-routes.ts";
import type { SourceTree } from "../source-tree.ts";
import type { Closure } from "../static/thing.ts";
import { GoEvaluator } from "./go-evaluator.ts";
import { GoPackages } from "./go-packages.ts";
import { GoRoutesWorld } from "./go-world.ts";

/** The routers of a tree's Go files: `init` and `main` are run, then functions that make or fill routers and that nobody in the tree calls. */
export function goRoutes(tree: SourceTree, files: readonly string[], found: Collected, onFile: (file: string) => void): LanguageRoutes {
  const world = new GoRoutesWorld(found);
  const evaluator = new GoEvaluator(world);
  world.evaluator = evaluator;
  const packages = new GoPackages(tree, files, (node, frame, source) => evaluator.lazily(node, frame, source));
  const opened = [...packages.folders].flatMap((folder) => packages.open(folder) ?? []);
  for (const file of files) onFile(file);
  const all = opened.flatMap((one) => one.functions.map((fn) => ({ ...fn, main: one.name === "main" })));
  const blind = ({ fn, of }: (typeof all)[number]): void => {
    if (!evaluator.called.has(fn.node)) evaluator.callBlind(of === undefined ? fn : { ...fn, self: evaluator.usual(of) });
  };
  for (const one of all) if (one.of === undefined && one.fn.name === "init") blind(one);
  for (const one of all) if (one.of === undefined && one.fn.name === "main" && one.main) blind(one);
  for (const one of all.filter(({ fn }) => makes.test(textOf(fn)))) blind(one);
  for (const one of all.filter(({ fn }) => fills.test(textOf(fn)))) blind(one);
  return { routers: world.routers, problems: packages.problems, cutShort: evaluator.budget.cutShort };
}

const makes = /\.(?:NewRouter|NewMux|NewServeMux)\(|\bgin\.(?:New|Default)\(|\bhttp\.Handle(?:Func)?\(/;
const fills = /(?:chi\.Router|\*chi\.Mux|gin\.(?:Engine|RouterGroup|IRouter|IRoutes)|http\.ServeMux)\b|\.Mount\(/;

function textOf(fn: Closure): string {
  return fn.source.text.slice(fn.node.from, fn.node.to);
}
