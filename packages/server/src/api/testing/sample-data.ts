import { plainEvidence } from "../../hub/plain-evidence.ts";
import { concernOf, worstOpen } from "../../hub/endpoint-concern.ts";
import type { Disclosure, Signal } from "@postern/engine";
import type { EndpointShape, SpecDiff, SpecView } from "../discovery-views.ts";
import type { DisclosureTotals, EndpointView, FindingView, IncidentView, Meaning, Overview } from "../views.ts";

/** The instant the sample lives in. */
export const sampleAt = Date.parse("2026-11-22T09:42:00Z");

export type SampleKind = "full" | "empty" | "failing";

const host = "latchkey.example";
const lookup = { id: "e-lookup", method: "GET", host, path: "/client/v1/users/{cc}-{phone}/status" } as const;
const reset = { id: "e-reset", method: "POST", host, path: "/client/v1/password/forgot" } as const;

export function specAt(at: number): SpecView {
  return { id: "5a0b000000000001", name: "Latchkey client API", kind: "spec", version: "2.3.0", format: "OpenAPI 3.0.3", addedAt: iso(at - 86_400_000), operations: 41 };
}

export const shape: EndpointShape = {
  parameters: [
    { in: "path", name: "cc", types: ["integer"], format: null, always: true, share: null, values: "few", class: null, scheme: null, fits: null },
    { in: "path", name: "phone", types: ["integer"], format: null, always: true, share: null, values: "many", class: "phone", scheme: null, fits: 0.98 },
    { in: "query", name: "locale", types: ["string"], format: null, always: false, share: { seen: 120, of: 2_000 }, values: "few", class: null, scheme: null, fits: null },
  ],
  request: null,
  responses: [
    {
      status: "200",
      answers: 9_120,
      types: ["application/json"],
      fields: [
        { name: "account_id", types: ["integer"], format: null, always: true, share: { seen: 164, of: 164 }, values: "many", class: null, scheme: null, fits: null },
        { name: "devices[].phone", types: ["string"], format: null, always: false, share: { seen: 80, of: 164 }, values: "many", class: "phone", scheme: null, fits: 0.98 },
      ],
      more: 0,
    },
    { status: "404", answers: 9_880, types: ["application/json"], fields: [], more: 0 },
  ],
};

export function diffOf(spec: SpecView): SpecDiff {
  const row = { host, where: "", level: "medium", evidence: { seen: 2_240, of: 2_240 }, endpoint: reset.id, method: reset.method, path: reset.path } as const;
  return {
    spec,
    comparable: true,
    documented: 41,
    seen: 9,
    same: 7,
    withoutBase: "",
    counts: { shadow: 1, zombie: 1, drift: 1, unused: 1 },
    items: [
      { ...row, kind: "shadow", what: "operation", level: "high", documented: "nothing", found: "seen" },
      { ...row, ...lookup, kind: "zombie", what: "operation", documented: "deprecated", found: "answers: 9,120 of 19,000 requests", endpoint: lookup.id },
      { ...row, ...lookup, kind: "drift", what: "field", level: "low", where: "200 account_id", documented: "nothing", found: "integer", endpoint: lookup.id },
      {
        ...row,
        kind: "unused",
        what: "operation",
        level: "info",
        method: "DELETE",
        path: "/client/v1/devices/{id}",
        documented: "documented",
        found: "never seen",
        evidence: null,
        endpoint: null,
      },
    ],
    undecided: [{ method: "GET", path: "/client/v1/users/me", within: ["/client/v1/users/{userId}"] }],
    otherHosts: ["cdn.latchkey.example"],
  };
}

export function overviewAt(at: number, kind: SampleKind, findings: readonly FindingView[], incidents: readonly IncidentView[]): Overview {
  const full = kind !== "empty";
  const wave = (index: number, base: number, swing: number): number => (full ? Math.max(0, Math.round(base + swing * Math.sin(index / 7) + ((index * 37) % 11) - 5)) : 0);
  return {
    at,
    clockFactor: full ? 60 : 1,
    mode: "enforce",
    commands: { program: "npm start --", data: full ? "/srv/postern data" : null },
    upstream: full ? "http://127.0.0.1:3000" : null,
    requests: full ? 184_223 : 0,
    requestsPerSecond: full ? 47.3 : 0,
    endpoints: full ? 9 : 0,
    openFindings: findings.filter((it) => it.status === "open").length,
    openIncidents: incidents.filter((it) => it.status === "open").length,
    disclosed: full ? { confirmed: 1_042, denied: 1_187, uniform: 18_230, estimated: true } : { confirmed: 0, denied: 0, uniform: 0, estimated: false },
    series: {
      fromAt: at - 120_000,
      stepMs: 1_000,
      requests: Array.from({ length: 120 }, (_, i) => wave(i, 44, 9)),
      truthful: Array.from({ length: 120 }, (_, i) => (i < 52 ? wave(i, 21, 4) : full ? (i * 13) % 3 : 0)),
      uniform: Array.from({ length: 120 }, (_, i) => (i < 52 ? 0 : wave(i, 23, 4))),
    },
    blindSpots:
      kind === "failing"
        ? ["The store has not answered for 40 s. Exchanges wait in the journal (1,204 so far) and nothing is lost; history is not readable until it is back."]
        : full
          ? ["3 endpoints answer with bodies over 64 KiB; only the first 64 KiB are judged.", "Traffic that reaches the service past the gate is not seen."]
          : [],
  };
}

