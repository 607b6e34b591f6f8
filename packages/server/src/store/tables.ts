import { z } from "zod";

/**
 * Which kinds of journal rows the store loads, and how a row's names become columns: the one place where they meet.
 * Kinds that are not here (state of the gate or hub, say) stay in the journals and are not the store's business.
 */
export const loadedTables: Readonly<Record<LoadedKind, LoadedTable>> = {
  exchanges: {
    table: "postern.exchanges",
    structure:
      "id String, at Int64, endpointId String, method String, host String, template String, status UInt16, answered UInt16, address String, credential String, credentialKind String, responseClass String, durationMs Float64, requestBytes UInt64, responseBytes UInt64, ja4 String, userAgent String, subjects Array(Tuple(type String, hash String)), subjectsTruncated Bool, dataClasses Array(String), action String, would String, reason String",
    columns: {
      id: "id",
      at: "fromUnixTimestamp64Milli(at, 'UTC')",
      endpoint_id: "endpointId",
      method: "method",
      host: "host",
      path: "template",
      status: "status",
      answered: "if(answered = 0, status, answered)",
      address: "address",
      network: networkOf("address"),
      credential: "credential",
      credential_kind: "credentialKind",
      response_class: "responseClass",
      duration_ms: "toFloat32(durationMs)",
      request_bytes: "requestBytes",
      response_bytes: "responseBytes",
      subjects: "arrayMap(s -> toFixedString(unhex(s.2), 8), subjects)",
      subject_types: "arrayMap(s -> s.1, subjects)",
      subjects_truncated: "subjectsTruncated",
      ja4: "ja4",
      user_agent: "userAgent",
      flags: "dataClasses",
      action: "if(action = '', 'allow', action)",
      would: "if(would = '', 'allow', would)",
      reason: "reason",
    },
    row: z.looseObject({
      id: z.string(),
      at: timestamp(),
      endpointId: z.string().nullish(),
      method: z.string(),
      host: z.string().nullish(),
      template: z.string().nullish(),
      status: z.int().min(0).max(65_535),
      answered: z.int().min(0).max(65_535).nullish(),
      address: z.string().nullish(),
      credential: z.string().nullish(),
      credentialKind: z.string().nullish(),
      responseClass: z.string().nullish(),
      durationMs: z.number().nullish(),
      requestBytes: z.int().min(0).nullish(),
      responseBytes: z.int().min(0).nullish(),
      subjects: z.array(z.looseObject({ type: z.string(), hash: hash() })).nullish(),
      ja4: z.string().nullish(),
      userAgent: z.string().nullish(),
      subjectsTruncated: z.boolean().nullish(),
      dataClasses: z.array(z.string()).nullish(),
      action: z.string().nullish(),
      would: z.string().nullish(),
      reason: z.string().nullish(),
    }),
  },
  disclosures: {
    table: "postern.disclosures",
    structure:
      "id String, exchangeId String, at Int64, endpointId String, subjectType String, subject String, keyEpoch UInt16, answer String, responseClass String, narrow String, address String, credential String",
    columns: {
      id: "id",
      exchange_id: "exchangeId",
      at: "fromUnixTimestamp64Milli(at, 'UTC')",
      endpoint_id: "endpointId",
      subject_type: "subjectType",
      subject: "toFixedString(unhex(subject), 8)",
      key_epoch: "keyEpoch",
      answer: "answer",
      response_class: "responseClass",
      narrow: "toFixedString(unhex(narrow), 8)",
      address: "address",
      network: networkOf("address"),
      credential: "credential",
    },
    row: z.looseObject({
      id: z.string(),
      exchangeId: z.string(),
      at: timestamp(),
      endpointId: z.string(),
      subjectType: z.string(),
      subject: hash(),
      keyEpoch: z.int().min(0).max(65_535).nullish(),
      answer: z.string(),
      responseClass: z.string(),
      narrow: hash(),
      address: z.string().nullish(),
      credential: z.string().nullish(),
    }),
  },
  signals: {
    table: "postern.signals",
    structure:
      "id String, detector String, level String, confidence Float64, at Int64, endpointId String, actor Tuple(address String, network String, narrow String), evidence String",
    columns: {
      id: "id",
      at: "fromUnixTimestamp64Milli(at, 'UTC')",
      detector: "detector",
      level: "level",
      confidence: "toFloat32(confidence)",
      endpoint_id: "endpointId",
      address: "actor.1",
      network: networkOf("(actor.1)"),
      narrow: "actor.3",
      evidence: "evidence",
    },
    row: z.looseObject({
      id: z.string(),
      detector: z.string(),
      level: z.string(),
      confidence: z.number(),
      at: timestamp(),
      endpointId: z.string().nullish(),
      actor: z.looseObject({ address: z.string(), network: z.string(), narrow: z.string() }).nullish(),
      evidence: z.record(z.string(), z.unknown()).nullish(),
    }),
  },
  followups: {
    table: "postern.follow_ups",
    structure: "id String, exchangeId String, at Int64, endpointId String, kind String, subject String, narrow String, address String",
    columns: {
      id: "id",
      exchange_id: "exchangeId",
      at: "fromUnixTimestamp64Milli(at, 'UTC')",
      endpoint_id: "endpointId",
      kind: "kind",
      subject: "toFixedString(unhex(subject), 8)",
      narrow: "toFixedString(unhex(narrow), 8)",
      address: "address",
      network: networkOf("address"),
    },
    row: z.looseObject({
      id: z.string(),
      exchangeId: z.string(),
      at: timestamp(),
      endpointId: z.string(),
      kind: z.string(),
      subject: hash(),
      narrow: hash(),
      address: z.string().nullish(),
    }),
  },
};

export type LoadedKind = "exchanges" | "disclosures" | "signals" | "followups";

export interface LoadedTable {
  readonly table: string;
  /** Names and types as they stand in the journal; unknown names are skipped, missing ones and nulls take the type's default. */
  readonly structure: string;
  /** Column → expression over the journal's names. */
  readonly columns: Readonly<Record<string, string>>;
  /** What a line must be for the engine to take it. Used only when a whole segment was refused, to find the lines that are to blame. */
  readonly row: z.ZodType;
}

export function isLoadedKind(kind: string): kind is LoadedKind {
  return Object.hasOwn(loadedTables, kind);
}

/** /24 of an IPv4 address (also when mapped into IPv6), /64 of an IPv6 one, "" for anything else: what stays when the address itself expires. */
function networkOf(address: string): string {
  const bare = `replaceRegexpOne(${address}, '^::ffff:', '')`;
  return `multiIf(isIPv4String(${bare}), concat(substringIndex(${bare}, '.', 3), '.0/24'), isIPv6String(${bare}), concat(IPv6NumToString(tupleElement(IPv6CIDRToRange(toIPv6OrDefault(${bare}), 64), 1)), '/64'), '')`;
}

/** Beyond the year 2200 nothing happened yet. */
function timestamp(): z.ZodType {
  return z.int().min(0).max(7_258_118_400_000);
}

function hash(): z.ZodType {
  return z.string().regex(/^[0-9a-f]{16}$/);
}
