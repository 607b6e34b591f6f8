/** How often, when and by which requests endpoints were asked about somebody, for their findings; begins anew with a restart. By endpoint id. */
export class OracleTraffics {
  readonly #byId = new Map<string, OracleTraffic>();
  readonly #max: number;

  /** At `max` endpoints later ones are counted for nobody: their findings show what the inventory counted. */
  constructor(max = trafficMax) {
    this.#max = max;
  }

  get(endpointId: string): OracleTraffic | undefined {
    return this.#byId.get(endpointId);
  }

  asked(endpointId: string, exchange: { readonly id: string; readonly at: number }): void {
    let traffic = this.#byId.get(endpointId);
    if (traffic === undefined) {
      if (this.#byId.size >= this.#max) return;
      this.#byId.set(endpointId, (traffic = { lookups: 0, firstAt: Number.POSITIVE_INFINITY, lastAt: 0, examples: [] }));
    }
    traffic.lookups++;
    traffic.firstAt = Math.min(traffic.firstAt, exchange.at);
    traffic.lastAt = Math.max(traffic.lastAt, exchange.at);
    if (traffic.examples.length < examplesMax) traffic.examples.push(exchange.id);
  }

  /** The endpoint goes on under another name. */
  renamed(from: string, to: string): void {
    const traffic = this.#byId.get(from);
    if (traffic !== undefined && this.#byId.delete(from) && !this.#byId.has(to)) this.#byId.set(to, traffic);
  }
}

export interface OracleTraffic {
  lookups: number;
  firstAt: number;
  lastAt: number;
  readonly examples: string[];
}

/** As many as an inventory holds endpoints by default; 200 bytes each. */
const trafficMax = 20_000;
/** Nobody follows more. */
const examplesMax = 8;
