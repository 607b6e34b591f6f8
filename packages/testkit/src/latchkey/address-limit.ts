/** The plain limit most services have, and which slow or spread-out enumeration walks under: a bucket an address. */
export interface AddressLimit {
  /** 0 when the request may pass, else seconds to wait. */
  take(address: string, at: number): number;
}

/** Thirty a minute after a burst of twenty. */
export const addressLimit = { burst: 20, perMinute: 30 } as const;
/** Addresses remembered: 100,000 of about 100 bytes stay near 10 MB. At the bound the one unseen for longest is forgotten and starts anew. */
export const addressesMax = 100_000;

export function createAddressLimit(addresses: number = addressesMax): AddressLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (address, at) => {
      const known = buckets.get(address);
      const gained = known === undefined ? 0 : (Math.max(0, at - known.at) / 60_000) * addressLimit.perMinute;
      const tokens = Math.min(addressLimit.burst, (known?.tokens ?? addressLimit.burst) + gained);
      buckets.delete(address);
      if (buckets.size >= addresses) {
        for (const oldest of buckets.keys()) {
          buckets.delete(oldest);
          break;
        }
      }
      const passes = tokens >= 1;
      buckets.set(address, { tokens: passes ? tokens - 1 : tokens, at });
      return passes ? 0 : Math.max(1, Math.ceil(((1 - tokens) / addressLimit.perMinute) * 60));
    },
  };
}