/** Nothing to show beside the counts. */
const bare = { samples: {}, jwt: null } as const;

function sampleFloor(at: number): EndpointView["floor"] {
  return {
    verdict: "measured",
    measuredAt: iso(at - 5 * 3_600_000),
    questionsADay: 17,
    unnoticedADay: 16,
    yearsFor33Million: 5_651,
    injections: { found: 20, of: 20, withinDays: 14 },
    daysToDetection: { median: 7, p95: 11 },
    learnedBefore: { median: 125, p95: 179 },
    ceilingADay: 200,
    because: null,
    basis: { days: 14, newcomersADay: 234.8, unanchoredShare: 0.153 },
    text: "An attacker who never uses an address twice stays unnoticed below 17 questions a day: at most 16 people a day, 33 million would take 5,651 years.",
  };
}

export function endpointsAt(at: number): readonly EndpointView[] {
  const base = (id: string, method: string, path: string, requests: number, over: Partial<EndpointView> = {}): Omit<EndpointView, "concern"> => ({
    id,
    method,
    host,
    path,
    operation: null,
    calls: null,
    requests,
    auth: { ...bare, verdict: "enforced", kinds: ["api-key"], evidence: { "answered with credential": requests, "refused without credential": 12 } },
    oracle: null,
    timing: null,
    ownAnswers: null,
    purpose: { kind: "unproven", basis: "none", because: "the traffic has not shown what it is for", overridden: null },
    dataClasses: [],
    dataFields: [],
    positions: [],
    lifecycle: "active",
    owner: null,
    tags: [],
    publicOnPurpose: null,
    knownBy: ["traffic"],
    firstSeen: iso(at - 3_600_000),
    lastSeen: iso(at - 3_000),
    errors: Math.round(requests * 0.004),
    clientErrors: 12,
    latencyMs: { p50: 4.2, p95: 19 },
    statuses: { "200": Math.round(requests * 0.98), "401": 12, "500": Math.round(requests * 0.004) },
    subjects: [],
    guard: null,
    floor: null,
    ...over,
  });
  const worst = worstOpen(findingsAt(at));
  const open = { ...bare, verdict: "not enforced", kinds: [], evidence: { "answered without credential": 41_220 } } as const;
  const all = [
    base(lookup.id, lookup.method, lookup.path, 41_220, {
      auth: open,
      oracle: { verdict: "proven", bits: 1, eValue: 4.1e9, labels: 612 },
      dataClasses: ["phone"],
      statuses: { "200": 20_611, "404": 20_609 },
      subjects: [{ in: "path", name: "cc-phone", type: "phone" }],
      guard: { state: "budgeted", truthful: 2_229, uniform: 18_230, ceiling: 10 },
      purpose: { kind: "account-lookup", basis: "traffic", because: "its answer tells whether somebody exists: that is proven", overridden: null },
      floor: sampleFloor(at),
    }),
    base(reset.id, reset.method, reset.path, 2_310, {
      auth: { ...open, evidence: { "answered without credential": 2_310 } },
      oracle: { verdict: "suspected", bits: 0.62, eValue: 8.4, labels: 23 },
      dataClasses: ["email"],
      statuses: { "202": 2_240, "429": 70 },
      subjects: [{ in: "json", name: "email", type: "email" }],
      guard: { state: "watched", truthful: 2_240, uniform: 0, ceiling: 10 },
      purpose: {
        kind: "other",
        basis: "declared",
        because: "postern.yaml says kind: other",
        overridden: { kind: "password-reset", because: "4 people set a secret here that they signed in with afterwards" },
      },
      latencyMs: { p50: 38, p95: 212 },
    }),
    base("e-device", "POST", "/client/v1/devices", 8_402, {
      auth: { ...bare, verdict: "optional", kinds: ["bearer"], evidence: { "with credential": 8_001, "without credential": 401 } },
      knownBy: ["traffic", "spec"],
    }),
    base("e-poll", "GET", "/client/v1/devices/{deviceId}/registration", 96_120),
    base("e-totp", "POST", "/v1/apps/{appId}/users/{userId}/totp/verify", 18_044, { subjects: [{ in: "path", name: "userId", type: "integer" }] }),
    base("e-push", "POST", "/v1/apps/{appId}/users/{userId}/push", 9_010),
    base("e-users", "POST", "/v1/apps/{appId}/users", 1_204, { dataClasses: ["phone", "email"] }),
    base("e-backup", "PUT", "/client/v1/backups/{backupId}", 4_410, {
      auth: {
        verdict: "unproven",
        kinds: ["jwt"],
        evidence: { "answered with credential": 4_410 },
        samples: { "answered with credential": ["x-1", "x-2"] },
        jwt: { issuers: ["login.latchkey.example"], algorithms: ["RS256"], lifetimeSeconds: { min: 900, max: 3_600 } },
      },
      latencyMs: { p50: null, p95: null },
    }),
    base("e-health", "GET", "/healthz", 3_503, { auth: { ...open, evidence: { answeredWithoutCredential: 3_503, refusedWithoutCredential: 0 } } }),
  ];
  return all.map((one) => ({ ...one, concern: concernOf(one, worst.get(one.id)) }));
}

