import type { PathNode } from "./path-node.ts";
import { isConstantLike } from "./segment-kind.ts";

/** Places looked at when sub-trees are compared: enough for GitHub's widest, and a bound on what one comparison costs. */
export const comparedMax = 400;
const levels = 3;

/**
 * Where a node leads: each constant up to three levels below it, by its depth, with its traffic. What lies between is left out, as two values of one
 * parameter may each have values of their own in between (`/{owner}/{repo}/issues`).
 */
export function profileOf<Leaf>(node: PathNode<Leaf>): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  let left = comparedMax;
  const walk = (at: PathNode<Leaf>, level: number): void => {
    for (const child of at.children.values()) {
      if (--left < 0) return;
      if (isConstantLike(child.label)) {
        const place = `${level} ${child.label.toLowerCase()}`;
        places.set(place, (places.get(place) ?? 0) + child.count);
      }
      if (level < levels) walk(child, level + 1);
    }
    for (const child of at.parameters.values()) if (level < levels && --left >= 0) walk(child, level + 1);
  };
  walk(node, 1);
  return places;
}

/** How far one node leads where another does. */
export interface Likeness {
  /** The part of its traffic below it that goes where the other leads too: 1 when everything does, 0 when nothing. */
  readonly share: number;
  /** Constants met on the way that the other has too. */
  readonly constants: number;
}

/** Compares a node with one that may stand for it, at most {@link comparedMax} places, four levels deep; says nothing of places it did not look at. */
export function leadsWhere<Leaf>(node: PathNode<Leaf>, other: PathNode<Leaf>): Likeness {
  let left = comparedMax;
  let constants = 0;
  let seen = 0;
  let common = 0;
  const step = (child: PathNode<Leaf>, twin: PathNode<Leaf> | undefined, level: number): void => {
    if (twin !== undefined && level <= levels && hasBelow(child)) return walk(child, twin, level + 1);
    seen += child.count;
    if (twin !== undefined) common += child.count;
  };
  const walk = (a: PathNode<Leaf>, b: PathNode<Leaf>, level: number): void => {
    let below = 0;
    for (const [name, child] of a.children) {
      below += child.count;
      if (--left < 0) continue;
      const same = b.children.get(name);
      if (same !== undefined) constants++;
      step(child, same ?? b.parameters.get("{}") ?? (isConstantLike(name) ? undefined : strangerOf(b)), level);
    }
    for (const [pattern, child] of a.parameters) {
      below += child.count;
      if (--left >= 0) step(child, b.parameters.get(pattern) ?? b.parameters.get("{}"), level);
    }
    const own = Math.max(0, a.count - below);
    seen += own;
    if (b.leaf !== undefined || a.leaf === undefined) common += own;
  };
  walk(node, other, 1);
  return { share: seen === 0 ? 0 : common / seen, constants };
}

/** Any child that is no word of interfaces: likely a value, as another such one is. */
function strangerOf<Leaf>(node: PathNode<Leaf>): PathNode<Leaf> | undefined {
  let looked = 0;
  for (const [name, child] of node.children) {
    if (!isConstantLike(name)) return child;
    if (++looked > strangersLooked) return undefined;
  }
  return undefined;
}

const strangersLooked = 16;

function hasBelow<Leaf>(node: PathNode<Leaf>): boolean {
  return node.children.size > 0 || node.parameters.size > 0;
}
