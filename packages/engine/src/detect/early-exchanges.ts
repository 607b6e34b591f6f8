import type { Actor } from "../exchange/actor.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { ExchangeView } from "../exchange/view.ts";
import type { ResponseClass } from "../understood.ts";

/**
 * The first exchanges of endpoints whose identifier is not recognised yet, in clear and in memory only, until it is. Bounds: {@link earlyMax} an endpoint, {@link earlyEndpointsMax} endpoints; at
 * the latter the one that gained nothing for longest gives its place: endpoints whose parameters are never recognised must not hold it for good.
 */
export class EarlyExchanges {
  readonly #byEndpoint = new Map<string, EarlyExchange[]>();

  add(endpointId: string, exchange: EarlyExchange): void {
    const early = this.#byEndpoint.get(endpointId) ?? [];
    if (early.length >= earlyMax) return;
    early.push(exchange);
    this.#byEndpoint.delete(endpointId);
    const longest = this.#byEndpoint.size < earlyEndpointsMax ? undefined : this.#byEndpoint.keys().next().value;
    if (longest !== undefined) this.#byEndpoint.delete(longest);
    this.#byEndpoint.set(endpointId, early);
  }

  /** Those of an endpoint, oldest first; they are kept no longer. */
  take(endpointId: string): readonly EarlyExchange[] {
    const early = this.#byEndpoint.get(endpointId) ?? [];
    this.#byEndpoint.delete(endpointId);
    return early;
  }

  renamed(from: string, to: string): void {
    const early = this.take(from);
    if (early.length > 0) this.#byEndpoint.set(to, [...(this.#byEndpoint.get(to) ?? []), ...early].slice(0, earlyMax));
  }
}

export interface EarlyExchange {
  readonly view: ExchangeView;
  readonly exchange: Exchange;
  readonly actor: Actor;
  readonly responseClass: ResponseClass;
  readonly at: number;
}

/** It takes eight distinct values, with repeats between, until an identifier is recognised. */
export const earlyMax = 64;
export const earlyEndpointsMax = 256;
