import { isPlainWords } from "../exchange/plain-words.ts";
import { bits, type PathNode } from "./path-node.ts";

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
export function isShown<Leaf>(node: PathNode<Leaf>): boolean {
  const { parent } = node;
  if (node.count < shownValuesMin || parent === undefined || parent.merged || parent.persons) return false;
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

/** A word that is none of an interface's own must be asked for from this many networks (of 32 that are told apart; about 22 real ones), not by a circle of friends. */
export const shownNetworksMin = 16;
/** Different values of a parameter before it: nobody's friends are in so many places by chance alone, and an interface's action is at once. */
export const shownValuesMin = 12;
/** Seldom asked for is seldom missed in clear. */
export const shownCountMin = 200;

/** Words of interfaces beside one that is run together: alone, `/wall/GreenMail` may be somebody. */
const knownBesideMin = 3;
/** Words of unknown kind beside one that may still be shown. */
const strangersMax = 3;

/** Siblings that are no words of interfaces. */
function strangersBeside<Leaf>(node: PathNode<Leaf>, parent: PathNode<Leaf>): number {
  let others = 0;
  for (const sibling of parent.children.values()) if (sibling !== node && !isPlainWords(sibling.label)) others++;
  return others;
}
