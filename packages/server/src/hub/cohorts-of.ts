import type { EndpointKind, Ledger } from "@postern/engine";

/** Who is compared by the cohort test of a leak's aftermath, as known now. At most a thousand of each. */
export function cohortsOf(ledger: Ledger): Cohorts {
  const exposing: string[] = [];
  const confirmedClasses: string[] = [];
  for (const id of ledger.oracles.endpoints()) {
    const { verdict, classes } = ledger.oracles.state(id);
    if (verdict === "none") continue;
    exposing.push(id);
    for (const one of classes) if (one.meaning === "confirmed") confirmedClasses.push(one.id);
  }
  const events = ledger.inventory
    .endpoints()
    .filter((endpoint) => recoveries.has(ledger.kindOf(endpoint).kind))
    .map((endpoint) => endpoint.id);
  return { events: events.slice(0, most), exposing: exposing.slice(0, most), confirmedClasses: confirmedClasses.slice(0, most) };
}

export interface Cohorts {
  /** Endpoints where people recover an account or have a code sent. */
  readonly events: readonly string[];
  /** Endpoints that tell about people, and the classes of answer that confirm somebody. */
  readonly exposing: readonly string[];
  readonly confirmedClasses: readonly string[];
}

const recoveries: ReadonlySet<EndpointKind> = new Set<EndpointKind>(["password-reset", "code-send"]);
const most = 1_000;
