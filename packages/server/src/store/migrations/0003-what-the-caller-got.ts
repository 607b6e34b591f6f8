import type { Migration } from "../migration.ts";

/** Beside what the service answered stands what the caller got: they differ where the gate answered in its place. Rows older than this were not told apart. */
export const whatTheCallerGot: Migration = {
  number: 3,
  name: "what-the-caller-got",
  statements: ["ALTER TABLE postern.exchanges ADD COLUMN IF NOT EXISTS answered UInt16 DEFAULT status AFTER status"],
};
