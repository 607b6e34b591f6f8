import type { Expression, Node } from "oxc-parser";
import { visitorKeys } from "oxc-parser";
import { nameOfNode } from "../handler-name.ts";
import type { ClassValue, SourceModule } from "../value.ts";

/**
 * Decorators of a class, or of a member where one is named: those written with `@`, and those a compiler made of them, as TypeScript's
 * `X = __decorate([Controller("x")], X)` and `__decorate([Get()], X.prototype, "list", null)`, SWC's `_ts_decorate` and esbuild's `__decorateClass`
 * have it. Not read: Babel's form, which has them as assignments.
 */
export function decoratorsOf(cls: ClassValue, member?: string): readonly Expression[] {
  const written =
    member === undefined ? cls.node.decorators : cls.node.body.body.flatMap((one) => (one.type === "MethodDefinition" && nameOfNode(one.key) === member ? one.decorators : []));
  const compiled = compiledIn(cls.module).get(keyOf(cls.name, member)) ?? [];
  return [...written.map((one) => one.expression), ...compiled];
}

/** The call a compiler makes of decorators: it gives back the class it is handed. */
export function isDecorateCall(callee: Node): boolean {
  return /(?:^|\.)(?:__decorate|_ts_decorate|__decorateClass)$/.test(nameOfNode(callee));
}

const known = new WeakMap<SourceModule, Map<string, Expression[]>>();

function compiledIn(module: SourceModule): ReadonlyMap<string, readonly Expression[]> {
  const before = known.get(module);
  if (before !== undefined) return before;
  const found = new Map<string, Expression[]>();
  known.set(module, found);
  const look = (node: Node, depth: number): void => {
    if (depth > depthMax) return;
    if (node.type === "CallExpression" && isDecorateCall(node.callee)) {
      const [list, target, name] = node.arguments;
      const on = target === undefined ? "" : nameOfNode(target).replace(/^exports\./, "");
      const prototype = on.endsWith(".prototype");
      const member = prototype && name?.type === "Literal" && typeof name.value === "string" ? name.value : undefined;
      if (list?.type === "ArrayExpression" && on !== "" && prototype === (member !== undefined)) {
        const key = keyOf(prototype ? on.slice(0, -".prototype".length) : on, member);
        const own = list.elements.filter((one): one is Expression => one !== null && one.type !== "SpreadElement");
        found.set(key, [...(found.get(key) ?? []), ...own]);
      }
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const child: unknown = Reflect.get(node, key);
      for (const one of Array.isArray(child) ? child : [child]) if (isNode(one)) look(one, depth + 1);
    }
  };
  look(module.program, 0);
  return found;
}

/** Decorators stand beside their class: deeper is something else. */
const depthMax = 40;

function keyOf(cls: string, member: string | undefined): string {
  return member === undefined ? cls : `${cls}#${member}`;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
