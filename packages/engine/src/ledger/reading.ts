import type { BatchAnswer } from "../exchange/batch-answer.ts";
import type { Actor } from "../exchange/actor.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Extracted } from "../exchange/subjects.ts";
import type { SubjectRule } from "../decide/gate-policy.ts";
import type { InventoryEndpoint } from "../inventory/inventory.ts";
import type { LedgerStepDraft } from "./ledger-step.ts";

/** One exchange while it is read. Holds clear text, so it is never kept. */
export interface Reading {
  readonly exchange: Exchange;
  /** When it was over. */
  readonly at: number;
  /** As it was learned: whose answers these are. */
  readonly endpoint: InventoryEndpoint;
  readonly rules: readonly SubjectRule[];
  readonly extracted: Extracted;
  readonly step: LedgerStepDraft;
  /** Who asked, as if his credential proved nobody. */
  readonly anonymous: Actor;
  /** What the answer says of each of several. */
  each: BatchAnswer | undefined;
}

/** The gate answered in the service's place as if nobody were there. */
export function isUniform({ gate }: Exchange): boolean {
  return gate?.action === "uniform";
}
