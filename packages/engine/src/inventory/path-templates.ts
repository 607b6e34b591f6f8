import { hashOfSegment, isPlainWords } from "../exchange/plain-words.ts";
import type { PathNode } from "./path-node.ts";
import { isConstantLike, isDatedVersion, isPersonNoun, isReservedWord, segmentPattern } from "./segment-kind.ts";
import { ValueCounter } from "./value-counter.ts";
import { interchangeable, isRich, siblingPolicy, strays } from "./sibling-policy.ts";

/**
 * Learns the path templates of one host from its paths, streaming, in bounded memory.
 *
 * A segment whose shape says "value" is a parameter at first sight. Words and slugs become one when many siblings look
 * interchangeable (see {@link siblingPolicy}); siblings that carry much more traffic, or a sub-tree of their own, stay
 * constants beside it. A position once merged stays merged. Raw siblings live only in the tree, never in a template
 * before they were kept as constants by {@link constantEvidenceMin} sightings.
 *
 * Mistakes it can make: constants each seen once in a cold start look like values when more than
 * `populationMin` seem possible; values each polled often by few look like constants until `sameTreeMin` of them
 * share a sub-tree; a constant first met after its position merged leaves its first `lateCountMin` sightings with the
 * parameter. The order of input matters only within these thresholds.
 */
export class PathTemplates<Leaf> {
  readonly root: PathNode<Leaf> = newNode(undefined, "", false, 0);
  /** Bumped whenever a template may have changed, also when a word of it may now be shown. */
  epoch = 0;
  #nodes = 1;
  readonly #join: JoinLeaves<Leaf>;
  readonly #bounds: TemplateBounds;

  readonly #hidden: ((constant: string) => string) | undefined;
  /** Constants known by their hash only, since the last restore: while there are none nothing is hashed here. */
  #hashed = 0;

  /** `hidden` writes a constant that may not be shown; with it such constants are found again after a restore. */
  constructor(join: JoinLeaves<Leaf>, bounds: Partial<TemplateBounds> = {}, hidden?: (constant: string) => string) {
    this.#join = join;
    this.#hidden = hidden;
    this.#bounds = { ...templateBounds, ...bounds };
  }

  /** Nodes held, for memory reports; never above `nodesMax`. */
  get nodes(): number {
    return this.#nodes;
  }

  /** The place of a path, made when missing; undefined at the bound. `client` is a small number standing for who asked. */
  place(segments: readonly string[], client: number): PathNode<Leaf> | undefined {
    let node = this.root;
    node.count++;
    let value = "";
    for (let depth = 0; depth < segments.length; depth++) {
      const segment = segments[depth] ?? "";
      const next = this.#step(node, segment, depth, client);
      if (next === undefined) return undefined;
      next.count++;
      next.clients |= 1 << (client & 31);
      if (next.count >= next.settleAt) {
        next.settleAt = next.count * 2;
        markDirty(next);
      }
      if (next.parameter) value = segment;
      else if (!next.shown) {
        if (value !== "") (next.above ??= new ValueCounter()).add(value);
        if (isShown(next)) {
          next.shown = true;
          next.above = undefined;
          this.epoch++;
        }
      }
      node = next;
    }
    return node;
  }

  /** The known place of a path, or undefined. Constants first, then parameters; tries at most {@link findStepsMax} steps. */
  find(segments: readonly string[], accept: (node: PathNode<Leaf>) => boolean): PathNode<Leaf> | undefined {
    let steps = 0;
    const walk = (node: PathNode<Leaf>, depth: number): PathNode<Leaf> | undefined => {
      if (++steps > findStepsMax) return undefined;
      if (depth === segments.length) return accept(node) ? node : undefined;
      const segment = segments[depth] ?? "";
      const constant = node.children.get(segment.toLowerCase()) ?? this.#recognised(node, segment);
      const found = constant === undefined ? undefined : walk(constant, depth + 1);
      if (found !== undefined) return found;
      const pattern = segmentPattern(segment, depth);
      const parameter =
        (pattern === undefined ? undefined : node.parameters.get(pattern)) ?? (pattern !== undefined || node.merged || isPersons(node) ? node.parameters.get("{}") : undefined);
      return parameter === undefined ? undefined : walk(parameter, depth + 1);
    };
    return walk(this.root, 0);
  }

