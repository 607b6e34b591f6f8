import { PosternError } from "@postern/engine";
import { runStore, type StoreOptions } from "./store-process.ts";

/**
 * The whole life of a store process, for the command that is one: runs the store, tells its parent `{"ready": true}`, ends on SIGTERM, SIGINT or
 * when the parent is gone. Resolves with the exit code: 0, or 3 when the store cannot run (what and why goes to `say`).
 */
export async function runStoreMain(options: StoreOptions & { readonly say: (line: string) => void }): Promise<number> {
  const ending = new Promise<void>((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
    process.once("disconnect", () => resolve());
  });
  try {
    const store = await runStore(options);
    process.send?.({ ready: true });
    await ending;
    await store.close();
    return 0;
  } catch (error) {
    options.say(error instanceof PosternError ? `${error.code}: ${error.message}. ${error.remedy}` : `INTERNAL: ${String(error)}`);
    return 3;
  }
}
