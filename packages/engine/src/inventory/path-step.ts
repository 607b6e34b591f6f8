import { hashOfSegment } from "../exchange/plain-words.ts";
import type { MergeReason, PathNode } from "./path-node.ts";

/**
 * One step of a place that was exported, so that it can be put back. It holds no value of a parameter; a constant in clear only where it may be shown, however
 * little it was seen, else its keyed hash.
 */
export interface PathStep {
  readonly label: string;
  readonly parameter: boolean;
  /** Constants only: it may stand in clear. */
  readonly shown: boolean;
  /** Parameters only: words are values here, not only typed segments. */
  readonly merged: boolean;
  readonly count: number;
  /** 32-bit sketch of the networks it was asked from; absent in older states. */
  readonly clients?: number;
  /** What this place answers, as a hash. */
  readonly shape?: string;
  /** Parameters only: about how many different values, and sightings of the most popular one. */
  readonly values?: number;
  readonly topValue?: number;
  /** Parameters only: what showed that words are values here. */
  readonly reason?: MergeReason;
}

/** The steps from the root to a place. A constant that may not be shown is written as `hidden` does. */
export function pathOf<Leaf>(place: PathNode<Leaf>, hidden: (constant: string) => string): readonly PathStep[] {
  const steps: PathStep[] = [];
  for (let at = place; at.parent !== undefined; at = at.parent) {
    steps.push({
      label: at.shown || hashOfSegment(at.label) !== undefined ? at.label : hidden(at.label),
      shown: at.shown,
      parameter: at.parameter,
      merged: at.parameter && (at.parent.merged || at.parent.persons),
      count: at.count,
      ...(at.clients === 0 ? {} : { clients: at.clients }),
      ...(at.shape === "" ? {} : { shape: at.shape }),
      ...(at.parameter && at.label === "{}" && at.parent.values !== undefined ? { values: at.parent.values.count, topValue: at.parent.topValue } : {}),
      ...(at.parameter && at.parent.reason !== undefined ? { reason: at.parent.reason } : {}),
    });
  }
  return steps.toReversed();
}
