import { readFileSync } from "node:fs";

/** 515 path templates of GitHub's REST API, as its own OpenAPI document names them. Source and licence: `packages/testkit/data/README.md`. */
export function githubPaths(): readonly string[] {
  const paths: unknown = JSON.parse(readFileSync(new URL("../../data/github-paths.json", import.meta.url), "utf8"));
  if (!Array.isArray(paths)) throw new TypeError("packages/testkit/data/github-paths.json is no list");
  return paths.map(String);
}
