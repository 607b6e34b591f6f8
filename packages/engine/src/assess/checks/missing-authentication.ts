import type { Ports } from "../../exchange/ports.ts";
import { personalDataClasses } from "../../inventory/data-classes.ts";
import type { InventoryEndpoint } from "../../inventory/inventory-endpoint.ts";
import type { Finding } from "../finding.ts";

/**
 * An endpoint that gives data to callers without a credential of their own: OWASP API2:2023, CWE-306. Proved from
 * answers: data came back without a credential, or with one that every caller shares, and nobody was ever refused for it.
 *
 * Severity is high when the request names a person or an account, or personal data came back; otherwise low: much of an
 * API may be public on purpose. Undefined when posture is enforced or unproven, and for endpoints whose requests carry a
 * password, code or token in the body: those are where credentials are made.
 *
 * It cannot see: endpoints always called with a token that is never checked, and sources without request headers
 * (access logs), where every verdict is unproven. An attacker cannot hide the finding except by being refused himself.
 */
export function missingAuthentication(endpoint: InventoryEndpoint, ports: Ports): Finding | undefined {
  const posture = endpoint.posture();
  if (posture.verdict !== "not enforced" && posture.verdict !== "optional") return undefined;
  const unguarded = posture.none.data + posture.sharedConstant.data;
  const refusals = posture.none.refused + posture.sharedConstant.refused;
  if (unguarded < 3 || refusals > 0 || endpoint.method === "OPTIONS" || endpoint.carriesSecrets) return undefined;
  const rules = endpoint.identifierRules();
  const personal = [...endpoint.dataClasses].filter((name) => personalDataClasses.has(name)).sort();
  const high = rules.length > 0 || personal.length > 0;
  const shared = posture.sharedConstant.data > 0;
  return {
    id: ports.hash("segment", `finding missing-authentication ${endpoint.id}`),
    check: "missing-authentication",
    severity: high ? "high" : "low",
    status: "open",
    verdict: "proven",
    endpoint: { id: endpoint.id, method: endpoint.method, host: endpoint.host, path: endpoint.template },
    title: `${endpoint.method} ${endpoint.template} answers with data without a caller's credential`,
    evidence: {
      posture: posture.verdict,
      answeredWithoutCredential: posture.none.data,
      answeredWithSharedCredential: posture.sharedConstant.data,
      answeredWithOwnCredential: posture.other.data,
      refusedWithoutCredential: refusals,
      identifiers: rules.map((rule) => `${rule.type} in ${rule.location.in} ${rule.location.name}`),
      personalData: personal,
      ...(shared
        ? { sharedCredential: "One credential came from many networks and from nearly every caller: it is a constant of the client program, so it proves nothing about who calls." }
        : {}),
    },
    examples: posture.examples.slice(0, 8),
    owasp: "API2:2023",
    cwe: "CWE-306",
    fix: high
      ? "Require a credential that belongs to one caller and check it before looking anything up. Where callers cannot have one yet (before sign-in), answer the same for known and unknown identifiers, limit distinct identifiers, and ask for attestation."
      : "Require a credential, or record that this endpoint is public on purpose, by whom and until when.",
    firstAt: endpoint.firstAt,
    lastAt: endpoint.lastAt,
  };
}