  /** Puts back a place that {@link pathOf} described; undefined at the bound. */
  restore(steps: readonly PathStep[]): PathNode<Leaf> | undefined {
    let node: PathNode<Leaf> | undefined = this.root;
    for (const step of steps) {
      if (node === undefined) return undefined;
      const next: PathNode<Leaf> | undefined = step.parameter
        ? this.#parameter(node, step.label)
        : (node.children.get(step.label.toLowerCase()) ?? this.#child(node, step.label.toLowerCase(), step.label));
      if (next !== undefined && !step.parameter && next.count === 0 && hashOfSegment(step.label) !== undefined) this.#hashed++;
      if (next !== undefined) next.count = Math.max(next.count, step.count);
      if (next !== undefined && step.shown && hashOfSegment(step.label) === undefined) next.shown = true;
      if (step.parameter && step.merged) node.merged = true;
      node = next;
    }
    return node;
  }

  /** Takes over which positions hold constants and which parameters, without any counts, from the root of a tree that has learned them; call on an empty one. */
  adopt(root: PathNode<unknown>): void {
    const walk = (from: PathNode<unknown>, into: PathNode<Leaf>): void => {
      into.merged = from.merged;
      for (const child of from.children.values()) {
        const made = this.#child(into, child.label.toLowerCase(), child.label);
        if (made !== undefined) walk(child, made);
      }
      for (const child of from.parameters.values()) {
        const made = this.#parameter(into, child.label);
        if (made !== undefined) walk(child, made);
      }
    };
    walk(root, this.root);
  }

  /** Decides every position that has gathered evidence since it was last looked at; call before reporting. */
  settle(): void {
    this.#settleBelow(this.root);
  }

  /** Drops a place's leaf, and the branch that only led to it. */
  prune(place: PathNode<Leaf>): void {
    place.leaf = undefined;
    let node = place;
    while (node.parent !== undefined && node.leaf === undefined && node.children.size === 0 && node.parameters.size === 0) {
      const { parent } = node;
      if (node.parameter) parent.parameters.delete(node.label);
      else parent.children.delete(node.label.toLowerCase());
      this.#nodes--;
      node = parent;
    }
  }

  #step(node: PathNode<Leaf>, segment: string, depth: number, client: number): PathNode<Leaf> | undefined {
    const key = segment.toLowerCase();
    const known = node.children.get(key) ?? this.#recognised(node, segment);
    if (known !== undefined) return known;
    const pattern = segmentPattern(segment, depth);
    if (pattern !== undefined) return this.#parameter(node, pattern);
    const persons = isPersons(node);
    const merged = node.merged || persons;
    if (merged && !isReservedWord(key)) {
      if ((this.#isRich(node) || (persons && (node.values?.count ?? 0) < personsMin)) && isConstantLike(segment)) return this.#child(node, key, segment);
      const seen = this.#ownTraffic(node, key, segment, client);
      const made = seen === 0 ? undefined : this.#child(node, key, segment);
      if (made === undefined) return this.#parameter(node, "{}");
      made.count = seen;
      return made;
    }
    const child = this.#child(node, key, segment);
    if (node.children.size >= node.evaluateAt) this.#evaluate(node, node.children.size >= this.#bounds.childrenMax);
    return child?.parent === undefined ? (node.merged || persons ? this.#parameter(node, "{}") : undefined) : child;
  }

  /** The constant that was restored by its hash alone and is asked for again: from now on it is known in memory. */
  #recognised(node: PathNode<Leaf>, segment: string): PathNode<Leaf> | undefined {
    if (this.#hashed === 0 || this.#hidden === undefined || isPlainWords(segment)) return undefined;
    const token = this.#hidden(segment);
    const known = node.children.get(token.toLowerCase());
    if (known === undefined) return undefined;
    node.children.delete(token.toLowerCase());
    known.label = segment;
    node.children.set(segment.toLowerCase(), known);
    this.#hashed--;
    this.epoch++;
    return known;
  }

  #child(node: PathNode<Leaf>, key: string, segment: string): PathNode<Leaf> | undefined {
    if (this.#nodes >= this.#bounds.nodesMax || node.children.size >= this.#bounds.childrenMax) return undefined;
    const child = newNode<Leaf>(node, segment, false, node.depth + 1);
    node.children.set(key, child);
    this.#nodes++;
    markDirty(node);
    return child;
  }

  #parameter(node: PathNode<Leaf>, pattern: string): PathNode<Leaf> | undefined {
    const key = node.parameters.has(pattern) || node.parameters.size < patternsMax ? pattern : "{}";
    const known = node.parameters.get(key);
    if (known !== undefined) return known;
    if (this.#nodes >= this.#bounds.nodesMax) return undefined;
    const made = newNode<Leaf>(node, key, true, node.depth + 1);
    node.parameters.set(key, made);
    this.#nodes++;
    markDirty(node);
    return made;
  }

  #isRich(node: PathNode<Leaf>): boolean {
    if (node.count < node.richUntil) return node.rich;
    node.rich = isRich(node);
    node.richUntil = node.count + 16 + (node.count >> 3);
    return node.rich;
  }

  /** At a merged position a late constant shows by its share of traffic, from as many callers as the position has: how often it was seen, or 0. */
  #ownTraffic(node: PathNode<Leaf>, key: string, segment: string, client: number): number {
    node.lateTotal++;
    node.values ??= new ValueCounter();
    if (!node.values.wide) node.values.add(key);
    node.lateClients |= 1 << (client & 31);
    const late = node.late.get(key);
    if (late === undefined) {
      // Among very many values a constant comes back often enough to be met when only some arrivals are noted.
      if (node.values.wide && (node.lateTotal & 7) !== 0) return 0;
      if (node.late.size >= lateMax) {
        // One off each: what returns often survives, what came once goes.
        for (const [name, entry] of node.late) if (--entry.count === 0) node.late.delete(name);
      }
      if (node.late.size < lateMax) node.late.set(key, { count: 1, clients: 1 << (client & 31) });
      return 0;
    }
    late.count++;
    late.clients |= 1 << (client & 31);
    if (isPersonNoun(node.label)) return 0;
    const callers = Math.min(siblingPolicy.lateCallersMin, bits(node.lateClients));
    if (late.count < siblingPolicy.lateCountMin || late.count * siblingPolicy.lateShare < node.lateTotal || bits(late.clients) < callers) return 0;
    if (!/^[a-z][a-z_-]{1,31}$/i.test(segment)) return 0;
    // Beside others that are asked for about as often it is one more popular value, not a constant.
    if (late.count < siblingPolicy.standsOut * Math.max(node.topValue, mostOf(node, late))) return 0;
    node.late.delete(key);
    return late.count;
  }

  #evaluate(node: PathNode<Leaf>, forced: boolean): void {
    const merged = node.merged || isPersons(node);
    if (node.children.size < 2 && !merged) return;
    const values = merged ? strays(node) : [];
    if (values.length === 0 && (!merged || forced)) values.push(...interchangeable(node, forced));
    if (values.length === 0) {
      node.evaluateAt = Math.max(node.children.size + 1, Math.ceil(node.children.size * 1.25));
      return;
    }
    const parameter = this.#parameter(node, "{}");
    if (parameter === undefined) return;
    node.merged = true;
    node.evaluateAt = node.children.size - values.length + siblingPolicy.distinctMin;
    for (const child of values) {
      const name = child.label.toLowerCase();
      (node.values ??= new ValueCounter()).add(name);
      node.topValue = Math.max(node.topValue, child.count);
      node.children.delete(name);
      this.#fold(child, parameter, child);
      this.#nodes--;
    }
    this.epoch++;
    this.#settleBelow(parameter);
    this.#evaluate(node, false);
  }

