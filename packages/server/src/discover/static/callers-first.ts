import type { Closure } from "./thing.ts";

/** Functions in an order in which those that call others of the list stand before them: then each is run with what its caller hands it, not with nothing. */
export function callersFirst(functions: readonly Closure[], textOf: (fn: Closure) => string): readonly Closure[] {
  const callees = new Map(
    functions.map((fn) => {
      const names = new Set([...textOf(fn).matchAll(/\b([A-Za-z_]\w*)\s*\(/g)].map(([, name = ""]) => name));
      return [fn, functions.filter((other) => other !== fn && other.name !== fn.name && names.has(other.name))] as const;
    }),
  );
  const ordered: Closure[] = [];
  const seen = new Set<Closure>();
  const visit = (fn: Closure): void => {
    if (seen.has(fn)) return;
    seen.add(fn);
    for (const callee of callees.get(fn) ?? []) visit(callee);
    ordered.unshift(fn);
  };
  // Visited from the end, so that those that nobody calls keep their order.
  for (const fn of functions.toReversed()) visit(fn);
  return ordered;
}
