import type { FinishedExchange } from "../exchange-record.ts";
import type { Capture } from "./gate-port.ts";

/** The least a request and its answer can be, as the proxy tells them, with what a test changes. */
export function plainCapture(change: Partial<Capture> = {}): Capture {
  return {
    head: { at: 1, method: "GET", host: "", target: "/", rawHeaders: [], address: "127.0.0.1" },
    ruling: { kind: "pass" },
    replaced: false,
    requestSection: undefined,
    requestBody: undefined,
    requestBodyTruncated: false,
    status: 200,
    responseRawHeaders: [],
    responseSection: undefined,
    responseBody: undefined,
    responseBodyTruncated: false,
    responseBytes: 0,
    durationMs: 0,
    upstreamError: undefined,
    ...change,
  };
}

/** Exchange number `n` of a gate's life, finished at time `n`. */
export function finishedExchange(n: number, change: Partial<Capture> = {}): FinishedExchange {
  return { number: n, note: undefined, capture: plainCapture({ head: { at: n, method: "GET", host: "", target: "/", rawHeaders: [], address: "127.0.0.1" }, ...change }) };
}