  #settleBelow(node: PathNode<Leaf>): void {
    if (!node.dirty) return;
    node.dirty = false;
    for (const child of node.children.values()) this.#settleBelow(child);
    for (const child of node.parameters.values()) this.#settleBelow(child);
    this.#evaluate(node, node.children.size >= this.#bounds.childrenMax);
  }

  /** Pours a whole branch into another; `origin` is the sibling that was a value, whose text now is one. */
  #fold(from: PathNode<Leaf>, into: PathNode<Leaf>, origin: PathNode<Leaf>): void {
    // Whoever is called `users` had what stands after it taken for persons; it is learned anew where it belongs.
    if (isPersons(from) && !from.merged && !into.merged) from.parameters.delete("{}");
    into.count += from.count;
    into.dirty = true;
    into.clients |= from.clients;
    into.merged ||= from.merged;
    if (from.values !== undefined) (into.values ??= new ValueCounter()).absorb(from.values);
    into.topValue = Math.max(into.topValue, from.topValue);
    if (into.shape === "") into.shape = from.shape;
    if (from.above !== undefined && !into.shown && !into.parameter) (into.above ??= new ValueCounter()).absorb(from.above);
    if (from.leaf !== undefined) into.leaf = this.#join(into.leaf, from.leaf, { depth: origin.depth - 1, value: origin.label, place: into });
    from.leaf = undefined;
    from.parent = undefined;
    for (const [map, target] of [
      [from.children, into.children],
      [from.parameters, into.parameters],
    ] as const) {
      for (const [key, child] of map) {
        const twin = target.get(key);
        if (twin === undefined) {
          child.parent = into;
          target.set(key, child);
          this.#joinBelow(child, origin);
        } else {
          if (!twin.parameter && !twin.shown) (twin.above ??= new ValueCounter()).add(origin.label);
          this.#fold(child, twin, origin);
          this.#nodes--;
        }
      }
    }
  }

  #joinBelow(node: PathNode<Leaf>, origin: PathNode<Leaf>): void {
    // What stood below a value stood below it that often; whether a nearer parameter lies between does not matter.
    if (!node.parameter && !node.shown) (node.above ??= new ValueCounter()).add(origin.label);
    if (node.leaf !== undefined) node.leaf = this.#join(undefined, node.leaf, { depth: origin.depth - 1, value: origin.label, place: node });
    for (const child of node.children.values()) this.#joinBelow(child, origin);
    for (const child of node.parameters.values()) this.#joinBelow(child, origin);
  }
}

