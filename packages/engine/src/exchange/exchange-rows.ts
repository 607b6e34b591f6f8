import type { Exchange } from "./exchange.ts";

/**
 * Exchanges of a recording that are put together only when their turn comes: tens of thousands wait to be put in order of time, and as objects they would cost
 * more in garbage collection than in judgement.
 */
export interface ExchangeRows {
  readonly length: number;
  /** As the exchange's. */
  at(row: number): number;
  /** {@link exchangeWeight} of it. */
  weight(row: number): number;
  exchange(row: number): Exchange;
}

/** Roughly the bytes an exchange holds while it waits. */
export function exchangeWeight(exchange: Exchange): number {
  return (
    200 +
    exchange.url.length +
    (exchange.request.body?.length ?? 0) +
    (exchange.response.body?.length ?? 0) +
    64 * (exchange.request.headers.length + exchange.response.headers.length)
  );
}
