import type { State } from "../state/open-state.ts";
import type { AuthMeta, AuthOutcome, AuthPort, Caller } from "./auth-port.ts";
import { createFailureLimit } from "./memory-auth.ts";

/**
 * Tokens, one-time codes and sessions from the state database: they outlive a restart of the hub. Failures are limited per address, in memory, as
 * everywhere. `preset` (POSTERN_API_TOKEN) is compared by its hash and never stored.
 */
export function createStateAuth(access: State["access"], preset: AuthPort | undefined): AuthPort {
  const failures = createFailureLimit();

  async function judge<T>(meta: AuthMeta, look: () => Promise<T | undefined>): Promise<AuthOutcome<T>> {
    const wait = failures.waitSeconds(meta);
    if (wait > 0) return { kind: "limited", retryAfterSeconds: wait };
    const value = await look();
    if (value !== undefined) return { kind: "ok", value };
    failures.count(meta);
    return { kind: "denied" };
  }

  return {
    verifyToken: (token, meta) =>
      judge<Caller>(meta, async () => {
        const known = await preset?.verifyToken(token, meta);
        return known?.kind === "ok" ? known.value : await access.verifyToken(token, meta.at);
      }),
    verifySession: (id, at) => access.verifySession(id, at),
    redeemLogin: (code, meta) => judge(meta, () => access.redeemLogin(code, meta.at)),
    endSession: (id) => access.endSession(id),
  };
}
