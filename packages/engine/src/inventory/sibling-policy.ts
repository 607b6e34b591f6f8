import { hashOfSegment } from "../exchange/plain-words.ts";
import type { MergeReason, PathNode } from "./path-node.ts";
import { hasReservedWord, isConstantLike, isPluralNoun, isReservedWord, isSelfWord, isSlug, isValueLike } from "./segment-kind.ts";
import { leadsWhere, profileOf } from "./sub-tree.ts";

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
  /** Of those, so many are no words of interfaces: a wide interface seen for the first time has many rare constants. Unless they are too many for that. */
  mixedShare: 0.5,
  wordsMany: 200,
  /** The same where the rare ones are no words of interfaces, as invented names and slugs are not; not as the first segment of a path. */
  strangersMin: 8,
  strangersMinPlural: 4,
  strangersShare: 0.6,
  strangersShareAfterValue: 0.85,
  onceMin: 3,
  manyStrangers: 24,
  /** Siblings that are plural nouns in this share (`orders`, `invoices`) are resources, unless there are very many. */
  pluralShare: 0.5,
  pluralsMax: 100,
  /** Siblings that answer in this many different shapes of ten known ones are resources too. */
  shapesOfTen: 5,
  /** Leaves whose text looks like a value (`apache-2.0`, `README.md`), and their share. */
  valueLikeMin: 4,
  valueLikeShare: 0.5,
  /** Leaves below a plural noun with answers of the same shape. */
  sameAnswerMinPlural: 8,
  /**
   * Siblings that lead to the same places: most of the constants below each are found below at least three others. So many, when new ones keep coming;
   * when the set looks closed (the same resources, each with `list` and `delete`) it takes more, and more places.
   */
  twinsMin: 8,
  twinsMinPlural: 3,
  closedTwinsMin: 12,
  twinPlaces: 2,
  manyTwins: 24,
  twinLikeness: 0.8,
  /** Rare siblings' part of the traffic, or their number when the part is small. */
  rareTrafficShare: 0.2,
  rareMany: 48,
  /** Beside a parameter, a word stands out by this many sightings and times the mean of the values and the most popular one. */
  standsOutMin: 8,
  standsOut: 6,
  /** Beside a parameter, a word seen less than 1/share as often is one of its values. */
  strayShare: 40,
  /** Beside values of which this share are slugs, a slug that happens to be made of words of interfaces is one of them, unless it is asked for so many times as often. */
  slugShare: 0.7,
  slugStandsOut: 2,
  /** What leads nowhere but where the parameter leads, in this share, is one of its values. */
  strayLikeness: 0.9,
  /** Constants, with more traffic than the parameter beside them, that make a position one of constants. */
  richMin: 5,
  /** A late constant at a merged position, which also stands out: sightings, 1/share of traffic, callers. */
  lateCountMin: 20,
  lateShare: 20,
  lateCallersMin: 4,
} as const;

/**
 * The children of a node that look like values of one parameter; empty when nothing is proved yet. Three kinds of evidence: many that are rare (new ones
 * keep coming), text as values have it, and sub-trees that lead to the same places. `forced`: the node is full, so weaker evidence has to do.
 */
export function interchangeable<Leaf>(node: PathNode<Leaf>, forced: boolean): Interchangeable<Leaf> {
  const rare: PathNode<Leaf>[] = [];
  let once = 0;
  let rareTraffic = 0;
  let traffic = 0;
  let strangers = 0;
  for (const [key, child] of node.children) {
    traffic += child.count;
    if (isReservedWord(key)) continue;
    if (child.count <= 2 || (forced && child.count <= 8)) {
      rare.push(child);
      rareTraffic += child.count;
      if (child.count === 1) once++;
      if (!isConstantLike(child.label)) strangers++;
    }
  }
  if (forced && rare.length * 2 >= node.children.size) return { reason: "full", values: rare };
  const plural = isPlural(node);
  const population = rare.length + (once * (once - 1)) / (2 * (rare.length - once + 1));
  const much = rareTraffic >= siblingPolicy.rareTrafficShare * traffic || rare.length >= siblingPolicy.rareMany;
  if (much && !areResources(rare)) {
    const least = plural ? siblingPolicy.distinctMinPlural : siblingPolicy.distinctMin;
    if (rare.length >= siblingPolicy.wordsMany) return { reason: "rare", values: rare };
    const mixed = strangers >= siblingPolicy.mixedShare * rare.length;
    const open = rare.length >= least && mixed && population >= (plural ? siblingPolicy.populationMinPlural : siblingPolicy.populationMin);
    if (open || areStrangers(node, plural, rare.length, strangers, once))
      return { reason: open ? "rare" : "strangers", values: rare.filter((child) => !isConstantLike(child.label)) };
  }
  const strange = manyStrangers(node);
  if (strange.length > 0) return { reason: "strangers", values: strange };
  const values = valueLike(node);
  if (values.length > 0) return { reason: "file-names", values };
  const alike = sameAnswers(node, plural);
  if (alike.length > 0) return { reason: "same-answers", values: alike };
  return { reason: "same-places", values: twins(node, plural, population >= 2 * rare.length && rare.length >= 5) };
}

