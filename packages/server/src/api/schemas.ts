import { segmentDecisions } from "@postern/engine";
import { z } from "zod";
import { knownKinds } from "../specs/known-kinds.ts";

/**
 * The shapes the API answers with, once: answers are parsed through them on the way out, so a field nobody named here never leaves;
 * the OpenAPI document and the console's types are made from them. Times are ISO 8601 in UTC.
 */
const level = z.enum(["info", "low", "medium", "high", "critical"]);
const time = z.iso.datetime();
const count = z.number().min(0);
const ownFigure = z.object({ bits: z.number(), lowBits: z.number(), highBits: z.number(), broken: z.boolean() });
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const middleAndHigh = z.object({ median: z.number(), p95: z.number() });
const endpointRef = z.object({ id: z.string(), method: z.string(), host: z.string(), path: z.string() });
const disclosed = z.object({ confirmed: count, denied: count, uniform: count, unknown: count.optional(), estimated: z.boolean() });

const Overview = z.object({
  at: time,
  clockFactor: z.number(),
  mode: z.enum(["observe", "enforce"]),
  commands: z.object({ program: z.string(), data: z.string().nullable() }),
  upstream: z.string().nullable(),
  requests: count,
  requestsPerSecond: count,
  endpoints: count,
  openFindings: count,
  openIncidents: count,
  disclosed,
  series: z.object({ fromAt: time, stepMs: z.number().positive(), requests: z.array(count), truthful: z.array(count), uniform: z.array(count) }),
  blindSpots: z.array(z.string()),
});

const purposeKind = z.enum(["account-lookup", "sign-in", "sign-up", "code-send", "code-check", "push-prompt", "password-reset", "device-registration", "other", "unproven"]);

const Endpoint = z.object({
  ...endpointRef.shape,
  operation: z
    .object({
      protocol: z.enum(["graphql", "json-rpc", "grpc", "websocket"]),
      kind: z.enum(["query", "mutation", "subscription", "persisted", "call", "connection"]),
      name: z.string(),
    })
    .nullable(),
  calls: z.object({ protocol: z.enum(["graphql", "json-rpc"]), operations: count, others: count }).nullable(),
  auth: z.object({
    verdict: z.enum(["enforced", "not enforced", "optional", "unproven"]),
    kinds: z.array(z.string()),
    evidence: z.record(z.string(), z.number()),
    samples: z.record(z.string(), z.array(z.string())),
    jwt: z.object({ issuers: z.array(z.string()), algorithms: z.array(z.string()), lifetimeSeconds: z.object({ min: z.number(), max: z.number() }).nullable() }).nullable(),
  }),
  oracle: z.object({ verdict: z.enum(["suspected", "proven"]), bits: z.number(), eValue: z.number(), labels: z.number() }).nullable(),
  timing: z
    .object({ verdict: z.enum(["suspected", "proven"]), differenceMs: z.number(), lowMs: z.number(), highMs: z.number(), requests: z.number(), labels: z.number() })
    .nullable(),
  ownAnswers: z.object({ uniform: count, denied: count, tells: ownFigure.nullable(), differs: ownFigure.nullable(), bitsByTime: z.number().nullable() }).nullable(),
  dataClasses: z.array(z.string()),
  dataFields: z.array(z.object({ field: z.string(), class: z.string(), scheme: z.string().nullable(), samples: count, share: z.number() })),
  positions: z.array(z.object({ name: z.string(), values: count, samples: count, shapes: z.record(z.string(), count) })),
  lifecycle: z.enum(["new", "active", "idle", "retired"]),
  owner: z.string().nullable(),
  tags: z.array(z.string()),
  publicOnPurpose: z.object({ by: z.string(), reason: z.string(), until: z.string() }).nullable(),
  knownBy: z.array(z.string()),
  firstSeen: time,
  lastSeen: time,
  requests: count,
  errors: count.describe("Server errors: 5xx, and no answer. Of an operation the status its error object means."),
  clientErrors: count.describe("Client errors: 4xx. Of an operation the status its error object means."),
  latencyMs: z.object({ p50: z.number().nullable(), p95: z.number().nullable() }),
  statuses: z.record(z.string(), count),
  subjects: z.array(z.object({ in: z.string(), name: z.string(), type: z.string() })),
  concern: count.describe(
    "How worrying it is, 0 to 433, higher first: hundreds the worst open finding (low 1 to critical 4), tens whom it answers (anyone 3, some without a credential 2, unproven 1), ones the worst data in its answers (high 3, medium 2, low 1).",
  ),
  purpose: z
    .object({
      kind: purposeKind,
      basis: z.enum(["declared", "traffic", "none"]),
      because: z.string(),
      overridden: z.object({ kind: purposeKind, because: z.string() }).nullable().describe("What the traffic shows, where the configuration says something else."),
    })
    .describe("What it is for, and what that rests on."),
  guard: z.object({ state: z.enum(["watched", "budgeted"]), truthful: count, uniform: count, ceiling: count }).nullable(),
  floor: z
    .object({
      verdict: z.enum(["measured", "unproven"]),
      measuredAt: time,
      questionsADay: z.number().nullable().describe("The smallest rate of questions from ever new addresses that was found; who asks less may stay unnoticed."),
      unnoticedADay: z.number().nullable(),
      yearsFor33Million: z.number().nullable(),
      injections: z.object({ found: count, of: count, withinDays: count }).nullable(),
      daysToDetection: middleAndHigh.nullable(),
      learnedBefore: middleAndHigh.nullable(),
      ceilingADay: z.number().nullable().describe("People a day that newcomers can learn at the most, whoever notices."),
      because: z.string().nullable(),
      basis: z.object({ days: count, newcomersADay: z.number(), unanchoredShare: z.number() }),
      text: z.string(),
    })
    .nullable()
    .describe("The detection floor, measured nightly; null where it never was."),
});

