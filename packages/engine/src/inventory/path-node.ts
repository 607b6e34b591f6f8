import { isPlainWords } from "../exchange/plain-words.ts";
import { isDatedVersion, isPersonNoun } from "./segment-kind.ts";
import type { RuleNode } from "./template-rules.ts";
import type { ValueCounter } from "./value-counter.ts";

/** One place in the tree of paths: a constant or a parameter below its parent, with what was counted there. */
export interface PathNode<Leaf> {
  parent: PathNode<Leaf> | undefined;
  /** The constant as first seen, or the pattern of a parameter. */
  label: string;
  readonly parameter: boolean;
  /** Segments from the root. */
  readonly depth: number;
  readonly children: Map<string, PathNode<Leaf>>;
  readonly parameters: Map<string, PathNode<Leaf>>;
  readonly late: Map<string, { count: number; clients: number }>;
  count: number;
  /** 32-bit sketch of who asked. */
  clients: number;
  /** Something below changed since it was last settled, or its count has doubled. */
  dirty: boolean;
  settleAt: number;
  /** {@link isRich} as last looked at, and the count from which it is looked at again. */
  rich: boolean;
  richUntil: number;
  lateTotal: number;
  lateClients: number;
  merged: boolean;
  /** Distinct values of the parameter below, as far as they were told apart. */
  values: ValueCounter | undefined;
  /** Sightings of the most popular one. */
  topValue: number;
  evaluateAt: number;
  /** What a person decided about this place; a constant has it only when he named it. */
  rule: RuleNode | undefined;
  /** Why words became values here, when it was learned. */
  reason: MergeReason | undefined;
  /** A rule made words values here and is gone: a constant made anew is the same door to whoever spent something at the parameter. */
  released: boolean;
  /** Values of the nearest parameter before it under which this constant was asked for; only while it is not shown. */
  above: ValueCounter | undefined;
  /** This constant may stand in clear; see {@link isShown}. Never taken back. */
  shown: boolean;
  leaf: Leaf | undefined;
  /** Set by the owner of the leaves: a hash of what this place answers, `""` while unknown. */
  shape: string;
}

/** What showed that siblings are values of one parameter. */
export const mergeReasons = ["rare", "strangers", "file-names", "same-answers", "same-places", "like-the-parameter", "full"] as const;
export type MergeReason = (typeof mergeReasons)[number];

/** A place nobody has been at. */
export function newNode<Leaf>(parent: PathNode<Leaf> | undefined, label: string, parameter: boolean, depth: number): PathNode<Leaf> {
  return {
    parent,
    label,
    parameter,
    depth,
    children: new Map(),
    parameters: new Map(),
    late: new Map(),
    count: 0,
    clients: 0,
    dirty: true,
    settleAt: 2,
    rich: false,
    richUntil: 0,
    lateTotal: 0,
    lateClients: 0,
    // What stands after `users` names a person: a value at first sight, and never kept in clear however popular.
    merged: false,
    values: undefined,
    topValue: 0,
    above: undefined,
    evaluateAt: 5,
    rule: undefined,
    reason: undefined,
    released: false,
    leaf: undefined,
    shape: "",
    shown: parameter || isPlainWords(label) || (depth === 1 && isDatedVersion(label)),
  };
}

/** So that settling finds the way down to what changed. */
export function markDirty<Leaf>(node: PathNode<Leaf>): void {
  for (let at: PathNode<Leaf> | undefined = node; at !== undefined; at = at.parent) at.dirty = true;
}

/** True for a constant after which a person is named. */
export function isPersons<Leaf>(node: PathNode<Leaf>): boolean {
  return !node.parameter && isPersonNoun(node.label);
}

/** Bits set in a 32-bit sketch. */
export function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
