/**
 * Between an adapter that carries bytes (the built-in proxy today) and the judgement. Synchronous throughout: the
 * adapter never awaits a decision. One object per request flows through `onRequest` → (a wait) → (`onRequestBody`) →
 * `onAnswer` | `onAbort` → `onComplete`.
 */
export interface GatePort {
  /** Called when the request's head is complete. `deny` must be answered without touching the upstream. */
  onRequest(head: RequestHead): Ruling;
  /** Only after a ruling `body`: the request's body, whole or its first {@link bodyBytesMax} bytes. */
  onRequestBody(ruling: BodyRuling, body: Uint8Array, complete: boolean): FinalRuling;
  /** Only after a ruling `hold`: the answer's head and its body, whole or its first {@link bodyBytesMax} bytes. Nothing of it was released yet. When this returns `pass` the disclosure is already journaled. */
  onAnswer(ruling: HoldRuling, answer: Answer): Release;
  /** After `hold`: the upstream gave no complete answer, or the client left before one was released. */
  onAbort(ruling: HoldRuling, at: number): void;
  /** Always, once a request is over: what the ledger gets. Bodies are prefixes of at most {@link bodyBytesMax}. */
  onComplete(capture: Capture): void;
}

/** 64 KiB: larger answers of guarded endpoints are judged by their prefix; memory per held request stays bounded. */
export const bodyBytesMax = 65_536;

export interface RequestHead {
  /** Event time, milliseconds since the epoch, from the clock of the composition root. */
  readonly at: number;
  readonly method: string;
  /** `Host` as sent, lower case; the absolute-form target's authority wins over it. */
  readonly host: string;
  /** Origin-form, raw: `/a%20b?x=1`. */
  readonly target: string;
  /** `[name, value, name, value, …]` as on the wire. */
  readonly rawHeaders: readonly string[];
  /** The caller, resolved by explicit trusted hops. */
  readonly address: string;
}

export type Ruling = FinalRuling | BodyRuling | WaitRuling;
/** What is done with a request in the end. */
export type FinalRuling = PassRuling | HoldRuling | DenyRuling;
/** Nothing is guarded here: stream both ways. */
export interface PassRuling {
  readonly kind: "pass";
}
/** The identifier stands in the body: collect it (bounded), then call `onRequestBody`; then send it upstream unchanged. */
export interface BodyRuling {
  readonly kind: "body";
  readonly token: unknown;
}
/** Forward, hold the answer back (bounded), then call `onAnswer`. */
export interface HoldRuling {
  readonly kind: "hold";
  readonly token: unknown;
}
/** Send nothing on and read no body until `start` calls back: once, not before it returned, soon, and not after the request's `onComplete`. Only `onRequest` rules so. */
export interface WaitRuling {
  readonly kind: "wait";
  readonly start: (go: (next: FinalRuling | BodyRuling) => void) => void;
}
/** Answer this now (a limit's 429, or as if what it names were not there); the upstream is not asked. */
export interface DenyRuling {
  readonly kind: "deny";
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly reason: string;
  /** Of a request that was judged before it was turned away. */
  readonly token?: unknown;
  /** Held for abuse: the answer may be the operator's own. */
  readonly held?: true;
}

export interface Answer {
  readonly at: number;
  /** Milliseconds of the same clock since the whole request was with the service; absent when the adapter does not know. */
  readonly tookMs?: number | undefined;
  readonly status: number;
  readonly rawHeaders: readonly string[];
  /** Content-Encoding already undone when it was gzip, deflate or br and within bounds; else as sent. */
  readonly body: Uint8Array;
  readonly complete: boolean;
}

export type Release =
  | { readonly kind: "pass" }
  /** Send this instead, not before `notBefore` (same clock as `at`), so that time tells nothing either. */
  | {
      readonly kind: "replace";
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: string;
      readonly notBefore: number;
      /** The service's own such answers are chunked: none of `Content-Length` unless `headers` hold it. What is absent does not follow the answer that was replaced. */
      readonly chunked?: boolean;
    };

export interface Capture {
  readonly head: RequestHead;
  readonly ruling: Ruling;
  /** What the client got instead of the upstream's answer, if anything. */
  readonly replaced: boolean;
  /** What was sent in the place of a held answer, as it went out, and when: milliseconds of the same clock after the request. */
  readonly sent?: { readonly rawHeaders: readonly string[]; readonly bytes: number; readonly ms: number } | undefined;
  /** The request's header section as on the wire, line by line, when the adapter has it as one text: cheaper to pass on than `rawHeaders`. */
  readonly requestSection: string | undefined;
  readonly requestBody: Uint8Array | undefined;
  readonly requestBodyTruncated: boolean;
  /** The upstream's own answer; status 0 when there was none (down, timeout, abort). */
  readonly status: number;
  readonly responseRawHeaders: readonly string[];
  /** As `requestSection`, of the upstream's answer. */
  readonly responseSection: string | undefined;
  readonly responseBody: Uint8Array | undefined;
  readonly responseBodyTruncated: boolean;
  readonly responseBytes: number;
  readonly durationMs: number;
  /** Real milliseconds from the whole request sent upstream to the head of its answer: the service's own time, without the client's network. Absent when there was no such moment. */
  readonly upstreamMs?: number | undefined;
  /** Set when the upstream failed: `connect`, `timeout`, `reset`, `protocol`. */
  readonly upstreamError: string | undefined;
}
