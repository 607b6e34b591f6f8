import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { scratchFolder } from "./scratch-folder.ts";

/**
 * Debian's packages of these names, unpacked beside one another into a folder of this process and never installed: nothing is configured, no service starts.
 * Throws with apt's last word when one is not to be had.
 */
export function debianUnpacked(...names: readonly string[]): string {
  const folder = join(scratchFolder(), `debian-${names[0] ?? ""}`);
  if (existsSync(folder)) return folder;
  const debs = join(scratchFolder(), `debs-${names[0] ?? ""}`);
  mkdirSync(debs, { recursive: true });
  const { status, stderr, error } = spawnSync("apt-get", ["download", "-q", ...names], { cwd: debs, encoding: "utf8", timeout: downloadMs });
  if (status !== 0) throw new Error(`apt could not fetch ${names.join(", ")}: ${error?.message ?? stderr.trim().split("\n").at(-1) ?? ""}`);
  for (const file of readdirSync(debs)) {
    const unpacked = spawnSync("dpkg", ["-x", join(debs, file), folder], { encoding: "utf8" });
    if (unpacked.status !== 0) throw new Error(`dpkg could not unpack ${file}: ${unpacked.stderr.trim()}`);
  }
  return folder;
}

const downloadMs = 120_000;
