import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Finding, Incidents, Ledger, type Mode, PosternError, type Ports } from "@postern/engine";
import type { Config } from "../../config/config-schema.ts";
import { loadHubState, type MissingExchanges } from "../../hub/hub-state.ts";
import type { Annotation } from "../../hub/endpoint-life.ts";
import { TemplateRulesFile } from "../../hub/template-rules-file.ts";
import { KnownTemplates } from "../../specs/known-templates.ts";
import type { KeptFloor } from "../../hub/floor/floor-view.ts";
import { NewcomerHistory } from "../../hub/floor/newcomer-history.ts";
import type { UptimeState } from "../../hub/uptime.ts";
import { budgetedIds, type IncidentMore } from "../../hub/project.ts";
import { type GuardedName, readGuarded } from "./guarded-file.ts";
import { loadOrCreateKey } from "../../keys/key-file.ts";
import { makePorts } from "../../keys/make-ports.ts";
import { ledgerOptionsOf } from "../import-policy.ts";
import { settled } from "./settled.ts";

/**
 * What is known in a data directory, for one command: read from what the hub saved last, or an import left. When a Postern runs there, waits
 * until it has saved once more, eight seconds at the most. Reads only. Throws NOT_FOUND where there is no data, KEY_UNREADABLE.
 */
export async function readKnown(dataDir: string, options: KnownOptions): Promise<Known> {
  const dir = resolve(dataDir);
  if (!holdsTraffic(dir)) {
    throw new PosternError("NOT_FOUND", `There is no Postern data in ${dataDir}`, {
      remedy: "Name the directory with --data, or fill it: `postern protect <url> --data <dir>` or `postern import <file> --data <dir>`.",
    });
  }
  const key = loadOrCreateKey({ env: options.env, dataDir: dir });
  const ports = makePorts(key, 1);
  await settled(dir);
  const state = loadHubState(dir);
  const mode: Mode = options.config.mode ?? "observe";
  const ledger = new Ledger(ports, ledgerOptionsOf(options.config, mode, ports, [...new KnownTemplates(dir).read(), ...new TemplateRulesFile(dir).read()]), state?.ledger);
  const savedAt = statSync(join(dir, "hub", "state.json"), { throwIfNoEntry: false })?.mtimeMs;
  // Builds the rules of every endpoint, which are learned and not stored.
  const { endpoints } = ledger.policy(savedAt ?? 0);
  const kept = readGuarded(dir);
  return {
    dataDir: dir,
    config: options.config,
    ledger,
    ports,
    guarded: [...endpoints, ...kept.endpoints],
    gate: kept.mode === undefined ? undefined : { mode: kept.mode, budgeted: budgetedIds(endpoints) },
    incidents: state === undefined ? new Incidents() : Incidents.restore(state.incidents),
    findings: state?.findings ?? ledger.findings(),
    missing: state?.missing ?? [],
    triage: state?.triage ?? {},
    annotations: new Map(Object.entries(state?.annotations ?? {})),
    uptime: state?.uptime,
    newcomers: new NewcomerHistory(state?.newcomers),
    floors: new Map(Object.entries(state?.floors ?? {})),
    savedAt,
  };
}

/** Whether anything was ever imported or judged there; documents and routes may be kept before. */
export function holdsTraffic(dataDir: string): boolean {
  return ["journal", "store", "hub"].some((name) => existsSync(join(dataDir, name)));
}

export interface KnownOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly config: Config;
}

export interface Known {
  readonly dataDir: string;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly ports: Ports;
  /** Endpoints under guard, declared ones that no traffic has shown included. */
  readonly guarded: readonly GuardedName[];
  /** How the gate runs there, or ran last; undefined where none ever did. */
  readonly gate: IncidentMore["gate"];
  readonly incidents: Incidents;
  readonly findings: readonly Finding[];
  readonly missing: readonly MissingExchanges[];
  /** `finding <id>` or `incident <id>` → status. */
  readonly triage: Readonly<Record<string, string>>;
  /** What people said about endpoints over the API. */
  readonly annotations: ReadonlyMap<string, Annotation>;
  readonly uptime: UptimeState | undefined;
  /** Newcomers of guarded endpoints by the hour, and floors measured by a running Postern. */
  readonly newcomers: NewcomerHistory;
  readonly floors: ReadonlyMap<string, KeptFloor>;
  /** When the state was written; undefined when there is none and everything is judged anew from the store. */
  readonly savedAt: number | undefined;
}