const Change = z.object({
  at: time,
  kind: z.enum(["appeared", "fell-idle", "answers-though-retired", "described", "document-added", "document-replaced", "document-removed", "document-restored"]),
  endpoint: endpointRef.nullable(),
  document: z.object({ id: z.string(), name: z.string() }).nullable(),
  by: z.string().nullable(),
});

const field = z.object({
  name: z.string(),
  types: z.array(z.string()),
  format: z.string().nullable(),
  always: z.boolean(),
  share: z.object({ seen: count, of: count }).nullable(),
  values: z.enum(["constant", "few", "many"]).nullable(),
  class: z.string().nullable(),
  scheme: z.string().nullable(),
  fits: z.number().nullable(),
});
const EndpointShape = z.object({
  parameters: z.array(z.object({ in: z.enum(["path", "query", "header", "cookie"]), ...field.shape })),
  request: z.object({ types: z.array(z.string()), fields: z.array(field), more: count }).nullable(),
  responses: z.array(z.object({ status: z.string(), answers: count, types: z.array(z.string()), fields: z.array(field), more: count })),
});

const Spec = z.object({ id: z.string(), name: z.string(), kind: z.enum(knownKinds), version: z.string(), format: z.string(), addedAt: z.string(), operations: count });
const RemovedSpec = z.object({ ...Spec.shape, removedAt: time });
const AddedSpec = z.object({ ...Spec.shape, problems: z.array(z.object({ where: z.string(), what: z.string() })) });
const SpecDiff = z.object({
  spec: Spec,
  comparable: z.boolean(),
  documented: count,
  seen: count,
  same: count,
  withoutBase: z.string(),
  counts: z.object({ shadow: count, zombie: count, drift: count, unused: count }),
  items: z.array(
    z.object({
      kind: z.enum(["shadow", "zombie", "drift", "unused"]),
      what: z.string(),
      level,
      method: z.string(),
      path: z.string(),
      host: z.string(),
      where: z.string(),
      documented: z.string(),
      found: z.string(),
      evidence: z.object({ seen: count, of: count }).nullable(),
      endpoint: z.string().nullable(),
    }),
  ),
  undecided: z.array(z.object({ method: z.string(), path: z.string(), within: z.array(z.string()) })),
  otherHosts: z.array(z.string()),
});
const segment = z.object({
  segment: z.string(),
  is: z.enum(["constant", "parameter"]),
  by: z.enum(segmentDecisions),
  because: z.string(),
  evidence: z.record(z.string(), scalar),
});
const EndpointTemplate = z.object({ ...endpointRef.shape, requests: count, segments: z.array(segment), formerly: z.array(z.string()) });
const ruleKind = z.enum(["pin", "merge", "split"]);
const TemplateRule = z.object({
  kind: ruleKind,
  template: z.string(),
  host: z.string().nullable(),
  from: z.enum(["person", "configuration"]),
  by: z.string().nullable(),
  at: time.nullable(),
});
const named = z.object({ ...endpointRef.shape, requests: count });
const TemplateChange = z.object({
  kind: z.enum(["pin", "merge", "split", "none"]),
  template: z.string(),
  host: z.string().nullable(),
  ended: z.array(named),
  made: z.array(named),
  endedCount: count,
  madeCount: count,
  notRecomputed: z.boolean(),
});

const NumberChange = z.object({
  person: z.string().describe("Keyed hash of the number; nothing else of it is kept."),
  at: time.describe("When it changed hands, as reported first."),
  known: z.boolean().describe("True: it had been reported, and nothing was added."),
});

/** The body of `PATCH /templates`. */
export const templatePatch = z
  .strictObject({
    kind: z.enum(["pin", "merge", "split", "none"]),
    template: z.string().min(1).max(1_024).optional(),
    endpoint: z.string().min(1).max(128).optional(),
    host: z.string().min(1).max(255).optional(),
    preview: z.boolean().optional().describe("True: only say what it would do."),
  })
  .refine(({ template, endpoint }) => (template === undefined) !== (endpoint === undefined), "give one of template and endpoint");

