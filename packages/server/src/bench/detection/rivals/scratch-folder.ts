import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Where rivals are fetched to and write their files: the folder that `POSTERN_RIVALS_FOLDER` names, which stays, for several threads or runs to share; else one of this process, gone when it ends.
 */
export function scratchFolder(): string {
  const shared = process.env["POSTERN_RIVALS_FOLDER"];
  if (shared !== undefined && shared !== "") {
    mkdirSync(shared, { recursive: true });
    return shared;
  }
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "postern-rivals-"));
    process.once("exit", () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

/** A folder of the scratch folder, filled once by `fill` and there only when it is whole, whoever else fills it at the same time. */
export function filledOnce(name: string, fill: (folder: string) => void): string {
  const whole = join(scratchFolder(), name);
  if (existsSync(whole)) return whole;
  const begun = mkdtempSync(join(scratchFolder(), `${name}-`));
  try {
    fill(begun);
    renameSync(begun, whole);
  } catch (error) {
    rmSync(begun, { recursive: true, force: true });
    if (!existsSync(whole)) throw error;
  }
  return whole;
}

let folder: string | undefined;