/** Children that are values of one parameter, none while nothing is proved, and what shows it. */
export interface Interchangeable<Leaf> {
  readonly reason: MergeReason;
  readonly values: PathNode<Leaf>[];
}

/** Few, but no words of interfaces. Where those are at home nearly all have to be strange, and more of them. */
function areStrangers<Leaf>(node: PathNode<Leaf>, plural: boolean, rare: number, strangers: number, once: number): boolean {
  if (once < siblingPolicy.onceMin || strangers < siblingPolicy.strangersShare * rare || isOpening(node)) return false;
  if (!node.parameter) return strangers >= (plural ? siblingPolicy.strangersMinPlural : siblingPolicy.strangersMin);
  let all = 0;
  for (const child of node.children.values()) if (!isConstantLike(child.label)) all++;
  return strangers >= siblingPolicy.strangersMin && all >= siblingPolicy.strangersShareAfterValue * node.children.size;
}

/** Very many leaves that are no words of interfaces, however often each was seen. */
function manyStrangers<Leaf>(node: PathNode<Leaf>): PathNode<Leaf>[] {
  if (isOpening(node) || node.children.size < siblingPolicy.manyStrangers) return [];
  const leaves: PathNode<Leaf>[] = [];
  for (const child of node.children.values()) if (child.children.size === 0 && child.parameters.size === 0 && !isConstantLike(child.label)) leaves.push(child);
  return leaves.length >= siblingPolicy.manyStrangers && leaves.length >= siblingPolicy.strangersShare * node.children.size && !areResources(leaves) ? leaves : [];
}

/** Leaves whose text is that of values: versions, file names, codes with digits. What opens a path may be a file of a web site. */
function valueLike<Leaf>(node: PathNode<Leaf>): PathNode<Leaf>[] {
  if (node.depth === 0) return [];
  const leaves: PathNode<Leaf>[] = [];
  let like = 0;
  for (const [key, child] of node.children) {
    if (isReservedWord(key) || child.children.size > 0 || child.parameters.size > 0) continue;
    leaves.push(child);
    // Digits of a hash are not those of the text behind it.
    if (hashOfSegment(child.label) === undefined && isValueLike(child.label)) like++;
  }
  return like >= siblingPolicy.valueLikeMin && like >= siblingPolicy.valueLikeShare * leaves.length ? leaves : [];
}

/** Leaves below a plural noun that answer in one shape. Elsewhere that proves little: every action may answer `{"ok":true}`. */
function sameAnswers<Leaf>(node: PathNode<Leaf>, plural: boolean): PathNode<Leaf>[] {
  if (!plural) return [];
  const byShape = new Map<string, PathNode<Leaf>[]>();
  for (const [key, child] of node.children) {
    if (isReservedWord(key) || child.children.size > 0 || child.parameters.size > 0 || child.shape === "") continue;
    const group = byShape.get(child.shape);
    if (group === undefined) byShape.set(child.shape, [child]);
    else group.push(child);
  }
  for (const group of byShape.values()) {
    const light = group.filter((child) => child.count <= 3).length;
    if (group.length >= 12 || (group.length >= siblingPolicy.sameAnswerMinPlural && light * 5 >= group.length * 4)) return group;
  }
  return [];
}

