import type { Kysely } from "kysely";
import type { StateTables } from "./state-tables.ts";

/** Incidents and findings as JSON, with the status people give them. What is in a document is the caller's; it must hold no identifier in clear. */
export class DocumentStore {
  readonly #db: Kysely<StateTables>;

  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  /** Writes documents, new or known, all or none. The status is taken from each. */
  async put(kind: DocumentKind, documents: readonly StoredDocument[]): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      for (const { id, status, document, updatedAt } of documents) {
        const text = JSON.stringify(document);
        await transaction
          .insertInto("documents")
          .values({ kind, id, status, document: text, updated_at: updatedAt })
          .onConflict((conflict) => conflict.columns(["kind", "id"]).doUpdateSet({ status, document: text, updated_at: updatedAt }))
          .execute();
      }
    });
  }

  /** Changes only the status; false when there is no such document. */
  async setStatus(kind: DocumentKind, id: string, status: string, at: number): Promise<boolean> {
    const result = await this.#db.updateTable("documents").set({ status, updated_at: at }).where("kind", "=", kind).where("id", "=", id).executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  async get(kind: DocumentKind, id: string): Promise<StoredDocument | undefined> {
    const row = await this.#db.selectFrom("documents").selectAll().where("kind", "=", kind).where("id", "=", id).executeTakeFirst();
    return row === undefined ? undefined : documentOf(row);
  }

  /** The newest `limit` (at most {@link documentsMax}) documents of a kind. */
  async list(kind: DocumentKind, limit: number = documentsMax): Promise<readonly StoredDocument[]> {
    const rows = await this.#db
      .selectFrom("documents")
      .selectAll()
      .where("kind", "=", kind)
      .orderBy("updated_at", "desc")
      .orderBy("id")
      .limit(Math.min(limit, documentsMax))
      .execute();
    return rows.map(documentOf);
  }
}

export type DocumentKind = "incident" | "finding";

export interface StoredDocument {
  readonly id: string;
  readonly status: string;
  readonly document: unknown;
  readonly updatedAt: number;
}

/** As many as a hub holds in memory at its start. */
export const documentsMax = 10_000;

function documentOf(row: { readonly id: string; readonly status: string; readonly document: string; readonly updated_at: number }): StoredDocument {
  const document: unknown = JSON.parse(row.document);
  return { id: row.id, status: row.status, document, updatedAt: row.updated_at };
}
