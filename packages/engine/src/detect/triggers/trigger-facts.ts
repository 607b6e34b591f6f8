import type { Understood } from "../../understood.ts";

/**
 * What a trigger may ask about one exchange. Identifiers stand only as keyed hashes, so a trigger can count people and
 * cannot name them. Texts are cut at {@link factCharactersMax}; a fact a source did not carry is `""`, `0` or `false`.
 */
export interface TriggerFacts {
  readonly method: string;
  readonly host: string;
  /** The endpoint's template, `""` while the endpoint is not admitted. */
  readonly path: string;
  readonly status: number;
  readonly address: string;
  /** The address as counted, hashed: IPv4 /32, IPv6 /64. */
  readonly network: string;
  /** Narrowest key of the caller, hashed. */
  readonly client: string;
  readonly credential: { readonly present: boolean; readonly kind: string; readonly hash: string };
  readonly endpoint: EndpointFacts;
  /** Hash of the first identifier asked about, its type, and how many there were. */
  readonly subject: { readonly hash: string; readonly type: string; readonly count: number };
  /** Hashes of all; only `distinct: subjects` may use it. */
  readonly subjects: readonly string[];
  /** What the answer told: `confirmed`, `denied`, `returned`, `nothing`, `unknown`; and its class. */
  readonly answer: { readonly meaning: string; readonly class: string };
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** What the gate did, and what enforcement would have done: `allow`, `throttle`, `uniform`, `challenge`, `block`; `""` without a gate. */
  readonly action: string;
  readonly would: string;
}

export interface EndpointFacts {
  readonly id: string;
  readonly method: string;
  /** The template. */
  readonly path: string;
  /** Verdict on its authentication: `enforced`, `not enforced`, `optional`, `unproven`. */
  readonly auth: string;
  /** `suspected`, `proven`, `declared` or `""`. */
  readonly oracle: string;
}

/** What the inventory and the redaction step know beside {@link Understood}. */
export interface FactsContext {
  readonly host: string;
  readonly endpoint: Omit<EndpointFacts, "id"> | undefined;
  readonly credentialKind: string | undefined;
  readonly meaning: string | undefined;
}

/** Reads the facts of one exchange. Nothing in clear but method, host, template, address and numbers gets through. */
export function triggerFactsOf(understood: Understood, context: FactsContext): TriggerFacts {
  const { exchange, actor, subjects, responseClass } = understood;
  const first = subjects[0];
  return {
    method: cut(exchange.method),
    host: cut(context.host),
    path: cut(context.endpoint?.path ?? ""),
    status: exchange.response.status,
    address: cut(actor.address),
    network: actor.network,
    client: actor.narrow,
    credential: { present: actor.credential !== undefined, kind: context.credentialKind ?? "", hash: actor.credential ?? "" },
    endpoint: {
      id: understood.endpointId ?? "",
      method: context.endpoint?.method ?? "",
      path: cut(context.endpoint?.path ?? ""),
      auth: context.endpoint?.auth ?? "",
      oracle: context.endpoint?.oracle ?? "",
    },
    subject: { hash: first?.hash ?? "", type: first?.type ?? "", count: subjects.length },
    subjects: subjects.map((subject) => subject.hash),
    answer: { meaning: context.meaning ?? "unknown", class: responseClass?.id ?? "" },
    durationMs: exchange.durationMs ?? 0,
    requestBytes: exchange.request.body?.length ?? 0,
    responseBytes: exchange.response.size ?? exchange.response.body?.length ?? 0,
    action: exchange.gate?.action ?? "",
    would: exchange.gate?.would ?? "",
  };
}

/** Longer methods, hosts or templates are noise; a condition must not pay for them. */
export const factCharactersMax = 512;

function cut(text: string): string {
  return text.length <= factCharactersMax ? text : text.slice(0, factCharactersMax);
}
