import type { Kysely } from "kysely";
import type { StateTables } from "./state-tables.ts";

/**
 * Files that were imported, by what stood in them: hashes, lengths and counts, never a name. At most {@link importedFilesMax}, the longest ago
 * forgotten: imported once more, such a file counts twice.
 */
export class ImportedFilesStore {
  readonly #db: Kysely<StateTables>;

  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  /** Files that began with the same bytes, and those too short to say. */
  async beginningWith(head: string): Promise<readonly ImportedFile[]> {
    const rows = await this.#db
      .selectFrom("imported_files")
      .selectAll()
      .where((where) => where.or([where("head", "=", head), where("bytes", "<", headBytes)]))
      .execute();
    return rows.map((row) => ({
      sha256: row.sha256,
      head: row.head,
      bytes: row.bytes,
      lineSha256: row.line_sha256,
      lineBytes: row.line_bytes,
      lines: row.lines,
      records: row.records,
      format: row.format,
      lastAt: row.last_at,
    }));
  }

  /** Files ever remembered and not forgotten. */
  async count(): Promise<number> {
    const { count } = await this.#db
      .selectFrom("imported_files")
      .select((select) => select.fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    return count;
  }

  /** All of them or none. A file that is known already is only renewed. */
  async remember(files: readonly ImportedFile[], at: number): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      for (const file of files) {
        const row = {
          head: file.head,
          bytes: file.bytes,
          line_sha256: file.lineSha256,
          line_bytes: file.lineBytes,
          lines: file.lines,
          records: file.records,
          format: file.format,
          last_at: file.lastAt,
          imported_at: at,
        };
        await transaction
          .insertInto("imported_files")
          .values({ sha256: file.sha256, ...row })
          .onConflict((conflict) => conflict.column("sha256").doUpdateSet(row))
          .execute();
      }
      const keep = transaction.selectFrom("imported_files").select("sha256").orderBy("imported_at", "desc").limit(importedFilesMax);
      await transaction.deleteFrom("imported_files").where("sha256", "not in", keep).execute();
    });
  }
}

/** What an import remembers of a file: of its plain bytes, also where the file was gzipped. */
export interface ImportedFile {
  /** Of everything, hexadecimal. */
  readonly sha256: string;
  /** Of the first {@link headBytes}, or of all where it is shorter. */
  readonly head: string;
  readonly bytes: number;
  /** Of everything up to and with the last newline. */
  readonly lineSha256: string;
  readonly lineBytes: number;
  /** Newlines. */
  readonly lines: number;
  /** Accepted and rejected. */
  readonly records: number;
  readonly format: string;
  /** Event time of its last exchange, milliseconds; null when it had none. */
  readonly lastAt: number | null;
}

/** Enough to tell files apart that begin alike: two lines of a log. */
export const headBytes = 1_024;
/** A file an hour for a year. */
export const importedFilesMax = 10_000;
