import type { Ports } from "../../exchange/ports.ts";
import { naturalKeyTypes } from "../../exchange/subject.ts";
import { personalDataClasses } from "../../inventory/data-classes.ts";
import { operationText } from "../../inventory/calls/call.ts";
import type { InventoryEndpoint } from "../../inventory/inventory-endpoint.ts";
import { namesPerson, namesPrivateThing } from "../../inventory/names-person.ts";
import type { Finding } from "../finding.ts";

/**
 * An endpoint that gives data to callers without a credential of their own: OWASP API2:2023, CWE-306. Proved from
 * answers: data came back without a credential, with one that every caller shares, or with several that other endpoints of the host refuse as unknown, and nobody was ever
 * refused for it.
 *
 * High when the answers are about a person: personal data came back, or the request names one (phone, e-mail, user name, an id after `/users/` or called `customer_id`);
 * medium when what it names is usually somebody's own (an order, an invoice), or the same API refuses strangers who read such an object elsewhere;
 * otherwise low, and worded as what it is: it answers anyone and nothing personal was seen, as of a catalogue that is public on purpose. Undefined when
 * posture is enforced or unproven, and for endpoints whose requests carry a password, code or token in the body: those are where credentials are made.
 *
 * It cannot see: endpoints always called with a token that is never checked, private things under names it does not know, personal data in free text, and sources
 * without request headers (access logs), where every verdict is unproven. An attacker cannot hide the finding except by being refused himself.
 */
export function missingAuthentication(
  endpoint: InventoryEndpoint,
  ports: Ports,
  context: { readonly refusedElsewhere: boolean } = { refusedElsewhere: false },
): Finding | undefined {
  const posture = endpoint.exactPosture();
  if (posture.verdict !== "not enforced" && posture.verdict !== "optional") return undefined;
  const unchecked = posture.verdict === "not enforced" ? posture.refusedElsewhere.answers : 0;
  const unguarded = posture.none.data + posture.sharedConstant.data + unchecked;
  const refusals = posture.none.refused + posture.sharedConstant.refused;
  // Where a constant opens the door, that strangers without it are refused is no door.
  if (unguarded < 3 || (refusals > 0 && posture.verdict !== "not enforced") || endpoint.method === "OPTIONS" || endpoint.carriesSecrets) return undefined;
  const rules = endpoint.identifierRules();
  const personal = [...endpoint.dataClasses].filter((name) => personalDataClasses.has(name) || name === "secret" || name === "jwt").sort();
  const aboutPerson = rules.some((rule) => naturalKeyTypes.includes(rule.type)) || namesPerson(rules, endpoint.clearTemplate);
  // Where a shop or a bus stop stands is nobody's secret.
  const severity =
    aboutPerson || personal.some((name) => name !== "geo") ? "high" : context.refusedElsewhere || namesPrivateThing(rules, endpoint.clearTemplate) ? "medium" : "low";
  const shared = posture.sharedConstant.data > 0;
  const operation = operationText(endpoint.operation);
  const name = `${endpoint.method} ${endpoint.template}${operation === "" ? "" : ` ${operation}`}`;
  return {
    id: ports.hash("segment", `finding missing-authentication ${endpoint.id}`),
    check: "missing-authentication",
    severity,
    status: "open",
    verdict: "proven",
    endpoint: { id: endpoint.id, method: endpoint.method, host: endpoint.host, path: endpoint.template, ...(operation === "" ? {} : { operation }) },
    title: severity === "low" ? `${name} answers anyone; nothing personal was seen` : `${name} answers with data without a caller's credential`,
    evidence: {
      posture: posture.verdict,
      answeredWithoutCredential: posture.none.data,
      answeredWithSharedCredential: posture.sharedConstant.data,
      ...(unchecked === 0 ? {} : { answeredWithCredentialRefusedElsewhere: unchecked, credentialsRefusedElsewhere: posture.refusedElsewhere.credentials }),
      answeredWithOwnCredential: posture.valid.data + posture.otherPrincipal.data,
      refusedWithoutCredential: refusals,
      identifiers: rules.map((rule) => `${rule.type} in ${rule.location.in} ${rule.location.name}`),
      personalData: personal,
      ...(context.refusedElsewhere ? { refusedElsewhere: "Another endpoint of this host refuses strangers who read the same kind of object." } : {}),
      ...(shared
        ? { sharedCredential: "One credential came from many networks and from nearly every caller: it is a constant of the client program, so it proves nothing about who calls." }
        : {}),
    },
    examples: [...posture.examples, ...(unchecked > 0 ? posture.refusedElsewhere.examples : [])].slice(0, 8),
    owasp: "API2:2023",
    cwe: "CWE-306",
    fix:
      severity === "low"
        ? "If it is public on purpose, record that: by whom and until when. Else require a credential."
        : "Require a credential that belongs to one caller and check it before looking anything up. Where callers cannot have one yet (before sign-in), answer the same for known and unknown identifiers, limit distinct identifiers, and ask for attestation.",
    firstAt: endpoint.firstAt,
    lastAt: endpoint.lastAt,
  };
}
