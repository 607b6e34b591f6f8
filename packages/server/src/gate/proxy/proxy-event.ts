import type { UpstreamFailure } from "./upstream-pool.ts";

/** What an operator may want counted or logged. Holds no part of any request. */
export type ProxyEvent =
  /** The upstream failed a request; the client got 502 or 504 with this reference, or a cut connection when the answer had begun. */
  | { readonly type: "upstream-failed"; readonly failure: UpstreamFailure; readonly reason: string; readonly ref: string }
  /** A request was refused before anything was asked about it. */
  | { readonly type: "refused"; readonly status: number; readonly reason: string; readonly ref: string }
  /** `connectionsMax` was reached. */
  | { readonly type: "connection-dropped" }
  /** The judgement threw. The request was answered 500: an input that breaks the judgement must not be a way around it. */
  | { readonly type: "gate-failed"; readonly error: unknown; readonly ref: string };
