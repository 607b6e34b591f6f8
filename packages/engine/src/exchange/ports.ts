import type { SubjectType } from "./subject.ts";

/**
 * What the engine needs of the world, handed in at the composition root. Every port is synchronous, pure for the
 * life of the process, and total: it returns a value for any input.
 */
export interface Ports {
  /**
   * Keyed hash: HMAC-SHA-256(key, `type` NUL `normal`), first 64 bits as 16 lower-case hex digits.
   * Two hosts with the same key agree; without the key, enumerating phone numbers does not invert it.
   */
  readonly hash: (type: HashType, normal: string) => string;
  /** A seeded, non-cryptographic 32-bit number source for ids that need not be secret. */
  readonly random: () => number;
  /** Bytes to text; invalid sequences become U+FFFD. */
  readonly decodeUtf8: (bytes: Uint8Array) => string;
}

/** The domain a value is hashed in; equal values of different types never share a hash. */
export type HashType = SubjectType | "credential" | "segment" | "link" | "client";