/** Puts a place back that was exported; every constant in it has had its evidence. */
export interface PathStep {
  readonly label: string;
  readonly parameter: boolean;
  /** Constants only: it may stand in clear. */
  readonly shown: boolean;
  /** Parameters only: words are values here, not only typed segments. */
  readonly merged: boolean;
  readonly count: number;
}

/** The steps from the root to a place, or undefined while a constant of it has too little evidence. One that may not be shown is written as `hidden` does. */
export function pathOf<Leaf>(place: PathNode<Leaf>, hidden: (constant: string) => string): readonly PathStep[] | undefined {
  const steps: PathStep[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) {
    if (!at.parameter && at.count < constantEvidenceMin && !isReservedWord(at.label.toLowerCase())) return undefined;
    steps.push({
      label: at.shown || hashOfSegment(at.label) !== undefined ? at.label : hidden(at.label),
      shown: at.shown,
      parameter: at.parameter,
      merged: at.parameter && (at.parent.merged || isPersons(at.parent)),
      count: at.count,
    });
  }
  return steps.toReversed();
}

/** Called when a place moves or two turn out to be one: `value` stood at segment `depth` of every path of `from`; the result stands at `place`. */
export type JoinLeaves<Leaf> = (into: Leaf | undefined, from: Leaf, was: { readonly depth: number; readonly value: string; readonly place: PathNode<Leaf> }) => Leaf;

export interface TemplateBounds {
  readonly nodesMax: number;
  readonly childrenMax: number;
}

/** 50,000 nodes are about 25 MB, and ten times GitHub's API; 1,000 undecided siblings are more than any API has constants. */
export const templateBounds: TemplateBounds = { nodesMax: 50_000, childrenMax: 1_000 };

