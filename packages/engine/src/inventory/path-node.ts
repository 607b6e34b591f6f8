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
  /** Values of the nearest parameter before it under which this constant was asked for; only while it is not shown. */
  above: ValueCounter | undefined;
  /** This constant may stand in clear; see {@link isShown}. Never taken back. */
  shown: boolean;
  leaf: Leaf | undefined;
  /** Set by the owner of the leaves: a hash of what this place answers, `""` while unknown. */
  shape: string;
}
