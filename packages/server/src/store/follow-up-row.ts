import type { Anchor } from "@postern/engine";

/** A line of the journal of follow-ups: at `at` somebody at this address did, about this person, what only an honest party can do. */
export interface FollowUpRow {
  readonly id: string;
  readonly exchangeId: string;
  readonly at: number;
  /** Where it was done. */
  readonly endpointId: string;
  readonly kind: Anchor["kind"];
  readonly subject: string;
  readonly narrow: string;
  /** In clear, kept as long as those of disclosures. */
  readonly address: string;
}

/** The rows of the anchors that one exchange proved, one a person; whole milliseconds, as the store takes them. */
export function followUpRows(exchange: { readonly id: string; readonly client: { readonly address: string } }, anchors: readonly Anchor[]): readonly FollowUpRow[] {
  return anchors.flatMap(({ at, endpointId, kind, narrow, subjects }, n) =>
    subjects
      .slice(0, subjectsMax)
      .map((subject, m) => ({ id: `${exchange.id}.f${n}.${m}`, exchangeId: exchange.id, at: Math.round(at), endpointId, kind, subject, narrow, address: exchange.client.address })),
  );
}

/** One follow-up vouches for at most so many people, as for the gate. */
const subjectsMax = 8;