/** Compound shapes kept apart at one position; more fall into the plain parameter. */
export const patternsMax = 8;
/** Late arrivals watched at a merged position. */
export const lateMax = 64;
/** Constants and parameters may both match at every level; a find gives up after this many nodes. */
export const findStepsMax = 512;
/** A constant is written to disk only when seen this often. */
export const constantEvidenceMin = 3;
/** A word that is none of an interface's own must be asked for from this many networks (of 32 that are told apart; about 22 real ones), not by a circle of friends. */
export const shownNetworksMin = 16;
/** Different values of a parameter before it: nobody's friends are in so many places by chance alone, and an interface's action is at once. */
export const shownValuesMin = 12;
/** Seldom asked for is seldom missed in clear. */
export const shownCountMin = 200;

/**
 * Whether a constant may stand in clear in templates, on disk, in alerts and answers. Words of interfaces always ({@link isPlainWords}). Any other only where
 * no word was ever taken for a value nor a person is expected, and one of
 * - below at least {@link shownValuesMin} different values of a parameter, among siblings of which half are words of interfaces: `/repos/{repoId}/stargazers` is
 *   asked for below every repository, a person's name is not;
 * - run together as interfaces write (`SubAccounts`), a part of it being one of their words, seen as often, among siblings of which {@link knownBesideMin} and at
 *   least half are words of interfaces;
 * - as a plain word of letters from {@link shownNetworksMin} networks, {@link shownCountMin} times: what only one caller or a few ever ask for may be that
 *   caller's name.
 *
 * Misses: the name of somebody known to many (`/kunigunde`, asked for by hundreds, or below a dozen rooms), alone at a position where nobody else was ever
 * asked for, is taken for a constant. One who has as many networks, or asks below as many values, can have any word shown that he knows already.
 */
function isShown<Leaf>(node: PathNode<Leaf>): boolean {
  const { parent } = node;
  if (node.count < shownValuesMin || parent === undefined || parent.merged || isPersons(parent)) return false;
  if ((node.above?.count ?? 0) >= shownValuesMin && /^[a-z][a-z0-9]{1,23}(?:[-_.][a-z0-9]{1,23}){0,5}$/i.test(node.label)) {
    const strangers = strangersBeside(node, parent);
    return strangers === 0 || strangers * 2 <= parent.children.size;
  }
  if (/^[A-Z]?[a-z]+(?:[A-Z][a-z]+){1,6}$/.test(node.label) && node.label.split(/(?=[A-Z])/).some(isPlainWords)) {
    const strangers = strangersBeside(node, parent);
    if (parent.children.size - 1 - strangers >= Math.max(knownBesideMin, strangers)) return true;
  }
  if (node.count < shownCountMin || bits(node.clients) < shownNetworksMin || parent.parameters.size > 0 || !/^[a-z]{2,24}$/i.test(node.label)) return false;
  // Several such words at one place (`/alice`, `/bob`) are as likely names as anything.
  return strangersBeside(node, parent) <= strangersMax;
}

/** Siblings that are no words of interfaces. */
function strangersBeside<Leaf>(node: PathNode<Leaf>, parent: PathNode<Leaf>): number {
  let others = 0;
  for (const sibling of parent.children.values()) if (sibling !== node && !isPlainWords(sibling.label)) others++;
  return others;
}

/** So that settling finds the way down to what changed. */
function markDirty<Leaf>(node: PathNode<Leaf>): void {
  for (let at: PathNode<Leaf> | undefined = node; at !== undefined; at = at.parent) at.dirty = true;
}

function isPersons<Leaf>(node: PathNode<Leaf>): boolean {
  return !node.parameter && isPersonNoun(node.label);
}

function mostOf<Leaf>(node: PathNode<Leaf>, but: { readonly count: number }): number {
  let most = 0;
  for (const entry of node.late.values()) if (entry !== but && entry.count > most) most = entry.count;
  return most;
}

/** Persons met after `users` before a word of interfaces met there is taken for one more of them. */
const personsMin = 40;
/** Words of interfaces beside one that is run together: alone, `/wall/GreenMail` may be somebody. */
const knownBesideMin = 3;
/** Words of unknown kind beside one that may still be shown. */
const strangersMax = 3;

function bits(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function newNode<Leaf>(parent: PathNode<Leaf> | undefined, label: string, parameter: boolean, depth: number): PathNode<Leaf> {
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
    leaf: undefined,
    shape: "",
    shown: parameter || isPlainWords(label) || (depth === 1 && isDatedVersion(label)),
  };
}
