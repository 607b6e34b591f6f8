import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { filledOnce } from "./scratch-folder.ts";

/**
 * Debian's packages of these names, unpacked beside one another into a folder of this process and never installed: nothing is configured, no service starts.
 * Throws with apt's last word when one is not to be had.
 */
export function debianUnpacked(...names: readonly string[]): string {
  return filledOnce(`debian-${names[0] ?? ""}`, (begun) => {
    const debs = join(begun, packagesFolder);
    mkdirSync(debs);
    const { status, stderr, error } = spawnSync("apt-get", ["download", "-q", ...names], { cwd: debs, encoding: "utf8", timeout: downloadMs });
    if (status !== 0) throw new Error(`apt could not fetch ${names.join(", ")}: ${error?.message ?? stderr.trim().split("\n").at(-1) ?? ""}`);
    for (const file of readdirSync(debs)) {
      const unpacked = spawnSync("dpkg", ["-x", join(debs, file), begun], { encoding: "utf8" });
      if (unpacked.status !== 0) throw new Error(`dpkg could not unpack ${file}: ${unpacked.stderr.trim()}`);
      // The control part of each, for what a package does when it is installed.
      spawnSync("dpkg", ["-e", join(debs, file), join(debs, `${file.split("_")[0] ?? file}.control`)]);
    }
  });
}

/** Under the unpacked folder: the packages as fetched, and `NAME.control` beside each. */
export const packagesFolder = "debs";

const downloadMs = 120_000;
