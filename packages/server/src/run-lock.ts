import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PosternError } from "@postern/engine";
import { ownerIsAlive, thisOwner } from "./store/segment-name.ts";

/**
 * Takes a data directory for this process and the roles it will start: one Postern at a time. Another supervisor that runs is DATA_DIR_LOCKED at
 * once. Roles that a killed supervisor left behind end by themselves; they are waited for up to `orphanMs`, for until then they hold ports, sockets and
 * the store.
 *
 * Where the system tells no start times a pid says nothing for certain and is not believed; the store's own lock still holds. It is no lock against
 * two starts in the same millisecond either: the store's is.
 */
export async function holdDataDir(dataDir: string, orphanMs = orphanMsDefault): Promise<void> {
  const locked = (who: string): PosternError => new PosternError("DATA_DIR_LOCKED", `Another Postern (${who}) uses the data directory ${dataDir}`);
  if (runs(dataDir, "postern")) throw locked("running");
  const deadline = performance.now() + orphanMs;
  for (const role of roles) {
    while (runs(dataDir, role)) {
      if (performance.now() > deadline) throw locked(`its ${role} process, left by one that was killed`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  claim(dataDir, "postern");
}

/** Says that this process is a role of the data directory's Postern, so that a later one waits for its end. */
export function claim(dataDir: string, name: (typeof roles)[number] | "postern"): void {
  try {
    mkdirSync(join(dataDir, "run"), { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir, "run", `${name}.owner`), thisOwner(), { mode: 0o600 });
  } catch (cause) {
    throw new PosternError("DATA_DIR_UNUSABLE", `The data directory ${dataDir} cannot be written`, { cause });
  }
}

/** A role that ends by itself gets half a second of grace, and ten more to close what it holds; a machine busy with other work takes as long again. */
const orphanMsDefault = 30_000;
const roles = ["gate", "hub", "store"] as const;

function runs(dataDir: string, name: string): boolean {
  let owner: string;
  try {
    owner = readFileSync(join(dataDir, "run", `${name}.owner`), "utf8");
  } catch {
    return false;
  }
  return /^\d{1,10}x[0-9a-z]{1,13}$/.test(owner) && !owner.endsWith("x0") && owner !== thisOwner() && ownerIsAlive(owner, "");
}
