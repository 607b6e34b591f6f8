import type { PathNode } from "./path-node.ts";
import { isReservedWord } from "./segment-kind.ts";

/** Policy: when do siblings count as values of one parameter. */
export const siblingPolicy = {
  /**
   * Rare siblings (seen once or twice) count when they are this many, and the population they seem drawn from (Chao's
   * estimate, k + f1(f1-1)/2(f2+1)) is larger than any closed set of constants: 24 draws from 100 constants repeat too often.
   */
  distinctMin: 24,
  populationMin: 150,
  /** The same below a plural noun (`/users/…`), where a value is what one expects. */
  distinctMinPlural: 6,
  populationMinPlural: 20,
  /** Siblings that are plural nouns in this share (`orders`, `invoices`) are resources, unless there are very many. */
  pluralShare: 0.5,
  pluralsMax: 100,
  /** Siblings that answer in this many different shapes of ten known ones are resources too. */
  shapesOfTen: 5,
  /** Rare siblings with the same constant below them (`/x/conversions`, `/y/conversions`). */
  sameTreeRareMin: 5,
  sameTreeRareMinPlural: 4,
  /** Leaves below a plural noun with answers of the same shape. */
  sameAnswerMinPlural: 8,
  /** Siblings with the same constants below, however often each was seen. */
  sameTreeMin: 12,
  /** Rare siblings' part of the traffic, or their number when the part is small. */
  rareTrafficShare: 0.2,
  rareMany: 48,
  /** At the moment of merging a constant stands out by this many sightings and times the mean of the rare ones. */
  standsOutMin: 8,
  standsOut: 6,
  /** Beside a parameter, a word seen less than 1/share as often is one of its values. */
  strayShare: 40,
  /** A late constant at a merged position: sightings, 1/share of traffic, callers, times the mean. */
  lateCountMin: 20,
  lateShare: 20,
  lateCallersMin: 4,
  lateTimesMean: 6,
} as const;

/**
 * The children of a node that look like values of one parameter; empty when nothing is proved yet. `forced`: the node is full,
 * so weaker evidence has to do.
 */
export function interchangeable<Leaf>(node: PathNode<Leaf>, forced: boolean): PathNode<Leaf>[] {
  const rare: PathNode<Leaf>[] = [];
  const bySubTree = new Map<string, PathNode<Leaf>[]>();
  let once = 0;
  let rareTraffic = 0;
  let traffic = 0;
  for (const [key, child] of node.children) {
    traffic += child.count;
    if (isReservedWord(key)) continue;
    if (child.count <= 2 || (forced && child.count <= 8)) {
      rare.push(child);
      rareTraffic += child.count;
      if (child.count === 1) once++;
    }
    const tree = subTree(child);
    if (tree !== "") {
      const group = bySubTree.get(tree);
      if (group === undefined) bySubTree.set(tree, [child]);
      else group.push(child);
    }
  }
  if (forced && rare.length * 2 >= node.children.size) return rare;
  const plural = isPlural(node);
  const already = node.merged;
  const least = already ? 1 : plural ? siblingPolicy.distinctMinPlural : siblingPolicy.distinctMin;
  const population = rare.length + (once * (once - 1)) / (2 * (rare.length - once + 1));
  const open = already || population >= (plural ? siblingPolicy.populationMinPlural : siblingPolicy.populationMin);
  const much = already || rareTraffic >= siblingPolicy.rareTrafficShare * traffic || rare.length >= siblingPolicy.rareMany;
  if (rare.length >= least && open && much && (already || !areResources(rare))) return withTwins(node, rare);
  const same: PathNode<Leaf>[] = [];
  const rareMin = plural ? siblingPolicy.sameTreeRareMinPlural : siblingPolicy.sameTreeRareMin;
  for (const [tree, group] of bySubTree) {
    // Leaves that answer alike prove little: every action may answer `{"ok":true}`.
    if (tree.startsWith("=") && (!plural || group.length < siblingPolicy.sameAnswerMinPlural)) continue;
    const light = group.filter((child) => child.count <= 3).length;
    if (group.length >= siblingPolicy.sameTreeMin || (group.length >= rareMin && light * 5 >= group.length * 4)) same.push(...group);
  }
  return same;
}

/** Words that each name a collection, or each answer in a way of their own, are constants however rarely they were seen. */
function areResources<Leaf>(rare: readonly PathNode<Leaf>[]): boolean {
  if (rare.length > siblingPolicy.pluralsMax) return false;
  let plurals = 0;
  const shapes: string[] = [];
  for (const child of rare) {
    if (isPlural(child)) plurals++;
    if (child.shape !== "") shapes.push(child.shape);
  }
  if (plurals >= siblingPolicy.pluralShare * rare.length) return true;
  return shapes.length >= 4 && new Set(shapes).size * 10 >= siblingPolicy.shapesOfTen * shapes.length;
}

/** The middling siblings go with the rare ones unless they stand out by traffic. */
function withTwins<Leaf>(node: PathNode<Leaf>, rare: readonly PathNode<Leaf>[]): PathNode<Leaf>[] {
  const mean = rare.reduce((sum, child) => sum + child.count, 0) / rare.length;
  const values = new Set(rare);
  for (const [key, child] of node.children) if (child.count <= mean * 4 && !values.has(child) && !isReservedWord(key)) values.add(child);
  return [...values];
}

/** Constants beside a parameter that turn out to be its values: all they lead to the parameter leads to as well, or hardly anyone asks for them. */
export function strays<Leaf>(node: PathNode<Leaf>): PathNode<Leaf>[] {
  const parameter = node.parameters.get("{}");
  if (parameter === undefined) return [];
  const found: PathNode<Leaf>[] = [];
  for (const [key, child] of node.children) {
    if (isReservedWord(key) || (child.shape !== "" && parameter.shape !== "" && child.shape !== parameter.shape)) continue;
    let below = 0;
    let common = 0;
    for (const name of child.children.keys()) {
      below++;
      if (parameter.children.has(name)) common++;
    }
    if ((below > 0 && common === below) || (common === 0 && below === 0 && child.count * siblingPolicy.strayShare < parameter.count)) found.push(child);
  }
  return found;
}

/** The constants right below, with what they answer: `""` when there are none, since `/{id}` below is no evidence. */
function subTree<Leaf>(node: PathNode<Leaf>): string {
  if (node.children.size === 0) return node.shape === "" || node.parameters.size > 0 ? "" : `=${node.shape}`;
  return node.children.size > 12 ? "" : [...node.children.keys()].sort().join(" ");
}

function isPlural<Leaf>(node: PathNode<Leaf>): boolean {
  return !node.parameter && /[a-z]{2}s$/i.test(node.label) && !/(ss|us|is)$/i.test(node.label);
}
