import { fileURLToPath } from "node:url";
import { type OpenedStore, openStore } from "../store/open-store.ts";

/** The store of a data directory for one command; see {@link openStore}. The process it may start is this program again, as `__store`. */
export async function storeOf(dataDir: string): Promise<OpenedStore> {
  return await openStore({ dataDir, command: { file: process.execPath, args: [program, "__store", dataDir] } });
}

const program = fileURLToPath(new URL("../main.js", import.meta.url));
