import type { HonestKind } from "@postern/testkit";
import type { CellOutcome } from "../run-cell.ts";
import type { Cell } from "../cell.ts";

/** Software of others that stands beside Postern in the league table: the real thing, run on the same traffic. */
export interface Rival {
  readonly name: string;
  /** As the software itself or its package says; “not run” when it is not to be had here. */
  version(): Promise<string>;
  /** Whether it takes the time of the traffic, or only that of the machine's clock. */
  readonly replays: "event time" | "wall clock, 10 minutes at most";
  /** What is written under the table: how it stood, what each setting was, what it cannot see. */
  readonly told: { readonly stands: string; readonly asShipped: string; readonly tuned: string; readonly blind: string };
  /** Never throws for want of the software: it says so. */
  run(cell: Cell, seed: string, setting: Setting): Promise<RivalOutcome | Absence>;
}

/** `tuned`: the least leak on the tuning seed among the settings of its grid that touch no more honest people than {@link harmMax}. */
export type Setting = "as shipped" | "tuned";

/** Why there is no outcome. */
export type Absence = { readonly notReplayable: string } | { readonly notRun: string };

/** The share of honest lookups that may be touched, and of honest requests: what Postern is held to. */
export const harmMax = 0.005;

/** Grids are searched on this seed, never on one that is reported. */
export const tuningSeed = "tuning";

/**
 * In the terms of {@link CellOutcome}. A notice is a ban, told to whoever reads its log or mail; a limiter tells nobody, so that its
 * `alertAfterMs` is undefined and `leakedAtAlert` is all that leaked.
 */
export interface RivalOutcome extends Pick<
  CellOutcome,
  "leaked" | "leakedAtAlert" | "alertAfterMs" | "asked" | "pages" | "pagesBefore" | "lookups" | "uniform" | "refused" | "events"
> {
  /** Honest lookups it refused or let fail: the `refused` that are lookups. */
  readonly refusedLookups: number;
  /** Honest requests by kind of visit, kinds that met no harm too. */
  readonly byKind: Readonly<Partial<Record<HonestKind, HonestCount>>>;
  /** The setting as its configuration writes it. */
  readonly settings: string;
}

export interface HonestCount {
  requests: number;
  lookups: number;
  refused: number;
  refusedLookups: number;
}
