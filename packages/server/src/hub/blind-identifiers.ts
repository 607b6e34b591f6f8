import type { InventoryEndpoint } from "@postern/engine";
import { declaredIndexOf } from "../cli/import-policy.ts";
import type { Config } from "../config/config-schema.ts";

/**
 * Declared endpoints whose declared identifier does not come: with `in: query, name: phone` where the service says `msisdn`, nobody is counted and
 * nothing is held back, although the configuration reads as if it were. One for each such endpoint, after {@link requestsMin} requests without
 * it, when they outnumber those with it.
 *
 * Cannot see: identifiers declared in headers and cookies, whose names are not all counted; an endpoint with more parameters than the inventory keeps.
 */
export function blindIdentifiers(endpoints: readonly InventoryEndpoint[], config: Pick<Config, "endpoints">): readonly BlindIdentifier[] {
  if (config.endpoints.length === 0) return [];
  return endpoints.flatMap((endpoint) => {
    if (endpoint.requests < requestsMin) return [];
    const index = declaredIndexOf(config.endpoints, { method: endpoint.method, host: endpoint.host, template: endpoint.clearTemplate });
    const subject = config.endpoints[index]?.subject;
    const carried = subject === undefined ? undefined : endpoint.carried({ in: subject.in, name: subject.name });
    if (subject === undefined || carried === undefined) return [];
    const without = endpoint.requests - carried;
    if (without < requestsMin || without <= carried) return [];
    const seen = endpoint
      .parameterList()
      .filter((one) => one.location.in !== "path" && one.location.name !== subject.name)
      // What looks like somebody's identifier first, then what most requests have.
      .sort((a, b) => Number(b.subject !== undefined) - Number(a.subject !== undefined) || b.samples - a.samples)
      .slice(0, seenMax)
      .map((one) => ({ in: one.location.in, name: one.location.name, type: one.subject ?? "" }));
    return [
      {
        endpointId: endpoint.id,
        method: endpoint.method,
        path: endpoint.template,
        key: `endpoints.${index}.subject`,
        declared: subject,
        without,
        requests: endpoint.requests,
        seen,
      },
    ];
  });
}

export interface BlindIdentifier {
  readonly endpointId: string;
  readonly method: string;
  readonly path: string;
  /** Where it stands in the configuration. */
  readonly key: string;
  readonly declared: { readonly in: string; readonly name: string };
  /** Requests that carried none of it, of all. */
  readonly without: number;
  readonly requests: number;
  /** Parameters that came instead, most telling first; a name that is no plain words stands as a hash. */
  readonly seen: readonly { readonly in: string; readonly name: string; readonly type: string }[];
}

/** What is wrong and what to do, in one paragraph. */
export function blindIdentifierText(blind: BlindIdentifier): string {
  const { declared, seen } = blind;
  const which = blind.without === blind.requests ? `none of its ${blind.requests} requests` : `${blind.without} of its ${blind.requests} requests do not`;
  const carried = blind.without === blind.requests ? `${which} carried it` : which;
  const instead =
    seen.length === 0
      ? "No other parameter was read there: bodies may be of another kind, or these records carry none."
      : `Seen instead: ${seen.map((one) => `${placeOf(one)}${one.type === "" ? "" : ` (looks like ${one.type})`}`).join(", ")}.${seen.some((one) => one.name.includes("~")) ? " Names after a ~ are hashed: they are no plain words and might be somebody's." : ""}`;
  return `${blind.method} ${blind.path} is declared to ask about ${placeOf(declared)}, but ${carried}: whom they ask about is not counted and no budget holds there. ${instead} Mend ${blind.key} in postern.yaml.`;
}

/** So many requests without the identifier are no accident of the first minutes. */
export const requestsMin = 20;
/** A name or two is enough to see what the right one is. */
const seenMax = 5;

function placeOf(parameter: { readonly in: string; readonly name: string }): string {
  return `${parameter.in} \`${parameter.name}\``;
}
