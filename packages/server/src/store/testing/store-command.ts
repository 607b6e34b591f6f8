import { fileURLToPath } from "node:url";
import type { StoreCommand } from "../open-store.ts";

/** How tests start a store process of a data directory: our TypeScript as it is written, no build. */
export function storeCommand(dataDir: string, more: readonly string[] = []): StoreCommand {
  return {
    file: process.execPath,
    args: ["--import", new URL("./typescript-hooks.mjs", import.meta.url).href, fileURLToPath(new URL("./store-child.ts", import.meta.url)), dataDir, ...more],
  };
}
