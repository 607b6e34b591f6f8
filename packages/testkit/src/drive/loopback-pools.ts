import { Pool } from "undici";

/**
 * A connection pool for each source address, so that every session truly comes from its own 127.x.y.z. At most `size`
 * pools are open; at the bound the one idle for longest is closed. While all are busy more may open, one a running request.
 */
export class LoopbackPools {
  readonly #pools = new Map<string, Held>();
  readonly #origin: string;
  readonly #size: number;

  constructor(origin: string, size = 256) {
    this.#origin = origin;
    this.#size = size;
  }

  /** Runs `use` with the pool of an address and keeps that pool open meanwhile. */
  async with<T>(address: string, use: (pool: Pool) => Promise<T>): Promise<T> {
    const held = this.#pools.get(address) ?? { pool: new Pool(this.#origin, { localAddress: address, connections: 8, headersTimeout: 30_000, bodyTimeout: 30_000 }), users: 0 };
    this.#pools.delete(address);
    this.#pools.set(address, held);
    held.users += 1;
    this.#shrink();
    try {
      return await use(held.pool);
    } finally {
      held.users -= 1;
    }
  }

  /** Closes every connection at once. */
  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((held) => held.pool.destroy()));
  }

  #shrink(): void {
    if (this.#pools.size <= this.#size) return;
    for (const [address, held] of this.#pools) {
      if (held.users > 0) continue;
      this.#pools.delete(address);
      void held.pool.destroy();
      if (this.#pools.size <= this.#size) return;
    }
  }
}

interface Held {
  readonly pool: Pool;
  users: number;
}