/** The body of `PATCH /endpoints/{id}`. */
export const endpointPatch = z.strictObject({
  owner: z.string().min(1).max(200).nullable().optional(),
  tags: z.array(z.string().min(1).max(64)).max(32).nullable().optional(),
  retired: z.boolean().optional(),
  publicOnPurpose: z
    .strictObject({ owner: z.string().min(1).max(200), reason: z.string().min(1).max(1_000), until: z.iso.date() })
    .nullable()
    .optional(),
});

const Finding = z.object({
  id: z.string(),
  check: z.string(),
  severity: level,
  status: z.enum(["open", "fixed", "accepted"]),
  verdict: z.enum(["suspected", "proven"]),
  because: z.string().describe("What was seen and how sure it makes this, in plain words; the statistic is in `evidence`."),
  accepted: z.object({ by: z.string(), reason: z.string(), until: z.string() }).nullable(),
  endpoint: endpointRef.extend({ operation: z.string().optional() }),
  title: z.string(),
  evidence: z.record(z.string(), z.union([scalar, z.array(z.string())])),
  examples: z.array(z.string()),
  owasp: z.string(),
  cwe: z.string(),
  fix: z.string(),
  firstAt: time,
  lastAt: time,
});

const Incident = z.object({
  id: z.string(),
  kind: z.string(),
  title: z.string(),
  level,
  status: z.enum(["open", "acknowledged", "closed"]),
  openedAt: time,
  lastAt: time,
  endpoints: z.array(endpointRef),
  sources: z.array(z.object({ address: z.string(), asked: count, firstAt: time, lastAt: time })),
  sourceCount: count,
  disclosed,
  signals: z.array(z.object({ id: z.string(), detector: z.string(), level, at: time, evidence: z.record(z.string(), scalar) })),
  signalCount: count,
  clients: z
    .object({
      verdict: z.enum(["named", "partly", "alike"]),
      sentence: z.string(),
      rule: z.string().nullable(),
      sources: count,
      caught: z.number(),
      people: count,
      peopleHit: count,
      networks: z.array(z.object({ asn: z.string(), name: z.string(), sources: count })),
    })
    .nullable(),
  next: z.array(z.string()),
});

const Signal = z.object({
  id: z.string(),
  detector: z.string(),
  level,
  confidence: z.number(),
  at: time,
  endpoint: z.string().nullable(),
  actor: z.object({ address: z.string() }).nullable(),
  evidence: z.record(z.string(), scalar),
});

const Actor = z.object({ address: z.string(), requests: count, subjects: count, confirmed: count, firstAt: time, lastAt: time });

const DisclosureTotals = z.object({
  endpoint: z.string(),
  method: z.string(),
  host: z.string(),
  path: z.string(),
  confirmed: count,
  denied: count,
  uniform: count,
  unknown: count,
  from: time.nullable(),
  to: time.nullable(),
});

const Disclosure = z.object({
  id: z.string(),
  exchangeId: z.string(),
  at: time,
  endpoint: z.string(),
  subjectType: z.string(),
  subject: z.string(),
  answer: z.enum(["truthful", "uniform", "none"]),
  meaning: z.enum(["confirmed", "denied", "returned", "nothing", "unknown"]),
  responseClass: z.string(),
  address: z.string(),
});

const Exchange = z.object({
  id: z.string(),
  at: time,
  method: z.string(),
  host: z.string(),
  path: z.string(),
  endpoint: z.string(),
  status: z.number(),
  answered: z.number(),
  address: z.string(),
  credentialKind: z.string(),
  durationMs: z.number(),
  requestBytes: z.number(),
  responseBytes: z.number(),
  action: z.string(),
});

const Decision = z.object({ id: z.string(), at: time, action: z.string(), would: z.string(), reason: z.string(), ref: z.string() });
const Policy = z.record(z.string(), z.unknown());
const Health = z.object({ status: z.enum(["ok", "degraded"]), version: z.string() });
const part = z.object({ state: z.enum(["up", "down", "absent"]), detail: z.string() });
const Parts = z.object({ status: z.enum(["ok", "degraded"]), version: z.string(), parts: z.object({ gate: part, hub: part, store: part }) });

/** An OpenAPI 3.1 document. */
const OpenApi = z.record(z.string(), z.unknown());

/** By the names used in the OpenAPI document and in the console. */
export const schemas = {
  Overview,
  Endpoint,
  EndpointShape,
  Spec,
  AddedSpec,
  RemovedSpec,
  SpecDiff,
  EndpointTemplate,
  TemplateRule,
  TemplateChange,
  NumberChange,
  Change,
  Finding,
  Incident,
  Signal,
  Actor,
  DisclosureTotals,
  Disclosure,
  Exchange,
  Decision,
  Policy,
  Health,
  Parts,
  OpenApi,
} as const;

export type SchemaName = keyof typeof schemas;
/** The answer's type on the wire. */
export type Wire<N extends SchemaName> = z.infer<(typeof schemas)[N]>;

/** JSON Schema (2020-12) of every shape, open to added fields: a client must not break when one is added. */
export function jsonSchemas(): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const { $schema: _, ...json } = z.toJSONSchema(schema, {
        override: ({ jsonSchema }) => {
          if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
          if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
        },
      });
      return [name, json];
    }),
  );
}
