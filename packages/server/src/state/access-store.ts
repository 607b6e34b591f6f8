import { createHash, randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { StateTables } from "./state-tables.ts";

/**
 * API tokens, one-time login links and sessions. Each secret is 256 random bits, shown once and kept as SHA-256; looking one up by its
 * hash tells an attacker nothing he can steer. Guessing is limited by the caller, not here.
 */
export class AccessStore {
  readonly #db: Kysely<StateTables>;

  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  /** Makes a token; the secret is not stored and cannot be shown again. `preset` stores a secret chosen outside, once however often it is asked. */
  async createToken(token: {
    readonly name: string;
    readonly may: "read" | "write";
    readonly at: number;
    readonly preset?: string;
  }): Promise<{ readonly id: string; readonly secret: string }> {
    const secret = token.preset ?? `postern_${randomBytes(32).toString("base64url")}`;
    const hash = hashOf(secret);
    await this.#db
      .insertInto("api_tokens")
      .values({ id: randomBytes(8).toString("hex"), name: token.name, hash, may: token.may, created_at: token.at, last_used_at: null, revoked_at: null })
      .onConflict((conflict) => conflict.column("hash").doNothing())
      .execute();
    const { id } = await this.#db.selectFrom("api_tokens").select("id").where("hash", "=", hash).executeTakeFirstOrThrow();
    return { id, secret };
  }

  /** Whose token it is; undefined when unknown or revoked. Notes its use, at most once a minute. */
  async verifyToken(secret: string, at: number): Promise<Holder | undefined> {
    const row = await this.#db.selectFrom("api_tokens").selectAll().where("hash", "=", hashOf(secret)).where("revoked_at", "is", null).executeTakeFirst();
    if (row === undefined) return undefined;
    if (row.last_used_at === null || at - row.last_used_at >= touchMs) await this.#db.updateTable("api_tokens").set({ last_used_at: at }).where("id", "=", row.id).execute();
    return { name: `token:${row.name}`, may: row.may };
  }

  /** At most {@link tokensMax}, newest first, revoked ones included. Never a secret or its hash. */
  async tokens(): Promise<readonly TokenInfo[]> {
    const rows = await this.#db
      .selectFrom("api_tokens")
      .select(["id", "name", "may", "created_at", "last_used_at", "revoked_at"])
      .orderBy("created_at", "desc")
      .limit(tokensMax)
      .execute();
    return rows.map((row) => ({ id: row.id, name: row.name, may: row.may, createdAt: row.created_at, lastUsedAt: row.last_used_at, revokedAt: row.revoked_at }));
  }

  /** False when there is no such token. */
  async revokeToken(id: string, at: number): Promise<boolean> {
    const result = await this.#db.updateTable("api_tokens").set({ revoked_at: at }).where("id", "=", id).where("revoked_at", "is", null).executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** A code that opens one session within {@link loginMs}. Codes long out of date are cleared away here. */
  async createLogin(at: number, lifeMs: number = loginMs): Promise<string> {
    const code = randomBytes(32).toString("base64url");
    await this.#db
      .deleteFrom("login_links")
      .where("expires_at", "<", at - dayMs)
      .execute();
    await this.#db
      .insertInto("login_links")
      .values({ hash: hashOf(code), created_at: at, expires_at: at + lifeMs, used_at: null })
      .execute();
    return code;
  }

  /** Burns the code and opens a session; of two parallel calls with one code one wins. Undefined when unknown, used or too old. */
  async redeemLogin(code: string, at: number): Promise<{ readonly id: string; readonly expiresAt: number } | undefined> {
    // One statement decides, so no other call or process can come between the look and the mark.
    const burnt = await this.#db
      .updateTable("login_links")
      .set({ used_at: at })
      .where("hash", "=", hashOf(code))
      .where("used_at", "is", null)
      .where("expires_at", ">", at)
      .executeTakeFirst();
    if (burnt.numUpdatedRows !== 1n) return undefined;
    const id = randomBytes(32).toString("base64url");
    const expiresAt = at + sessionMs;
    await this.#db
      .deleteFrom("sessions")
      .where((where) => where.or([where("expires_at", "<=", at), where("last_seen_at", "<=", at - idleMs)]))
      .execute();
    await this.#db
      .insertInto("sessions")
      .values({ hash: hashOf(id), name: `session:${randomBytes(2).toString("hex")}`, may: "write", created_at: at, last_seen_at: at, expires_at: expiresAt })
      .execute();
    return { id, expiresAt };
  }

  /** Undefined when unknown, ended, idle for {@link idleMs} or older than {@link sessionMs}. */
  async verifySession(id: string, at: number): Promise<Holder | undefined> {
    const hash = hashOf(id);
    const row = await this.#db
      .selectFrom("sessions")
      .selectAll()
      .where("hash", "=", hash)
      .where("expires_at", ">", at)
      .where("last_seen_at", ">", at - idleMs)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    if (at - row.last_seen_at >= touchMs) await this.#db.updateTable("sessions").set({ last_seen_at: at }).where("hash", "=", hash).execute();
    return { name: row.name, may: row.may };
  }

  /** Unknown ids are no error. */
  async endSession(id: string): Promise<void> {
    await this.#db.deleteFrom("sessions").where("hash", "=", hashOf(id)).execute();
  }
}

export interface Holder {
  /** For the audit log: `token:ci`, `session:3fa1`. */
  readonly name: string;
  readonly may: "read" | "write";
}

export interface TokenInfo {
  readonly id: string;
  readonly name: string;
  readonly may: "read" | "write";
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
  readonly revokedAt: number | null;
}

const dayMs = 86_400_000;
/** Ten minutes to walk from the terminal to the browser. */
export const loginMs = 10 * 60_000;
/** A working day without use ends a session, a week does in any case. */
export const idleMs = 12 * 3_600_000;
export const sessionMs = 7 * dayMs;
export const tokensMax = 1_000;
/** A disk write for each request would be paid by every page. */
const touchMs = 60_000;

function hashOf(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex");
}
