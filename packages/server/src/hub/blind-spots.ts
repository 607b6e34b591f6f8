import type { EndpointView } from "../api/views.ts";
import { type BlindIdentifier, blindIdentifierText } from "./blind-identifiers.ts";
import type { HubCore } from "./hub-core.ts";

/** What Postern is not seeing right now, in plain words, the widest gap first. */
export function blindSpots(core: HubCore, now: BlindNow): string[] {
  const spots: string[] = [];
  if (now.gateMissing) spots.push("The gate is not connected: what passes it now reaches the hub later, or is counted as missing.");
  if (!now.storeUp) spots.push("The store does not answer: history is not shown. Journals keep every row until it is back.");
  const missing = core.missing.reduce((sum, one) => sum + one.count, 0);
  if (missing > 0) spots.push(`${missing} exchanges never reached the hub (a process died or was away); disclosures of guarded endpoints are not among them.`);
  if (core.upstreamErrors > 0) spots.push(`${core.upstreamErrors} requests got no answer from the service behind the gate.`);
  for (const blind of now.identifiers) spots.push(blindIdentifierText(blind));
  const { endpoints } = now;
  if (endpoints.length > 0 && endpoints.every(({ auth }) => auth.verdict === "unproven"))
    spots.push("No endpoint is proven to ask for a credential, or not to: records without headers, such as access logs, cannot show it. The gate, the middleware or a HAR can.");
  const { inventory } = core.ledger;
  if (endpoints.length > 0 && inventory.endpoints().every((endpoint) => [...endpoint.schemas.responses.values()].every(({ sampled }) => sampled === 0)))
    spots.push("Answers came without headers and bodies, as access logs write them: what they give away is not judged, and who exists only where status or length tells.");
  const { refused } = inventory.size;
  if (refused > 0) spots.push(`${refused} exchanges belong to endpoints beyond the inventory's bounds: raise inventory.places or inventory.endpoints.`);
  for (const [id, count] of Object.entries(core.triggerErrors())) spots.push(`The trigger ${id} failed ${count} times: mend its expression.`);
  return spots;
}

export interface BlindNow {
  /** A gate was asked for and none is connected. */
  readonly gateMissing: boolean;
  readonly storeUp: boolean;
  readonly endpoints: readonly EndpointView[];
  /** Declared identifiers that do not come. */
  readonly identifiers: readonly BlindIdentifier[];
}
