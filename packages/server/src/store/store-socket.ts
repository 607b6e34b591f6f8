import { localSocketPath } from "../local-socket.ts";

/** Where the store of a data directory listens; see {@link localSocketPath}. */
export function storeSocketPath(dataDir: string): string {
  return localSocketPath(dataDir, "store");
}
