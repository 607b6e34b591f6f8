import { type Kysely, type Migration, sql } from "kysely";

/** Steps of `state.db`, by name in order. A released step never changes: add another. */
export const stateMigrations: Readonly<Record<string, Migration>> = {
  "0001-state": {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable("api_tokens")
        .addColumn("id", "text", (column) => column.primaryKey())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("hash", "text", (column) => column.notNull().unique())
        .addColumn("may", "text", (column) => column.notNull())
        .addColumn("created_at", "integer", (column) => column.notNull())
        .addColumn("last_used_at", "integer")
        .addColumn("revoked_at", "integer")
        .execute();
      await db.schema
        .createTable("login_links")
        .addColumn("hash", "text", (column) => column.primaryKey())
        .addColumn("created_at", "integer", (column) => column.notNull())
        .addColumn("expires_at", "integer", (column) => column.notNull())
        .addColumn("used_at", "integer")
        .execute();
      await db.schema
        .createTable("sessions")
        .addColumn("hash", "text", (column) => column.primaryKey())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("may", "text", (column) => column.notNull())
        .addColumn("created_at", "integer", (column) => column.notNull())
        .addColumn("last_seen_at", "integer", (column) => column.notNull())
        .addColumn("expires_at", "integer", (column) => column.notNull())
        .execute();
      await db.schema
        .createTable("documents")
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("id", "text", (column) => column.notNull())
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("document", "text", (column) => column.notNull())
        .addColumn("updated_at", "integer", (column) => column.notNull())
        .addPrimaryKeyConstraint("documents_key", ["kind", "id"])
        .execute();
      await db.schema.createIndex("documents_by_time").on("documents").columns(["kind", "updated_at"]).execute();
      await db.schema
        .createTable("audit_log")
        .addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
        .addColumn("at", "integer", (column) => column.notNull())
        .addColumn("actor", "text", (column) => column.notNull())
        .addColumn("action", "text", (column) => column.notNull())
        .addColumn("subject", "text", (column) => column.notNull())
        .addColumn("detail", "text", (column) => column.notNull())
        .addColumn("previous", "text", (column) => column.notNull())
        .addColumn("hash", "text", (column) => column.notNull())
        .execute();
      // Append only, for this program too: whoever wants to change a line must take the database apart, and the chain tells.
      await sql`CREATE TRIGGER audit_log_keep BEFORE UPDATE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END`.execute(db);
      await sql`CREATE TRIGGER audit_log_stay BEFORE DELETE ON audit_log BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END`.execute(db);
      await db.schema
        .createTable("kv")
        .addColumn("key", "text", (column) => column.primaryKey())
        .addColumn("value", "text", (column) => column.notNull())
        .addColumn("updated_at", "integer", (column) => column.notNull())
        .execute();
    },
  },
  "0002-imported-files": {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable("imported_files")
        .addColumn("sha256", "text", (column) => column.primaryKey())
        .addColumn("head", "text", (column) => column.notNull())
        .addColumn("bytes", "integer", (column) => column.notNull())
        .addColumn("line_sha256", "text", (column) => column.notNull())
        .addColumn("line_bytes", "integer", (column) => column.notNull())
        .addColumn("lines", "integer", (column) => column.notNull())
        .addColumn("records", "integer", (column) => column.notNull())
        .addColumn("format", "text", (column) => column.notNull())
        .addColumn("last_at", "integer")
        .addColumn("imported_at", "integer", (column) => column.notNull())
        .execute();
      await db.schema.createIndex("imported_files_by_head").on("imported_files").column("head").execute();
      await db.schema.createIndex("imported_files_by_time").on("imported_files").column("imported_at").execute();
    },
  },
};
