import { PosternError } from "@postern/engine";
import type { Kysely } from "kysely";
import type { StateTables } from "./state-tables.ts";

/** Small JSON snapshots of the ledger's own state (inventory, oracle, gate credits), one a key, so that a restart does not forget. Hashes only, nothing in clear. */
export class KeyValueStore {
  readonly #db: Kysely<StateTables>;

  constructor(db: Kysely<StateTables>) {
    this.#db = db;
  }

  /** Undefined when the key was never written. The value is what was put; check it before use, another version may have written it. */
  async get(key: string): Promise<unknown> {
    const row = await this.#db.selectFrom("kv").select("value").where("key", "=", key).executeTakeFirst();
    return row === undefined ? undefined : JSON.parse(row.value);
  }

  /** Replaces the value; on the disk when it resolves. Throws INTERNAL above {@link valueCharactersMax}. */
  async put(key: string, value: unknown, at: number): Promise<void> {
    const text = JSON.stringify(value);
    if (text.length > valueCharactersMax) throw new PosternError("INTERNAL", `The snapshot ${key} is above the bound of ${valueCharactersMax} characters`);
    await this.#db
      .insertInto("kv")
      .values({ key, value: text, updated_at: at })
      .onConflict((conflict) => conflict.column("key").doUpdateSet({ value: text, updated_at: at }))
      .execute();
  }

  async delete(key: string): Promise<void> {
    await this.#db.deleteFrom("kv").where("key", "=", key).execute();
  }
}

/** 64 MiB: the ledger's bounded state fits many times over; one write of it takes well below a second. */
export const valueCharactersMax = 64 * 1024 * 1024;
