import { type Carries, DistinctCounter, type Exchange, hash53 } from "@postern/engine";

/** How many of the exchanges read carried what, and so what could not be judged. */
export class CoverageCount {
  exchanges = 0;
  withAddress = 0;
  withDuration = 0;
  readonly #carried: Record<keyof Carries, number> = { host: 0, query: 0, requestHeaders: 0, requestBody: 0, responseHeaders: 0, responseBody: 0 };

  #nowhere = 0;
  readonly #nowherePaths = new DistinctCounter();

  /** `placed`: an endpoint is known where it was asked. */
  add(exchange: Exchange, placed: boolean): void {
    const { carries } = exchange;
    if (!placed && exchange.response.status === 404) {
      this.#nowhere++;
      this.#nowherePaths.add(hash53(exchange.url.split("?", 1)[0] ?? ""));
    }
    this.exchanges++;
    if (exchange.client.address !== "") this.withAddress++;
    if (exchange.durationMs !== undefined) this.withDuration++;
    const carried = this.#carried;
    if (carries.host) carried.host++;
    if (carries.query) carried.query++;
    if (carries.requestHeaders) carried.requestHeaders++;
    if (carries.requestBody) carried.requestBody++;
    if (carries.responseHeaders) carried.responseHeaders++;
    if (carries.responseBody) carried.responseBody++;
  }

  /** Requests answered 404 where no endpoint was known, and to how many paths. */
  nowhere(): { readonly requests: number; readonly paths: number } {
    return { requests: this.#nowhere, paths: Math.min(this.#nowhere, this.#nowherePaths.value()) };
  }

  /** Every fact with the share of exchanges that carried it, and for each that some lacked, what could not be judged there. */
  facts(): readonly CoverageFact[] {
    const facts: [fact: string, count: number, without: string][] = [
      ["client address", this.withAddress, "who asked; every caller is one source"],
      ["host", this.#carried.host, "which of several services was asked; their endpoints are one inventory"],
      ["query", this.#carried.query, "identifiers in queries"],
      ["request headers", this.#carried.requestHeaders, "credentials: whether an endpoint asks for one, and for whom it answers"],
      ["request body", this.#carried.requestBody, "identifiers in bodies; limits and budgets on endpoints that take them there"],
      ["response headers", this.#carried.responseHeaders, "types of answers, redirects, cookies"],
      ["response body", this.#carried.responseBody, "answers that differ only in their body; what personal data is returned; anchors by ids in answers"],
      ["duration", this.withDuration, "latency; differences in time"],
    ];
    return facts.map(([fact, count, without]) => ({ fact, carried: this.exchanges === 0 ? 0 : count / this.exchanges, notJudged: count < this.exchanges ? without : null }));
  }
}

export interface CoverageFact {
  readonly fact: string;
  /** 0–1 */
  readonly carried: number;
  /** Null when every exchange carried it. */
  readonly notJudged: string | null;
}
