import { isPlainWords } from "../exchange/plain-words.ts";
import { isDatedVersion, isPersonNoun, isSlug } from "./segment-kind.ts";
import type { RuleNode } from "./template-rules.ts";
import type { ValueCounter } from "./value-counter.ts";

/**
 * One place in the tree of paths: a constant or a parameter below its parent, with what was counted there. Most places are leaves: maps are made
 * when something comes into them, an empty one would be a fifth of a place.
 */
export class PathNode<Leaf> {
  parent: PathNode<Leaf> | undefined;
  /** Segments from the root. */
  readonly depth: number;
  readonly parameter: boolean;
  #label: string;
  #persons: boolean;
  #children: Map<string, PathNode<Leaf>> | undefined;
  #parameters: Map<string, PathNode<Leaf>> | undefined;
  /** Constants that came late to a merged position; see `lateConstant`. */
  late: Map<string, { count: number; clients: number }> | undefined;
  count = 0;
  /** 32-bit sketch of who asked. */
  clients = 0;
  /** Something below changed since it was last settled, or its count has doubled. */
  dirty = true;
  settleAt = 2;
  /** {@link isRich} as last looked at, and the count from which it is looked at again. */
  rich = false;
  richUntil = 0;
  lateTotal = 0;
  lateClients = 0;
  /** Words below are values of one parameter. What stands after `users` names a person: a value at first sight, and never kept in clear however popular. */
  merged = false;
  /** Decided on a whole recording before any of it was counted: nothing here is decided anew while it is read. */
  decided = false;
  /** Distinct values of the parameter below, as far as they were told apart. */
  values: ValueCounter | undefined;
  /** Sightings of the most popular one. */
  topValue = 0;
  /** Sightings of words that were values here, and of those how many were slugs; since the last restore. */
  wordsSeen = 0;
  slugsSeen = 0;
  evaluateAt = 5;
  /** What a person decided about this place; a constant has it only when he named it. */
  rule: RuleNode | undefined;
  /** Why words became values here, when it was learned. */
  reason: MergeReason | undefined;
  /** All of this place and below as a person's rule wants it shown, beside what is learned of it; only at the first such place on a way. */
  view: PathNode<Leaf> | undefined;
  /** This place is the {@link view} of another, which is its parent's child. */
  isView = false;
  /** Values of the nearest parameter before it under which this constant was asked for; only while it is not shown. */
  above: ValueCounter | undefined;
  /** This constant may stand in clear; see `isShown`. Never taken back. */
  shown: boolean;
  leaf: Leaf | undefined;
  /** Set by the owner of the leaves: a hash of what this place answers, `""` while unknown. */
  shape = "";

  /** A place nobody has been at. */
  constructor(parent: PathNode<Leaf> | undefined, label: string, parameter: boolean, depth: number) {
    this.parent = parent;
    this.depth = depth;
    this.parameter = parameter;
    this.#label = label;
    this.#persons = !parameter && isPersonNoun(label);
    this.shown = parameter || isPlainWords(label) || (depth === 1 && isDatedVersion(label));
  }

  /** The constant as first seen, or the pattern of a parameter. */
  get label(): string {
    return this.#label;
  }

  set label(label: string) {
    this.#label = label;
    this.#persons = !this.parameter && isPersonNoun(label);
  }

  /** True for a constant after which a person is named. */
  get persons(): boolean {
    return this.#persons;
  }

  get children(): ReadonlyMap<string, PathNode<Leaf>> {
    return this.#children ?? none;
  }

  get parameters(): ReadonlyMap<string, PathNode<Leaf>> {
    return this.#parameters ?? none;
  }

  putChild(key: string, child: PathNode<Leaf>): void {
    this.#children ??= new Map();
    this.#children.set(key, child);
  }

  dropChild(key: string): void {
    this.#children?.delete(key);
  }

  putParameter(pattern: string, parameter: PathNode<Leaf>): void {
    this.#parameters ??= new Map();
    this.#parameters.set(pattern, parameter);
  }

  dropParameter(pattern: string): void {
    this.#parameters?.delete(pattern);
  }
}

const none: ReadonlyMap<string, never> = new Map<string, never>();

/** What showed that siblings are values of one parameter. */
export const mergeReasons = ["rare", "strangers", "file-names", "same-answers", "same-places", "like-the-parameter", "full"] as const;
export type MergeReason = (typeof mergeReasons)[number];

/** Counts a word that is a value at this position. */
export function noteWord<Leaf>(node: PathNode<Leaf>, word: string, times: number): void {
  node.wordsSeen += times;
  if (isSlug(word)) node.slugsSeen += times;
}

/** So that settling finds the way down to what changed. */
export function markDirty<Leaf>(node: PathNode<Leaf>): void {
  for (let at: PathNode<Leaf> | undefined = node; at !== undefined; at = at.parent) at.dirty = true;
}

/** Bits set in a 32-bit sketch. */
export function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}