export function findingsAt(at: number): readonly FindingView[] {
  const times = { firstAt: iso(at - 3_500_000), lastAt: iso(at - 4_000) };
  const all: readonly Omit<FindingView, "because">[] = [
    {
      id: "f-oracle",
      check: "existence-oracle",
      severity: "critical",
      status: "open",
      verdict: "proven",
      accepted: null,
      endpoint: lookup,
      title: "Anyone can ask whether a phone number has an account",
      evidence: { bits: 1, bitsLow: 0.97, bitsHigh: 1, eValue: 4.1e9, labels: 612, repeats: 140, lookups: 41_220, subject: "phone number" },
      examples: ["x-1204", "x-1377"],
      owasp: "API3:2023",
      cwe: "CWE-204",
      fix: "Answer every number alike until the caller has proved that it is theirs. Until then keep Postern in enforce: it answers uniformly once a source has learned 5 numbers.",
      ...times,
    },
    {
      id: "f-auth",
      check: "missing-authentication",
      severity: "high",
      status: "open",
      verdict: "proven",
      accepted: null,
      endpoint: lookup,
      title: "GET /assets/public/images/{a7~8e2ce4f4acb1594a}/{registrationIdentifier} answers with data without a caller's credential",
      evidence: { answeredWithoutCredential: 41_220, refusedWithoutCredential: 0, personalData: ["phone"] },
      examples: ["x-1204"],
      owasp: "API2:2023",
      cwe: "CWE-306",
      fix: "Require the device token that the same service already issues at registration.",
      ...times,
    },
    {
      id: "f-reset",
      check: "timing-oracle",
      severity: "medium",
      status: "open",
      verdict: "suspected",
      accepted: null,
      endpoint: reset,
      title: "Response time may tell whether an e-mail address is known",
      evidence: { differenceMs: 169, differenceLowMs: 120, differenceHighMs: 218, labelsExisting: 11, labelsMissing: 12, requestsAt5Ms: 1, requestsAt20Ms: 3 },
      examples: ["x-2210"],
      owasp: "API3:2023",
      cwe: "CWE-208",
      fix: "Queue the mail and answer at once for every address.",
      ...times,
    },
    {
      id: "f-old",
      check: "missing-authentication",
      severity: "info",
      status: "accepted",
      verdict: "proven",
      accepted: null,
      endpoint: { id: "e-health", method: "GET", host, path: "/healthz" },
      title: "GET /assets/public/images/{a7~8e2ce4f4acb1594a}/{registrationIdentifier} answers with data without a caller's credential",
      evidence: { answeredWithoutCredential: 3_503, refusedWithoutCredential: 0 },
      examples: [],
      owasp: "API2:2023",
      cwe: "CWE-306",
      fix: "Nothing, if it is public on purpose.",
      ...times,
    },
  ];
  return all.map((one) => ({ ...one, because: plainEvidence(one) }));
}

