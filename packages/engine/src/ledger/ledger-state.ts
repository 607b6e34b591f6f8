import type { AskedPersonState } from "../detect/oracle/asked-person.ts";
import type { KnownDetailsState } from "../detect/oracle/known-details.ts";
import type { AbuseState } from "../detect/abuse/abuse-watch.ts";
import type { AnchorFinderState } from "../detect/anchors/anchor-finder.ts";
import type { CreationCounts } from "../detect/anchors/creations.ts";
import type { OwnAnswers } from "../detect/oracle/own-answers.ts";
import type { OracleTracker } from "../detect/oracle/oracle-tracker.ts";
import type { SchemeLearner } from "../detect/oracle/scheme-learner.ts";
import type { UniformTemplates } from "../detect/oracle/uniform-template.ts";
import type { ListingsState } from "../detect/listing/people-listings.ts";
import type { HandedObjectsState } from "../detect/provenance/handed-objects.ts";
import type { FrontsState } from "../inventory/front-controllers.ts";
import type { Inventory } from "../inventory/inventory.ts";

/** What a ledger knows, to go on from after a restart: JSON-able, without any identifier in clear. */
export interface LedgerState {
  readonly inventory: ReturnType<Inventory["exportState"]>;
  readonly oracles: ReturnType<OracleTracker["exportState"]>;
  readonly schemes: ReturnType<SchemeLearner["exportState"]>;
  readonly uniform: ReturnType<UniformTemplates["exportState"]>;
  /** Absent in states of before. */
  readonly own?: ReturnType<OwnAnswers["exportState"]>;
  readonly anchors: AnchorFinderState;
  /** Absent in older states. */
  readonly creations?: readonly CreationCounts[];
  /** Absent in older states. */
  readonly details?: KnownDetailsState;
  readonly asked?: AskedPersonState;
  /** Absent in older states. */
  readonly abuse?: AbuseState;
  /** Absent in older states. */
  readonly handed?: HandedObjectsState;
  /** Absent in older states. */
  readonly listings?: ListingsState;
  /** Absent in older states. */
  readonly fronts?: FrontsState;
  readonly principals: readonly string[];
  /** Ids of endpoints under a budget; absent in older states. */
  readonly held?: readonly string[];
  /** Ids the gate was told of; absent in older states. */
  readonly told?: readonly string[];
}
