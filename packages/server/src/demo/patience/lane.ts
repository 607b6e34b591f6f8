import type { Front } from "../../bench/detection/rivals/play-behind.ts";
import type { World } from "../../bench/detection/world.ts";

/** One tool before a world of its own, made of the same cell and seed as everybody's. */
export interface Lane {
  readonly id: string;
  /** Who it is, with its setting. */
  readonly name: string;
  /** Makes the tool; `tell` says that it has told people of an attack, at event time `at`. */
  readonly front: (world: World, tell: (at: number) => void) => LaneFront;
}

export interface LaneFront extends Front {
  /** After the last request. */
  finish?(): Pick<LaneState, "unaccounted" | "invented">;
}

/** How far a lane is, and what came of it so far. */
export interface LaneState {
  /** Days of the attack that are over; negative while only honest people come. */
  readonly day: number;
  /** The attacker's own notes: numbers asked about, and those it knows to have an account. */
  readonly asked: number;
  readonly leaked: number;
  /** When people were told of it: the attacker's notes then, and days since its first question. */
  readonly told: { readonly leaked: number; readonly afterDays: number } | null;
  /** Honest visits since the attack began, and those of them that were refused anything or told that somebody known does not exist. */
  readonly visits: number;
  readonly touched: number;
  /** Pages sent before there was an attack. */
  readonly falseAlarms: number;
  readonly requests: number;
  /** People the attacker knows of and the tool's disclosures do not, and the other way round; absent where a tool keeps none, and before the end. */
  readonly unaccounted?: number;
  readonly invented?: number;
}
