import type { AbuseOptions } from "../detect/abuse/abuse-watch.ts";
import type { Budget, GuardedEndpoint } from "../decide/gate-policy.ts";
import type { CanarySet } from "../decide/canaries.ts";
import type { DeclaredOf } from "../decide/subject-rules.ts";
import type { ExpectedCaller } from "../decide/expected-callers.ts";
import type { InventoryBounds } from "../inventory/inventory-limits.ts";
import type { TemplateRule } from "../inventory/template-rules.ts";
import type { Mode } from "../exchange/exchange.ts";

export interface LedgerOptions {
  readonly mode: Mode;
  readonly budget?: Partial<Budget>;
  readonly declared?: DeclaredOf;
  /** Whom the operator expects to ask about many, for gates. */
  readonly expected?: readonly ExpectedCaller[];
  /** Declared oracles that were not seen in traffic yet. */
  readonly declaredEndpoints?: () => readonly GuardedEndpoint[];
  /** What people decided about path templates. */
  readonly rules?: readonly TemplateRule[];
  /** What the operator knows of who exists: labels for the oracle's proof. */
  readonly canaries?: CanarySet | undefined;
  /** For the detectors of codes, messages and sign-ins. */
  readonly abuse?: AbuseOptions;
  /** Of the inventory's memory. */
  readonly bounds?: Partial<InventoryBounds>;
}
