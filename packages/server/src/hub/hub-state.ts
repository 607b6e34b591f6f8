import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding, IncidentsState, LedgerState, Signal } from "@postern/engine";
import type { Annotation } from "./endpoint-life.ts";
import type { SlowWatchState } from "./slow-watch.ts";
import type { KeptFloor } from "./floor/floor-view.ts";
import type { NewcomerHistoryState } from "./floor/newcomer-history.ts";
import type { UptimeState } from "./uptime.ts";

/**
 * What the hub remembers between lives beside its journals, in `<data>/hub`: what was learned (hashes and templates only), open incidents,
 * and what is known to be missing. Written whole and swapped in by rename: a crash leaves the old one or the new one.
 */
export interface HubState {
  readonly version: 1;
  readonly ledger: LedgerState;
  readonly incidents: IncidentsState;
  readonly missing: readonly MissingExchanges[];
  readonly triage: Readonly<Record<string, string>>;
  /** What people said about endpoints over the API, by endpoint id. */
  readonly annotations?: Readonly<Record<string, Annotation>>;
  /** When Postern looked and how much it wrote down; absent in states older than it. */
  readonly uptime?: UptimeState;
  /** Weaknesses known when this was saved, for commands that read the state without the traffic behind it. */
  readonly findings?: readonly Finding[];
  /** Newcomers of endpoints by the hour, and the detection floors measured from them; absent in older states. */
  readonly newcomers?: NewcomerHistoryState;
  readonly floors?: Readonly<Record<string, KeptFloor>>;
  /** When it was saved, real milliseconds since the epoch. What was journaled later is not in it. */
  readonly savedAt?: number;
  /** Number of the last exchange journaled or counted as missing, by life of a gate; latest last. */
  readonly received?: Readonly<Record<string, number>>;
  /** What the look back over months told, and how it went last. */
  readonly slow?: SlowWatchState;
  /** The latest signals; a hub that starts again neither forgets nor repeats them. */
  readonly signals?: readonly Signal[];
}

/** Exchanges known not to have reached the hub. */
export interface MissingExchanges {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly reason: string;
}

export function loadHubState(dataDir: string): HubState | undefined {
  try {
    const state = JSON.parse(readFileSync(join(dataDir, "hub", "state.json"), "utf8")) as HubState;
    return state.version === 1 ? state : undefined;
  } catch {
    return undefined;
  }
}

export function saveHubState(dataDir: string, state: HubState): void {
  const dir = join(dataDir, "hub");
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, "state.json");
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
