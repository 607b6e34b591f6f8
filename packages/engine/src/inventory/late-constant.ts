import { bits, noteWord, type PathNode } from "./path-node.ts";
import { siblingPolicy } from "./sibling-policy.ts";
import { ValueCounter } from "./value-counter.ts";

/** At a merged position a late constant shows by its share of traffic, from as many callers as the position has: how often it was seen, or 0. */
export function lateConstant<Leaf>(node: PathNode<Leaf>, key: string, segment: string, clients: number, times: number): number {
  node.lateTotal += times;
  node.values ??= new ValueCounter();
  if (!node.values.wide) node.values.add(key);
  noteWord(node, key, times);
  node.lateClients |= clients;
  const late = node.late?.get(key);
  if (late === undefined) {
    // Among very many values a constant comes back often enough to be met when only some arrivals are noted.
    if (node.values.wide && (node.lateTotal & 7) !== 0) return 0;
    node.late ??= new Map();
    if (node.late.size >= lateMax) {
      // One off each: what returns often survives, what came once goes.
      for (const [name, entry] of node.late) if (--entry.count === 0) node.late.delete(name);
    }
    if (node.late.size < lateMax) node.late.set(key, { count: times, clients });
    return 0;
  }
  late.count += times;
  late.clients |= clients;
  if (node.persons) return 0;
  const callers = Math.min(siblingPolicy.lateCallersMin, bits(node.lateClients));
  if (late.count < siblingPolicy.lateCountMin || late.count * siblingPolicy.lateShare < node.lateTotal || bits(late.clients) < callers) return 0;
  if (!/^[a-z][a-z_-]{1,31}$/i.test(segment)) return 0;
  // Beside others that are asked for about as often it is one more popular value, not a constant.
  if (late.count < siblingPolicy.standsOut * Math.max(node.topValue, mostOf(node, late))) return 0;
  node.late?.delete(key);
  return late.count;
}

/** Late arrivals watched at a merged position. */
export const lateMax = 64;

function mostOf<Leaf>(node: PathNode<Leaf>, but: { readonly count: number }): number {
  let most = 0;
  if (node.late === undefined) return most;
  for (const entry of node.late.values()) if (entry !== but && entry.count > most) most = entry.count;
  return most;
}