/** Siblings that lead to the same places. */
function twins<Leaf>(node: PathNode<Leaf>, plural: boolean, open: boolean): PathNode<Leaf>[] {
  const profiles = new Map<PathNode<Leaf>, ReadonlyMap<string, number>>();
  const leadingThere = new Map<string, number>();
  for (const [key, child] of node.children) {
    if (isSelfWord(key)) continue;
    const profile = profileOf(child);
    if (profile.size === 0) continue;
    profiles.set(child, profile);
    for (const place of profile.keys()) leadingThere.set(place, (leadingThere.get(place) ?? 0) + 1);
  }
  const least = open && !plural ? siblingPolicy.twinsMin : plural ? siblingPolicy.twinsMinPlural : siblingPolicy.closedTwinsMin;
  if (profiles.size < least) return [];
  const shared = Math.min(3, least - 1);
  const group: PathNode<Leaf>[] = [];
  const places = new Set<string>();
  let strangers = 0;
  let plurals = 0;
  for (const [child, profile] of profiles) {
    let common = 0;
    let all = 0;
    for (const [place, count] of profile) {
      all += count;
      if ((leadingThere.get(place) ?? 0) > shared - 1) common += count;
    }
    if (common < siblingPolicy.twinLikeness * all) continue;
    group.push(child);
    if (isPlural(child)) plurals++;
    if (!isConstantLike(child.label)) strangers++;
    for (const place of profile.keys()) if ((leadingThere.get(place) ?? 0) >= shared) places.add(place);
  }
  if (group.length < least || (places.size < siblingPolicy.twinPlaces && group.length < siblingPolicy.manyTwins) || group.length * 2 < profiles.size) return [];
  // `orders`, `invoices`, `carts`, each with `list` and `delete`, are resources; so are `user`, `order`, `product`.
  if (plurals >= siblingPolicy.pluralShare * group.length) return [];
  return strangers * 2 >= group.length ? group : [];
}

/** Words that each name a collection, or each answer in a way of their own, are constants however rarely they were seen. */
function areResources<Leaf>(rare: readonly PathNode<Leaf>[]): boolean {
  if (rare.length > siblingPolicy.pluralsMax) return false;
  let plurals = 0;
  const shapes: string[] = [];
  for (const child of rare) {
    if (isPlural(child) && isConstantLike(child.label)) plurals++;
    if (child.shape !== "") shapes.push(child.shape);
  }
  if (plurals >= siblingPolicy.pluralShare * rare.length) return true;
  return shapes.length >= 4 && new Set(shapes).size * 10 >= siblingPolicy.shapesOfTen * shapes.length;
}

/**
 * Constants beside a parameter that turn out to be its values: they lead where it leads, or nowhere and are asked for as its values are. A word of
 * interfaces that leads elsewhere, answers otherwise or stands out by its traffic stays. Among slugs a slug of such words stays only with a word for an action in it
 * or more traffic: `/products/best-sellers` beside them is taken for one of them while it is asked for no more often.
 */
export function strays<Leaf>(node: PathNode<Leaf>): PathNode<Leaf>[] {
  const parameter = node.parameters.get("{}");
  if (parameter === undefined) return [];
  const values = node.values?.count ?? 0;
  const mean = parameter.count / Math.max(1, values);
  const found: PathNode<Leaf>[] = [];
  const rich = isRich(node);
  const slugs = node.slugsSeen > 0 && node.slugsSeen >= siblingPolicy.slugShare * node.wordsSeen;
  for (const [key, child] of node.children) {
    if (isSelfWord(key) || (child.shape !== "" && parameter.shape !== "" && child.shape !== parameter.shape)) continue;
    const word = isConstantLike(child.label);
    const often = child.count >= siblingPolicy.standsOutMin && child.count >= siblingPolicy.standsOut * Math.max(mean, node.topValue);
    if (child.children.size > 0 || child.parameters.size > 0) {
      const { share, constants } = leadsWhere(child, parameter);
      if (share < siblingPolicy.strayLikeness) continue;
      if (constants >= (word ? 2 : 1) || (!often && (!word || constants === 1))) found.push(child);
      continue;
    }
    if (parameter.leaf === undefined) continue;
    if (word && rich) continue;
    if (word && slugs && isSlug(key) && !hasReservedWord(key) && child.count <= siblingPolicy.slugStandsOut * Math.max(mean, node.topValue)) {
      found.push(child);
      continue;
    }
    if (isReservedWord(key) && (often || values < 40)) continue;
    if (!word ? !often : child.count * siblingPolicy.strayShare < parameter.count || (!often && values >= 40 && child.count <= 2 * mean)) found.push(child);
  }
  return found;
}

/** A position whose constants carry more traffic than its parameter: a further word of interfaces there is a constant too. */
export function isRich<Leaf>(node: PathNode<Leaf>): boolean {
  let constants = 0;
  let traffic = 0;
  for (const child of node.children.values()) {
    if (child.count < 2 || !isConstantLike(child.label)) continue;
    constants++;
    traffic += child.count;
  }
  return constants >= siblingPolicy.richMin && traffic >= (node.parameters.get("{}")?.count ?? 0);
}

/** Where an interface's own words stand, whatever they are: at the start of paths, after a version or a prefix. */
function isOpening<Leaf>(node: PathNode<Leaf>): boolean {
  return node.parent === undefined || /^(?:api|apis|rest|rpc|v\d{1,3})$/i.test(node.label);
}

function isPlural<Leaf>(node: PathNode<Leaf>): boolean {
  return !node.parameter && isPluralNoun(node.label);
}
