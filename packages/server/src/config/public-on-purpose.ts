import type { Finding } from "@postern/engine";
import { declaredIndexOf } from "../cli/import-policy.ts";
import type { Annotation } from "../hub/endpoint-life.ts";
import type { Config } from "./config-schema.ts";

/**
 * Who accepted a finding that the configuration, or a person over the API, calls public on purpose, why and until when; undefined for any other finding, and once the date is over: then
 * the finding is open again. The date's whole day, in UTC, is part of it. Only `missing-authentication` is accepted this way: that anybody may ask does not
 * mean that anybody may find out who has an account.
 */
export function publicOnPurpose(
  finding: Pick<Finding, "check" | "endpoint">,
  config: Pick<Config, "endpoints">,
  now: number,
  annotations: ReadonlyMap<string, Pick<Annotation, "publicOnPurpose">> = new Map(),
): Acceptance | undefined {
  if (finding.check !== "missing-authentication") return undefined;
  const { method, host, path } = finding.endpoint;
  const declared = annotations.get(finding.endpoint.id)?.publicOnPurpose ?? config.endpoints[declaredIndexOf(config.endpoints, { method, host, template: path })]?.publicOnPurpose;
  if (declared === undefined || now >= Date.parse(`${declared.until}T00:00:00Z`) + dayMs) return undefined;
  return { by: declared.owner, reason: declared.reason, until: declared.until };
}

export interface Acceptance {
  readonly by: string;
  readonly reason: string;
  /** Its last day: `2027-01-31`. */
  readonly until: string;
}

const dayMs = 86_400_000;
