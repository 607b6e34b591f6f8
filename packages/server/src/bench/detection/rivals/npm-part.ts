import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { filledOnce } from "./scratch-folder.ts";

/** A package of npm that stands beside us in the comparison and is no dependency of ours: exactly this version, its scripts not run. */
export interface NpmPart {
  readonly name: string;
  readonly version: string;
  /** The file to load, under the package's folder. */
  readonly file: string;
}

/** Fetches the package once, and loads it. Throws with npm's last word when it is not to be had. */
export async function npmPart<T extends object>(part: NpmPart): Promise<T> {
  const folder = filledOnce(`${part.name}-${part.version}`, (begun) => {
    writeFileSync(join(begun, "package.json"), `{"private":true}`);
    // Its framework, a peer, is not needed: the middleware is called as the framework calls it.
    const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--legacy-peer-deps"];
    const { status, stderr, error } = spawnSync("npm", ["install", ...flags, `${part.name}@${part.version}`], { cwd: begun, encoding: "utf8", timeout: installMs });
    if (status !== 0) throw new Error(`npm could not fetch ${part.name} ${part.version}: ${error?.message ?? stderr.trim().split("\n")[0] ?? ""}`);
  });
  const home = join(folder, "node_modules", part.name);
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { readonly version?: string };
  if (version !== part.version) throw new Error(`npm fetched ${part.name} ${version} for ${part.version}`);
  const loaded: T = await import(pathToFileURL(join(home, part.file)).href);
  return loaded;
}

const installMs = 120_000;
