import { createHash } from "node:crypto";
import { PosternError } from "@postern/engine";
import type { AuthMeta, AuthOutcome, AuthPort, Caller, NewSession } from "./auth-port.ts";
import { keepLatest } from "../keep-latest.ts";

/** Failures an address may make in {@link failureWindowMs}: a person who pastes an old link thrice stays inside, a guesser does not. */
export const failuresMax = 20;
export const failureWindowMs = 60_000;
/** Addresses remembered. At the bound the oldest window is dropped: an attacker with that many addresses gets more guesses, at 256 bits a code. */
export const failingAddressesMax = 10_000;
/** Live sessions. At the bound the oldest ends: somebody must sign in again, nobody else gets in. */
export const sessionsMax = 1_000;
/** Unused login codes. At the bound the oldest is void. */
export const loginCodesMax = 100;
/** A preset token shorter than this could be guessed within the failure limit over months; it is refused at start. */
export const presetTokenLengthMin = 16;

export interface MemoryAuth extends AuthPort {
  /** A fresh one-time code for `/login?code=…`, good for `codeTtlMs`. */
  issueLogin(at: number): string;
}

export interface MemoryAuthOptions {
  /** 32 random bytes a call. */
  readonly random: () => Uint8Array;
  /** `POSTERN_API_TOKEN`: lets scripts in without a first login. At least {@link presetTokenLengthMin} characters, else CONFIG_INVALID. */
  readonly presetToken?: string | undefined;
  /** Default 12 hours, counted from sign-in: without a database there is no idle clock. */
  readonly sessionTtlMs?: number;
  /** Default 15 minutes: long enough to read a terminal, short enough for a shell history. */
  readonly codeTtlMs?: number;
}

/**
 * Tokens, codes and sessions in memory, as SHA-256 only. Everything ends with the process: sign in again by the new link.
 * Look-ups go by hash, so timing tells about hashes an attacker cannot steer, never about a secret.
 */
export function createMemoryAuth(options: MemoryAuthOptions): MemoryAuth {
  const sessionTtlMs = options.sessionTtlMs ?? 12 * 3_600_000;
  const codeTtlMs = options.codeTtlMs ?? 15 * 60_000;
  const preset = options.presetToken;
  if (preset !== undefined && preset.length < presetTokenLengthMin) {
    throw new PosternError("CONFIG_INVALID", `POSTERN_API_TOKEN has ${preset.length} characters.`, {
      remedy: `Use at least ${presetTokenLengthMin} random characters, such as the output of: openssl rand -hex 24`,
    });
  }
  const presetHash = preset === undefined ? undefined : hashOf(preset);
  const codes = new Map<string, number>();
  const sessions = new Map<string, { readonly expiresAt: number; readonly caller: Caller }>();
  const failures = createFailureLimit();

  function judge<T>(meta: AuthMeta, look: () => T | undefined): AuthOutcome<T> {
    const wait = failures.waitSeconds(meta);
    if (wait > 0) return { kind: "limited", retryAfterSeconds: wait };
    const value = look();
    if (value !== undefined) return { kind: "ok", value };
    failures.count(meta);
    return { kind: "denied" };
  }

  return {
    async verifyToken(token, meta) {
      return judge(meta, () => (presetHash !== undefined && hashOf(token) === presetHash ? ({ name: "token:preset", may: "write" } as const) : undefined));
    },
    async verifySession(id, at) {
      const session = sessions.get(hashOf(id));
      return session !== undefined && session.expiresAt > at ? session.caller : undefined;
    },
    async redeemLogin(code, meta) {
      return judge(meta, (): NewSession | undefined => {
        const hash = hashOf(code);
        const expiresAt = codes.get(hash);
        codes.delete(hash);
        if (expiresAt === undefined || expiresAt <= meta.at) return undefined;
        const id = secretOf(options.random());
        const session = { expiresAt: meta.at + sessionTtlMs, caller: { name: `session:${hashOf(id).slice(0, 6)}`, may: "write" } as const };
        keepLatest(sessions, hashOf(id), session, sessionsMax);
        return { id, expiresAt: session.expiresAt };
      });
    },
    async endSession(id) {
      sessions.delete(hashOf(id));
    },
    issueLogin(at) {
      const code = secretOf(options.random());
      keepLatest(codes, hashOf(code), at + codeTtlMs, loginCodesMax);
      return code;
    },
  };
}

/** Fixed windows of failures an address; the same for every implementation of the port that wants it. */
export function createFailureLimit(): { waitSeconds(meta: AuthMeta): number; count(meta: AuthMeta): void } {
  const windows = new Map<string, { startedAt: number; failures: number }>();
  return {
    waitSeconds({ address, at }) {
      const window = windows.get(address);
      if (window === undefined || window.failures < failuresMax) return 0;
      const left = window.startedAt + failureWindowMs - at;
      return left > 0 ? Math.ceil(left / 1_000) : 0;
    },
    count({ address, at }) {
      const window = windows.get(address);
      if (window !== undefined && at < window.startedAt + failureWindowMs) {
        window.failures += 1;
        return;
      }
      windows.delete(address);
      keepLatest(windows, address, { startedAt: at, failures: 1 }, failingAddressesMax);
    },
  };
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

function secretOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}
