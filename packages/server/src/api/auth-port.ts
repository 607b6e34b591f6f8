/**
 * Who may use the API. The state database implements it; {@link createMemoryAuth} stands in where there is none.
 *
 * An implementation keeps only hashes of tokens, codes and session ids, compares in constant time (or looks up by hash, which
 * tells an attacker nothing he can steer), and counts failures per address: after too many it answers `limited` to
 * that address without looking, right or wrong, so that guessing is not made faster by guessing in parallel.
 */
export interface AuthPort {
  /** `token` as sent after `Bearer`, at most 512 characters. */
  verifyToken(token: string, meta: AuthMeta): Promise<AuthOutcome<Caller>>;
  /** `id` as sent in the cookie, at most 512 characters. Unknown, ended and expired are the same answer. Does not count as a failure: a stale browser tab is no attack. */
  verifySession(id: string, at: number): Promise<Caller | undefined>;
  /** Burns a one-time code and opens a session. Of two parallel calls with one code, one wins. */
  redeemLogin(code: string, meta: AuthMeta): Promise<AuthOutcome<NewSession>>;
  /** Unknown ids are no error. */
  endSession(id: string, at: number): Promise<void>;
}

export type AuthOutcome<T> = { readonly kind: "ok"; readonly value: T } | { readonly kind: "denied" } | { readonly kind: "limited"; readonly retryAfterSeconds: number };

export interface AuthMeta {
  /** Milliseconds since the epoch, by the real clock: sessions of people do not run on a demo's scaled one. */
  readonly at: number;
  /** Address of the peer; `""` when unknown. */
  readonly address: string;
}

export interface Caller {
  /** Shown in the audit log: `token:ci`, `session:3fa1`. Never the secret. */
  readonly name: string;
  readonly may: "read" | "write";
}

export interface NewSession {
  /** The cookie's value: at least 128 random bits, printable ASCII without `;`, `,` or spaces. */
  readonly id: string;
  readonly expiresAt: number;
}
