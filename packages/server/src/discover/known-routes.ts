import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type InventoryEndpoint, PosternError, type Ports } from "@postern/engine";
import { z } from "zod";
import { comparePaths } from "../specs/match-operations.ts";
import { plainPath } from "../specs/observed-api.ts";
import type { SourceRoute } from "./collect-routes.ts";

/**
 * Keeps the methods and paths of a tree in a data directory, `<data>/source`, in place of those an earlier look at the same folder left there. Written
 * whole and swapped in by rename. Throws DATA_DIR_UNUSABLE, USAGE beyond {@link treesMax}.
 */
export function keepRoutes(dataDir: string, tree: string, routes: readonly Pick<SourceRoute, "method" | "path">[]): void {
  const dir = join(dataDir, "source");
  const name = `${createHash("sha256").update(tree).digest("hex").slice(0, 16)}.json`;
  if (namesIn(dir).filter((one) => one !== name).length >= treesMax)
    throw new PosternError("USAGE", `There are ${treesMax} source trees here already.`, { remedy: `Remove those no longer needed from ${dir}.` });
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(join(dir, `${name}.new`), JSON.stringify(routes.map(({ method, path }) => ({ method, path }))), { mode: 0o600 });
    renameSync(join(dir, `${name}.new`), join(dir, name));
  } catch (cause) {
    throw new PosternError("DATA_DIR_UNUSABLE", `The routes cannot be kept in ${dir}.`, { cause });
  }
}

/** Says of an endpoint whether source code that was read declares it. Reads what is kept once, now; a damaged file is as if it were not there. */
export function sourceKnows(dataDir: string, ports: Ports): (endpoint: Pick<InventoryEndpoint, "method" | "template">) => boolean {
  const dir = join(dataDir, "source");
  const byLength = new Map<number, z.infer<typeof kept>>();
  for (const name of namesIn(dir)) {
    const routes = readKept(join(dir, name));
    for (const route of routes) byLength.set(lengthOf(route.path), [...(byLength.get(lengthOf(route.path)) ?? []), route]);
  }
  return ({ method, template }) => {
    const path = plainPath(template);
    const candidates = byLength.get(lengthOf(path)) ?? [];
    return candidates.some(
      (one) => (one.method === "ANY" || one.method === method || (one.method === "GET" && method === "HEAD")) && ["same", "covers"].includes(comparePaths(one.path, path, ports)),
    );
  };
}

/** Every path that source code here declares, with repeats. */
export function keptRoutes(dataDir: string): readonly string[] {
  const dir = join(dataDir, "source");
  return namesIn(dir).flatMap((name) => readKept(join(dir, name)).map(({ path }) => path));
}

/** An organisation has some dozens of services on one gate. */
export const treesMax = 200;

const kept = z.array(z.object({ method: z.string(), path: z.string() }));

function readKept(path: string): z.infer<typeof kept> {
  try {
    return kept.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return [];
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
}

function lengthOf(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}
