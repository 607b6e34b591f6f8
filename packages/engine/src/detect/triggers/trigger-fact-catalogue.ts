/**
 * Every fact a trigger may use, with its type in CEL, what it means, and a condition that uses it. The expressions' environment is made of this
 * table, and `docs/reference/triggers.md` too; a test holds it equal to {@link TriggerFacts} and compiles every example.
 */
export const triggerFactCatalogue: readonly TriggerFactEntry[] = [
  { name: "method", type: "string", meaning: "Method of the request, upper case.", example: 'method == "POST"' },
  {
    name: "host",
    type: "string",
    meaning: 'The service asked, lower case, with its port when it is not the usual one; `""` when the source does not say.',
    example: 'host == "api.example.com"',
  },
  {
    name: "path",
    type: "string",
    meaning: 'Template of the endpoint, never the path itself; `""` while the endpoint is not known.',
    example: 'path == "/users/{userId}/status"',
  },
  { name: "status", type: "int", meaning: "What the service answered; 0 when no answer came.", example: "status >= 500" },
  { name: "address", type: "string", meaning: "The client's address, in clear.", example: 'address.startsWith("203.0.113.")' },
  { name: "network", type: "string", meaning: "The address as it is counted, hashed: IPv4 whole, IPv6 by its /64. For `by` and `distinct`.", example: 'network != ""' },
  {
    name: "client",
    type: "string",
    meaning: "The narrowest key of the caller, hashed: its own credential, or address and program. For `by` and `distinct`.",
    example: 'client != ""',
  },
  {
    name: "credential.present",
    type: "bool",
    meaning: "Whether the request carried a credential; whose it is and whether it is good is not said.",
    example: "!credential.present",
  },
  {
    name: "credential.kind",
    type: "string",
    meaning: 'Its kind: `basic`, `bearer`, `jwt`, `api-key`, `session-cookie`, `hmac`, `dpop`, `digest` or `custom`; `""` without one.',
    example: 'credential.kind == "basic"',
  },
  { name: "credential.hash", type: "string", meaning: 'Keyed hash of it; `""` without one. For `by` and `distinct`.', example: 'credential.hash != ""' },
  { name: "endpoint.id", type: "string", meaning: 'Id of the endpoint, as `postern endpoints` shows it; `""` while it is not known.', example: 'endpoint.id != ""' },
  { name: "endpoint.method", type: "string", meaning: 'Its method; `""` while it is not known.', example: 'endpoint.method == "GET"' },
  { name: "endpoint.path", type: "string", meaning: "Its template, the same as `path`.", example: 'endpoint.path.endsWith("/status")' },
  {
    name: "endpoint.auth",
    type: "string",
    meaning: "Whether it asks for a credential, by its answers so far: `enforced`, `not enforced`, `optional` or `unproven`.",
    example: 'endpoint.auth == "not enforced"',
  },
  {
    name: "endpoint.oracle",
    type: "string",
    meaning: 'Whether its answer depends on whether somebody exists: `suspected`, `proven`, or `""`.',
    example: 'endpoint.oracle != ""',
  },
  {
    name: "subject.hash",
    type: "string",
    meaning: 'Keyed hash of the first identifier asked about; `""` when there is none. For `by` and `distinct`.',
    example: 'subject.hash != ""',
  },
  {
    name: "subject.type",
    type: "string",
    meaning: 'Its type: `phone`, `email`, `username`, `integer`, `uuid` or `opaque`; `""` when there is none.',
    example: 'subject.type == "phone"',
  },
  { name: "subject.count", type: "int", meaning: "How many different identifiers the request asked about.", example: "subject.count > 50" },
  { name: "answer.meaning", type: "string", meaning: "What the answer told: `confirmed`, `denied`, `nothing` or `unknown`.", example: 'answer.meaning == "confirmed"' },
  { name: "answer.class", type: "string", meaning: 'Id of the class of answers it belongs to; `""` when there was none. For `by` and `distinct`.', example: 'answer.class != ""' },
  { name: "durationMs", type: "double", meaning: "How long the answer took, in milliseconds; 0 when the source does not say.", example: "durationMs > 2000.0" },
  { name: "requestBytes", type: "int", meaning: "Size of the request's body as far as it was seen.", example: "requestBytes > 1000000" },
  { name: "responseBytes", type: "int", meaning: "Size of the answer's body.", example: "responseBytes > 10000000" },
  { name: "action", type: "string", meaning: 'What the gate did: `allow`, `throttle`, `uniform`, `challenge` or `block`; `""` without a gate.', example: 'action == "uniform"' },
  { name: "would", type: "string", meaning: "What enforcement would have done, likewise; in `observe` it differs from `action`.", example: 'would == "uniform"' },
];

export interface TriggerFactEntry {
  /** As it is written: `credential.present`. */
  readonly name: string;
  /** CEL's word. */
  readonly type: "string" | "int" | "double" | "bool";
  readonly meaning: string;
  /** A condition, true of some exchanges. */
  readonly example: string;
}
