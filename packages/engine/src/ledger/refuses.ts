import type { EndpointKinds } from "../detect/kinds/endpoint-kinds.ts";
import { labelOf, plainOutcome } from "../detect/kinds/outcome.ts";
import type { ResponseClass } from "../understood.ts";

/** A door's answer that lets nobody in: by its status, by a flag, or because people corrected themselves after it. */
export function refuses(kinds: Pick<EndpointKinds, "refusalsOf">, endpointId: string, responseClass: ResponseClass): boolean {
  if (responseClass.status >= 400) return true;
  const label = labelOf(responseClass);
  return plainOutcome(label) === "refused" || kinds.refusalsOf(endpointId).includes(label);
}
