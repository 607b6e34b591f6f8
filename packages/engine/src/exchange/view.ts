import type { Exchange } from "./exchange.ts";
import type { Ports } from "./ports.ts";

/** An exchange parsed once, in memory only, for every station of the ledger. All sizes are bounded here, so later stations need not ask. */
export interface ExchangeView {
  readonly exchange: Exchange;
  /** Lower case, port kept unless default; `""` when the source does not carry it. */
  readonly host: string;
  /** Decoded, dot segments resolved, empty segments and trailing slash dropped, at most {@link segmentsMax}; a segment longer than 256 characters is cut. */
  readonly segments: readonly string[];
  /** Decoded pairs in order, repeats kept, at most {@link pairsMax}. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Pairs of a form (`application/x-www-form-urlencoded`, `multipart/form-data`), or of elements and their text in an XML body. */
  readonly form: readonly (readonly [name: string, value: string])[];
  readonly requestJson: Json | undefined;
  readonly responseJson: Json | undefined;
  readonly credential: CredentialSeen | undefined;
  readonly userAgent: string;
}

/** The same with another path. Written out: of an object spread with more members, V8 11 (Node 20) makes a hidden class for each object alone, and each of its readers is slow. */
export function withSegments({ exchange, host, query, form, requestJson, responseJson, credential, userAgent }: ExchangeView, segments: readonly string[]): ExchangeView {
  return { exchange, host, segments, query, form, requestJson, responseJson, credential, userAgent };
}

/** What path templates are learned from. */
export type PathView = Pick<ExchangeView, "exchange" | "host" | "segments" | "form" | "requestJson" | "responseJson">;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface CredentialSeen {
  readonly kind: CredentialKind;
  /** `hash("credential", the secret part)`; for a JWT over its whole text. */
  readonly hash: string;
  /** `header:authorization`, `header:x-api-key`, `query:api_key`, `cookie:sid`. */
  readonly location: string;
}

export type CredentialKind = "basic" | "bearer" | "jwt" | "api-key" | "session-cookie" | "hmac" | "dpop" | "digest" | "mtls" | "custom";

/** Deeper or wider input is read up to here; nothing legitimate is close. */
export const segmentsMax = 32;
export const pairsMax = 128;

export type ViewOf = (exchange: Exchange, ports: Ports) => ExchangeView;
