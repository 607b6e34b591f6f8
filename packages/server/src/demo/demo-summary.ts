import type { Race } from "./patience/run-race.ts";

/** What `postern demo --once --json` prints: one document, every number measured in this run. */
export interface DemoSummary {
  readonly product: "postern";
  readonly version: string;
  readonly seed: string;
  readonly clock: { readonly honestHourFactor: number; readonly attackFactor: number };
  readonly honestHour: { readonly requests: number; readonly lookups: number; readonly refused: number; readonly lateMsMax: number };
  readonly observe: {
    readonly asked: number;
    /** Existing numbers confirmed to the attacker, by its own notes. */
    readonly leaked: number;
    /** How many of them when the incident was told; null when it never was. */
    readonly alertAfterLeaked: number | null;
  };
  readonly enforce: readonly EnforcedRun[];
  readonly exposed: Exposed;
  /** Of all that is real HTTP: everything but {@link patience}. */
  readonly seconds: number;
  /** The last act: ninety days in virtual time, beside four limiters. */
  readonly patience: Race;
  /** What the last act claims and this run did not show; when there is any, the command exits 1. */
  readonly broken: readonly string[];
}

export interface EnforcedRun {
  readonly list: string;
  readonly validShare: number;
  readonly asked: number;
  /** Numbers on the list that have an account. */
  readonly existing: number;
  readonly leaked: number;
  /** `lookups`: honest requests to endpoints under a budget; `uniform`: those of them that got the uniform answer. */
  readonly honest: { readonly lookups: number; readonly refused: number; readonly uniform: number };
  /** The latest a request went out after it was due, event milliseconds: large figures mean that the machine could not keep the clock's pace. */
  readonly lateMsMax: number;
}

export interface Exposed {
  /** Distinct people confirmed to the attacker's addresses, from the store. */
  readonly subjects: number;
  readonly denied: number;
  /** Against the attacker's own notes. */
  readonly precision: number;
  readonly recall: number;
  readonly fieldsReturned: readonly string[];
  readonly firstAt: string | null;
  readonly lastAt: string | null;
  readonly statement: string;
  readonly exact: boolean;
}

/** Told while it runs. */
export type DemoStage =
  | { readonly stage: "honest-hour"; readonly factor: number; readonly consoleUrl: string; readonly loginUrl: string; readonly service: string; readonly gate: string }
  | { readonly stage: "observe"; readonly factor: number; readonly consoleUrl: string; readonly loginUrl: string }
  | { readonly stage: "alert"; readonly leaked: number }
  | { readonly stage: "enforce"; readonly list: string; readonly factor: number }
  | { readonly stage: "enforced"; readonly run: EnforcedRun }
  | { readonly stage: "told"; readonly story: Pick<DemoSummary, "observe" | "enforce" | "exposed" | "seconds"> }
  | { readonly stage: "patience"; readonly race: Race }
  | { readonly stage: "progress"; readonly of: "honest-hour" | "observe" | "enforce"; readonly requests: number }
  | { readonly stage: "role-died"; readonly role: string };