export function incidentsAt(at: number): readonly IncidentView[] {
  return [
    {
      id: "i-0007",
      kind: "enumeration",
      title: "Somebody is feeding phone numbers to an open lookup",
      level: "critical",
      status: "open",
      openedAt: iso(at - 2_400_000),
      lastAt: iso(at - 4_000),
      endpoints: [lookup],
      sources: [
        { address: "127.66.0.14", asked: 1_612, firstAt: iso(at - 2_400_000), lastAt: iso(at - 4_000) },
        { address: "127.66.0.15", asked: 1_588, firstAt: iso(at - 2_380_000), lastAt: iso(at - 5_000) },
        { address: "2001:db8:6::/64", asked: 31, firstAt: iso(at - 900_000), lastAt: iso(at - 60_000) },
      ],
      sourceCount: 412,
      disclosed: { confirmed: 1_042, denied: 1_187, uniform: 18_230, estimated: true },
      signals: [
        { id: "s-1", detector: "enumeration.credits", level: "medium", at: iso(at - 2_398_000), evidence: { "distinct subjects": 5, budget: 5, window: "24h" } },
        { id: "s-2", detector: "enumeration.source", level: "high", at: iso(at - 2_390_000), evidence: { "e-value": 1_240, unanchored: 19 } },
        { id: "s-3", detector: "enumeration.ceiling", level: "critical", at: iso(at - 2_300_000), evidence: { "truthful answers": 10, ceiling: 10 } },
      ],
      signalCount: 3,
      clients: {
        verdict: "named",
        sentence:
          "The attack is about 18,900 of 21,300 questions of the last day. About 312 sources with request shape 38775cd6 together with 3 wide networks (127.66.0.0/16, 127.67.0.0/16, 127.71.0.0/16) are 97 % of it.",
        rule: "Block request shape 38775cd6 together with 3 wide networks (127.66.0.0/16, 127.67.0.0/16, 127.71.0.0/16): it would hit 2 of 1,780 callers who followed up as honest people do.",
        sources: 312,
        caught: 0.97,
        people: 1_780,
        peopleHit: 2,
        networks: [{ asn: "AS64500", name: "Example Hosting", sources: 312 }],
      },
      next: [
        "Keep enforce on: since 09:02 every answer to these sources has been uniform.",
        "Close the hole: make the lookup ask for the device token.",
        "Say who was exposed: npm start -- report breach --endpoint 'GET /client/v1/users/{cc}-{phone}/status' --from 2026-11-22T09:00:00Z",
      ],
    },
    {
      id: "i-0006",
      kind: "trigger",
      title: "Password resets from one address",
      level: "medium",
      status: "closed",
      openedAt: iso(at - 86_400_000),
      lastAt: iso(at - 86_000_000),
      endpoints: [reset],
      sources: [{ address: "127.20.0.9", asked: 44, firstAt: iso(at - 86_400_000), lastAt: iso(at - 86_000_000) }],
      sourceCount: 1,
      disclosed: { confirmed: 0, denied: 0, uniform: 0, estimated: true },
      signals: [{ id: "s-0", detector: "trigger.resets", level: "medium", at: iso(at - 86_400_000), evidence: { count: 40, over: "10m" } }],
      signalCount: 1,
      clients: null,
      next: ["Ask the support team whether a script of theirs ran."],
    },
  ];
}

export function signalAt(at: number): Signal {
  return {
    id: "s-3",
    detector: "enumeration.ceiling",
    level: "critical",
    confidence: 0.999,
    at,
    endpointId: lookup.id,
    actor: { address: "127.66.0.14", network: "5f5e1000aaaabbbb", narrow: "0badc0de12345678" },
    evidence: { "truthful answers": 10, ceiling: 10 },
  };
}

export function totalsAt(at: number): readonly DisclosureTotals[] {
  return [
    {
      endpoint: lookup.id,
      method: lookup.method,
      host,
      path: lookup.path,
      confirmed: 1_042,
      denied: 1_187,
      uniform: 18_230,
      unknown: 0,
      from: iso(at - 2_400_000),
      to: iso(at - 4_000),
    },
    { endpoint: reset.id, method: reset.method, host, path: reset.path, confirmed: 0, denied: 0, uniform: 0, unknown: 2_240, from: iso(at - 3_500_000), to: iso(at - 9_000) },
  ];
}

export function disclosureAt(at: number): Disclosure & { readonly meaning: Meaning } {
  return {
    id: "x-91821.0",
    exchangeId: "x-91821",
    at,
    endpointId: lookup.id,
    subjectType: "phone",
    subject: "9f8e7d6c5b4a3921",
    answer: "truthful",
    responseClass: "c0ffee0011223344",
    narrow: "0badc0de12345678",
    address: "127.66.0.14",
    credential: "feedface00000001",
    meaning: "confirmed",
  };
}

export function exchangeAt(at: number) {
  return {
    id: "x-91821",
    at: iso(at),
    method: "GET",
    host,
    path: lookup.path,
    endpoint: lookup.id,
    status: 200,
    answered: 200,
    address: "127.66.0.14",
    credentialKind: "none",
    durationMs: 4.1,
    requestBytes: 0,
    responseBytes: 41,
    action: "allow",
  };
}

export function iso(at: number): string {
  return new Date(at).toISOString();
}
