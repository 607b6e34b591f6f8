import { PathNode } from "./path-node.ts";
import type { RuleNode } from "./template-rules.ts";
import { ValueCounter } from "./value-counter.ts";

/** How whoever owns the leaves shows them twice: as they were learned, and as a person's rule wants them shown. */
export interface LeafViews<Leaf> {
  /** What stands at `place` of a view for a leaf that was learned. */
  copy(leaf: Leaf, place: PathNode<Leaf>): Leaf;
  /** The view it stood in is no more. */
  drop(leaf: Leaf): void;
}

/** All that was learned below one place, once more below another; `made` is told of each place. */
export function copyBranch<Leaf>(from: PathNode<Leaf>, into: PathNode<Leaf>, views: LeafViews<Leaf>, made: () => void): void {
  into.count = from.count;
  into.clients = from.clients;
  into.dirty = from.dirty;
  into.settleAt = from.settleAt;
  into.merged = from.merged;
  into.topValue = from.topValue;
  into.evaluateAt = from.evaluateAt;
  into.reason = from.reason;
  into.shown = from.shown;
  into.shape = from.shape;
  if (from.values !== undefined) (into.values = new ValueCounter()).absorb(from.values);
  if (from.above !== undefined) (into.above = new ValueCounter()).absorb(from.above);
  if (from.leaf !== undefined) into.leaf = views.copy(from.leaf, into);
  for (const map of [from.children, from.parameters]) {
    for (const [key, child] of map) {
      const twin = new PathNode<Leaf>(into, child.label, child.parameter, child.depth);
      made();
      if (child.parameter) into.putParameter(key, twin);
      else into.putChild(key, twin);
      copyBranch(child, twin, views, made);
    }
  }
}

/** The same view of the same place. */
export function sameRules(a: RuleNode | undefined, b: RuleNode | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  const { rule } = a;
  return (
    a.label === b.label &&
    a.hashed === b.hashed &&
    a.position === b.position &&
    a.known === b.known &&
    a.offers === b.offers &&
    a.name === b.name &&
    rule?.kind === b.rule?.kind &&
    rule?.template === b.rule?.template &&
    sameMaps(a.constants, b.constants) &&
    sameMaps(a.parameters, b.parameters)
  );
}

function sameMaps(a: ReadonlyMap<string, RuleNode>, b: ReadonlyMap<string, RuleNode>): boolean {
  return a.size === b.size && [...a].every(([key, node]) => sameRules(node, b.get(key)));
}

/** Settling finds its way from the top to every place that is to be looked at; true when there is one. */
export function spreadDirt<Leaf>(node: PathNode<Leaf>): boolean {
  for (const child of node.children.values()) if (spreadDirt(child)) node.dirty = true;
  for (const child of node.parameters.values()) if (spreadDirt(child)) node.dirty = true;
  return node.dirty;
}
