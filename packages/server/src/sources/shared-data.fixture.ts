import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * Path of a file of the shared reference data, which lies beside the clone (`../shared/data`) or where
 * POSTERN_SHARED_DATA says. For tests; throws with the remedy when it is nowhere, so that such a test fails and never skips.
 */
export function sharedData(file: string): string {
  const places = [process.env["POSTERN_SHARED_DATA"], new URL("../../../../../shared/data", import.meta.url).pathname];
  for (const place of places) if (place !== undefined && existsSync(join(place, file))) return join(place, file);
  throw new Error(`The reference data file ${file} is neither under ../shared/data beside the clone nor under POSTERN_SHARED_DATA. Put the data there and run again.`);
}
