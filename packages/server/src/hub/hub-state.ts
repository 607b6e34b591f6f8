import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding, IncidentsState, LedgerState } from "@postern/engine";
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
  /** When Postern looked and how much it wrote down; absent in states older than it. */
  readonly uptime?: UptimeState;
  /** Weaknesses known when this was saved, for commands that read the state without the traffic behind it. */
  readonly findings?: readonly Finding[];
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
