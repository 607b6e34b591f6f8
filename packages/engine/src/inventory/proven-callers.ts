import type { ExchangeView } from "../exchange/view.ts";
import type { InventoryEndpoint } from "./inventory-endpoint.ts";

/**
 * Credentials (keyed hashes) that an endpoint accepted which refuses others: whoever holds one is somebody. One that an endpoint's callers share proves nobody.
 *
 * At most `max`: the oldest goes.
 */
export class ProvenCallers {
  readonly #max: number;
  readonly #hashes = new Set<string>();
  #fresh: string[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  /** Found since the last call. */
  takeFresh(): readonly string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  observe(view: ExchangeView, endpoint: InventoryEndpoint): void {
    const hash = view.credential?.hash;
    const { status } = view.exchange.response;
    if (hash === undefined || status < 200 || status > 299) return;
    // A signature without a key's name is another one each time.
    if (view.credential?.kind === "hmac" && view.credential.location !== "header:authorization" && view.credential.location !== "header:signature-input") return;
    if (this.#hashes.has(hash)) {
      if (!endpoint.auth.isSharedHere(hash)) return;
      this.#hashes.delete(hash);
      return;
    }
    if (endpoint.posture().bare.verdict !== "enforced" || endpoint.auth.isSharedHere(hash)) return;
    if (this.#hashes.size >= this.#max) {
      const [oldest] = this.#hashes;
      if (oldest !== undefined) this.#hashes.delete(oldest);
    }
    this.#hashes.add(hash);
    if (this.#fresh.length < this.#max) this.#fresh.push(hash);
  }

  exportState(): readonly string[] {
    return [...this.#hashes];
  }

  restore(hashes: readonly string[]): void {
    for (const hash of hashes) this.#hashes.add(hash);
  }
}
