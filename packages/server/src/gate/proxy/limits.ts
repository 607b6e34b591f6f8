/**
 * Every bound of the proxy, with the reason for its default. Times are real milliseconds (not the product's scaled clock):
 * they guard sockets, and sockets live in real time. Times are checked once a second, so each may run up to 1 s over.
 */
export interface ProxyLimits {
  /** Client connections at once; a further one is dropped at accept and counted. Each costs about 10 KiB, with long heads up to 25. */
  readonly connectionsMax: number;
  /** Requests at once; a further one gets 503. With 64 KiB held each way this also bounds held memory (512 MiB at the default). */
  readonly inFlightMax: number;
  /** Connections to the upstream at once; requests beyond wait for one, at most `connectMs`. */
  readonly upstreamConnectionsMax: number;
  /** Request line and headers together; beyond: 431. Twice what browsers send at worst. */
  readonly headerBytesMax: number;
  /** Header lines of a request; beyond: 431. Keeps each pass over the headers short. */
  readonly headersMax: number;
  /** From the first byte of a request (or accept) to the end of its headers; then 408. Slowloris. */
  readonly headersMs: number;
  /** Between two pieces of a request body, and for a client that stops reading its answer. Slowloris with bodies. */
  readonly clientIdleMs: number;
  /** A whole request, body included; a client dripping bytes cannot hold a connection longer. Large slow uploads need it long. */
  readonly requestMs: number;
  /** Between requests on a client connection. */
  readonly keepAliveMs: number;
  /** Waiting for a connection to the upstream, queue included; then 502. */
  readonly connectMs: number;
  /** From the whole request sent to the head of the answer; then 504. */
  readonly answerHeadMs: number;
  /** Between two pieces of an answer; then the client connection is cut, because its head was already sent. Longer than usual SSE heartbeats. */
  readonly answerIdleMs: number;
  /** How long an unused upstream connection is kept. Below the 5 s at which Node services close theirs, so that a request rarely meets a closing one. */
  readonly upstreamIdleMs: number;
  /** A tunnel (WebSocket) without a byte either way. */
  readonly tunnelIdleMs: number;
  /** How long an upstream may take to say `100 Continue` before the body is sent anyway (RFC 9110 10.1.1 asks for that). */
  readonly continueMs: number;
  /** After an answer, how long the rest of an unread request body is thrown away before the connection is cut. */
  readonly lingerMs: number;
  /** The longest a replaced answer is kept back, whatever the judgement asks. */
  readonly notBeforeMaxMs: number;
}

export const defaultLimits: ProxyLimits = {
  connectionsMax: 10_000,
  inFlightMax: 4_096,
  upstreamConnectionsMax: 1_024,
  headerBytesMax: 32_768,
  headersMax: 256,
  headersMs: 15_000,
  clientIdleMs: 60_000,
  requestMs: 1_800_000,
  keepAliveMs: 65_000,
  connectMs: 10_000,
  answerHeadMs: 60_000,
  answerIdleMs: 300_000,
  upstreamIdleMs: 4_000,
  tunnelIdleMs: 3_600_000,
  continueMs: 1_000,
  lingerMs: 5_000,
  notBeforeMaxMs: 30_000,
};
