import { createHash } from "node:crypto";
import type { Kysely } from "kysely";
import type { StateTables } from "./state-tables.ts";

/**
 * Who changed what, append only. Each entry carries the hash of the one before, so a line that was changed, removed or slipped in later
 * shows in `verify`. It does not show lines cut off at the end, nor a chain made anew by somebody who can write the file: keep the
 * last hash elsewhere for that.
 */
export class AuditLog {
  readonly #db: Kysely<StateTables>;

  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  /** Adds an entry; resolves with its hash once it is on the disk. No secret and no identifier in clear may be in it. */
  async append(entry: AuditEntry): Promise<string> {
    const detail = JSON.stringify(entry.detail);
    return await this.#db.transaction().execute(async (transaction) => {
      const last = await transaction.selectFrom("audit_log").select("hash").orderBy("seq", "desc").limit(1).executeTakeFirst();
      const previous = last?.hash ?? firstPrevious;
      const hash = hashOf({ at: entry.at, actor: entry.actor, action: entry.action, subject: entry.subject, detail, previous });
      await transaction.insertInto("audit_log").values({ at: entry.at, actor: entry.actor, action: entry.action, subject: entry.subject, detail, previous, hash }).execute();
      return hash;
    });
  }

  /** The newest entries, at most 1,000; `before` pages by `seq`. */
  async list(limit = 100, before?: number): Promise<readonly AuditRow[]> {
    let query = this.#db.selectFrom("audit_log").selectAll().orderBy("seq", "desc").limit(Math.min(limit, 1_000));
    if (before !== undefined) query = query.where("seq", "<", before);
    const rows = await query.execute();
    return rows.map(({ seq, at, actor, action, subject, detail, hash }) => {
      const parsed: unknown = JSON.parse(detail);
      return { seq, at, actor, action, subject, detail: parsed, hash };
    });
  }

  /** Walks the whole chain: undefined when it is whole, else the `seq` of the first entry that does not fit. */
  async verify(): Promise<number | undefined> {
    let previous = firstPrevious;
    let seq = 0;
    for (;;) {
      const rows = await this.#db.selectFrom("audit_log").selectAll().where("seq", ">", seq).orderBy("seq").limit(1_000).execute();
      for (const row of rows) {
        if (row.previous !== previous || row.hash !== hashOf(row)) return row.seq;
        ({ seq, hash: previous } = row);
      }
      if (rows.length < 1_000) return undefined;
    }
  }
}

export interface AuditEntry {
  readonly at: number;
  /** `token:ci`, `session:3fa1`, `system`. */
  readonly actor: string;
  /** `incident.close`, `token.create`. */
  readonly action: string;
  /** Id of what was changed. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

export interface AuditRow extends Omit<AuditEntry, "detail"> {
  readonly seq: number;
  readonly detail: unknown;
  readonly hash: string;
}

const firstPrevious = "0".repeat(64);

/** Over a JSON array, so that no text can move from one field into the next. */
function hashOf(row: {
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
  readonly previous: string;
}): string {
  return createHash("sha256")
    .update(JSON.stringify([row.previous, row.at, row.actor, row.action, row.subject, row.detail]))
    .digest("hex");
}
