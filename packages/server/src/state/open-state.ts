import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { PosternError } from "@postern/engine";
import { Kysely, Migrator, SqliteDialect } from "kysely";
import Database from "libsql";
import { AccessStore } from "./access-store.ts";
import { AuditLog } from "./audit-log.ts";
import { DocumentStore } from "./document-store.ts";
import { ImportedFilesStore } from "./imported-files-store.ts";
import { KeyValueStore } from "./key-value-store.ts";
import { stateMigrations } from "./state-migrations.ts";
import type { StateTables } from "./state-tables.ts";

/**
 * Opens or creates `state.db` in the data directory (mode 0600) and brings it to its newest form. Every write is on the disk when its promise
 * resolves (WAL, synchronous=FULL): a power cut does not bring back a burnt login link. Throws DATA_DIR_UNUSABLE.
 */
export async function openState(dataDir: string): Promise<State> {
  const path = join(dataDir, "state.db");
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const database = new Database(path);
    chmodSync(path, 0o600);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    // Hub and a command may write at once: wait for each other rather than fail.
    database.exec("PRAGMA busy_timeout = 5000");
    const db = new Kysely<StateTables>({ dialect: new SqliteDialect({ database }) });
    const { error } = await new Migrator({ db, provider: { getMigrations: () => Promise.resolve({ ...stateMigrations }) } }).migrateToLatest();
    if (error !== undefined) {
      await db.destroy();
      throw error;
    }
    return {
      access: new AccessStore(db),
      documents: new DocumentStore(db),
      audit: new AuditLog(db),
      imports: new ImportedFilesStore(db),
      kv: new KeyValueStore(db),
      close: () => db.destroy(),
    };
  } catch (cause) {
    throw new PosternError("DATA_DIR_UNUSABLE", `The state database ${path} cannot be opened`, { cause });
  }
}

/** Everything in `state.db`, by what it is for. */
export interface State {
  readonly access: AccessStore;
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly imports: ImportedFilesStore;
  readonly kv: KeyValueStore;
  close(): Promise<void>;
}
