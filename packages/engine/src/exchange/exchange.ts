/**
 * One HTTP request and its answer, as one source observed it. The word everything else is built on.
 *
 * Sources build it, redaction and keyed hashing happen when it is understood ({@link Understood}), and nothing
 * of its bodies, credentials or clear identifiers outlives that step. `at` is event time: milliseconds since the
 * Unix epoch at which the request arrived; the answer was complete at `at + (durationMs ?? 0)`.
 */
export interface Exchange {
  /** Unique within its source; given by the recorder or made by the reader (`<source>:<line>`). At most 128 characters. */
  readonly id: string;
  readonly at: number;
  /** As on the wire, upper case by convention (`GET`). */
  readonly method: string;
  /** Absolute (`https://api.example.com/users/7?x=1`) when the source knows the host, else origin-form (`/users/7?x=1`). Raw, undecoded. */
  readonly url: string;
  readonly client: Client;
  readonly request: Message;
  readonly response: ResponseMessage;
  /** Milliseconds from request to complete answer; absent when the source does not say. */
  readonly durationMs?: number;
  /** Milliseconds the service itself took, from the whole request sent to it to the head of its answer; only where Postern's own gate measured it. */
  readonly upstreamMs?: number;
  /** What this source is able to carry. A check must answer `unknown`, not `pass`, on what was never carried. */
  readonly carries: Carries;
  /** Set when Postern's own gate stood in the way. */
  readonly gate?: GateNote;
}

export interface Client {
  /** IPv4 or IPv6 text, resolved by explicit trusted hops; `""` when the source has none. */
  readonly address: string;
  /** TLS client fingerprint, from Postern's own TLS end or a trusted hop only. */
  readonly ja4?: string;
}

export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Text when it is valid UTF-8, else the bytes. */
export type BodyContent = string | Uint8Array;

export interface Message {
  /** In wire order and case, repeats kept. Empty when not carried. */
  readonly headers: HeaderList;
  readonly body?: BodyContent;
  /** True when `body` is only a prefix. */
  readonly truncated?: boolean;
}

export interface ResponseMessage extends Message {
  /** 100–599, or 0 when no answer came (aborted, upstream down). */
  readonly status: number;
  /** Bytes of the answer's body, when the source says. */
  readonly size?: number;
}

export interface Carries {
  readonly host: boolean;
  readonly query: boolean;
  readonly requestHeaders: boolean;
  readonly requestBody: boolean;
  readonly responseHeaders: boolean;
  readonly responseBody: boolean;
}

/** A source that sees everything: the gate, exchange NDJSON, HAR with bodies. */
export const carriesAll: Carries = {
  host: true,
  query: true,
  requestHeaders: true,
  requestBody: true,
  responseHeaders: true,
  responseBody: true,
};

/** What the gate did with this exchange. `response` of the exchange is then the upstream's own answer, not the rewritten one. */
export interface GateNote {
  readonly action: Action;
  /** What enforcement would have done, where the mode is `observe`. */
  readonly would: Action;
  readonly reason: string;
  /** The status the caller got, where the gate answered in the service's place. */
  readonly answered?: number;
  /** What the caller saw of a uniform answer: its headers as sent, the bytes of its body without the identifier it repeats, milliseconds after the request. */
  readonly sent?: { readonly headers: HeaderList; readonly bytes: number; readonly ms: number };
  /** Disclosure rows of this exchange stand already in the gate's own journal. */
  readonly journaled: boolean;
}

/** What the gate does with a request. `uniform`: answer as for "unknown", so that nothing is learned. */
export type Action = "allow" | "throttle" | "uniform" | "challenge" | "block";

export type Mode = "observe" | "enforce";
